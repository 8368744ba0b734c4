/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader_impl: the reader's inside, for the other files of this folder
 * that read: entries.c, tables.c, brief.c, names.c, narrow.c, narrow_set.c.
 */
#ifndef INDEX_READER_IMPL_H
#define INDEX_READER_IMPL_H

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "analyzer/index/reader.h"
#include "base/buf.h"

struct index_reader {
	sqlite3 *db;
	bool sealed;
	sqlite3_stmt *meta;
	sqlite3_stmt *part_last, *part_before;
	/* Asked for once an entry that is read, and slow to prepare; NULL while
	 * they are in use. */
	sqlite3_stmt *stream, *parts;
	const atomic_bool *cancel; /* NULL: nobody watches */
	struct narrow *narrow;     /* NULL: none is lent */
	const struct judge *judge; /* while narrow_judge.c asks, else NULL */

	/* names.c: how names are found, and the addresses by id. */
	const struct index_names *names;
	struct reader_addr *addrs;
	size_t naddrs;
};

/* A row of the dictionary of addresses. */
struct reader_addr {
	int64_t id;
	struct addr ip;
};

struct db_row;

/*
 * Step through a statement, which is finalized, and give each row to `row`;
 * non-zero from it stops with that code. `table` is for messages.
 */
int reader_walk(struct index_reader *r, sqlite3_stmt *st, const char *table,
                int (*row)(struct db_row *row, void *ctx), void *ctx,
                struct err *e) WARN_UNUSED;

/* Damaged rows: one text for all of them. */
int reader_corrupt(const char *table, struct err *e);

/*
 * Appends " WHERE ..." for rows of `entry e`, and binds what it asks for, from
 * parameter *io_i on.
 */
int reader_where(struct buf *sql, const struct index_where *w) WARN_UNUSED;
void reader_bind(sqlite3_stmt *st, int *io_i, const struct index_where *w);

/* Once a connection: what narrow_judge() needs in it. */
int reader_judge(struct index_reader *r, struct err *e) WARN_UNUSED;

#endif /* INDEX_READER_IMPL_H */
