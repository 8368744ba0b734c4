/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/history.h"

#include <stdlib.h>

#include "base/addr.h"
#include "base/mem.h"
#include "tests/tap/tap.h"

enum { DUMP_MAX = 8192 };

static struct snapshot_limits
defaults(void)
{
	struct snapshot_limits l;

	snapshot_limits_init(&l);
	return l;
}

/* Parse a copy of exactly the text's bytes. */
static int
parse(struct str text, const struct snapshot_limits *l, struct err *e,
      struct history **ret_h)
{
	char *copy = malloc(text.n ? text.n : 1);
	int rc;

	if (copy == NULL)
		abort();
	if (text.n > 0)
		memcpy(copy, text.p, text.n);
	rc = history_parse(str_make(copy, text.n), l, e, ret_h);
	free(copy); /* nothing of the text is borrowed */
	return rc;
}

static void
dump_time(char *out, size_t size, int64_t t)
{
	if (t == INT64_MIN || t == INT64_MAX)
		(void)snprintf(out, size, "*");
	else
		(void)snprintf(out, size, "%" PRId64, t / 1000000);
}

/* One line an interval: ip port from to [early] name [ns]; times in ms. */
static void
dump(const struct history *h, char out[DUMP_MAX])
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < history_count(h); i++) {
		const struct identity *id = history_at(h, i);
		struct addr a = addr_v6(id->ip);
		char ip[ADDR_TEXT], from[24], to[24];

		dump_time(from, sizeof(from), id->from);
		dump_time(to, sizeof(to), id->to);
		n += (size_t)snprintf(out + n, DUMP_MAX - n,
		                      "%s %u %s..%s%s " STR_FMT " [" STR_FMT
		                      "]\n",
		                      addr_format(&a, ip), id->port, from, to,
		                      id->early ? " early" : "",
		                      STR_ARG(id->name), STR_ARG(id->ns));
		if (n >= DUMP_MAX)
			abort();
	}
}

/* `text` gives these intervals, and this many keys are passed over. */
static void
gives(const char *text, const char *want, size_t passed_over, const char *what)
{
	struct snapshot_limits l = defaults();
	struct err e = ERR_INIT;
	struct history *h = NULL;
	char got[DUMP_MAX] = "";
	int rc = parse(str_from_c(text), &l, &e, &h);

	if (!is_int(rc, 0, what)) {
		tap_note(e.text);
		return;
	}
	dump(h, got);
	is_str(got, want, "its intervals");
	is_int(history_passed_over(h), passed_over, "keys passed over");
	history_free(h);
}

static void
fails(const char *text, int code, uint32_t line, const char *what)
{
	struct snapshot_limits l = defaults();
	struct err e = ERR_INIT;
	struct history *h = NULL;

	is_int(parse(str_from_c(text), &l, &e, &h), code, what);
	ok(e.code == code && e.line == line && e.text[0] != '\0',
	   "with a text and the line");
	ok(h == NULL, "and nothing is given");
	history_free(h);
}

#define A  "{\"FullAddress\":\"a.ns\",\"Namespace\":\"ns\"}"
#define B  "{\"FullAddress\":\"b.ns\",\"Namespace\":\"ns\"}"
#define IP "\"10.0.0.1\""

static void
test_intervals(void)
{
	gives("{}", "", 0, "no map at all");
	gives("{\"1\":{}}", "", 0, "an empty map");
	gives("{\"1675000000\":{" IP ":" A "}}",
	      "10.0.0.1 0 *..1675000000000 early a.ns [ns]\n"
	      "10.0.0.1 0 1675000000000..* a.ns [ns]\n",
	      0, "one name, before and after");
	gives("{\"10\":{},\"20\":{" IP ":" A "}}",
	      "10.0.0.1 0 20000..* a.ns [ns]\n", 0,
	      "a name of the second map is not early");
	gives("{\"10\":{},\"20\":{" IP ":" A "},\"30\":{" IP ":" B
	      "},\"40\":{},\"50\":{" IP ":" B "}}",
	      "10.0.0.1 0 20000..30000 a.ns [ns]\n"
	      "10.0.0.1 0 30000..40000 b.ns [ns]\n"
	      "10.0.0.1 0 50000..* b.ns [ns]\n",
	      0, "a change, an end, a return");
	gives("{\"10\":{},\"20\":{" IP ":" A "},\"30\":{" IP ":" A
	      "},\"40\":{ " IP ":" A "},\"50\":{}}",
	      "10.0.0.1 0 20000..50000 a.ns [ns]\n", 0,
	      "maps that change nothing leave no trace");
	gives("{\"30\":{" IP ":" B "},\"10\":{},\"20\":{" IP ":" A "}}",
	      "10.0.0.1 0 20000..30000 a.ns [ns]\n"
	      "10.0.0.1 0 30000..* b.ns [ns]\n",
	      0, "maps in any order");
	gives("{\"10\":null,\"20\":{" IP ":" A "},\"30\":null}",
	      "10.0.0.1 0 20000..30000 a.ns [ns]\n", 0, "null is empty");
	gives("{\"10\":{},\"20\":{" IP ":" A "},\"20\":{" IP ":" B "}}",
	      "10.0.0.1 0 20000..* b.ns [ns]\n", 0,
	      "the later text of one instant");
	gives("{\"10\":{},\"20\":{" IP ":{\"FullAddress\":\"a\",\"Namespace\":"
	      "\"x\"}},\"30\":{" IP ":{\"FullAddress\":\"a\"}}}",
	      "10.0.0.1 0 20000..30000 a [x]\n10.0.0.1 0 30000..* a []\n", 0,
	      "another namespace is a change");
}

static void
test_units(void)
{
	gives("{\"10\":{},\"1675000000500\":{" IP ":" A "},"
	      "\"1675000002\":{}}",
	      "10.0.0.1 0 1675000000500..1675000002000 a.ns [ns]\n", 0,
	      "milliseconds and seconds in one file");
	fails("{\"100000000000\":{}}", ERR_SYNTAX, 1,
	      "seconds beyond the year 2262");
	gives("{\"0\":{},\"100000000001\":{" IP ":" A "}}",
	      "10.0.0.1 0 100000000001..* a.ns [ns]\n", 0,
	      "one more, and they are milliseconds");
}

static void
test_keys(void)
{
	gives("{\"0\":{},\"1\":{"
	      "\"10.0.0.9\":" A ",\"10.0.0.10:80\":" A ",\"10.0.0.10\":" B ","
	      "\"fd00::1\":" A ",\"[fd00::1]:443\":" B ",\"[fd00::2]\":" A ","
	      "\"fd00:0:0:0:0:0:0:3:53\":" B "}}",
	      "10.0.0.9 0 1000..* a.ns [ns]\n"
	      "10.0.0.10 0 1000..* b.ns [ns]\n"
	      "10.0.0.10 80 1000..* a.ns [ns]\n"
	      "fd00::1 0 1000..* a.ns [ns]\n"
	      "fd00::1 443 1000..* b.ns [ns]\n"
	      "fd00::2 0 1000..* a.ns [ns]\n"
	      "fd00::3 53 1000..* b.ns [ns]\n",
	      0, "all forms of a key, sorted by address and port");
	gives("{\"0\":{},\"1\":{\"kube-dns.kube-system\":" A ",\"\":" A ","
	      "\":80\":" A ",\"10.0.0.1:\":" A ",\"10.0.0.1:x\":" A ","
	      "\"10.0.0.1:65536\":" A ",\"10.0.0.256\":" A ","
	      "\"10.0.0.1:80:90\":" A ",\"[10.0.0.1]:80\":" A "}}",
	      "", 9, "names and malformed addresses are passed over");
	gives("{\"0\":{},\"1\":{\"10.0.0.1\":null,\"10.0.0.2\":3,"
	      "\"10.0.0.3\":{},\"10.0.0.4\":{\"FullAddress\":\"\"},"
	      "\"10.0.0.5\":{\"FullAddress\":[1]},"
	      "\"10.0.0.6\":{\"Namespace\":\"ns\"}}}",
	      "", 6, "so are values without a name");
	gives("{\"0\":{},\"1\":{\"10.0.0.1\":" A ",\"::ffff:10.0.0.1\":" B "}}",
	      "10.0.0.1 0 1000..* a.ns [ns]\n", 1,
	      "two spellings of one address: the first counts");
	gives("{\"0\":{},\"1\":{" IP ":{\"other\":{\"x\":[1,2]},"
	      "\"namespace\":\"n\",\"fullAddress\":\"\\u0061\\/b\"}}}",
	      "10.0.0.1 0 1000..* a/b [n]\n", 0,
	      "lower case, escapes, members that we do not know");
}

static void
test_long_name(void)
{
	char text[1200] = "{\"0\":{},\"1\":{" IP ":{\"FullAddress\":\"";
	size_t n = strlen(text);

	memset(text + n, 'x', 1025);
	(void)snprintf(text + n + 1025, sizeof(text) - n - 1025, "\"}}}");
	gives(text, "", 1, "a name that is too long is none");
}

static void
test_errors(void)
{
	fails("", ERR_SYNTAX, 1, "an empty file");
	fails("[]", ERR_SYNTAX, 1, "an array");
	fails("{\"1\":{}", ERR_SYNTAX, 1, "no end");
	fails("{\n\"1\":{},\n\"x\":{}}", ERR_SYNTAX, 3,
	      "a key that is no time");
	fails("{\n\"-1\":{}}", ERR_SYNTAX, 2, "a negative time");
	fails("{\"18446744073709551615\":{}}", ERR_SYNTAX, 1,
	      "a time beyond our reach");
	fails("{\"1\":\n[]}", ERR_SYNTAX, 2, "a map that is an array");
	fails("{\"1\":{\n\n" IP ":{\"FullAddress\":\"\xff\"}}}", ERR_SYNTAX, 3,
	      "a name that is not text");
	fails("{\"1\":{}} x", ERR_SYNTAX, 1, "more behind the end");
}

static void
test_limits(void)
{
	static const char text[] = "{\"1\":{" IP ":" A "},\"2\":{" IP ":" B
				   "},\"3\":{\"10.0.0.2\":{}}}";
	struct snapshot_limits l = defaults();
	struct history *h = NULL;
	struct err e = ERR_INIT;
	struct str s = str_from_c(text);

	l.json_bytes = s.n - 1;
	is_int(parse(s, &l, &e, &h), ERR_LIMIT, "too many bytes");
	ok(strstr(e.text, "json-bytes") != NULL, "the limit is named");
	l = defaults();
	l.history_maps = 2;
	is_int(parse(s, &l, &e, &h), ERR_LIMIT, "too many maps");
	ok(strstr(e.text, "history-maps") != NULL, "the limit is named");
	l = defaults();
	l.identities = 2;
	is_int(parse(s, &l, &e, &h), ERR_LIMIT, "too many intervals");
	ok(strstr(e.text, "identities") != NULL, "the limit is named");
	l.identities = 3;
	is_int(parse(s, &l, &e, &h), 0, "just as many as may be");
	history_free(h);
	h = NULL;
	l = defaults();
	l.json_depth = 2;
	is_int(parse(s, &l, &e, &h), ERR_LIMIT, "too deep");
	l.identities = 0;
	is_int(parse(STR("{}"), &l, &e, &h), 0, "no intervals, none allowed");
	history_free(h);
}

static void
test_no_memory(void)
{
	static const char text[] =
	    "{\"1\":{" IP ":" A ",\"10.0.0.2\":" B "},\"2\":{" IP ":" B "},"
	    "\"3\":{\"10.0.0.3\":{\"FullAddress\":\"a\\tb\"}}}";
	struct snapshot_limits l = defaults();
	struct str s = str_from_c(text);
	struct history *h = NULL;
	bool good = true;
	int64_t most;

	mem_fail_at(0, false);
	is_int(parse(s, &l, NULL, &h), 0, "enough memory");
	history_free(h);
	most = mem_alloc_count();
	for (int64_t n = 1; n <= most; n++) {
		struct err e = ERR_INIT;

		h = NULL;
		mem_fail_at(n, false);
		good &= parse(s, &l, &e, &h) == ERR_NOMEM;
		good &= e.code == ERR_NOMEM && e.text[0] != '\0' && h == NULL;
	}
	mem_fail_at(-1, false);
	ok(good && most > 4, "each failing allocation is told");
}

/*
 * Random maps, against a plain account of what every address was called in
 * every second.
 */
enum { RANDOM_IPS = 6, RANDOM_TIMES = 12, RANDOM_TEXT = 8192 };

static bool
holds(const struct history *h, unsigned ip, int64_t t, unsigned name)
{
	const uint8_t b[4] = { 10, 0, 0, (uint8_t)ip };
	struct addr a = addr_v4(b);
	char want[8];
	unsigned hits = 0;

	(void)snprintf(want, sizeof(want), "n%u", name);
	for (size_t i = 0; i < history_count(h); i++) {
		const struct identity *id = history_at(h, i);

		if (memcmp(id->ip, a.b, 16) != 0 || t < id->from || t >= id->to)
			continue;
		hits++;
		if (!str_eq(id->name, str_from_c(want)))
			return false;
	}
	return hits == (name != 0);
}

static bool
random_round(unsigned seed)
{
	struct snapshot_limits l = defaults();
	unsigned model[RANDOM_TIMES][RANDOM_IPS];
	char text[RANDOM_TEXT];
	struct history *h = NULL;
	size_t n = 0;
	bool good = true;

	n += (size_t)snprintf(text, sizeof(text), "{");
	for (unsigned t = 0; t < RANDOM_TIMES; t++) {
		const char *comma = "";

		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s\"%u\":{",
		                      t > 0 ? "," : "", t + 1);
		for (unsigned i = 0; i < RANDOM_IPS; i++) {
			seed = seed * 1103515245u + 12345u;
			model[t][i] = (seed >> 16) % 3;
			if (model[t][i] == 0)
				continue;
			n += (size_t)snprintf(
			    text + n, sizeof(text) - n,
			    "%s\"10.0.0.%u\":{\"FullAddress\":\"n%u\"}", comma,
			    i, model[t][i]);
			comma = ",";
		}
		n += (size_t)snprintf(text + n, sizeof(text) - n, "}");
	}
	(void)snprintf(text + n, sizeof(text) - n, "}");
	if (parse(str_from_c(text), &l, NULL, &h) != 0)
		return false;
	for (unsigned i = 0; i < RANDOM_IPS; i++) {
		good &= holds(h, i, 0, model[0][i]);
		for (unsigned t = 0; t < RANDOM_TIMES; t++)
			good &= holds(h, i, (t + 1) * INT64_C(1000000000),
			              model[t][i]);
	}
	history_free(h);
	return good;
}

static void
test_random(void)
{
	bool good = true;

	for (unsigned seed = 0; seed < 200; seed++)
		good &= random_round(seed);
	ok(good, "random maps: every name at every time, and once");
}

int
main(void)
{
	test_intervals();
	test_units();
	test_keys();
	test_long_name();
	test_errors();
	test_limits();
	test_no_memory();
	test_random();
	return tap_done();
}
