/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explained: a table of differences that somebody understood.
 *
 * A line of the file has columns with tabs between them, the last of which says
 * why; the others together are the difference, and a line stands for one
 * difference. Lines that begin with '#' are for people. A test tells every
 * difference it finds; one without a line fails it, and so does a line without
 * a difference.
 *
 * With BLESS set in the environment the file is written anew in the order in
 * which the differences were told, and those without a line get "?" for their
 * reason, which does not count as one. A test ends when there is no memory.
 */
#ifndef TESTS_SUPPORT_EXPLAINED_H
#define TESTS_SUPPORT_EXPLAINED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/compiler.h"

struct explained_line {
	char *key;
	char *why;
	bool used;
};

struct explained {
	const char *path;
	struct explained_line *line;
	size_t n;
	struct buf blessed;
	size_t unexplained; /* told, and not in the table */
};

/* A file that is not there is an empty table. */
void explained_read(struct explained *x, const char *path);

/* A difference: columns with tabs between. Shown when it has no line. */
void explained_tell(struct explained *x, const char *fmt, ...)
    PRINTF_LIKE(2, 3);

/* How many lines were not needed; shows them. Rewrites the file on demand. */
size_t explained_finish(struct explained *x);
void explained_release(struct explained *x);

#endif /* TESTS_SUPPORT_EXPLAINED_H */
