/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kafka in the samples, recorded from librdkafka's mock cluster and its
 * clients: every record that was produced and consumed is found, in all codecs,
 * with its key, value and headers, and nothing else is.
 */
#include <stdio.h>
#include <string.h>

#include "analyzer/entry/protocol.h"
#include "tests/support/corpora.h"
#include "tests/tap/tap.h"

#define TEXT_MAX ((size_t)1 << 20)

struct test {
	struct indexed x;
	struct buf text;
	int64_t produced[2], consumed[2]; /* orders, stock */
	size_t entries, unpaired;
};

static json_t *
at(const json_t *o, const char *key)
{
	return json_object_get(o, key);
}

/* A line of the batch, with the values of its records. */
static void
show_batch(struct test *t, const char *what, const char *topic,
           const json_t *batch)
{
	const char *codec = corpora_text(batch, "compression");
	const json_t *all = at(batch, "record"), *r;
	size_t i;

	if (buf_printf(&t->text, "%s %s %s%s:", what, topic,
	               codec[0] != '\0' ? codec : "plain",
	               at(batch, "transactional") != NULL ? " txn" : "") != 0)
		abort();
	json_array_foreach(all, i, r)
	{
		const json_t *headers = at(r, "headers"), *h;
		size_t k;

		/* Of the long lists only the last one. */
		if (json_array_size(all) > 5 && i + 1 < json_array_size(all))
			continue;
		if (buf_printf(&t->text, " [%s=%s", corpora_text(r, "key"),
		               corpora_text(r, "value")) != 0)
			abort();
		json_array_foreach(
		    headers, k,
		    h) if (buf_printf(&t->text, " %s:%s",
		                      corpora_text(h, "headerKey"),
		                      corpora_text(h, "value")) != 0) abort();
		if (buf_printf(&t->text, "]") != 0)
			abort();
	}
	if (buf_printf(&t->text, " (%zu)\n", json_array_size(all)) != 0)
		abort();
}

static void
on_set(struct test *t, bool produced, const char *topic, const json_t *set)
{
	int64_t *sum = produced ? t->produced : t->consumed;
	const json_t *b = at(set, "recordBatch"), *more;
	size_t i;

	if (b == NULL)
		return;
	show_batch(t, produced ? "produce" : "fetch", topic, b);
	sum[strcmp(topic, "stock") == 0] +=
	    (int64_t)json_array_size(at(b, "record"));
	more = at(set, "moreRecordBatches");
	json_array_foreach(more, i, b)
	{
		show_batch(t, produced ? "produce" : "fetch", topic, b);
		sum[strcmp(topic, "stock") == 0] +=
		    (int64_t)json_array_size(at(b, "record"));
	}
}

static void
on_entry(void *ctx, const struct index_entry *e)
{
	struct test *t = ctx;
	json_t *full, *topics, *topic, *list, *p;
	size_t i, k;

	if (strcmp(e->e.proto->key, "kafka") != 0)
		return;
	t->entries++;
	t->unpaired += !e->e.request.present || !e->e.response.present;
	full = indexed_full(&t->x, e);
	topics = at(at(at(full, "request"), "payload"), "topicData");
	json_array_foreach(topics, i, topic)
	{
		p = at(at(topic, "partitions"), "partitionData");
		on_set(t, true, corpora_text(topic, "topic"), at(p, "records"));
	}
	topics = at(at(at(full, "response"), "payload"), "responses");
	json_array_foreach(topics, i, topic)
	{
		list = at(topic, "partitionResponses");
		json_array_foreach(list, k, p) on_set(
		    t, false, corpora_text(topic, "topic"), at(p, "recordSet"));
	}
	json_decref(full);
}

static void
run(struct test *t, const char *path)
{
	memset(t->produced, 0, sizeof(t->produced));
	memset(t->consumed, 0, sizeof(t->consumed));
	t->entries = t->unpaired = 0;
	buf_clear(&t->text);
	ok(indexed_run(&t->x, path), path);
	indexed_each(&t->x, on_entry, t);
	if (buf_append_byte(&t->text, '\0') != 0)
		abort();
}

/* What samples/kafka.sh had its clients say, in its order. */
static const char kafka_said[] =
    "produce stock gzip: [=gzip 20 is in stock] (20)\n"
    "produce stock snappy: [=snappy 20 is in stock] (20)\n"
    "produce stock lz4: [=lz4 20 is in stock] (20)\n"
    "produce stock zstd: [=zstd 20 is in stock] (20)\n"
    "produce stock plain: [=none 1 is in stock from:shelf to:]"
    " [=none 2 is in stock from:shelf to:]"
    " [=none 3 is in stock from:shelf to:] (3)\n"
    "produce orders plain: [k1=v1] [k2=] [=v3] (3)\n"
    "produce orders plain txn: [paid=paid 0] [paid=paid 1]"
    " [paid=paid 2] (3)\n"
    "produce orders plain txn: [refused=refused 0]"
    " [refused=refused 1] (2)\n"
    "fetch stock gzip: [=gzip 20 is in stock] (20)\n"
    "fetch stock snappy: [=snappy 20 is in stock] (20)\n"
    "fetch stock lz4: [=lz4 20 is in stock] (20)\n"
    "fetch stock zstd: [=zstd 20 is in stock] (20)\n"
    "fetch stock plain: [=none 1 is in stock from:shelf to:]"
    " [=none 2 is in stock from:shelf to:]"
    " [=none 3 is in stock from:shelf to:] (3)\n"
    "fetch orders plain: [k1=v1] [k2=] [=v3] (3)\n"
    "fetch orders plain txn: [paid=paid 0] [paid=paid 1]"
    " [paid=paid 2] (3)\n"
    "fetch orders plain txn: [refused=refused 0]"
    " [refused=refused 1] (2)\n";

int
main(void)
{
	static struct test t;
	json_t *truth = json_load_file("samples/shop.truth.json", 0, NULL);
	json_t *said = at(truth, "kafka");

	buf_init(&t.text, TEXT_MAX);
	indexed_begin(&t.x);
	run(&t, "samples/kafka.pcap");
	is_str(t.text.p, kafka_said, "every record, in every codec");
	/*
	 * One wanted no answer, which the mock gave it all the same, and one
	 * consumer left while it waited.
	 */
	is_int((int64_t)t.unpaired, 3, "requests have their responses");
	run(&t, "samples/shop.tar.gz");
	is_int(t.produced[0], corpora_number(at(said, "produced"), "orders"),
	       "records that its clients produced");
	is_int(t.produced[1], corpora_number(at(said, "produced"), "stock"),
	       "in both topics");
	is_int(t.consumed[0],
	       corpora_number(at(said, "consumed"), "orders") * 2,
	       "records that they consumed, one of them in a group");
	is_int(t.consumed[1], corpora_number(at(said, "consumed"), "stock"),
	       "in both topics");
	is_int((int64_t)t.unpaired, 2, "two consumers left while they waited");
	json_decref(truth);
	buf_release(&t.text);
	indexed_end(&t.x);
	return tap_done();
}
