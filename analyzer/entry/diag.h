/* SPDX-License-Identifier: Apache-2.0 */
/* A fact about the completeness of the evidence (diag.def), with position. */
#ifndef ENTRY_DIAG_H
#define ENTRY_DIAG_H

#include <stdint.h>

#include "analyzer/entry/position.h"
#include "base/str.h"

enum diag_severity { DIAG_SEV_INFO, DIAG_SEV_LOSS, DIAG_SEV_REFUSED };

enum diag_kind {
#define DIAG(id, name, severity, what) DIAG_##id,
#include "analyzer/entry/diag.def"
#undef DIAG
	DIAG_COUNT
};

/* In diag.at.source: about no capture file in particular. */
#define DIAG_NO_SOURCE UINT32_MAX

struct diag {
	enum diag_kind kind;
	struct position at; /* record 0: about a file or the whole */
	int64_t stream;     /* stream id, 0: none */
	int side;           /* of the stream, -1: none */
	uint64_t off;       /* stream or file offset, as the kind says */
	uint64_t len;       /* bytes or count concerned */
	int64_t ts;         /* nanoseconds, 0 unknown */
	struct str name;    /* member, limit or gap cause */
	struct str text;    /* what, where, what to do; for people */
};

const char *diag_name(enum diag_kind k);
/* What the kind means. */
const char *diag_what(enum diag_kind k);
enum diag_severity diag_severity(enum diag_kind k);
const char *diag_severity_name(enum diag_severity s);

#endif /* ENTRY_DIAG_H */
