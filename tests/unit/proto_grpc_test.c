/* SPDX-License-Identifier: Apache-2.0 */
/* gRPC calls: messages, streams, compression, outcomes, schemas, gRPC-Web. */
#define ZLIB_CONST

#include <stdlib.h>
#include <zlib.h>

#include "analyzer/proto/grpc/grpc_status.h"
#include "analyzer/proto/protobuf_set.h"
#include "base/base64.h"
#include "tests/support/h2.h"
#include "tests/support/http1_world.h"
#include "tests/tap/tap.h"

/* --- writing -------------------------------------------------------------- */

static void
put(struct buf *b, struct str s)
{
	if (buf_append_str(b, s) != 0)
		abort();
}

/* A message behind its prefix. */
static void
put_message(struct buf *b, unsigned flags, struct str s)
{
	char prefix[5] = { (char)flags, 0, 0, (char)(s.n >> 8), (char)s.n };

	put(b, str_make(prefix, sizeof(prefix)));
	put(b, s);
}

static struct buf
gzip(struct str s)
{
	z_stream z = { .next_in = (const Bytef *)s.p, .avail_in = (uInt)s.n };
	uint8_t out[512];
	struct buf b;

	buf_init(&b, 4096);
	if (deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	z.next_out = out;
	z.avail_out = sizeof(out);
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	put(&b, str_make(out, z.total_out));
	(void)deflateEnd(&z);
	return b;
}

/* A call on stream 1: what each side says besides the usual. */
struct call {
	const char *path;
	struct str fields[4][2]; /* of the request */
	struct str body;
	struct str answer_fields[4][2];
	struct str answer;
	struct str trailers[4][2];
	bool no_head; /* trailers only */
	const char *type;
};

static void
put_fields(struct buf *block, const struct str fields[4][2])
{
	for (int i = 0; i < 4 && fields[i][0].n != 0; i++)
		h2_literal(block, fields[i][0].p, fields[i][1].p);
}

static void
call_send(struct world *w, const struct call *c)
{
	const char *type = c->type != NULL ? c->type : "application/grpc";
	struct buf b, block;

	buf_init(&b, H2_MAX);
	buf_init(&block, H2_MAX);
	h2_hello(&b);
	h2_index(&block, 3);
	h2_literal(&block, ":path", c->path);
	h2_literal(&block, "content-type", type);
	put_fields(&block, c->fields);
	h2_headers(&b, 1, &block, 0);
	h2_frame(&b, HTTP2_DATA, HTTP2_END_STREAM, 1, c->body);
	http1_world_send(w, 0, b.p, b.n);
	buf_clear(&b);
	h2_welcome(&b);
	if (!c->no_head) {
		h2_index(&block, 8);
		h2_literal(&block, "content-type", type);
		put_fields(&block, c->answer_fields);
		h2_headers(&b, 1, &block, 0);
		if (c->answer.n != 0)
			h2_frame(&b, HTTP2_DATA, 0, 1, c->answer);
	} else {
		h2_index(&block, 8);
	}
	put_fields(&block, c->trailers);
	h2_headers(&b, 1, &block, HTTP2_END_STREAM);
	http1_world_send(w, 1, b.p, b.n);
	buf_release(&b);
	buf_release(&block);
}

/* The member `grpc` of a side: from there to the end of its object. */
static const char *
member(const char *text, const char *side)
{
	static char part[8192];
	const char *at = strstr(text, side);
	const char *from = at != NULL ? strstr(at, "\"grpc\":") : NULL;
	const char *to = at != NULL ? strchr(at, '\n') : NULL;

	if (from == NULL || from > to)
		return "(not there)";
	/* Behind it there is the object's own brace. */
	(void)snprintf(part, sizeof(part), "%.*s", (int)(to - from - 8),
	               from + 7);
	return part;
}

static void
is_call(const struct call *c, const struct protobuf_set *schema,
        const char *line, const char *asked, const char *answered)
{
	struct world w;
	const char *text;

	http1_world_init(&w, WORLD_LINE | WORLD_JSON);
	w.table[0] = &proto_http2;
	w.overlays = overlay_registry;
	w.schema = schema;
	if (!http1_world_open(&w, 0))
		abort();
	call_send(&w, c);
	text = http1_world_finish(&w, WHY_FIN);
	is_bytes(text, strcspn(text, "\n"), line, strlen(line), line);
	is_str(member(text, "  > "), asked, "  the request");
	is_str(member(text, "  < "), answered, "  the response");
	ok(w.sides_agree && w.failed == 0, "  ... without a failure");
	http1_world_release(&w);
}

#define F(name, value)                          \
	{                                       \
		STR_INIT(name), STR_INIT(value) \
	}

/* --- calls ---------------------------------------------------------------- */

static void
test_unary(void)
{
	struct call c = {
		.path = "/shop.v1.Orders/Get",
		.fields = { F("grpc-timeout", "1500m") },
		.body = STR("\0\0\0\0\7\12\3abc\20\226\1"),
		.answer = STR("\0\0\0\0\2\10\1"),
		.trailers = { F("grpc-status", "0") },
	};

	c.body = STR("\0\0\0\0\10\12\3abc\20\226\1");
	is_call(&c, NULL, "grpc/2.0 \"POST\" /shop.v1.Orders/Get @ 200 110/81",
	        "{\"messageBytes\":8,\"messageCount\":1,\"messages\":[{"
	        "\"compressed\":false,\"data\":{\"1\":\"abc\",\"2\":150},"
	        "\"length\":8}],\"method\":\"Get\",\"service\":"
	        "\"shop.v1.Orders\",\"timeoutMs\":1500}",
	        "{\"kind\":\"unary\",\"messageBytes\":2,\"messageCount\":1,"
	        "\"messages\":[{\"compressed\":false,\"data\":{\"1\":1},"
	        "\"length\":2}],\"status\":0,\"statusName\":\"OK\"}");
}

static void
test_streams(void)
{
	struct buf many;
	struct call c = { .path = "/s.S/Feed",
		          .answer = STR("\0\0\0\0\0\0\0\0\0\0"),
		          .trailers = { F("grpc-status", "0") } };

	buf_init(&many, 4096);
	for (int i = 0; i < 3; i++)
		put_message(&many, 0, STR("\10\1"));
	c.body = buf_str(&many);
	is_call(&c, NULL, "grpc/2.0 \"POST\" /s.S/Feed @ 200 88/84",
	        "{\"messageBytes\":6,\"messageCount\":3,\"messages\":[{"
	        "\"compressed\":false,\"data\":{\"1\":1},\"length\":2},{"
	        "\"compressed\":false,\"data\":{\"1\":1},\"length\":2},{"
	        "\"compressed\":false,\"data\":{\"1\":1},\"length\":2}],"
	        "\"method\":\"Feed\",\"service\":\"s.S\"}",
	        "{\"kind\":\"bidirectional streaming\",\"messageBytes\":0,"
	        "\"messageCount\":2,\"messages\":[{\"compressed\":false,"
	        "\"data\":{},\"length\":0},{\"compressed\":false,\"data\":{},"
	        "\"length\":0}],\"status\":0,\"statusName\":\"OK\"}");
	buf_release(&many);
}

static void
test_compression(void)
{
	struct buf packed = gzip(STR("\12\5hello"));
	struct buf body, answer;
	struct call c = { .path = "/s.S/Zip",
		          .fields = { F("grpc-encoding", "gzip") },
		          .answer_fields = { F("grpc-encoding", "snappy") },
		          .trailers = { F("grpc-status", "0") } };
	char asked[400];

	buf_init(&body, 4096);
	buf_init(&answer, 4096);
	put_message(&body, 1, buf_str(&packed));
	put_message(&answer, 1, STR("xyz"));
	c.body = buf_str(&body);
	c.answer = buf_str(&answer);
	(void)snprintf(asked, sizeof(asked),
	               "{\"encoding\":\"gzip\",\"messageBytes\":%zu,"
	               "\"messageCount\":1,\"messages\":[{\"compressed\":true,"
	               "\"data\":{\"1\":\"hello\"},\"length\":%zu}],"
	               "\"method\":\"Zip\",\"service\":\"s.S\"}",
	               packed.n, packed.n);
	is_call(
	    &c, NULL, "grpc/2.0 \"POST\" /s.S/Zip @ 200 118/104", asked,
	    "{\"encoding\":\"snappy\",\"kind\":\"unary\",\"messageBytes\":3,"
	    "\"messageCount\":1,\"messages\":[{\"compressed\":true,"
	    "\"data\":{\"base64\":\"eHl6\"},\"decodeError\":"
	    "\"snappy: not supported\",\"length\":3}],\"status\":0,"
	    "\"statusName\":\"OK\"}");
	buf_release(&packed);
	buf_release(&body);
	buf_release(&answer);
}

static void
test_outcomes(void)
{
	/* A google.rpc.Status with one detail, its padding left out. */
	struct call c = {
		.path = "/s.S/Fail",
		.body = STR("\0\0\0\0\0"),
		.no_head = true,
		.trailers = { F("content-type", "application/grpc"),
		              F("grpc-status", "5"),
		              F("grpc-message", "no%20such%20thing"),
		              F("grpc-status-details-bin", "CAUSBG5vbmU") },
	};

	is_call(&c, NULL, "grpc/2.0 \"POST\" /s.S/Fail @ 200 72/125 failed",
	        "{\"messageBytes\":0,\"messageCount\":1,\"messages\":[{"
	        "\"compressed\":false,\"data\":{},\"length\":0}],\"method\":"
	        "\"Fail\",\"service\":\"s.S\"}",
	        "{\"kind\":\"unary\",\"messageBytes\":0,\"messageCount\":0,"
	        "\"messages\":[],\"details\":{\"1\":5,\"2\":\"none\"},"
	        "\"message\":\"no such thing\",\"status\":5,\"statusName\":"
	        "\"NOT_FOUND\"}");
}

static void
test_truncated(void)
{
	struct call c = { .path = "/s.S/Cut",
		          .body = STR("\0\0\0\0\11abc"),
		          .trailers = { F("grpc-status", "13") } };

	is_call(
	    &c, NULL, "grpc/2.0 \"POST\" /s.S/Cut @ 200 74/66 failed",
	    "{\"messageBytes\":9,\"messageCount\":1,\"messages\":[{"
	    "\"compressed\":false,\"data\":{\"base64\":\"YWJj\"},\"length\":"
	    "9,\"truncated\":true}],\"method\":\"Cut\",\"service\":\"s.S\","
	    "\"truncated\":true}",
	    "{\"kind\":\"unary\",\"messageBytes\":0,\"messageCount\":0,"
	    "\"messages\":[],\"status\":13,\"statusName\":\"INTERNAL\"}");
}

static void
test_web(void)
{
	struct call c = {
		.path = "/s.S/Web",
		.type = "application/grpc-web-text",
		.body = STR("AAAAAAIIAQ=="),
		.answer_fields = { { STR_NONE, STR_NONE } },
	};
	struct buf plain, text;

	buf_init(&plain, 4096);
	buf_init(&text, 4096);
	/* Each part is coded by itself, with padding in the middle. */
	put_message(&plain, 0, STR("\10\2"));
	if (base64_encode(&text, buf_str(&plain)) != 0)
		abort();
	buf_clear(&plain);
	put_message(&plain, 0x80,
	            STR("grpc-status: 7\r\ngrpc-message: no\r\n"));
	if (base64_encode(&text, buf_str(&plain)) != 0)
		abort();
	c.answer = buf_str(&text);
	is_call(&c, NULL, "grpc/2.0 \"POST\" /s.S/Web @ 200 87/132 failed",
	        "{\"messageBytes\":2,\"messageCount\":1,\"messages\":[{"
	        "\"compressed\":false,\"data\":{\"1\":1},\"length\":2}],"
	        "\"method\":\"Web\",\"service\":\"s.S\"}",
	        "{\"kind\":\"unary\",\"messageBytes\":2,\"messageCount\":1,"
	        "\"messages\":[{\"compressed\":false,\"data\":{\"1\":2},"
	        "\"length\":2}],\"message\":\"no\",\"status\":7,\"statusName\":"
	        "\"PERMISSION_DENIED\"}");
	c.answer = STR("AAAAAAIIAg==A?==");
	is_call(&c, NULL, "grpc/2.0 \"POST\" /s.S/Web @ 200 87/84",
	        "{\"messageBytes\":2,\"messageCount\":1,\"messages\":[{"
	        "\"compressed\":false,\"data\":{\"1\":1},\"length\":2}],"
	        "\"method\":\"Web\",\"service\":\"s.S\"}",
	        "{\"kind\":\"unary\",\"messageBytes\":2,\"messageCount\":1,"
	        "\"messages\":[{\"compressed\":false,\"data\":{\"1\":2},"
	        "\"length\":2}],\"truncated\":true}");
	buf_release(&plain);
	buf_release(&text);
}

/* --- joined late ---------------------------------------------------------- */

/*
 * A call of which all fields but the method and the status are in tables from
 * before the capture, with these bodies; `end`: both sides come to their end.
 */
static void
is_late(struct str asks, struct str answers, bool end, const char *line,
        const char *what)
{
	unsigned last = end ? HTTP2_END_STREAM : 0;
	struct buf b, block;
	struct world w;
	const char *text;

	buf_init(&b, H2_MAX);
	buf_init(&block, H2_MAX);
	http1_world_init(&w, WORLD_LINE | WORLD_JSON | WORLD_SECTIONS);
	w.table[0] = &proto_http2;
	w.overlays = overlay_registry;
	if (!http1_world_open(&w, -1))
		abort();
	h2_index(&block, 3);
	h2_index(&block, 70);
	h2_index(&block, 71);
	h2_headers(&b, 7, &block, 0);
	h2_frame(&b, HTTP2_DATA, last, 7, asks);
	http1_world_send(&w, 0, b.p, b.n);
	buf_clear(&b);
	h2_index(&block, 8);
	h2_index(&block, 72);
	h2_headers(&b, 7, &block, 0);
	h2_frame(&b, HTTP2_DATA, 0, 7, answers);
	if (end) {
		h2_index(&block, 70);
		h2_headers(&b, 7, &block, HTTP2_END_STREAM);
	}
	http1_world_send(&w, 1, b.p, b.n);
	text = http1_world_finish(&w, WHY_FIN);
	is_bytes(text, strcspn(text, "\n"), line, strlen(line), what);
	ok(w.sides_agree && w.failed == 0, "  ... without a failure");
	http1_world_release(&w);
	buf_release(&b);
	buf_release(&block);
}

static void
test_late_join(void)
{
	struct str one = STR("\0\0\0\0\2\10\1");
	struct str two = STR("\0\0\0\0\2\10\1\0\0\0\0\0");
	struct str other = STR("\0\0\0\0\2\10");

	is_late(one, STR_NONE, true,
	        "grpc/2.0 \"POST\" (unknown) @ 200 28/30 late unknown",
	        "a body that is one message is a call's");
	is_late(other, two, true,
	        "grpc/2.0 \"POST\" (unknown) @ 200 27/42 late unknown",
	        "and so is one of two, whatever the request is");
	is_late(two, other, false,
	        "grpc/2.0 \"POST\" (unknown) @ 200 33/26 req-cut res-cut late "
	        "unknown",
	        "two messages are enough of a stream that goes on");
	is_late(one, other, false,
	        "http/2.0 \"POST\" (unknown) @ 200 28/26 req-cut res-cut late "
	        "unknown",
	        "one is not");
	is_late(STR("\0\0\0\0\0\0\0\0\0\0"), STR_NONE, true,
	        "http/2.0 \"POST\" (unknown) @ 200 31/30 late unknown",
	        "zeros prove nothing");
	is_late(STR("{\"a\":1}"), STR("\2\0\0\0\1x"), true,
	        "http/2.0 \"POST\" (unknown) @ 200 28/36 late unknown",
	        "nor does what only looks like it");
}

/* --- schemas -------------------------------------------------------------- */

/* A field of bytes, or a number, of a message that is being written. */
static void
pb_bytes(struct buf *b, unsigned number, struct str s)
{
	char tag[3] = { (char)(number << 3 | 2), (char)s.n };
	size_t n = 2;

	if (s.n > 127) {
		tag[1] = (char)((s.n & 0x7f) | 0x80);
		tag[n++] = (char)(s.n >> 7);
	}
	put(b, str_make(tag, n));
	put(b, s);
}

static void
pb_number(struct buf *b, unsigned number, unsigned v)
{
	char tag[2] = { (char)(number << 3), (char)v };

	put(b, str_make(tag, 2));
}

/* A FieldDescriptorProto within a message type. */
static void
pb_field(struct buf *type, const char *name, unsigned number, unsigned kind,
         bool repeated, const char *type_name)
{
	struct buf b;

	buf_init(&b, 4096);
	pb_bytes(&b, 1, str_from_c(name));
	pb_number(&b, 3, number);
	pb_number(&b, 4, repeated ? 3 : 1);
	pb_number(&b, 5, kind);
	if (type_name != NULL)
		pb_bytes(&b, 6, str_from_c(type_name));
	pb_bytes(type, 2, buf_str(&b));
	buf_release(&b);
}

static struct protobuf_set *
make_schema(void)
{
	struct protobuf_set *set = protobuf_set_new();
	struct buf file, b, inner, all;

	buf_init(&file, 4096);
	buf_init(&b, 4096);
	buf_init(&inner, 4096);
	buf_init(&all, 4096);
	pb_bytes(&file, 1, STR("t.proto"));
	pb_bytes(&file, 2, STR("pkg"));
	/* message Item { sint32 n = 1; repeated int32 list = 2; } in Req */
	pb_bytes(&inner, 1, STR("Item"));
	pb_field(&inner, "n", 1, PROTOBUF_SINT32, false, NULL);
	pb_field(&inner, "list", 2, PROTOBUF_INT32, true, NULL);
	pb_bytes(&b, 1, STR("Req"));
	pb_field(&b, "name", 1, PROTOBUF_STRING, false, NULL);
	pb_field(&b, "color", 2, PROTOBUF_ENUM, false, ".pkg.Color");
	pb_field(&b, "items", 3, PROTOBUF_MESSAGE, true, ".pkg.Req.Item");
	pb_field(&b, "raw", 4, PROTOBUF_KIND_BYTES, false, NULL);
	pb_field(&b, "yes", 5, PROTOBUF_BOOL, false, NULL);
	pb_field(&b, "half", 6, PROTOBUF_DOUBLE, false, NULL);
	pb_bytes(&b, 3, buf_str(&inner));
	pb_bytes(&file, 4, buf_str(&b));
	/* enum Color { RED = 0; BLUE = 2; } */
	buf_clear(&b);
	pb_bytes(&b, 1, STR("Color"));
	buf_clear(&inner);
	pb_bytes(&inner, 1, STR("BLUE"));
	pb_number(&inner, 2, 2);
	pb_bytes(&b, 2, buf_str(&inner));
	pb_bytes(&file, 5, buf_str(&b));
	/* service Svc { rpc Do(Req) returns (stream Req) } */
	buf_clear(&b);
	buf_clear(&inner);
	pb_bytes(&inner, 1, STR("Do"));
	pb_bytes(&inner, 2, STR(".pkg.Req"));
	pb_bytes(&inner, 3, STR(".pkg.Req"));
	pb_number(&inner, 6, 1);
	pb_bytes(&b, 1, STR("Svc"));
	pb_bytes(&b, 2, buf_str(&inner));
	pb_bytes(&file, 6, buf_str(&b));
	pb_bytes(&all, 1, buf_str(&file));
	if (set == NULL || protobuf_set_add(set, buf_str(&all)) != 0)
		abort();
	buf_release(&file);
	buf_release(&b);
	buf_release(&inner);
	buf_release(&all);
	return set;
}

static void
test_schema(void)
{
	struct protobuf_set *set = make_schema();
	struct buf body;
	struct call c = { .path = "/pkg.Svc/Do",
		          .trailers = { F("grpc-status", "0") } };

	buf_init(&body, 4096);
	put_message(&body, 0,
	            STR("\12\3abc"
	                "\20\2"
	                "\32\7\10\3\22\3\1\226\1"
	                "\42\2\377\376"
	                "\50\1"
	                "\61\0\0\0\0\0\0\340\77"
	                "\70\7"));
	c.body = buf_str(&body);
	is_call(&c, set, "grpc/2.0 \"POST\" /pkg.Svc/Do @ 200 107/65",
	        "{\"kind\":\"server streaming\",\"messageBytes\":33,"
	        "\"messageCount\":1,\"messages\":[{\"compressed\":false,"
	        "\"data\":{\"name\":\"abc\",\"color\":\"BLUE\",\"items\":[{"
	        "\"n\":-2,\"list\":[1,150]}],\"raw\":{\"base64\":\"//4=\"},"
	        "\"yes\":true,\"half\":0.5,\"7\":7},\"length\":33}],\"method\":"
	        "\"Do\",\"service\":\"pkg.Svc\"}",
	        "{\"kind\":\"server streaming\",\"messageBytes\":0,"
	        "\"messageCount\":0,\"messages\":[],\"status\":0,"
	        "\"statusName\":\"OK\"}");
	ok(protobuf_set_add(set, STR("not a set")) != 0,
	   "other bytes are no schema");
	ok(protobuf_set_method(set, STR("/pkg.Svc/Do")) != NULL,
	   "which does the others no harm");
	ok(protobuf_set_method(NULL, STR("/pkg.Svc/Do")) == NULL,
	   "no schema knows nothing");
	protobuf_set_free(set);
	buf_release(&body);
}

static void
test_timeouts(void)
{
	static const struct {
		const char *text;
		uint64_t ns;
	} rows[] = {
		{ "1H", UINT64_C(3600000000000) },
		{ "2M", UINT64_C(120000000000) },
		{ "20S", UINT64_C(20000000000) },
		{ "5m", 5000000 },
		{ "7u", 7000 },
		{ "99999999n", 99999999 },
	};
	static const char *const bad[] = { "",   "S",          "1",
		                           "1s", "123456789S", "-1S" };
	uint64_t ns = 0;
	bool good = true;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		good &= grpc_status_timeout(str_from_c(rows[i].text), &ns) &&
		        ns == rows[i].ns;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		good &= !grpc_status_timeout(str_from_c(bad[i]), &ns);
	ok(good, "timeouts in all units, and what is none");
}

int
main(void)
{
	test_unary();
	test_streams();
	test_compression();
	test_outcomes();
	test_truncated();
	test_web();
	test_late_join();
	test_schema();
	test_timeouts();
	return tap_done();
}
