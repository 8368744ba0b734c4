/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/http2/http2_frame.h"

#include "base/compiler.h"

struct http2_frame
http2_frame_read(struct cursor *c)
{
	struct cursor try = *c;
	struct http2_frame f;

	f.length = cur_be24(&try);
	f.type = cur_u8(&try);
	f.flags = cur_u8(&try);
	f.stream = cur_be32(&try) & INT32_MAX;
	if (!cur_want(c, HTTP2_FRAME_HEADER))
		return (struct http2_frame){ .length = 0 };
	(void)cur_skip(c, HTTP2_FRAME_HEADER);
	return f;
}

bool
http2_frame_possible(const struct http2_frame *f)
{
	/* Frames about a stream, about the connection, or about either. */
	enum { STREAM, CONNECTION, EITHER };
	static const struct {
		uint32_t min;
		uint32_t max;
		int about;
	} rules[] = {
		[HTTP2_DATA] = { 0, UINT32_MAX, STREAM },
		[HTTP2_HEADERS] = { 0, UINT32_MAX, STREAM },
		[HTTP2_PRIORITY] = { 5, 5, STREAM },
		[HTTP2_RST_STREAM] = { 4, 4, STREAM },
		[HTTP2_SETTINGS] = { 0, UINT32_MAX, CONNECTION },
		[HTTP2_PUSH_PROMISE] = { 4, UINT32_MAX, STREAM },
		[HTTP2_PING] = { 8, 8, CONNECTION },
		[HTTP2_GOAWAY] = { 8, UINT32_MAX, CONNECTION },
		[HTTP2_WINDOW_UPDATE] = { 4, 4, EITHER },
		[HTTP2_CONTINUATION] = { 0, UINT32_MAX, STREAM },
	};

	if (f->type >= ARRAY_LEN(rules))
		return true;
	if (f->length < rules[f->type].min || f->length > rules[f->type].max)
		return false;
	if (f->type == HTTP2_SETTINGS &&
	    (f->length % 6 != 0 ||
	     (f->length != 0 && (f->flags & HTTP2_ACK) != 0)))
		return false;
	return rules[f->type].about == EITHER ||
	       (rules[f->type].about == STREAM) == (f->stream != 0);
}

struct cursor
http2_frame_content(const struct http2_frame *f, struct cursor *payload,
                    uint32_t *ret_promised)
{
	struct cursor content;
	size_t pad = 0;

	if ((f->flags & HTTP2_PADDED) != 0)
		pad = cur_u8(payload);
	if (f->type == HTTP2_HEADERS && (f->flags & HTTP2_HAS_PRIORITY) != 0)
		(void)cur_skip(payload, 5);
	*ret_promised = 0;
	if (f->type == HTTP2_PUSH_PROMISE)
		*ret_promised = cur_be32(payload) & INT32_MAX;
	if (pad > cur_left(payload))
		cur_bad(payload);
	content = cur_block(payload, cur_left(payload) - pad);
	(void)cur_rest(payload);
	return content;
}

struct str
http2_frame_error(uint64_t code)
{
	static const struct str names[] = {
#define HTTP2_ERROR(name) STR_INIT(#name),
#include "analyzer/proto/http2/http2_errors.def"
#undef HTTP2_ERROR
	};

	return code < ARRAY_LEN(names) ? names[code] : STR_NONE;
}

const char *
http2_frame_goaway(uint64_t code)
{
	static const char *const texts[] = {
#define HTTP2_ERROR(name) "GOAWAY for an error: " #name,
#include "analyzer/proto/http2/http2_errors.def"
#undef HTTP2_ERROR
	};

	return code < ARRAY_LEN(texts) ? texts[code]
	                               : "GOAWAY for an error without a name";
}
