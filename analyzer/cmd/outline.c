/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/cmd/outline.h"

#include <inttypes.h>
#include <string.h>

#include "base/err.h"

static struct outline *
outline_of(struct sink *s)
{
	return container_of(s, struct outline, sink);
}

static struct outline_level *
level_of(struct outline *o)
{
	return &o->level[o->depth];
}

static bool
is_one_of(struct str key, const char *const *names)
{
	for (; *names != NULL; names++) {
		if (str_eq(key, str_from_c(*names)))
			return true;
	}
	return false;
}

static bool
want(struct sink *s, struct str key)
{
	/* Said in the headline, or twice. */
	static const char *const hidden[] = { "url", "pathSegments",
		                              "headersSize", "eid", NULL };
	struct outline *o = outline_of(s);

	if (o->depth == 1)
		return is_one_of(key, o->top);
	if (level_of(o)->body && str_eq(key, STR("text")))
		return false;
	return !is_one_of(key, hidden);
}

/* A key or the mark of an item, after the indentation of its depth. */
static void
put_label(struct outline *o, size_t depth, const struct outline_key *key,
          const char *end)
{
	term_printf(o->term, "%*s", depth > 1 ? 2 * ((int)depth - 1) : 0, "");
	if (key->n == 0) {
		term_printf(o->term, "-%s", end);
		return;
	}
	term_style(o->term, TERM_BOLD);
	term_text(o->term, str_make(key->p, key->n));
	term_style(o->term, TERM_PLAIN);
	term_printf(o->term, ":%s", end);
}

/* In front of a value that is shown: what it lies in, and its key. */
static void
put_place(struct outline *o)
{
	for (size_t i = 2; i <= o->depth; i++) {
		if (!o->level[i].shown)
			put_label(o, i - 1, &o->level[i].key, "\n");
		o->level[i].shown = true;
	}
	put_label(o, o->depth, &o->key, " ");
	o->key.n = 0;
}

static void
begin(struct outline *o, bool array)
{
	struct str key = str_make(o->key.p, o->key.n);
	struct outline_level *l;

	if (o->depth == OUTLINE_DEPTH) {
		sink_fail(&o->sink, ERR_LIMIT);
		return;
	}
	o->depth++;
	l = level_of(o);
	l->array = array;
	l->body = str_eq(key, STR("content")) || str_eq(key, STR("postData"));
	l->shown = false;
	l->key = o->key;
	o->key.n = 0;
}

static void
begin_object(struct sink *s)
{
	begin(outline_of(s), false);
}

static void
begin_array(struct sink *s)
{
	begin(outline_of(s), true);
}

static void
end(struct sink *s)
{
	struct outline *o = outline_of(s);

	if (o->depth > 0)
		o->depth--;
	o->key.n = 0;
}

static void
put_key(struct sink *s, struct str key)
{
	struct outline *o = outline_of(s);

	key = str_head(key, OUTLINE_KEY);
	o->key.n = key.n;
	if (key.n > 0)
		memcpy(o->key.p, key.p, key.n);
}

static void
put_string(struct sink *s, struct str v)
{
	struct outline *o = outline_of(s);

	if (v.n == 0)
		return;
	put_place(o);
	term_text(o->term, str_head(v, OUTLINE_STRING));
	if (v.n > OUTLINE_STRING)
		term_printf(o->term, "... (%zu bytes)", v.n);
	term_printf(o->term, "\n");
}

static void
put_integer(struct sink *s, int64_t v)
{
	struct outline *o = outline_of(s);

	put_place(o);
	term_printf(o->term, "%" PRId64 "\n", v);
}

static void
put_number(struct sink *s, double v)
{
	struct outline *o = outline_of(s);

	put_place(o);
	term_printf(o->term, "%.6g\n", v);
}

static void
put_boolean(struct sink *s, bool v)
{
	struct outline *o = outline_of(s);

	if (!v)
		return;
	put_place(o);
	term_printf(o->term, "yes\n");
}

static void
put_null(struct sink *s)
{
	outline_of(s)->key.n = 0;
}

static const struct sink_ops outline_ops = {
	.want = want,
	.begin_object = begin_object,
	.end_object = end,
	.begin_array = begin_array,
	.end_array = end,
	.key = put_key,
	.string = put_string,
	.integer = put_integer,
	.number = put_number,
	.boolean = put_boolean,
	.null = put_null,
};

void
outline_init(struct outline *o, struct term *t, const char *const *top)
{
	*o = (struct outline){ .sink = { .ops = &outline_ops },
		               .term = t,
		               .top = top };
}
