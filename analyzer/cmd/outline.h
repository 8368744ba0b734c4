/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outline: a sink that writes what is rendered as an indented outline.
 *
 *	method: GET
 *	headers:
 *	  Host: orders
 *
 * What is empty or false is left out. Body texts are not wanted (somebody else
 * shows them), and of what an entry says at its top only the members that are
 * asked for. Control characters are escaped.
 */
#ifndef CMD_OUTLINE_H
#define CMD_OUTLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/entry/sink.h"
#include "console/term.h"

enum {
	OUTLINE_DEPTH = 64, /* deeper values are not shown */
	OUTLINE_KEY = 120,  /* bytes; longer keys and strings are cut */
	OUTLINE_STRING = 2000,
};

struct outline {
	struct sink sink;
	struct term *term;
	const char *const *top; /* members wanted at the top, NULL ends */

	/* private */
	size_t depth;
	struct outline_level {
		bool array;
		bool body;  /* the object of a body */
		bool shown; /* its key is written */
		struct outline_key {
			size_t n;
			char p[OUTLINE_KEY];
		} key; /* in front of it; n 0: none */
	} level[OUTLINE_DEPTH + 1];
	struct outline_key key; /* in front of the next value */
};

void outline_init(struct outline *o, struct term *t, const char *const *top);

#endif /* CMD_OUTLINE_H */
