/* SPDX-License-Identifier: Apache-2.0 */
/*
 * path: JSONPath in the dialect of the original's library (ojg/jp).
 *
 *	.name  ['name']  ["name"]  [n]  [-n]  .*  [*]  ..name
 *	['a','b']  [0,2]  [from:to:step]  [?(@.name == 1)]  $  @
 *
 * A path names any number of places in a value. Looking them up gives them in
 * the library's order: members as they came, and after `..` the deepest first.
 */
#ifndef KFL_PATH_H
#define KFL_PATH_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/kfl/value.h"
#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

enum {
	/* Indexes and the parts of slices, either way. */
	KFL_INDEX_MAX = INT32_MAX,
	/* Fragments of one path. */
	KFL_STEPS_MAX = 64,
	/* Places that one path may name in one value. */
	KFL_HITS_MAX = 1 << 16,
	/* Members looked at for one path: `..*..*..x` is cheap to write. */
	KFL_VISITS_MAX = 1 << 22,
};

enum kfl_step_kind {
	KFL_STEP_CHILD,   /* .name */
	KFL_STEP_INDEX,   /* [n] */
	KFL_STEP_ANY,     /* .*, [*] */
	KFL_STEP_DESCENT, /* .. */
	KFL_STEP_UNION,   /* [a,b] */
	KFL_STEP_SLICE,   /* [a:b:c] */
	KFL_STEP_FILTER,  /* [?(...)] */
};

struct kfl_filter;

struct kfl_step {
	enum kfl_step_kind kind;
	struct str name; /* CHILD */
	int64_t index;   /* INDEX; SLICE: the first */
	int64_t end;     /* SLICE: the last */
	int64_t by;      /* SLICE: 0 names nothing */
	const struct kfl_filter *filter;
	struct kfl_step *also; /* UNION: CHILDs and INDEXes */
};

struct kfl_path {
	size_t n;
	struct kfl_step *step;
};

/* Values that a path named. Zero it; the array lives in the arena. */
struct kfl_hits {
	struct kfl_value **v;
	size_t n, cap;
};

/*
 * Reads `text` into `a`; the path borrows nothing from it. ERR_SYNTAX with the
 * library's message in *e, ERR_LIMIT, or the arena's error.
 */
int kfl_path_parse(struct str text, struct arena *a, struct err *e,
                   const struct kfl_path **ret_path) WARN_UNUSED;

/*
 * Appends to *hits the values that `p` names in `root`; an empty path names
 * none. ERR_LIMIT past KFL_HITS_MAX or KFL_VISITS_MAX; the arena's error.
 */
int kfl_path_get(const struct kfl_path *p, struct kfl_value *root,
                 struct arena *a, struct kfl_hits *hits) WARN_UNUSED;

/*
 * Puts the string `text` at every place that `p` names in `root`. A last .name
 * is created in objects that lack it: behind `..` or `*` in the middle, as in
 * the original. A leading `..` changes what exists only.
 */
int kfl_path_set(const struct kfl_path *p, struct kfl_value *root,
                 struct str text, struct arena *a) WARN_UNUSED;

#endif /* KFL_PATH_H */
