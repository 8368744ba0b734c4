/* SPDX-License-Identifier: Apache-2.0 */
/* zlib then takes input that is const. */
#define ZLIB_CONST
#include "tests/support/kafka_make.h"

#include <lz4frame.h>
#include <snappy-c.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "tests/support/wire.h"

#define MAKE_MAX ((size_t)64 << 20)

/* --- numbers -------------------------------------------------------------- */

void
kafka_make_int(struct buf *out, unsigned bytes, int64_t v)
{
	for (unsigned i = bytes; i-- != 0;)
		wire_8(out, (unsigned)((uint64_t)v >> (8 * i)) & 0xff);
}

void
kafka_make_varint(struct buf *out, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		wire_8(out, (unsigned)(v & 0x7f) | 0x80);
	wire_8(out, (unsigned)v);
}

void
kafka_make_zigzag(struct buf *out, int64_t v)
{
	kafka_make_varint(out, (uint64_t)v << 1 ^ (uint64_t)(v >> 63));
}

/* --- messages ------------------------------------------------------------- */

struct maker {
	const struct kafka_make *m;
	struct buf *out;
	bool flexible;
	unsigned strings;
	int64_t number;
};

static void
make_length(struct maker *k, unsigned bytes, size_t n)
{
	if (k->flexible)
		kafka_make_varint(k->out, n + 1);
	else
		kafka_make_int(k->out, bytes, (int64_t)n);
}

static void make_fields(struct maker *k, struct kafka_fields fields);

static void
make_string(struct maker *k)
{
	struct buf text;

	buf_init(&text, 64);
	wire_printf(&text, "s%u", ++k->strings);
	make_length(k, 2, text.n);
	wire_put(k->out, text.p, text.n);
	buf_release(&text);
}

static void
make_one(struct maker *k, const struct kafka_field *f)
{
	static const unsigned sizes[] = { [KAFKA_INT8] = 1,
		                          [KAFKA_INT16] = 2,
		                          [KAFKA_INT32] = 4,
		                          [KAFKA_INT64] = 8 };

	switch (f->type) {
	case KAFKA_BOOL:
		wire_8(k->out, 1);
		break;
	case KAFKA_UUID:
		kafka_make_int(k->out, 8, 0x0102030405060708);
		kafka_make_int(k->out, 8, ++k->number);
		break;
	case KAFKA_ERROR:
		kafka_make_int(k->out, 2, k->m->error);
		break;
	case KAFKA_STRING:
		make_string(k);
		break;
	case KAFKA_BYTES:
		make_length(k, 4, 3);
		wire_put(k->out, "\x01\x02\xff", 3);
		break;
	case KAFKA_RECORDS:
		make_length(k, 4, k->m->records.n);
		wire_put(k->out, k->m->records.p, k->m->records.n);
		break;
	case KAFKA_STRUCT:
		make_fields(k, kafka_schema_fields(f));
		break;
	default:
		kafka_make_int(k->out, sizes[f->type],
		               f->flags & KAFKA_ACKS ? k->m->acks
		                                     : ++k->number & 0x7f);
		break;
	}
}

static void
make_value(struct maker *k, const struct kafka_field *f)
{
	if (f->flags & KAFKA_LIST) {
		make_length(k, 4, 2);
		make_one(k, f);
	}
	make_one(k, f);
}

static bool
make_has(const struct maker *k, const struct kafka_field *f, bool tagged)
{
	return (f->tag >= 0) == tagged && kafka_schema_has(f, k->m->version);
}

static void
make_tags(struct maker *k, struct kafka_fields fields)
{
	struct buf *out = k->out, value;
	unsigned n = 1;

	for (size_t i = 0; i < fields.n; i++)
		n += make_has(k, &fields.f[i], true);
	kafka_make_varint(out, n);
	buf_init(&value, MAKE_MAX);
	for (size_t i = 0; i < fields.n; i++) {
		if (!make_has(k, &fields.f[i], true))
			continue;
		buf_clear(&value);
		k->out = &value;
		make_value(k, &fields.f[i]);
		k->out = out;
		kafka_make_varint(out, (uint64_t)fields.f[i].tag);
		kafka_make_varint(out, value.n);
		wire_put(out, value.p, value.n);
	}
	buf_release(&value);
	kafka_make_varint(out, 100);
	kafka_make_varint(out, 2);
	wire_put(out, "??", 2);
}

static void
make_fields(struct maker *k, struct kafka_fields fields)
{
	for (size_t i = 0; i < fields.n; i++)
		if (make_has(k, &fields.f[i], false))
			make_value(k, &fields.f[i]);
	if (k->flexible)
		make_tags(k, fields);
}

static void
make_request_head(struct maker *k)
{
	const char *client = k->m->client;
	struct kafka_fields none = { .n = 0 };

	kafka_make_int(k->out, 2, k->m->key);
	kafka_make_int(k->out, 2, k->m->version);
	kafka_make_int(k->out, 4, k->m->correlation);
	kafka_make_int(k->out, 2,
	               client != NULL ? (int64_t)str_from_c(client).n : -1);
	wire_text(k->out, client != NULL ? client : "");
	if (k->flexible)
		make_tags(k, none);
}

unsigned
kafka_make_message(const struct kafka_make *m, struct buf *out)
{
	struct kafka_api api = { .flexible = 0 };
	struct kafka_fields none = { .n = 0 };
	struct maker k = { .m = m };
	struct buf body;

	(void)kafka_schema_api(m->key, &api);
	buf_init(&body, MAKE_MAX);
	k.out = &body;
	k.flexible = m->version >= api.flexible;
	if (m->request) {
		make_request_head(&k);
	} else {
		kafka_make_int(&body, 4, m->correlation);
		if (k.flexible && m->key != KAFKA_API_VERSIONS)
			make_tags(&k, none);
	}
	make_fields(&k, m->request ? api.request : api.response);
	kafka_make_int(out, 4, (int64_t)body.n);
	wire_put(out, body.p, body.n);
	buf_release(&body);
	return k.strings;
}

/* --- codecs --------------------------------------------------------------- */

static size_t
pack_gzip(struct str in, struct buf *out)
{
	z_stream z = { .avail_in = (uInt)in.n };

	z.next_in = (const Bytef *)in.p;
	z.next_out = (Bytef *)buf_tail(out);
	z.avail_out = (uInt)(in.n + 1024);
	if (deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8,
	                 Z_DEFAULT_STRATEGY) != Z_OK ||
	    deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	(void)deflateEnd(&z);
	return z.total_out;
}

static size_t
pack_snappy(struct str in, struct buf *out)
{
	size_t n = snappy_max_compressed_length(in.n);

	if (snappy_compress(in.p, in.n, buf_tail(out), &n) != SNAPPY_OK)
		abort();
	return n;
}

/* Two blocks, with the header of the Java library in front. */
static void
pack_xerial(struct str in, struct buf *out)
{
	struct str half[2] = { str_head(in, in.n / 2), str_tail(in, in.n / 2) };
	struct buf block;

	wire_put(out, "\x82SNAPPY\0\0\0\0\1\0\0\0\1", 16);
	for (int i = 0; i < 2; i++) {
		buf_init(&block, MAKE_MAX);
		kafka_make_pack(2, half[i], &block);
		kafka_make_int(out, 4, (int64_t)block.n);
		wire_put(out, block.p, block.n);
		buf_release(&block);
	}
}

void
kafka_make_pack(unsigned codec, struct str in, struct buf *out)
{
	size_t room = 2 * in.n + 65536, n;

	if (codec == KAFKA_MAKE_XERIAL) {
		pack_xerial(in, out);
		return;
	}
	if (buf_reserve(out, room) != 0)
		abort();
	switch (codec) {
	case 1:
		n = pack_gzip(in, out);
		break;
	case 2:
		n = pack_snappy(in, out);
		break;
	case 3:
		n = LZ4F_compressFrame(buf_tail(out), room, in.p, in.n, NULL);
		break;
	case 4:
		n = ZSTD_compress(buf_tail(out), room, in.p, in.n, 3);
		break;
	default:
		wire_put(out, in.p, in.n);
		return;
	}
	if (n > room)
		abort();
	buf_added(out, n);
}

/* --- records -------------------------------------------------------------- */

static void
make_text(struct buf *out, const char *letter, int n)
{
	struct buf text;

	buf_init(&text, 64);
	wire_printf(&text, "%s%d", letter, n);
	kafka_make_zigzag(out, (int64_t)text.n);
	wire_put(out, text.p, text.n);
	buf_release(&text);
}

static void
make_record(const struct kafka_make_batch *b, int n, struct buf *out)
{
	struct buf one;

	buf_init(&one, MAKE_MAX);
	wire_8(&one, 0);
	kafka_make_zigzag(&one, 5 * n);
	kafka_make_zigzag(&one, n);
	make_text(&one, "k", n);
	if (b->value.n == 0) {
		make_text(&one, "v", n);
	} else {
		kafka_make_zigzag(&one, (int64_t)b->value.n);
		wire_put(&one, b->value.p, b->value.n);
	}
	kafka_make_zigzag(&one, 1);
	kafka_make_zigzag(&one, 1);
	wire_put(&one, "h", 1);
	make_text(&one, "", n);
	kafka_make_zigzag(out, (int64_t)one.n);
	wire_put(out, one.p, one.n);
	buf_release(&one);
}

void
kafka_make_records(const struct kafka_make_batch *b, struct buf *out)
{
	struct buf all, packed;
	unsigned codec = b->codec;

	buf_init(&all, MAKE_MAX);
	buf_init(&packed, MAKE_MAX);
	for (int i = 0; i < b->count; i++)
		make_record(b, i, &all);
	kafka_make_pack(codec == KAFKA_MAKE_XERIAL ? codec : codec & 7,
	                buf_str(&all), &packed);
	if (codec == KAFKA_MAKE_XERIAL)
		codec = 2;
	kafka_make_int(out, 8, b->offset);
	kafka_make_int(out, 4, 49 + (int64_t)packed.n);
	kafka_make_int(out, 4, 7); /* leader epoch */
	kafka_make_int(out, 1, 2);
	kafka_make_int(out, 4, 0x12345678); /* nobody checks it */
	kafka_make_int(out, 2, codec);
	kafka_make_int(out, 4, b->count - 1);
	kafka_make_int(out, 8, 1600000000000);
	kafka_make_int(out, 8, 1600000000005);
	kafka_make_int(out, 8, 99);
	kafka_make_int(out, 2, 3);
	kafka_make_int(out, 4, 11);
	kafka_make_int(out, 4, b->count);
	wire_put(out, packed.p, packed.n);
	buf_release(&all);
	buf_release(&packed);
}

static void
make_bytes(struct buf *out, struct str s)
{
	kafka_make_int(out, 4, (int64_t)s.n);
	wire_put(out, s.p, s.n);
}

static void
make_message(int64_t offset, int magic, unsigned codec, struct str value,
             struct buf *out)
{
	struct buf one;

	buf_init(&one, MAKE_MAX);
	kafka_make_int(&one, 4, 0x12345678);
	kafka_make_int(&one, 1, magic);
	kafka_make_int(&one, 1, codec);
	if (magic == 1)
		kafka_make_int(&one, 8, 1600000000000);
	kafka_make_int(&one, 4, -1); /* no key */
	make_bytes(&one, value);
	kafka_make_int(out, 8, offset);
	make_bytes(out, buf_str(&one));
	buf_release(&one);
}

void
kafka_make_set(const struct kafka_make_batch *b, int magic, struct buf *out)
{
	struct buf set, packed;
	char text[24];

	buf_init(&set, MAKE_MAX);
	buf_init(&packed, MAKE_MAX);
	for (int i = 0; i < b->count; i++) {
		int n = snprintf(text, sizeof(text), "v%d", i);

		make_message(b->offset + i, magic, 0, str_make(text, (size_t)n),
		             &set);
	}
	if (b->codec == 0) {
		wire_put(out, set.p, set.n);
	} else {
		kafka_make_pack(b->codec, buf_str(&set), &packed);
		/* lz4 in messages of magic 0: the checksum is wrong. */
		if (b->codec == 3 && magic == 0)
			packed.p[6] ^= 0x55;
		make_message(b->offset + b->count - 1, magic, b->codec,
		             buf_str(&packed), out);
	}
	buf_release(&set);
	buf_release(&packed);
}
