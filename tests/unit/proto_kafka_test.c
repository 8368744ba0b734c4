/* SPDX-License-Identifier: Apache-2.0 */
/* Kafka while it is indexed and shown: every API in every version. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/proto/kafka/kafka_feed.h"
#include "analyzer/proto/kafka/kafka_records.h"
#include "tests/support/http1_world.h"
#include "tests/support/kafka_make.h"
#include "tests/support/wire.h"
#include "tests/tap/tap.h"

enum { TURNS = 64 };

/* A conversation: whose turn it is, and where its bytes end. */
struct talk {
	struct buf bytes;
	int side[TURNS];
	size_t end[TURNS];
	size_t n;
};

static void
talk_init(struct talk *t)
{
	t->n = 0;
	buf_init(&t->bytes, (size_t)64 << 20);
}

/* Everything appended since the last turn is said by this side. */
static void
talk_turn(struct talk *t, int side)
{
	if (t->n == TURNS)
		abort();
	t->side[t->n] = side;
	t->end[t->n++] = t->bytes.n;
}

static void
talk_say(struct talk *t, const struct kafka_make *m)
{
	(void)kafka_make_message(m, &t->bytes);
	talk_turn(t, !m->request);
}

static void
world_open(struct world *w, unsigned show, int opener)
{
	http1_world_init(w, show);
	w->table[0] = &proto_kafka;
	w->port = 9092;
	if (!http1_world_open(w, opener))
		abort();
}

/* The conversation up to byte `end`, with a cut in packets at byte `cut`. */
static void
talk_send(struct world *w, const struct talk *t, size_t cut, size_t end)
{
	size_t at = 0;

	for (size_t i = 0; i < t->n && at < end; i++) {
		size_t stop = t->end[i] < end ? t->end[i] : end;
		size_t first = cut > at && cut < stop ? cut : stop;

		http1_world_send(w, t->side[i], t->bytes.p + at, first - at);
		if (first < stop)
			http1_world_send(w, t->side[i], t->bytes.p + first,
			                 stop - first);
		at = stop;
	}
}

/* --- every API in every version ------------------------------------------- */

static size_t
count(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		n++;
	return n;
}

/* Are s1 to sN there, each once and in quotes? */
static bool
has_strings(const char *text, unsigned n)
{
	char name[16];

	for (unsigned i = 1; i <= n; i++) {
		(void)snprintf(name, sizeof(name), "\"s%u\"", i);
		if (count(text, name) != 1) {
			tap_note(name);
			return false;
		}
	}
	return true;
}

static bool
check_version(int16_t key, int16_t version)
{
	struct kafka_make q = { .key = key,
		                .version = version,
		                .request = true,
		                .correlation = 7,
		                .client = "c",
		                .acks = 1 };
	struct kafka_make a = { .key = key,
		                .version = version,
		                .correlation = 7 };
	char *json, *answer;
	unsigned asked, answered;
	struct world w;
	struct talk t;
	bool good;

	talk_init(&t);
	asked = kafka_make_message(&q, &t.bytes);
	talk_turn(&t, 0);
	answered = kafka_make_message(&a, &t.bytes);
	talk_turn(&t, 1);
	world_open(&w, WORLD_JSON | WORLD_DIAGS, 0);
	talk_send(&w, &t, 0, SIZE_MAX);
	json = strdup(http1_world_finish(&w, WHY_FIN));
	answer = strstr(json, "\n  < ");
	good = w.entries == 1 && w.failed == 0 && w.sides_agree &&
	       answer != NULL && strstr(json, "malformed") == NULL &&
	       strstr(json, "undecoded") == NULL;
	if (good) {
		*answer++ = '\0';
		good = has_strings(json, asked) &&
		       has_strings(answer, answered);
	}
	http1_world_release(&w);
	if (!good)
		printf("# API %d version %d: %s\n", key, version, json);
	free(json);
	buf_release(&t.bytes);
	return good;
}

static void
test_versions(void)
{
	struct kafka_api api;
	size_t decoded = 0, versions = 0;
	bool good = true;

	for (int16_t key = 0; kafka_schema_api(key, &api); key++) {
		if (api.response.n == 0)
			continue;
		decoded++;
		for (int16_t v = 0; v <= api.max; v++, versions++)
			good &= check_version(key, v);
	}
	is_int((int64_t)decoded, 20, "twenty APIs are decoded");
	printf("# %zu versions\n", versions);
	ok(good, "every version of them to the last byte");
}

/* A struct without a field in some version would never come to an end. */
static bool
struct_is_sound(struct kafka_fields fields, int16_t from, int16_t to)
{
	bool good = true;

	for (int16_t v = from; v <= to; v++) {
		size_t n = 0;

		for (size_t i = 0; i < fields.n; i++)
			n += kafka_schema_has(&fields.f[i], v) &&
			     fields.f[i].tag < 0;
		good &= n != 0;
	}
	for (size_t i = 0; i < fields.n; i++) {
		const struct kafka_field *f = &fields.f[i];

		if (f->type == KAFKA_STRUCT)
			good &= struct_is_sound(kafka_schema_fields(f),
			                        f->min > from ? f->min : from,
			                        f->max < to ? f->max : to);
	}
	return good;
}

static void
test_tables(void)
{
	struct kafka_api api = { .max = 0 };
	bool good = true;
	int16_t key = 0;

	for (; kafka_schema_api(key, &api); key++) {
		if (api.response.n != 0)
			good &= struct_is_sound(api.response, 0, api.max);
		for (size_t i = 0; i < api.request.n; i++) {
			const struct kafka_field *f = &api.request.f[i];

			if (f->type == KAFKA_STRUCT)
				good &= struct_is_sound(
				    kafka_schema_fields(f), f->min,
				    f->max < api.max ? f->max : api.max);
		}
	}
	is_int(key, 75, "75 APIs have a name");
	ok(good, "no struct is empty in any version");
	ok(!kafka_schema_api(-1, &api), "there is no API -1");
	ok(str_eq(kafka_schema_error(-1), STR("UNKNOWN_SERVER_ERROR")) &&
	       str_eq(kafka_schema_error(3),
	              STR("UNKNOWN_TOPIC_OR_PARTITION")) &&
	       str_eq(kafka_schema_error(119), STR("INVALID_REGISTRATION")),
	   "errors have names");
	ok(kafka_schema_error(120).n == 0 && kafka_schema_error(-2).n == 0,
	   "but not those that do not exist");
}

/* --- a conversation, disturbed -------------------------------------------- */

static void
make_talk(struct talk *t, struct str records)
{
	static const struct kafka_make talk[] = {
		{ 18, 3, true, 1, "cli", .acks = 0 },
		{ 18, 3, false, 1, .error = 0 },
		{ 3, 9, true, 2, "cli", .acks = 0 },
		{ 0, 9, true, 3, "cli", .acks = -1 },
		{ 3, 9, false, 2, .error = 3 },
		{ 0, 9, false, 3, .error = 0 },
		{ 0, 3, true, 4, "cli", .acks = 0 },
		{ 1, 12, true, 5, "", .acks = 0 },
		{ 1, 12, false, 5, .error = 0 },
		{ 11, 5, true, 6, NULL, .acks = 0 },
		{ 11, 5, false, 6, .error = 27 },
		{ 20, 4, true, 8, "cli", .acks = 0 },
		{ 10, 4, true, 7, "cli", .acks = 0 },
		{ 10, 4, false, 7, .error = 0 },
		{ 20, 4, false, 8, .error = 0 },
		{ 60, 0, true, 9, "cli", .acks = 0 },
		{ 60, 0, false, 9, .error = 0 },
	};

	talk_init(t);
	for (size_t i = 0; i < ARRAY_LEN(talk); i++) {
		struct kafka_make m = talk[i];

		m.records = records;
		talk_say(t, &m);
	}
}

static const char talk_lines[] = "kafka \"ApiVersions\" cli @ 0 33/109\n"
				 "kafka \"Metadata\" s1, s2 @ 3 47/289 failed\n"
				 "kafka \"Produce\" s2, s3 @ 0 495/298\n"
				 "kafka \"Produce\" s2, s3 @ 0 479/0 one-way\n"
				 "kafka \"Fetch\" s1, s2 @ 0 259/991\n"
				 "kafka \"JoinGroup\" s1 @ 27 64/64 failed\n"
				 "kafka \"FindCoordinator\" s1, s2 @ 0 35/71\n"
				 "kafka \"DeleteTopics\" s1, s2 @ 0 38/43\n"
				 "kafka \"DescribeCluster\" cli @ 0 27/18\n";

static void
test_talk(const struct talk *t)
{
	struct world w;

	world_open(&w, WORLD_LINE | WORLD_DIAGS, 0);
	talk_send(&w, t, 0, SIZE_MAX);
	is_str(http1_world_finish(&w, WHY_FIN), talk_lines,
	       "requests find their responses");
	ok(w.sides_agree, "what is rendered agrees with the index");
	http1_world_release(&w);
	is_int((int64_t)w.budget.used, 0, "the budget is given back");
}

static void
test_splits(const struct talk *t)
{
	unsigned show = WORLD_LINE | WORLD_JSON | WORLD_SECTIONS |
	                WORLD_BODIES | WORLD_DIAGS;
	struct world w;
	bool same = true;
	char *want, *got;
	size_t at = 0;

	world_open(&w, show, 0);
	talk_send(&w, t, 0, SIZE_MAX);
	want = http1_world_timeless(http1_world_finish(&w, WHY_FIN));
	http1_world_release(&w);
	for (size_t cut = 1; cut < t->bytes.n; cut++) {
		world_open(&w, show, 0);
		talk_send(&w, t, cut, SIZE_MAX);
		got = http1_world_timeless(http1_world_finish(&w, WHY_FIN));
		same &= strcmp(got, want) == 0;
		same &= w.sides_agree && w.failed == 0;
		free(got);
		http1_world_release(&w);
		same &= w.budget.used == 0;
	}
	ok(same, "every two-way split gives the same, also rendered");
	world_open(&w, show, 0);
	for (size_t i = 0; i < t->n; i++)
		for (; at < t->end[i]; at++)
			http1_world_send(&w, t->side[i], t->bytes.p + at, 1);
	got = http1_world_timeless(http1_world_finish(&w, WHY_FIN));
	ok(strcmp(got, want) == 0, "and so do single bytes");
	free(got);
	free(want);
	http1_world_release(&w);
}

/* Whole exchanges come out as before; each other line says what is wrong. */
static void
test_truncations(const struct talk *t)
{
	bool good = true;

	for (size_t end = 0; end < t->bytes.n; end++) {
		struct world w;
		char *got, *line, *next;

		world_open(&w, WORLD_LINE, 0);
		talk_send(&w, t, 0, end);
		got = strdup(http1_world_finish(&w, WHY_SNAPSHOT_END));
		for (line = got; *line != '\0'; line = next) {
			next = strchr(line, '\n');
			*next++ = '\0';
			good &= strstr(talk_lines, line) != NULL ||
			        strstr(line, "cut") != NULL ||
			        strstr(line, "no-re") != NULL;
		}
		good &= w.sides_agree && w.failed == 0;
		free(got);
		http1_world_release(&w);
		good &= w.budget.used == 0;
	}
	ok(good, "every truncation: what is not whole says so");
}

/* Entries in front of a gap do not change, wherever it is. */
static void
test_gaps(const struct talk *t)
{
	bool good = true, late = true;
	size_t from = 0;

	for (size_t i = 0; i < t->n; from = t->end[i++]) {
		for (size_t at = from; at + 7 <= t->end[i]; at++) {
			struct world w;
			const char *got;

			world_open(&w, WORLD_LINE | WORLD_JSON, 0);
			talk_send(&w, t, 0, at);
			http1_world_lose(&w, t->side[i], 7);
			http1_world_send(&w, t->side[i], t->bytes.p + at + 7,
			                 t->end[i] - at - 7);
			for (size_t k = i + 1; k < t->n; k++)
				http1_world_send(&w, t->side[k],
				                 t->bytes.p + t->end[k - 1],
				                 t->end[k] - t->end[k - 1]);
			got = http1_world_finish(&w, WHY_FIN);
			good &= w.failed == 0 && w.sides_agree;
			/* The last exchange is found again after all. */
			if (t->end[i] < t->end[t->n - 2] && at > t->end[1])
				late &= strstr(got, "DescribeCluster") != NULL;
			http1_world_release(&w);
			good &= w.budget.used == 0;
		}
	}
	ok(good, "gaps at every offset");
	ok(late, "and what follows them is found");
}

/* --- records -------------------------------------------------------------- */

/* What is shown of a Produce request with these records. */
static char *
show_produce(struct str records, unsigned show, int16_t version)
{
	const struct kafka_make m = { .key = 0,
		                      .version = version,
		                      .request = true,
		                      .correlation = 1,
		                      .client = "p",
		                      .acks = 0,
		                      .records = records };
	struct world w;
	struct talk t;
	char *text;

	talk_init(&t);
	talk_say(&t, &m);
	world_open(&w, show, 0);
	talk_send(&w, &t, 0, SIZE_MAX);
	text = strdup(http1_world_finish(&w, WHY_FIN));
	if (w.failed != 0)
		abort();
	http1_world_release(&w);
	buf_release(&t.bytes);
	return text;
}

static char *
show_batch(const struct kafka_make_batch *b, unsigned show)
{
	struct buf set;
	char *text;

	buf_init(&set, (size_t)64 << 20);
	kafka_make_records(b, &set);
	text = show_produce(buf_str(&set), show, 7);
	buf_release(&set);
	return text;
}

static void
test_codecs(void)
{
	static const struct {
		unsigned codec;
		const char *name;
	} codecs[] = { { 1, "gzip" },
		       { 2, "snappy" },
		       { 3, "lz4" },
		       { 4, "zstd" },
		       { KAFKA_MAKE_XERIAL, "snappy" } };
	struct kafka_make_batch b = { .offset = 5, .count = 3 };
	char *plain = show_batch(&b, WORLD_BODIES);
	char *body, *json, want[64];

	ok(strstr(plain, "v0\nv1\nv2") != NULL, "the body is the values");
	for (size_t i = 0; i < ARRAY_LEN(codecs); i++) {
		b.codec = codecs[i].codec;
		body = show_batch(&b, WORLD_BODIES);
		is_str(body, plain, codecs[i].name);
		free(body);
		json = show_batch(&b, WORLD_JSON);
		(void)snprintf(want, sizeof(want), "\"compression\":\"%s\"",
		               codecs[i].name);
		ok(strstr(json, want) != NULL &&
		       strstr(json, "\"key\":\"k2\"") != NULL &&
		       strstr(json, "decodeError") == NULL,
		   "and the JSON");
		free(json);
	}
	b.codec = 5;
	json = show_batch(&b, WORLD_JSON);
	ok(strstr(json, "\"decodeError\":\"not supported\"") != NULL,
	   "a codec that does not exist");
	free(json);
	free(plain);
}

static void
test_record(void)
{
	struct kafka_make_batch b = { .offset = 5, .codec = 0x38, .count = 1 };
	char *json = show_batch(&b, WORLD_JSON);

	ok(strstr(json,
	          "\"recordBatch\":{\"attributes\":56,\"baseOffset\":5,"
	          "\"baseSequence\":11,\"batchLength\":64,\"control\":true,"
	          "\"crc\":305419896,\"firstTimestamp\":1600000000000,"
	          "\"lastOffsetDelta\":0,\"magic\":2,"
	          "\"maxTimestamp\":1600000000005,"
	          "\"partitionLeaderEpoch\":7,\"producerEpoch\":3,"
	          "\"producerId\":99,\"record\":[{\"attributes\":0,"
	          "\"headers\":[{\"headerKey\":\"h\",\"headerKeyLength\":1,"
	          "\"headerValueLength\":1,\"value\":\"0\"}],\"key\":\"k0\","
	          "\"keyLength\":2,\"length\":14,\"offsetDelta\":0,"
	          "\"timestampDelta\":0,\"value\":\"v0\",\"valueLen\":2}],"
	          "\"timestampType\":\"LogAppendTime\","
	          "\"transactional\":true}") != NULL,
	   "a batch with everything");
	ok(strstr(json, "\"partitions\":{\"length\":2,\"partitionData\":{"
	                "\"index\":2,") != NULL &&
	       strstr(json, "\"morePartitionData\":[{\"index\":3,") != NULL,
	   "and the second partition");
	free(json);
	b = (struct kafka_make_batch){ .count = 1, .value = STR("\xff\xfe") };
	json = show_batch(&b, WORLD_JSON | WORLD_SECTIONS);
	ok(strstr(json, "\"value\":\"//4=\",\"valueEncoding\":\"base64\"") !=
	           NULL &&
	       strstr(json, "\"data\":\"//4=\",\"encoding\":\"base64\"") !=
	           NULL,
	   "a value that is no text");
	free(json);
	ok(str_eq(kafka_records_control(STR("\0\0\0\1")), STR("commit")) &&
	       str_eq(kafka_records_control(STR("\0\0\0\0")), STR("abort")) &&
	       kafka_records_control(STR("\0\0\0\2")).n == 0 &&
	       kafka_records_control(STR("\0\0\0")).n == 0,
	   "what control records say");
}

static void
test_sets(void)
{
	struct kafka_make_batch b = { .offset = 40, .count = 2 };
	struct buf set;
	char *text;

	for (int magic = 0; magic <= 1; magic++) {
		for (b.codec = 0; b.codec <= 3; b.codec++) {
			buf_init(&set, 1u << 20);
			kafka_make_set(&b, magic, &set);
			text = show_produce(buf_str(&set), WORLD_BODIES, 2);
			ok(strstr(text, "v0\nv1\nv0\nv1") != NULL, "a set");
			free(text);
			text = show_produce(buf_str(&set),
			                    WORLD_JSON | WORLD_SECTIONS, 2);
			ok(strstr(text, "messageSet") != NULL &&
			       count(text, "\"offset\":41") >= 2 &&
			       strstr(text, "decodeError") == NULL &&
			       (b.codec == 0 ||
			        strstr(text, "\"messages\":[{") != NULL) &&
			       (magic == 1) ==
			           (strstr(text, "\"timestamp\":16") != NULL),
			   "and its messages");
			free(text);
			buf_release(&set);
		}
	}
	/* Batches, messages and a batch that is cut, in one set. */
	buf_init(&set, 1u << 20);
	b.codec = 0;
	kafka_make_records(&b, &set);
	kafka_make_set(&b, 1, &set);
	kafka_make_records(&b, &set);
	kafka_make_records(&b, &set);
	text = show_produce(str_head(buf_str(&set), set.n - 10),
	                    WORLD_JSON | WORLD_SECTIONS, 3);
	ok(strstr(text, "\"messageSet\":[{") != NULL &&
	       strstr(text, "\"moreRecordBatches\":[{") != NULL &&
	       strstr(text, "\"truncated\":true") != NULL &&
	       strstr(text, "Batch [2] Record [0] Details (topic: s2)") !=
	           NULL &&
	       strstr(text, "Partition [1] Message [1] Value") != NULL,
	   "all formats in one set, the last batch cut");
	free(text);
	buf_release(&set);
}

static void
test_bombs(void)
{
	struct kafka_make_batch b = { .count = 1 };
	char *zeros = calloc(1, 8u << 20), *json;
	bool good = true;

	b.value = str_make(zeros, 8u << 20);
	for (b.codec = 1; b.codec <= 4; b.codec++) {
		/*
		 * snappy cannot make it that small; but four times 8 MiB is
		 * more than all of a message may be.
		 */
		size_t bombs = b.codec != 2 ? 4 : 1;

		json = show_batch(&b, WORLD_JSON);
		good &= count(json, "\"decodeError\":\"over a limit\"") ==
		        bombs;
		free(json);
	}
	ok(good, "what is smaller than render-ratio allows is a bomb");
	free(zeros);
}

/* --- single things -------------------------------------------------------- */

static void
script(const char *what, const struct kafka_make *m, size_t n, const char *want)
{
	struct world w;
	struct talk t;

	talk_init(&t);
	for (size_t i = 0; i < n; i++)
		talk_say(&t, &m[i]);
	world_open(&w, WORLD_LINE | WORLD_DIAGS, 0);
	talk_send(&w, &t, 0, SIZE_MAX);
	is_str(http1_world_finish(&w, WHY_FIN), want, what);
	http1_world_release(&w);
	buf_release(&t.bytes);
}

static void
test_scripts(void)
{
	static const struct kafka_make newer[] = {
		{ 3, 2, true, 1, "cli", .acks = 0 },
		{ 3, 2, false, 1, .error = 0 },
		{ 3, 30, true, 2, "cli", .acks = 0 },
		{ 3, 30, false, 2, .error = 0 },
		{ 90, 0, true, 3, "cli", .acks = 0 },
		{ 90, 0, false, 3, .error = 0 },
	};
	static const struct kafka_make refused[] = {
		{ 18, 3, true, 1, "cli", .acks = 0 },
		{ 18, 0, false, 1, .error = 35 },
	};
	static const struct kafka_make unasked[] = {
		{ 12, 1, true, 1, "cli", .acks = 0 },
		{ 12, 1, false, 1, .error = 0 },
		{ 12, 1, false, 9, .error = 0 },
	};

	static const struct kafka_make answered[] = {
		{ 0, 7, true, 1, "cli", .acks = 0 },
		{ 0, 7, false, 1, .error = 6 },
	};

	script("an answer to acks=0 all the same", answered, 2,
	       "kafka \"Produce\" s2, s3 @ 0 79/0 one-way\n"
	       "kafka \"Produce\"  @ 6 0/152 no-request failed\n");
	script("what is newer than the tables is named", newer, 6,
	       "kafka \"Metadata\" s1, s2 @ 0 29/214\n"
	       "kafka \"Metadata\" cli @ 0 78/317\n"
	       "kafka \"Unknown\" cli @ 0 27/18\n");
	script("a version that the broker refuses", refused, 2,
	       "kafka \"ApiVersions\" cli @ 35 33/26 failed\n");
	script("a response that nobody asked for", unasked, 3,
	       "kafka \"Heartbeat\" s1 @ 0 29/14\n"
	       "kafka \"Unknown\"  @ 0 0/14 no-request\n");
}

/* SaslHandshake version 0 is followed by tokens without a head. */
static void
test_sasl(void)
{
	const struct kafka_make shake = { 17, 0, true, 1, "cli", .acks = 0 };
	const struct kafka_make shaken = { 17, 0, false, 1, .error = 0 };
	const struct kafka_make next = { 3, 1, true, 2, "cli", .acks = 0 };
	const struct kafka_make last = { 3, 1, false, 2, .error = 0 };
	struct world w;
	struct talk t;

	talk_init(&t);
	talk_say(&t, &shake);
	talk_say(&t, &shaken);
	wire_put(&t.bytes, "\0\0\0\x0a\0user\0pass", 14);
	talk_turn(&t, 0);
	wire_put(&t.bytes, "\0\0\0\0", 4);
	talk_turn(&t, 1);
	talk_say(&t, &next);
	talk_say(&t, &last);
	world_open(&w, WORLD_LINE | WORLD_DIAGS, 0);
	talk_send(&w, &t, 0, SIZE_MAX);
	is_str(http1_world_finish(&w, WHY_FIN),
	       "kafka \"SaslHandshake\" s1 @ 0 21/22\n"
	       "kafka \"SaslToken\"  @ 0 14/4\n"
	       "kafka \"Metadata\" s1, s2 @ 0 29/210\n",
	       "tokens between the handshake and the next request");
	ok(w.sides_agree, "and they can be shown");
	http1_world_release(&w);
	buf_release(&t.bytes);
}

/* The capture begins in the middle: of a response, then of a request. */
static void
test_late(const struct talk *t)
{
	struct world w;
	size_t at = t->end[5];

	world_open(&w, WORLD_LINE, -1);
	http1_world_send(&w, 1, t->bytes.p + t->end[4] + 20,
	                 t->end[5] - t->end[4] - 20);
	for (size_t i = 6; i < t->n; i++) {
		http1_world_send(&w, t->side[i], t->bytes.p + at,
		                 t->end[i] - at);
		at = t->end[i];
	}
	is_str(http1_world_finish(&w, WHY_FIN),
	       "kafka \"Produce\" s2, s3 @ 0 479/0 late one-way\n"
	       "kafka \"Fetch\" s1, s2 @ 0 259/991 late\n"
	       "kafka \"JoinGroup\" s1 @ 27 64/64 late failed\n"
	       "kafka \"FindCoordinator\" s1, s2 @ 0 35/71 late\n"
	       "kafka \"DeleteTopics\" s1, s2 @ 0 38/43 late\n"
	       "kafka \"DescribeCluster\" cli @ 0 27/18 late\n",
	       "a late join");
	ok(w.sides_agree, "and what is shown of it");
	http1_world_release(&w);
}

/* A fetch of a gigabyte: nobody looks at it, nobody holds it. */
static void
test_large(void)
{
	const struct kafka_make q = { 1, 4, true, 1, "big", .acks = 0 };
	static char piece[65536];
	uint64_t left = (uint64_t)1 << 30, most = 0;
	struct engine_from from = { .ts = 1 };
	struct buf head;
	struct world w;
	struct talk t;
	uint64_t off = 0;

	talk_init(&t);
	talk_say(&t, &q);
	world_open(&w, WORLD_LINE, 0);
	talk_send(&w, &t, 0, SIZE_MAX);
	buf_init(&head, 4096);
	kafka_make_int(&head, 4, (int64_t)left + 51);
	kafka_make_int(&head, 4, 1);
	kafka_make_int(&head, 4, 0);
	kafka_make_int(&head, 4, 1);
	kafka_make_int(&head, 2, 3);
	wire_put(&head, "big", 3);
	kafka_make_int(&head, 4, 1);
	kafka_make_int(&head, 4, 0);
	kafka_make_int(&head, 2, 0);
	kafka_make_int(&head, 8, 9);
	kafka_make_int(&head, 8, 9);
	kafka_make_int(&head, 4, 0);
	kafka_make_int(&head, 4, (int64_t)left);
	http1_world_send(&w, 1, head.p, head.n);
	for (off = head.n; left != 0; off += sizeof(piece)) {
		engine_data(w.stream, 1, off, (const uint8_t *)piece,
		            sizeof(piece), from);
		left -= sizeof(piece);
		most = w.budget.used > most ? w.budget.used : most;
	}
	printf("# at most %llu bytes held\n", (unsigned long long)most);
	ok(most < 65536, "a gigabyte is passed over");
	is_str(http1_world_finish(&w, WHY_FIN),
	       "kafka \"Fetch\" s1, s2 @ 0 118/1073741879\n", "and whole");
	http1_world_release(&w);
	buf_release(&head);
	buf_release(&t.bytes);
}

/* Of other protocols, and of itself when it is cut. */
static void
test_probe(void)
{
	static const struct {
		struct str bytes;
		enum verdict want;
	} rows[] = {
		{ STR_INIT("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), VERDICT_NO },
		{ STR_INIT("*1\r\n$4\r\nPING\r\n"), VERDICT_NO },
		{ STR_INIT("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
		  VERDICT_NO },
		{ STR_INIT("\0\0\0\x10\0\x12\0\0\0\0\0\1\0\6myname"),
		  VERDICT_YES },
		{ STR_INIT("\0\0\0\x0a\0\x12\0\0\0\0\0\1\xff\xff"),
		  VERDICT_YES },
		{ STR_INIT("\0\0\0\x0b\0\x12\0\0\0\0\0\1\xff\xff"),
		  VERDICT_NO },
		{ STR_INIT("\0\0\0\x0b\0\x12\0\0\0\0\0\1\xff\xff?"),
		  VERDICT_NO },
		{ STR_INIT("\0\0\0\x10\0\x12\0\x1e\0\0\0\1\0\1c"),
		  VERDICT_MAYBE },
		{ STR_INIT("\0\0\0\x10\0\x63\0\0\0\0\0\1\0\6myname"),
		  VERDICT_NO },
		{ STR_INIT("\0\0\0\x10\0"), VERDICT_MAYBE },
		{ STR_INIT("\0\0\0\7\0\x12\0\0\0\0\0\1\0\6"), VERDICT_NO },
	};
	struct probe p = { .server_port = 9092, .l4 = 6 };
	bool good = true;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		p.to_server = cur_from_str(rows[i].bytes, true);
		p.to_client = cur_make(NULL, 0, true);
		if (proto_kafka.probe(&p) == rows[i].want)
			continue;
		good = false;
		printf("# row %zu is %d\n", i, proto_kafka.probe(&p));
	}
	ok(good, "what is taken and what is not");
	p.to_server = cur_from_str(rows[3].bytes, true);
	p.to_client = cur_from_str(STR("\0\0\0\4\0\0\0\2"), true);
	is_int(proto_kafka.probe(&p), VERDICT_NO,
	       "the answer has another correlation id");
}

int
main(void)
{
	struct kafka_make_batch b = { .offset = 1, .codec = 4, .count = 2 };
	struct buf records;
	struct talk t;

	buf_init(&records, 1u << 20);
	kafka_make_records(&b, &records);
	make_talk(&t, buf_str(&records));
	test_tables();
	test_versions();
	test_talk(&t);
	test_splits(&t);
	test_truncations(&t);
	test_gaps(&t);
	test_codecs();
	test_record();
	test_sets();
	test_bombs();
	test_scripts();
	test_sasl();
	test_late(&t);
	test_large();
	test_probe();
	buf_release(&t.bytes);
	buf_release(&records);
	return tap_done();
}
