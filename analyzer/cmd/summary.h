/* SPDX-License-Identifier: Apache-2.0 */
/*
 * summary: what is in a snapshot, in figures.
 *
 * Everything is read from the index, so that a snapshot that was opened before
 * gives the same answer; only the seconds of the stages are known right after
 * the making alone.
 */
#ifndef CMD_SUMMARY_H
#define CMD_SUMMARY_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/cmd/session.h"
#include "analyzer/entry/diag.h"
#include "analyzer/entry/disposition.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/sha256.h"
#include "console/term.h"

enum {
	SUMMARY_PROTOCOLS = 64, /* more abbreviations than there will be */
	SUMMARY_ABBR = 16,
	SUMMARY_SEAL = 16,
};

struct summary {
	const struct session *session;
	uint64_t members;
	uint64_t captures;
	uint64_t bytes;         /* of all members */
	uint64_t capture_bytes; /* of the capture files among them */
	uint64_t packets;
	uint64_t dispositions[DISPOSITION_COUNT];
	uint64_t streams;
	uint64_t entries;
	size_t nprotocols;
	struct summary_protocol {
		char abbr[SUMMARY_ABBR];
		uint64_t n;
	} protocols[SUMMARY_PROTOCOLS];
	uint64_t diags[DIAG_COUNT];
	int64_t from, to; /* first and last packet; 0 without packets */
	uint64_t index_bytes;
	char digest[SHA256_HEX_MAX];
	char evidence[SHA256_HEX_MAX];
	char seal[SUMMARY_SEAL];
};

int summary_read(const struct session *s, struct err *e,
                 struct summary *ret_summary) WARN_UNUSED;
/* For people. */
void summary_text(const struct summary *s, struct term *t);
/* One object and a line break. */
void summary_json(const struct summary *s, struct term *t);

#endif /* CMD_SUMMARY_H */
