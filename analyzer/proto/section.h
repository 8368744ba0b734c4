/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section: the tables of represent().
 *
 * A table's rows are JSON text within a string, because the compatible API has
 * it so; a table without rows is "null". Each row has a name, a value, and the
 * KFL selector of the value.
 */
#ifndef PROTO_SECTION_H
#define PROTO_SECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/entry/sink.h"
#include "base/json_out.h"
#include "base/str.h"

/* A table being written; it does not move. */
struct section {
	struct sink *out;
	struct json_out rows;
	bool any;
};

void section_begin(struct section *t, struct str title, struct sink *out);
void section_end(struct section *t);

/* A row in one call. */
void section_text(struct section *t, const char *name, struct str value,
                  const char *selector);
void section_number(struct section *t, const char *name, int64_t value,
                    const char *selector);

/* A row in steps: the caller writes the value to t->rows in between. */
void section_row_begin(struct section *t, struct str name);
void section_row_end(struct section *t, struct str selector);
/* The same with texts that are put together from n parts. */
void section_row_begin_parts(struct section *t, const struct str *name,
                             size_t n);
void section_row_end_parts(struct section *t, const struct str *selector,
                           size_t n);
/* A row that selects nothing. */
void section_row_end_bare(struct section *t);

#endif /* PROTO_SECTION_H */
