/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conversation: what two sides say in turn, cut, broken off and with holes: the
 * tests that every dissector of a stream has to pass (docs/dissectors.md).
 *
 * A test describes the conversation once, with the lines of WORLD_LINE that
 * come of it, and asks for each kind of trouble; an answer is true when all
 * went well. Every run also checks that nothing is left of the budget.
 */
#ifndef TESTS_SUPPORT_CONVERSATION_H
#define TESTS_SUPPORT_CONVERSATION_H

#include "tests/support/http1_world.h"

struct turn {
	int side;
	const char *text;
};

struct conversation {
	const struct dissector *dissector;
	uint16_t port;
	const struct turn *turn;
	size_t n;
	const char *lines;
	/* What the text of a turn stands for, kept; NULL: itself. */
	struct str (*bytes)(const char *text);
	bool ends; /* side 1 ends with a FIN */
	/* A line of a conversation that was broken off differs from those above
	 * when one of these words is in it, NULL ends. */
	const char *const *excuses;
	bool shuffled; /* and those that do not may come in another order */
};

/* A stream of which side `opener` sent the SYN, -1 neither. */
void conversation_open(const struct conversation *c, struct world *w,
                       unsigned show, int opener);
/* The text of all entries; the world is the caller's to release. */
const char *conversation_run(const struct conversation *c, struct world *w,
                             unsigned show);

/* Cut in two anywhere, and into single bytes: all is the same, rendered too. */
bool conversation_splits(const struct conversation *c);
bool conversation_single_bytes(const struct conversation *c);
/* Broken off anywhere: whole exchanges are as before, others have excuses. */
bool conversation_truncations(const struct conversation *c);
/* A hole anywhere: what came before it stays, and all can be rendered. */
bool conversation_gaps(const struct conversation *c);

#endif /* TESTS_SUPPORT_CONVERSATION_H */
