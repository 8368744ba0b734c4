/* SPDX-License-Identifier: Apache-2.0 */
/*
 * overview: what is in a snapshot, in figures, from its index alone.
 *
 * Of an index that grows, what is not known yet is 0 or "".
 */
#ifndef QUERY_OVERVIEW_H
#define QUERY_OVERVIEW_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/entry/diag.h"
#include "analyzer/entry/disposition.h"
#include "analyzer/query/opened.h"
#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

enum { OVERVIEW_PROTOCOLS = 64, OVERVIEW_NODES = 4096 };

struct overview {
	uint64_t members;
	uint64_t captures;
	uint64_t bytes; /* of all members */
	uint64_t packets;
	uint64_t dispositions[DISPOSITION_COUNT];
	int64_t from, to; /* first and last packet; 0 without packets */
	uint64_t streams;
	uint64_t streams_used; /* with entries */
	uint64_t gap_streams;  /* with bytes missing */
	uint64_t undecrypted;  /* of TLS */
	uint64_t entries;
	uint64_t incomplete; /* of them */
	size_t nprotocols;
	struct overview_protocol {
		struct str abbr;
		uint64_t entries;
	} protocols[OVERVIEW_PROTOCOLS];
	uint64_t diags[DIAG_COUNT];
	size_t nnodes;
	struct str nodes[OVERVIEW_NODES]; /* each once */
};

/* Texts are the arena's. The codes of index/reader.h, and ERR_NOMEM. */
int overview_read(struct opened *o, struct arena *a, struct err *e,
                  struct overview *ret_overview) WARN_UNUSED;

#endif /* QUERY_OVERVIEW_H */
