/* SPDX-License-Identifier: Apache-2.0 */
/* Entries in the shapes of the compatible API, byte by byte. */
#include "analyzer/query/full.h"

#include "base/io.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "tests/support/mkindex.h"
#include "tests/tap/tap.h"

#define MS INT64_C(1000000)
#define T0 (INT64_C(1700000000000) * MS)

#define REQUEST                               \
	"POST /a?x=1 HTTP/1.1\r\nHost: h\r\n" \
	"Content-Type: application/json\r\n"  \
	"Content-Length: 7\r\n\r\n{\"x\":1}"
#define RESPONSE "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"

#define PROTOCOL                                                              \
	"{\"name\":\"http\",\"version\":\"1.1\",\"abbr\":\"HTTP\","           \
	"\"longName\":\"Hypertext Transfer Protocol -- HTTP/1.1\","           \
	"\"macro\":\"http\",\"backgroundColor\":\"#326de6\","                 \
	"\"foregroundColor\":\"#ffffff\",\"fontSize\":12,"                    \
	"\"referenceLink\":\"https://datatracker.ietf.org/doc/html/rfc2616\"" \
	",\"ports\":[\"80\",\"443\",\"8080\"],\"layer4\":\"tcp\","            \
	"\"priority\":0}"

static const struct protocol http = { .key = "http/1.1",
	                              .name = "http",
	                              .abbr = "HTTP" };

/* A snapshot with one exchange, opened. */
struct world {
	struct mkindex mk;
	struct index_entry entry; /* as put */
	struct span spans[2];
	struct opened *o;
	struct index_cursor *cursor;
	struct index_entry row; /* as read */
};

static struct addr
ip(uint8_t last)
{
	const uint8_t b[4] = { 10, 0, 0, last };

	return addr_v4(b);
}

static void
world_begin(struct world *w)
{
	memset(w, 0, sizeof(*w));
	mkindex_begin(&w->mk);
	w->mk.stream.handshake_rtt = MS / 2;
	w->mk.stream.side[0].retransmissions = 1;
	w->mk.stream.side[1].retransmissions = 2;
	w->mk.stream.side[1].gaps = 1;
	w->mk.stream.side[1].gap_bytes = 40;
	mkindex_text(&w->mk, 0, REQUEST);
	mkindex_source(&w->mk);
	mkindex_filler(&w->mk, 100);
	mkindex_text(&w->mk, 1, RESPONSE);
	w->spans[0].len = sizeof(REQUEST) - 1;
	w->spans[1].len = sizeof(RESPONSE) - 1;
	w->entry = (struct index_entry){
		.e = { .id = w->mk.stream.id + 1,
		       .stream = w->mk.stream.id,
		       .ordinal = 4,
		       .proto = &http,
		       .status = 201,
		       .method = STR("POST"),
		       .target = STR("/a"),
		       .host = STR("h"),
		       .request = { .present = true,
		                    .first = T0 + 10 * MS,
		                    .last = T0 + 13 * MS,
		                    .size = sizeof(REQUEST) - 1,
		                    .nspans = 1,
		                    .spans = &w->spans[0] },
		       .response = { .present = true,
		                     .first = T0 + 20 * MS,
		                     .last = T0 + 23 * MS + MS / 4,
		                     .size = sizeof(RESPONSE) - 1,
		                     .nspans = 1,
		                     .spans = &w->spans[1] } },
		.client = ip(1),
		.server = ip(2),
		.client_port = 40000,
		.server_port = 80,
	};
}

static void
world_name(struct world *w, uint8_t last, uint16_t port, const char *name,
           const char *ns)
{
	struct index_identity i = { .ip = ip(last),
		                    .port = port,
		                    .node = STR("node-1"),
		                    .from = INT64_MIN,
		                    .to = INT64_MAX,
		                    .early = port == 0,
		                    .name = str_from_c(name),
		                    .ns = str_from_c(ns) };

	mkindex_identity(&w->mk, &i);
}

static void
world_open(struct world *w)
{
	struct proto_limits limits;
	struct err e = ERR_INIT;
	bool sure;

	proto_limits_init(&limits);
	mkindex_entry(&w->mk, &w->entry);
	mkindex_finish(&w->mk, true);
	if (opened_new(w->mk.dir, w->mk.index, &limits, &e, &w->o) != 0 ||
	    index_entry_by_id(opened_index(w->o), w->entry.e.id, &e,
	                      &w->cursor) != 0 ||
	    index_next(w->cursor, &w->row, &sure, &e) != 1) {
		printf("# %s\n", e.text);
		abort();
	}
}

static void
world_end(struct world *w)
{
	index_cursor_free(w->cursor);
	opened_free(w->o);
	mkindex_end(&w->mk);
}

/* ---- as JSON ---- */

enum shape { BASE, ENTRY, SECTIONS };

static int
write_shape(struct world *w, enum shape shape, unsigned snapshot,
            struct sink *out, struct err *e)
{
	struct full_names names = { .snapshot = snapshot };

	switch (shape) {
	case BASE:
		return full_base(w->o, &w->row, &names, out);
	case ENTRY:
		return full_entry(w->o, &w->row, &names, NULL, out, e);
	case SECTIONS:
		break;
	}
	return full_represent(w->o, &w->row, out, e);
}

static int
try_json(struct world *w, enum shape shape, unsigned snapshot, struct buf *b,
         struct err *e)
{
	struct json_out j;
	struct sink_json s;
	int rc;

	jout_init_buf(&j, b);
	sink_json_init(&s, &j);
	rc = write_shape(w, shape, snapshot, &s.sink, e);
	if (rc == 0)
		rc = jout_finish(&j);
	return rc == 0 ? buf_append_byte(b, '\0') : rc;
}

static const char *
json(struct world *w, enum shape shape, unsigned snapshot)
{
	static struct buf b;
	struct err e = ERR_INIT;

	buf_release(&b);
	buf_init(&b, 1 << 20);
	if (try_json(w, shape, snapshot, &b, &e) != 0) {
		printf("# %s\n", e.text);
		return NULL;
	}
	return b.p;
}

static bool
has(const char *text, const char *what)
{
	if (text != NULL && strstr(text, what) != NULL)
		return true;
	printf("# %s\n", text != NULL ? text : "(none)");
	return false;
}

/* ---- a whole exchange ---- */

static void
test_base(void)
{
	struct world w;

	world_begin(&w);
	world_name(&w, 1, 0, "cart.shop", "shop");
	world_name(&w, 2, 80, "web.front", "front");
	world_open(&w);
	is_str(json(&w, BASE, 0),
	       "{\"id\":\"10.1.2.3:8897/000000000001.pcap-4\","
	       "\"stream\":\"000000000001.pcap\","
	       "\"worker\":\"10.1.2.3:8897\",\"proto\":" PROTOCOL
	       ",\"tls\":false,\"summary\":\"/a\","
	       "\"summaryQuery\":\"request.path == \\\"/a\\\"\","
	       "\"status\":201,\"statusQuery\":\"response.status == 201\","
	       "\"method\":\"POST\","
	       "\"methodQuery\":\"request.method == \\\"POST\\\"\","
	       "\"timestamp\":1700000000013,"
	       "\"src\":{\"ip\":\"10.0.0.1\",\"port\":\"40000\","
	       "\"name\":\"cart.shop\"},"
	       "\"dst\":{\"ip\":\"10.0.0.2\",\"port\":\"80\","
	       "\"name\":\"web.front\"},"
	       "\"outgoing\":false,\"latency\":10,\"eid\":\"16385\"}",
	       "a line of the list");
	ok(has(json(&w, BASE, 2), "\"eid\":\"2:16385\"}"),
	   "an id among several snapshots");
	ok(has(json(&w, BASE, 2), "\"worker\":\"10.1.2.3:8898\""),
	   "a worker among several snapshots");
	world_end(&w);
}

static void
test_entry(void)
{
	struct world w;

	world_begin(&w);
	world_name(&w, 1, 0, "cart.shop", "shop");
	world_name(&w, 2, 0, "web.front", "");
	world_open(&w);
	is_str(json(&w, ENTRY, 0),
	       "{\"id\":\"10.1.2.3:8897/000000000001.pcap-4\",\"index\":4,"
	       "\"stream\":\"000000000001.pcap\","
	       "\"worker\":\"10.1.2.3:8897\","
	       "\"node\":{\"ip\":\"10.1.2.3\",\"name\":\"node-1\"},"
	       "\"protocol\":" PROTOCOL ",\"tls\":false,"
	       "\"src\":{\"ip\":\"10.0.0.1\",\"port\":\"40000\","
	       "\"name\":\"cart.shop\"},"
	       "\"dst\":{\"ip\":\"10.0.0.2\",\"port\":\"80\","
	       "\"name\":\"web.front\"},"
	       "\"namespace\":\"shop\",\"outgoing\":false,"
	       "\"timestamp\":1700000000013,"
	       "\"startTime\":\"2023-11-14T22:13:20.013Z\","
	       "\"request\":{\"bodySize\":7,\"cookies\":{},"
	       "\"headers\":{\"Content-Length\":\"7\","
	       "\"Content-Type\":\"application/json\",\"Host\":\"h\"},"
	       "\"headersSize\":-1,\"httpVersion\":\"HTTP/1.1\","
	       "\"method\":\"POST\",\"path\":\"/a\","
	       "\"pathSegments\":[\"a\"],"
	       "\"postData\":{\"mimeType\":\"application/json\","
	       "\"params\":[],\"text\":\"{\\\"x\\\":1}\"},"
	       "\"queryString\":{\"x\":\"1\"},"
	       "\"targetUri\":\"/a?x=1\",\"url\":\"/a?x=1\"},"
	       "\"response\":{\"bodySize\":2,"
	       "\"content\":{\"encoding\":\"base64\",\"mimeType\":\"\","
	       "\"size\":2,\"text\":\"b2s=\"},\"cookies\":{},"
	       "\"headers\":{\"Content-Length\":\"2\"},\"headersSize\":-1,"
	       "\"httpVersion\":\"HTTP/1.1\",\"redirectURL\":\"\","
	       "\"status\":201,\"statusText\":\"Created\"},"
	       "\"requestSize\":91,\"responseSize\":45,\"elapsedTime\":10,"
	       "\"evidence\":{\"complete\":true,\"reason\":\"\","
	       "\"outcome\":\"success\","
	       "\"eid\":\"16385\",\"stream\":\"16384\","
	       "\"lateJoin\":false,\"roleGuessed\":false,"
	       "\"resynced\":false,"
	       "\"names\":{\"src\":{\"early\":true,\"bare\":false,"
	       "\"learnt\":false},"
	       "\"dst\":{\"early\":true,\"bare\":true,"
	       "\"learnt\":false}},"
	       "\"request\":{\"source\":\"node-1_10.1.2.3/0.pcap\","
	       "\"record\":1,\"bytes\":91,\"gap\":false,\"cut\":false},"
	       "\"response\":{\"source\":\"node-1_10.1.2.3/1.pcap\","
	       "\"record\":1,\"bytes\":45,\"gap\":false,\"cut\":false}},"
	       "\"timing\":{\"requestStart\":\"2023-11-14T22:13:20.01Z\","
	       "\"requestEnd\":\"2023-11-14T22:13:20.013Z\","
	       "\"responseStart\":\"2023-11-14T22:13:20.02Z\","
	       "\"responseEnd\":\"2023-11-14T22:13:20.02325Z\","
	       "\"requestMs\":3,\"waitMs\":7,\"responseMs\":3.25},"
	       "\"tcp\":{\"handshakeRttMs\":0.5,\"retransmissions\":3,"
	       "\"outOfOrder\":0,\"duplicateAcks\":0,\"zeroWindows\":0,"
	       "\"gaps\":1,\"gapBytes\":40}}",
	       "an entry");
	world_end(&w);
}

static void
test_sections(void)
{
	struct world w;

	world_begin(&w);
	world_open(&w);
	ok(has(json(&w, SECTIONS, 0),
	       "{\"request\":[{\"type\":\"table\",\"title\":\"Details\","),
	   "sections of the request");
	ok(has(json(&w, SECTIONS, 0),
	       "],\"response\":[{\"type\":\"table\",\"title\":\"Details\","),
	   "and of the response");
	world_end(&w);
}

/* ---- what is missing ---- */

static void
test_no_response(void)
{
	struct world w;
	const char *text;

	world_begin(&w);
	w.mk.stream.handshake_rtt = -1;
	w.entry.e.response = (struct entry_side){ .present = false };
	w.entry.e.status = 0;
	w.entry.e.flags = ENTRY_NO_RESPONSE | ENTRY_REQ_GAP | ENTRY_LATE_JOIN;
	world_open(&w);
	text = json(&w, BASE, 0);
	ok(has(text, "\"status\":0,\"statusQuery\":\"\",\"method\""),
	   "no status to ask for");
	ok(has(text, "\"latency\":0,"), "no latency");
	ok(has(text, "\"name\":\"\"},\"dst\""), "no name");
	text = json(&w, ENTRY, 0);
	ok(has(text, ",\"response\":{},\"requestSize\":91,\"responseSize\":0,"
	             "\"elapsedTime\":0,"),
	   "the side is empty");
	ok(has(text, "\"evidence\":{\"complete\":false,"
	             "\"reason\":\"the response was not seen\","),
	   "and the reason is told");
	ok(has(text, "\"lateJoin\":true"), "other flags too");
	ok(has(text, "\"gap\":true,\"cut\":false}},"),
	   "evidence of one side only");
	ok(has(text, "\"timing\":{\"requestStart\":\"2023-11-14T22:13:20.01Z\","
	             "\"requestEnd\":\"2023-11-14T22:13:20.013Z\","
	             "\"requestMs\":3},\"tcp\":{\"retransmissions\":3,"),
	   "what is not known is left out");
	ok(has(json(&w, SECTIONS, 0), "],\"response\":[]}"), "no sections");
	world_end(&w);
}

static void
test_no_request(void)
{
	struct world w;
	const char *text;

	world_begin(&w);
	w.entry.e.request = (struct entry_side){ .present = false };
	w.entry.e.method = w.entry.e.target = STR_NONE;
	w.entry.e.flags = ENTRY_NO_REQUEST;
	world_open(&w);
	text = json(&w, BASE, 0);
	ok(has(text, "\"tls\":false,\"status\":201,"
	             "\"statusQuery\":\"response.status == 201\","
	             "\"timestamp\":1700000000023,"),
	   "neither summary nor method");
	text = json(&w, ENTRY, 0);
	ok(has(text, ",\"request\":{},\"response\":{\"bodySize\":2,"),
	   "the response is there");
	ok(has(text, "\"timing\":{\"responseStart\""), "and its times");
	world_end(&w);
}

/* A message from the server to the client that is a request nonetheless. */
static void
test_reversed(void)
{
	struct world w;
	const char *text;

	world_begin(&w);
	w.entry.e.flags = ENTRY_REVERSED;
	w.mk.stream.client = 1;
	w.entry.client = ip(2);
	w.entry.client_port = 80;
	w.entry.server = ip(1);
	w.entry.server_port = 40000;
	world_name(&w, 1, 0, "cart.shop", "shop");
	world_open(&w);
	text = json(&w, BASE, 0);
	ok(has(text, "\"src\":{\"ip\":\"10.0.0.1\",\"port\":\"40000\","
	             "\"name\":\"cart.shop\"},\"dst\":{\"ip\":\"10.0.0.2\""),
	   "the server is the source");
	world_end(&w);
}

/* ---- variants, points, kinds of stream ---- */

static void
test_unknown(void)
{
	static const struct protocol other = { .key = "spdy/3",
		                               .name = "spdy",
		                               .abbr = "SPDY" };
	struct world w;
	const char *text;

	world_begin(&w);
	w.entry.e.proto = &other;
	w.entry.point = 9;
	w.entry.tls = true;
	world_open(&w);
	text = json(&w, BASE, 0);
	ok(has(text, "\"proto\":{\"name\":\"spdy/3\""),
	   "a protocol of another version is shown by its key");
	ok(has(text, "\"ports\":[],"), "without ports");
	ok(has(text, "{\"id\":\"127.0.0.1:8897/000000000001_tls.pcap-4\""),
	   "a point that is not known");
	ok(has(text, "\"tls\":true,\"summary\":\"/a\",\"status\":201,"
	             "\"statusQuery\":\"\",\"method\":\"POST\","
	             "\"timestamp\""),
	   "without queries");
	text = json(&w, ENTRY, 0);
	ok(has(text, "\"request\":{},\"response\":{},\"requestSize\":91"),
	   "and without content");
	ok(has(text, "\"node\":{\"ip\":\"127.0.0.1\",\"name\":\"\"}"),
	   "the node is not known");
	ok(has(json(&w, SECTIONS, 0), "{\"request\":[],\"response\":[]}"),
	   "nor sections");
	world_end(&w);
}

/* ---- sinks that want little ---- */

struct picky {
	struct sink_json json;
	const char *key; /* the only one wanted, at the top */
	int depth;
};

static const struct sink_ops *json_ops;

static bool
picky_want(struct sink *s, struct str key)
{
	struct picky *p = (struct picky *)(void *)s;

	return p->depth > 1 || str_eq(key, str_from_c(p->key));
}

static void
picky_begin(struct sink *s)
{
	((struct picky *)(void *)s)->depth++;
	json_ops->begin_object(s);
}

static void
picky_end(struct sink *s)
{
	((struct picky *)(void *)s)->depth--;
	json_ops->end_object(s);
}

static int64_t
allocations_for(struct world *w, const char *key, const char *want)
{
	struct full_names names = { .snapshot = 0 };
	struct sink_ops ops;
	struct picky p = { .key = key };
	struct json_out j;
	struct buf b;
	int64_t n;
	bool same;
	int rc;

	buf_init(&b, 1 << 20);
	jout_init_buf(&j, &b);
	sink_json_init(&p.json, &j);
	json_ops = p.json.sink.ops;
	ops = *json_ops;
	ops.want = picky_want;
	ops.begin_object = picky_begin;
	ops.end_object = picky_end;
	p.json.sink.ops = &ops;
	mem_fail_at(0, false);
	rc = full_entry(w->o, &w->row, &names, NULL, &p.json.sink, NULL);
	n = mem_alloc_count();
	mem_fail_at(-1, false);
	same = rc == 0 && jout_finish(&j) == 0 &&
	       str_eq(buf_str(&b), str_from_c(want));
	if (!same)
		printf("# " STR_FMT "\n", STR_ARG(buf_str(&b)));
	buf_release(&b);
	return same ? n : -1;
}

static void
test_picky(void)
{
	struct world w;

	world_begin(&w);
	world_open(&w);
	is_int(allocations_for(&w, "elapsedTime", "{\"elapsedTime\":10}"), 0,
	       "a column costs nothing");
	ok(allocations_for(&w, "node",
	                   "{\"node\":{\"ip\":\"10.1.2.3\","
	                   "\"name\":\"node-1\"}}") == 0,
	   "nor does the node");
	ok(allocations_for(&w, "tcp",
	                   "{\"tcp\":{\"handshakeRttMs\":0.5,"
	                   "\"retransmissions\":3,\"outOfOrder\":0,"
	                   "\"duplicateAcks\":0,\"zeroWindows\":0,\"gaps\":1,"
	                   "\"gapBytes\":40}}") > 0,
	   "the connection has to be looked up");
	world_end(&w);
}

/* ---- failures ---- */

static void
test_no_memory(void)
{
	struct world w;
	int rc = ERR_NOMEM;
	bool other = false;
	int64_t n;

	world_begin(&w);
	world_open(&w);
	for (n = 1; n < 300 && rc != 0; n++) {
		struct err e = ERR_INIT;
		struct buf b;

		buf_init(&b, 1 << 20);
		mem_fail_at(n, false);
		rc = try_json(&w, ENTRY, 0, &b, &e);
		mem_fail_at(-1, false);
		other |= rc != 0 && rc != ERR_NOMEM;
		buf_release(&b);
	}
	ok(!other, "each failing allocation is ERR_NOMEM");
	ok(n > 5 && rc == 0, "until there is enough");
	world_end(&w);
}

static void
test_no_evidence(void)
{
	struct world w;
	struct err e = ERR_INIT;
	struct buf b;

	world_begin(&w);
	world_open(&w);
	buf_init(&b, 1 << 20);
	io_fail_at(1, EIO);
	is_int(try_json(&w, ENTRY, 0, &b, &e), ERR_IO,
	       "evidence that cannot be read");
	io_fail_at(-1, 0);
	ok(has(e.text, "0.pcap"), "is called by its name");
	ok(has(json(&w, BASE, 0), "\"summary\":\"/a\""),
	   "the list does not need it");
	buf_release(&b);
	world_end(&w);
}

static int
write_nothing(void *ctx, const char *p, size_t n)
{
	(void)ctx;
	(void)p;
	(void)n;
	return ERR_NOSPC;
}

static void
test_no_room(void)
{
	struct world w;
	struct err e = ERR_INIT;

	world_begin(&w);
	world_open(&w);
	for (int shape = BASE; shape <= SECTIONS; shape++) {
		struct json_out j;
		struct sink_json s;

		jout_init(&j, write_nothing, NULL);
		jout_fail(&j, ERR_NOSPC);
		sink_json_init(&s, &j);
		is_int(write_shape(&w, (enum shape)shape, 0, &s.sink, &e),
		       ERR_NOSPC, "a sink that is full");
	}
	is_int(e.code, ERR_NOSPC, "is told");
	world_end(&w);
}

int
main(void)
{
	test_base();
	test_entry();
	test_sections();
	test_no_response();
	test_no_request();
	test_reversed();
	test_unknown();
	test_picky();
	test_no_memory();
	test_no_evidence();
	test_no_room();
	return tap_done();
}
