/* SPDX-License-Identifier: Apache-2.0 */
/* Content codings: every format, split anywhere, broken anywhere, and bombs. */
#define ZLIB_CONST

#include <zlib.h>
#include <zstd.h>

#include "analyzer/proto/coding.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "tests/tap/tap.h"

#define TEXT "The quick brown fox jumps over the lazy dog, the lazy dog."

/* TEXT as `brotli -q 5` makes it. */
static const uint8_t text_br[] = {
	0x1f, 0x39, 0x00, 0x00, 0xc4, 0x7e, 0x27, 0x3f, 0xad, 0xd7, 0x2e,
	0xdb, 0x64, 0x58, 0xc8, 0x43, 0xfa, 0x9c, 0xe8, 0xdf, 0x8a, 0x8c,
	0x92, 0x0f, 0x54, 0xf2, 0xc9, 0x56, 0x4d, 0x12, 0x34, 0x5f, 0xb8,
	0xc1, 0xd3, 0x10, 0x78, 0x91, 0x57, 0xed, 0x13, 0xdc, 0x32, 0x1e,
	0x18, 0xbb, 0xd8, 0xff, 0xe0, 0x19, 0x15, 0x34,
};

struct result {
	struct buf bytes;
	int stop_after; /* bytes() fails when this many calls were made; 0: no
	                 */
};

static int
take(void *ctx, const uint8_t *p, size_t n)
{
	struct result *r = ctx;

	if (r->stop_after != 0 && --r->stop_after == 0)
		return ERR_CANCELLED;
	return buf_append(&r->bytes, p, n);
}

static void
result_init(struct result *r)
{
	*r = (struct result){ .stop_after = 0 };
	buf_init(&r->bytes, (size_t)64 << 20);
}

/* Decode in parts of `step` bytes; the first error or coding_end()'s. */
static int
decode(const char *list, struct str in, size_t step, uint64_t max,
       struct result *r)
{
	struct body_out out = { .bytes = take, .ctx = r };
	struct str unknown = STR_NONE;
	struct coding *c;
	int rc = coding_new(str_from_c(list), max, 200, &out, &unknown, &c);

	if (rc != 0)
		return rc;
	while (rc == 0 && in.n != 0) {
		struct str part = str_head(in, step);

		rc = coding_write(c, (const uint8_t *)part.p, part.n);
		in = str_tail(in, part.n);
	}
	if (rc == 0)
		rc = coding_end(c);
	coding_free(c);
	return rc;
}

/* --- encoders ----------------------------------------------------------- */

static struct str
encode_z(struct buf *b, struct str in, int bits)
{
	z_stream z = { .next_in = (const Bytef *)in.p, .avail_in = (uInt)in.n };

	buf_init(b, (size_t)64 << 20);
	if (deflateInit2(&z, 6, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY) !=
	        Z_OK ||
	    buf_reserve(b, deflateBound(&z, in.n) + 64) != 0)
		abort();
	z.next_out = (Bytef *)buf_tail(b);
	z.avail_out = (uInt)deflateBound(&z, in.n) + 64;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	buf_added(b, z.total_out);
	(void)deflateEnd(&z);
	return buf_str(b);
}

static struct str
encode_zstd(struct buf *b, struct str in)
{
	size_t n;

	buf_init(b, (size_t)64 << 20);
	if (buf_reserve(b, ZSTD_compressBound(in.n)) != 0)
		abort();
	n = ZSTD_compress(buf_tail(b), ZSTD_compressBound(in.n), in.p, in.n, 3);
	if (ZSTD_isError(n))
		abort();
	buf_added(b, n);
	return buf_str(b);
}

/* --- tests -------------------------------------------------------------- */

/* Whole, a byte at a time and split anywhere; and cut anywhere. */
static void
check(const char *list, struct str coded, struct str plain)
{
	struct result r;
	bool same = true, cut_told = true;
	char what[80];

	for (size_t step = 1; step <= coded.n; step++) {
		result_init(&r);
		same &= decode(list, coded, step, 1u << 20, &r) == 0 &&
		        str_eq(buf_str(&r.bytes), plain);
		buf_release(&r.bytes);
	}
	(void)snprintf(what, sizeof(what), "%s: any step gives the text", list);
	ok(same, what);
	for (size_t n = 1; n < coded.n; n++) {
		result_init(&r);
		cut_told &= decode(list, str_head(coded, n), 7, 1u << 20, &r) ==
		            ERR_TRUNCATED;
		cut_told &= str_starts(plain, buf_str(&r.bytes));
		buf_release(&r.bytes);
	}
	(void)snprintf(what, sizeof(what), "%s: a cut is told", list);
	ok(cut_told, what);
}

static void
test_formats(void)
{
	struct str text = STR(TEXT);
	struct buf b, outer;
	struct result r;
	struct str coded;

	check("gzip", encode_z(&b, text, 16 + 15), text);
	buf_release(&b);
	check("x-gzip", encode_z(&b, text, 16 + 15), text);
	coded = encode_z(&outer, buf_str(&b), 15);
	check("GZIP ,  deflate", coded, text);
	buf_release(&outer);
	buf_release(&b);
	check("deflate", encode_z(&b, text, 15), text);
	buf_release(&b);
	check("deflate", encode_z(&b, text, -15), text);
	buf_release(&b);
	check("br", str_make(text_br, sizeof(text_br)), text);
	check("zstd", encode_zstd(&b, text), text);
	coded = encode_z(&outer, buf_str(&b), 16 + 15);
	check("zstd,gzip", coded, text);
	buf_release(&outer);
	buf_release(&b);

	result_init(&r);
	is_int(decode("identity", text, 5, 1000, &r), 0, "identity copies");
	is_bytes(r.bytes.p, r.bytes.n, text.p, text.n, "every byte");
	buf_release(&r.bytes);
	result_init(&r);
	is_int(decode("gzip", STR_NONE, 1, 1000, &r), 0,
	       "no bytes at all are an empty body");
	buf_release(&r.bytes);
}

static void
test_members(void)
{
	struct str text = STR(TEXT);
	struct buf b, c;
	struct result r;
	int rc;

	(void)encode_z(&b, text, 16 + 15);
	(void)encode_z(&c, STR("more"), 16 + 15);
	rc = buf_append_str(&b, buf_str(&c));
	for (size_t step = 1; rc == 0 && step < b.n; step += 3) {
		result_init(&r);
		rc = decode("gzip", buf_str(&b), step, 1000, &r);
		if (!str_eq(buf_str(&r.bytes), STR(TEXT "more")))
			rc = -1;
		buf_release(&r.bytes);
	}
	is_int(rc, 0, "gzip members follow one another");
	buf_release(&c);
	if (buf_append_str(&b, STR("\0\0\0padding")) != 0)
		abort();
	result_init(&r);
	is_int(decode("gzip", buf_str(&b), 10, 1000, &r), 0,
	       "padding behind the last is ignored");
	is_int(r.bytes.n, text.n + 4, "and is no output");
	buf_release(&r.bytes);
	buf_release(&b);

	(void)encode_zstd(&b, text);
	(void)encode_zstd(&c, STR("more"));
	if (buf_append_str(&b, buf_str(&c)) != 0)
		abort();
	result_init(&r);
	is_int(decode("zstd", buf_str(&b), 10, 1000, &r), 0,
	       "zstd frames follow one another");
	is_int(r.bytes.n, text.n + 4, "with all their bytes");
	buf_release(&r.bytes);
	buf_release(&b);
	buf_release(&c);
}

static void
test_broken(void)
{
	static const char *const lists[] = { "gzip", "deflate", "br", "zstd" };
	struct str unknown = STR_NONE;
	struct body_out out = { .bytes = take };
	struct coding *c;
	struct result r;

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		result_init(&r);
		is_int(decode(lists[i], STR("xxxxxxxxxxxxxxxx"), 16, 1000, &r),
		       ERR_MALFORMED, "nonsense is malformed");
		buf_release(&r.bytes);
	}
	is_int(coding_new(STR("gzip, compress"), 1000, 200, &out, &unknown, &c),
	       ERR_UNSUPPORTED, "compress is not supported");
	is_bytes(unknown.p, unknown.n, "compress", 8, "and is named");
	is_int(coding_new(STR("gzip,gzip,gzip,gzip,gzip"), 1000, 200, &out,
	                  &unknown, &c),
	       ERR_UNSUPPORTED, "five codings are too many");
}

static void
test_limits(void)
{
	static char zeros[4 << 20];
	struct str all = str_make(zeros, sizeof(zeros));
	struct buf b, outer;
	struct result r;

	(void)encode_z(&b, all, 16 + 15);
	result_init(&r);
	is_int(decode("gzip", buf_str(&b), 1000, 100000, &r), ERR_LIMIT,
	       "output past the maximum stops");
	is_int(r.bytes.n, 100000, "with all of what was allowed");
	buf_release(&r.bytes);
	result_init(&r);
	is_int(decode("gzip", buf_str(&b), 100000, 64u << 20, &r), ERR_LIMIT,
	       "a ratio of 1000 is a bomb");
	ok(r.bytes.n >= 1u << 20, "but the first megabyte is free");
	buf_release(&r.bytes);
	(void)encode_z(&outer, buf_str(&b), 16 + 15);
	result_init(&r);
	is_int(decode("gzip,gzip", buf_str(&outer), 1000, 64u << 20, &r),
	       ERR_LIMIT, "and so is a bomb in a bomb");
	buf_release(&r.bytes);
	buf_release(&outer);
	buf_release(&b);

	(void)encode_z(&b, str_head(all, 1u << 20), 16 + 15);
	result_init(&r);
	is_int(decode("gzip", buf_str(&b), 1000, 1u << 20, &r), 0,
	       "exactly the maximum is within it");
	buf_release(&r.bytes);
	result_init(&r);
	r.stop_after = 3;
	is_int(decode("gzip", buf_str(&b), 1000, 1u << 20, &r), ERR_CANCELLED,
	       "the caller's code comes back");
	buf_release(&r.bytes);
	buf_release(&b);
}

static void
test_memory(void)
{
	struct str br = str_make(text_br, sizeof(text_br));
	bool good = true;
	struct buf b;

	(void)encode_z(&b, STR(TEXT), 16 + 15);
	for (int64_t nth = 1; nth < 40; nth++) {
		struct result r;
		int rc;

		result_init(&r);
		mem_fail_at(nth, true);
		rc = decode("gzip,deflate", buf_str(&b), 10, 1000, &r);
		good &= rc == ERR_NOMEM || rc == ERR_MALFORMED;
		rc = decode("br", br, 10, 1000, &r);
		good &= rc == 0 || rc == ERR_NOMEM || rc == ERR_MALFORMED;
		mem_fail_at(-1, false);
		buf_release(&r.bytes);
	}
	ok(good, "without memory there is an error and no leak");
	buf_release(&b);
}

int
main(void)
{
	test_formats();
	test_members();
	test_broken();
	test_limits();
	test_memory();
	return tap_done();
}
