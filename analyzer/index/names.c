/* SPDX-License-Identifier: Apache-2.0 */
/* The function who() of conditions (reader.h). */
#include <stdlib.h>
#include <string.h>

#include "analyzer/index/db.h"
#include "analyzer/index/reader.h"
#include "analyzer/index/reader_impl.h"
#include "base/mem.h"

enum {
	WHO_ARGS = 8,
	ADDRS_FIRST = 64,
	/* Addresses that are kept: 40 MB. An index with more is asked by
	 * evaluating entries. */
	ADDRS_MAX = 1 << 20,
};

/* ---- addresses by id ---- */

static int
add_addr(struct index_reader *r, size_t *io_cap, sqlite3_stmt *st)
{
	size_t cap = *io_cap > 0 ? *io_cap * 2 : ADDRS_FIRST;
	struct reader_addr *a;

	if (r->naddrs == ADDRS_MAX)
		return ERR_LIMIT;
	if (r->naddrs == *io_cap) {
		a = mem_regrow(r->addrs, cap, sizeof(*a));
		if (a == NULL)
			return ERR_NOMEM;
		r->addrs = a;
		*io_cap = cap;
	}
	a = &r->addrs[r->naddrs];
	if (sqlite3_column_bytes(st, 1) != (int)sizeof(a->ip.b))
		return ERR_CORRUPT;
	a->id = sqlite3_column_int64(st, 0);
	memcpy(a->ip.b, sqlite3_column_blob(st, 1), sizeof(a->ip.b));
	r->naddrs++;
	return 0;
}

/* All of them, in order of id; again when the index has grown. */
static int
load_addrs(struct index_reader *r)
{
	sqlite3_stmt *st;
	size_t cap = 0;
	int rc = db_prepare(r->db, "SELECT id,ip FROM addr ORDER BY id", NULL,
	                    &st);

	if (rc != 0)
		return rc;
	mem_free(r->addrs);
	r->addrs = NULL;
	r->naddrs = 0;
	while (rc == 0 && sqlite3_step(st) == SQLITE_ROW)
		rc = add_addr(r, &cap, st);
	(void)sqlite3_finalize(st);
	return rc;
}

static int
compare_addrs(const void *a, const void *b)
{
	const struct reader_addr *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static const struct reader_addr *
look_up(const struct index_reader *r, int64_t id)
{
	struct reader_addr key = { .id = id };

	if (r->naddrs == 0)
		return NULL;
	/* Ids are given from 1 on without holes. */
	if (id > 0 && (uint64_t)id <= r->naddrs && r->addrs[id - 1].id == id)
		return &r->addrs[id - 1];
	return bsearch(&key, r->addrs, r->naddrs, sizeof(key), compare_addrs);
}

static int
find_addr(struct index_reader *r, int64_t id, struct addr *ret_ip)
{
	const struct reader_addr *a = look_up(r, id);
	int rc;

	if (a == NULL) {
		rc = load_addrs(r);
		if (rc != 0)
			return rc;
		a = look_up(r, id);
	}
	if (a == NULL)
		return ERR_CORRUPT;
	*ret_ip = a->ip;
	return 0;
}

/* ---- the function ---- */

static void
fail(sqlite3_context *c, int rc)
{
	if (rc == ERR_NOMEM)
		sqlite3_result_error_nomem(c);
	else
		sqlite3_result_error_code(c, rc == ERR_CORRUPT ? SQLITE_CORRUPT
		                                               : SQLITE_ERROR);
}

static void
who(sqlite3_context *c, int n, sqlite3_value **v)
{
	struct index_reader *r = sqlite3_user_data(c);
	int64_t what = sqlite3_value_int64(v[0]);
	struct index_ends ends = {
		.point = (uint32_t)sqlite3_value_int64(v[1]),
		.client_port = (uint16_t)sqlite3_value_int(v[3]),
		.server_port = (uint16_t)sqlite3_value_int(v[5]),
		.flags = (uint32_t)sqlite3_value_int64(v[6]),
		.ts = sqlite3_value_int64(v[7]),
	};
	struct str name;
	int rc;

	(void)n;
	rc = find_addr(r, sqlite3_value_int64(v[2]), &ends.client);
	if (rc == 0)
		rc = find_addr(r, sqlite3_value_int64(v[4]), &ends.server);
	if (rc == 0 && (what < 0 || what > INDEX_NAMESPACE))
		rc = ERR_INVAL;
	if (rc != 0) {
		fail(c, rc);
		return;
	}
	name = r->names->name(r->names->ctx, (enum index_name)what, &ends);
	sqlite3_result_text64(c, name.n > 0 ? name.p : "", name.n,
	                      SQLITE_TRANSIENT, SQLITE_UTF8);
}

int
index_names(struct index_reader *r, const struct index_names *n, struct err *e)
{
	r->names = n;
	if (sqlite3_create_function(r->db, "who", WHO_ARGS,
	                            SQLITE_UTF8 | SQLITE_DIRECTONLY, r, who,
	                            NULL, NULL) != SQLITE_OK)
		return db_error(r->db, "preparing names", e);
	return 0;
}
