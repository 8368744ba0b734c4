/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session: a snapshot named on the command line, ready to be asked.
 *
 * Finds the index that an earlier run made, or makes it, with progress on the
 * terminal meanwhile. A signal stops the making, and nothing of it is left.
 */
#ifndef CMD_SESSION_H
#define CMD_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/cmd/options.h"
#include "analyzer/ingest/ingest.h"
#include "analyzer/query/opened.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/sha256.h"
#include "console/term.h"
#include "snapshot/workspace.h"

/* Where indexes live; zeroed at first, opened by the first session. */
struct session_place {
	struct workspace_root *root;
	char salt[SHA256_HEX_MAX];
	struct protobuf_set *schema; /* of --proto-set, or NULL */
	int signal;                  /* that stopped us, 0: none */
};

struct session {
	const struct protobuf_set *schema; /* of the place */
	const char *input;
	struct workspace *ws;
	struct opened *opened;
	bool reused;
	bool replace; /* what is there in its place is of no use */
	bool differs; /* read again, and the index there was is another */
	bool refused; /* part of the input was unreadable or refused */
	int64_t ns;   /* how long opening took */
	struct ingest_result result; /* unless reused */
};

/* Open it beforehand; later calls do nothing. */
int session_place_open(struct session_place *place, const struct options *o,
                       struct err *e) WARN_UNUSED;

/* For a program that answers while it makes an index. */
struct session_watch {
	struct ingest_progress *counters; /* whose `cancel` stops it */
	void (*began)(void *ctx, const struct workspace *ws);
	void (*alone)(void *ctx); /* see ingest.h */
	void *ctx;
};

/*
 * The two steps of session_open(). 1: an index of an earlier run is open; 0:
 * there is none, and session_make() makes it; or a code. With `watch`, nothing
 * is shown and no signal is waited for.
 */
int session_find(struct session_place *place, const struct options *o,
                 const char *input, struct term *notes, struct err *e,
                 struct session *ret_session) WARN_UNUSED;
int session_make(struct session *s, struct session_place *place,
                 const struct options *o, struct term *notes,
                 const struct session_watch *watch, struct err *e) WARN_UNUSED;

/*
 * Open `input`. `notes` gets the progress and what is worth saying. The
 * command line's limits, jobs and so on are taken from `o`. ERR_CANCELLED
 * after a signal, place->signal telling which.
 */
int session_open(struct session_place *place, const struct options *o,
                 const char *input, struct term *notes, struct err *e,
                 struct session *ret_session) WARN_UNUSED;
void session_close(struct session *s);

/* After the last session. */
void session_place_release(struct session_place *place);

#endif /* CMD_SESSION_H */
