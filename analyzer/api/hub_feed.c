/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /ws: every entry that the client's query asks for, one text frame each,
 * and those that are found while the indexing goes on.
 *
 * The client's first message is the query. A snapshot whose index is finished
 * is run through once. One whose index grows is run through again and again,
 * which entries were sent being remembered, until it is finished.
 */
#include "analyzer/api/hub.h"
#include "analyzer/api/server_impl.h"
#include "analyzer/api/socket.h"
#include "analyzer/kfl/eval.h"
#include "analyzer/kfl/gather.h"
#include "analyzer/query/merge.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"

enum {
	FEED_BASE = 4 << 20, /* bytes of one BaseEntry and what it is made of */
	FEED_SENT =
	    1 << 24, /* entries of a growing index that are remembered */
	FEED_PATH = 4096,
};

/* Between two looks at a growing index. */
#define FEED_PAUSE (250 * CLOCK_MSEC)

struct hub_feed {
	struct socket *s;
	struct catalog *catalog;
	struct str q;
	uint64_t sent;  /* in all */
	uint64_t limit; /* limit(n) of the query; 0: none */
	bool done;      /* the limit was reached, or the query is wrong */
	struct kfl_doc doc;
	struct kfl_gather gather;
	struct buf text;
	/* of the present snapshot, while its index grows */
	struct map seen;
	bool finished; /* its index, when this pass began */
};

/* ---- one entry ---- */

static int
send_entry(struct hub_feed *f, struct merge *m)
{
	struct json_out j;
	struct sink_json sink;
	int rc;

	kfl_doc_clear(&f->doc);
	kfl_gather_init(&f->gather, &f->doc, NULL);
	rc = merge_base(m, &f->gather.sink);
	if (rc != 0)
		return rc;
	hub_sort(f->doc.root);
	buf_clear(&f->text);
	jout_init_buf(&j, &f->text);
	sink_json_init(&sink, &j);
	kfl_value_emit(f->doc.root, &sink.sink);
	rc = jout_finish(&j);
	if (rc == 0)
		rc = socket_send(f->s, buf_str(&f->text));
	if (rc == 0)
		f->sent++;
	return rc;
}

/* Has it been sent before? Only a growing index is asked twice. */
static int
is_new(struct hub_feed *f, int64_t id)
{
	void *unused;
	int rc;

	if (f->finished && f->seen.n == 0)
		return 1;
	rc = map_insert(&f->seen, &id, &unused);
	return rc < 0 ? rc : rc == 1;
}

/* ---- one snapshot ---- */

static int
run_through(struct hub_feed *f, struct merge *m, struct err *e)
{
	bool strict = socket_server(f->s)->opt.hub_strict;
	struct merge_row row;
	int rc;

	while ((rc = merge_next(m, &row, e)) == 1) {
		int fresh;

		if (strict && !entry_complete(row.entry->e.flags))
			continue;
		fresh = is_new(f, row.entry->e.id);
		rc = fresh == 1 ? send_entry(f, m) : fresh;
		if (rc < 0)
			return rc;
		f->done = f->limit > 0 && f->sent >= f->limit;
		if (f->done)
			return 0;
	}
	return rc;
}

static int
run_query(struct hub_feed *f, struct opened *o, unsigned n, struct err *e)
{
	bool many = catalog_count(f->catalog) > 1;
	struct ask_options opt = { .mode = ASK_COMPATIBLE,
		                   .snapshot = many ? n : 0 };
	struct run_query q = { .cancel = socket_cancel(f->s) };
	struct merge *m = NULL;
	struct ask a;
	struct merge_source source = { .opened = o,
		                       .ask = &a,
		                       .names = { .snapshot = many ? n : 0 } };
	int rc = ask_prepare(f->q, o, &opt, e, &a);

	if (rc == 0) {
		f->limit = a.limit;
		rc = merge_open(&source, 1, &q, NULL, e, &m);
	}
	if (rc == 0)
		rc = run_through(f, m, e);
	merge_free(m);
	ask_release(&a);
	return rc;
}

/* One pass; 0 also when there is nothing to be read yet. */
static int
pass(struct hub_feed *f, unsigned n)
{
	struct catalog_view view;
	struct err e = ERR_INIT;
	struct opened *o;
	int rc;

	(void)catalog_look(f->catalog, n, &view);
	f->finished = view.state >= CATALOG_READY;
	rc = catalog_borrow(f->catalog, n, socket_cancel(f->s), &e, &o);
	if (rc != 0)
		return f->finished || rc == ERR_AGAIN ? 0 : rc;
	rc = run_query(f, o, n, &e);
	catalog_give_back(f->catalog, n, o);
	return rc;
}

/*
 * Until its index is finished and was read then. The catalog may have wanted
 * it back in the middle: that cancels nothing but the pass.
 */
static int
follow(struct hub_feed *f, unsigned n)
{
	int rc;

	for (;;) {
		int64_t start = clock_mono();

		rc = pass(f, n);
		if (rc == ERR_CANCELLED && !f->finished &&
		    socket_resume(f->s) == 0)
			rc = 0;
		if (rc != 0 || f->finished || f->done)
			return rc;
		/* Never busy for more than a third of the time. */
		start = 2 * (clock_mono() - start);
		rc = socket_wait(f->s, start > FEED_PAUSE ? start : FEED_PAUSE);
		if (rc != 0)
			return rc;
	}
}

static int
feed_all(struct hub_feed *f)
{
	uint8_t key[SIPHASH_KEY_SIZE];
	int rc = map_random_key(key);

	for (unsigned n = 1;
	     n <= catalog_count(f->catalog) && rc == 0 && !f->done; n++) {
		map_init(&f->seen, sizeof(int64_t), 0, FEED_SENT, key);
		rc = follow(f, n);
		map_release(&f->seen);
	}
	return rc;
}

/* ---- the socket ---- */

static void
run_feed(struct socket *s)
{
	struct hub_feed *f = mem_zalloc(sizeof(*f));
	int rc;

	if (f == NULL)
		return;
	f->s = s;
	f->catalog = socket_server(s)->catalog;
	kfl_doc_init(&f->doc, FEED_BASE);
	buf_init(&f->text, FEED_BASE);
	rc = socket_first(s, &f->q);
	if (rc == 0)
		rc = feed_all(f);
	/* The original watches for more, without an end. */
	while (rc == 0 && !f->done)
		rc = socket_wait(s, CLOCK_SEC);
	socket_close(s, 1000);
	buf_release(&f->text);
	kfl_doc_release(&f->doc);
	mem_free(f);
}

int
api_ws(struct call *c)
{
	return socket_upgrade(c, run_feed);
}
