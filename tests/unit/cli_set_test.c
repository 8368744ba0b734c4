/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/set.h"

#include "base/err.h"
#include "cli/csv.h"
#include "cli/size.h"
#include "tests/tap/tap.h"

static char told[1024];

static void
tell(void *ctx, const char *text)
{
	size_t n = strlen(told);

	(void)ctx;
	snprintf(told + n, sizeof(told) - n, "[%s]", text);
}

static void
set(struct config *c, const char *first, const char *second, const char *want)
{
	const char *texts[] = { first, second };
	struct set_warn warn = { tell, NULL };

	told[0] = '\0';
	is_int(set_apply(c, texts, second != NULL ? 2 : 1, &warn), 0, first);
	is_str(told, want, "what is told");
}

static void
test_set(void)
{
	struct config c;

	is_int(config_init(&c), 0, "a configuration");
	set(&c, "tap.docker.tag=a=b", NULL, "");
	is_str(config_text(&c, CONFIG_TAG), "a=b", "the first = parts");
	set(&c, "headless=T,tap.proxy.hub.port=1", "tap.tls=0", "");
	ok(config_bool(&c, CONFIG_HEADLESS), "several in one text");
	is_int(config_port(&c, CONFIG_HUB_PORT), 1, "a number");
	ok(!config_bool(&c, CONFIG_TLS), "and several texts");
	set(&c, "tap.namespaces=a,x", "tap.namespaces=b",
	    "[Ignoring set argument x (set argument format: <flag "
	    "name>=<flag value>)]");
	is_int(c.value[CONFIG_NAMESPACES].n, 2, "a list of all values");
	set(&c, "tap.namespaces=c", NULL, "");
	is_int(c.value[CONFIG_NAMESPACES].n, 1, "a list of one");
	set(&c, "headless=maybe", NULL,
	    "[invalid value maybe for flag name headless, expected bool]");
	set(&c, "tap.proxy.hub.port=65536", NULL,
	    "[invalid value 65536 for flag name tap.proxy.hub.port, expected "
	    "uint16]");
	set(&c, "tap.docker.tag=a,tap.docker.tag=b", NULL,
	    "[invalid values a,b for flag name tap.docker.tag, expected "
	    "string]");
	set(&c, "tap.docker=x", "frob=1",
	    "[flag \"tap.docker\" not found][flag \"frob\" not found]");
	set(&c, "scripting.env=x", NULL, "[flag \"scripting.env\" not found]");
	set(&c, "\"tap.regex=a,b\"", NULL, "");
	is_str(config_text(&c, CONFIG_REGEX), "a,b", "quotes keep a comma");
	set(&c, "\"tap.regex=a", NULL,
	    "[Ignoring set argument \"tap.regex=a (its quotes are in the wrong "
	    "place)]");
	config_release(&c);
}

static void
split(const char *text, int rc, const char *want)
{
	char got[128] = "";
	struct str *field = NULL;
	struct arena a;
	size_t n = 0, at = 0;

	arena_init(&a, 10000, 0);
	is_int(csv_split(&a, str_from_c(text), &field, &n), rc, text);
	for (size_t i = 0; i < n; i++)
		at += (size_t)snprintf(got + at, sizeof(got) - at,
		                       "<" STR_FMT ">", STR_ARG(field[i]));
	is_str(got, want, "its fields");
	arena_release(&a);
}

static void
test_csv(void)
{
	split("", 0, "");
	split("a", 0, "<a>");
	split("a,b", 0, "<a><b>");
	split("a,", 0, "<a><>");
	split(",", 0, "<><>");
	split("\"a,b\",c", 0, "<a,b><c>");
	split("\"a\"\"b\"", 0, "<a\"b>");
	split("\"\"", 0, "<>");
	split("\"\",", 0, "<><>");
	split("\"a", ERR_SYNTAX, "");
	split("\"", ERR_SYNTAX, "");
	split("\"a\"b", ERR_SYNTAX, "");
	split("a\"b", ERR_SYNTAX, "");
}

static void
test_size(void)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} good[] = {
		{ "200MB", 200000000 },
		{ "1GiB", 1000000000 },
		{ "0", 0 },
		{ "1.5 k", 1500 },
		{ "10b", 10 },
		{ "3i", 3 },
		{ "2Ti", 2000000000000 },
		{ "0.001P", 1000000000000 },
	};
	static const char *const bad[] = { "",     "-1",    "MB",  "1.2.3",
		                           "1  k", "1kk",   ".5",  "1.",
		                           " 1",   "1 MBs", "0x1", "1E" };
	uint64_t n;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		n = UINT64_MAX;
		is_int(size_parse(str_from_c(good[i].text), &n), 0,
		       good[i].text);
		ok(n == good[i].bytes, "as many bytes");
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(size_parse(str_from_c(bad[i]), &n), ERR_SYNTAX, bad[i]);
	is_int(size_parse(STR("99999P"), &n), ERR_LIMIT, "too much");
}

int
main(void)
{
	test_set();
	test_csv();
	test_size();
	return tap_done();
}
