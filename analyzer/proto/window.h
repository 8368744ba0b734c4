/* SPDX-License-Identifier: Apache-2.0 */
/*
 * window: the bytes of one direction that a dissector has not consumed yet,
 * and which packets carried them.
 *
 * Offsets are absolute in the stream. Usually nothing is held: bytes are
 * consumed from the caller's packet and only a mark stays, so an idle direction
 * owns no heap memory. Marks tell the packet of any offset from the last byte
 * consumed on; past WINDOW_MARKS they are thinned out, and an offset is then
 * told to be in an earlier packet than it was.
 */
#ifndef PROTO_WINDOW_H
#define PROTO_WINDOW_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/entry/position.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/str.h"

/* A head in more packets than this is nothing a sender means. */
enum { WINDOW_MARKS = 4096, WINDOW_INLINE = 2 };

/* Bytes from off up to the next mark came in this packet. */
struct window_mark {
	uint64_t off;
	struct position at;
	int64_t ts;
};

struct window {
	uint64_t off; /* the next byte to consume */
	uint64_t end; /* one past the last byte that came */
	struct buf held;
	struct window_mark *marks;
	uint32_t nmarks;
	uint32_t cap;
	struct window_mark few[WINDOW_INLINE];
};

/* Holds at most `max` bytes. */
void window_init(struct window *w, size_t max);
void window_release(struct window *w);

/*
 * n bytes have come at w->end; `mark` says from where, all but its off.
 * Call it before they are consumed or held. ERR_NOMEM.
 */
int window_add(struct window *w, struct window_mark mark, size_t n) WARN_UNUSED;

/* Keep bytes that were added but not consumed; ERR_BUDGET, ERR_NOMEM. */
int window_hold(struct window *w, struct str bytes) WARN_UNUSED;

static inline struct str
window_held(const struct window *w)
{
	return buf_str(&w->held);
}

/* n bytes are consumed; of those, the ones that were held are dropped. */
void window_pass(struct window *w, size_t n);

/* Everything before `off` is consumed or will never come. */
void window_jump(struct window *w, uint64_t off);

/*
 * The packet of the byte at off: the nearest known one when that byte is
 * missing or long gone. NULL when nothing ever came.
 */
const struct window_mark *window_find(const struct window *w, uint64_t off);

/*
 * When the last of the bytes in [from, to) came, as far as their packets are
 * still known: not always with the byte at the end, where some came out of
 * order. window_find() finds something.
 */
int64_t window_latest(const struct window *w, uint64_t from, uint64_t to);

/* Where the next packet's bytes begin; UINT64_MAX when none follows. */
uint64_t window_next(const struct window *w, uint64_t off);

/* Heap bytes that it owns. */
size_t window_cost(const struct window *w);

#endif /* PROTO_WINDOW_H */
