/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/http2/http2_sync.h"

#include "analyzer/proto/http2/hpack.h"
#include "analyzer/proto/http2/http2_frame.h"
#include "base/compiler.h"

/* As much as this has to be seen. A frame of fixed form counts for that. */
#define SYNC_ENOUGH 5

/* No table is so large that it has more entries. */
#define SYNC_INDEX_MAX 4096u

/* Indexes of the static table that only requests or responses use. */
enum {
	SYNC_REQUEST_FIRST = 1,
	SYNC_REQUEST_LAST = 7,
	SYNC_RESPONSE_LAST = 14,
};

/* What a frame's type says of it: flags that it may have, and its worth. */
static const struct {
	uint8_t flags;
	uint8_t worth;
} sync_types[] = {
	[HTTP2_DATA] = { HTTP2_END_STREAM | HTTP2_PADDED, 1 },
	[HTTP2_HEADERS] = { HTTP2_END_STREAM | HTTP2_END_HEADERS |
	                        HTTP2_PADDED | HTTP2_HAS_PRIORITY,
	                    2 },
	[HTTP2_PRIORITY] = { 0, 4 },
	[HTTP2_RST_STREAM] = { 0, 5 },
	[HTTP2_SETTINGS] = { HTTP2_ACK, 4 },
	[HTTP2_PUSH_PROMISE] = { HTTP2_END_HEADERS | HTTP2_PADDED, 2 },
	[HTTP2_PING] = { HTTP2_ACK, 5 },
	[HTTP2_GOAWAY] = { 0, 4 },
	[HTTP2_WINDOW_UPDATE] = { 0, 5 },
	[HTTP2_CONTINUATION] = { HTTP2_END_HEADERS, 1 },
};

static bool
is_possible(const struct http2_frame *f)
{
	return f->type < ARRAY_LEN(sync_types) &&
	       (f->flags & ~(unsigned)sync_types[f->type].flags) == 0 &&
	       f->length <= HTTP2_FRAME_MAX && http2_frame_possible(f);
}

/* Names are in lower case (RFC 9113, section 8.2.1). */
static bool
is_name(struct str s)
{
	const char *p = s.p;

	for (size_t i = 0; i < s.n; i++, p++)
		if (*p <= ' ' || *p > '~' || (*p >= 'A' && *p <= 'Z'))
			return false;
	return s.n != 0;
}

/* Who sends a field like this one, if only one of the two does. */
static enum http2_sender
sender_of(const struct hpack_code *c)
{
	if (c->kind == HPACK_RESIZED)
		return HTTP2_ANYBODY;
	if (c->index >= SYNC_REQUEST_FIRST && c->index <= SYNC_REQUEST_LAST)
		return HTTP2_CLIENT;
	if (c->index > SYNC_REQUEST_LAST && c->index <= SYNC_RESPONSE_LAST)
		return HTTP2_SERVER;
	if (c->index != 0 || c->name_coded || !str_starts(c->name, STR(":")))
		return HTTP2_ANYBODY;
	return str_eq(c->name, STR(":status")) ? HTTP2_SERVER : HTTP2_CLIENT;
}

/* How much a block is worth; -1: it is none. */
static int
judge_block(struct cursor block, bool whole, enum http2_sender *io_sender)
{
	struct hpack_code c;
	bool telling = false;

	block.open = !whole;
	while (hpack_code(&block, &c)) {
		if (c.kind != HPACK_RESIZED && c.index > SYNC_INDEX_MAX)
			return -1;
		if (c.kind != HPACK_RESIZED && c.index == 0 && !c.name_coded &&
		    !is_name(c.name))
			return -1;
		if (sender_of(&c) == HTTP2_ANYBODY)
			continue;
		telling = true;
		*io_sender = sender_of(&c);
	}
	if (block.state == CUR_BAD)
		return -1;
	return telling ? SYNC_ENOUGH : 2;
}

/* How much this frame is worth; -1: it is none. */
static int
judge_frame(const struct http2_frame *f, struct cursor payload, bool whole,
            enum http2_sender *io_sender)
{
	uint32_t promised;
	struct cursor content;

	switch (f->type) {
	case HTTP2_HEADERS:
	case HTTP2_PUSH_PROMISE:
		content = http2_frame_content(f, &payload, &promised);
		if (!cur_ok(&payload) || cur_at_end(&content))
			return -1;
		whole &= (f->flags & HTTP2_END_HEADERS) != 0;
		return judge_block(content, whole, io_sender);
	case HTTP2_WINDOW_UPDATE:
		return cur_be32(&payload) - 1 < INT32_MAX
		           ? sync_types[f->type].worth
		           : -1;
	case HTTP2_RST_STREAM:
		return http2_frame_error(cur_be32(&payload)).n != 0
		           ? sync_types[f->type].worth
		           : -1;
	case HTTP2_SETTINGS:
		/* An acknowledgement is a frame of fixed form. */
		return sync_types[f->type].worth +
		       (f->length == 0 ? f->flags & HTTP2_ACK : 1);
	default:
		return sync_types[f->type].worth;
	}
}

static enum verdict
enough(int worth, enum verdict otherwise)
{
	return worth >= SYNC_ENOUGH ? VERDICT_YES : otherwise;
}

enum verdict
http2_sync_judge(struct cursor c, bool cut, enum http2_sender *ret_sender)
{
	int worth = 0;

	*ret_sender = HTTP2_ANYBODY;
	while (worth < SYNC_ENOUGH || (cut && *ret_sender == HTTP2_ANYBODY)) {
		struct http2_frame f = http2_frame_read(&c);
		size_t n;
		int w;

		if (!cur_ok(&c))
			return enough(worth, VERDICT_MAYBE);
		if (!is_possible(&f))
			return enough(worth, VERDICT_NO);
		n = f.length;
		if (n > cur_left(&c) && (!cut || f.type != HTTP2_HEADERS ||
		                         (f.flags & HTTP2_PADDED) != 0))
			return enough(worth, VERDICT_MAYBE);
		n = n < cur_left(&c) ? n : cur_left(&c);
		w = judge_frame(&f, cur_block(&c, n), n == f.length,
		                ret_sender);
		if (w < 0)
			return enough(worth, VERDICT_NO);
		worth += w;
	}
	return VERDICT_YES;
}

size_t
http2_sync_find(const struct cursor *c, enum verdict *ret_there)
{
	struct cursor at = *c;
	enum http2_sender sender;

	*ret_there = VERDICT_NO;
	while (!cur_at_end(&at)) {
		/* No frame is so long that its first byte is not zero. */
		*ret_there = cur_peek_u8(&at) != 0
		                 ? VERDICT_NO
		                 : http2_sync_judge(at, false, &sender);
		if (*ret_there != VERDICT_NO)
			break;
		(void)cur_skip(&at, 1);
	}
	return cur_left(c) - cur_left(&at);
}
