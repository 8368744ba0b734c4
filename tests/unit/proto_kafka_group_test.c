/* SPDX-License-Identifier: Apache-2.0 */
/* What members of a consumer group tell each other, in all versions. */
#include "analyzer/proto/kafka/kafka_group.h"

#include "analyzer/entry/sink.h"
#include "base/buf.h"
#include "base/json_out.h"
#include "tests/tap/tap.h"

/* The member that the bytes become, {} for none; b is the caller's. */
static const char *
shown(struct buf *b, bool assignment, const char *bytes, size_t n)
{
	struct json_out j;
	struct sink_json s;

	buf_init(b, 4096);
	jout_init_buf(&j, b);
	sink_json_init(&s, &j);
	sink_begin_object(&s.sink);
	if (assignment)
		kafka_group_assignment(str_make(bytes, n), &s.sink);
	else
		kafka_group_subscription(str_make(bytes, n), &s.sink);
	sink_end_object(&s.sink);
	if (jout_finish(&j) != 0 || buf_append_byte(b, '\0') != 0)
		return "(failed)";
	return b->p;
}

#define TOPICS "\0\0\0\2\0\1a\0\2bc"
#define OWNED  "\0\0\0\1\0\1a\0\0\0\2\0\0\0\0\0\0\0\7"

static const struct {
	bool assignment;
	const char *bytes;
	size_t n;
	const char *want;
} cases[] = {
#define SUBSCRIPTION(b, w)                                          \
	{                                                           \
		false, b, sizeof(b) - 1, "{\"subscription\":" w "}" \
	}
#define ASSIGNMENT(b, w)                                       \
	{                                                      \
		true, b, sizeof(b) - 1, "{\"assigned\":" w "}" \
	}
	SUBSCRIPTION(
	    "\0\0" TOPICS "\xff\xff\xff\xff",
	    "{\"version\":0,\"topics\":[\"a\",\"bc\"],\"userData\":\"\"}"),
	SUBSCRIPTION("\0\1" TOPICS "\0\0\0\1x" OWNED,
	             "{\"version\":1,\"topics\":[\"a\",\"bc\"],"
	             "\"userData\":\"eA==\",\"ownedPartitions\":"
	             "[{\"topic\":\"a\",\"partitions\":[0,7]}]}"),
	SUBSCRIPTION(
	    "\0\2" TOPICS "\0\0\0\0\0\0\0\0\0\0\0\5",
	    "{\"version\":2,\"topics\":[\"a\",\"bc\"],\"userData\":\"\","
	    "\"ownedPartitions\":[],\"generationId\":5}"),
	SUBSCRIPTION(
	    "\0\3\0\0\0\0\xff\xff\xff\xff" OWNED "\xff\xff\xff\xff\0\2r1",
	    "{\"version\":3,\"topics\":[],\"userData\":\"\","
	    "\"ownedPartitions\":[{\"topic\":\"a\",\"partitions\":[0,7]}],"
	    "\"generationId\":-1,\"rackId\":\"r1\"}"),
	ASSIGNMENT("\0\1" OWNED "\xff\xff\xff\xff",
	           "{\"version\":1,\"topics\":[{\"topic\":\"a\","
	           "\"partitions\":[0,7]}],\"userData\":\"\"}"),
};

/* Of other forms. */
static const struct {
	const char *bytes;
	size_t n;
} others[] = {
#define OTHER(b)                 \
	{                        \
		b, sizeof(b) - 1 \
	}
	OTHER("\0\4" TOPICS "\xff\xff\xff\xff"),
	OTHER("\xff\xff" TOPICS "\xff\xff\xff\xff"),
	OTHER("\0\0\xff\xff\xff\xff\xff\xff\xff\xff"),
	OTHER("\0\0\x7f\xff\xff\xff\xff\xff\xff\xff"),
	OTHER("\0\0\0\0\0\1\xff\xff\xff\xff\xff\xff"),
	OTHER("\0\0" TOPICS "\xff\xff\xff\xfe"),
	OTHER("\0\0" TOPICS "\xff\xff\xff\xff."),
};

int
main(void)
{
	struct buf b;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		bool none = true;

		is_str(
		    shown(&b, cases[i].assignment, cases[i].bytes, cases[i].n),
		    cases[i].want, "one of its form");
		buf_release(&b);
		for (size_t n = 0; n < cases[i].n; n++) {
			none &= strcmp(shown(&b, cases[i].assignment,
			                     cases[i].bytes, n),
			               "{}") == 0;
			buf_release(&b);
		}
		ok(none, "and none that is cut");
	}
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		is_str(shown(&b, i % 2 != 0, others[i].bytes, others[i].n),
		       "{}", "one of another form");
		buf_release(&b);
		is_str(shown(&b, i % 2 == 0, others[i].bytes, others[i].n),
		       "{}", "both ways");
		buf_release(&b);
	}
	return tap_done();
}
