/* SPDX-License-Identifier: Apache-2.0 */
/*
 * column: what the index knows about a field, and the SQL that asks it.
 *
 * The rows are those of the table `entry`, called e, of docs/formats/index.md;
 * dictionaries are asked with sub-selects, so that a value is looked at once
 * and not once a row. A column answers for a field exactly, or not at all,
 * unless it is lossy. Names of workloads depend on the time; SQL asks for them
 * with the function who() (index/reader.h).
 */
#ifndef KFL_COLUMN_H
#define KFL_COLUMN_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/kfl/cond.h"
#include "analyzer/kfl/value.h"

struct field;

enum kfl_column_kind {
	KFL_COL_NONE,   /* the packets have to be asked */
	KFL_COL_TEXT,   /* a string, by dictionary id */
	KFL_COL_EXPR,   /* an expression that is a string */
	KFL_COL_WHO,    /* a name: who(sql, ...); `values` is the column */
	KFL_COL_INT,    /* an integer */
	KFL_COL_PORT,   /* an integer that is shown as a string */
	KFL_COL_ID,     /* the same, with the snapshot's number in front */
	KFL_COL_REAL,   /* a number with a fraction */
	KFL_COL_BOOL,   /* an expression that is true or false */
	KFL_COL_MS,     /* a time in ns that is shown in ms */
	KFL_COL_TIME,   /* a time in ns that is shown as RFC 3339 has it */
	KFL_COL_FILE,   /* a stream's id, in the name of a file; lossy */
	KFL_COL_REASON, /* a function of the entry's flags */
	KFL_COL_PROTO,  /* a function of the protocol's variant */
};

struct kfl_column {
	enum kfl_column_kind kind;
	const char *sql; /* TEXT: the column with the id; else expression */
	const char *reversed; /* TEXT: the same, when e.flags has REVERSED */
	const char *values;   /* TEXT: "text WHERE value", "addr WHERE text" */
	uint32_t absent;      /* e.flags: any of these, and the field is not */
	uint32_t doubt;       /* e.flags: any, and the column may not fit */
	bool lossy; /* who passes a test may fail it; who fails it, fails */
	bool tcp;   /* entries of protocols over TCP only have it */
};

/* The column that answers for the field `path` of a table; kind NONE if none.
 */
struct kfl_column kfl_column_of(const struct field *f);

/* What may be asked of a column. */
enum kfl_test {
	KFL_TEST_TRUE, /* does it count as true? no operand */
	KFL_TEST_EQ,
	KFL_TEST_GT,
	KFL_TEST_GE,
	KFL_TEST_LT,
	KFL_TEST_LE,
	KFL_TEST_STARTS_WITH,
	KFL_TEST_ENDS_WITH,
	KFL_TEST_CONTAINS,
};

struct kfl_column_ask {
	enum kfl_test test;
	const struct kfl_value *v; /* NULL for KFL_TEST_TRUE */
	unsigned snapshot;         /* its number in ids; 0: none */
};

/*
 * The condition that the field's value passes the test with a constant, for
 * rows where the column answers. NULL: it cannot be said in SQL (or there is no
 * memory). Not for KFL_COL_PROTO.
 */
const struct kfl_cond *kfl_column_test(const struct kfl_column *c,
                                       const struct kfl_column_ask *ask,
                                       struct arena *a);

/* The condition that e.flags has any of these; FALSE for none. */
const struct kfl_cond *kfl_column_flags(uint32_t flags, struct arena *a);

/* The same test on values, as the evaluator does it. */
bool kfl_column_decide(enum kfl_test test, const struct kfl_value *x,
                       const struct kfl_value *v);

#endif /* KFL_COLUMN_H */
