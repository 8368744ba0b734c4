/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recorded samples against the logs of the clients and servers that took
 * part. Every HTTP/1 call must be found on every node that could see it, with
 * its status and body lengths, complete or not as it was; and nothing else is
 * found. samples-differences.tsv has the differences: sample, node, what
 * (kind, source, method, target), ours, logged, why.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/explained.h"
#include "tests/support/indexed.h"
#include "tests/support/redigest.h"
#include "tests/tap/tap.h"

#define TABLE "tests/golden/samples-differences.tsv"

enum { TEXT = 600 };

/* A call as one node saw it. */
struct call {
	char node[40];
	char src[ADDR_TEXT], dst[ADDR_TEXT];
	uint16_t sport, dport;
	char *method, *target;
	long long status, asked, answered; /* body lengths */
	bool complete;
	bool used;
};

struct test {
	struct indexed x;
	struct explained table;
	const char *sample;
	struct call *call;
	size_t n;
	size_t expected, agreed;
};

static void *
must(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

static json_t *
at(json_t *o, const char *key)
{
	return json_object_get(o, key);
}

static const char *
text(json_t *o, const char *key)
{
	const char *s = json_string_value(at(o, key));

	return s != NULL ? s : "";
}

static long long
number(json_t *o, const char *key)
{
	return (long long)json_integer_value(at(o, key));
}

/* ---- ours ---- */

static uint16_t
port(json_t *end)
{
	return (uint16_t)strtoul(text(end, "port"), NULL, 10);
}

static long long
body_bytes(struct test *t, const struct index_entry *e, enum side side)
{
	uint64_t n;

	int rc = indexed_raw_body(&t->x, e, side, &n);

	/* One that ends early has what there is of it. */
	return rc == 0 || rc == ERR_TRUNCATED ? (long long)n : -1;
}

static void
on_entry(void *ctx, const struct index_entry *e)
{
	struct test *t = ctx;
	const struct index_point *point = opened_point(t->x.o, e->point);
	json_t *full, *request;
	struct call *c;

	if (!indexed_is_http1(e))
		return;
	full = indexed_full(&t->x, e);
	request = at(full, "request");
	t->call = must(realloc(t->call, (t->n + 1) * sizeof(*t->call)));
	c = &t->call[t->n++];
	*c = (struct call){
		.sport = port(at(full, "src")),
		.dport = port(at(full, "dst")),
		.method = must(strdup(text(request, "method"))),
		.target = must(strdup(text(request, "targetUri"))),
		.status = number(at(full, "response"), "status"),
		.complete = json_is_true(at(at(full, "evidence"), "complete")),
	};
	(void)str_to_c(point->node, c->node, sizeof(c->node));
	(void)snprintf(c->src, sizeof(c->src), "%s",
	               text(at(full, "src"), "ip"));
	(void)snprintf(c->dst, sizeof(c->dst), "%s",
	               text(at(full, "dst"), "ip"));
	if (e->e.request.present)
		c->asked = body_bytes(t, e, SIDE_REQUEST);
	if (e->e.response.present)
		c->answered = body_bytes(t, e, SIDE_RESPONSE);
	json_decref(full);
}

/* ---- the logs ---- */

static bool
same_target(const char *ours, const char *logged)
{
	/* An authority is shown as the original shows it. */
	if (strncmp(ours, "//", 2) == 0)
		ours += 2;
	return strcmp(ours, logged) == 0;
}

static bool
is_it(const struct call *c, json_t *o, json_t *seen)
{
	return !c->used && strcmp(c->node, text(seen, "node")) == 0 &&
	       strcmp(c->src, text(o, "src")) == 0 &&
	       (json_is_null(at(o, "sport")) ||
	        c->sport == number(o, "sport")) &&
	       (json_is_null(at(seen, "dst")) ||
	        strcmp(c->dst, text(seen, "dst")) == 0) &&
	       c->dport == number(seen, "dport") &&
	       strcmp(c->method, text(o, "method")) == 0 &&
	       same_target(c->target, text(o, "path"));
}

static void
outcome(char out[TEXT], long long status, long long asked, long long answered,
        bool complete)
{
	(void)snprintf(out, TEXT, "%lld %lld/%lld%s", status, asked, answered,
	               complete ? "" : " incomplete");
}

static void
check_seen(struct test *t, json_t *o, json_t *seen)
{
	char ours[TEXT] = "-", logged[TEXT];

	t->expected++;
	outcome(logged, number(o, "status"), number(o, "request_body"),
	        number(o, "response_body"), json_is_true(at(o, "complete")));
	for (size_t i = 0; i < t->n; i++) {
		struct call *c = &t->call[i];

		if (!is_it(c, o, seen))
			continue;
		c->used = true;
		outcome(ours, c->status, c->asked, c->answered, c->complete);
		break;
	}
	if (strcmp(ours, logged) == 0)
		t->agreed++;
	else
		explained_tell(&t->table, "%s\t%s\t%s %s:%lld %s %s\t%s\t%s",
		               t->sample, text(seen, "node"), text(o, "kind"),
		               text(o, "src"), number(o, "sport"),
		               text(o, "method"), text(o, "path"), ours,
		               logged);
}

static void
check_line(struct test *t, char *line)
{
	json_t *o = json_loads(line, 0, NULL), *seen;
	size_t i;

	if (o == NULL) {
		ok(false, line);
		return;
	}
	json_array_foreach(at(o, "seen"), i, seen) check_seen(t, o, seen);
	json_decref(o);
}

static void
check_rest(struct test *t)
{
	char ours[TEXT];

	for (size_t i = 0; i < t->n; i++) {
		struct call *c = &t->call[i];

		outcome(ours, c->status, c->asked, c->answered, c->complete);
		if (!c->used)
			explained_tell(
			    &t->table, "%s\t%s\t? %s:%u > %s:%u %s %s\t%s\t-",
			    t->sample, c->node, c->src, c->sport, c->dst,
			    c->dport, c->method, c->target, ours);
		free(c->method);
		free(c->target);
	}
	t->n = 0;
}

/* What the index holds is what was meant to be written. */
static void
check_digest(const struct indexed *x)
{
	uint8_t digest[SHA256_SIZE] = { 0 };

	is_int(redigest(workspace_index(x->ws), NULL, digest), 0,
	       "the index is read as a whole");
	ok(memcmp(digest, x->result.digest, SHA256_SIZE) == 0,
	   "and has the digest that it was sealed with");
}

static void
check_sample(struct test *t, const char *name)
{
	char path[100], *log, *next;
	size_t n;

	t->sample = name;
	t->expected = t->agreed = 0;
	(void)snprintf(path, sizeof(path), "samples/%s.tar.gz", name);
	if (!ok(indexed_run(&t->x, path), "a sample is indexed")) {
		tap_note(t->x.err.text);
		return;
	}
	check_digest(&t->x);
	ok(!t->x.result.refused, "all of it");
	indexed_each(&t->x, on_entry, t);
	(void)snprintf(path, sizeof(path), "samples/%s.http1.jsonl", name);
	log = must(indexed_slurp(path, &n));
	for (char *line = log; line != NULL && *line != '\0'; line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		check_line(t, line);
	}
	free(log);
	printf("# %s: %zu sightings logged, %zu entries, %zu agree\n", name,
	       t->expected, t->n, t->agreed);
	ok(t->agreed > t->expected * 9 / 10, "most calls are as they were");
	check_rest(t);
}

int
main(void)
{
	static struct test t;

	indexed_begin(&t.x);
	explained_read(&t.table, TABLE);
	check_sample(&t, "tiny");
	check_sample(&t, "shop");
	is_int(t.table.unexplained, 0, "each difference is explained");
	is_int(explained_finish(&t.table), 0, "no explanation is out of date");
	explained_release(&t.table);
	free(t.call);
	indexed_end(&t.x);
	return tap_done();
}
