/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard: may this request be answered?
 *
 * The browser of the analyst is full of strangers' pages. Two things keep them
 * out: the Host field must be a name that a stranger cannot have had resolved
 * to us (an address, "localhost", or the host that the user gave), and the
 * Origin field, which browsers send with what pages ask for, must be such a
 * host too. Which port the page came from does not matter: the original's
 * front-end and ours may run beside each other.
 *
 * When the server listens on more than loopback addresses, everybody on the
 * network can ask; then a token is needed as well, and only then are addresses
 * other than loopback good hosts. Whoever starts the server may choose the
 * token, because it has to be known elsewhere (a container's maker), and then
 * it is needed on loopback addresses as well.
 */
#ifndef API_GUARD_H
#define API_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/str.h"

enum {
	GUARD_TOKEN = 43,     /* letters: 32 random bytes as base64url */
	GUARD_TOKEN_MIN = 32, /* of one that was chosen */
	GUARD_TOKEN_MAX = 128,
	GUARD_HOST = 256,
};

struct guard {
	bool open;                       /* not only loopback */
	char host[GUARD_HOST];           /* what --host said */
	char token[GUARD_TOKEN_MAX + 1]; /* "": none is needed */
};

/* What a client sent; a field that was not there is STR_NONE. */
struct guard_ask {
	struct str host;
	struct str origin;
	struct str authorization;
	struct str cookie;
	struct str token; /* of the query */
};

enum guard_answer {
	GUARD_OK,
	GUARD_BAD_HOST,
	GUARD_BAD_ORIGIN,
	GUARD_NO_TOKEN,  /* or a wrong one */
	GUARD_TOKEN_NOW, /* the query has it: set the cookie, lead on */
};

/*
 * The token is `token`, or when that is NULL one made here if `open`. ERR_USAGE
 * when it is not GUARD_TOKEN_MIN to GUARD_TOKEN_MAX letters of base64url; or
 * what reading random bytes failed with.
 */
int guard_init(struct guard *g, const char *host, bool open,
               const char *token) WARN_UNUSED;

enum guard_answer guard_check(const struct guard *g,
                              const struct guard_ask *ask);

#endif /* API_GUARD_H */
