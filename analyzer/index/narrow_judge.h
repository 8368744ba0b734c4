/* SPDX-License-Identifier: Apache-2.0 */
/*
 * narrow_judge: a condition of SQL, asked once for what many rows share.
 *
 * Most conditions look at a few columns with few values: a million entries have
 * some dozens of (protocol, flags, status). So the different combinations of
 * the columns that a condition names are collected, SQLite is asked about each
 * of them, in one statement, and every row has the verdict of its combination.
 * The meaning is SQLite's own, and a scan that takes it 150 ms takes 20.
 */
#ifndef INDEX_NARROW_JUDGE_H
#define INDEX_NARROW_JUDGE_H

#include <stdint.h>

#include "analyzer/index/narrow.h"
#include "base/compiler.h"
#include "base/err.h"

/* Bits of a verdict. */
enum { NARROW_OVER = 1, NARROW_SURE = 2 };

struct narrow_rows {
	const struct narrow_row *row;
	uint32_t n;
};

/* Two conditions; their ranges are not looked at. */
struct narrow_asked {
	const struct index_where *over;
	const struct index_where *under; /* NULL: what passes is sure */
};

/*
 * Writes a verdict for each row. 1; 0: the condition names columns that rows do
 * not have, or too many combinations; or a code.
 */
int narrow_judge(struct index_reader *r, const struct narrow_rows *rows,
                 const struct narrow_asked *asked, struct err *e,
                 uint8_t *ret_verdicts) WARN_UNUSED;

#endif /* INDEX_NARROW_JUDGE_H */
