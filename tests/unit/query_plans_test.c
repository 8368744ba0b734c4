/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the index decides makes no difference but in time: random queries about
 * real entries give the same rows whether the index may do its part, may rule
 * out nothing, or is not asked at all. And every member that entries have is
 * in the tables of fields, on which the first of these relies.
 *
 *	KFL_EXPRESSIONS=50000 build/release/tests/unit/query_plans_test
 *
 * asks so many queries instead of a few.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/entry/field.h"
#include "analyzer/kfl/check.h"
#include "analyzer/proto/overlay.h"
#include "analyzer/query/ask.h"
#include "analyzer/query/run.h"
#include "tests/support/indexed.h"
#include "tests/tap/tap.h"

enum {
	EXPRESSIONS = 4000,
	PATHS_MAX = 1024,
	VALUES_MAX = 64, /* different ones of a path */
	WINDOW = 24,     /* entries that are asked about at a time */
	ENTRIES_MAX = 8192,
	PATH_MAX_BYTES = 200,
	VALUE_MAX_BYTES = 60,
};

/* ---- chance ---- */

static uint64_t seed = 0x2545f4914f6cdd1d;

static unsigned
chance(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return n > 0 ? (unsigned)(seed >> 33) % n : 0;
}

#define PICK(list) ((list)[chance(ARRAY_LEN(list))])

/* ---- what real entries have ---- */

struct path {
	char text[PATH_MAX_BYTES];
	char value[VALUES_MAX][VALUE_MAX_BYTES + 8]; /* literals of KFL */
	unsigned n;
};

static struct path *paths;
static unsigned npaths;

static struct path *
keep_path(const char *text)
{
	for (unsigned i = 0; i < npaths; i++) {
		if (strcmp(paths[i].text, text) == 0)
			return &paths[i];
	}
	if (npaths == PATHS_MAX)
		return NULL;
	(void)snprintf(paths[npaths].text, PATH_MAX_BYTES, "%s", text);
	return &paths[npaths++];
}

/* A literal of the language, as raw as its strings are; false for none. */
static bool
literal(const json_t *v, char text[VALUE_MAX_BYTES + 8])
{
	const char *s = json_string_value(v);

	if (json_is_integer(v))
		(void)snprintf(text, VALUE_MAX_BYTES, "%lld",
		               (long long)json_integer_value(v));
	else if (json_is_real(v))
		(void)snprintf(text, VALUE_MAX_BYTES, "%.9g",
		               json_real_value(v));
	else if (json_is_boolean(v))
		(void)snprintf(text, VALUE_MAX_BYTES, "%s",
		               json_is_true(v) ? "true" : "false");
	else if (s != NULL && strlen(s) < VALUE_MAX_BYTES &&
	         strpbrk(s, "\"\\\n\r") == NULL)
		(void)snprintf(text, VALUE_MAX_BYTES + 8, "\"%s\"", s);
	else
		return false;
	return true;
}

static void
keep_value(struct path *p, const json_t *v)
{
	char text[VALUE_MAX_BYTES + 8];

	if (p == NULL || p->n == VALUES_MAX || !literal(v, text))
		return;
	for (unsigned i = 0; i < p->n; i++) {
		if (strcmp(p->value[i], text) == 0)
			return;
	}
	(void)snprintf(p->value[p->n++], sizeof(text), "%s", text);
}

static bool
is_name(const char *s)
{
	for (const char *p = s; *p != '\0'; p++) {
		bool letter = (*p >= 'a' && *p <= 'z') ||
		              (*p >= 'A' && *p <= 'Z') || *p == '_';

		if (!letter && (p == s || *p < '0' || *p > '9'))
			return false;
	}
	return s[0] != '\0';
}

/* ---- every member is declared ---- */

struct tables {
	const struct field *table[3];
	size_t n;
	const char *protocol;
	unsigned unknown;
};

static void
check_path(struct tables *t, const char *path)
{
	struct str s = str_from_c(path);
	struct str names = str_head(s, str_find_char(s, '['));
	const struct field *f;

	if (kfl_field_above(t->table, t->n, names) ||
	    kfl_field_known(t->table, t->n, names, &f))
		return;
	if (t->unknown++ < 10)
		printf("# %s: %s is in no table of fields\n", t->protocol,
		       path);
}

/* Below `path`; keys that are no names end a path, and stand in brackets. */
static void
walk(struct tables *t, json_t *v, const char *path, bool plain)
{
	char below[PATH_MAX_BYTES];
	const char *key;
	json_t *m;
	size_t i;

	if (path[0] != '\0')
		check_path(t, path);
	if (path[0] != '\0' && plain)
		keep_value(keep_path(path), v);
	json_object_foreach(v, key, m)
	{
		bool name = is_name(key);

		if (strlen(path) + strlen(key) + 8 > sizeof(below))
			continue;
		if (!name && strpbrk(key, "\"\\\n\r") != NULL)
			continue;
		(void)snprintf(below, sizeof(below),
		               name ? "%s%s%s" : "%s%s[\"%s\"]", path,
		               path[0] != '\0' && name ? "." : "", key);
		walk(t, m, below, plain && strchr(path, '[') == NULL);
	}
	json_array_foreach(v, i, m)
	{
		if (i > 3 || strlen(path) + 8 > sizeof(below))
			break;
		(void)snprintf(below, sizeof(below), "%s[%zu]", path, i);
		walk(t, m, below, plain && strchr(path, '[') == NULL);
	}
}

struct survey {
	struct indexed *x;
	unsigned entries, unknown;
};

static void
survey_entry(void *ctx, const struct index_entry *e)
{
	struct survey *s = ctx;
	struct tables t = { .table = { entry_fields }, .n = 1 };
	struct str key = str_from_c(e->e.proto->key);
	const struct dissector *owner = NULL;
	const struct protocol *p = proto_variant(key, &owner);
	const struct overlay *o = p != NULL ? overlay_of(p) : NULL;
	json_t *full;

	t.protocol = e->e.proto->key;
	if (owner != NULL)
		t.table[t.n++] = owner->fields;
	if (o != NULL)
		t.table[t.n++] = o->fields;
	full = indexed_full(s->x, e);
	walk(&t, full, "", true);
	json_decref(full);
	s->entries++;
	s->unknown += t.unknown;
}

static void
survey(struct indexed *x, const char *input)
{
	struct survey s = { .x = x };

	if (!ok(indexed_run(x, input), input))
		return;
	indexed_each(x, survey_entry, &s);
	ok(s.entries > 0, "there are entries");
	is_int(s.unknown, 0, "with no member that no table has");
}

/* ---- random queries ---- */

static const char *const odd_paths[] = {
	"request",      "response.nothing", "nothing.at.all",
	"request.*",    "request..name",    "tcp.handshakeRttMs",
	"src",          "protocol.ports",   "request.headers[\"Host\"]",
	"response.*",   "timestamp",        "elapsedTime",
	"evidence.eid", "src.name",         "dst.name",
	"namespace",    "response.status",  "request.method",
};

static const char *const odd_values[] = {
	"true",      "false",    "nil",           "0",
	"1",         "-1",       "200",           "\"\"",
	"\"false\"", "\"GET\"",  "r\"^[A-Z]+$\"", "r\"5\"",
	"1e9",       "now()",    "hours(-1)",     "\"2\"",
	"\"null\"",  "limit(5)",
};

static const char *const operators[] = { "==", "==", "==", "!=",
	                                 ">",  ">=", "<",  "<=" };
static const char *const helpers[] = { "startsWith", "endsWith", "contains" };

/* Half of the time a field of all entries: most of them are columns. */
static const struct path *
any_path(void)
{
	unsigned n = 0;
	const struct path *p;

	while (entry_fields[n].path != NULL)
		n++;
	p = chance(2) == 0 ? keep_path(entry_fields[chance(n)].path) : NULL;
	return p != NULL ? p : &paths[chance(npaths)];
}

/* A path, and a value that it has somewhere, or another one. */
static void
pick(const char **ret_path, const char **ret_value)
{
	const struct path *p = any_path();
	const struct path *q = chance(3) == 0 ? &paths[chance(npaths)] : p;

	*ret_path = chance(5) == 0 ? PICK(odd_paths) : p->text;
	*ret_value = chance(5) == 0 || q->n == 0 ? PICK(odd_values)
	                                         : q->value[chance(q->n)];
}

static int
write_leaf(struct buf *b)
{
	const char *path, *value;

	pick(&path, &value);
	switch (chance(10)) {
	case 0:
		return buf_printf(b, "%s", path);
	case 1:
	case 2:
		return buf_printf(b, "%s.%s(%s)", path, PICK(helpers), value);
	case 3:
		return buf_printf(b, "%s %s %s", value, PICK(operators), path);
	case 4:
		return buf_append_str(b, chance(2) == 0 ? STR("http")
		                                        : STR("redis"));
	default:
		return buf_printf(b, "%s %s %s", path, PICK(operators), value);
	}
}

static int
write_random(struct buf *b, unsigned depth)
{
	int rc;

	switch (depth == 0 ? 9 : chance(7)) {
	case 0:
		rc = buf_append_byte(b, '!');
		return rc == 0 ? write_random(b, depth - 1) : rc;
	case 1:
	case 2:
		rc = buf_append_byte(b, '(');
		if (rc == 0)
			rc = write_random(b, depth - 1);
		return rc == 0 ? buf_append_byte(b, ')') : rc;
	case 3:
	case 4:
	case 5:
	case 6:
		rc = write_random(b, depth - 1);
		if (rc == 0)
			rc = buf_append_str(b, chance(2) != 0 ? STR(" and ")
			                                      : STR(" or "));
		return rc == 0 ? write_random(b, depth - 1) : rc;
	default:
		if (chance(50) == 0)
			return buf_append_str(
			    b, STR("redact(\"request.path\", \"src.ip\")"));
		return write_leaf(b);
	}
}

/* ---- the comparison ---- */

struct answer {
	size_t n;
	int64_t id[ENTRIES_MAX];
	struct run_counts counts;
};

static struct answer answers[3];

struct tally {
	unsigned asked, wrong, matched, exact, read[3];
};

/* Times of all entries, to choose windows from. */
static int64_t times[ENTRIES_MAX];
static size_t ntimes;

static void
see_time(void *ctx, const struct index_entry *e)
{
	(void)ctx;
	if (ntimes < ENTRIES_MAX)
		times[ntimes++] = entry_time(&e->e);
}

static int
compare_times(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int
answer(struct opened *o, const struct run_query *q, struct answer *ret)
{
	struct err e = ERR_INIT;
	struct index_entry row;
	struct run *r;
	int rc = run_open(o, q, &e, &r);

	ret->n = 0;
	if (rc != 0) {
		printf("# %s\n", e.text);
		return rc;
	}
	while ((rc = run_next(r, &row, &e)) == 1) {
		if (ret->n < ENTRIES_MAX)
			ret->id[ret->n++] = row.e.id;
	}
	if (rc != 0)
		printf("# %s\n", e.text);
	ret->counts = *run_counts(r);
	run_free(r);
	return rc;
}

static bool
same(const struct answer *a, const struct answer *b)
{
	return a->n == b->n &&
	       memcmp(a->id, b->id, a->n * sizeof(a->id[0])) == 0;
}

static void
ask_all_ways(struct opened *o, const struct ask *a, const char *text,
             struct tally *t)
{
	size_t first = chance((unsigned)ntimes);
	size_t last = first + WINDOW < ntimes ? first + WINDOW : ntimes - 1;
	struct run_query q = { .ask = a,
		               .ranged = true,
		               .from = times[first],
		               .to = times[last] + 1,
		               .desc = chance(2) == 0 };
	struct run_counts count = { .matched = 0 };
	struct err e = ERR_INIT;
	bool right = true;

	for (unsigned plan = 0; plan < 3; plan++) {
		q.plan = (enum run_plan)plan;
		right = answer(o, &q, &answers[plan]) == 0 && right;
		t->read[plan] += (unsigned)answers[plan].counts.read;
	}
	q.plan = RUN_INDEXED;
	right = right && run_count(o, &q, &e, &count) == 0;
	t->asked++;
	t->matched += (unsigned)answers[0].n;
	t->exact += a->exact;
	if (right && same(&answers[0], &answers[1]) &&
	    same(&answers[0], &answers[2]) && count.matched == answers[0].n)
		return;
	if (t->wrong++ < 10)
		printf("# %zu %zu %zu, counted %llu: %s\n", answers[0].n,
		       answers[1].n, answers[2].n,
		       (unsigned long long)count.matched, text);
}

static unsigned
expressions(void)
{
	const char *text = getenv("KFL_EXPRESSIONS");

	return text != NULL ? (unsigned)strtoul(text, NULL, 10) : EXPRESSIONS;
}

static void
test_random(struct opened *o)
{
	struct tally t = { .asked = 0 };
	unsigned want = expressions();
	char note[300];

	for (unsigned i = 0; t.asked < want && i < want * 2; i++) {
		struct ask_options opt = { .mode = chance(8) == 0
			                               ? ASK_COMPATIBLE
			                               : ASK_LENIENT };
		struct err e = ERR_INIT;
		struct ask a;
		struct buf b;

		buf_init(&b, 65536);
		ENSURE(write_random(&b, chance(5)) == 0);
		ENSURE(buf_append_byte(&b, '\0') == 0);
		if (ask_prepare(str_from_c(b.p), o, &opt, &e, &a) == 0)
			ask_all_ways(o, &a, b.p, &t);
		ask_release(&a);
		buf_release(&b);
	}
	is_int(t.wrong, 0, "all ways give the same rows");
	is_int(t.asked, want, "so many queries were asked");
	ok(t.matched > want, "and matched something");
	ok(t.read[0] < t.read[2] / 2, "the index spares half of the reading");
	(void)snprintf(
	    note, sizeof(note),
	    "%u queries, %u exact, %u matches; entries read: %u with "
	    "the index, %u over-wide, %u without",
	    t.asked, t.exact, t.matched, t.read[0], t.read[1], t.read[2]);
	tap_note(note);
}

int
main(void)
{
	struct indexed x;

	paths = calloc(PATHS_MAX, sizeof(*paths));
	ENSURE(paths != NULL);
	indexed_begin(&x);
	survey(&x, "samples/tiny.tar.gz");
	survey(&x, "samples/shop.tar.gz");
	if (x.o != NULL) {
		indexed_each(&x, see_time, NULL);
		qsort(times, ntimes, sizeof(times[0]), compare_times);
		test_random(x.o);
	}
	indexed_end(&x);
	free(paths);
	return tap_done();
}
