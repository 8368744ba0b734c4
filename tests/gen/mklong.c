/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mklong KIND N FILE: a capture with one connection in which something is very
 * long; for figures of memory.
 *
 *	redis  N commands, and only then their N replies
 *	kafka  a Fetch whose response has N MiB of records
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/kafka_make.h"
#include "tests/support/wire.h"

enum { AT_ONCE = 1000, MIB = 1 << 20 };

struct conversation {
	struct wire wire;
	struct wire_rng rng;
	struct wire_file file;
};

static void
say(struct conversation *c, enum wire_side side)
{
	wire_say(&c->wire, side);
	while (wire_pending(&c->wire))
		wire_emit(&c->wire, &c->file);
}

static void
begin(struct conversation *c, const char *path, uint16_t port)
{
	*c = (struct conversation){ .rng = { .state = 1 } };
	wire_file_open(&c->file, path);
	wire_init(&c->wire);
	c->wire.end[WIRE_CLIENT] = (struct wire_end){ .ip = { 10, 0, 0, 1 },
		                                      .port = 40000 };
	c->wire.end[WIRE_SERVER] = (struct wire_end){ .ip = { 10, 0, 0, 2 },
		                                      .port = port };
	c->wire.rng = &c->rng;
	c->wire.now = INT64_C(1700000000) * 1000000;
	c->wire.mss = 32768;
	c->wire.trip = 50;
	wire_open(&c->wire);
}

static void
end(struct conversation *c)
{
	wire_close(&c->wire, WIRE_CLIENT, false);
	while (wire_pending(&c->wire))
		wire_emit(&c->wire, &c->file);
	wire_release(&c->wire);
	wire_file_close(&c->file);
}

static void
say_redis(struct conversation *c, uint64_t n)
{
	struct buf *b = &c->wire.said;

	for (uint64_t i = 0; i < n; i++) {
		wire_printf(b,
		            "*3\r\n$3\r\nSET\r\n$11\r\nkey:%07u\r\n"
		            "$7\r\n%07u\r\n",
		            (unsigned)i, (unsigned)(n - i));
		if ((i + 1) % AT_ONCE == 0 || i + 1 == n)
			say(c, WIRE_CLIENT);
	}
	for (uint64_t i = 0; i < n; i++) {
		wire_text(b, i + 1 < n ? "+OK\r\n" : "-ERR the last one\r\n");
		if ((i + 1) % AT_ONCE == 0 || i + 1 == n)
			say(c, WIRE_SERVER);
	}
}

/* Topic and partition 0, as version 4 of both messages begins them. */
static void
put_partition(struct buf *b)
{
	kafka_make_int(b, 4, 1);
	kafka_make_int(b, 2, 4);
	wire_text(b, "long");
	kafka_make_int(b, 4, 1);
	kafka_make_int(b, 4, 0);
}

static void
say_kafka(struct conversation *c, uint64_t mib)
{
	struct buf *b = &c->wire.said;
	struct buf batch, head;
	uint64_t batches;

	buf_init(&batch, MIB);
	buf_init(&head, MIB);
	kafka_make_records(&(struct kafka_make_batch){ .count = 800 }, &batch);
	batches = mib * MIB / batch.n;

	kafka_make_int(&head, 2, 1); /* Fetch */
	kafka_make_int(&head, 2, 4);
	kafka_make_int(&head, 4, 7);
	kafka_make_int(&head, 2, -1); /* no client id */
	kafka_make_int(&head, 4, -1);
	kafka_make_int(&head, 4, 500);
	kafka_make_int(&head, 4, 1);
	kafka_make_int(&head, 4, INT32_MAX);
	kafka_make_int(&head, 1, 0);
	put_partition(&head);
	kafka_make_int(&head, 8, 0);
	kafka_make_int(&head, 4, INT32_MAX);
	kafka_make_int(b, 4, (int64_t)head.n);
	wire_put(b, head.p, head.n);
	say(c, WIRE_CLIENT);

	buf_clear(&head);
	kafka_make_int(&head, 4, 7);
	kafka_make_int(&head, 4, 0);
	put_partition(&head);
	kafka_make_int(&head, 2, 0);
	kafka_make_int(&head, 8, (int64_t)batches * 800);
	kafka_make_int(&head, 8, (int64_t)batches * 800);
	kafka_make_int(&head, 4, -1);
	kafka_make_int(&head, 4, (int64_t)(batches * batch.n));
	kafka_make_int(b, 4, (int64_t)(head.n + batches * batch.n));
	wire_put(b, head.p, head.n);
	for (uint64_t i = 0; i < batches; i++) {
		wire_put(b, batch.p, batch.n);
		if ((i + 1) % 16 == 0)
			say(c, WIRE_SERVER);
	}
	say(c, WIRE_SERVER);
	buf_release(&batch);
	buf_release(&head);
}

int
main(int argc, char **argv)
{
	bool redis = argc == 4 && strcmp(argv[1], "redis") == 0;
	bool kafka = argc == 4 && strcmp(argv[1], "kafka") == 0;
	struct conversation c;
	uint64_t n;

	if ((!redis && !kafka) || str_u64(str_from_c(argv[2]), &n) != 0 ||
	    n == 0 || (kafka && n > 2000)) {
		(void)fprintf(stderr, "usage: mklong redis COMMANDS FILE\n"
		                      "       mklong kafka MIB FILE\n");
		return EXIT_FAILURE;
	}
	begin(&c, argv[3], redis ? 6379 : 9092);
	if (redis)
		say_redis(&c, n);
	else
		say_kafka(&c, n);
	end(&c);
	return EXIT_SUCCESS;
}
