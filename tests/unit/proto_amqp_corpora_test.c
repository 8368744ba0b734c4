/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AMQP in the corpora: in the captures that have it, the methods of either
 * direction and the sizes of bodies are those of the ground truth beside the
 * captures; in all others there is none, although no other dissector wants
 * their streams. Each difference has a line with its reason in
 * amqp-differences.tsv.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/entry/protocol.h"
#include "tests/support/corpora.h"
#include "tests/tap/tap.h"

#define TABLE "tests/golden/amqp-differences.tsv"

/* A frame may answer several: it is counted once. */
struct frame {
	int64_t stream;
	uint64_t off;
	bool to_server;
};

enum { FRAMES = 4096 };

struct test {
	struct indexed x;
	struct corpora_list ours, truth;
	struct explained table;
	size_t captures, others, claimed, compared;
	struct frame seen[FRAMES];
	size_t nseen;
};

static bool
is_new(struct test *t, struct frame f)
{
	for (size_t i = 0; i < t->nseen; i++) {
		const struct frame *s = &t->seen[i];

		if (s->stream == f.stream && s->off == f.off &&
		    s->to_server == f.to_server)
			return false;
	}
	if (t->nseen < FRAMES)
		t->seen[t->nseen++] = f;
	return true;
}

/* The method of a side, as it is shown, which is also who rendered it. */
static void
add_side(struct test *t, const struct index_entry *e, const json_t *o,
         const struct entry_side *side, bool to_server)
{
	const char *body = corpora_text(o, "body");
	size_t n = strlen(body);
	struct corpora_message *m;

	if (!side->present ||
	    !is_new(t, (struct frame){ e->e.stream, side->spans[0].off,
	                               to_server }))
		return;
	m = corpora_add(&t->ours);
	corpora_way(m, corpora_text(o, "method"), e, to_server);
	(void)snprintf(m->what, CORPORA_WHAT, "method");
	if (json_object_get(o, "body") == NULL)
		return;
	m = corpora_add(&t->ours);
	corpora_way(m, "body", e, to_server);
	n = n / 4 * 3 - (strstr(body, "==") != NULL ? 1 : 0) -
	    (strchr(body, '=') != NULL ? 1 : 0);
	(void)snprintf(m->what, CORPORA_WHAT, "%zu", n);
}

static void
on_entry(void *ctx, const struct index_entry *e)
{
	struct test *t = ctx;
	bool reversed = (e->e.flags & ENTRY_REVERSED) != 0;
	json_t *full;

	t->claimed++;
	full = indexed_full(&t->x, e);
	add_side(t, e, json_object_get(full, "request"), &e->e.request,
	         !reversed);
	add_side(t, e, json_object_get(full, "response"), &e->e.response,
	         reversed);
	json_decref(full);
}

/* "Connection" and "Start-Ok" are "connection start-ok" to us. */
static void
lower(char *s)
{
	for (; *s != '\0'; s++)
		*s = str_lower(*s);
}

static void
on_truth(void *ctx, const json_t *o)
{
	struct test *t = ctx;
	const json_t *f = json_object_get(o, "fields");
	const char *kind = corpora_text(o, "kind");
	struct corpora_message *m;
	char name[64];

	if (strcmp(corpora_text(o, "proto"), "amqp") != 0)
		return;
	if (strcmp(kind, "method") == 0) {
		(void)snprintf(name, sizeof(name), "%s %s",
		               corpora_text(f, "class"),
		               corpora_text(f, "method"));
		lower(name);
		m = corpora_add(&t->truth);
		corpora_truth_way(m, name, o);
		(void)snprintf(m->what, CORPORA_WHAT, "method");
	} else if (strcmp(kind, "content_header") == 0) {
		m = corpora_add(&t->truth);
		corpora_truth_way(m, "body", o);
		(void)snprintf(m->what, CORPORA_WHAT, "%" PRId64,
		               corpora_number(f, "body_size"));
	}
}

static void
check_capture(void *ctx, const struct corpora_capture *c)
{
	struct test *t = ctx;
	bool has = c->col[CORPORA_AMQP].n != 0 &&
	           !str_eq(c->col[CORPORA_AMQP], STR("0"));

	t->claimed = 0;
	t->nseen = 0;
	if (indexed_run(&t->x, c->path))
		indexed_each(&t->x, on_entry, t);
	if (!has) {
		t->others++;
		if (t->claimed != 0 && !ok(false, "nothing is misread"))
			tap_note(c->name);
		t->ours.n = 0;
		return;
	}
	t->captures++;
	ok(corpora_truth(c, "\"amqp\"", on_truth, t), c->name);
	t->compared += corpora_compare(&t->ours, &t->truth, c->name, &t->table);
}

int
main(void)
{
	static struct test t;

	indexed_begin(&t.x);
	t.x.opt.only = "amqp";
	explained_read(&t.table, TABLE);
	if (corpora_each(check_capture, &t)) {
		printf("# %zu captures, %zu messages, %zu other captures\n",
		       t.captures, t.compared, t.others);
		ok(t.captures > 0 && t.others > 0, "there are captures");
		is_int(t.table.unexplained, 0, "each difference is explained");
		is_int(explained_finish(&t.table), 0,
		       "no explanation is out of date");
	} else {
		tap_skip("no corpora here");
	}
	explained_release(&t.table);
	corpora_release(&t.ours);
	corpora_release(&t.truth);
	indexed_end(&t.x);
	return tap_done();
}
