/* SPDX-License-Identifier: Apache-2.0 */
/* A hole in one direction of a stream, with its cause (gap.def). */
#ifndef ENTRY_GAP_H
#define ENTRY_GAP_H

#include <stdint.h>

enum gap_cause {
#define GAP(id, name, what) GAP_##id,
#include "analyzer/entry/gap.def"
#undef GAP
	GAP_COUNT
};

struct gap {
	uint64_t off; /* stream offset of the first missing byte */
	uint64_t len;
	enum gap_cause cause;
};

const char *gap_name(enum gap_cause c);

#endif /* ENTRY_GAP_H */
