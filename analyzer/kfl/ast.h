/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ast: what a parsed query is made of.
 *
 * Every node names its meaning, not its spelling: KFL_EQ is equality of texts,
 * KFL_GT compares numbers, KFL_GROUP is where a missing field stops making
 * things false ("collapse"; see docs/kfl.md). A second language would be
 * another parser onto these nodes.
 *
 * All nodes live in the arena of their query. Offsets are bytes of the query
 * after macros were expanded.
 */
#ifndef KFL_AST_H
#define KFL_AST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/kfl/value.h"
#include "base/str.h"

struct kfl_path;

enum {
	/* Longest query, macros expanded: generated ones have hundreds of
	 * addresses, and nobody reads more. */
	KFL_TEXT_MAX = 64 << 10,
	/* Nodes of a query: a line an address, with room. */
	KFL_NODES_MAX = 4096,
	/* Nesting of groups, signs and comparisons: stack is finite. */
	KFL_DEPTH_MAX = 64,
	/* Memory of one parsed query, regular expressions not counted. */
	KFL_ARENA_MAX = 8 << 20,
};

enum kfl_kind {
	KFL_EMPTY, /* the empty query: true */
	KFL_NUMBER,
	KFL_STRING,
	KFL_REGEX,
	KFL_BOOL,
	KFL_NIL,
	KFL_CALL,  /* a selector, a helper, or a selector with a tail */
	KFL_GROUP, /* ( left ) */
	KFL_NOT,
	KFL_NEG,
	KFL_EQ,
	KFL_NE,
	KFL_GT,
	KFL_GE,
	KFL_LT,
	KFL_LE,
	KFL_AND,
	KFL_OR,
};

enum kfl_helper {
#define HELPER(id, name) KFL_H_##id,
#include "analyzer/kfl/helpers.def"
#undef HELPER
	KFL_H_COUNT,
};

struct kfl_arg {
	struct str tag; /* "" without one */
	struct kfl_node *value;
	struct kfl_value constant; /* what it comes to, once prepared */
	struct kfl_arg *next;
};

/* What compiling finds out about a call; see plan.h. */
enum kfl_role {
	KFL_ROLE_NONE,     /* not compiled (an argument): its tail, or false */
	KFL_ROLE_SELECTOR, /* the value at `path`, or collapse */
	KFL_ROLE_HELPER,   /* helper(value at `path`) */
	KFL_ROLE_UNKNOWN,  /* a helper that there is not: collapse */
	KFL_ROLE_TAIL,     /* the value of the tail */
};

struct kfl_call {
	struct str name; /* path as written, without blanks: "a.b.*" */
	bool parens;     /* f() */
	struct kfl_arg *args;
	bool has_index;
	int64_t index;
	struct str index_raw;
	struct str key; /* token with its quotes, or *; "" without one */
	struct str descent;
	struct kfl_node *tail; /* expression after a bracket, ".", as a group */

	/* compiled */
	enum kfl_role role;
	enum kfl_helper helper;
	struct str path_text;
	const struct kfl_path *path;
	struct str inner_text; /* json(), xml(): the path inside */
	const struct kfl_path *inner;
	int64_t when; /* now() and its relatives: ms since 1970 */
};

struct kfl_node {
	enum kfl_kind kind;
	uint32_t at, end;       /* span in the expanded text */
	struct str raw;         /* literals: the token */
	struct str text;        /* strings and regular expressions */
	struct kfl_value value; /* literals; a regular expression's is false
	                         * until it is compiled */
	struct kfl_node *left;  /* operand, or left operand */
	struct kfl_node *right; /* right operand */
	struct kfl_call *call;  /* KFL_CALL */
};

/* The name of a helper, as queries write it. */
const char *kfl_helper_name(enum kfl_helper h);

/* The helper of that name, or KFL_H_COUNT. */
enum kfl_helper kfl_helper_find(struct str name);

#endif /* KFL_AST_H */
