/* SPDX-License-Identifier: Apache-2.0 */
/* The two sinks of the API: values out of an entry, and short texts. */
#include "analyzer/api/cut.h"
#include "analyzer/api/glean.h"

#include "tests/tap/tap.h"

/* {"a":{"b":"x","c":[{"d":"y"},{"d":"z"}],"n":7},"b":"w"} */
static void
tell(struct sink *s)
{
	sink_begin_object(s);
	if (sink_want(s, STR("a"))) {
		sink_begin_object(s);
		sink_member_string(s, "b", STR("x"));
		if (sink_want(s, STR("c"))) {
			sink_begin_array(s);
			sink_begin_object(s);
			sink_member_string(s, "d", STR("y"));
			sink_end_object(s);
			sink_begin_object(s);
			sink_member_string(s, "d", STR("z"));
			sink_end_object(s);
			sink_end_array(s);
		}
		sink_member_integer(s, "n", 7);
		sink_end_object(s);
	}
	sink_member_string(s, "b", STR("w"));
	sink_end_object(s);
}

static void
test_glean(void)
{
	static const char *const paths[] = { "a.b", "a.c.d", "a.n",
		                             "b",   "a.x",   "c" };
	struct arena a;
	struct glean g;

	arena_init(&a, 1 << 16, 0);
	glean_init(&g, paths, ARRAY_LEN(paths), &a);
	tell(&g.sink);
	is_int(g.sink.error, 0, "told");
	is_bytes(g.value[0].p, g.value[0].n, "x", 1, "a member below");
	is_bytes(g.value[1].p, g.value[1].n, "y", 1, "the first of an array");
	is_bytes(g.value[2].p, g.value[2].n, "7", 1, "a number, as text");
	is_bytes(g.value[3].p, g.value[3].n, "w", 1, "of two b the outer one");
	ok(g.value[4].p == NULL, "what is not there");
	ok(g.value[5].p == NULL, "a name that is only deeper");
	glean_init(&g, paths, 1, &a);
	ok(!g.sink.ops->want(&g.sink, STR("c")), "nothing else is wanted");
	ok(g.sink.ops->want(&g.sink, STR("a")), "but the way there");
	arena_release(&a);
}

static void
is_cut(size_t max, bool sections, void (*f)(struct sink *s), const char *want)
{
	struct json_out j;
	struct buf b;
	struct cut c;

	buf_init(&b, 1 << 16);
	jout_init_buf(&j, &b);
	cut_init(&c, &j, max, sections);
	f(&c.json.sink);
	is_int(jout_finish(&j), 0, "it is JSON");
	is_bytes(b.p, b.n, want, strlen(want), want);
	buf_release(&b);
}

static void
long_text(struct sink *s)
{
	sink_string(s, STR("abcdefgh"));
}

static void
umlauts(struct sink *s)
{
	sink_string(s, STR("a\xc3\xa4\xc3\xa4"));
}

static void
in_pieces(struct sink *s)
{
	sink_text_begin(s);
	sink_text(s, STR("abc"));
	sink_text(s, STR("defgh"));
	sink_text(s, STR("ijk"));
	sink_text_end(s);
}

static void
table(struct sink *s)
{
	sink_begin_object(s);
	sink_member_string(s, "type", STR("table"));
	sink_member_string(s, "data", STR("[{\"name\":\"n\"}]"));
	sink_end_object(s);
}

static void
empty_table(struct sink *s)
{
	sink_begin_object(s);
	sink_member_string(s, "type", STR("table"));
	sink_member_string(s, "data", STR("null"));
	sink_end_object(s);
}

static void
body(struct sink *s)
{
	sink_begin_object(s);
	sink_member_string(s, "type", STR("body"));
	sink_member_string(s, "data", STR("[1,2]"));
	sink_end_object(s);
}

static void
test_cut(void)
{
	is_cut(5, false, long_text, "\"abcde\"");
	is_cut(8, false, long_text, "\"abcdefgh\"");
	is_cut(4, false, umlauts, "\"a\xc3\xa4\"");
	is_cut(5, false, in_pieces, "\"abcde\"");
	is_cut(99, false, in_pieces, "\"abcdefghijk\"");
	is_cut(5, true, table,
	       "{\"type\":\"table\",\"data\":[{\"name\":\"n\"}]}");
	is_cut(5, true, empty_table, "{\"type\":\"table\",\"data\":[]}");
	is_cut(3, true, body, "{\"type\":\"body\",\"data\":\"[1,\"}");
	is_cut(99, false, table,
	       "{\"type\":\"table\",\"data\":\"[{\\\"name\\\":\\\"n\\\"}]\"}");
}

int
main(void)
{
	test_glean();
	test_cut();
	return tap_done();
}
