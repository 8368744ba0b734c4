/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/kafka/kafka_codec.h"

#include <lz4frame.h>
#include <snappy-c.h>
#include <string.h>

#include "analyzer/proto/coding.h"
#include "base/cursor.h"
#include "base/err.h"

/* Output below this is never called a bomb; see coding.c. */
#define CODEC_FLOOR (UINT64_C(1) << 20)

/* Bytes of lz4 decoded at a time. */
#define CODEC_CHUNK 65536u

/* The primes of XXH32, and its shifts. */
#define XXH_1 2654435761u
#define XXH_2 2246822519u
#define XXH_3 3266489917u
#define XXH_4 668265263u
#define XXH_5 374761393u

/* Of an lz4 frame header: magic, flags, block size; then what the flags say. */
enum { LZ4_MAGIC = 4, LZ4_FLAGS = 2, LZ4_SIZE = 8, LZ4_DICTIONARY = 4 };
enum { LZ4_HEADER_MAX = LZ4_MAGIC + LZ4_FLAGS + LZ4_SIZE + LZ4_DICTIONARY + 1 };

/* What xerial's snappy begins with: a name, two versions. */
enum { XERIAL_VERSIONS = 8 };

struct str
kafka_codec_name(unsigned codec)
{
	static const struct str names[] = {
		STR_INIT(""),        STR_INIT("gzip"),    STR_INIT("snappy"),
		STR_INIT("lz4"),     STR_INIT("zstd"),    STR_INIT("codec-5"),
		STR_INIT("codec-6"), STR_INIT("codec-7"),
	};

	return names[codec % ARRAY_LEN(names)];
}

/* The most that may come out of `in` bytes. */
static uint64_t
codec_limit(uint64_t in, uint64_t max_out, uint64_t max_ratio)
{
	uint64_t most = in * max_ratio;

	if (max_ratio == 0 || (in != 0 && most / in != max_ratio))
		return max_out;
	most = most < CODEC_FLOOR ? CODEC_FLOOR : most;
	return most < max_out ? most : max_out;
}

/* --- gzip and zstd -------------------------------------------------------- */

static int
codec_take(void *ctx, const uint8_t *p, size_t n)
{
	return buf_append(ctx, p, n);
}

static int
codec_stream(struct str name, struct str in, uint64_t max_out,
             uint64_t max_ratio, struct buf *out)
{
	const struct body_out to = { .bytes = codec_take, .ctx = out };
	struct coding *c = NULL;
	struct str unknown;
	int rc = coding_new(name, max_out, max_ratio, &to, &unknown, &c);

	if (rc != 0)
		return rc;
	rc = coding_write(c, (const uint8_t *)in.p, in.n);
	if (rc == 0)
		rc = coding_end(c);
	coding_free(c);
	return rc;
}

/* --- snappy --------------------------------------------------------------- */

static int
codec_block(struct str in, uint64_t max, struct buf *out)
{
	size_t n = 0;

	if (snappy_uncompressed_length(in.p, in.n, &n) != SNAPPY_OK)
		return ERR_MALFORMED;
	if (n > max)
		return ERR_LIMIT;
	if (n == 0)
		return 0;
	if (buf_reserve(out, n) != 0)
		return ERR_NOMEM;
	if (snappy_uncompress(in.p, in.n, buf_tail(out), &n) != SNAPPY_OK)
		return ERR_MALFORMED;
	buf_added(out, n);
	return 0;
}

static int
codec_snappy(struct str in, uint64_t max, struct buf *out)
{
	struct cursor c = cur_from_str(in, false);
	size_t before = out->n;

	(void)cur_expect(&c, STR("\x82SNAPPY\0"));
	if (!cur_ok(&c))
		return codec_block(in, max, out);
	(void)cur_skip(&c, XERIAL_VERSIONS);
	while (cur_ok(&c) && !cur_at_end(&c)) {
		size_t n = cur_be32(&c);
		struct str block = cur_take(&c, n);
		int rc;

		if (!cur_ok(&c))
			break;
		rc = codec_block(block, max - (out->n - before), out);
		if (rc != 0)
			return rc;
	}
	return cur_ok(&c) ? 0 : ERR_TRUNCATED;
}

/* --- lz4 ------------------------------------------------------------------ */

static uint32_t
xxh_turn(uint32_t v, unsigned n)
{
	return v << n | v >> (32 - n);
}

/* XXH32 with seed 0 of less than 16 bytes. */
static uint32_t
xxh_small(struct str s)
{
	struct cursor c = cur_from_str(s, false);
	uint32_t h = XXH_5 + (uint32_t)s.n;

	while (cur_left(&c) >= 4)
		h = xxh_turn(h + cur_le32(&c) * XXH_3, 17) * XXH_4;
	while (!cur_at_end(&c))
		h = xxh_turn(h + cur_u8(&c) * XXH_5, 11) * XXH_1;
	h = (h ^ h >> 15) * XXH_2;
	h = (h ^ h >> 13) * XXH_3;
	return h ^ h >> 16;
}

/* Copies the header of a frame with a right checksum; 0 when there is none. */
static size_t
lz4_header(struct str in, uint8_t out[LZ4_HEADER_MAX])
{
	struct cursor c = cur_from_str(in, false);
	size_t n = LZ4_FLAGS;
	uint8_t flags;

	(void)cur_expect(&c, STR("\x04\x22\x4d\x18"));
	flags = cur_peek_u8(&c);
	n += flags & 0x08 ? LZ4_SIZE : 0;
	n += flags & 0x01 ? LZ4_DICTIONARY : 0;
	c = cur_from_str(in, false);
	n += LZ4_MAGIC;
	if (!cur_copy(&c, out, n + 1))
		return 0;
	out[n] =
	    (uint8_t)(xxh_small(str_make(out + LZ4_MAGIC, n - LZ4_MAGIC)) >> 8);
	return n + 1;
}

/* Everything that the frame's part `in` gives; *ret_left: 0 at its end. */
static int
lz4_part(LZ4F_dctx *d, struct str in, uint64_t max, struct buf *out,
         size_t *ret_left)
{
	size_t before = out->n, got;

	do {
		size_t room = CODEC_CHUNK, used = in.n;

		if (buf_reserve(out, room) != 0)
			return ERR_NOMEM;
		*ret_left = LZ4F_decompress(d, buf_tail(out), &room, in.p,
		                            &used, NULL);
		if (LZ4F_isError(*ret_left))
			return ERR_MALFORMED;
		got = room;
		if (got > max - (out->n - before))
			return ERR_LIMIT;
		buf_added(out, got);
		in = str_tail(in, used);
		if (used == 0 && got == 0)
			break;
	} while (*ret_left != 0 && (in.n != 0 || got == CODEC_CHUNK));
	return 0;
}

static int
codec_lz4(struct str in, uint64_t max, struct buf *out)
{
	uint8_t header[LZ4_HEADER_MAX];
	size_t n = lz4_header(in, header), left = 1, before = out->n;
	LZ4F_dctx *d = NULL;
	int rc;

	if (n == 0)
		return ERR_MALFORMED;
	if (LZ4F_isError(LZ4F_createDecompressionContext(&d, LZ4F_VERSION)))
		return ERR_NOMEM;
	rc = lz4_part(d, str_make(header, n), max, out, &left);
	if (rc == 0 && in.n > n)
		rc = lz4_part(d, str_tail(in, n), max - (out->n - before), out,
		              &left);
	(void)LZ4F_freeDecompressionContext(d);
	return rc == 0 && left != 0 ? ERR_TRUNCATED : rc;
}

int
kafka_codec_decode(unsigned codec, struct str in, uint64_t max_out,
                   uint64_t max_ratio, struct buf *out)
{
	uint64_t max = codec_limit(in.n, max_out, max_ratio);

	switch (codec) {
	case KAFKA_PLAIN:
		return in.n <= max_out ? buf_append_str(out, in) : ERR_LIMIT;
	case KAFKA_GZIP:
		return codec_stream(STR("gzip"), in, max_out, max_ratio, out);
	case KAFKA_ZSTD:
		return codec_stream(STR("zstd"), in, max_out, max_ratio, out);
	case KAFKA_SNAPPY:
		return codec_snappy(in, max, out);
	case KAFKA_LZ4:
		return codec_lz4(in, max, out);
	default:
		return ERR_UNSUPPORTED;
	}
}
