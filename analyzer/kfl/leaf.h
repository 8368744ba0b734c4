/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leaf: one question to one field, answered from the index's columns.
 *
 * Which column answers depends on the entry's protocol: request.method is a
 * column of HTTP entries and is not there in others. The families of protocols
 * are asked one by one, and the answers put together.
 */
#ifndef KFL_LEAF_H
#define KFL_LEAF_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/kfl/bounds.h"
#include "analyzer/kfl/column.h"
#include "analyzer/kfl/cond.h"
#include "analyzer/kfl/path.h"

/* What kind of value a node has: "!" treats them differently. */
enum kfl_leaf_kind { KFL_LEAF_BOOL, KFL_LEAF_OTHER, KFL_LEAF_UNKNOWN };

/* The four conditions of a node. None is ever NULL. */
struct kfl_leaf {
	enum kfl_leaf_kind kind;
	enum kfl_left left; /* to be evaluated */
	bool total;         /* never collapses: fu is NOT to, fo is NOT tu */
	const struct kfl_cond *tu, *to; /* truthy: under, over */
	const struct kfl_cond *fu, *fo; /* falsy: under, over */
};

struct kfl_question {
	const struct kfl_path *path;
	enum kfl_test test;
	const struct kfl_value *operand; /* NULL for KFL_TEST_TRUE */
	bool missing_is_false; /* a missing field is false, not a collapse */
};

/* Nothing is known: FALSE below, TRUE above. */
struct kfl_leaf kfl_leaf_unknown(enum kfl_leaf_kind kind);

/* False when no column has anything to say, or there is no memory. */
bool kfl_leaf_ask(const struct kfl_scope *s, const struct kfl_question *q,
                  struct arena *a, struct kfl_leaf *ret);

#endif /* KFL_LEAF_H */
