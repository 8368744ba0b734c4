/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A request that reads an index when it is moved: cancelled, begun again in the
 * new place, and the client sees one whole reply. Starts a thread.
 */
#include "analyzer/api/repeat.h"

#include <pthread.h>

#include "analyzer/api/server_impl.h"
#include "tests/support/indexed.h"
#include "tests/tap/tap.h"

struct moving {
	struct call call;
	struct server server;
	struct indexed *x;
	pthread_t mover;
	unsigned runs, released;
	int end; /* what the last run returns */
};

static void
look(void *ctx, struct catalog_counts *ret)
{
	(void)ctx;
	(void)ret;
}

/* As the program does when the index is finished. */
static void *
move(void *ctx)
{
	struct moving *m = ctx;
	struct catalog *c = m->server.catalog;

	catalog_withdraw(c, 1);
	if (catalog_ready(c, 1, workspace_path(m->x->ws),
	                  workspace_index(m->x->ws)) != 0)
		exit(1);
	return NULL;
}

static void
released(void *ctx)
{
	((struct moving *)ctx)->released++;
}

static struct moving *
of(struct call *c)
{
	return (struct moving *)(void *)c;
}

/* Reads without an end, until the index is wanted back. */
static int
run(struct call *c)
{
	struct moving *m = of(c);
	struct opened *o = NULL;
	struct json_out *j;
	int rc = call_borrow(c, 1, &o);

	if (rc != 0)
		return rc;
	call_defer(c, released, m);
	j = call_json(c);
	jout_begin_object(j);
	jout_put_uint(j, "run", m->runs);
	call_header(c, "X-Run", "%u", m->runs);
	if (m->runs++ == 0) {
		if (pthread_create(&m->mover, NULL, move, m) != 0)
			exit(1);
		while (!atomic_load(&c->cancel))
			;
		return ERR_CANCELLED;
	}
	jout_end_object(j);
	return m->end != 0 ? m->end : jout_finish(j);
}

static struct moving *
begin(struct indexed *x)
{
	struct moving *m = calloc(1, sizeof(*m));

	if (m == NULL)
		exit(1);
	m->x = x;
	m->call.server = &m->server;
	api_limits_init(&m->server.opt.limits);
	arena_init(&m->call.arena, 1 << 20, 0);
	buf_init(&m->call.out, 1 << 20);
	atomic_init(&m->call.cancel, false);
	atomic_init(&m->call.watched.reason, WATCH_NONE);
	m->server.catalog = catalog_new(opened_limits(x->o));
	if (m->server.catalog == NULL ||
	    catalog_add(m->server.catalog, "x") != 0)
		exit(1);
	catalog_began(m->server.catalog, 1, workspace_path(x->ws),
	              workspace_index(x->ws), look, m);
	return m;
}

static void
end(struct moving *m)
{
	(void)pthread_join(m->mover, NULL);
	call_give_back(&m->call);
	catalog_free(m->server.catalog);
	arena_release(&m->call.arena);
	buf_release(&m->call.out);
	free(m);
}

static void
test_moved(struct indexed *x)
{
	struct moving *m = begin(x);
	struct call *c = &m->call;

	call_header(c, "X-Before", "kept");
	is_int(repeat_run(c, run), 0, "the request is answered");
	is_int(m->runs, 2, "at the second time");
	is_int(m->released, 1, "what the first one had was let go");
	is_int(c->nlent, 1, "the second one reads");
	ok(!atomic_load(&c->cancel), "and is not cancelled");
	ok(str_eq(buf_str(&c->out), STR("{\"run\":1}")),
	   "nothing of the first reply is left");
	ok(c->nheaders == 2 && str_eq(c->headers[0].value, STR("kept")) &&
	       str_eq(c->headers[1].value, STR("1")),
	   "nor of its headers");
	end(m);
}

static void
test_ended(struct indexed *x)
{
	struct moving *m = begin(x);

	m->end = ERR_CORRUPT;
	is_int(repeat_run(&m->call, run), ERR_CORRUPT, "another failure");
	is_int(m->runs, 2, "ends it");
	end(m);
}

/* Whoever was cancelled for another reason is not repeated. */
static void
test_gone(struct indexed *x)
{
	struct moving *m = begin(x);

	atomic_store(&m->call.watched.reason, WATCH_GONE);
	is_int(repeat_run(&m->call, run), ERR_CANCELLED, "a client that left");
	is_int(m->runs, 1, "is not worked for again");
	call_give_back(&m->call);
	end(m);
}

int
main(void)
{
	struct indexed x;

	indexed_begin(&x);
	if (!indexed_run(&x, "samples/tiny.tar.gz")) {
		ok(false, x.err.text);
		return tap_done();
	}
	test_moved(&x);
	test_ended(&x);
	test_gone(&x);
	indexed_end(&x);
	return tap_done();
}
