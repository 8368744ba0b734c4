/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/coding.h"

/* zlib then promises not to write through next_in. */
#define ZLIB_CONST

#include <assert.h>
#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include "base/err.h"
#include "base/mem.h"

/* Bytes decoded at a time. */
#define CODING_CHUNK 16384u

/*
 * Output below this is never called a bomb: deflate makes 1 MiB of zeros into
 * 1 KiB, which is what it is for.
 */
#define CODING_FLOOR (UINT64_C(1) << 20)

/* RFC 9659: zstd windows above 8 MiB do not belong into HTTP. */
#define CODING_ZSTD_WINDOW_LOG 23

enum kind { KIND_COPY, KIND_GZIP, KIND_DEFLATE, KIND_BROTLI, KIND_ZSTD };

struct stage {
	enum kind kind;
	bool opened;  /* the library's state exists */
	bool ended;   /* the coding said so itself */
	bool started; /* some input has come */
	uint64_t out; /* bytes this stage has given */
	/* deflate: the two bytes that tell zlib's wrapper from none. */
	uint8_t sniff[2];
	unsigned nsniff;
	z_stream z;
	BrotliDecoderState *br;
	ZSTD_DStream *zstd;
	uint8_t chunk[CODING_CHUNK];
};

struct coding {
	struct body_out out;
	uint64_t max_out;
	uint64_t max_ratio;
	uint64_t in; /* encoded bytes so far */
	unsigned nstages;
	struct stage *stage; /* in the order in which bytes pass */
};

static const struct {
	struct str name;
	enum kind kind;
} coding_names[] = {
	{ STR_INIT("identity"), KIND_COPY },   { STR_INIT("gzip"), KIND_GZIP },
	{ STR_INIT("x-gzip"), KIND_GZIP },     { STR_INIT("br"), KIND_BROTLI },
	{ STR_INIT("deflate"), KIND_DEFLATE }, { STR_INIT("zstd"), KIND_ZSTD },
};

/* --- memory for the libraries ------------------------------------------- */

static void *
coding_zalloc(void *ctx, unsigned n, unsigned size)
{
	(void)ctx;
	return mem_array(n, size);
}

static void
coding_zfree(void *ctx, void *p)
{
	(void)ctx;
	mem_free(p);
}

static void *
coding_balloc(void *ctx, size_t n)
{
	(void)ctx;
	return mem_alloc(n);
}

/* --- one stage ---------------------------------------------------------- */

static int
coding_open_z(struct stage *s, int bits)
{
	s->z = (z_stream){ .zalloc = coding_zalloc, .zfree = coding_zfree };
	if (inflateInit2(&s->z, bits) != Z_OK)
		return ERR_NOMEM;
	s->opened = true;
	return 0;
}

static int
coding_open(struct stage *s)
{
	switch (s->kind) {
	case KIND_GZIP:
		return coding_open_z(s, 16 + MAX_WBITS);
	case KIND_BROTLI:
		s->br = BrotliDecoderCreateInstance(coding_balloc, coding_zfree,
		                                    NULL);
		s->opened = s->br != NULL;
		return s->opened ? 0 : ERR_NOMEM;
	case KIND_ZSTD:
		s->zstd = ZSTD_createDStream();
		s->opened = s->zstd != NULL;
		if (!s->opened ||
		    ZSTD_isError(ZSTD_DCtx_setParameter(
			s->zstd, ZSTD_d_windowLogMax, CODING_ZSTD_WINDOW_LOG)))
			return ERR_NOMEM;
		return 0;
	case KIND_DEFLATE: /* opened when its first two bytes are known */
	case KIND_COPY:
		break;
	}
	return 0;
}

static void
coding_close(struct stage *s)
{
	if (!s->opened)
		return;
	if (s->kind == KIND_BROTLI)
		BrotliDecoderDestroyInstance(s->br);
	else if (s->kind == KIND_ZSTD)
		(void)ZSTD_freeDStream(s->zstd);
	else
		(void)inflateEnd(&s->z);
	s->opened = false;
}

static int coding_pass(struct coding *c, unsigned at, const uint8_t *p,
                       size_t n);

/* Hands what a stage produced to the next one, within the limits. */
static int
coding_give(struct coding *c, unsigned at, const uint8_t *p, size_t n)
{
	struct stage *s = &c->stage[at];
	uint64_t limit = c->max_out;
	uint64_t room;
	bool over;
	int rc;

	if (s->kind != KIND_COPY && c->max_ratio != 0 &&
	    c->in < limit / c->max_ratio && limit > CODING_FLOOR) {
		limit = c->in * c->max_ratio;
		limit = limit < CODING_FLOOR ? CODING_FLOOR : limit;
	}
	room = limit > s->out ? limit - s->out : 0;
	over = n > room;
	n = over ? (size_t)room : n;
	s->out += n;
	rc = n != 0 ? coding_pass(c, at + 1, p, n) : 0;
	return rc == 0 && over ? ERR_LIMIT : rc;
}

/* After a gzip member another may follow; anything else is padding. */
static bool
coding_next_member(struct stage *s)
{
	return s->kind == KIND_GZIP && s->z.avail_in != 0 &&
	       *s->z.next_in == 0x1f && inflateReset(&s->z) == Z_OK;
}

static int
coding_inflate(struct coding *c, unsigned at, const uint8_t *p, size_t n)
{
	struct stage *s = &c->stage[at];
	int rc, z;

	assert(n <= UINT32_MAX);
	s->z.next_in = p;
	s->z.avail_in = (uInt)n;
	/* Also after an end: a new member may begin with this input. */
	if (s->ended && !coding_next_member(s))
		return 0;
	s->ended = false;
	do {
		s->z.next_out = s->chunk;
		s->z.avail_out = CODING_CHUNK;
		z = inflate(&s->z, Z_NO_FLUSH);
		rc = coding_give(c, at, s->chunk,
		                 CODING_CHUNK - s->z.avail_out);
		if (rc != 0)
			return rc;
		if (z == Z_STREAM_END && !coding_next_member(s)) {
			s->ended = true;
			return 0;
		}
		if (z == Z_MEM_ERROR)
			return ERR_NOMEM;
		if (z != Z_OK && z != Z_BUF_ERROR && z != Z_STREAM_END)
			return ERR_MALFORMED;
	} while (s->z.avail_in != 0 || s->z.avail_out == 0);
	return 0;
}

/* RFC 1950: the method is 8, the window at most 32 KiB, and 31 divides it. */
static bool
coding_zlib_wrapped(const uint8_t head[2])
{
	return (head[0] & 0x0f) == 8 && head[0] >> 4 <= 7 &&
	       (head[0] << 8 | head[1]) % 31 == 0;
}

/*
 * "deflate" means the zlib format, but some servers send the raw one; the first
 * two bytes tell.
 */
static int
coding_deflate(struct coding *c, unsigned at, const uint8_t *p, size_t n)
{
	struct stage *s = &c->stage[at];
	int rc;

	if (s->opened)
		return coding_inflate(c, at, p, n);
	while (n != 0 && s->nsniff < sizeof(s->sniff)) {
		s->sniff[s->nsniff++] = *p++;
		n--;
	}
	if (s->nsniff < sizeof(s->sniff))
		return 0;
	rc = coding_open_z(s, coding_zlib_wrapped(s->sniff) ? MAX_WBITS
	                                                    : -MAX_WBITS);
	if (rc == 0)
		rc = coding_inflate(c, at, s->sniff, sizeof(s->sniff));
	if (rc == 0 && n != 0)
		rc = coding_inflate(c, at, p, n);
	return rc;
}

static int
coding_brotli(struct coding *c, unsigned at, const uint8_t *p, size_t n)
{
	struct stage *s = &c->stage[at];
	BrotliDecoderResult r;
	int rc;

	if (s->ended)
		return 0;
	do {
		uint8_t *out = s->chunk;
		size_t room = CODING_CHUNK;

		r = BrotliDecoderDecompressStream(s->br, &n, &p, &room, &out,
		                                  NULL);
		rc = coding_give(c, at, s->chunk, CODING_CHUNK - room);
		if (rc != 0)
			return rc;
		if (r == BROTLI_DECODER_RESULT_ERROR)
			return ERR_MALFORMED;
	} while (r == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT);
	s->ended = r == BROTLI_DECODER_RESULT_SUCCESS;
	return 0;
}

static int
coding_zstd(struct coding *c, unsigned at, const uint8_t *p, size_t n)
{
	struct stage *s = &c->stage[at];
	ZSTD_inBuffer in = { .src = p, .size = n };
	bool full;
	size_t left;
	int rc;

	do {
		ZSTD_outBuffer out = { .dst = s->chunk, .size = CODING_CHUNK };

		left = ZSTD_decompressStream(s->zstd, &out, &in);
		rc = coding_give(c, at, s->chunk, out.pos);
		if (rc != 0)
			return rc;
		if (ZSTD_isError(left))
			return ERR_MALFORMED;
		/* 0: a frame is complete and flushed; another may follow. */
		s->ended = left == 0;
		full = out.pos == out.size;
	} while (in.pos < in.size || (full && !s->ended));
	return 0;
}

/* Bytes into stage `at`; behind the last stage is the caller. */
static int
coding_pass(struct coding *c, unsigned at, const uint8_t *p, size_t n)
{
	if (at == c->nstages)
		return c->out.bytes(c->out.ctx, p, n);
	c->stage[at].started = true;
	switch (c->stage[at].kind) {
	case KIND_GZIP:
		return coding_inflate(c, at, p, n);
	case KIND_DEFLATE:
		return coding_deflate(c, at, p, n);
	case KIND_BROTLI:
		return coding_brotli(c, at, p, n);
	case KIND_ZSTD:
		return coding_zstd(c, at, p, n);
	case KIND_COPY:
		break;
	}
	return coding_give(c, at, p, n);
}

/* --- the whole ---------------------------------------------------------- */

/* The kinds a list names, as written; *ret_n is at least 1. */
static int
coding_parse(struct str list, enum kind kinds[CODING_CHAIN], unsigned *ret_n,
             struct str *ret_name)
{
	unsigned n = 0;
	struct str one;

	while (list.n != 0) {
		size_t i = 0;

		(void)str_split1(list, ',', &one, &list);
		one = str_trim(one);
		if (one.n == 0)
			continue;
		while (i < ARRAY_LEN(coding_names) &&
		       !str_eq_nocase(one, coding_names[i].name))
			i++;
		if (i == ARRAY_LEN(coding_names) || n == CODING_CHAIN) {
			*ret_name = one;
			return ERR_UNSUPPORTED;
		}
		if (coding_names[i].kind != KIND_COPY)
			kinds[n++] = coding_names[i].kind;
	}
	if (n == 0)
		kinds[n++] = KIND_COPY;
	*ret_n = n;
	return 0;
}

int
coding_new(struct str list, uint64_t max_out, uint64_t max_ratio,
           const struct body_out *out, struct str *ret_name,
           struct coding **ret_coding)
{
	enum kind kinds[CODING_CHAIN] = { KIND_COPY };
	struct coding *c;
	unsigned n;
	int rc;

	rc = coding_parse(list, kinds, &n, ret_name);
	if (rc != 0)
		return rc;
	c = mem_zalloc(sizeof(*c));
	if (c == NULL)
		return ERR_NOMEM;
	c->out = *out;
	c->max_out = max_out;
	c->max_ratio = max_ratio;
	c->stage = mem_array(n, sizeof(*c->stage));
	if (c->stage == NULL) {
		mem_free(c);
		return ERR_NOMEM;
	}
	c->nstages = n;
	/* The last coding of the list was applied last: it goes first. */
	for (unsigned i = 0; rc == 0 && i < n; i++) {
		c->stage[i].kind = kinds[n - 1 - i];
		rc = coding_open(&c->stage[i]);
	}
	if (rc != 0) {
		coding_free(c);
		return rc;
	}
	*ret_coding = c;
	return 0;
}

void
coding_free(struct coding *c)
{
	if (c == NULL)
		return;
	for (unsigned i = 0; i < c->nstages; i++)
		coding_close(&c->stage[i]);
	mem_free(c->stage);
	mem_free(c);
}

int
coding_write(struct coding *c, const uint8_t *p, size_t n)
{
	int rc = 0;

	/* zlib counts in 32 bits. */
	while (rc == 0 && n != 0) {
		size_t part = n < CODING_CHUNK * 4 ? n : CODING_CHUNK * 4;

		c->in += part;
		rc = coding_pass(c, 0, p, part);
		p += part;
		n -= part;
	}
	return rc;
}

int
coding_end(struct coding *c)
{
	for (unsigned i = 0; i < c->nstages; i++) {
		const struct stage *s = &c->stage[i];

		/* No byte at all is an empty body, whatever the coding. */
		if (s->kind != KIND_COPY && s->started && !s->ended)
			return ERR_TRUNCATED;
	}
	return 0;
}
