/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/http1/http1_body.h"

#include <assert.h>

#include "analyzer/proto/http_flow.h"
#include "analyzer/proto/source.h"
#include "base/buf.h"
#include "base/err.h"

/* Fields behind a chunked body that are kept. */
#define BODY_TRAILER_MAX 16384u

/* --- heads -------------------------------------------------------------- */

/* Is this the head of a 1xx response, which another one follows? */
static bool
body_is_interim(struct str head)
{
	struct http1_line line;
	struct cursor fields;

	return http1_line_parse(http1_head_line(head, &fields), true, &line) &&
	       line.status < 200 && line.status != 101;
}

/* Blank lines in front of a head; they are no part of it. */
static uint64_t
body_drop_blank(struct buf *b)
{
	uint64_t n = 0;

	while (str_starts(buf_str(b), STR("\r")) ||
	       str_starts(buf_str(b), STR("\n"))) {
		buf_consume(b, 1);
		n++;
	}
	return n;
}

/*
 * Gather bytes in b until the final head is whole, or no more of it can be had.
 * m->body is advanced past what is done with; `interims` are the heads in front
 * of it, the last of which is at *ret_last. More than there is room for are not
 * kept but for the last.
 */
static int
body_gather(struct http1_message *m, struct source *s, struct buf *b,
            struct buf *interims, size_t *ret_last)
{
	size_t scanned = 0, n = 0;
	struct str bytes;
	uint64_t hole;
	int rc = 0;

	for (;;) {
		struct cursor c;

		if (scanned == 0)
			m->body += body_drop_blank(b);
		c = cur_from_str(buf_str(b), true);
		n = http1_head_end(&c, &scanned);
		if (n != 0 && body_is_interim(cur_peek(&c, n))) {
			*ret_last = interims->n;
			rc = buf_append(interims, b->p, n);
			if (rc == ERR_BUDGET) {
				*ret_last = 0;
				buf_clear(interims);
				rc = buf_append(interims, b->p, n);
			}
			if (rc != 0)
				return rc;
			buf_consume(b, n);
			m->body += n;
			scanned = 0;
			continue;
		}
		if (n != 0)
			break;
		rc = source_next(s, UINT64_MAX, &bytes, &hole);
		if (rc != 0)
			return rc;
		if (bytes.n == 0)
			break;
		rc = buf_append_str(b, bytes);
		if (rc == ERR_BUDGET)
			break;
		if (rc != 0)
			return rc;
	}
	m->whole = n != 0;
	if (n != 0)
		buf_truncate(b, n);
	m->body += b->n;
	return 0;
}

/* The start line of a head, which has to have its end. */
static bool
body_parse(struct http1_message *m, struct str head, bool response)
{
	struct cursor fields;
	struct str line = http1_head_line(head, &fields);

	if (line.n == head.n || !http1_line_parse(line, response, &m->line))
		return false;
	m->head = head;
	http1_head_framing(head, &m->framing);
	return true;
}

/* Reads the heads; what is there of them moves to the arena. */
static int
body_heads(struct http1_message *m, struct str *ret_head,
           struct str *ret_interim)
{
	const struct exchange *x = m->x;
	struct buf b, interims;
	size_t last = 0;
	struct source s;
	int rc;

	buf_init(&b, (size_t)x->limits->head_bytes + SOURCE_PIECE);
	buf_init(&interims, (size_t)x->limits->head_bytes + SOURCE_PIECE);
	source_begin(&s, x, m->side, 0);
	rc = body_gather(m, &s, &b, &interims, &last);
	if (rc == 0) {
		*ret_head = arena_dup(x->scratch, buf_str(&b));
		m->interims = arena_dup(x->scratch, buf_str(&interims));
		*ret_interim = str_tail(m->interims, last);
		rc = arena_error(x->scratch);
	}
	buf_release(&b);
	buf_release(&interims);
	return rc;
}

int
http1_body_open(const struct exchange *x, enum side side,
                struct http1_message *ret_message)
{
	struct http1_message m = { .x = x, .side = side };
	bool response = side == SIDE_RESPONSE;
	const struct entry_side *bytes;
	struct str head, interim;
	int rc;

	bytes = response ? &x->entry->response : &x->entry->request;
	assert(bytes->present);
	for (size_t i = 0; i < bytes->nspans; i++)
		m.total += bytes->spans[i].len;
	rc = body_heads(&m, &head, &interim);
	if (rc != 0)
		return rc;
	if (!body_parse(&m, head, response)) {
		/* Cut behind an interim response: that is what there is. */
		if (!body_parse(&m, interim, response))
			return ERR_MALFORMED;
		m.interims = str_head(m.interims, m.interims.n - interim.n);
		m.whole = true;
		m.body = m.total;
	}
	*ret_message = m;
	return 0;
}

struct str
http1_body_codings(const struct http1_message *m)
{
	static const struct str names[] = {
		STR_INIT("content-encoding"),
		STR_INIT("transfer-encoding"),
	};
	struct str list = STR_NONE;
	struct http_field f;
	struct cursor fields;
	unsigned n = 0;

	/* Part of a coded body cannot be decoded (RFC 9110, section 14.4). */
	for (size_t i = m->line.status == 206; i < ARRAY_LEN(names); i++) {
		(void)http1_head_line(m->head, &fields);
		while (http_field_next(&fields, &f))
			if (str_eq_nocase(str_trim(f.name), names[i]))
				list = http_flow_codings(list, &n, f.value,
				                         m->x->scratch);
	}
	return list;
}

/* --- the body ----------------------------------------------------------- */

enum chunk { CHUNK_SIZE, CHUNK_EXT, CHUNK_DATA, CHUNK_END, CHUNK_TRAILER };

/* Bytes on their way: wire, chunks, and what http_flow.h does. */
struct flow {
	struct http1_message *m;
	struct http_flow to;
	/* chunks */
	enum chunk chunk;
	uint64_t left; /* of this chunk, or the size as read so far */
	unsigned digits;
	struct buf trailer;
	bool ended; /* the last chunk was seen */
};

/* One byte of "1f;ext CR LF". */
static int
flow_size(struct flow *f, uint8_t b)
{
	unsigned d = cur_digit(b);

	if (b == '\n') {
		if (f->digits == 0)
			return ERR_MALFORMED;
		f->ended = f->left == 0;
		f->chunk = f->ended ? CHUNK_TRAILER : CHUNK_DATA;
		return 0;
	}
	if (f->chunk == CHUNK_EXT || b == '\r')
		return 0;
	if (d > 15) {
		if (b != ';' && b != ' ' && b != '\t')
			return ERR_MALFORMED;
		f->chunk = b == ';' || f->digits != 0 ? CHUNK_EXT : CHUNK_SIZE;
		return 0;
	}
	if (f->left > (UINT64_MAX - d) / 16)
		return ERR_MALFORMED;
	f->left = f->left * 16 + d;
	f->digits++;
	return 0;
}

static int
flow_chunk_end(struct flow *f, uint8_t b)
{
	if (b != '\r' && b != '\n')
		return ERR_MALFORMED;
	if (b == '\n') {
		f->chunk = CHUNK_SIZE;
		f->digits = 0;
		f->left = 0;
	}
	return 0;
}

static int
flow_dechunk(struct flow *f, struct str bytes)
{
	struct cursor c = cur_from_str(bytes, false);
	int rc = 0;

	while (rc == 0 && !cur_at_end(&c)) {
		uint64_t n = cur_left(&c);

		switch (f->chunk) {
		case CHUNK_SIZE:
		case CHUNK_EXT:
			rc = flow_size(f, cur_u8(&c));
			break;
		case CHUNK_DATA:
			n = f->left < n ? f->left : n;
			f->left -= n;
			if (f->left == 0)
				f->chunk = CHUNK_END;
			rc = http_flow_bytes(&f->to, cur_take(&c, (size_t)n));
			break;
		case CHUNK_END:
			rc = flow_chunk_end(f, cur_u8(&c));
			break;
		case CHUNK_TRAILER:
			rc = buf_append_str(&f->trailer, cur_rest(&c));
			/* A trailer too long to be one: do without. */
			rc = rc == ERR_BUDGET ? 0 : rc;
			break;
		}
	}
	return rc;
}

static int
flow_chunk_hole(struct flow *f, uint64_t n)
{
	uint64_t inside = f->chunk != CHUNK_DATA ? 0
	                  : n < f->left          ? n
	                                         : f->left;
	int rc;

	if (f->chunk == CHUNK_TRAILER)
		return 0;
	f->left -= inside;
	if (f->left == 0)
		f->chunk = CHUNK_END;
	/* Past the chunk nobody knows what is data: all of it is a hole. */
	rc = http_flow_hole(&f->to, n);
	return rc != 0 || inside == n ? rc : ERR_TRUNCATED;
}

/* All bytes were seen: was that the end of the body? */
static int
flow_end(struct flow *f)
{
	const struct http1_framing *fr = &f->m->framing;
	uint64_t n = http1_body_wire_length(f->m);

	if (fr->chunked && !f->ended)
		return ERR_TRUNCATED;
	if (!fr->coded && fr->sized && n != 0 && n < fr->length)
		return ERR_TRUNCATED;
	return http_flow_end(&f->to);
}

static int
flow_run(struct flow *f, struct source *s)
{
	bool chunked = f->m->framing.chunked;
	struct str bytes;
	uint64_t hole;
	int rc = http_flow_status(&f->to);

	while (rc == 0) {
		rc = source_next(s, UINT64_MAX, &bytes, &hole);
		if (rc != 0)
			break;
		if (bytes.n == 0 && hole == 0)
			return flow_end(f);
		if (bytes.n != 0)
			rc = chunked ? flow_dechunk(f, bytes)
			             : http_flow_bytes(&f->to, bytes);
		else
			rc = chunked ? flow_chunk_hole(f, hole)
			             : http_flow_hole(&f->to, hole);
	}
	return http_flow_code(rc);
}

int
http1_body_stream(struct http1_message *m, bool decoded,
                  struct body_range range, const struct body_out *out)
{
	const struct exchange *x = m->x;
	struct flow f = { .m = m };
	struct source s;
	int rc;

	if (!m->whole)
		return 0;
	rc = http_flow_init(&f.to, x->limits,
	                    decoded ? http1_body_codings(m) : STR_NONE, range,
	                    out);
	buf_init(&f.trailer, BODY_TRAILER_MAX);
	source_begin(&s, x, m->side, m->body);
	if (rc == 0)
		rc = flow_run(&f, &s);
	if (f.ended)
		m->trailer = arena_dup(x->scratch, buf_str(&f.trailer));
	buf_release(&f.trailer);
	http_flow_release(&f.to);
	return rc;
}

int
http1_body(const struct exchange *x, enum side side, bool decoded,
           struct body_range range, const struct body_out *out)
{
	struct http1_message m;
	int rc = http1_body_open(x, side, &m);

	return rc != 0 ? rc : http1_body_stream(&m, decoded, range, out);
}
