/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source: the bytes of one side of an exchange, in order, piece by piece.
 *
 * Walks the side's spans with the exchange's reader in constant memory. What
 * the reader does not have any more counts as a hole, so that the lengths of
 * pieces and holes always sum up to that of the spans.
 */
#ifndef PROTO_SOURCE_H
#define PROTO_SOURCE_H

#include "analyzer/proto/proto.h"
#include "base/compiler.h"

/* Bytes fetched from the evidence at a time. */
#define SOURCE_PIECE 16384u

struct source {
	const struct exchange *x;
	const struct entry_side *side;
	enum dir dir;
	size_t span; /* the present one */
	uint64_t at; /* within it */
	uint8_t piece[SOURCE_PIECE];
};

/* The direction that a side's bytes went. */
enum dir source_dir(const struct exchange *x, enum side side);

/* Begin `off` bytes behind the first one. */
void source_begin(struct source *s, const struct exchange *x, enum side side,
                  uint64_t off);

/* Pass over n bytes of the present span, at most what is left of it. */
void source_skip(struct source *s, uint64_t n);

/* Bytes that are left of the present span; 0 behind the last one. */
uint64_t source_left(const struct source *s);

/*
 * The next bytes, at most `max` and not past the end of the span, which are
 * valid until the next call; or the next hole; neither at the end. Codes are
 * those of the reader.
 */
int source_next(struct source *s, uint64_t max, struct str *ret_bytes,
                uint64_t *ret_hole) WARN_UNUSED;

#endif /* PROTO_SOURCE_H */
