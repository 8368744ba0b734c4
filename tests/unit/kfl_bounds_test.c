/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the index says about a query is never wrong: over random expressions and
 * rows, under is inside the truth and the truth is inside over. SQLite computes
 * the conditions, the evaluator the truth.
 */
#include <sqlite3.h>
#include <stdio.h>

#include "analyzer/entry/entry.h"
#include "analyzer/entry/field.h"
#include "analyzer/entry/protocol.h"
#include "analyzer/kfl/bounds.h"
#include "analyzer/kfl/eval.h"
#include "analyzer/kfl/kfl.h"
#include "base/clock.h"
#include "base/err.h"
#include "tests/tap/tap.h"

#define ROWS        48
#define EXPRESSIONS 10000
#define NOW_MS      1700000000000

static const uint16_t no_ports[] = { 0 };

static const struct protocol http = { .key = "http/1.1",
	                              .name = "http",
	                              .version = "1.1",
	                              .abbr = "HTTP",
	                              .long_name = "Hypertext",
	                              .macro = "http",
	                              .layer4 = "tcp",
	                              .ports = no_ports };
static const struct protocol http0 = { .key = "http/1.0",
	                               .name = "http",
	                               .version = "1.0",
	                               .abbr = "HTTP",
	                               .long_name = "Hypertext",
	                               .macro = "http",
	                               .layer4 = "tcp",
	                               .ports = no_ports };
static const struct protocol dns = { .key = "dns",
	                             .name = "dns",
	                             .version = "",
	                             .abbr = "DNS",
	                             .long_name = "Names",
	                             .macro = "dns",
	                             .layer4 = "udp",
	                             .priority = 4,
	                             .ports = no_ports };
/* In the index, and not in this program. */
static const struct protocol alien = { .key = "alien",
	                               .name = "alien",
	                               .version = "9",
	                               .abbr = "HTTP",
	                               .long_name = "?",
	                               .macro = "x",
	                               .layer4 = "tcp",
	                               .ports = no_ports };

static const struct protocol *const http_variants[] = { &http, &http0, NULL };
static const struct protocol *const dns_variants[] = { &dns, NULL };
static const struct protocol *const all_variants[] = { &http, &http0, &dns,
	                                               &alien };

static const struct field http_fields[] = {
	{ "request.method", FIELD_STRING, false, "method", "" },
	{ "request.path", FIELD_STRING, false, "target", "" },
	{ "response.status", FIELD_NUMBER, false, "status", "" },
	{ .path = NULL },
};

static const struct field dns_fields[] = {
	{ "request.opCode", FIELD_STRING, false, "method", "" },
	{ "request.questions[0].name", FIELD_STRING, false, "target", "" },
	{ "response.status", FIELD_STRING, false, "status", "" },
	{ "response.rcode", FIELD_NUMBER, false, "status", "" },
	{ .path = NULL },
};

static const struct field more_fields[] = {
	{ "request.headers", FIELD_OBJECT, true, NULL, "" },
	{ .path = NULL },
};

static const struct kfl_family families[] = {
	{ .fields = http_fields,
	  .more = more_fields,
	  .protocols = http_variants,
	  .complete = true },
	{ .fields = dns_fields, .protocols = dns_variants, .complete = true },
};

static const struct kfl_family loose[] = {
	{ .fields = http_fields,
	  .more = more_fields,
	  .protocols = http_variants },
	{ .fields = dns_fields, .protocols = dns_variants },
};

/* --- chance --------------------------------------------------------------- */

static uint64_t seed = 0x9e3779b97f4a7c15;

static unsigned
chance(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % n;
}

#define PICK(list) ((list)[chance(ARRAY_LEN(list))])

/* --- rows ----------------------------------------------------------------- */

static const char *const words[] = { "",     "GET",       "POST", "false",
	                             "true", "5",         "/a",   "0",
	                             "200",  "a\xc3\xa9", "/a/b" };
static const char *const ips[] = { "10.0.0.1", "10.0.0.2", "::1" };

struct row {
	int64_t id, ordinal, flags, status, method, target, ts, elapsed;
	int64_t req_size, res_size, client, client_port, server, server_port;
	int64_t tls, stream, point, req_lead, res_first, res_last;
	unsigned proto;
	bool mess; /* what is rendered does not fit the doubtful columns */
};

static struct row
random_row(int64_t id)
{
	static const int64_t times[] = { 0,
		                         999999,
		                         1000000,
		                         NOW_MS * 1000000 - 1,
		                         NOW_MS * 1000000,
		                         NOW_MS * 1000000 + 500000,
		                         1600000000123456789 };
	static const int64_t numbers[] = { 0, 1, 5, 200, 404, 1234567 };
	static const int64_t ports[] = { 0, 53, 80, 8080 };
	static const int64_t spans[] = { 0, 1, 1500000, 2000000, 999999999 };
	static const int64_t streams[] = { 1 << 14, 5 << 14,
		                           (INT64_C(3) << 45) + (7 << 14) };
	static const int64_t flags[] = { 0,
		                         0,
		                         0,
		                         0,
		                         ENTRY_NO_REQUEST,
		                         ENTRY_NO_RESPONSE,
		                         ENTRY_REQ_CUT,
		                         ENTRY_RES_GAP,
		                         ENTRY_REVERSED,
		                         ENTRY_LATE_JOIN,
		                         ENTRY_ONE_WAY,
		                         ENTRY_PAIR_DOUBT,
		                         ENTRY_SUMMARY_CUT,
		                         ENTRY_SPANS_CUT };

	int64_t first = PICK(flags);
	int64_t second = PICK(flags);

	return (struct row){
		.id = id,
		.ordinal = (int64_t)chance(3),
		.proto = chance(10) == 0 ? 3 : chance(3),
		.flags = first | second,
		.status = PICK(numbers),
		.method = 1 + (int64_t)chance(ARRAY_LEN(words)),
		.target = 1 + (int64_t)chance(ARRAY_LEN(words)),
		.ts = PICK(times),
		.elapsed = PICK(numbers),
		.req_size = PICK(numbers),
		.res_size = PICK(numbers),
		.client = 1 + (int64_t)chance(3),
		.server = 1 + (int64_t)chance(3),
		.client_port = PICK(ports),
		.server_port = PICK(ports),
		.tls = (int64_t)chance(2),
		.stream = PICK(streams),
		.point = 1 + (int64_t)chance(2),
		.req_lead = PICK(spans),
		.res_first = PICK(spans),
		.res_last = PICK(spans),
		.mess = chance(2) != 0,
	};
}

static void
run(sqlite3 *db, const char *sql)
{
	char *why = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		BUG("%s: %s", sql, why);
}

static void
insert(sqlite3 *db, const struct row *r)
{
	char sql[1000];

	(void)snprintf(
	    sql, sizeof(sql),
	    "INSERT INTO entry VALUES(%lld,%lld,%u,%lld,%lld,%lld,%lld,%lld,"
	    "%lld,%lld,%lld,%lld,%lld,%lld,%lld,%lld,%lld,%lld,%lld,%lld,%lld,"
	    "%lld)",
	    (long long)r->id, (long long)r->ordinal, r->proto + 1,
	    (long long)r->flags, (long long)r->status, (long long)r->method,
	    (long long)r->target, 1LL, (long long)r->ts, (long long)r->elapsed,
	    (long long)r->req_size, (long long)r->res_size,
	    (long long)r->client, (long long)r->client_port,
	    (long long)r->server, (long long)r->server_port, (long long)r->tls,
	    (long long)r->stream, (long long)r->point, (long long)r->req_lead,
	    (long long)r->res_first, (long long)r->res_last);
	run(db, sql);
}

/* ---- names ---- */

/* Who has an address: the first one's name changes, the second has one by its
 * port, the third has none. */
static const char *
name_at(int64_t addr, int64_t port, int64_t ts)
{
	if (addr == 1)
		return ts < NOW_MS * 1000000 ? "GET" : "/a";
	return addr == 2 && port == 80 ? "5" : "";
}

/* 0 the source's, 1 the destination's, 2 the namespace. */
static const char *
name_of(int64_t what, const struct row *r)
{
	bool reversed = (r->flags & ENTRY_REVERSED) != 0;
	const char *src = name_at(reversed ? r->server : r->client, 0, r->ts);
	const char *dst = name_at(reversed ? r->client : r->server,
	                          reversed ? r->client_port : r->server_port,
	                          r->ts);

	if (what == 0)
		return src;
	return what == 1 || dst[0] != '\0' ? dst : src;
}

static void
who(sqlite3_context *c, int n, sqlite3_value **v)
{
	struct row r = { .client = sqlite3_value_int64(v[2]),
		         .client_port = sqlite3_value_int64(v[3]),
		         .server = sqlite3_value_int64(v[4]),
		         .server_port = sqlite3_value_int64(v[5]),
		         .flags = sqlite3_value_int64(v[6]),
		         .ts = sqlite3_value_int64(v[7]) };

	ENSURE(n == 8);
	sqlite3_result_text(c, name_of(sqlite3_value_int64(v[0]), &r), -1,
	                    SQLITE_STATIC);
}

static sqlite3 *
make_index(struct row *rows)
{
	sqlite3 *db = NULL;
	char sql[200];

	ENSURE(sqlite3_open(":memory:", &db) == SQLITE_OK);
	run(db, "CREATE TABLE entry(id INTEGER PRIMARY KEY,ordinal INT,"
	        "proto INT,flags INT,status INT,method INT,target INT,"
	        "host INT,ts INT,elapsed INT,req_size INT,res_size INT,"
	        "client INT,client_port INT,server INT,server_port INT,"
	        "tls INT,stream INT,point INT,req_lead INT,res_first INT,"
	        "res_last INT)");
	run(db, "CREATE TABLE point(id INTEGER PRIMARY KEY,node TEXT,"
	        "node_ip TEXT)");
	run(db, "INSERT INTO point VALUES(1,'node-1','10.9.9.9'),(2,'','')");
	run(db, "CREATE TABLE stream(id INTEGER PRIMARY KEY,"
	        "retransmissions_0 INT,retransmissions_1 INT,out_of_order_0 "
	        "INT,out_of_order_1 INT,duplicate_acks_0 INT,duplicate_acks_1 "
	        "INT,zero_windows_0 INT,zero_windows_1 INT,gaps_0 INT,gaps_1 "
	        "INT,gap_bytes_0 INT,gap_bytes_1 INT)");
	run(db, "INSERT INTO stream SELECT DISTINCT 16384,1,4,0,0,0,0,0,0,0,0,"
	        "0,0 UNION SELECT 81920,0,0,0,0,0,0,0,0,0,0,0,0 UNION SELECT "
	        "(3<<45)+(7<<14),200,0,0,0,0,0,0,0,0,0,0,0");
	ENSURE(sqlite3_create_function(db, "who", 8, SQLITE_UTF8, NULL, who,
	                               NULL, NULL) == SQLITE_OK);
	run(db, "CREATE TABLE text(id INTEGER PRIMARY KEY,value TEXT)");
	run(db, "CREATE TABLE addr(id INTEGER PRIMARY KEY,text TEXT)");
	run(db, "CREATE TABLE protocol(id INTEGER PRIMARY KEY,key TEXT)");
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		(void)snprintf(sql, sizeof(sql),
		               "INSERT INTO text VALUES(%zu,'%s')", i + 1,
		               words[i]);
		run(db, sql);
	}
	/* Address 1 has a name that changes, 2 one by port, 3 none. */
	run(db, "CREATE TABLE identity(addr INT,port INT,name INT,ns INT)");
	run(db, "INSERT INTO identity SELECT 1,0,id,id FROM text WHERE value "
	        "IN ('GET','/a')");
	run(db, "INSERT INTO identity SELECT 2,80,id,id FROM text WHERE value "
	        "='5'");
	for (size_t i = 0; i < ARRAY_LEN(ips); i++) {
		(void)snprintf(sql, sizeof(sql),
		               "INSERT INTO addr VALUES(%zu,'%s')", i + 1,
		               ips[i]);
		run(db, sql);
	}
	for (size_t i = 0; i < ARRAY_LEN(all_variants); i++) {
		(void)snprintf(sql, sizeof(sql),
		               "INSERT INTO protocol VALUES(%zu,'%s')", i + 1,
		               all_variants[i]->key);
		run(db, sql);
	}
	for (size_t i = 0; i < ROWS; i++) {
		rows[i] = random_row((int64_t)i);
		insert(db, &rows[i]);
	}
	return db;
}

/* --- the same rows as entries ----------------------------------------------
 */

struct maker {
	struct arena *a;
};

static struct kfl_value *
member(struct maker *m, struct kfl_value *parent, const char *key,
       enum kfl_type type)
{
	struct kfl_value *v = kfl_value_new(m->a, type);

	ENSURE(v != NULL);
	v->key = str_from_c(key);
	kfl_value_add(parent, v);
	return v;
}

static void
add_text(struct maker *m, struct kfl_value *parent, const char *key,
         const char *text)
{
	member(m, parent, key, KFL_V_STRING)->u.text = str_from_c(text);
}

static void
add_int(struct maker *m, struct kfl_value *parent, const char *key, int64_t i)
{
	member(m, parent, key, KFL_V_INT)->u.integer = i;
}

static void
add_bool(struct maker *m, struct kfl_value *parent, const char *key, bool b)
{
	member(m, parent, key, KFL_V_BOOL)->u.truth = b;
}

static void
add_end(struct maker *m, struct kfl_value *root, const char *key, int64_t ip,
        int64_t port, const char *name)
{
	struct kfl_value *end = member(m, root, key, KFL_V_OBJECT);
	struct str text = arena_printf(m->a, "%lld", (long long)port);

	add_text(m, end, "ip", ips[ip - 1]);
	add_text(m, end, "port", text.p);
	add_text(m, end, "name", name);
}

static void
add_request(struct maker *m, struct kfl_value *root, const struct row *r)
{
	struct kfl_value *q = member(m, root, "request", KFL_V_OBJECT);
	bool mess = r->mess &&
	            (r->flags & (ENTRY_REQ_CUT | ENTRY_REQ_GAP |
	                         ENTRY_SPANS_CUT | ENTRY_SUMMARY_CUT)) != 0;
	const char *method = mess ? "PUT" : words[r->method - 1];
	struct kfl_value *list;

	if ((r->flags & ENTRY_NO_REQUEST) != 0)
		return;
	if (r->proto == 0 || r->proto == 1) {
		add_text(m, q, "method", method);
		if (!mess)
			add_text(m, q, "path", words[r->target - 1]);
		list = member(m, q, "headers", KFL_V_OBJECT);
		add_text(m, list, "x", r->ordinal == 0 ? "y" : "z");
	} else if (r->proto == 2) {
		add_text(m, q, "opCode", method);
		list = member(m, q, "questions", KFL_V_ARRAY);
		list = member(m, list, "", KFL_V_OBJECT);
		add_text(m, list, "name", words[r->target - 1]);
	}
}

static void
add_response(struct maker *m, struct kfl_value *root, const struct row *r)
{
	struct kfl_value *s = member(m, root, "response", KFL_V_OBJECT);

	if ((r->flags & (ENTRY_NO_RESPONSE | ENTRY_ONE_WAY)) != 0)
		return;
	if (r->mess && (r->flags & (ENTRY_RES_CUT | ENTRY_RES_GAP |
	                            ENTRY_SPANS_CUT | ENTRY_SUMMARY_CUT)) != 0)
		return;
	if (r->proto == 0 || r->proto == 1)
		add_int(m, s, "status", r->status);
	if (r->proto == 2) {
		add_text(m, s, "status", "NOERROR");
		add_int(m, s, "rcode", r->status);
	}
}

static void
add_protocol(struct maker *m, struct kfl_value *root, const struct row *r)
{
	const struct protocol *p = all_variants[r->proto];
	struct kfl_value *v = member(m, root, "protocol", KFL_V_OBJECT);

	add_text(m, v, "name", p->name);
	add_text(m, v, "version", p->version);
	add_text(m, v, "abbr", p->abbr);
	add_text(m, v, "longName", p->long_name);
	add_text(m, v, "macro", p->macro);
	add_text(m, v, "layer4", p->layer4);
	add_int(m, v, "fontSize", p->font_size);
	add_int(m, v, "priority", p->priority);
}

static void
add_ms(struct maker *m, struct kfl_value *parent, const char *key, int64_t ns)
{
	member(m, parent, key, KFL_V_FLOAT)->u.number = (double)ns / 1e6;
}

static void
add_time(struct maker *m, struct kfl_value *parent, const char *key, int64_t t)
{
	char room[CLOCK_TEXT_MAX];
	struct str text = arena_dup(m->a, clock_format(t, room));

	member(m, parent, key, KFL_V_STRING)->u.text = text;
}

static void
add_timing(struct maker *m, struct kfl_value *root, const struct row *r)
{
	struct kfl_value *v = member(m, root, "timing", KFL_V_OBJECT);
	bool req = (r->flags & ENTRY_NO_REQUEST) == 0;
	bool res = (r->flags & (ENTRY_NO_RESPONSE | ENTRY_ONE_WAY)) == 0;

	if (req) {
		add_time(m, v, "requestStart", r->ts - r->req_lead);
		add_time(m, v, "requestEnd", r->ts);
		add_ms(m, v, "requestMs", r->req_lead);
	}
	if (res) {
		add_time(m, v, "responseEnd", r->ts + r->res_last);
		add_ms(m, v, "responseMs", r->res_last - r->res_first);
	}
	if (req && res)
		add_ms(m, v, "waitMs", r->res_first);
}

static void
add_tcp(struct maker *m, struct kfl_value *root, const struct row *r)
{
	struct kfl_value *v;

	/* DNS is said to run over UDP. */
	if (r->proto == 2)
		return;
	v = member(m, root, "tcp", KFL_V_OBJECT);
	add_int(m, v, "retransmissions",
	        r->stream == 1 << 14   ? 5
	        : r->stream == 5 << 14 ? 0
	                               : 200);
}

static void
add_names(struct maker *m, struct kfl_value *root, const struct row *r)
{
	struct kfl_value *node = member(m, root, "node", KFL_V_OBJECT);
	struct str text = arena_printf(m->a, "%012llu.pcap",
	                               (unsigned long long)r->stream >> 14);
	struct str id = arena_printf(m->a, "10.9.9.9:8897/" STR_FMT "-%lld",
	                             STR_ARG(text), (long long)r->ordinal);

	add_text(m, root, "id", id.p);
	add_text(m, root, "stream", text.p);
	text = arena_printf(m->a, "127.0.0.%u",
	                    (unsigned)((r->stream >> 45) % 254 + 1));
	add_text(m, node, "ip", r->point == 1 ? "10.9.9.9" : text.p);
	add_text(m, node, "name", r->point == 1 ? "node-1" : "");
	add_text(m, root, "namespace", name_of(2, r));
	add_time(m, root, "startTime", r->ts);
}

static void
make_entry(struct kfl_doc *d, const struct row *r, unsigned snapshot)
{
	struct maker m = { &d->arena };
	bool reversed = (r->flags & ENTRY_REVERSED) != 0;
	struct kfl_value *root = kfl_value_new(&d->arena, KFL_V_OBJECT);
	struct kfl_value *e;

	ENSURE(root != NULL);
	add_int(&m, root, "index", r->ordinal);
	add_protocol(&m, root, r);
	add_bool(&m, root, "tls", r->tls != 0);
	add_end(&m, root, reversed ? "dst" : "src", r->client, r->client_port,
	        name_of(reversed, r));
	add_end(&m, root, reversed ? "src" : "dst", r->server, r->server_port,
	        name_of(!reversed, r));
	add_names(&m, root, r);
	add_timing(&m, root, r);
	add_tcp(&m, root, r);
	add_bool(&m, root, "outgoing", false);
	add_int(&m, root, "timestamp", r->ts / 1000000);
	add_request(&m, root, r);
	add_response(&m, root, r);
	add_int(&m, root, "requestSize", r->req_size);
	add_int(&m, root, "responseSize", r->res_size);
	add_int(&m, root, "elapsedTime", r->elapsed);
	e = member(&m, root, "evidence", KFL_V_OBJECT);
	add_bool(&m, e, "complete", entry_complete((uint32_t)r->flags));
	add_bool(&m, e, "lateJoin", (r->flags & ENTRY_LATE_JOIN) != 0);
	add_bool(&m, e, "resynced", (r->flags & ENTRY_RESYNCED) != 0);
	add_text(&m, e, "reason", entry_reason((uint32_t)r->flags));
	add_text(&m, e, "eid",
	         (snapshot > 0
	              ? arena_printf(m.a, "%u:%lld", snapshot, (long long)r->id)
	              : arena_printf(m.a, "%lld", (long long)r->id))
	             .p);
	d->root = root;
}

/* --- expressions ---------------------------------------------------------- */

static const char *const selectors[] = {
	"request.method",
	"request.method",
	"request.path",
	"response.status",
	"response.status",
	"request.opCode",
	"request.questions[0].name",
	"response.rcode",
	"protocol.abbr",
	"protocol.name",
	"protocol.priority",
	"src.ip",
	"dst.ip",
	"src.port",
	"dst.port",
	"dst.name",
	"timestamp",
	"elapsedTime",
	"requestSize",
	"index",
	"tls",
	"outgoing",
	"evidence.complete",
	"evidence.lateJoin",
	"evidence.reason",
	"evidence.reason",
	"evidence.eid",
	"evidence.eid",
	"src.name",
	"src.name",
	"dst.name",
	"namespace",
	"node.name",
	"node.ip",
	"startTime",
	"startTime",
	"timing.requestEnd",
	"timing.responseEnd",
	"timing.requestMs",
	"timing.waitMs",
	"timing.responseMs",
	"tcp.retransmissions",
	"tcp.retransmissions",
	"protocol.fontSize",
	"stream",
	"id",
	"request.headers[\"x\"]",
	"request",
	"nothing",
	"request.nothing",
	"response.nothing",
	"request.headers.x",
	"missing.undefined(1)",
	"a.",
};

static const char *const literals[] = {
	"\"GET\"",
	"\"\"",
	"\"false\"",
	"\"true\"",
	"true",
	"false",
	"nil",
	"5",
	"200",
	"0",
	"80",
	"\"80\"",
	"\"200\"",
	"404",
	"-1",
	"1234567",
	"\"1234567\"",
	"\"HTTP\"",
	"\"10.0.0.1\"",
	"r\"^G\"",
	"r\"\"",
	"now()",
	"seconds(-5)",
	"1700000000000",
	"\"1700000000000\"",
	"1699999999999.5",
	"\"nan\"",
	"\"inf\"",
	"\"/a\"",
	"1e300",
	"-1e300",
	"datetime(\"9/13/2020, 12:26:40.123 PM\")",
	"limit(3)",
	"r\"(\"",
	"\"2\"",
	"\"2:5\"",
	"\"2:05\"",
	"\"02:5\"",
	"\"node-1\"",
	"\"10.9.9.9\"",
	"\"127.0.0.4\"",
	"\"the request was not seen\"",
	"\"bytes of the response are missing\"",
	"r\"response\"",
	"\"1970-01-01T00:00:00Z\"",
	"\"1970-01-01T00:00:00.001Z\"",
	"\"1970-01-01T00:00:00.0010Z\"",
	"\"2020-09-13T12:26:40.123456789Z\"",
	"1.5",
	"\"000000000001.pcap\"",
	"\"000000000001_tls.pcap\"",
	"\"10.9.9.9:8897/000000000005.pcap-1\"",
	"\"10.9.9.8:8897/000000000005.pcap-1\"",
};

static const char *const operators[] = { "==", "==", "==", "!=",
	                                 ">",  ">=", "<",  "<=" };
static const char *const helpers[] = { "startsWith", "endsWith", "contains" };

static const char *const parts[] = { "\"\"",   "\"/a\"",   "\"GE\"",
	                             "\"T\"",  "5",        "\"2\"",
	                             "\".9\"", "\"seen\"", "\"ode\"" };

static int
write_leaf(struct buf *b)
{
	switch (chance(6)) {
	case 0:
		return buf_printf(b, "%s", PICK(selectors));
	case 1:
		return buf_printf(b, "%s", PICK(literals));
	case 2:
		return buf_printf(b, "%s.%s(%s)", PICK(selectors),
		                  PICK(helpers), PICK(parts));
	case 3:
		return buf_printf(b, "%s %s %s", PICK(literals),
		                  PICK(operators), PICK(selectors));
	default:
		return buf_printf(b, "%s %s %s", PICK(selectors),
		                  PICK(operators), PICK(literals));
	}
}

static int
write_random(struct buf *b, unsigned depth)
{
	int rc;

	switch (depth == 0 ? 9 : chance(9)) {
	case 0:
		rc = buf_append_byte(b, '!');
		return rc == 0 ? write_random(b, depth - 1) : rc;
	case 1:
		rc = buf_append_byte(b, '-');
		return rc == 0 ? write_random(b, depth - 1) : rc;
	case 2:
	case 3:
		rc = buf_append_byte(b, '(');
		if (rc == 0)
			rc = write_random(b, depth - 1);
		return rc == 0 ? buf_append_byte(b, ')') : rc;
	case 4:
		rc = buf_append_byte(b, '(');
		if (rc == 0)
			rc = write_random(b, depth - 1);
		if (rc == 0)
			rc = buf_printf(b, ") %s ", PICK(operators));
		return rc == 0 ? write_leaf(b) : rc;
	case 5:
	case 6:
	case 7:
	case 8:
		rc = write_random(b, depth - 1);
		if (rc == 0)
			rc = buf_append_str(b, chance(2) != 0 ? STR(" and ")
			                                      : STR(" or "));
		return rc == 0 ? write_random(b, depth - 1) : rc;
	default:
		if (chance(60) == 0)
			return buf_append_str(
			    b, STR("redact(\"request.method\", \"src.ip\")"));
		return write_leaf(b);
	}
}

/* --- the comparison --------------------------------------------------------
 */

static sqlite3_stmt *
prepare(sqlite3 *db, const struct kfl_bounds *bounds)
{
	sqlite3_stmt *st = NULL;
	struct buf sql, binds;
	const struct kfl_bind *bind;

	buf_init(&sql, (size_t)1 << 20);
	buf_init(&binds, (size_t)1 << 22);
	ENSURE(buf_append_str(&sql, STR("SELECT (")) == 0);
	ENSURE(kfl_cond_write(bounds->under, &sql, &binds) == 0);
	ENSURE(buf_append_str(&sql, STR("),(")) == 0);
	ENSURE(kfl_cond_write(bounds->over, &sql, &binds) == 0);
	ENSURE(buf_append_str(&sql, STR(") FROM entry e ORDER BY e.id")) == 0);
	if (sqlite3_prepare_v2(db, sql.p, (int)sql.n, &st, NULL) != SQLITE_OK)
		printf("# %s\n# %.*s\n", sqlite3_errmsg(db),
		       STR_ARG(buf_str(&sql)));
	bind = (const void *)binds.p;
	for (size_t i = 0; i < binds.n / sizeof(*bind); i++) {
		int at = (int)i + 1;

		if (bind[i].kind == KFL_BIND_INT)
			(void)sqlite3_bind_int64(st, at, bind[i].i);
		else if (bind[i].kind == KFL_BIND_REAL)
			(void)sqlite3_bind_double(st, at, bind[i].d);
		else
			(void)sqlite3_bind_text64(
			    st, at, bind[i].s.n > 0 ? bind[i].s.p : "",
			    bind[i].s.n, SQLITE_TRANSIENT, SQLITE_UTF8);
	}
	buf_release(&sql);
	buf_release(&binds);
	return st;
}

struct tally {
	unsigned wrong, decided, rows, exact, expressions;
};

static void
compare(sqlite3 *db, const struct row *rows, const struct kfl *k,
        struct str text, struct tally *t)
{
	struct kfl_scope scope = {
		.family = chance(4) != 0 ? families : loose,
		.n = ARRAY_LEN(families),
		.closed = chance(2) != 0,
		.snapshot = chance(2) * 2,
	};
	struct kfl_bounds bounds;
	struct arena a;
	struct kfl_doc d;
	sqlite3_stmt *st;

	arena_init(&a, KFL_BOUNDS_ARENA, 0);
	kfl_doc_init(&d, (size_t)1 << 20);
	ENSURE(kfl_bounds(k, &scope, &a, &bounds) == 0);
	st = prepare(db, &bounds);
	ENSURE(st != NULL);
	t->exact += bounds.exact;
	t->expressions++;
	for (size_t i = 0; i < ROWS; i++) {
		bool truth = false, under, over;

		ENSURE(sqlite3_step(st) == SQLITE_ROW);
		ENSURE(sqlite3_column_type(st, 0) == SQLITE_INTEGER &&
		       sqlite3_column_type(st, 1) == SQLITE_INTEGER);
		if (scope.closed && all_variants[rows[i].proto] == &alien)
			continue;
		under = sqlite3_column_int(st, 0) != 0;
		over = sqlite3_column_int(st, 1) != 0;
		make_entry(&d, &rows[i], scope.snapshot);
		ENSURE(kfl_eval(k, &d, &truth) == 0);
		kfl_doc_clear(&d);
		t->rows++;
		t->decided += under == over;
		if ((under && !truth) || (truth && !over) ||
		    (bounds.exact && under != over)) {
			t->wrong++;
			if (t->wrong < 10)
				printf("# row %zu (proto %u, flags %lld): "
				       "under %d truth %d over %d: %.*s\n",
				       i, rows[i].proto,
				       (long long)rows[i].flags, under, truth,
				       over, STR_ARG(text));
		}
	}
	(void)sqlite3_finalize(st);
	kfl_doc_release(&d);
	arena_release(&a);
}

static void
test_random(void)
{
	struct row rows[ROWS];
	struct tally t = { 0 };
	char text[300];
	sqlite3 *db = NULL;

	for (unsigned i = 0; i < EXPRESSIONS; i++) {
		struct err e = ERR_INIT;
		struct kfl *k = NULL;
		struct buf b;

		if (i % 500 == 0) {
			(void)sqlite3_close(db);
			db = make_index(rows);
		}
		buf_init(&b, 65536);
		ENSURE(write_random(&b, chance(6)) == 0);
		if (kfl_parse(buf_str(&b), NULL, &e, &k) == 0 &&
		    kfl_prepare(k, NOW_MS, &e) == 0)
			compare(db, rows, k, buf_str(&b), &t);
		kfl_free(k);
		buf_release(&b);
	}
	(void)sqlite3_close(db);
	is_int(t.wrong, 0, "no row is judged wrongly");
	ok(t.expressions > EXPRESSIONS / 2, "most expressions are valid");
	ok(t.decided > t.rows / 2, "more than half is decided by columns");
	(void)snprintf(text, sizeof(text),
	               "%u expressions, %u rows, %u decided, %u exact",
	               t.expressions, t.rows, t.decided, t.exact);
	tap_note(text);
}

/* The scope of the plans below. */
static bool plan_closed;
static unsigned plan_snapshot;

/* What a query becomes, as text. */
static void
is_plan(const char *query, const char *under, const char *over)
{
	const struct kfl_scope scope = { .family = families,
		                         .n = ARRAY_LEN(families),
		                         .closed = plan_closed,
		                         .snapshot = plan_snapshot };
	struct err e = ERR_INIT;
	struct kfl_bounds bounds;
	struct kfl *k = NULL;
	struct arena a;
	struct buf sql, binds;

	arena_init(&a, KFL_BOUNDS_ARENA, 0);
	buf_init(&sql, (size_t)1 << 20);
	buf_init(&binds, (size_t)1 << 20);
	ENSURE(kfl_parse(str_from_c(query), NULL, &e, &k) == 0);
	ENSURE(kfl_prepare(k, NOW_MS, &e) == 0);
	is_int(kfl_bounds(k, &scope, &a, &bounds), 0, query);
	ok(kfl_cond_write(bounds.under, &sql, &binds) == 0, "it is written");
	is_bytes(sql.p, sql.n, under, strlen(under), "under");
	buf_clear(&sql);
	ok(kfl_cond_write(bounds.over, &sql, &binds) == 0, "it is written");
	is_bytes(sql.p, sql.n, over, strlen(over), "over");
	kfl_free(k);
	buf_release(&sql);
	buf_release(&binds);
	arena_release(&a);
}

#define ONE_OF(keys)                                                      \
	"((SELECT ifnull(sum(1<<id),0) FROM protocol WHERE key IN (" keys \
	"))>>e.proto&1)"
#define HTTP_KEYS ONE_OF("?,?")
#define DNS_KEYS  ONE_OF("?")

static void
test_plans(void)
{
	is_plan("", "1", "1");
	is_plan("true and 5", "1", "1");
	is_plan("nothing.at.all == 5", "0", "NOT " ONE_OF("?,?,?"));
	is_plan("elapsedTime > 100", "(CAST(e.elapsed AS REAL)>?)",
	        "(CAST(e.elapsed AS REAL)>?)");
	is_plan("timestamp >= 5 and timestamp < 7.5",
	        "((e.ts>=?) AND (e.ts<?))", "((e.ts>=?) AND (e.ts<?))");
	is_plan("response.body.json().x == 1", "0", "1");
	is_plan("redact(\"src.ip\") and index == 1", "0", "1");
	is_plan("index == 1 and redact(\"src.ip\")", "0", "((e.ordinal)=?)");
}

#define HAD(test)                                                    \
	"(SELECT i.addr FROM identity i JOIN text t ON t.id=i.name " \
	"WHERE " test ")"
#define WHO(n)                                                             \
	"who(" n ",e.point,e.client,e.client_port,e.server,e.server_port," \
	"e.flags,e.ts)"

/* The same for a condition that is exact. */
static void
is_exact(const char *query, const char *sql)
{
	is_plan(query, sql, sql);
}

/* An index with the protocols of the families, and no other. */
static void
test_closed_plans(void)
{
	plan_closed = true;
	is_exact("protocol.abbr == \"HTTP\"", HTTP_KEYS);
	is_exact("!(protocol.abbr == \"HTTP\")", "NOT " HTTP_KEYS);
	is_exact("nothing.at.all == 5", "0");
	is_exact("!(nothing.at.all == 5)", "1");
	is_plan("request.opCode == \"Query\"",
	        "(" DNS_KEYS " AND NOT (e.flags&?)<>0 AND NOT "
	        "(e.flags&?)<>0 AND (e.method IN (SELECT id FROM text WHERE "
	        "value=?)))",
	        "((" DNS_KEYS " AND NOT (e.flags&?)<>0 AND NOT "
	        "(e.flags&?)<>0 AND (e.method IN (SELECT id FROM text WHERE "
	        "value=?))) OR (" DNS_KEYS " AND NOT (e.flags&?)<>0 AND "
	        "(e.flags&?)<>0))");
	is_exact("src.name == \"cart\"",
	         "((e.client IN " HAD("t.value=?") " OR e.server IN " HAD(
		     "t.value=?") ") AND " WHO("0") "=?)");
	is_exact("dst.name == \"\"", "(" WHO("1") "=?)");
	is_exact("startTime == \"2023-01-29T10:00:00.5Z\"", "(e.ts=?)");
	is_exact("startTime == \"2023-01-29T10:00:00.50Z\"", "0");
	is_exact("timing.waitMs > 5 and tcp.gaps == 0",
	         "(NOT (e.flags&?)<>0 AND (CAST(CAST(e.res_first AS "
	         "REAL)/1e6 AS REAL)>?) AND " HTTP_KEYS
	         " AND ((coalesce((SELECT gaps_0+gaps_1 FROM stream WHERE "
	         "id=e.stream),0))=?))");
	is_exact("evidence.eid == \"5\"", "((e.id)=?)");
	is_exact("evidence.eid == \"2:5\"", "0");
	plan_snapshot = 2;
	is_exact("evidence.eid == \"2:5\"", "((e.id)=?)");
	is_exact("evidence.eid == \"5\"", "0");
	plan_snapshot = 0;
	is_plan("stream == \"000000000005.pcap\"", "0",
	        "(e.stream BETWEEN ? AND ?)");
	is_plan("src.name == r\"^cart\"", "0", "1");
	plan_closed = false;
}

/* Which leaves have to be evaluated, and on which entries. */
static void
test_residual(void)
{
	const struct kfl_scope scope = { .family = families,
		                         .n = ARRAY_LEN(families),
		                         .closed = true };
	static const enum kfl_left want[] = { KFL_LEFT_ALL, KFL_LEFT_DOUBT,
		                              KFL_LEFT_ALL };
	const struct kfl_residual *r;
	struct err e = ERR_INIT;
	struct kfl_bounds bounds;
	struct kfl *k = NULL;
	struct arena a;
	size_t n = 0;

	arena_init(&a, KFL_BOUNDS_ARENA, 0);
	ENSURE(kfl_parse(STR("request.headers.x == 1 or request.method == 2 or "
	                     "elapsedTime > 5 or src.ip == r\"^10\""),
	                 NULL, &e, &k) == 0);
	ENSURE(kfl_prepare(k, NOW_MS, &e) == 0);
	ENSURE(kfl_bounds(k, &scope, &a, &bounds) == 0);
	for (r = bounds.residual; r != NULL && n < ARRAY_LEN(want); r = r->next)
		is_int(r->left, want[n++], "what is left of a leaf");
	ok(n == ARRAY_LEN(want) && r == NULL, "and no other is listed");
	kfl_free(k);
	arena_release(&a);
}

/* Long chains, in every arrangement, are still SQL that SQLite takes. */
static void
test_size(void)
{
	static const char *const leaf[] = { "dst.ip == \"10.0.0.1\"",
		                            "request.method == \"GET\"",
		                            "(request.path == \"/a\")" };
	struct row rows[ROWS];
	sqlite3 *db = make_index(rows);
	struct tally t = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(leaf); i++) {
		struct err e = ERR_INIT;
		struct kfl *k = NULL;
		struct buf b;

		buf_init(&b, 65536);
		ENSURE(buf_append_str(&b, str_from_c(leaf[i])) == 0);
		for (unsigned n = 0; n < 700; n++)
			ENSURE(buf_printf(&b, " or %s", leaf[i]) == 0);
		ENSURE(kfl_parse(buf_str(&b), NULL, &e, &k) == 0);
		ENSURE(kfl_prepare(k, NOW_MS, &e) == 0);
		compare(db, rows, k, str_from_c(leaf[i]), &t);
		kfl_free(k);
		buf_release(&b);
	}
	is_int(t.wrong, 0, "701 addresses in a query");
	(void)sqlite3_close(db);
}

static void
add_part(struct buf *b, unsigned shape, unsigned n)
{
	int rc = ERR_INVAL;

	if (shape == 0)
		rc = buf_printf(b, "response.status == %u or ", n);
	else if (shape == 1)
		rc = buf_printf(b,
		                "response.status != %u or "
		                "(request.path != \"/%u\" and ",
		                n, n);
	else if (shape == 2)
		rc = buf_printf(b,
		                "elapsedTime != %u and "
		                "(response.status == %u or ",
		                n, n);
	else
		rc = buf_printf(b,
		                "!(response.status == %u or "
		                "!(request.method == \"%u\" and ",
		                n, n);
	ENSURE(rc == 0);
}

/* The parser of SQLite, too, has a limit to what it keeps open. */
static void
test_nesting(void)
{
	/* Of each shape: levels of ours below 64, and what ends it. */
	static const unsigned most[] = { 60, 60, 60, 15 };
	static const unsigned closing[] = { 0, 1, 1, 2 };
	struct row rows[ROWS];
	sqlite3 *db = make_index(rows);
	struct tally t = { 0 };

	for (unsigned i = 0; i < 240; i++) {
		unsigned shape = i % 4, n = i / 4 + 1;
		struct err e = ERR_INIT;
		struct kfl *k = NULL;
		struct buf b;

		if (n > most[shape])
			continue;
		buf_init(&b, 65536);
		for (unsigned j = 0; j < n; j++)
			add_part(&b, shape, 200 + j);
		ENSURE(buf_append_str(&b, STR("response.status == 404")) == 0);
		for (unsigned j = 0; j < n * closing[shape]; j++)
			ENSURE(buf_append_byte(&b, ')') == 0);
		ENSURE(kfl_parse(buf_str(&b), NULL, &e, &k) == 0);
		ENSURE(kfl_prepare(k, NOW_MS, &e) == 0);
		compare(db, rows, k, buf_str(&b), &t);
		kfl_free(k);
		buf_release(&b);
	}
	is_int(t.wrong, 0, "chains inside of chains");
	ok(t.decided > t.rows / 4, "many rows need no look");
	(void)sqlite3_close(db);
}

int
main(void)
{
	test_nesting();
	test_plans();
	test_closed_plans();
	test_residual();
	test_size();
	test_random();
	return tap_done();
}
