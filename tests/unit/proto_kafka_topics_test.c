/* SPDX-License-Identifier: Apache-2.0 */
/* Topics that messages call by their ids, and what Metadata told about them. */
#include "analyzer/proto/kafka/kafka_topics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/http1_world.h"
#include "tests/support/kafka_make.h"
#include "tests/tap/tap.h"

enum { FETCH = 1, METADATA = 3 };

static void
put(struct buf *b, const char *p, size_t n)
{
	if (buf_append(b, p, n) != 0)
		abort();
}

static void
world_open(struct world *w, uint64_t topics)
{
	http1_world_init(w, WORLD_LINE | WORLD_JSON | WORLD_DIAGS);
	w->table[0] = &proto_kafka;
	w->port = 9092;
	w->limits.kafka_topics = topics;
	if (!http1_world_open(w, 0))
		abort();
}

static void
say(struct world *w, int side, const struct buf *b)
{
	struct buf framed;

	buf_init(&framed, 1 << 20);
	kafka_make_int(&framed, 4, (int64_t)b->n);
	put(&framed, b->p, b->n);
	http1_world_send(w, side, framed.p, framed.n);
	buf_release(&framed);
}

/* Version 10 of Metadata, about n topics. */
static void
tell_topics(struct world *w, int32_t correlation, const char *const *names,
            const char (*ids)[KAFKA_TOPIC_ID], unsigned n)
{
	struct buf b;

	buf_init(&b, 1 << 16);
	kafka_make_int(&b, 2, METADATA);
	kafka_make_int(&b, 2, 10);
	kafka_make_int(&b, 4, correlation);
	put(&b, "\0\1c\0", 4); /* client id, tags */
	put(&b, "\0\1\0\0\0", 5);
	say(w, 0, &b);
	buf_clear(&b);
	kafka_make_int(&b, 4, correlation);
	put(&b, "\0\0\0\0\0\1\0\0\0\0\1", 11); /* up to the controller's id */
	kafka_make_varint(&b, n + 1);
	for (unsigned i = 0; i < n; i++) {
		kafka_make_int(&b, 2, 0);
		kafka_make_varint(&b, strlen(names[i]) + 1);
		put(&b, names[i], strlen(names[i]));
		put(&b, ids[i], KAFKA_TOPIC_ID);
		put(&b, "\0\1\0\0\0\0\0", 7);
	}
	put(&b, "\0\0\0\0\0", 5);
	say(w, 1, &b);
	buf_release(&b);
}

/* A message of Fetch, and the ids that are in it. */
static unsigned
make_fetch(struct buf *b, bool request, char (*ids)[KAFKA_TOPIC_ID],
           unsigned max)
{
	const struct kafka_make m = { .key = FETCH,
		                      .version = 13,
		                      .request = request,
		                      .correlation = 7,
		                      .client = "c" };
	static const char begin[] = "\1\2\3\4\5\6\7\10";
	unsigned n = 0;

	buf_init(b, 1 << 20);
	(void)kafka_make_message(&m, b);
	for (size_t i = 0; i + KAFKA_TOPIC_ID <= b->n && n < max; i++) {
		if (memcmp(b->p + i, begin, sizeof(begin) - 1) == 0)
			memcpy(ids[n++], b->p + i, KAFKA_TOPIC_ID);
	}
	return n;
}

static unsigned
count(const char *text, const char *what)
{
	unsigned n = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		n++;
	return n;
}

/* Ids of a request and of its response, of which Metadata tells the first. */
static void
test_names(void)
{
	static const char *const asked[] = { "alpha" }, *const had[] = {
		"beta"
	};
	char ids[8][KAFKA_TOPIC_ID], others[8][KAFKA_TOPIC_ID];
	struct buf q, a;
	struct world w;
	const char *text;

	ok(make_fetch(&q, true, ids, 8) >= 2, "ids of the request");
	ok(make_fetch(&a, false, others, 8) >= 2, "ids of the response");
	world_open(&w, 256);
	tell_topics(&w, 1, asked, ids, 1);
	tell_topics(&w, 2, had, others, 1);
	http1_world_send(&w, 0, q.p, q.n);
	http1_world_send(&w, 1, a.p, a.n);
	text = http1_world_finish(&w, WHY_FIN);
	ok(strstr(text, "kafka \"Fetch\" alpha, ") != NULL,
	   "lists show the name");
	is_int(count(text, "\"topicName\":\"alpha\""), 1,
	       "the request has it beside the id");
	is_int(count(text, "\"topicName\":\"beta\""), 1,
	       "and so has the response");
	is_int(count(text, "\"topicName\""), 2, "others have none");
	ok(w.sides_agree && w.failed == 0, "what is shown is what is listed");
	http1_world_release(&w);
	is_int(w.budget.used, 0, "the budget is given back");

	/* A topic that was made anew has another id; its name is another's. */
	world_open(&w, 1);
	tell_topics(&w, 1, asked, ids, 1);
	tell_topics(&w, 2, had, ids, 1);
	http1_world_send(&w, 0, q.p, q.n);
	text = http1_world_finish(&w, WHY_FIN);
	ok(strstr(text, "kafka \"Fetch\" beta, ") != NULL,
	   "the last one to be told counts");
	ok(strstr(text, "! limit") == NULL, "and takes no place");
	http1_world_release(&w);
	buf_release(&q);
	buf_release(&a);
}

static void
test_limit(void)
{
	static const char *const names[] = { "one", "two", "three" };
	char ids[8][KAFKA_TOPIC_ID];
	char three[3][KAFKA_TOPIC_ID] = { "id of one      ",
		                          "id of two      " };
	struct buf q;
	struct world w;
	const char *text;

	(void)make_fetch(&q, true, ids, 8);
	memcpy(three[2], ids[0], KAFKA_TOPIC_ID);
	world_open(&w, 2);
	tell_topics(&w, 1, names, three, 3);
	http1_world_send(&w, 0, q.p, q.n);
	text = http1_world_finish(&w, WHY_FIN);
	is_int(count(text, "! limit kafka-topics\n"), 1, "the limit is told");
	ok(strstr(text, "kafka \"Fetch\" three, ") != NULL,
	   "the newest are known");
	http1_world_release(&w);
	world_open(&w, 0);
	tell_topics(&w, 1, names, three, 3);
	http1_world_send(&w, 0, q.p, q.n);
	text = http1_world_finish(&w, WHY_FIN);
	is_int(count(text, "topicName"), 0, "or none");
	http1_world_release(&w);
	buf_release(&q);
}

int
main(void)
{
	test_names();
	test_limit();
	return tap_done();
}
