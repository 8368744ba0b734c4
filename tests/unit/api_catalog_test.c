/* SPDX-License-Identifier: Apache-2.0 */
/* Lending snapshots, and taking them back. Starts threads. */
#include "analyzer/api/catalog.h"

#include <pthread.h>

#include "base/clock.h"
#include "tests/support/indexed.h"
#include "tests/tap/tap.h"

static void
look(void *ctx, struct catalog_counts *ret)
{
	(void)ctx;
	ret->packets = 42;
	ret->total = 100;
}

static void
test_states(const struct proto_limits *limits)
{
	struct catalog *c = catalog_new(limits);
	struct err why = { .code = ERR_CORRUPT, .text = "it is broken" };
	struct catalog_view v;
	struct opened *o;
	struct err e = ERR_INIT;
	atomic_bool cancel;
	char digest[SHA256_HEX_MAX];
	uint64_t version;

	atomic_init(&cancel, false);
	is_int(catalog_add(c, "some/where/a.tar.gz"), 0, "one");
	is_int(catalog_add(c, "b/"), 0, "two");
	is_int(catalog_count(c), 2, "two");
	ok(!catalog_look(c, 0, &v) && !catalog_look(c, 3, &v), "no others");
	ok(catalog_look(c, 1, &v), "the first");
	is_str(v.name, "a.tar.gz", "has a name");
	is_str(catalog_state_name(v.state), "waiting", "and waits");
	ok(catalog_look(c, 2, &v), "the second");
	is_str(v.name, "b", "is a folder");
	is_int(catalog_borrow(c, 1, &cancel, &e, &o), ERR_AGAIN, "not yet");
	is_int(catalog_borrow(c, 9, &cancel, &e, &o), ERR_NOTFOUND, "never");
	version = catalog_version(c);
	catalog_began(c, 1, "/nowhere", "/nowhere/index.db", look, NULL);
	ok(catalog_version(c) > version, "something has changed");
	ok(catalog_look(c, 1, &v) && v.counts.packets == 42, "it is made");
	is_int(catalog_borrow(c, 1, &cancel, &e, &o), ERR_AGAIN,
	       "and has no tables yet");
	ok(!catalog_settled(c), "it goes on");
	is_int(catalog_digest(c, digest), ERR_AGAIN, "without a digest");
	catalog_failed(c, 1, &why);
	catalog_failed(c, 2, &why);
	is_int(catalog_borrow(c, 1, &cancel, &e, &o), ERR_CORRUPT, "it failed");
	is_str(e.text, "it is broken", "for that reason");
	ok(catalog_settled(c), "that is the end");
	catalog_free(c);
}

/* ---- taking back ---- */

struct borrower {
	struct catalog *c;
	struct opened *o;
	atomic_bool cancel;
	atomic_bool done;
};

/* Holds on to it until told to let go. */
static void *
hold(void *ctx)
{
	struct borrower *b = ctx;

	while (!atomic_load(&b->cancel))
		;
	catalog_give_back(b->c, 1, b->o);
	atomic_store(&b->done, true);
	return NULL;
}

static void *
ask_again(void *ctx)
{
	struct borrower *b = ctx;
	struct err e = ERR_INIT;
	atomic_bool cancel;

	atomic_init(&cancel, false);
	if (catalog_borrow(b->c, 1, &cancel, &e, &b->o) == 0)
		atomic_store(&b->done, true);
	return NULL;
}

static void
test_lending(struct indexed *x)
{
	const char *ws = workspace_path(x->ws);
	const char *index = workspace_index(x->ws);
	struct catalog *c = catalog_new(opened_limits(x->o));
	struct borrower one = { .c = c }, two = { .c = c };
	struct opened *again;
	struct err e = ERR_INIT;
	char digest[SHA256_HEX_MAX];
	pthread_t holder, asker;

	atomic_init(&one.cancel, false);
	atomic_init(&one.done, false);
	atomic_init(&two.done, false);
	is_int(catalog_add(c, "x"), 0, "a snapshot");
	catalog_began(c, 1, ws, index, look, NULL);
	is_int(catalog_borrow(c, 1, &one.cancel, &e, &one.o), 0, "lent");
	catalog_give_back(c, 1, one.o);
	is_int(catalog_borrow(c, 1, &one.cancel, &e, &again), 0, "lent again");
	ok(again == one.o, "the same one");
	if (pthread_create(&holder, NULL, hold, &one) != 0)
		exit(1);
	catalog_withdraw(c, 1);
	(void)pthread_join(holder, NULL);
	ok(atomic_load(&one.done), "taken back when it is needed");
	if (pthread_create(&asker, NULL, ask_again, &two) != 0)
		exit(1);
	is_int(catalog_ready(c, 1, ws, index), 0, "ready");
	(void)pthread_join(asker, NULL);
	ok(atomic_load(&two.done), "who asked meanwhile has waited");
	catalog_give_back(c, 1, two.o);
	is_int(catalog_digest(c, digest), 0, "with a digest");
	is_int(strlen(digest), 64, "of 64 digits");
	catalog_free(c);
}

/* Whoever goes away leaves nothing behind for who comes after him. */
static void
test_interrupted(struct indexed *x)
{
	struct catalog *c = catalog_new(opened_limits(x->o));
	struct index_stream_totals totals;
	struct err e = ERR_INIT;
	struct opened *o;
	atomic_bool cancel;

	atomic_init(&cancel, false);
	is_int(catalog_add(c, "x"), 0, "a snapshot");
	is_int(
	    catalog_ready(c, 1, workspace_path(x->ws), workspace_index(x->ws)),
	    0, "ready");
	is_int(catalog_borrow(c, 1, &cancel, &e, &o), 0, "lent");
	/* Leaves a statement at its row, which keeps an interrupt alive. */
	ok(index_meta(opened_index(o), "digest").n == 64, "it is read");
	atomic_store(&cancel, true);
	catalog_interrupt(c);
	catalog_give_back(c, 1, o);
	atomic_store(&cancel, false);
	is_int(catalog_borrow(c, 1, &cancel, &e, &o), 0, "lent again");
	is_int(index_stream_totals(opened_index(o), &e, &totals), 0,
	       "and can be read");
	catalog_give_back(c, 1, o);
	catalog_free(c);
}

int
main(void)
{
	struct indexed x;

	indexed_begin(&x);
	if (!indexed_run(&x, "samples/tiny.tar.gz"))
		exit(1);
	test_states(opened_limits(x.o));
	test_lending(&x);
	test_interrupted(&x);
	indexed_drop(&x);
	indexed_end(&x);
	return tap_done();
}
