/* SPDX-License-Identifier: Apache-2.0 */
/* The entry's own arithmetic, its ids, the names of fields, protocols. */
#include "analyzer/entry/entry.h"
#include "analyzer/entry/field.h"
#include "analyzer/entry/position.h"
#include "analyzer/entry/protocol.h"
#include "analyzer/entry/sink.h"
#include "base/json_out.h"
#include "tests/tap/tap.h"

static int64_t
elapsed(int64_t request, int64_t response)
{
	struct entry e = {
		.request = { .present = true, .last = request },
		.response = { .present = true, .last = response },
	};

	return entry_elapsed_ms(&e);
}

static void
test_times(void)
{
	struct entry e = { .request = { .last = 7 },
		           .response = { .last = 9 } };

	is_int(elapsed(0, 10000000), 10, "10 ms");
	is_int(elapsed(0, 499999), 0, "less than half a ms is none");
	is_int(elapsed(0, 500000), 1, "half a ms is one: away from zero");
	is_int(elapsed(0, 1499999), 1, "and not before");
	is_int(elapsed(5000000, 0), 0, "never negative");
	is_int(elapsed(INT64_MIN, INT64_MAX), 18446744073710,
	       "the longest time there is");
	e.response.present = true;
	is_int(entry_elapsed_ms(&e), 0, "no request, no time");
	is_int(entry_time(&e), 9, "without a request the response counts");
	e.request.present = true;
	is_int(entry_time(&e), 7, "else the end of the request");
	e.response.present = false;
	is_int(entry_elapsed_ms(&e), 0, "no response, no time");
}

static void
test_reasons(void)
{
	static const uint32_t bad[] = {
		ENTRY_NO_REQUEST, ENTRY_NO_RESPONSE, ENTRY_REQ_CUT,
		ENTRY_RES_CUT,    ENTRY_REQ_GAP,     ENTRY_RES_GAP,
		ENTRY_PAIR_DOUBT,
	};
	uint32_t all = 0;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		ok(!entry_complete(bad[i]) && entry_reason(bad[i])[0] != '\0',
		   "what is wrong has a reason");
		all |= bad[i];
	}
	is_str(entry_reason(all), "the request was not seen",
	       "the gravest comes first");
	ok(entry_complete(0), "nothing wrong");
	ok(entry_complete(ENTRY_FAILED | ENTRY_LATE_JOIN | ENTRY_ONE_WAY |
	                  ENTRY_RESYNCED | ENTRY_SPANS_CUT |
	                  ENTRY_ROLE_GUESSED | ENTRY_REVERSED),
	   "what does not make evidence less whole");
	is_str(entry_reason(ENTRY_FAILED), "", "needs no reason");
}

static void
test_ids(void)
{
	struct position max = { .record = POSITION_RECORD_MAX,
		                .source = POSITION_SOURCE_MAX };
	struct position one = { .record = 1 };
	struct position next = { .record = 1, .source = 1 };
	int64_t id = position_id(max, POSITION_SEQ_MAX);

	is_int(id, INT64_MAX, "the largest id is the largest number");
	is_int(position_of_id(id).record, (intmax_t)POSITION_RECORD_MAX,
	       "its record");
	is_int(position_of_id(id).source, POSITION_SOURCE_MAX, "its source");
	is_int(position_seq_of_id(id), POSITION_SEQ_MAX, "its sequence");
	is_int(position_id(one, 0), 1 << POSITION_SEQ_BITS, "the first id");
	ok(position_id(one, POSITION_SEQ_MAX) < position_id(next, 0),
	   "ids sort by source, record, sequence");
}

static void
test_fields(void)
{
	size_t n = 0;
	bool named = true, unique = true;

	for (const struct field *f = entry_fields; f->path != NULL; f++, n++) {
		named &= f->path[0] != '\0' && f->doc[0] != '\0';
		for (const struct field *g = entry_fields; g != f; g++)
			unique &= strcmp(f->path, g->path) != 0;
	}
	ok(n > 30, "there are fields");
	ok(named, "each has a name and a text");
	ok(unique, "each is there once");
}

static void
test_protocol(void)
{
	static const uint16_t ports[] = { 80, 443, 65535, 0 };
	static const struct protocol p = {
		.key = "http/1.1",
		.name = "http",
		.version = "1.1",
		.abbr = "HTTP",
		.long_name = "Long",
		.macro = "http",
		.background = "#326de6",
		.foreground = "#ffffff",
		.font_size = 12,
		.link = "https://example.com/",
		.layer4 = "tcp",
		.priority = 3,
		.ports = ports,
	};
	static const char want[] =
	    "{\"name\":\"http\",\"version\":\"1.1\",\"abbr\":\"HTTP\","
	    "\"longName\":\"Long\",\"macro\":\"http\","
	    "\"backgroundColor\":\"#326de6\",\"foregroundColor\":\"#ffffff\","
	    "\"fontSize\":12,\"referenceLink\":\"https://example.com/\","
	    "\"ports\":[\"80\",\"443\",\"65535\"],\"layer4\":\"tcp\","
	    "\"priority\":3}";
	struct buf b;
	struct json_out j;
	struct sink_json s;

	buf_init(&b, 1000);
	jout_init_buf(&j, &b);
	sink_json_init(&s, &j);
	protocol_render(&p, &s.sink);
	is_int(jout_finish(&j), 0, "a protocol renders");
	is_bytes(b.p, b.n, want, strlen(want), "in the compatible order");
	buf_release(&b);
}

int
main(void)
{
	test_times();
	test_reasons();
	test_ids();
	test_fields();
	test_protocol();
	return tap_done();
}
