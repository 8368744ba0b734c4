/* SPDX-License-Identifier: Apache-2.0 */
/*
 * top: the commonest values of a field among the matches of a query.
 *
 * A field that the index has as a column is counted from there, any other is
 * read from the evidence, of which no more is rendered than it takes. Numbers,
 * truths and texts are values; of a list, each of its elements; of a field that
 * names several places (headers..name), each of them. Entries without the field
 * have none. Snapshots are added one after the other.
 */
#ifndef QUERY_TOP_H
#define QUERY_TOP_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/kfl/path.h"
#include "analyzer/query/facts.h"
#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/map.h"
#include "base/str.h"

enum {
	TOP_VALUES = 200000, /* different ones that are counted */
	TOP_TEXT = 512,      /* bytes of one; longer texts count as equal */
};

enum top_kind { TOP_NULL, TOP_TRUTH, TOP_NUMBER, TOP_STRING };

struct top_value {
	enum top_kind kind;
	struct str text; /* as it would be written, without quotes */
	uint64_t count;
};

struct top {
	struct top_value *value;
	size_t n, cap;
	uint64_t left_out; /* occurrences of further values */

	/* private */
	struct arena arena;
	struct map seen;
	struct str field;
	struct str prefix;
	const struct kfl_path *path;
	const struct kfl_want *want;
};

/*
 * `field` and `prefix` (values that begin so, in any case of letters) are
 * borrowed. ERR_SYNTAX with a sentence: no path. ERR_IO: no random bytes.
 */
int top_init(struct top *t, struct str field, struct str prefix,
             struct err *e) WARN_UNUSED;
void top_release(struct top *t);

/* Matches of one snapshot, as facts_walk() walks over them. */
int top_add(struct top *t, struct opened *o, const struct facts_ask *ask,
            struct facts_state *io_state, struct err *e) WARN_UNUSED;

/* The commonest first, equal ones by their text. */
void top_sort(struct top *t);

#endif /* QUERY_TOP_H */
