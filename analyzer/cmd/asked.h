/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asked: the snapshots of a command line, and the query made ready for each.
 *
 * Snapshots that cannot be opened are told and left out; those that are left
 * keep the numbers of their places.
 */
#ifndef CMD_ASKED_H
#define CMD_ASKED_H

#include <stddef.h>

#include "analyzer/cmd/cmd.h"
#include "analyzer/query/ask.h"
#include "analyzer/query/merge.h"
#include "base/compiler.h"
#include "base/err.h"

struct asked_source {
	struct session session;
	unsigned number; /* from 1; 0: a lone one */
	struct ask ask;
};

struct asked {
	struct cmd *c;
	const char *text; /* the query as typed */
	struct asked_source *sources;
	struct merge_source *merged; /* the same, for the merge */
	size_t n;
};

/* How many of the arguments are snapshots; the query may be behind them. */
size_t asked_inputs(const struct options *o);

/*
 * Open the first n arguments and prepare the query. `text` is borrowed. Release
 * it in any case, zeroed if this was not called. ERR_NOMEM, and a mistake in
 * the query, which has been told.
 */
int asked_open(struct asked *a, struct cmd *c, size_t n, const char *text,
               struct err *e) WARN_UNUSED;
void asked_release(struct asked *a);

#endif /* CMD_ASKED_H */
