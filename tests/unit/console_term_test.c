/* SPDX-License-Identifier: Apache-2.0 */
/* term, and outline, which writes to it. */
#include "console/term.h"

#include "analyzer/cmd/outline.h"
#include "base/err.h"
#include "tests/tap/tap.h"

/* A term that writes into memory. */
struct page {
	struct term t;
	FILE *f;
	char text[4096];
};

static void
page_init(struct page *p)
{
	memset(p->text, 0, sizeof(p->text));
	p->f = tmpfile();
	if (p->f == NULL)
		abort();
	term_init(&p->t, p->f);
}

static const char *
page_end(struct page *p)
{
	size_t n;

	is_int(term_flush(&p->t), 0, "written");
	rewind(p->f);
	n = fread(p->text, 1, sizeof(p->text) - 1, p->f);
	p->text[n] = '\0';
	term_release(&p->t);
	fclose(p->f);
	return p->text;
}

static void
test_text(void)
{
	struct page p;

	page_init(&p);
	ok(!p.t.tty && !p.t.colour && p.t.width == 0, "a file is no terminal");
	term_style(&p.t, TERM_BAD);
	term_text(&p.t, STR("a\x1b[31m\nb\x07\xc2\x9b\xff\xe2\x80\xae z"));
	term_style(&p.t, TERM_PLAIN);
	is_str(page_end(&p), "a\\x1b[31m\\nb\\x07\\u009b\\xff\\u202e z",
	       "controls are visible, styles are not");
}

static void
test_block(void)
{
	struct page p;

	page_init(&p);
	term_block(&p.t, "> ", STR("one\r\n\ttwo\x1b\n\nlast"));
	term_block(&p.t, "> ", STR("end\n"));
	term_block(&p.t, "> ", STR(""));
	is_str(page_end(&p), "> one\n> \ttwo\\x1b\n> \n> last\n> end\n",
	       "lines stay lines");
}

static void
test_cells(void)
{
	struct page p;

	page_init(&p);
	term_cell(&p.t, 5, STR("ab"));
	term_cell(&p.t, -5, STR("cd"));
	term_cell(&p.t, 0, STR("ef"));
	term_cell(&p.t, 2, STR("longer"));
	term_cell(&p.t, -4, STR("\xc3\xa9\xc3\xa9"));
	term_printf(&p.t, "|");
	is_str(page_end(&p), "   ab cd    ef longer \xc3\xa9\xc3\xa9   |",
	       "padded by characters, never cut in a file");

	page_init(&p);
	p.t.width = 80;
	term_cell(&p.t, 4, STR("abcd"));
	term_cell(&p.t, 4, STR("abcde"));
	term_cell(&p.t, -3, STR("\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"));
	term_cell(&p.t, 0, STR("whole"));
	is_str(page_end(&p),
	       "abcd abc\xe2\x80\xa6 \xc3\xa9\xc3\xa9\xe2\x80\xa6 whole ",
	       "cut on a terminal, between characters");
}

static void
test_failure(void)
{
	FILE *f = fopen("/dev/full", "w");
	struct term t;

	if (f == NULL) {
		tap_skip("there is no /dev/full");
		return;
	}
	term_init(&t, f);
	term_printf(&t, "x");
	is_int(term_flush(&t), -ENOSPC, "a full disk is told");
	ok(term_failed(&t), "and remembered");
	term_text(&t, STR("y"));
	is_int(term_flush(&t), -ENOSPC, "as the first error");
	term_release(&t);
	fclose(f);
}

static void
render(struct sink *s)
{
	sink_begin_object(s);
	if (sink_want(s, STR("id")))
		sink_string(s, STR("not wanted"));
	if (sink_want(s, STR("request"))) {
		sink_begin_object(s);
		sink_member_string(s, "method", STR("GET"));
		sink_member_string(s, "empty", STR(""));
		sink_member_boolean(s, "no", false);
		sink_member_boolean(s, "yes", true);
		sink_key(s, STR("none"));
		sink_begin_object(s);
		sink_end_object(s);
		sink_key(s, STR("list"));
		sink_begin_array(s);
		sink_integer(s, -1);
		sink_null(s);
		sink_begin_object(s);
		sink_member_string(s, "k\x1b", STR("v\n"));
		sink_end_object(s);
		sink_end_array(s);
		sink_key(s, STR("content"));
		sink_begin_object(s);
		sink_member_string(s, "mimeType", STR("text/plain"));
		if (sink_want(s, STR("text")))
			sink_string(s, STR("a body"));
		sink_end_object(s);
		if (sink_want(s, STR("text")))
			sink_string(s, STR("no body"));
		sink_key(s, STR("number"));
		sink_number(s, 0.5);
		sink_end_object(s);
	}
	sink_end_object(s);
}

static void
test_outline(void)
{
	static const char *const top[] = { "request", NULL };
	struct outline o;
	struct page p;

	page_init(&p);
	outline_init(&o, &p.t, top);
	render(&o.sink);
	is_int(o.sink.error, 0, "rendered");
	is_str(page_end(&p),
	       "request:\n"
	       "  method: GET\n"
	       "  yes: yes\n"
	       "  list:\n"
	       "    - -1\n"
	       "    -\n"
	       "      k\\x1b: v\\n\n"
	       "  content:\n"
	       "    mimeType: text/plain\n"
	       "  text: no body\n"
	       "  number: 0.5\n",
	       "an outline of what is not empty");
}

static void
test_deep_outline(void)
{
	static const char *const top[] = { "a", NULL };
	struct outline o;
	struct page p;

	page_init(&p);
	outline_init(&o, &p.t, top);
	for (int i = 0; i < 2 * OUTLINE_DEPTH; i++) {
		sink_begin_object(&o.sink);
		sink_key(&o.sink, STR("a"));
	}
	is_int(o.sink.error, ERR_LIMIT, "too deep is an error, no overflow");
	(void)page_end(&p);
}

int
main(void)
{
	test_text();
	test_block();
	test_cells();
	test_failure();
	test_outline();
	test_deep_outline();
	return tap_done();
}
