/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of lists show no more than what redact() left of their entries. */
#include "analyzer/query/veil.h"

#include <stdio.h>
#include <string.h>

#include "analyzer/entry/protocol.h"
#include "analyzer/kfl/eval.h"
#include "analyzer/kfl/json.h"
#include "analyzer/kfl/kfl.h"
#include "base/json_out.h"
#include "tests/tap/tap.h"

#define CAP ((size_t)1 << 20)

static const char http[] =
    "{\"id\":\"w/s-0\",\"stream\":\"s\",\"worker\":\"w\","
    "\"protocol\":{\"name\":\"http\"},\"tls\":false,"
    "\"src\":{\"ip\":\"1.1.1.1\",\"port\":\"5\",\"name\":\"a\"},"
    "\"dst\":{\"ip\":\"2.2.2.2\",\"port\":\"80\",\"name\":\"b\"},"
    "\"outgoing\":false,\"timestamp\":7,\"startTime\":\"t\","
    "\"request\":{\"method\":\"GET\",\"path\":\"/x\",\"url\":\"/x?y\"},"
    "\"response\":{\"status\":200},\"elapsedTime\":3,"
    "\"evidence\":{\"eid\":\"16384\"}}";

static const char dns[] =
    "{\"request\":{\"opCode\":\"Query\",\"questions\":[{\"name\":\"x.y\"},"
    "{\"name\":\"z\"}]},\"response\":{\"rcode\":0}}";

static struct protocol variant = { .key = "http/1.1" };

/* Evaluates `query`, then looks. */
static struct veil
look(const char *key, const char *json, const char *query, struct buf *line)
{
	struct index_entry e = { .e = { .proto = &variant,
		                        .status = 200,
		                        .method = STR("GET"),
		                        .target = STR("/x"),
		                        .request = { .present = true },
		                        .response = { .present = true } } };
	struct err err = ERR_INIT;
	struct sink_json sink;
	struct json_out j;
	struct kfl *k = NULL;
	struct kfl_doc d;
	struct veil v;
	bool truth;

	variant.key = key;
	kfl_doc_init(&d, CAP);
	ENSURE(kfl_json_parse(str_from_c(json), &d.arena, &d.root) == 0);
	ENSURE(kfl_parse(str_from_c(query), NULL, &err, &k) == 0);
	ENSURE(kfl_prepare(k, 0, &err) == 0);
	ENSURE(kfl_eval(k, &d, &truth) == 0);
	veil_look(&e, d.root, &v);
	if (line != NULL) {
		jout_init_buf(&j, line);
		sink_json_init(&sink, &j);
		ok(veil_base(&e, d.root, &sink.sink) == 0 &&
		       jout_finish(&j) == 0,
		   "the line is told");
	}
	kfl_free(k);
	kfl_doc_release(&d);
	return v;
}

/* A letter for each thing that is hidden: method, target, status, ... */
static void
hides(const char *key, const char *json, const char *query, const char *want)
{
	struct veil v = look(key, json, query, NULL);
	char got[8];

	(void)snprintf(got, sizeof(got), "%s%s%s%s%s%s%s", v.method ? "m" : "",
	               v.target ? "t" : "", v.status ? "s" : "",
	               v.src ? "S" : "", v.dst ? "D" : "", v.time ? "T" : "",
	               v.elapsed ? "E" : "");
	is_str(got, want, query);
}

static void
test_look(void)
{
	hides("http/1.1", http, "redact(\"nothing\")", "");
	hides("http/1.1", http, "redact(\"request.method\")", "m");
	hides("http/1.1", http, "redact(\"request.path\")", "t");
	hides("http/1.1", http, "redact(\"request.url\")", "");
	hides("http/1.1", http, "redact(\"request\")", "mt");
	hides("http/1.1", http, "redact(\"request.*\")", "mt");
	hides("http/1.1", http, "redact(\"response.status\")", "s");
	hides("http/1.1", http, "redact(\"src.ip\")", "S");
	hides("http/1.1", http, "redact(\"src\", \"dst.name\")", "SD");
	hides("http/1.1", http, "redact(\"timestamp\")", "T");
	hides("http/1.1", http, "redact(\"startTime\")", "T");
	hides("http/1.1", http, "redact(\"elapsedTime\")", "E");
	hides("http/1.1", http, "false and redact(\"src\")", "");
	hides("dns/0", dns, "redact(\"request.questions[0].name\")", "t");
	hides("dns/0", dns, "redact(\"request.questions[1].name\")", "");
	hides("dns/0", dns, "redact(\"request.questions\")", "t");
	hides("dns/0", dns, "redact(\"response\")", "s");
	/* Of a protocol that nobody knows, nothing is known to be safe. */
	hides("what/1", http, "redact(\"nothing\")", "mts");
}

static void
is_line(const char *query, const char *want)
{
	struct buf line;

	buf_init(&line, CAP);
	(void)look("http/1.1", http, query, &line);
	is_bytes(line.p, line.n, want, strlen(want), query);
	buf_release(&line);
}

static void
test_lines(void)
{
	is_line("redact(\"nothing\")",
	        "{\"id\":\"w/s-0\",\"stream\":\"s\",\"worker\":\"w\",\"proto\":"
	        "{\"name\":\"http\"},\"tls\":false,\"summary\":\"/x\","
	        "\"summaryQuery\":\"request.path == \\\"/x\\\"\",\"status\":"
	        "200,\"statusQuery\":\"response.status == 200\",\"method\":"
	        "\"GET\",\"methodQuery\":\"request.method == \\\"GET\\\"\","
	        "\"timestamp\":7,\"src\":{\"ip\":\"1.1.1.1\",\"port\":\"5\","
	        "\"name\":\"a\"},\"dst\":{\"ip\":\"2.2.2.2\",\"port\":\"80\","
	        "\"name\":\"b\"},\"outgoing\":false,\"latency\":3,\"eid\":"
	        "\"16384\"}");
	is_line("redact(\"request\", \"response.status\", \"src.name\", "
	        "\"protocol\", \"worker\")",
	        "{\"id\":\"w/s-0\",\"stream\":\"s\",\"worker\":\"[REDACTED]\","
	        "\"proto\":\"[REDACTED]\",\"tls\":false,\"summary\":"
	        "\"[REDACTED]\",\"status\":0,\"statusQuery\":\"\",\"method\":"
	        "\"[REDACTED]\",\"timestamp\":7,\"src\":{\"ip\":\"1.1.1.1\","
	        "\"port\":\"5\",\"name\":\"[REDACTED]\"},\"dst\":{\"ip\":"
	        "\"2.2.2.2\",\"port\":\"80\",\"name\":\"b\"},\"outgoing\":"
	        "false,\"latency\":3,\"eid\":\"16384\"}");
}

int
main(void)
{
	test_look();
	test_lines();
	return tap_done();
}
