/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/talk.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define COUNT(a)   ((unsigned)(sizeof(a) / sizeof((a)[0])))
#define PICK(w, a) ((a)[wire_below(&(w)->rng, COUNT(a))])

enum { BODY_MAX = 1 << 20, PIPELINE_MAX = 8 };

static const char *const words[] = {
	"amber",   "basket",  "cedar",  "delta",  "ember",  "falcon",
	"garnet",  "harbor",  "indigo", "jasper", "kettle", "linen",
	"maple",   "nectar",  "ochre",  "pepper", "quartz", "russet",
	"saffron", "timber",  "umber",  "velvet", "walnut", "xenon",
	"yellow",  "zephyr",  "anchor", "bronze", "copper", "dapple",
	"engine",  "flannel", "ginger", "hollow", "ivory",  "juniper",
	"kernel",  "lantern", "marble", "nickel", "orchid", "pewter",
	"quiver",  "ribbon",  "silver", "tundra", "violet", "willow",
	"wicker",  "cotton",  "spruce", "meadow", "canyon", "harvest",
	"lagoon",  "summit",
};

/* Templates, see fill(). */
static const char *const paths[] = {
	"/api/v1/products/#",
	"/api/v1/products?page=#&limit=20",
	"/api/v1/carts/#/items",
	"/api/v1/carts/#",
	"/api/v2/orders/#",
	"/api/v2/orders/#/payments",
	"/api/v2/orders?state=*",
	"/health/ready",
	"/metrics",
	"/api/v1/users/#/addresses",
	"/api/v1/users/#",
	"/api/v1/users/me",
	"/internal/stock/*/#",
	"/internal/prices/*",
	"/search?q=*+*",
	"/static/img/*-#.webp",
	"/v1/events",
	"/v1/traces",
	"/api/v1/reviews/#?sort=*",
	"/auth/token",
	"/auth/introspect",
	"/api/v1/shipping/quotes/#",
	"/recommendations/#",
	"/graph/*/nodes/#",
	"/api/v1/sessions/%",
	"/",
};

static const char *const agents[] = {
	"User-Agent: Go-http-client/1.1\r\nAccept-Encoding: gzip\r\n",
	"User-Agent: curl/7.88.1\r\nAccept: */*\r\n",
	"Accept: application/json\r\nUser-Agent: okhttp/4.11.0\r\n"
	"Accept-Encoding: gzip\r\nConnection: Keep-Alive\r\n",
	"User-Agent: python-requests/2.28.1\r\nAccept-Encoding: gzip, "
	"deflate\r\n"
	"Accept: */*\r\nConnection: keep-alive\r\n",
	"accept: application/json, text/plain, */*\r\nuser-agent: "
	"axios/1.4.0\r\n"
	"accept-encoding: gzip, deflate, br\r\nconnection: keep-alive\r\n",
	"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 "
	"Firefox/115.0\r\nAccept: "
	"text/html,application/xhtml+xml,application/xml"
	";q=0.9,*/*;q=0.8\r\nAccept-Language: en-GB,en;q=0.7,de;q=0.3\r\n"
	"Accept-Encoding: gzip, deflate, br\r\nReferer: https://shop.test/\r\n"
	"Connection: keep-alive\r\nSec-Fetch-Dest: empty\r\n",
};

static const char *const servers[] = {
	"Server: nginx/1.22.1\r\nConnection: keep-alive\r\n",
	"server: envoy\r\nx-content-type-options: nosniff\r\n",
	"X-Powered-By: Express\r\nKeep-Alive: timeout=5\r\n",
	"Server: gunicorn\r\nConnection: keep-alive\r\n",
	"",
};

static const struct {
	const char *name;
	uint16_t port;
	unsigned exchanges; /* on average */
} kinds[TALK_KINDS] = {
	[TALK_HTTP1] = { "http1", 8080, 60 },
	[TALK_REDIS] = { "redis", 6379, 400 },
	[TALK_HTTP2] = { "http2", 8443, 80 },
	[TALK_GRPC] = { "grpc", 9090, 120 },
	[TALK_DNS] = { "dns", 53, 1 },
	[TALK_AMQP] = { "amqp", 5672, 300 },
	[TALK_OPAQUE] = { "opaque", 9443, 30 },
};

const char *
talk_name(enum talk_kind k)
{
	return kinds[k].name;
}

uint16_t
talk_port(enum talk_kind k)
{
	return kinds[k].port;
}

/*
 * Appends the template: '#' stands for a number from 1 to 250, '~' for a larger
 * one, '@' for two digits below 60, '*' for a word, '%' for sixteen hex digits.
 * One random number at a time: the order in which a compiler evaluates the
 * arguments of a call is its own, and the capture must not depend on it.
 */
static void
fill(struct buf *b, struct talk_world *w, const char *template)
{
	for (const char *p = template; *p != '\0'; p++) {
		size_t plain = strcspn(p, "#~@*%");

		wire_put(b, p, plain);
		p += plain;
		if (*p == '#')
			wire_printf(b, "%u", 1 + wire_below(&w->rng, 250));
		else if (*p == '~')
			wire_printf(b, "%u", wire_below(&w->rng, 900000));
		else if (*p == '@')
			wire_printf(b, "%02u", wire_below(&w->rng, 60));
		else if (*p == '*')
			wire_text(b, PICK(w, words));
		else if (*p == '%')
			wire_printf(b, "%016" PRIx64, wire_random(&w->rng));
		else
			break;
	}
}

/* --- bodies -------------------------------------------------------------- */

/* Most bodies are small, a few are large: 100 bytes to 64 KiB. */
static unsigned
body_size(struct wire_rng *r)
{
	unsigned kind = wire_below(r, 100);

	if (kind < 55)
		return 100 + wire_below(r, 450);
	if (kind < 88)
		return 500 + wire_below(r, 1500);
	if (kind < 98)
		return 2000 + wire_below(r, 5000);
	return 7000 + wire_below(r, wire_chance(r, 150) ? 58000 : 14000);
}

static void
json_item(struct buf *b, struct talk_world *w)
{
	fill(b, w, "{\"id\":~,\"name\":\"* * *\",\"category\":\"*\",");
	if (wire_chance(&w->rng, 120))
		fill(b, w, "\"reference\":\"%\",");
	fill(b, w, "\"price\":{\"amount\":#.@,\"currency\":\"EUR\"},");
	fill(b, w,
	     wire_chance(&w->rng, 800) ? "\"active\":true,\"stock\":#"
	                               : "\"active\":false");
	fill(b, w, ",\"links\":{\"self\":\"/api/v1/products/#\"},");
	fill(b, w, "\"updatedAt\":\"2023-11-14T22:13:@Z\"}");
}

/* At least `size` bytes, and seldom more than a hundred too many. */
static void
json_body(struct buf *b, struct talk_world *w, size_t size)
{
	size_t start = b->n;

	fill(b, w, "{\"requestId\":\"%\",\"items\":[");
	while (b->n - start + 2 < size) {
		json_item(b, w);
		wire_8(b, ',');
	}
	if (b->p[b->n - 1] == ',')
		buf_truncate(b, b->n - 1);
	wire_text(b, "]}");
}

static void
pack(struct buf *ret_packed, const struct buf *plain)
{
	z_stream z = { .next_in = (Bytef *)plain->p,
		       .avail_in = (uInt)plain->n };
	uint8_t *out = malloc(BODY_MAX);

	z.next_out = out;
	z.avail_out = BODY_MAX;
	if (out == NULL ||
	    deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, 0) != Z_OK ||
	    deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	wire_put(ret_packed, out, z.total_out);
	(void)deflateEnd(&z);
	free(out);
}

void
talk_world_init(struct talk_world *w, uint64_t seed)
{
	*w = (struct talk_world){ .rng = { seed } };
	buf_init(&w->body, BODY_MAX);
	for (unsigned i = 0; i < TALK_PACKED; i++) {
		buf_init(&w->packed[i], BODY_MAX);
		buf_clear(&w->body);
		json_body(&w->body, w, 400 + 250 * i);
		pack(&w->packed[i], &w->body);
	}
}

void
talk_world_release(struct talk_world *w)
{
	buf_release(&w->body);
	for (unsigned i = 0; i < TALK_PACKED; i++)
		buf_release(&w->packed[i]);
}

/* --- HTTP/1.1 ------------------------------------------------------------ */

struct call {
	const char *method;
	unsigned status;
};

static struct call
http1_call(struct talk_world *w, bool idempotent)
{
	unsigned luck = wire_below(&w->rng, 1000);
	unsigned kind = idempotent ? 0 : wire_below(&w->rng, 100);
	struct call c = { "GET", 200 };

	if (kind >= 98)
		c = (struct call){ "HEAD", 200 };
	else if (kind >= 95)
		c = (struct call){ "DELETE", 204 };
	else if (kind >= 90)
		c = (struct call){ "PUT", 200 };
	else if (kind >= 68)
		c = (struct call){ "POST", 201 };
	else if (luck >= 950)
		c.status = 304;
	if (luck < 8)
		c.status = 500;
	else if (luck < 60)
		c.status = (const unsigned[]){ 400, 401, 404, 404,
			                       404, 409, 429, 503 }[luck % 8];
	return c;
}

static bool
has_request_body(const struct call *c)
{
	return c->method[0] == 'P';
}

static void
http1_request(struct talk *t, struct talk_world *w, const struct call *c)
{
	struct buf *b = &t->wire.said;

	wire_printf(b, "%s ", c->method);
	fill(b, w, PICK(w, paths));
	fill(b, w, " HTTP/1.1\r\nHost: *.shop:8080\r\n");
	wire_text(b, agents[t->agent]);
	if (t->agent >= 3)
		wire_printf(b,
		            "Authorization: Bearer eyJhbGciOiJSUzI1NiJ9."
		            "%016" PRIx64 "%016" PRIx64 "\r\n",
		            t->token, t->token * 31);
	wire_printf(b,
	            "traceparent: 00-%016" PRIx64 "%016" PRIx64 "-%08x-01\r\n",
	            t->token, wire_random(&w->rng), t->agent);
	if (has_request_body(c)) {
		buf_clear(&w->body);
		json_body(&w->body, w, 60 + wire_below(&w->rng, 500));
		wire_printf(b,
		            "Content-Type: application/json\r\n"
		            "Content-Length: %zu\r\n",
		            w->body.n);
	}
	wire_text(b, "\r\n");
	if (has_request_body(c))
		wire_put(b, w->body.p, w->body.n);
}

static void
chunked(struct buf *b, struct wire_rng *r, const struct buf *body)
{
	for (size_t at = 0; at < body->n;) {
		size_t n = 300 + wire_below(r, 6000);

		n = n < body->n - at ? n : body->n - at;
		wire_printf(b, "%zx\r\n", n);
		wire_put(b, body->p + at, n);
		wire_text(b, "\r\n");
		at += n;
	}
	wire_text(b, "0\r\n\r\n");
}

static const char *
reason(unsigned status)
{
	switch (status) {
	case 200:
		return "OK";
	case 201:
		return "Created";
	case 204:
		return "No Content";
	case 304:
		return "Not Modified";
	case 404:
		return "Not Found";
	case 500:
		return "Internal Server Error";
	default:
		return "Unhappy";
	}
}

static void
http1_response(struct talk *t, struct talk_world *w, const struct call *c)
{
	struct buf *b = &t->wire.said;
	const struct buf *body = &w->body;
	unsigned shape = wire_below(&w->rng, 100);

	wire_printf(b, "HTTP/1.1 %u %s\r\n", c->status, reason(c->status));
	wire_text(b, servers[t->server]);
	fill(b, w, "Date: Tue, 14 Nov 2023 22:@:@ GMT\r\nx-request-id: %\r\n");
	if (c->status == 204 || c->status == 304) {
		fill(b, w, "ETag: \"%\"\r\n\r\n");
		return;
	}
	wire_text(b, "Content-Type: application/json; charset=utf-8\r\n");
	if (shape < 8) {
		body = &PICK(w, w->packed);
		wire_text(b, "Content-Encoding: gzip\r\n");
	} else {
		buf_clear(&w->body);
		json_body(&w->body, w,
		          c->status < 400 ? body_size(&w->rng) : 90);
	}
	if (c->method[0] == 'H') {
		wire_printf(b, "Content-Length: %zu\r\n\r\n", body->n);
	} else if (shape % 5 == 0) {
		wire_text(b, "Transfer-Encoding: chunked\r\n\r\n");
		chunked(b, &w->rng, body);
	} else {
		wire_printf(b, "Content-Length: %zu\r\n\r\n", body->n);
		wire_put(b, body->p, body->n);
	}
}

static void
http1_exchange(struct talk *t, struct talk_world *w)
{
	struct call calls[PIPELINE_MAX];
	unsigned n = 1;

	if (t->pipelines)
		n = 2 + wire_below(&w->rng, PIPELINE_MAX - 1);
	for (unsigned i = 0; i < n; i++) {
		calls[i] = http1_call(w, t->pipelines);
		http1_request(t, w, &calls[i]);
		w->truth.http1_status[calls[i].status / 100]++;
		w->truth.http1_500 += calls[i].status == 500;
	}
	w->truth.calls[TALK_HTTP1] += n;
	wire_say(&t->wire, WIRE_CLIENT);
	for (unsigned i = 0; i < n; i++) {
		t->wire.now += 200 + wire_below(&w->rng, 9000);
		http1_response(t, w, &calls[i]);
		wire_say(&t->wire, WIRE_SERVER);
	}
}

/* --- Redis --------------------------------------------------------------- */

static void
redis_exchange(struct talk *t, struct talk_world *w)
{
	struct buf *b = &t->wire.said;
	unsigned n = t->pipelines ? 2 + wire_below(&w->rng, 14) : 1;
	bool get = wire_chance(&w->rng, 700);

	for (unsigned i = 0; i < n; i++) {
		buf_clear(&w->body);
		fill(&w->body, w, "*:*:~");
		wire_printf(b, "*%d\r\n$3\r\n%s\r\n$%zu\r\n", get ? 2 : 3,
		            get ? "GET" : "SET", w->body.n);
		wire_put(b, w->body.p, w->body.n);
		fill(b, w, get ? "\r\n" : "\r\n$16\r\n%\r\n");
	}
	wire_say(&t->wire, WIRE_CLIENT);
	t->wire.now += 30 + wire_below(&w->rng, 200);
	for (unsigned i = 0; i < n; i++) {
		if (!get)
			wire_text(b, "+OK\r\n");
		else if (wire_chance(&w->rng, 150))
			wire_text(b, "$-1\r\n");
		else
			fill(b, w, "$16\r\n%\r\n");
	}
	wire_say(&t->wire, WIRE_SERVER);
	w->truth.calls[TALK_REDIS] += n;
}

/* --- HTTP/2 and gRPC ----------------------------------------------------- */

enum { H2_DATA = 0, H2_HEADERS = 1, H2_SETTINGS = 4 };
enum { H2_END_STREAM = 1, H2_ACK = 1, H2_END_HEADERS = 4 };

/* RFC 9113, section 4.1 */
static void
h2_frame(struct buf *b, size_t n, unsigned type, unsigned flags, uint32_t id)
{
	wire_8(b, (unsigned)(n >> 16));
	wire_16(b, (unsigned)n & 0xffff);
	wire_8(b, type);
	wire_8(b, flags);
	wire_32(b, id);
}

/* A literal without indexing and without Huffman, RFC 7541, section 6.2.2. */
static void
h2_field(struct buf *b, const char *name, const char *value)
{
	wire_8(b, 0);
	wire_8(b, (unsigned)strlen(name));
	wire_text(b, name);
	wire_8(b, (unsigned)strlen(value));
	wire_text(b, value);
}

static void
h2_begin(struct talk *t)
{
	struct buf *b = &t->wire.said;

	wire_text(b, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
	h2_frame(b, 0, H2_SETTINGS, 0, 0);
	wire_say(&t->wire, WIRE_CLIENT);
	h2_frame(b, 0, H2_SETTINGS, 0, 0);
	h2_frame(b, 0, H2_SETTINGS, H2_ACK, 0);
	wire_say(&t->wire, WIRE_SERVER);
}

static void
h2_headers(struct talk *t, const struct buf *block, bool last)
{
	h2_frame(&t->wire.said, block->n, H2_HEADERS,
	         H2_END_HEADERS | (last ? H2_END_STREAM : 0), t->stream);
	wire_put(&t->wire.said, block->p, block->n);
}

static void
h2_data(struct talk *t, struct talk_world *w, unsigned size, bool last)
{
	struct buf *b = &t->wire.said;

	buf_clear(&w->body);
	if (t->kind == TALK_GRPC) {
		wire_8(&w->body, 0);
		wire_32(&w->body, size / 8 * 8);
		for (unsigned i = 0; i < size / 8; i++) {
			wire_32(&w->body, 0x08120a03 + (i << 8));
			wire_32(&w->body, (uint32_t)wire_random(&w->rng));
		}
	} else {
		json_body(&w->body, w, size);
	}
	h2_frame(b, w->body.n, H2_DATA, last ? H2_END_STREAM : 0, t->stream);
	wire_put(b, w->body.p, w->body.n);
}

static void
h2_exchange(struct talk *t, struct talk_world *w)
{
	bool grpc = t->kind == TALK_GRPC;
	struct buf *h = &w->body;
	char path[48];
	const char *service = PICK(w, words);

	(void)snprintf(path, sizeof(path), "/shop.%s/Get%u", service,
	               wire_below(&w->rng, 40));
	buf_clear(h);
	h2_field(h, ":method", grpc ? "POST" : "GET");
	h2_field(h, ":scheme", "http");
	h2_field(h, ":path", path);
	h2_field(h, ":authority", "backend.shop:9090");
	if (grpc) {
		h2_field(h, "content-type", "application/grpc");
		h2_field(h, "te", "trailers");
	}
	h2_headers(t, h, !grpc);
	if (grpc)
		h2_data(t, w, 40 + wire_below(&w->rng, 200), true);
	wire_say(&t->wire, WIRE_CLIENT);
	t->wire.now += 100 + wire_below(&w->rng, 4000);
	buf_clear(h);
	h2_field(h, ":status", "200");
	h2_field(h, "content-type",
	         grpc ? "application/grpc" : "application/json");
	h2_headers(t, h, false);
	h2_data(t, w, 60 + wire_below(&w->rng, grpc ? 300 : 900), !grpc);
	if (grpc) {
		buf_clear(h);
		h2_field(h, "grpc-status", "0");
		h2_headers(t, h, true);
	}
	wire_say(&t->wire, WIRE_SERVER);
	t->stream += 2;
	w->truth.calls[t->kind]++;
}

/* --- DNS, AMQP, and what has no name ------------------------------------- */

static void
dns_message(struct buf *b, unsigned id, const char *name, bool answer)
{
	wire_16(b, id);
	wire_16(b, answer ? 0x8180 : 0x0100);
	wire_16(b, 1);
	wire_16(b, answer);
	wire_32(b, 0);
	wire_8(b, (unsigned)strlen(name));
	wire_text(b, name);
	wire_put(b, "\4shop\3svc\7cluster\5local", 24);
	wire_16(b, 1);
	wire_16(b, 1);
	if (!answer)
		return;
	wire_16(b, 0xc00c);
	wire_16(b, 1);
	wire_16(b, 1);
	wire_32(b, 30);
	wire_16(b, 4);
	wire_32(b, 0x0a600000 + id % 200);
}

static void
dns_exchange(struct talk *t, struct talk_world *w)
{
	const char *name = PICK(w, words);
	unsigned id = wire_below(&w->rng, 65536);

	dns_message(&t->wire.said, id, name, false);
	wire_say(&t->wire, WIRE_CLIENT);
	t->wire.now += 100 + wire_below(&w->rng, 1500);
	dns_message(&t->wire.said, id, name, true);
	wire_say(&t->wire, WIRE_SERVER);
	w->truth.calls[TALK_DNS]++;
}

/* AMQP 0-9-1, section 4.2.3: type, channel, size, payload, end. */
static void
amqp_frame(struct buf *b, unsigned type, unsigned channel, const struct buf *p)
{
	wire_8(b, type);
	wire_16(b, channel);
	wire_32(b, (uint32_t)p->n);
	wire_put(b, p->p, p->n);
	wire_8(b, 0xce);
}

static void
amqp_exchange(struct talk *t, struct talk_world *w)
{
	struct buf *b = &t->wire.said, *p = &w->body;
	const char *key = PICK(w, words);
	size_t size = 150 + wire_below(&w->rng, 500);

	buf_clear(p);
	wire_32(p, 60 << 16 | 40); /* basic.publish */
	wire_16(p, 0);
	wire_8(p, 6);
	wire_text(p, "events");
	wire_8(p, (unsigned)strlen(key));
	wire_text(p, key);
	wire_8(p, 0);
	amqp_frame(b, 1, 1, p);
	buf_clear(p);
	json_body(p, w, size);
	size = p->n;
	buf_clear(p);
	wire_32(p, 60 << 16);
	wire_32(p, 0);
	wire_32(p, (uint32_t)size);
	wire_16(p, 0);
	amqp_frame(b, 2, 1, p);
	buf_clear(p);
	json_body(p, w, size);
	/* The second text need not be as long as the first: cut, or filled. */
	while (p->n < size)
		wire_8(p, ' ');
	buf_truncate(p, size);
	amqp_frame(b, 3, 1, p);
	wire_say(&t->wire, WIRE_CLIENT);
	t->wire.now += 200 + wire_below(&w->rng, 800);
	buf_clear(p);
	wire_32(p, 60 << 16 | 80); /* basic.ack */
	wire_32(p, 0);
	wire_32(p, t->stream++);
	wire_8(p, 0);
	amqp_frame(b, 1, 1, p);
	wire_say(&t->wire, WIRE_SERVER);
	w->truth.calls[TALK_AMQP]++;
}

static void
opaque_exchange(struct talk *t, struct talk_world *w)
{
	for (enum wire_side side = WIRE_CLIENT; side <= WIRE_SERVER; side++) {
		unsigned n = 8 + wire_below(&w->rng, side ? 500 : 60);

		n = wire_chance(&w->rng, 50) ? 12 * n : n;
		wire_8(&t->wire.said, 0xf7);
		wire_32(&t->wire.said, n * 8);
		for (unsigned i = 0; i < n; i++) {
			uint64_t word = wire_random(&w->rng);

			word &= i % 5 == 0 ? UINT64_MAX : UINT64_C(0xff00);
			wire_32(&t->wire.said, (uint32_t)(word >> 32));
			wire_32(&t->wire.said, (uint32_t)word);
		}
		wire_say(&t->wire, side);
		t->wire.now += 100 + wire_below(&w->rng, 3000);
	}
	w->truth.calls[TALK_OPAQUE]++;
}

/* --- connections --------------------------------------------------------- */

void
talk_begin(struct talk *t, struct talk_world *w, bool silent)
{
	unsigned mean = kinds[t->kind].exchanges;
	bool brief = t->kind == TALK_HTTP1 && wire_chance(&w->rng, 400);

	t->wire.rng = &w->rng;
	t->wire.udp = t->kind == TALK_DNS;
	t->left = brief ? 1 : 1 + wire_below(&w->rng, 2 * mean - 1);
	t->agent = wire_below(&w->rng, COUNT(agents));
	t->server = wire_below(&w->rng, COUNT(servers));
	t->token = wire_random(&w->rng);
	t->stream = 1;
	t->pipelines = !brief && wire_chance(&w->rng, 30);
	w->truth.connections[t->kind]++;
	if (t->wire.udp || silent)
		return;
	wire_open(&t->wire);
	if (t->kind == TALK_HTTP2 || t->kind == TALK_GRPC)
		h2_begin(t);
	if (t->kind == TALK_AMQP) {
		wire_put(&t->wire.said, "AMQP\0\0\11\1", 8);
		wire_say(&t->wire, WIRE_CLIENT);
	}
}

void
talk_exchange(struct talk *t, struct talk_world *w)
{
	static void (*const says[TALK_KINDS])(struct talk *,
	                                      struct talk_world *) = {
		[TALK_HTTP1] = http1_exchange,   [TALK_REDIS] = redis_exchange,
		[TALK_HTTP2] = h2_exchange,      [TALK_GRPC] = h2_exchange,
		[TALK_DNS] = dns_exchange,       [TALK_AMQP] = amqp_exchange,
		[TALK_OPAQUE] = opaque_exchange,
	};

	says[t->kind](t, w);
	t->left--;
}

void
talk_end(struct talk *t, struct talk_world *w)
{
	bool server = wire_chance(&w->rng, 400);

	if (!t->wire.udp)
		wire_close(&t->wire, server ? WIRE_SERVER : WIRE_CLIENT,
		           wire_chance(&w->rng, 20));
}
