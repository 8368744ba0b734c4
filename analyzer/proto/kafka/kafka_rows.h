/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kafka_rows: a sink that turns the members of an object into a table.
 *
 * Every member is a row: its name in words ("Base Offset" of baseOffset), its
 * value, and the selector PREFIX["baseOffset"]. Lists and objects are values as
 * JSON text. With `plain` all values are text, with `dotted` the selector is
 * PREFIX.baseOffset.
 *
 * kafka_rows_begin(), then events to `sink` as between sink_begin_object() and
 * sink_end_object(), which are left out, then kafka_rows_end().
 */
#ifndef KAFKA_ROWS_H
#define KAFKA_ROWS_H

#include "analyzer/entry/sink.h"
#include "base/json_out.h"

struct kafka_rows {
	struct sink sink; /* first */
	/* set these before kafka_rows_begin() */
	struct str title;
	struct str prefix;
	bool plain, dotted; /* may change between rows */
	const char *skip;   /* a member without a row, or NULL */

	/* private */
	struct sink *out;
	struct json_out rows;  /* the table */
	struct json_out value; /* one value of it, when it is JSON */
	unsigned depth;
	struct str key;
};

/* The section is a member of an array of `out`. */
void kafka_rows_begin(struct kafka_rows *r, struct sink *out);
void kafka_rows_end(struct kafka_rows *r);

/* A row with a name of its own; its value has to follow. */
void kafka_rows_named(struct kafka_rows *r, const char *name, const char *key);
/* One without a value. */
void kafka_rows_empty(struct kafka_rows *r, const char *name, const char *key);

#endif /* KAFKA_ROWS_H */
