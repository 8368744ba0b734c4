/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mkbench FOLDER [SIZE [SEED]]: writes the benchmark's capture.
 *
 * FOLDER gets one folder a node, with captures that hold SIZE bytes of packets
 * in all (100M, 1G; default 100M) and a name history. What was said goes to
 * standard output as one JSON object, to be compared with what a program finds.
 * The same SIZE and SEED give the same bytes on every machine.
 * tests/bench/README.md has the mix.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/support/talk.h"
#include "tests/support/wire.h"

enum {
	NODES = 3,
	PODS = 24,   /* on each node */
	TALKS = 300, /* at a time */
	PATH_LEN = 4096,
	NAMES_EVERY = 30, /* seconds between two states of the name history */
	NAMES_KEPT = 8,
};

#define START INT64_C(1700000000) /* seconds since 1970 */
/* A node begins its next file then, as an agent that rotates them would. */
#define FILE_BYTES (UINT64_C(256) << 20)
#define SIZE_MAX_  (UINT64_C(1) << 40)

/* Of the packets' bytes, in percent. */
static const unsigned share[TALK_KINDS] = {
	[TALK_HTTP1] = 70, [TALK_REDIS] = 9, [TALK_HTTP2] = 5,  [TALK_GRPC] = 5,
	[TALK_DNS] = 2,    [TALK_AMQP] = 2,  [TALK_OPAQUE] = 7,
};

struct node {
	char folder[PATH_LEN];
	struct wire_file file;
	uint64_t packets; /* of the files that are closed */
};

struct pod {
	uint16_t port; /* the last one it dialled from */
};

struct bench {
	struct talk_world world;
	struct node node[NODES];
	struct pod pod[NODES * PODS];
	struct talk talk[TALKS];
	unsigned at[TALKS]; /* the node that saw it */
	unsigned heap[TALKS], live;
	uint64_t said[TALK_KINDS]; /* bytes of packets */
	uint64_t written, wanted;
	int64_t now;
};

static void
die(const char *what)
{
	perror(what);
	_Exit(1);
}

static void
node_rotate(struct node *n, int64_t now)
{
	char path[PATH_LEN + 32];

	if (n->file.f != NULL) {
		n->packets += n->file.packets;
		wire_file_close(&n->file);
	}
	(void)snprintf(path, sizeof(path), "%s/%" PRId64 ".pcap", n->folder,
	               now / 1000000);
	wire_file_open(&n->file, path);
}

/* --- the talks, ordered by their next packet ------------------------------ */

static bool
earlier(const struct bench *b, unsigned i, unsigned k)
{
	int64_t x = wire_when(&b->talk[b->heap[i]].wire);
	int64_t y = wire_when(&b->talk[b->heap[k]].wire);

	return x < y || (x == y && b->heap[i] < b->heap[k]);
}

static void
swap(struct bench *b, unsigned i, unsigned k)
{
	unsigned x = b->heap[i];

	b->heap[i] = b->heap[k];
	b->heap[k] = x;
}

static void
sink_top(struct bench *b)
{
	unsigned i = 0;

	for (;;) {
		unsigned least = i, left = 2 * i + 1;

		if (left < b->live && earlier(b, left, least))
			least = left;
		if (left + 1 < b->live && earlier(b, left + 1, least))
			least = left + 1;
		if (least == i)
			return;
		swap(b, i, least);
		i = least;
	}
}

static void
insert(struct bench *b, unsigned talk)
{
	unsigned i = b->live++;

	b->heap[i] = talk;
	for (; i > 0 && earlier(b, i, (i - 1) / 2); i = (i - 1) / 2)
		swap(b, i, (i - 1) / 2);
}

/* --- who talks to whom ---------------------------------------------------- */

/* The kind that is furthest behind its share of the bytes. */
static enum talk_kind
next_kind(const struct bench *b)
{
	enum talk_kind best = 0;

	for (enum talk_kind k = 1; k < TALK_KINDS; k++) {
		if (b->said[k] * share[best] < b->said[best] * share[k])
			best = k;
	}
	return best;
}

static void
set_end(struct wire_end *e, unsigned pod, uint16_t port, uint32_t seq)
{
	uint8_t ip[4] = { 10, 244, (uint8_t)(1 + pod / PODS),
		          (uint8_t)(10 + pod % PODS) };

	memcpy(e->ip, ip, sizeof(ip));
	e->port = port;
	e->seq = seq;
}

/*
 * Node 1 has a clean network, node 2's kernel hands large segments on, and on
 * node 3 some connections lose six segments in a thousand.
 */
static void
set_link(struct bench *b, struct wire *w, unsigned node)
{
	struct wire_rng *r = &b->world.rng;

	w->mss = node == 1 && wire_chance(r, 500) ? 32 * 1448 : 1448;
	w->loss = node == 2 && wire_chance(r, 400) ? 6 : 0;
	w->trip = 40 + wire_below(r, node == 2 ? 2000 : 200);
}

static void
start(struct bench *b, unsigned i, bool silent)
{
	struct wire_rng *r = &b->world.rng;
	struct talk *t = &b->talk[i];
	unsigned node = wire_below(r, NODES);
	unsigned client = node * PODS + wire_below(r, PODS);
	unsigned server = wire_below(r, NODES * PODS);
	struct pod *pod = &b->pod[client];

	if (server == client)
		server = (server + 1) % (NODES * PODS);
	wire_release(&t->wire);
	wire_init(&t->wire);
	t->kind = next_kind(b);
	pod->port = pod->port < 32768 || pod->port >= 60999
	                ? 32768
	                : (uint16_t)(pod->port + 1);
	set_end(&t->wire.end[0], client, pod->port, (uint32_t)wire_random(r));
	set_end(&t->wire.end[1], server, talk_port(t->kind),
	        (uint32_t)wire_random(r));
	set_link(b, &t->wire, node);
	/* What nobody parses may miss packets without a count being wrong. */
	t->wire.blind = t->kind == TALK_OPAQUE && node == 2 ? 4 : 0;
	t->wire.now = b->now + 1 + wire_below(r, 20000);
	b->at[i] = node;
	talk_begin(t, &b->world, silent);
	if (!wire_pending(&t->wire))
		talk_exchange(t, &b->world);
}

/* How long a talk thinks; longer when its kind has said more than its share. */
static unsigned
thinking(struct bench *b, enum talk_kind k)
{
	unsigned most = k == TALK_REDIS ? 8000 : 120000;
	bool ahead = b->said[k] * 100 > b->written * share[k];

	return wire_below(&b->world.rng, ahead ? 8 * most : most);
}

/* The talk at the top has nothing left to send: what comes next? */
static bool
go_on(struct bench *b, unsigned i)
{
	struct talk *t = &b->talk[i];
	bool enough = b->written >= b->wanted;

	if (t->left == UINT32_MAX || t->wire.udp) {
		if (enough)
			return false;
		start(b, i, false);
	} else if (t->left == 0 || enough) {
		t->wire.now += wire_below(&b->world.rng, 50000);
		talk_end(t, &b->world);
		t->left = UINT32_MAX;
	} else {
		t->wire.now += thinking(b, t->kind);
		talk_exchange(t, &b->world);
	}
	return true;
}

static void
run(struct bench *b)
{
	for (unsigned i = 0; i < TALKS; i++) {
		start(b, i, i % 4 == 0);
		insert(b, i);
	}
	while (b->live > 0) {
		unsigned i = b->heap[0];
		struct node *n = &b->node[b->at[i]];
		uint64_t before = n->file.bytes;

		b->now = wire_when(&b->talk[i].wire);
		wire_emit(&b->talk[i].wire, &n->file);
		b->said[b->talk[i].kind] += n->file.bytes - before;
		b->written += n->file.bytes - before;
		if (n->file.bytes >= FILE_BYTES)
			node_rotate(n, b->now + 1000000);
		if (!wire_pending(&b->talk[i].wire) && !go_on(b, i))
			b->heap[0] = b->heap[--b->live];
		sink_top(b);
	}
}

/* --- names, truth, files -------------------------------------------------- */

static void
write_names(const struct bench *b, const struct node *n)
{
	static const char *const app[] = { "web",   "cart",  "orders", "stock",
		                           "users", "price", "search", "mail" };
	int64_t until = b->now / 1000000;
	int64_t step = (until - START) / NAMES_KEPT;
	char path[PATH_LEN + 32];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/name_resolution_history.json",
	               n->folder);
	f = fopen(path, "w");
	if (f == NULL)
		die(path);
	step = step < NAMES_EVERY ? NAMES_EVERY : step;
	fputc('{', f);
	for (int64_t t = START, no = 0; t <= until; t += step, no++) {
		fprintf(f, "%s\"%" PRId64 "\":{", t > START ? "," : "", t);
		for (unsigned i = 0; i < NODES * PODS; i++) {
			/* One pod in eight is replaced between two states. */
			unsigned age = (unsigned)no / 8 + (i % 8 < no % 8);

			fprintf(f,
			        "%s\"10.244.%u.%u\":{\"FullAddress\":"
			        "\"%s-%u-%u.shop\",\"Namespace\":\"shop\"}",
			        i > 0 ? "," : "", 1 + i / PODS, 10 + i % PODS,
			        app[i % 8], i, age);
		}
		fputc('}', f);
	}
	fputs("}\n", f);
	if (fclose(f) != 0)
		die(path);
}

static void
print_truth(const struct bench *b)
{
	const struct talk_truth *t = &b->world.truth;
	uint64_t packets = 0;

	for (unsigned i = 0; i < NODES; i++)
		packets += b->node[i].packets;
	printf("{\n \"packets\": %" PRIu64 ",\n \"bytes\": %" PRIu64
	       ",\n \"seconds\": %" PRId64 ",\n \"http1_500\": %" PRIu64,
	       packets, b->written, b->now / 1000000 - START, t->http1_500);
	for (unsigned i = 2; i < 6; i++)
		printf(",\n \"http1_%uxx\": %" PRIu64, i, t->http1_status[i]);
	for (enum talk_kind k = 0; k < TALK_KINDS; k++) {
		const char *name = talk_name(k);

		printf(",\n \"%s_calls\": %" PRIu64, name, t->calls[k]);
		printf(",\n \"%s_connections\": %" PRIu64, name,
		       t->connections[k]);
		printf(",\n \"%s_bytes\": %" PRIu64, name, b->said[k]);
	}
	puts("\n}");
}

static uint64_t
parse_size(const char *text)
{
	char *end;
	uint64_t n = strtoull(text, &end, 10);
	unsigned shift = *end == 'K'   ? 10
	                 : *end == 'M' ? 20
	                 : *end == 'G' ? 30
	                               : 0;

	if (shift > 0)
		end++;
	if (*end != '\0' || n == 0 || n > SIZE_MAX_ >> shift) {
		fprintf(stderr, "mkbench: '%s' is not a size, such as 100M\n",
		        text);
		_Exit(2);
	}
	return n << shift;
}

static void
make_folder(const char *path)
{
	if (mkdir(path, 0777) != 0 && errno != EEXIST)
		die(path);
}

int
main(int argc, char **argv)
{
	struct bench *b;

	if (argc < 2 || argc > 4) {
		fprintf(stderr, "usage: mkbench FOLDER [SIZE [SEED]]\n");
		return 2;
	}
	b = calloc(1, sizeof(*b));
	if (b == NULL)
		die("mkbench");
	b->wanted = parse_size(argc > 2 ? argv[2] : "100M");
	b->now = START * 1000000;
	talk_world_init(&b->world, argc > 3 ? strtoull(argv[3], NULL, 10) : 1);
	make_folder(argv[1]);
	for (unsigned i = 0; i < NODES; i++) {
		(void)snprintf(b->node[i].folder, PATH_LEN,
		               "%s/node-%u_10.0.0.%u", argv[1], i + 1, i + 1);
		make_folder(b->node[i].folder);
		node_rotate(&b->node[i], b->now);
	}
	run(b);
	for (unsigned i = 0; i < NODES; i++) {
		struct node *n = &b->node[i];

		n->packets += n->file.packets;
		wire_file_close(&n->file);
		write_names(b, n);
	}
	print_truth(b);
	for (unsigned i = 0; i < TALKS; i++)
		wire_release(&b->talk[i].wire);
	talk_world_release(&b->world);
	free(b);
	return 0;
}
