/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/net/flow.h"

#include "base/err.h"
#include "base/mem.h"
#include "tests/tap/tap.h"

enum { SHARD_V4 = 44, SHARD_V6 = 39 };

struct thing {
	struct flow flow;
	int mark;
};

static struct packet
make_packet(uint8_t a, uint16_t sport, uint8_t b, uint16_t dport)
{
	const uint8_t src[4] = { 10, 0, 0, a }, dst[4] = { 10, 0, 0, b };

	return (struct packet){
		.kind = PACKET_TCP,
		.src = addr_v4(src),
		.dst = addr_v4(dst),
		.sport = sport,
		.dport = dport,
		.l4 = 6,
	};
}

static struct flow_key
make_key(uint32_t n)
{
	struct packet p = make_packet(1, (uint16_t)(1000 + n), 2, 80);
	bool swapped;

	return flow_key_of(&p, n >> 16, &swapped);
}

static void
test_keys(void)
{
	struct packet there = make_packet(1, 40000, 2, 80);
	struct packet back = make_packet(2, 80, 1, 40000);
	struct packet self = make_packet(1, 90, 1, 80);
	struct flow_key a, b;
	bool x, y;

	a = flow_key_of(&there, 7, &x);
	b = flow_key_of(&back, 7, &y);
	is_bytes(&a, sizeof(a), &b, sizeof(b), "both ways have one key");
	ok(!x && y, "and know which way they go");
	b = flow_key_of(&back, 8, &y);
	ok(memcmp(&a, &b, sizeof(a)) != 0, "another point, another key");
	back.l4 = 17;
	b = flow_key_of(&back, 7, &y);
	ok(memcmp(&a, &b, sizeof(a)) != 0, "another protocol, another key");
	a = flow_key_of(&self, 0, &x);
	ok(x && a.port[0] == 80 && a.port[1] == 90,
	   "with one address the ports decide");
}

/* The numbers are a format: they must never change. */
static void
test_shards(void)
{
	static const uint8_t six[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };
	unsigned count[NET_SHARDS] = { 0 }, most = 0;
	struct flow_key zero = { .l4 = 0 }, k;
	struct packet p = make_packet(1, 40000, 2, 80);
	bool swapped;

	is_int(flow_shard(&zero), 0, "shard of nothing");
	k = flow_key_of(&p, 3, &swapped);
	is_int(flow_shard(&k), SHARD_V4, "shard of an IPv4 key");
	k = flow_key_of(&p, 4, &swapped);
	is_int(flow_shard(&k), SHARD_V4, "the point does not count");
	p.src = addr_v6(six);
	k = flow_key_of(&p, 3, &swapped);
	is_int(flow_shard(&k), SHARD_V6, "shard of an IPv6 key");
	for (uint32_t i = 0; i < 6400; i++) {
		k = make_key(i);
		count[flow_shard(&k)]++;
	}
	for (unsigned i = 0; i < NET_SHARDS; i++)
		most = count[i] > most ? count[i] : most;
	ok(most < 200, "neighbouring ports are spread evenly");
}

/* Keys of one shard, as many as asked for. */
static void
keys_of_shard(unsigned shard, struct flow_key *keys, size_t n)
{
	uint32_t i = 0;

	while (n != 0) {
		struct flow_key k = make_key(i++);

		if (flow_shard(&k) == shard) {
			*keys++ = k;
			n--;
		}
	}
}

static void
test_table(void)
{
	struct net_limits limits;
	struct flow_table *t;
	struct flow_key key[6];
	struct flow *f[6], *g;
	unsigned shard = 5;

	net_limits_init(&limits);
	limits.flows = 4 * NET_SHARDS;
	limits.linger = 1 * NET_SHARDS;
	t = flow_table_new(&limits, sizeof(struct thing));
	keys_of_shard(shard, key, 6);
	ok(flow_find(t, &key[0]) == NULL, "nothing is there at first");
	ok(flow_oldest(t, shard) == NULL, "nor the oldest");
	for (int i = 0; i < 4; i++) {
		f[i] = flow_add(t, &key[i]);
		if (f[i] == NULL)
			abort();
		((struct thing *)(void *)f[i])->mark += i + 1;
	}
	ok(((struct thing *)(void *)f[3])->mark == 4, "memory is zeroed");
	ok(f[2]->shard == shard, "a flow knows its shard");
	ok(flow_shard_full(t, shard) && !flow_shard_full(t, shard + 1),
	   "a shard is full for itself");
	ok(flow_add(t, &key[4]) == NULL, "a full one takes no more");
	ok(flow_oldest(t, shard) == f[0], "the first is the oldest");
	ok(flow_find(t, &key[0]) == f[0], "it is found");
	ok(flow_oldest(t, shard) == f[1], "and is so no more");

	ok(flow_linger(t, f[1]) == NULL, "one may linger");
	ok(!flow_shard_full(t, shard), "which makes room");
	ok(flow_find(t, &key[1]) == f[1] && flow_oldest(t, shard) == f[2],
	   "it is found still, and lives no more");
	g = flow_linger(t, f[2]);
	ok(g == f[1], "the one that lingered longest has to go");
	flow_remove(t, g);
	ok(flow_find(t, &key[1]) == NULL, "gone");

	f[4] = flow_add(t, &key[4]);
	f[5] = flow_add(t, &key[5]);
	g = flow_next(t, shard, NULL);
	ok(g == f[0] && flow_next(t, shard, g) == f[2] &&
	       flow_next(t, shard, f[2]) == f[3] &&
	       flow_next(t, shard, f[5]) == NULL,
	   "they are walked in order of creation");
	flow_remove(t, f[5]);
	flow_remove(t, f[2]);
	flow_remove(t, f[0]);
	ok(flow_next(t, shard, NULL) == f[3] &&
	       flow_next(t, shard, f[3]) == f[4] &&
	       flow_next(t, shard, f[4]) == NULL,
	   "also when some were removed");
	flow_table_free(t);
}

static void
test_small(void)
{
	struct net_limits limits;
	struct flow_key key[2];
	struct flow_table *t;
	struct flow *f;

	net_limits_init(&limits);
	limits.flows = 1;
	limits.linger = 0;
	t = flow_table_new(&limits, sizeof(struct flow));
	keys_of_shard(0, key, 2);
	f = flow_add(t, &key[0]);
	ok(f != NULL && flow_shard_full(t, 0), "a shard has room for one");
	ok(flow_linger(t, f) == f, "without lingering it goes at once");
	flow_remove(t, f);
	ok(flow_add(t, &key[1]) != NULL, "and makes room");
	flow_table_free(t);
	flow_table_free(NULL);
}

static void
test_no_memory(void)
{
	struct net_limits limits;
	struct flow_key key = make_key(1);
	struct flow_table *t;
	int failed = 0;

	net_limits_init(&limits);
	for (int n = 1; n < 20; n++) {
		mem_fail_at(n, false);
		t = flow_table_new(&limits, sizeof(struct flow));
		failed += t == NULL;
		if (t != NULL && flow_add(t, &key) == NULL) {
			failed++;
			mem_fail_at(-1, false);
			if (flow_find(t, &key) != NULL ||
			    flow_add(t, &key) == NULL)
				abort();
		}
		mem_fail_at(-1, false);
		flow_table_free(t);
	}
	ok(failed >= 3, "each allocation may fail");
}

static void
test_limits(void)
{
	struct net_limits l;

	net_limits_init(&l);
	ok(l.tunnel_depth == 4 && l.flows == 65536, "the defaults");
	is_int(net_limits_set(&l, STR("tunnel-depth"), 9), 0, "set one");
	ok(l.tunnel_depth == 9 && l.flows == 65536, "that one alone");
	is_int(net_limits_set(&l, STR("tunnel"), 9), ERR_NOTFOUND,
	       "no such limit");
}

int
main(void)
{
	test_keys();
	test_shards();
	test_table();
	test_small();
	test_no_memory();
	test_limits();
	return tap_done();
}
