/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/index/seal_dict.h"

#include <assert.h>
#include <string.h>

#include "analyzer/index/db.h"
#include "base/mem.h"
#include "base/sha256.h"

enum { SEAL_SLOTS = 1 << 14 }; /* of each kind; a power of two */

static_assert(SEAL_DICT <= SHA256_SIZE, "a value is part of a SHA-256");

struct slot {
	int64_t next; /* the id plus one; 0: nothing yet */
	uint8_t value[SEAL_DICT];
};

struct kind {
	sqlite3_stmt *st;
	struct slot *slots; /* NULL until an id is asked for */
};

struct seal_dict {
	struct sha256 sha;
	struct kind kinds[SEAL_KINDS];
};

static const char *const sql[SEAL_KINDS] = {
	[SEAL_TEXT] = "SELECT value FROM text WHERE id=?",
	[SEAL_ADDR] = "SELECT ip FROM addr WHERE id=?",
	[SEAL_POINT] = "SELECT node||char(10)||label FROM point WHERE id=?",
};

/* The value of the row at hand. */
static int
hash_row(struct seal_dict *d, sqlite3_stmt *st, uint8_t ret_value[SEAL_DICT])
{
	uint8_t digest[SHA256_SIZE];
	const void *p = sqlite3_column_blob(st, 0);
	size_t n = (size_t)sqlite3_column_bytes(st, 0);
	int rc = sha256_init(&d->sha);

	if (rc == 0)
		rc = sha256_update(&d->sha, p, n);
	if (rc == 0)
		rc = sha256_final(&d->sha, digest);
	if (rc == 0)
		memcpy(ret_value, digest, SEAL_DICT);
	return rc;
}

int
seal_dict_new(sqlite3 *db, struct err *e, struct seal_dict **ret_dict)
{
	struct seal_dict *d = mem_zalloc(sizeof(*d));
	int rc = 0;

	if (d == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < SEAL_KINDS && rc == 0; i++)
		rc = db_prepare(db, sql[i], e, &d->kinds[i].st);
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
	if (sqlite3_step(k->st) == SQLITE_ROW)
		rc = hash_row(d, k->st, slot->value);
	if (sqlite3_reset(k->st) != SQLITE_OK)
		rc = ERR_DB;
	slot->next = rc == 0 ? id + 1 : 0;
	return rc;
}

int
seal_dict_get(struct seal_dict *d, enum seal_kind kind, int64_t id,
              uint8_t ret_value[SEAL_DICT])
{
	struct kind *k = &d->kinds[kind];
	struct slot *slot;

	if (id < 0 || id == INT64_MAX)
		return ERR_CORRUPT;
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
	memcpy(ret_value, slot->value, SEAL_DICT);
	return 0;
}
