/* SPDX-License-Identifier: Apache-2.0 */
/* Sinks: JSON text, sticky errors, what is not wanted, strings in pieces. */
#include "analyzer/entry/sink.h"
#include "base/err.h"
#include "base/json_out.h"
#include "tests/tap/tap.h"

static void
emit_everything(struct sink *s)
{
	sink_begin_object(s);
	sink_member_string(s, "s", STR("a\"<\xff"));
	sink_member_integer(s, "i", -5);
	sink_member_boolean(s, "b", true);
	if (sink_want(s, STR("n")))
		sink_number(s, 0.5);
	sink_key(s, STR("a"));
	sink_begin_array(s);
	sink_null(s);
	sink_boolean(s, false);
	sink_text_begin(s);
	sink_text(s, STR("caf\xc3"));
	sink_text(s, STR(""));
	sink_text(s, STR("\xa9"));
	sink_text_end(s);
	sink_end_array(s);
	sink_end_object(s);
}

static const char everything[] =
    "{\"s\":\"a\\\"\\u003c\\ufffd\",\"i\":-5,\"b\":true,\"n\":0.5,"
    "\"a\":[null,false,\"caf\xc3\xa9\"]}";

static void
test_json(void)
{
	struct buf b;
	struct json_out j;
	struct sink_json s;

	buf_init(&b, 1000);
	jout_init_buf(&j, &b);
	sink_json_init(&s, &j);
	emit_everything(&s.sink);
	is_int(jout_finish(&j), 0, "the writer is content");
	ok(sink_ok(&s.sink), "so is the sink");
	is_bytes(b.p, b.n, everything, strlen(everything),
	         "events become JSON");
	buf_release(&b);
}

static void
test_json_error(void)
{
	struct buf b;
	struct json_out j;
	struct sink_json s;

	buf_init(&b, 10);
	jout_init_buf(&j, &b);
	sink_json_init(&s, &j);
	sink_begin_array(&s.sink);
	for (int i = 0; i < 5000; i++)
		sink_string(&s.sink, STR("text"));
	is_int(s.sink.error, ERR_BUDGET, "the writer's error is the sink's");
	sink_text_begin(&s.sink);
	sink_text(&s.sink, STR("x"));
	sink_text_end(&s.sink);
	ok(!sink_want(&s.sink, STR("k")), "after an error nothing is wanted");
	sink_end_array(&s.sink);
	buf_release(&b);
}

/* --- a sink that records, picks, and has no pieces ------------------------ */

struct recorder {
	struct sink sink;
	char text[1000];
	size_t n;
};

static void
note(struct sink *s, const char *what, struct str v)
{
	struct recorder *r = container_of(s, struct recorder, sink);
	int n = snprintf(r->text + r->n, sizeof(r->text) - r->n, "%s" STR_FMT,
	                 what, STR_ARG(v));

	if (n > 0)
		r->n += (size_t)n;
}

static bool
want_not_secret(struct sink *s, struct str key)
{
	(void)s;
	return !str_eq(key, STR("secret"));
}

static void
rec_begin_object(struct sink *s)
{
	note(s, "{", STR_NONE);
}

static void
rec_end_object(struct sink *s)
{
	note(s, "}", STR_NONE);
}

static void
rec_begin_array(struct sink *s)
{
	note(s, "[", STR_NONE);
}

static void
rec_end_array(struct sink *s)
{
	note(s, "]", STR_NONE);
}

static void
rec_key(struct sink *s, struct str key)
{
	note(s, " ", key);
}

static void
rec_string(struct sink *s, struct str v)
{
	note(s, "=", v);
}

static void
rec_integer(struct sink *s, int64_t v)
{
	note(s, v < 0 ? "=neg" : "=int", STR_NONE);
}

static void
rec_number(struct sink *s, double v)
{
	note(s, v > 0.4 && v < 0.6 ? "=half" : "=num", STR_NONE);
}

static void
rec_boolean(struct sink *s, bool v)
{
	note(s, v ? "=yes" : "=no", STR_NONE);
}

static void
rec_null(struct sink *s)
{
	note(s, "=null", STR_NONE);
}

static const struct sink_ops rec_ops = {
	.want = want_not_secret,
	.begin_object = rec_begin_object,
	.end_object = rec_end_object,
	.begin_array = rec_begin_array,
	.end_array = rec_end_array,
	.key = rec_key,
	.string = rec_string,
	.integer = rec_integer,
	.number = rec_number,
	.boolean = rec_boolean,
	.null = rec_null,
};

static void
test_gathering(void)
{
	struct recorder r = { .sink = { .ops = &rec_ops } };

	emit_everything(&r.sink);
	is_str(r.text,
	       "{ s=a\"<\xff i=neg b=yes n=half a[=null=no=caf\xc3\xa9]}",
	       "pieces are one string for a sink without pieces");
}

static void
test_want(void)
{
	struct recorder r = { .sink = { .ops = &rec_ops } };

	sink_begin_object(&r.sink);
	sink_member_string(&r.sink, "secret", STR("x"));
	sink_member_integer(&r.sink, "secret", 1);
	sink_member_boolean(&r.sink, "secret", true);
	sink_member_string(&r.sink, "open", STR("y"));
	sink_end_object(&r.sink);
	is_str(r.text, "{ open=y}", "members that nobody wants are left out");
}

static void
test_sticky(void)
{
	struct recorder r = { .sink = { .ops = &rec_ops } };

	sink_text_begin(&r.sink);
	sink_text(&r.sink, STR("lost"));
	sink_fail(&r.sink, ERR_IO);
	sink_fail(&r.sink, ERR_NOMEM);
	sink_text(&r.sink, STR("lost, too"));
	sink_text_end(&r.sink);
	emit_everything(&r.sink);
	is_str(r.text, "", "after an error nothing is written");
	is_int(r.sink.error, ERR_IO, "the first error counts");
}

static void
test_too_long(void)
{
	struct recorder r = { .sink = { .ops = &rec_ops } };
	static char piece[1 << 20];

	sink_text_begin(&r.sink);
	for (size_t n = 0; n <= SINK_TEXT_MAX; n += sizeof(piece))
		sink_text(&r.sink, str_make(piece, sizeof(piece)));
	sink_text_end(&r.sink);
	is_int(r.sink.error, ERR_BUDGET, "gathering has a limit");
}

int
main(void)
{
	test_json();
	test_json_error();
	test_gathering();
	test_want();
	test_sticky();
	test_too_long();
	return tap_done();
}
