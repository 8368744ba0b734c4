/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/glean.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/err.h"

static struct glean *
glean_of(struct sink *s)
{
	return container_of(s, struct glean, sink);
}

/* The path of a member of the present object; longer ones match nothing. */
static void
set_member(struct glean *g, struct str key)
{
	size_t base = g->depth > 0 ? g->base[g->depth - 1] : 0;
	size_t dot = base > 0;

	g->at_n = base;
	if (base + dot + key.n >= GLEAN_PATH) {
		g->at[base] = '\0';
		g->at_n = base + (base + 1 < GLEAN_PATH);
		return;
	}
	if (dot != 0)
		g->at[g->at_n++] = '.';
	memcpy(g->at + g->at_n, key.p, key.n);
	g->at_n += key.n;
}

/* Is a member that is wanted this one, or below it? */
static bool
want(struct sink *s, struct str key)
{
	const struct glean *g = glean_of(s);
	size_t base = g->depth > 0 ? g->base[g->depth - 1] : 0;
	struct str front = str_make(g->at, base);

	for (size_t i = 0; i < g->n; i++) {
		struct str rest = str_from_c(g->path[i]);

		if (!str_starts(rest, front))
			continue;
		rest = str_tail(rest, base + (base > 0));
		if (str_starts(rest, key) &&
		    (rest.n == key.n || rest.p[key.n] == '.'))
			return true;
	}
	return false;
}

static void
put_key(struct sink *s, struct str key)
{
	set_member(glean_of(s), key);
}

static void
begin(struct sink *s)
{
	struct glean *g = glean_of(s);

	if (g->depth == GLEAN_DEPTH)
		sink_fail(s, ERR_LIMIT);
	else
		g->base[g->depth++] = g->at_n;
}

static void
end(struct sink *s)
{
	struct glean *g = glean_of(s);

	g->at_n = g->base[--g->depth];
}

static void
put_string(struct sink *s, struct str v)
{
	struct glean *g = glean_of(s);

	for (size_t i = 0; i < g->n; i++) {
		if (g->value[i].p != NULL ||
		    !str_eq(str_from_c(g->path[i]), str_make(g->at, g->at_n)))
			continue;
		g->value[i] = arena_dup(g->arena, v);
		if (g->value[i].p == NULL)
			sink_fail(s, ERR_NOMEM);
	}
}

static void
put_integer(struct sink *s, int64_t v)
{
	char text[24];
	int n = snprintf(text, sizeof(text), "%" PRId64, v);

	put_string(s, str_make(text, (size_t)n));
}

static void
put_number(struct sink *s, double v)
{
	(void)s;
	(void)v;
}

static void
put_boolean(struct sink *s, bool v)
{
	(void)s;
	(void)v;
}

static void
put_null(struct sink *s)
{
	(void)s;
}

static const struct sink_ops glean_ops = {
	.want = want,
	.begin_object = begin,
	.end_object = end,
	.begin_array = begin,
	.end_array = end,
	.key = put_key,
	.string = put_string,
	.integer = put_integer,
	.number = put_number,
	.boolean = put_boolean,
	.null = put_null,
};

void
glean_init(struct glean *g, const char *const *paths, size_t n, struct arena *a)
{
	memset(g, 0, sizeof(*g));
	g->sink.ops = &glean_ops;
	g->arena = a;
	g->n = n < GLEAN_MAX ? n : GLEAN_MAX;
	for (size_t i = 0; i < g->n; i++)
		g->path[i] = paths[i];
}
