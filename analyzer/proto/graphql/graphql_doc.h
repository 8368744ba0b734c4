/* SPDX-License-Identifier: Apache-2.0 */
/*
 * graphql_doc: is this text a GraphQL document, and what does it ask?
 *
 * Reads executable documents (operations and fragments; GraphQL specification,
 * October 2021, sections 2.1 to 2.13) that come in pieces, in constant memory.
 * Selections are parsed to their last brace; what stands between parentheses
 * (arguments, variable definitions) has to be made of tokens and balanced
 * brackets, no more. Type definitions are no documents here.
 */
#ifndef GRAPHQL_DOC_H
#define GRAPHQL_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum {
	GRAPHQL_DOC_NAME = 128, /* characters of a name that are told */
	GRAPHQL_DOC_DEPTH = 64, /* brackets within brackets; servers stop at
	                         * 10 to 20 levels of selections */
};

enum graphql_part {
	GRAPHQL_OPERATION, /* "query", "mutation" or "subscription" begins */
	GRAPHQL_NAME,      /* its name */
	GRAPHQL_FIELD,     /* it selects this field at its first level */
};

struct graphql_doc {
	/* Told the parts; NULL: nobody is. */
	void (*on)(void *ctx, enum graphql_part part, struct str name);
	void *ctx;

	/* private */
	int lex, parse;
	int after;       /* directives and parentheses: what comes then */
	unsigned quotes; /* of a string's end */
	unsigned depth;
	unsigned definitions;
	bool operation; /* the definition is one */
	bool first;     /* nothing stands behind the open bracket yet */
	size_t nname, nheld;
	char name[GRAPHQL_DOC_NAME]; /* being read */
	char held[GRAPHQL_DOC_NAME]; /* a field, or an alias of one */
	char closer[GRAPHQL_DOC_DEPTH];
};

/* All zero but for on and ctx is a new one. False: it is no document. */
bool graphql_doc_feed(struct graphql_doc *d, struct str piece);
/* The text has ended: was it a whole document? */
bool graphql_doc_end(struct graphql_doc *d);

#endif /* GRAPHQL_DOC_H */
