/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/index/statements.h"

#include "analyzer/index/db.h"

static const char *const sql[ST_COUNT_ALL] = {
	[ST_CHART] = "INSERT INTO chart VALUES(NULL,?,?,?,?)",
	[ST_META] = "INSERT OR REPLACE INTO meta VALUES(?,?)",
	[ST_SOURCE] =
	    "INSERT OR REPLACE INTO source VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)",
	[ST_IFACE] = "INSERT INTO iface VALUES(?,?,?,?,?,?,?,?,?,?)",
	[ST_COUNT] = "INSERT OR REPLACE INTO packet_count VALUES(?,?,?)",
	[ST_POINT] = "INSERT INTO point VALUES(?,?,?,?)",
	[ST_ADDR] = "INSERT INTO addr VALUES(?,?,?)",
	[ST_PROTOCOL] = "INSERT INTO protocol VALUES(?,?,?,?,0)",
	[ST_TALLY] = "UPDATE protocol SET entries=? WHERE id=?",
	[ST_IDENTITY] = "INSERT INTO identity VALUES(?,?,?,?,?,?,?,?,?)",
	[ST_DIAG] = "INSERT INTO diag VALUES(NULL,?,?,?,?,?,?,?,?,?,?,?)",
};

int
statements_prepare(sqlite3 *db, sqlite3_stmt *st[ST_COUNT_ALL], struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < ST_COUNT_ALL && rc == 0; i++)
		rc = db_prepare(db, sql[i], e, &st[i]);
	return rc;
}

void
statements_finalize(sqlite3_stmt *st[ST_COUNT_ALL])
{
	for (size_t i = 0; i < ST_COUNT_ALL; i++) {
		(void)sqlite3_finalize(st[i]);
		st[i] = NULL;
	}
}
