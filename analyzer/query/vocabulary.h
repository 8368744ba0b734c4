/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vocabulary: every name that a query may use, and every protocol that this
 * program understands, for whoever explains or completes queries.
 */
#ifndef QUERY_VOCABULARY_H
#define QUERY_VOCABULARY_H

#include <stddef.h>

struct field;
struct protocol;

enum { VOCABULARY_MAX = 64 }; /* a part a dissector and overlay */

/* What comes from one dissector or overlay. */
struct vocabulary {
	const struct field *fields; /* ends with a NULL path */
	/* Whose entries have them, ends with NULL; NULL: all entries. */
	const struct protocol *const *protocols;
};

/* The parts, that of all entries first; returns how many. */
size_t vocabulary_all(struct vocabulary out[VOCABULARY_MAX]);

#endif /* QUERY_VOCABULARY_H */
