/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Real captures, from link layer to byte streams: the same conversation in
 * every wrapping gives the same bytes, and every packet has its disposition.
 * The captures lie beside the repository; without them this test is skipped.
 */
#include <dirent.h>

#include "analyzer/net/flow.h"
#include "analyzer/net/frag.h"
#include "analyzer/net/packet.h"
#include "analyzer/net/tcp.h"
#include "tests/tap/tap.h"

enum { FILE_MAX = 1 << 25 };

struct stream {
	struct flow flow;
	struct tcp_conn *conn;
	struct run *run;
};

/* What one capture gave. */
struct run {
	struct net_limits limits;
	struct tcp_budget budget;
	struct flow_table *flows;
	struct frag_table *frags;
	uint64_t records, streams, udp;
	uint64_t n[DISPOSITION_COUNT];
	uint64_t payload, gap_bytes, reused, conflicts;
	uint64_t hash; /* of all bytes by stream and side, order of turns too */
};

static void
on_data(void *ctx, int side, uint64_t off, const struct piece *p)
{
	struct stream *s = ctx;
	const uint16_t *port = s->flow.key.port;
	/* The client has the larger port, whoever came first. */
	bool client = (side != s->flow.swapped) == (port[1] > port[0]);

	(void)off;
	for (uint32_t i = 0; i < p->n; i++)
		s->run->hash = (s->run->hash ^ p->p[i] ^ (client ? 256u : 0)) *
		               UINT64_C(1099511628211);
	s->run->payload += p->n;
}

static void
on_gap(void *ctx, int side, const struct gap *g)
{
	struct stream *s = ctx;

	(void)side;
	s->run->gap_bytes += g->len;
}

static void
on_end(void *ctx, int side, enum tcp_ending how)
{
	(void)ctx, (void)side, (void)how;
}

static void
on_conflict(void *ctx, int side, uint64_t off, uint32_t len,
            const struct piece *p)
{
	struct stream *s = ctx;

	(void)side, (void)off, (void)len, (void)p;
	s->run->conflicts++;
}

static const struct tcp_events events = {
	.data = on_data,
	.gap = on_gap,
	.end = on_end,
	.conflict = on_conflict,
};

static void
end_stream(struct run *r, struct stream *s)
{
	tcp_conn_finish(s->conn, GAP_UNSEEN);
	tcp_conn_free(s->conn);
	flow_remove(r->flows, &s->flow);
}

static struct stream *
get_stream(struct run *r, const struct flow_key *key, bool swapped)
{
	struct flow *f = flow_find(r->flows, key);
	struct stream *s = (struct stream *)(void *)f;

	if (s != NULL)
		return s;
	f = flow_add(r->flows, key);
	if (f == NULL)
		abort();
	s = (struct stream *)(void *)f;
	s->flow.swapped = swapped;
	s->run = r;
	s->conn = tcp_conn_new(&r->limits, &r->budget, &events, s);
	if (s->conn == NULL)
		abort();
	r->streams++;
	return s;
}

static void
take_tcp(struct run *r, const struct packet *p, const struct piece *pieces,
         size_t npieces, int64_t ts)
{
	bool swapped, reused;
	struct flow_key key = flow_key_of(p, 0, &swapped);
	struct stream *s = get_stream(r, &key, swapped);
	struct tcp_segment seg = {
		.side = swapped != s->flow.swapped,
		.h = p->tcp,
		.ip_id = p->ip_id,
		.ts = ts,
		.len = p->len,
		.npieces = npieces,
		.pieces = pieces,
	};
	enum disposition d = tcp_conn_segment(s->conn, &seg, &reused);

	if (reused) {
		r->reused++;
		end_stream(r, s);
		s = get_stream(r, &key, swapped);
		seg.side = 0;
		d = tcp_conn_segment(s->conn, &seg, &reused);
	}
	r->n[d]++;
}

static void
take_l4(struct run *r, const struct packet *p, int64_t ts)
{
	struct piece piece = {
		.p = p->payload, .n = p->caplen, .skip = p->off, .ts = ts
	};

	if (p->kind == PACKET_TCP) {
		take_tcp(r, p, &piece, p->caplen != 0, ts);
	} else if (p->kind == PACKET_UDP) {
		r->udp++;
		r->n[DISPOSITION_DATAGRAM]++;
	} else {
		r->n[p->why]++;
	}
}

static void
take_record(struct run *r, uint16_t link, const uint8_t *data, uint32_t caplen,
            uint32_t origlen, int64_t ts)
{
	struct frag_record rec = { .at = { .record = ++r->records },
		                   .ts = ts,
		                   .origlen = origlen };
	struct frag_datagram d;
	struct packet p;

	net_decode(link, cur_make(data, caplen, false), origlen, 4, &p);
	if (p.kind != PACKET_FRAGMENT) {
		take_l4(r, &p, ts);
		return;
	}
	switch (frag_add(r->frags, 0, &p, &rec, &d)) {
	case FRAG_PENDING:
		r->n[DISPOSITION_FRAGMENT_PENDING]++;
		break;
	case FRAG_BAD:
		r->n[DISPOSITION_FRAGMENT_BAD]++;
		break;
	case FRAG_DONE:
		r->n[DISPOSITION_FRAGMENT_PENDING] -= d.nrecords - 1;
		r->n[DISPOSITION_FRAGMENT] += d.nrecords - 1;
		net_decode_l4(cur_make(d.data, d.caplen, false), d.len, &p);
		take_l4(r, &p, ts);
		break;
	}
}

static uint32_t
get32(const uint8_t *p, bool big)
{
	return big ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	                 (uint32_t)p[2] << 8 | p[3]
	           : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 |
	                 (uint32_t)p[1] << 8 | p[0];
}

/* The classic capture format; enough of it for a test. */
static void
read_pcap(struct run *r, const uint8_t *p, size_t n)
{
	uint32_t magic = n >= 24 ? get32(p, false) : 0;
	bool big = magic == 0xd4c3b2a1 || magic == 0x4d3cb2a1;
	bool nano = magic == 0xa1b23c4d || magic == 0x4d3cb2a1;
	size_t at = 24;

	if (magic != 0xa1b2c3d4 && magic != 0xa1b23c4d && !big)
		return;
	while (n - at >= 16) {
		int64_t ts = get32(p + at, big) * INT64_C(1000000000) +
		             get32(p + at + 4, big) * (nano ? 1 : 1000);
		uint32_t caplen = get32(p + at + 8, big);
		uint8_t *copy;

		if (caplen > n - at - 16)
			break;
		copy = malloc(caplen + 1);
		if (copy == NULL)
			abort();
		memcpy(copy, p + at + 16, caplen);
		take_record(r, (uint16_t)get32(p + 20, big), copy, caplen,
		            get32(p + at + 12, big), ts);
		free(copy);
		at += 16 + caplen;
	}
}

static struct run
run_file(const char *path)
{
	struct run r = { .budget = { .max = 1 << 24 }, .hash = 1469598103 };
	uint8_t *bytes = malloc(FILE_MAX);
	FILE *f = fopen(path, "rb");
	uint64_t sum = 0;

	if (bytes == NULL)
		abort();
	net_limits_init(&r.limits);
	r.flows = flow_table_new(&r.limits, sizeof(struct stream));
	r.frags = frag_table_new(&r.limits);
	if (r.flows == NULL || r.frags == NULL)
		abort();
	if (f != NULL) {
		read_pcap(&r, bytes, fread(bytes, 1, FILE_MAX, f));
		fclose(f);
	}
	for (unsigned i = 0; i < NET_SHARDS; i++) {
		struct flow *flow;

		while ((flow = flow_next(r.flows, i, NULL)) != NULL)
			end_stream(&r, (struct stream *)(void *)flow);
	}
	for (int i = 0; i < DISPOSITION_COUNT; i++)
		sum += r.n[i];
	if (sum != r.records || r.budget.held != 0)
		ok(false, path);
	flow_table_free(r.flows);
	frag_table_free(r.frags);
	free(bytes);
	return r;
}

static struct run
run_vector(const char *name)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/contract/vectors/%s.pcap",
	         tap_shared(), name);
	return run_file(path);
}

/* Three conversations: in other links, in tunnels, and disturbed. */
static const char *const links[] = {
	"vlan", "qinq", "mpls", "sll", "sll2", "null", "v6", "raw101", "nano",
};
static const char *const tunnels[] = { "gre", "geneve", "vxlan", "ipip" };
static const char *const disturbed[] = {
	"ethpad",     "ipfrag",  "outoforder",   "overlap",
	"retransmit", "tfo",     "synack_first", "tcpkeepalive",
	"nosyn",      "noclose", "rst",
};

/* What is special about one: `n` packets have the disposition d. */
struct special {
	const char *name;
	uint64_t streams, payload, gap_bytes, n;
	enum disposition d;
};

static const struct special specials[] = {
	{ "gap_client", 1, 204, 100, 6, DISPOSITION_DATA },
	{ "gap_server", 1, 136, 50, 4, DISPOSITION_DATA },
	{ "portreuse", 2, 136, 0, 16, DISPOSITION_CONTROL },
	{ "twoconn", 2, 136, 0, 4, DISPOSITION_DATA },
	{ "seqwrap", 1, 136, 0, 4, DISPOSITION_DATA },
	{ "tcpkeepalive", 1, 68, 0, 2, DISPOSITION_KEEPALIVE },
	{ "retransmit", 1, 68, 0, 1, DISPOSITION_RETRANSMISSION },
	{ "overlap", 1, 68, 0, 1, DISPOSITION_DATA_PARTIAL },
	{ "ipfrag", 1, 68, 0, 1, DISPOSITION_FRAGMENT },
	{ "dns_a", 0, 0, 0, 2, DISPOSITION_DATAGRAM },
};

static void
test_same(const char *const *names, size_t n, uint64_t payload)
{
	uint64_t hash = run_vector(names[0]).hash;

	for (size_t i = 0; i < n; i++) {
		struct run r = run_vector(names[i]);

		ok(r.streams == 1 && r.payload == payload && r.gap_bytes == 0 &&
		       r.conflicts == 0 && r.hash == hash,
		   names[i]);
	}
}

static void
test_special(const struct special *s)
{
	struct run r = run_vector(s->name);

	ok(r.streams == s->streams && r.payload == s->payload &&
	       r.gap_bytes == s->gap_bytes && r.n[s->d] == s->n &&
	       r.conflicts == 0,
	   s->name);
}

/* Two of them lack bytes, and pcapng is not for this test. */
static int
is_variant(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return n > 5 && strcmp(e->d_name + n - 5, ".pcap") == 0 &&
	       strcmp(e->d_name, "eth_snap96.pcap") != 0 &&
	       strcmp(e->d_name, "eth_cut_midpacket.pcap") != 0;
}

/* A conversation of the lab in all its re-encapsulations. */
static void
test_variants(void)
{
	char dir[2048], path[4096];
	struct dirent **files;
	struct run want, r;
	int n;

	snprintf(dir, sizeof(dir), "%s/corpora/lab/A/variants", tap_shared());
	n = scandir(dir, &files, is_variant, alphasort);
	if (n < 0) {
		tap_skip("the variants are not here");
		return;
	}
	snprintf(path, sizeof(path), "%s/eth.pcap", dir);
	want = run_file(path);
	ok(want.payload != 0 && want.gap_bytes == 0, "the original");
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, files[i]->d_name);
		r = run_file(path);
		ok(r.hash == want.hash && r.payload == want.payload &&
		       r.streams == want.streams && r.gap_bytes == 0 &&
		       r.conflicts == 0,
		   files[i]->d_name);
		free(files[i]);
	}
	free(files);
	snprintf(path, sizeof(path), "%s/eth_snap96.pcap", dir);
	r = run_file(path);
	ok(r.payload + r.gap_bytes == want.payload,
	   "cut packets: what is there and what is not make the whole");
}

static void
print_run(const char *name, const struct run *r)
{
	printf("# %s: %d records, %d streams, payload %d, gaps %d, conflicts "
	       "%d, %016" PRIx64 ";",
	       name, (int)r->records, (int)r->streams, (int)r->payload,
	       (int)r->gap_bytes, (int)r->conflicts, r->hash);
	for (int i = 0; i < DISPOSITION_COUNT; i++) {
		if (r->n[i] != 0)
			printf(" %s %d", disposition_name((enum disposition)i),
			       (int)r->n[i]);
	}
	printf("\n");
}

/* With arguments: show what is in these captures. */
int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct run r = run_file(argv[i]);

		print_run(argv[i], &r);
	}
	if (argc == 1 && run_vector("http_get").records == 0) {
		tap_skip("the captures are not here");
		return tap_done();
	}
	if (argc > 1)
		return 0;
	test_same(links, sizeof(links) / sizeof(links[0]), 66);
	test_same(tunnels, sizeof(tunnels) / sizeof(tunnels[0]), 66);
	test_same(disturbed, sizeof(disturbed) / sizeof(disturbed[0]), 68);
	for (size_t i = 0; i < sizeof(specials) / sizeof(specials[0]); i++)
		test_special(&specials[i]);
	test_variants();
	return tap_done();
}
