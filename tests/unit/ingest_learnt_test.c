/* SPDX-License-Identifier: Apache-2.0 */
/* Names that addresses were given in DNS answers, from the table to lists. */
#include "analyzer/ingest/learnt.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "tests/support/indexed.h"
#include "tests/tap/tap.h"

#define CAPTURE "tests/golden/recorded/dns.pcap"

static struct addr
ip(uint8_t last)
{
	const uint8_t b[4] = { 10, 0, 0, last };

	return addr_v4(b);
}

static int
put(void *ctx, const struct index_identity *row)
{
	struct buf *b = ctx;
	char text[ADDR_TEXT];

	return buf_printf(b, "%s " STR_FMT " " STR_FMT " %lld\n",
	                  addr_format(&row->ip, text), STR_ARG(row->name),
	                  STR_ARG(row->ns), (long long)row->from);
}

static void
check(const struct learnt *l, const char *want, const char *what)
{
	struct buf b;

	buf_init(&b, 1 << 16);
	if (learnt_each(l, put, &b) != 0 || buf_append_byte(&b, '\0') != 0)
		abort();
	is_str(b.p, want, what);
	buf_release(&b);
}

static int
add(struct learnt *l, unsigned shard, uint8_t last, const char *name, int64_t t)
{
	struct learnt_address a = { .ip = ip(last) };

	return learnt_add(l, shard, &a, str_from_c(name), t);
}

/* What it was called when somebody asked for its name. */
static int
add_reverse(struct learnt *l, uint8_t last, const char *name, int64_t t)
{
	struct learnt_address a = { .ip = ip(last), .reverse = true };

	return learnt_add(l, 1, &a, str_from_c(name), t);
}

static void
test_reverse(void)
{
	struct learnt l, all;

	is_int(learnt_init(&l, (uint64_t)4 * NET_SHARDS), 0, "a table");
	is_int(add_reverse(&l, 1, "10-0-0-1.pod.test", 10), 0, "a reverse one");
	is_int(add_reverse(&l, 2, "10-0-0-2.pod.test", 10), 0, "and another");
	is_int(add(&l, 1, 2, "cart.test", 20), 0, "a name that led to it");
	is_int(add(&l, 1, 2, "10-0-0-2.pod.test", 30), 0, "the same both ways");
	is_int(learnt_init(&all, 0), 0, "another table");
	is_int(learnt_merge(&all, &l), 0, "of all shards");
	check(&all,
	      "10.0.0.1 10-0-0-1.pod.test  10\n"
	      "10.0.0.2 cart.test  20\n"
	      "10.0.0.2 10-0-0-2.pod.test  30\n",
	      "names from PTR are for addresses that have no other");
	learnt_release(&all);
	learnt_release(&l);
}

static void
test_table(void)
{
	static char huge[2000];
	struct learnt l, all;

	is_int(learnt_init(&l, (uint64_t)2 * NET_SHARDS), 0, "a table");
	is_int(add(&l, 1, 1, "Cart.shop.svc.cluster.local", 50), 0, "a name");
	is_int(add(&l, 1, 1, "cart.SHOP.svc.cluster.local", 40), 0,
	       "again, earlier");
	is_int(add(&l, 1, 1, "cart.shop.svc.cluster.local", 60), 0,
	       "again, later");
	is_int(add(&l, 2, 1, "cart.shop.svc.cluster.local", 30), 0,
	       "in another shard");
	is_int(add(&l, 1, 2, "www.example.com", 70), 0, "a second one");
	is_int(add(&l, 1, 2, "example.com", 70), ERR_LIMIT, "one too many");
	is_int(add(&l, 1, 3, "example.com", 70), 0, "which is told once");
	is_int(add(&l, 3, 4, "", 70), 0, "the root is no name");
	memset(huge, 'x', sizeof(huge) - 1);
	is_int(add(&l, 3, 4, huge, 70), 0, "nor is what is too long");
	check(&l,
	      "10.0.0.1 cart.shop.svc.cluster.local shop 40\n"
	      "10.0.0.1 cart.shop.svc.cluster.local shop 30\n"
	      "10.0.0.2 www.example.com  70\n",
	      "names hold from the first answer on, in each shard");
	is_int(learnt_init(&all, 0), 0, "another table");
	is_int(learnt_merge(&all, &l), 0, "of all shards");
	check(&all,
	      "10.0.0.1 cart.shop.svc.cluster.local shop 30\n"
	      "10.0.0.2 www.example.com  70\n",
	      "has them once");
	learnt_release(&all);
	learnt_release(&l);
}

/* ---- a recording ---- */

static int
on_identity(void *ctx, const struct index_identity *i)
{
	struct buf *b = ctx;
	char text[ADDR_TEXT];

	return i->origin != INDEX_FROM_DNS
	           ? 0
	           : buf_printf(b, "%s " STR_FMT "\n",
	                        addr_format(&i->ip, text), STR_ARG(i->name));
}

static void
test_recorded(void)
{
	struct resolved r;
	struct indexed x;
	struct buf b;
	struct addr web;

	buf_init(&b, 1 << 16);
	indexed_begin(&x);
	x.opt.jobs = 2;
	ok(indexed_run(&x, CAPTURE), "a recording is indexed");
	is_int(index_identities(opened_index(x.o), on_identity, &b, NULL), 0,
	       "its names are read");
	ok(str_find(buf_str(&b), STR("10.1.0.7 web.shop.test\n")) < b.n,
	   "an address has the name that was asked for");
	ok(str_find(buf_str(&b), STR("10.1.0.7 www.shop.test\n")) < b.n,
	   "also if that led to another one");
	ok(str_find(buf_str(&b), STR("fd00::4 cart.local.test\n")) < b.n,
	   "so has one of IPv6");
	ok(str_find(buf_str(&b), STR("127.")) == b.n, "loopback has none");
	is_int(addr_parse(STR("10.1.0.7"), &web), 0, "an address");
	r = opened_resolve(x.o, 0, &web, 80, INT64_MAX - 1);
	is_str(str_eq(r.name, STR("www.shop.test")) ? "it" : "another", "it",
	       "it is called as it was called last");
	ok(r.learnt && r.bare && !r.early, "which is told");
	r = opened_resolve(x.o, 0, &web, 80, 0);
	ok(r.name.n == 0 && !r.learnt, "before, it has no name");
	indexed_end(&x);
	buf_release(&b);
}

int
main(void)
{
	test_table();
	test_reverse();
	test_recorded();
	return tap_done();
}
