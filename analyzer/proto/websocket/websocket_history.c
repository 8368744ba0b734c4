/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/websocket/websocket_history.h"

#include "analyzer/proto/websocket/websocket_frame.h"
#include "base/err.h"

/* Bytes fetched from the evidence at a time. */
enum { HISTORY_PIECE = 16384 };

/* A place in a direction, and the bytes that were fetched behind it. */
struct walk {
	const struct exchange *x;
	enum dir dir;
	uint64_t off, end;
	uint64_t piece_off;
	size_t piece_n;
	bool compressed; /* the message that the frame belongs to */
	uint8_t piece[HISTORY_PIECE];
};

/* Bytes of the piece from w->off on; at least `want` if they are there. */
static int
walk_fetch(struct walk *w, size_t want, size_t *ret_at, size_t *ret_n)
{
	struct layer_at at = { 0, w->dir, w->off };
	uint64_t left = w->end - w->off;
	uint64_t skip = w->off - w->piece_off;
	uint64_t hole;
	int rc;

	if (w->off >= w->piece_off && skip < w->piece_n &&
	    w->piece_n - skip >= (want < left ? want : left)) {
		*ret_at = (size_t)skip;
		*ret_n = w->piece_n - (size_t)skip;
		return 0;
	}
	w->piece_off = w->off;
	w->piece_n = 0;
	left = left < HISTORY_PIECE ? left : HISTORY_PIECE;
	/* Reads may be short. */
	while (w->piece_n < left && w->piece_n < want) {
		size_t n = 0;

		at.off = w->off + w->piece_n;
		rc = w->x->reader->read(w->x->reader->ctx, at,
		                        w->piece + w->piece_n,
		                        (size_t)left - w->piece_n, &n, &hole);
		if (rc != 0)
			return rc;
		if (n == 0)
			break;
		w->piece_n += n;
	}
	*ret_at = 0;
	*ret_n = w->piece_n;
	return 0;
}

/* The payload of a frame of a compressed message. */
static int
walk_payload(struct walk *w, const struct websocket_frame *fr,
             struct websocket_inflate *f)
{
	uint64_t done = 0;
	int rc = 0;

	while (rc == 0 && done < fr->length && w->off < w->end) {
		size_t at = 0, n = 0;

		rc = walk_fetch(w, 1, &at, &n);
		if (rc != 0)
			return rc;
		if (n == 0)
			return ERR_MALFORMED; /* a hole: as good as that */
		n = n < fr->length - done ? n : (size_t)(fr->length - done);
		websocket_frame_unmask(fr, done, &w->piece[at], n);
		rc = websocket_inflate_bytes(f, str_make(&w->piece[at], n),
		                             NULL);
		done += n;
		w->off += n;
	}
	return rc == 0 && fr->fin ? websocket_inflate_end(f, NULL) : rc;
}

static int
walk_frame(struct walk *w, struct websocket_inflate *f)
{
	struct websocket_frame fr;
	struct cursor c;
	size_t at = 0, n = 0;
	uint64_t next;
	int rc = walk_fetch(w, WEBSOCKET_HEAD_MAX, &at, &n);

	if (rc != 0)
		return rc;
	c = cur_make(&w->piece[at], n, false);
	websocket_frame_read(&c, &fr);
	/* Indexing came by here, so this is a hole. */
	if (!cur_ok(&c)) {
		websocket_inflate_reset(f);
		w->off = w->end;
		return 0;
	}
	w->off += n - cur_left(&c);
	next = w->off + fr.length;
	if (!websocket_frame_is_control(&fr)) {
		if (fr.opcode != WEBSOCKET_CONTINUATION)
			w->compressed = fr.rsv1;
		if (w->compressed)
			rc = walk_payload(w, &fr, f);
	}
	if (rc == ERR_MALFORMED) {
		websocket_inflate_reset(f);
		w->compressed = false;
		rc = 0;
	}
	w->off = next < w->end ? next : w->end;
	return rc;
}

int
websocket_history(const struct exchange *x, enum dir dir, uint64_t from,
                  uint64_t to, struct websocket_inflate *f)
{
	struct walk w = { .x = x, .dir = dir, .off = from, .end = to };
	int rc = 0;

	while (rc == 0 && w.off < w.end)
		rc = walk_frame(&w, f);
	return rc;
}
