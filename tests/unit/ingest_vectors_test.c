/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The captures of tests/golden/vectors/ against what the original says about
 * them (PROTOCOL.json there): the whole entry, its line in lists, and its
 * representation, field by field. deviations.tsv has every difference and its
 * reason, and says how fields are named and what is not compared.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/explained.h"
#include "tests/support/indexed.h"
#include "tests/tap/tap.h"

#define FOLDER "tests/golden/vectors/"
#define TABLE  "tests/golden/deviations.tsv"

enum { PATH = 400 };

struct test {
	struct indexed x;
	struct explained table;
	const char *vector;
	json_t *ours; /* items of the present vector */
	size_t items, fields;
};

static const char *const not_compared[] = {
	"id",          "index",        "stream",   "worker", "node", "outgoing",
	"requestSize", "responseSize", "evidence", "timing", "tcp",  "eid",
};

static json_t *
member(json_t *o, const char *key)
{
	return json_object_get(o, key);
}

static const char *
text(json_t *o, const char *key)
{
	const char *s = json_string_value(member(o, key));

	return s != NULL ? s : "";
}

static json_t *
side(json_t *item, const char *name)
{
	return member(member(item, "entry"), name);
}

/* ---- values ---- */

static void
differs(struct test *t, const char *path, json_t *ours, json_t *theirs)
{
	const size_t flags = JSON_ENCODE_ANY | JSON_SORT_KEYS;
	char *a = ours != NULL ? json_dumps(ours, flags) : NULL;
	char *b = theirs != NULL ? json_dumps(theirs, flags) : NULL;

	explained_tell(&t->table, "%s\t%s\t%s\t%s", t->vector, path,
	               a != NULL ? a : "", b != NULL ? b : "");
	free(a);
	free(b);
}

/* Of entries and base entries themselves, only what the original has. */
static void
drop(json_t *o)
{
	for (size_t i = 0; i < ARRAY_LEN(not_compared); i++)
		(void)json_object_del(o, not_compared[i]);
}

static bool
same_keys(json_t *a, json_t *b)
{
	const char *key;
	json_t *v;

	if (json_object_size(a) != json_object_size(b))
		return false;
	json_object_foreach(a, key, v)
	{
		if (member(b, key) == NULL)
			return false;
	}
	return true;
}

static void
compare(struct test *t, const char *path, json_t *a, json_t *b)
{
	const char *key;
	char below[PATH];
	json_t *v;
	size_t i;

	t->fields++;
	if (json_is_object(a) && json_is_object(b) && same_keys(a, b)) {
		json_object_foreach(a, key, v)
		{
			(void)snprintf(below, sizeof(below), "%s.%s", path,
			               key);
			compare(t, below, v, member(b, key));
		}
	} else if (json_is_array(a) && json_is_array(b) &&
	           json_array_size(a) == json_array_size(b)) {
		json_array_foreach(a, i, v)
		{
			(void)snprintf(below, sizeof(below), "%s.%zu", path, i);
			compare(t, below, v, json_array_get(b, i));
		}
	} else if (!json_equal(a, b)) {
		differs(t, path, a, b);
	}
}

/* ---- items ---- */

/* By what lists show: a method and a path, a command and a key. */
static bool
same_call(json_t *a, json_t *b)
{
	json_t *x = member(a, "base"), *y = member(b, "base");

	return strcmp(text(x, "method"), text(y, "method")) == 0 &&
	       strcmp(text(x, "summary"), text(y, "summary")) == 0;
}

/* An item that only we have, named by what is there of it. */
static void
extra(struct test *t, json_t *item)
{
	json_t *base = member(item, "base");
	char name[PATH];

	if (json_object_size(side(item, "request")) != 0)
		(void)snprintf(name, sizeof(name), "+%s %s",
		               text(base, "method"), text(base, "summary"));
	else
		(void)snprintf(name, sizeof(name),
		               "+response %" JSON_INTEGER_FORMAT,
		               json_integer_value(
				   member(side(item, "response"), "status")));
	differs(t, name, NULL, NULL);
}

static void
compare_item(struct test *t, size_t n, json_t *ours, json_t *theirs)
{
	static const char *const shapes[] = { "entry", "base",
		                              "representation" };
	char path[PATH];

	t->items++;
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		json_t *a = member(ours, shapes[i]);
		json_t *b = member(theirs, shapes[i]);

		drop(a);
		drop(b);
		(void)snprintf(path, sizeof(path), "%zu.%s", n, shapes[i]);
		compare(t, path, a, b);
	}
}

static void
compare_items(struct test *t, json_t *theirs)
{
	size_t next = 0, n;
	json_t *item;

	json_array_foreach(theirs, n, item)
	{
		size_t at = next;

		while (at < json_array_size(t->ours) &&
		       !same_call(json_array_get(t->ours, at), item))
			at++;
		if (at == json_array_size(t->ours)) {
			char path[PATH];

			(void)snprintf(path, sizeof(path), "%zu", n);
			differs(t, path, NULL, side(item, "request"));
			continue;
		}
		while (next < at)
			extra(t, json_array_get(t->ours, next++));
		compare_item(t, n, json_array_get(t->ours, next++), item);
	}
	while (next < json_array_size(t->ours))
		extra(t, json_array_get(t->ours, next++));
}

static void
on_entry(void *ctx, const struct index_entry *e)
{
	struct test *t = ctx;

	(void)json_array_append_new(
	    t->ours, json_pack("{s:o,s:o,s:o}", "entry", indexed_full(&t->x, e),
	                       "base", indexed_base(&t->x, e), "representation",
	                       indexed_sections(&t->x, e)));
}

static void
check_vector(struct test *t, json_t *vector)
{
	char path[PATH];

	t->vector = text(vector, "name");
	(void)snprintf(path, sizeof(path), FOLDER "%s.pcap", t->vector);
	if (!indexed_run(&t->x, path)) {
		ok(false, t->vector);
		tap_note(t->x.err.text);
		return;
	}
	t->ours = json_array();
	indexed_each(&t->x, on_entry, t);
	compare_items(t, member(vector, "items"));
	json_decref(t->ours);
}

/* The captures of one file of recorded answers; how many there are. */
static size_t
check_file(struct test *t, const char *name)
{
	json_error_t where;
	char path[PATH];
	json_t *all, *v;
	size_t i;

	(void)snprintf(path, sizeof(path), FOLDER "%s.json", name);
	all = json_load_file(path, JSON_ALLOW_NUL, &where);
	if (!ok(all != NULL, "the recorded answers are there"))
		tap_note(where.text);
	json_array_foreach(member(all, "vectors"), i, v) check_vector(t, v);
	json_decref(all);
	return i;
}

int
main(void)
{
	static const char *const files[] = { "http",  "http2", "graphql",
		                             "redis", "dns",   "amqp",
		                             "kafka" };
	static struct test t;
	size_t captures = 0;

	indexed_begin(&t.x);
	explained_read(&t.table, TABLE);
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		captures += check_file(&t, files[i]);
	printf("# %zu captures, %zu entries, %zu values\n", captures, t.items,
	       t.fields);
	ok(t.items > 40, "entries were compared");
	is_int(t.table.unexplained, 0, "each difference is explained");
	is_int(explained_finish(&t.table), 0, "no explanation is out of date");
	explained_release(&t.table);
	indexed_end(&t.x);
	return tap_done();
}
