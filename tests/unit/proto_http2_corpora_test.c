/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every capture of the corpora with HTTP/2 in it: requests and responses with
 * the lengths of their bodies, messages of gRPC with theirs, and its statuses,
 * are those of the ground truth beside the captures. Each difference has a line
 * with its reason in http2-differences.tsv.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/entry/protocol.h"
#include "tests/support/explained.h"
#include "tests/support/indexed.h"
#include "tests/tap/tap.h"

#define TABLE "tests/golden/http2-differences.tsv"

enum {
	TEXT = 400,
	MESSAGES = 1 << 14, /* of one capture */
	COLUMNS = 29,       /* of the catalogue */
	STREAMS = 11,       /* the column with their number */
};

struct messages {
	char text[MESSAGES][TEXT];
	size_t n;
};

struct test {
	struct indexed x;
	struct messages ours, truth;
	struct explained table;
	char corpora[800];
	char capture[400];
	size_t captures, compared, agreed;
};

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(a, b);
}

static char *
add(struct messages *l)
{
	if (l->n == MESSAGES)
		abort();
	return l->text[l->n++];
}

static json_t *
at(const json_t *o, const char *key)
{
	return json_object_get(o, key);
}

static const char *
text_at(const json_t *o, const char *key)
{
	const char *s = json_string_value(at(o, key));

	return s != NULL ? s : "";
}

static int64_t
number_at(const json_t *o, const char *key)
{
	return json_integer_value(at(o, key));
}

/* ---- ours ---- */

static void
add_grpc(struct test *t, const char *way, const json_t *side)
{
	const json_t *grpc = at(side, "grpc"), *m;
	size_t i;

	json_array_foreach(at(grpc, "messages"), i, m)(void)
	    snprintf(add(&t->ours), TEXT, "%s\tmessage of %" PRId64, way,
	             number_at(m, "length"));
	if (at(grpc, "status") != NULL)
		(void)snprintf(add(&t->ours), TEXT, "%s\tgrpc-status %" PRId64,
		               way, number_at(grpc, "status"));
}

static void
on_entry(void *ctx, const struct index_entry *e)
{
	struct test *t = ctx;
	json_t *full, *q, *s;
	char way[160];

	if (strstr(e->e.proto->key, "/2.0") == NULL)
		return;
	full = indexed_full(&t->x, e);
	q = at(full, "request");
	s = at(full, "response");
	(void)snprintf(
	    way, sizeof(way), "%s %s > %s %s", text_at(at(full, "src"), "ip"),
	    text_at(at(full, "src"), "port"), text_at(at(full, "dst"), "ip"),
	    text_at(at(full, "dst"), "port"));
	if (e->e.request.present) {
		(void)snprintf(add(&t->ours), TEXT, "%s\t%s %.120s %" PRId64,
		               way, text_at(q, "method"), text_at(q, "path"),
		               number_at(q, "bodySize"));
		add_grpc(t, way, q);
	}
	if (e->e.response.present) {
		(void)snprintf(add(&t->ours), TEXT, "%s\t%" PRId64 " %" PRId64,
		               way, number_at(s, "status"),
		               number_at(s, "bodySize"));
		add_grpc(t, way, s);
	}
	json_decref(full);
}

/* ---- the truth ---- */

/*
 * It counts one byte too few for each DATA frame, as if all had a byte for the
 * length of their padding: bodies of known length (nghttp2's 404 page, 70,000
 * bytes of one test) show it.
 */
static int64_t
body_of(const json_t *f)
{
	return number_at(f, "data_len") + number_at(f, "data_frames");
}

static void
on_http2(struct test *t, const char *way, const char *kind, const json_t *f)
{
	const json_t *status = at(f, "grpc_status");

	if (strcmp(kind, "request") == 0)
		(void)snprintf(add(&t->truth), TEXT, "%s\t%s %.120s %" PRId64,
		               way, text_at(f, "method"), text_at(f, "path"),
		               body_of(f));
	if (strcmp(kind, "response") == 0)
		(void)snprintf(add(&t->truth), TEXT, "%s\t%" PRId64 " %" PRId64,
		               way, number_at(f, "status"), body_of(f));
	if (json_is_integer(status))
		(void)snprintf(add(&t->truth), TEXT, "%s\tgrpc-status %" PRId64,
		               way, (int64_t)json_integer_value(status));
	else if (status != NULL)
		(void)snprintf(add(&t->truth), TEXT, "%s\tgrpc-status %s", way,
		               json_string_value(status));
}

static void
on_truth(struct test *t, const json_t *o)
{
	const char *kind = text_at(o, "kind"), *proto = text_at(o, "proto");
	const json_t *f = at(o, "fields"), *n;
	bool request = strcmp(kind, "request") == 0;
	char way[160];
	size_t i;

	if (json_is_true(at(o, "tls")))
		return;
	(void)snprintf(way, sizeof(way), "%s %" PRId64 " > %s %" PRId64,
	               text_at(o, request ? "src" : "dst"),
	               number_at(o, request ? "sport" : "dport"),
	               text_at(o, request ? "dst" : "src"),
	               number_at(o, request ? "dport" : "sport"));
	if (strcmp(proto, "http2") == 0)
		on_http2(t, way, kind, f);
	if (strcmp(proto, "grpc") != 0)
		return;
	json_array_foreach(at(f, "message_length"), i, n)(void)
	    snprintf(add(&t->truth), TEXT, "%s\tmessage of %" PRId64, way,
	             (int64_t)json_integer_value(n));
}

static void
read_truth(struct test *t, const char *name)
{
	char path[1400], *text, *line, *next;
	size_t n;

	(void)snprintf(path, sizeof(path), "%s/%s", t->corpora, name);
	text = indexed_slurp(path, &n);
	if (text == NULL)
		ok(false, path);
	for (line = text; line != NULL && *line != '\0'; line = next) {
		json_t *o;

		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		else
			next = line + strlen(line);
		o = json_loads(line, JSON_ALLOW_NUL, NULL);
		if (o != NULL)
			on_truth(t, o);
		json_decref(o);
	}
	free(text);
}

/* ---- comparing ---- */

static void
compare(struct test *t)
{
	struct messages *a = &t->ours, *b = &t->truth;
	size_t i = 0, j = 0;

	qsort(a->text, a->n, TEXT, compare_texts);
	qsort(b->text, b->n, TEXT, compare_texts);
	while (i < a->n || j < b->n) {
		int c = i == a->n   ? 1
		        : j == b->n ? -1
		                    : strcmp(a->text[i], b->text[j]);

		t->compared++;
		t->agreed += c == 0;
		if (c != 0)
			explained_tell(&t->table, "%s\t%s\t%s", t->capture,
			               c < 0 ? "ours" : "truth",
			               c < 0 ? a->text[i] : b->text[j]);
		i += c <= 0;
		j += c >= 0;
	}
	a->n = b->n = 0;
}

static void
check_capture(struct test *t, const char *const *col)
{
	char path[1400], truth[500];
	size_t n = 0;

	(void)snprintf(t->capture, sizeof(t->capture), "%s%s%s", col[0],
	               strncmp(col[1], col[0], strlen(col[0])) == 0 ? "" : "/",
	               col[1]);
	if (strncmp(col[1], col[0], strlen(col[0])) == 0)
		(void)snprintf(t->capture, sizeof(t->capture), "%s", col[1]);
	(void)snprintf(path, sizeof(path), "%s/%s", t->corpora, t->capture);
	for (const char *p = t->capture; *p != '\0' && n < 450; p++) {
		truth[n++] = *p == '/' ? '_' : *p;
		if (*p == '/')
			truth[n++] = '_';
	}
	truth[n] = '\0';
	(void)snprintf(truth + n, sizeof(truth) - n, ".jsonl");
	memmove(truth + strlen("truth/"), truth, strlen(truth) + 1);
	memcpy(truth, "truth/", strlen("truth/"));
	if (!indexed_run(&t->x, path)) {
		ok(false, path);
		return;
	}
	indexed_each(&t->x, on_entry, t);
	indexed_drop(&t->x);
	read_truth(t, truth);
	compare(t);
	t->captures++;
}

static bool
check_catalogue(struct test *t)
{
	char path[900], *text, *line, *next;
	size_t n;

	(void)snprintf(path, sizeof(path), "%s/catalogue.tsv", t->corpora);
	text = indexed_slurp(path, &n);
	if (text == NULL)
		return false;
	for (line = text; line != NULL && *line != '\0'; line = next) {
		const char *col[COLUMNS] = { line };
		int k = 1;

		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		for (char *p = line; *p != '\0' && k < COLUMNS; p++) {
			if (*p != '\t')
				continue;
			*p = '\0';
			col[k++] = p + 1;
		}
		if (k == COLUMNS && col[STREAMS][0] != '0' &&
		    col[STREAMS][0] != '\0' &&
		    strcmp(col[STREAMS], "h2_streams") != 0)
			check_capture(t, col);
	}
	free(text);
	return true;
}

int
main(void)
{
	static struct test t;

	(void)snprintf(t.corpora, sizeof(t.corpora), "%s/corpora",
	               tap_shared());
	indexed_begin(&t.x);
	explained_read(&t.table, TABLE);
	if (check_catalogue(&t)) {
		printf("# %zu captures, %zu messages, %zu agree\n", t.captures,
		       t.compared, t.agreed);
		ok(t.captures > 0, "there are captures");
		is_int((intmax_t)t.table.unexplained, 0,
		       "each difference is explained");
		is_int((intmax_t)explained_finish(&t.table), 0,
		       "no explanation is out of date");
	} else {
		tap_skip("no corpora here");
	}
	explained_release(&t.table);
	indexed_end(&t.x);
	return tap_done();
}
