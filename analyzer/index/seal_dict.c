/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/index/seal_dict.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "analyzer/index/db.h"
#include "base/mem.h"
#include "base/sha256.h"

enum { SEAL_SLOTS = 1 << 14 }; /* of each kind; a power of two */

static_assert(SEAL_DICT <= SHA256_SIZE, "a value is part of a SHA-256");

struct slot {
	int64_t id;
	bool used;
	uint8_t value[SEAL_DICT];
};

struct seal_dict {
	sqlite3 *db;
	sqlite3_stmt *st[SEAL_KINDS];
	struct sha256 sha;
	struct slot slots[SEAL_KINDS][SEAL_SLOTS];
};

static const char *const sql[SEAL_KINDS] = {
	[SEAL_TEXT] = "SELECT value FROM text WHERE id=?",
	[SEAL_ADDR] = "SELECT ip FROM addr WHERE id=?",
	[SEAL_PROTOCOL] = "SELECT key FROM protocol WHERE id=?",
	[SEAL_POINT] = "SELECT node||char(10)||label FROM point WHERE id=?",
};

int
seal_dict_new(sqlite3 *db, struct err *e, struct seal_dict **ret_dict)
{
	struct seal_dict *d = mem_zalloc(sizeof(*d));
	int rc = 0;

	if (d == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	d->db = db;
	for (size_t i = 0; i < SEAL_KINDS && rc == 0; i++)
		rc = db_prepare(db, sql[i], e, &d->st[i]);
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
	for (size_t i = 0; i < SEAL_KINDS; i++)
		(void)sqlite3_finalize(d->st[i]);
	sha256_release(&d->sha);
	mem_free(d);
}

static int
look_up(struct seal_dict *d, enum seal_kind kind, int64_t id, struct slot *slot)
{
	sqlite3_stmt *st = d->st[kind];
	uint8_t digest[SHA256_SIZE];
	int rc = ERR_CORRUPT;

	(void)sqlite3_bind_int64(st, 1, id);
	if (sqlite3_step(st) == SQLITE_ROW) {
		const void *p = sqlite3_column_blob(st, 0);
		size_t n = (size_t)sqlite3_column_bytes(st, 0);

		rc = sha256_init(&d->sha);
		if (rc == 0)
			rc = sha256_update(&d->sha, p, n);
		if (rc == 0)
			rc = sha256_final(&d->sha, digest);
	}
	(void)sqlite3_reset(st);
	if (rc != 0)
		return rc;
	slot->id = id;
	slot->used = true;
	memcpy(slot->value, digest, SEAL_DICT);
	return 0;
}

int
seal_dict_get(struct seal_dict *d, enum seal_kind kind, int64_t id,
              uint8_t ret_value[SEAL_DICT])
{
	struct slot *slot =
	    &d->slots[kind][(uint64_t)id & (uint64_t)(SEAL_SLOTS - 1)];

	if (!slot->used || slot->id != id) {
		int rc = look_up(d, kind, id, slot);

		if (rc != 0)
			return rc;
	}
	memcpy(ret_value, slot->value, SEAL_DICT);
	return 0;
}
