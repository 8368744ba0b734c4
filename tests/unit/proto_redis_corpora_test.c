/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Redis in the corpora: commands with their lengths and replies with theirs, in
 * order, are those of the ground truth beside the captures; no other capture
 * has any, although no other dissector wants their streams. Each difference has
 * a line with its reason in redis-differences.tsv.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/entry/protocol.h"
#include "tests/support/corpora.h"
#include "tests/tap/tap.h"

#define TABLE "tests/golden/redis-differences.tsv"

struct test {
	struct indexed x;
	struct corpora_list ours, truth;
	struct explained table;
	size_t captures, others, compared;
};

static void
on_entry(void *ctx, const struct index_entry *e)
{
	struct test *t = ctx;
	struct corpora_message *m;

	if (strcmp(e->e.proto->key, "redis") != 0)
		return;
	if (e->e.request.present) {
		m = corpora_add(&t->ours);
		corpora_way(m, "request", e, true);
		(void)snprintf(m->what, CORPORA_WHAT, STR_FMT " %" PRIu64,
		               STR_ARG(str_head(e->e.method, 32)),
		               e->e.request.size);
	}
	if (e->e.response.present) {
		m = corpora_add(&t->ours);
		corpora_way(m, "response", e, false);
		(void)snprintf(m->what, CORPORA_WHAT, "%s%" PRIu64 "%s",
		               e->e.flags & ENTRY_FAILED ? "error " : "",
		               e->e.response.size,
		               e->e.flags & ENTRY_RES_CUT ? " cut" : "");
	}
}

static void
on_truth(void *ctx, const json_t *o)
{
	struct test *t = ctx;
	const json_t *f = json_object_get(o, "fields");
	const char *kind = corpora_text(o, "kind");
	struct corpora_message *m;

	if (strcmp(corpora_text(o, "proto"), "redis") != 0 || kind[0] == '_')
		return;
	m = corpora_add(&t->truth);
	corpora_truth_way(m, kind, o);
	if (strcmp(kind, "request") == 0)
		(void)snprintf(m->what, CORPORA_WHAT, "%.32s %" PRId64,
		               corpora_text(f, "command"),
		               corpora_number(f, "length"));
	else
		(void)snprintf(m->what, CORPORA_WHAT, "%s%" PRId64,
		               strcmp(corpora_text(f, "type"), "error") == 0
		                   ? "error "
		                   : "",
		               corpora_number(f, "length"));
}

static void
check_capture(void *ctx, const struct corpora_capture *c)
{
	struct test *t = ctx;
	bool has = c->col[CORPORA_REDIS].n != 0 &&
	           !str_eq(c->col[CORPORA_REDIS], STR("0"));

	if (indexed_run(&t->x, c->path))
		indexed_each(&t->x, on_entry, t);
	t->captures += has;
	t->others += !has;
	if (has)
		ok(corpora_truth(c, "\"redis\"", on_truth, t), c->name);
	t->compared += corpora_compare(&t->ours, &t->truth, c->name, &t->table);
}

int
main(void)
{
	static struct test t;

	indexed_begin(&t.x);
	t.x.opt.only = "redis";
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
