/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kafka in the corpora: requests with API key, version, correlation id, client
 * id and length, and responses with theirs, in order, are those of the ground
 * truth beside the captures, and all of their bytes have the form of their
 * version; no other capture has any. Each difference has a line with its reason
 * in kafka-differences.tsv.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/entry/protocol.h"
#include "tests/support/corpora.h"
#include "tests/tap/tap.h"

#define TABLE "tests/golden/kafka-differences.tsv"

struct test {
	struct indexed x;
	struct corpora_list ours, truth;
	struct explained table;
	size_t captures, others, compared, odd;
};

/* Every byte of it was understood. */
static bool
is_understood(const json_t *side)
{
	static const char *const marks[] = { "malformed", "undecoded",
		                             "truncated", "missing" };

	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (json_object_get(side, marks[i]) != NULL)
			return false;
	return true;
}

static void
on_entry(void *ctx, const struct index_entry *e)
{
	struct test *t = ctx;
	struct corpora_message *m;
	json_t *full, *side;

	if (strcmp(e->e.proto->key, "kafka") != 0)
		return;
	full = indexed_full(&t->x, e);
	if (e->e.request.present) {
		side = json_object_get(full, "request");
		m = corpora_add(&t->ours);
		corpora_way(m, "request", e, true);
		(void)snprintf(m->what, CORPORA_WHAT,
		               "%" PRId64 " v%" PRId64 " %" PRId64
		               " %.40s %" PRId64,
		               corpora_number(side, "apiKey"),
		               corpora_number(side, "apiVersion"),
		               corpora_number(side, "correlationID"),
		               corpora_text(side, "clientID"),
		               corpora_number(side, "size"));
		t->odd += !is_understood(side);
	}
	if (e->e.response.present) {
		side = json_object_get(full, "response");
		m = corpora_add(&t->ours);
		corpora_way(m, "response", e, false);
		(void)snprintf(m->what, CORPORA_WHAT, "%" PRId64 " %" PRId64,
		               corpora_number(side, "correlationID"),
		               corpora_number(side, "size"));
		t->odd += !is_understood(side);
	}
	json_decref(full);
}

static void
on_truth(void *ctx, const json_t *o)
{
	struct test *t = ctx;
	const json_t *f = json_object_get(o, "fields");
	const char *kind = corpora_text(o, "kind");
	struct corpora_message *m;

	if (strcmp(corpora_text(o, "proto"), "kafka_hdr") != 0 ||
	    kind[0] == '_')
		return;
	m = corpora_add(&t->truth);
	corpora_truth_way(m, kind, o);
	if (strcmp(kind, "request") == 0)
		(void)snprintf(
		    m->what, CORPORA_WHAT,
		    "%" PRId64 " v%" PRId64 " %" PRId64 " %.40s %" PRId64,
		    corpora_number(f, "api_key"),
		    corpora_number(f, "api_version"),
		    corpora_number(f, "correlation_id"),
		    corpora_text(f, "client_id"), corpora_number(f, "length"));
	else
		(void)snprintf(m->what, CORPORA_WHAT, "%" PRId64 " %" PRId64,
		               corpora_number(f, "correlation_id"),
		               corpora_number(f, "length"));
}

static void
check_capture(void *ctx, const struct corpora_capture *c)
{
	struct test *t = ctx;
	bool has = c->col[CORPORA_KAFKA].n != 0 &&
	           !str_eq(c->col[CORPORA_KAFKA], STR("0"));

	if (indexed_run(&t->x, c->path))
		indexed_each(&t->x, on_entry, t);
	t->captures += has;
	t->others += !has;
	if (has)
		ok(corpora_truth(c, "\"kafka_hdr\"", on_truth, t), c->name);
	t->compared += corpora_compare(&t->ours, &t->truth, c->name, &t->table);
}

int
main(void)
{
	static struct test t;

	indexed_begin(&t.x);
	t.x.opt.only = "kafka";
	explained_read(&t.table, TABLE);
	if (corpora_each(check_capture, &t)) {
		printf("# %zu captures, %zu messages, %zu other captures\n",
		       t.captures, t.compared, t.others);
		ok(t.captures > 0 && t.others > 0, "there are captures");
		is_int((int64_t)t.odd, 0, "every byte has its form");
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
