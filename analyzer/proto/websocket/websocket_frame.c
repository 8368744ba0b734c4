/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/websocket/websocket_frame.h"

#include "base/utf8.h"

enum {
	FRAME_FIN = 0x80,
	FRAME_RSV1 = 0x40,
	FRAME_RESERVED = 0x30,
	FRAME_OPCODE = 0x0f,
	FRAME_MASKED = 0x80,
	FRAME_LENGTH = 0x7f,
	FRAME_LENGTH_16 = 126,
	FRAME_LENGTH_64 = 127,
};

static uint64_t
read_length(struct cursor *c, uint8_t first)
{
	uint64_t n = first & FRAME_LENGTH;

	if (n == FRAME_LENGTH_16) {
		n = cur_be16(c);
		if (cur_ok(c) && n <= WEBSOCKET_CONTROL_MAX)
			cur_bad(c);
	} else if (n == FRAME_LENGTH_64) {
		n = cur_be64(c);
		if (cur_ok(c) && (n <= UINT16_MAX || n > INT64_MAX))
			cur_bad(c);
	}
	return n;
}

void
websocket_frame_read(struct cursor *c, struct websocket_frame *ret_frame)
{
	uint8_t first = cur_u8(c), second = cur_u8(c);
	struct websocket_frame f = {
		.fin = (first & FRAME_FIN) != 0,
		.rsv1 = (first & FRAME_RSV1) != 0,
		.reserved = (first & FRAME_RESERVED) != 0,
		.opcode = first & FRAME_OPCODE,
		.masked = (second & FRAME_MASKED) != 0,
	};

	if (cur_ok(c) &&
	    ((f.opcode > WEBSOCKET_BINARY && f.opcode < WEBSOCKET_CLOSE) ||
	     f.opcode > WEBSOCKET_PONG ||
	     (websocket_frame_is_control(&f) &&
	      (!f.fin || (second & FRAME_LENGTH) > WEBSOCKET_CONTROL_MAX))))
		cur_bad(c);
	f.length = read_length(c, second);
	if (f.masked)
		(void)cur_copy(c, f.mask, sizeof(f.mask));
	*ret_frame = f;
}

void
websocket_frame_unmask(const struct websocket_frame *f, uint64_t at, uint8_t *p,
                       size_t n)
{
	for (size_t i = 0; f->masked && i < n; i++)
		p[i] ^= f->mask[(at + i) & 3];
}

/* --- is it? ------------------------------------------------------------- */

enum {
	SNIFF_SURE = 32, /* bits of evidence */
	SNIFF_HEAD = 5,  /* what a valid head is worth */
	SNIFF_PIECE = 256,
};

/* What was seen of a run of frames. */
struct sniffing {
	unsigned bits;
	unsigned heads;
	bool inside; /* a message of several frames */
	bool text;   /* and it is text that is not compressed */
};

/* How much of s is text, and nothing that a person would not send. */
static size_t
text_prefix(struct str s)
{
	struct cursor c = cur_from_str(str_head(s, utf8_valid_prefix(s)),
	                               false);
	size_t n = 0;

	while (!cur_at_end(&c)) {
		uint8_t b = cur_u8(&c);

		if (b < 0x20 && b != '\t' && b != '\n' && b != '\r')
			break;
		n++;
	}
	return n;
}

/*
 * The payload that is there of a frame. What is text counts up to the first
 * byte that is not; then *ret_bad is set.
 */
static void
sniff_payload(struct sniffing *s, const struct websocket_frame *f,
              struct cursor *c, bool *ret_bad)
{
	size_t n = cur_left(c);
	uint8_t piece[SNIFF_PIECE];
	struct cursor look = *c;

	n = f->length < n ? (size_t)f->length : n;
	if (s->text && !websocket_frame_is_control(f)) {
		size_t part = n < SNIFF_PIECE ? n : SNIFF_PIECE;
		struct str text = str_make(piece, part);
		size_t good;

		(void)cur_copy(&look, piece, part);
		websocket_frame_unmask(f, 0, piece, part);
		good = text_prefix(text);
		s->bits += (unsigned)good;
		text = str_tail(text, good);
		/* It may be cut within a character. */
		*ret_bad = text.n >= UTF8_MAX ||
		           (text.n != 0 && !utf8_is_partial(text));
	}
	(void)cur_skip(c, n);
}

/* May a frame like this follow those before it? */
static bool
sniff_head(struct sniffing *s, const struct websocket_frame *f, bool masked)
{
	bool control = websocket_frame_is_control(f);

	if (f->masked != masked || f->reserved || (control && f->rsv1))
		return false;
	if (!control) {
		if (s->inside != (f->opcode == WEBSOCKET_CONTINUATION))
			return false;
		if (s->inside && f->rsv1)
			return false;
		/* Another fragment may begin within a character. */
		s->text = f->opcode == WEBSOCKET_TEXT && !f->rsv1;
		s->inside = !f->fin;
	}
	s->heads++;
	s->bits += SNIFF_HEAD;
	return true;
}

static bool
is_sure(const struct sniffing *s, bool masked)
{
	/* A server's text is text as it stands: one frame of it proves less. */
	return s->bits >= SNIFF_SURE && s->heads >= (masked ? 1u : 2u);
}

enum verdict
websocket_frame_sniff(struct cursor c, bool masked)
{
	bool more = c.open && cur_left(&c) < WEBSOCKET_SNIFF;
	struct sniffing s = { .bits = 0 };
	struct websocket_frame f;
	bool bad = false;

	c.open = true;
	/* Bytes are judged in their order: what is YES stays it. */
	while (!cur_at_end(&c)) {
		websocket_frame_read(&c, &f);
		if (c.state == CUR_MORE)
			break;
		if (!cur_ok(&c) || !sniff_head(&s, &f, masked))
			return VERDICT_NO;
		if (!is_sure(&s, masked))
			sniff_payload(&s, &f, &c, &bad);
		if (is_sure(&s, masked))
			return VERDICT_YES;
		if (bad)
			return VERDICT_NO;
	}
	return more ? VERDICT_MAYBE : VERDICT_NO;
}
