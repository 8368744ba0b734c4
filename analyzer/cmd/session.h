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
#include "analyzer/cmd/term.h"
#include "analyzer/ingest/ingest.h"
#include "analyzer/query/opened.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/sha256.h"
#include "snapshot/workspace.h"

/* Where indexes live; zeroed at first, opened by the first session. */
struct session_place {
	struct workspace_root *root;
	char salt[SHA256_HEX_MAX];
	int signal; /* that stopped us, 0: none */
};

struct session {
	const char *input;
	struct workspace *ws;
	struct opened *opened;
	bool reused;
	bool differs; /* read again, and the index there was is another */
	bool refused; /* part of the input was unreadable or refused */
	int64_t ns;   /* how long opening took */
	struct ingest_result result; /* unless reused */
};

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
