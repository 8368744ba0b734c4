/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that wait beyond what memory has room for, and their responses. */
#include "analyzer/proto/park.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/support/engine_log.h"
#include "tests/tap/tap.h"

static const struct dissector *const dissectors[] = { &proto_redis, NULL };

/* How a pipeline goes. */
struct pipe {
	unsigned pending;    /* limit; 0: no matter */
	uint64_t parked_max; /* 0: plenty */
	unsigned ahead;      /* commands before the first reply */
	unsigned commands;
	unsigned replies;
	unsigned fail_at; /* a read or write of the file; 0: none */
	bool parks;
};

static void
say_command(struct engine_log *l, unsigned i)
{
	char text[96];

	(void)snprintf(text, sizeof(text),
	               "*2\r\n$3\r\nGET\r\n$%d\r\nkey:%0*u\r\n",
	               8 + (int)(i % 20), 4 + (int)(i % 20), i);
	engine_log_text(l, 0, text);
}

static void
say_reply(struct engine_log *l, unsigned i)
{
	char text[64];

	(void)snprintf(text, sizeof(text),
	               i % 7 == 0 ? "-ERR %u\r\n" : ":%u\r\n", i);
	engine_log_text(l, 1, text);
}

/* The log stays open: engine_log_release() is the caller's. */
static const char *
run(struct engine_log *l, const struct pipe *p)
{
	unsigned replied = 0;

	engine_log_init(l, dissectors);
	if (p->pending != 0)
		l->limits.pending = p->pending;
	l->port[1] = 6379;
	l->positions = true;
	l->diags = true;
	l->parks = p->parks;
	l->parked.fail_at = p->fail_at;
	l->budget.parked_max = p->parked_max != 0 ? p->parked_max : UINT64_MAX;
	if (!engine_log_open(l))
		abort();
	say_command(l, 0);
	say_reply(l, 0);
	for (unsigned i = 1; i < p->commands; i++) {
		say_command(l, i);
		if (i >= p->ahead && replied < p->replies)
			say_reply(l, replied++);
	}
	while (replied < p->replies)
		say_reply(l, replied++);
	return engine_log_finish(l, WHY_FIN);
}

/* The same comes out as if memory had room for all. */
static void
same(const char *what, struct pipe p)
{
	struct engine_log some, all;
	const char *got, *want;

	p.pending = 100;
	p.parks = true;
	got = run(&some, &p);
	p.pending = 1000000;
	p.parks = false;
	want = run(&all, &p);
	tap_note(what);
	ok(strcmp(got, want) == 0, "every command has its reply");
	is_int(some.entries, p.commands, "all are entries");
	ok(some.parked.writes != 0, "and they did wait in the file");
	is_int(some.budget.used + some.budget.parked, 0,
	       "the budgets are given back");
	engine_log_release(&some);
	engine_log_release(&all);
}

static void
test_same(void)
{
	same("all commands, then all replies",
	     (struct pipe){ .ahead = 4000, .commands = 4000, .replies = 3999 });
	same("replies behind by many",
	     (struct pipe){ .ahead = 1500, .commands = 6000, .replies = 5999 });
	same("the last replies do not come",
	     (struct pipe){ .ahead = 2000, .commands = 4000, .replies = 3000 });
	same("no reply comes",
	     (struct pipe){ .ahead = 4000, .commands = 4000 });
}

/* What waits is little in memory, and blocks are used again. */
static void
test_cost(void)
{
	struct pipe p = { .ahead = 1000, .commands = 40000, .replies = 39999 };
	struct engine_log l;

	p.pending = 100;
	p.parks = true;
	(void)run(&l, &p);
	is_int(l.entries, 40000, "a long pipeline");
	ok(l.parked.b.n < (size_t)16 * PARK_BLOCK,
	   "the file is as long as what waits at once");
	engine_log_release(&l);
}

static unsigned
count(const char *text, const char *what)
{
	unsigned n = 0;

	for (const char *p = text; (p = strstr(p, what)) != NULL; p++)
		n++;
	return n;
}

static void
test_limit(void)
{
	struct pipe p = { .ahead = 2000, .commands = 2000, .replies = 1999 };
	struct engine_log l;
	const char *text;

	p.pending = 100;
	p.parks = true;
	p.parked_max = (uint64_t)4 * PARK_BLOCK;
	text = run(&l, &p);
	is_int(count(text, "! limit parked-bytes "), 1, "the limit is told");
	ok(count(text, "no_response") > 500, "the oldest are given up");
	is_int(count(text, "no_request"), count(text, "no_response"),
	       "and so are their replies");
	is_int(count(text, " res "), 2000, "and no reply is lost");
	engine_log_release(&l);

	p.parks = false;
	text = run(&l, &p);
	is_int(count(text, "! limit pending "), 1,
	       "without a file it is the limit of what memory has");
	engine_log_release(&l);
}

/* A file that cannot be written or read is somebody else's to tell. */
static void
test_failures(void)
{
	struct pipe p = { .ahead = 1000, .commands = 1000, .replies = 999 };
	bool good = true;
	unsigned calls = 2;

	p.pending = 100;
	p.parks = true;
	for (p.fail_at = 1; p.fail_at <= calls; p.fail_at++) {
		struct engine_log l;

		(void)run(&l, &p);
		calls = l.parked.reads + l.parked.writes;
		good &= l.budget.used == 0 && l.budget.parked == 0;
		engine_log_release(&l);
	}
	ok(good && calls > 8, "whatever fails, nothing leaks");
}

int
main(void)
{
	test_same();
	test_cost();
	test_limit();
	test_failures();
	return tap_done();
}
