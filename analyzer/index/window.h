/* SPDX-License-Identifier: Apache-2.0 */
/*
 * window: the times within which the next rows of a growing index lie.
 *
 * Until an index is finished it cannot be asked for its rows in order of time:
 * all of them would be sorted for a page of a hundred. The chart tells, from
 * few of its blocks, up to which instant there are so many rows; then only
 * those are sorted.
 */
#ifndef INDEX_WINDOW_H
#define INDEX_WINDOW_H

#include "analyzer/index/reader.h"
#include "base/compiler.h"
#include "base/err.h"

/* More rows than this are not worth it. */
enum { WINDOW_ROWS = 4096 };

/*
 * Makes the range of a list by time that has a limit and no other condition as
 * small as it can be without losing a row of it. Nothing is changed where that
 * is not known. The codes of the index.
 */
int window_narrow(struct index_reader *r, struct index_select *io_select,
                  struct err *e) WARN_UNUSED;

#endif /* INDEX_WINDOW_H */
