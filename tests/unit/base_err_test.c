/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include "base/compiler.h"
#include "tests/tap/death.h"
#include "tests/tap/tap.h"

static const int codes[] = {
#define E(name, code, text) (code),
#include "base/errors.def"
#undef E
};

static void
test_table(void)
{
	bool good = true;

	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		good &= codes[i] < 0 && err_name(codes[i]) != NULL;
		good &= err_text(codes[i])[0] != '\0';
		for (size_t k = 0; k < i; k++)
			good &= codes[k] != codes[i];
	}
	ok(good, "every code is negative, unique and has a text");
	is_str(err_text(ERR_NOMEM), "out of memory", "a text");
	is_str(err_name(ERR_NOMEM), "NOMEM", "a name");
	is_str(err_text(0), "no error", "of success");
	is_str(err_text(-EISDIR) != NULL ? "text" : NULL, "text",
	       "of an errno");
	ok(err_name(-EISDIR) == NULL, "which has no name here");
	is_str(err_text(-999999), "unknown error", "of nonsense");
	is_str(err_text(12), "unknown error", "of a positive number");
	is_str(err_text(-998), "unknown error", "of an errno that is none");
	is_int(ERR_NOENT, -ENOENT, "codes are errnos where there is one");
}

static int
fails(struct err *e)
{
	return err_set(e, ERR_SYNTAX, "expected %s, found %d", "a name", 7);
}

static void
test_set(void)
{
	struct err e = ERR_INIT;
	char text[1000];

	is_int(fails(&e), ERR_SYNTAX, "set returns the code");
	is_int(e.code, ERR_SYNTAX, "and stores it");
	is_str(e.text, "expected a name, found 7", "with its text");
	is_int(err_at(&e, e.code, 3, 14), ERR_SYNTAX, "a position");
	ok(e.line == 3 && e.col == 14, "is stored");
	err_add_context(&e, "%s/%s", "snapshot", "manifest.json");
	is_str(e.text, "snapshot/manifest.json: expected a name, found 7",
	       "with context");
	ok(e.code == ERR_SYNTAX && e.line == 3, "context changes nothing else");
	(void)fails(&e);
	ok(e.line == 0 && e.col == 0, "a new error has no position yet");
	is_int(fails(NULL), ERR_SYNTAX, "nobody need be listening");
	is_int(err_at(NULL, ERR_IO, 1, 2), ERR_IO, "nor about the position");
	err_add_context(NULL, "nobody");

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	(void)err_set(&e, ERR_IO, "%s", text);
	is_int(strlen(e.text), ERR_TEXT_MAX - 1, "long texts are cut");
	is_str(e.text + ERR_TEXT_MAX - 5, "x...", "visibly");
	(void)err_set(&e, ERR_IO, "why");
	err_add_context(&e, "%s", text);
	is_int(strlen(e.text), ERR_TEXT_MAX - 1, "so is long context");
	(void)err_set(&e, ERR_IO, "%.*s", (int)ERR_TEXT_MAX - 1, text);
	is_str(e.text + ERR_TEXT_MAX - 4, "xxx", "what just fits is whole");
}

static void
ensure_fails(void)
{
	ENSURE(1 > 2);
}

static void
ensure_holds(void)
{
	ENSURE(2 > 1);
}

struct outer {
	char before[5];
	int inner;
};

int
main(void)
{
	struct outer o;

	test_table();
	test_set();
	ok(death_aborts(ensure_fails), "ENSURE stops in every build");
	ok(!death_aborts(ensure_holds), "and only when it must");
	ok(container_of(&o.inner, struct outer, inner) == &o, "container_of");
	return tap_done();
}
