/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader_impl: the reader's inside, for reader.c, entries.c and tables.c only.
 */
#ifndef INDEX_READER_IMPL_H
#define INDEX_READER_IMPL_H

#include <sqlite3.h>
#include <stdbool.h>

#include "analyzer/index/reader.h"

struct index_reader {
	sqlite3 *db;
	bool sealed;
	sqlite3_stmt *meta;
	sqlite3_stmt *part_at[2];
};

/* Damaged rows: one text for all of them. */
int reader_corrupt(const char *table, struct err *e);

#endif /* INDEX_READER_IMPL_H */
