/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statements: the writer's prepared inserts, one a table; see feed.h for those
 * of tables with very many rows.
 */
#ifndef INDEX_STATEMENTS_H
#define INDEX_STATEMENTS_H

#include <sqlite3.h>

#include "base/compiler.h"
#include "base/err.h"

enum statement {
	ST_CHART,
	ST_META,
	ST_SOURCE,
	ST_IFACE,
	ST_COUNT,
	ST_POINT,
	ST_ADDR,
	ST_PROTOCOL,
	ST_TALLY,
	ST_IDENTITY,
	ST_DIAG,
	ST_COUNT_ALL
};

int statements_prepare(sqlite3 *db, sqlite3_stmt *st[ST_COUNT_ALL],
                       struct err *e) WARN_UNUSED;
void statements_finalize(sqlite3_stmt *st[ST_COUNT_ALL]);

#endif /* INDEX_STATEMENTS_H */
