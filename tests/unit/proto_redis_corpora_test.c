/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every capture of the corpora with Redis in it: commands with their lengths
 * and replies with theirs, in order, are those of the ground truth beside the
 * captures. Each difference has a line with its reason in
 * redis-differences.tsv.
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

#define TABLE "tests/golden/redis-differences.tsv"

enum {
	WAY_MAX = 160,
	WHAT_MAX = 96,
	MESSAGES = 1 << 14, /* of one capture */
	COLUMNS = 29,       /* of the catalogue */
	COMMANDS = 15,      /* the column with their number */
	TRUTH = 24,
};

struct message {
	char way[WAY_MAX];
	char what[WHAT_MAX];
	uint64_t order;
};

struct messages {
	struct message m[MESSAGES];
	size_t n;
};

struct test {
	struct indexed x;
	struct messages ours, truth;
	struct explained table;
	char corpora[800];
	char capture[400];
	size_t captures, compared;
};

static struct message *
add(struct messages *l)
{
	struct message *m = &l->m[l->n];

	if (l->n + 1 == MESSAGES)
		abort();
	m->order = l->n++;
	return m;
}

static int
by_way(const void *a, const void *b)
{
	const struct message *x = a, *y = b;
	int rc = strcmp(x->way, y->way);

	return rc != 0 ? rc : (x->order > y->order) - (x->order < y->order);
}

/* ---- ours ---- */

static void
on_entry(void *ctx, const struct index_entry *e)
{
	struct test *t = ctx;
	char client[ADDR_TEXT], server[ADDR_TEXT];
	struct message *m;

	if (strcmp(e->e.proto->key, "redis") != 0)
		return;
	(void)addr_format(&e->client, client);
	(void)addr_format(&e->server, server);
	if (e->e.request.present) {
		m = add(&t->ours);
		(void)snprintf(m->way, WAY_MAX, "request %s %u > %s %u", client,
		               (unsigned)e->client_port, server,
		               (unsigned)e->server_port);
		(void)snprintf(m->what, WHAT_MAX, STR_FMT " %" PRIu64,
		               STR_ARG(str_head(e->e.method, 32)),
		               e->e.request.size);
	}
	if (e->e.response.present) {
		m = add(&t->ours);
		(void)snprintf(m->way, WAY_MAX, "response %s %u > %s %u",
		               server, (unsigned)e->server_port, client,
		               (unsigned)e->client_port);
		(void)snprintf(m->what, WHAT_MAX, "%s%" PRIu64 "%s",
		               e->e.flags & ENTRY_FAILED ? "error " : "",
		               e->e.response.size,
		               e->e.flags & ENTRY_RES_CUT ? " cut" : "");
	}
}

/* ---- the truth ---- */

static const char *
text_at(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

static int64_t
number_at(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static void
on_truth(struct test *t, const json_t *o)
{
	const json_t *f = json_object_get(o, "fields");
	const char *kind = text_at(o, "kind");
	bool request = strcmp(kind, "request") == 0;
	struct message *m;

	if (strcmp(text_at(o, "proto"), "redis") != 0 || kind[0] == '_')
		return;
	m = add(&t->truth);
	(void)snprintf(m->way, WAY_MAX, "%s %s %" PRId64 " > %s %" PRId64, kind,
	               text_at(o, "src"), number_at(o, "sport"),
	               text_at(o, "dst"), number_at(o, "dport"));
	if (request)
		(void)snprintf(m->what, WHAT_MAX, "%.32s %" PRId64,
		               text_at(f, "command"), number_at(f, "length"));
	else
		(void)snprintf(
		    m->what, WHAT_MAX, "%s%" PRId64,
		    strcmp(text_at(f, "type"), "error") == 0 ? "error " : "",
		    number_at(f, "length"));
}

static void
read_truth(struct test *t, struct str name)
{
	char path[1400], *text, *line, *next;
	size_t n;

	(void)snprintf(path, sizeof(path), "%s/" STR_FMT, t->corpora,
	               STR_ARG(name));
	text = indexed_slurp(path, &n);
	ok(text != NULL, t->capture);
	for (line = text; line != NULL && *line != '\0'; line = next) {
		json_t *o;

		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		if (strstr(line, "\"redis\"") == NULL)
			continue;
		o = json_loads(line, JSON_ALLOW_NUL, NULL);
		if (o == NULL)
			ok(false, line);
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

	qsort(a->m, a->n, sizeof(*a->m), by_way);
	qsort(b->m, b->n, sizeof(*b->m), by_way);
	while (i < a->n || j < b->n) {
		int c = i == a->n   ? 1
		        : j == b->n ? -1
		                    : strcmp(a->m[i].way, b->m[j].way);
		const struct message *x = c <= 0 ? &a->m[i++] : NULL;
		const struct message *y = c >= 0 ? &b->m[j++] : NULL;

		t->compared++;
		if (x == NULL || y == NULL || strcmp(x->what, y->what) != 0)
			explained_tell(&t->table, "%s\t%s\t%s\t%s", t->capture,
			               x != NULL ? x->way : y->way,
			               x != NULL ? x->what : "-",
			               y != NULL ? y->what : "-");
	}
	a->n = b->n = 0;
}

static void
check_capture(struct test *t, const struct str *col)
{
	char path[1400];

	if (col[COMMANDS].n == 0 || str_eq(col[COMMANDS], STR("0")))
		return;
	(void)snprintf(t->capture, sizeof(t->capture), STR_FMT "/" STR_FMT,
	               STR_ARG(col[0]), STR_ARG(col[1]));
	(void)snprintf(path, sizeof(path), "%s/%s", t->corpora, t->capture);
	t->captures++;
	if (indexed_run(&t->x, path))
		indexed_each(&t->x, on_entry, t);
	read_truth(t, col[TRUTH]);
	compare(t);
}

static bool
check_catalogue(struct test *t)
{
	char path[1400], *text;
	struct str rest, line, col[COLUMNS];
	size_t n;

	(void)snprintf(path, sizeof(path), "%s/catalogue.tsv", t->corpora);
	text = indexed_slurp(path, &n);
	if (text == NULL)
		return false;
	rest = str_make(text, n);
	(void)str_split1(rest, '\n', &line, &rest);
	while (rest.n != 0) {
		(void)str_split1(rest, '\n', &line, &rest);
		for (size_t i = 0; i < COLUMNS; i++)
			(void)str_split1(line, '\t', &col[i], &line);
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
		printf("# %zu captures, %zu messages\n", t.captures,
		       t.compared);
		ok(t.captures > 0, "there are captures");
		is_int(t.table.unexplained, 0, "each difference is explained");
		is_int(explained_finish(&t.table), 0,
		       "no explanation is out of date");
	} else {
		tap_skip("no corpora here");
	}
	explained_release(&t.table);
	indexed_end(&t.x);
	return tap_done();
}
