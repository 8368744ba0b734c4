/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/index/seal_dict.h"

#include <assert.h>
#include <string.h>

#include "analyzer/index/db.h"
#include "base/mem.h"
#include "base/sha256.h"

enum {
	SEAL_TABLE = 1 << 20, /* ids of each kind that are read at once */
	SEAL_SLOTS = 1 << 14, /* for the later ones; a power of two */
};

static_assert(SEAL_DICT <= SHA256_SIZE, "a value is part of a SHA-256");

struct value {
	uint8_t b[SEAL_DICT]; /* all zero: there is no such id */
};

struct slot {
	int64_t next; /* the id plus one; 0: nothing yet */
	struct value value;
};

struct kind {
	sqlite3_stmt *st;
	struct value *table; /* by id */
	int64_t n;           /* of table[] */
	struct slot *slots;  /* NULL until a later id is asked for */
};

struct seal_dict {
	struct sha256 sha;
	struct kind kinds[SEAL_KINDS];
};

/* From an id up to another, in the order of ids. */
static const char *const sql[SEAL_KINDS] = {
	[SEAL_TEXT] = "SELECT id,value FROM text WHERE id>=? AND id<? "
		      "ORDER BY id",
	[SEAL_ADDR] = "SELECT id,ip FROM addr WHERE id>=? AND id<? "
		      "ORDER BY id",
	[SEAL_PROTOCOL] = "SELECT id,key FROM protocol WHERE id>=? AND id<? "
			  "ORDER BY id",
	[SEAL_POINT] = "SELECT id,node||char(10)||label FROM point "
		       "WHERE id>=? AND id<? ORDER BY id",
	[SEAL_KEPT] = "SELECT id,bytes FROM kept WHERE id>=? AND id<? "
		      "ORDER BY id",
};

/* The value of the row at hand. */
static int
hash_row(struct seal_dict *d, sqlite3_stmt *st, struct value *ret_value)
{
	uint8_t digest[SHA256_SIZE];
	const void *p = sqlite3_column_blob(st, 1);
	size_t n = (size_t)sqlite3_column_bytes(st, 1);
	int rc = sha256_init(&d->sha);

	if (rc == 0)
		rc = sha256_update(&d->sha, p, n);
	if (rc == 0)
		rc = sha256_final(&d->sha, digest);
	if (rc == 0)
		memcpy(ret_value->b, digest, sizeof(ret_value->b));
	return rc;
}

static int
grow(struct kind *k, int64_t id)
{
	int64_t n = k->n > 0 ? k->n : 64;
	struct value *table;

	while (n <= id)
		n *= 2;
	if (n == k->n)
		return 0;
	table = mem_realloc(k->table, (size_t)n * sizeof(*table));
	if (table == NULL)
		return ERR_NOMEM;
	memset(table + k->n, 0, (size_t)(n - k->n) * sizeof(*table));
	k->table = table;
	k->n = n;
	return 0;
}

/* The first ids, in one pass; they will be asked for in any order. */
static int
fill_table(struct seal_dict *d, struct kind *k)
{
	int rc = 0;

	(void)sqlite3_bind_int64(k->st, 1, 0);
	(void)sqlite3_bind_int64(k->st, 2, SEAL_TABLE);
	while (rc == 0 && sqlite3_step(k->st) == SQLITE_ROW) {
		int64_t id = sqlite3_column_int64(k->st, 0);

		rc = grow(k, id);
		if (rc == 0)
			rc = hash_row(d, k->st, &k->table[id]);
	}
	if (sqlite3_reset(k->st) != SQLITE_OK && rc == 0)
		rc = ERR_DB;
	return rc;
}

int
seal_dict_new(sqlite3 *db, bool most, struct err *e,
              struct seal_dict **ret_dict)
{
	struct seal_dict *d = mem_zalloc(sizeof(*d));
	int rc = 0;

	if (d == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < SEAL_KINDS && rc == 0; i++) {
		rc = db_prepare(db, sql[i], e, &d->kinds[i].st);
		if (rc == 0 && most)
			rc = fill_table(d, &d->kinds[i]);
	}
	if (rc != 0) {
		seal_dict_free(d);
		return rc;
	}
	*ret_dict = d;
	return 0;
}

void
seal_dict_free(struct seal_dict *d)
{
	if (d == NULL)
		return;
	for (size_t i = 0; i < SEAL_KINDS; i++) {
		(void)sqlite3_finalize(d->kinds[i].st);
		mem_free(d->kinds[i].table);
		mem_free(d->kinds[i].slots);
	}
	sha256_release(&d->sha);
	mem_free(d);
}

static int
look_up(struct seal_dict *d, struct kind *k, int64_t id, struct slot *slot)
{
	int rc = ERR_CORRUPT;

	(void)sqlite3_bind_int64(k->st, 1, id);
	(void)sqlite3_bind_int64(k->st, 2, id + 1);
	if (sqlite3_step(k->st) == SQLITE_ROW)
		rc = hash_row(d, k->st, &slot->value);
	if (sqlite3_reset(k->st) != SQLITE_OK)
		rc = ERR_DB;
	slot->next = rc == 0 ? id + 1 : 0;
	return rc;
}

/* An id behind the table's. */
static int
get_later(struct seal_dict *d, struct kind *k, int64_t id,
          const struct value **ret_value)
{
	struct slot *slot;

	if (k->slots == NULL)
		k->slots = mem_array(SEAL_SLOTS, sizeof(*k->slots));
	if (k->slots == NULL)
		return ERR_NOMEM;
	slot = &k->slots[(uint64_t)id & (uint64_t)(SEAL_SLOTS - 1)];
	if (slot->next != id + 1) {
		int rc = look_up(d, k, id, slot);

		if (rc != 0)
			return rc;
	}
	*ret_value = &slot->value;
	return 0;
}

int
seal_dict_get(struct seal_dict *d, enum seal_kind kind, int64_t id,
              uint8_t ret_value[SEAL_DICT])
{
	static const struct value none;
	struct kind *k = &d->kinds[kind];
	const struct value *v;
	int rc;

	if (id < 0 || id == INT64_MAX)
		return ERR_CORRUPT;
	if (id < k->n) {
		v = &k->table[id];
		if (memcmp(v, &none, sizeof(none)) == 0)
			return ERR_CORRUPT;
	} else {
		rc = get_later(d, k, id, &v);
		if (rc != 0)
			return rc;
	}
	memcpy(ret_value, v->b, SEAL_DICT);
	return 0;
}
