/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/kfl/kfl.h"

#include <assert.h>
#include <string.h>

#include "analyzer/kfl/check.h"
#include "analyzer/kfl/lex.h"
#include "analyzer/kfl/parse.h"
#include "analyzer/kfl/plan.h"
#include "analyzer/kfl/print.h"
#include "base/mem.h"
#include "base/utf8.h"

static int
expand(struct kfl *k, const struct kfl_macros *macros)
{
	struct buf text, list;
	int rc;

	buf_init(&text, KFL_TEXT_MAX + 1);
	buf_init(&list, (KFL_TEXT_MAX + 1) * sizeof(struct kfl_expansion));
	rc = kfl_macro_expand(k->text, macros, &text, &list);
	if (rc == 0) {
		struct str copy = arena_dup(&k->arena, buf_str(&list));

		k->expanded = arena_dup(&k->arena, buf_str(&text));
		k->expansion = (const void *)copy.p;
		k->nexpansions = copy.n / sizeof(struct kfl_expansion);
		rc = arena_error(&k->arena);
	}
	buf_release(&text);
	buf_release(&list);
	return rc;
}

static int
parse(struct kfl *k, struct str text, const struct kfl_macros *macros,
      struct err *e, struct kfl_where *where)
{
	int rc;

	if (text.n > KFL_TEXT_MAX)
		return err_set(e, ERR_LIMIT,
		               "the query is longer than %d bytes",
		               (int)KFL_TEXT_MAX);
	k->text = arena_dup(&k->arena, text);
	k->expanded = k->text;
	rc = arena_error(&k->arena);
	if (rc == 0 && macros != NULL)
		rc = expand(k, macros);
	if (rc != 0)
		return err_set(e, rc, "query: %s", err_text(rc));
	return kfl_parse_text(k->expanded, &k->arena, e, where, &k->root);
}

static struct kfl *
kfl_new(struct err *e)
{
	struct kfl *k = mem_zalloc(sizeof(*k));

	if (k == NULL)
		(void)err_set(e, ERR_NOMEM, "out of memory");
	else
		arena_init(&k->arena, KFL_ARENA_MAX, 0);
	return k;
}

int
kfl_parse(struct str text, const struct kfl_macros *macros, struct err *e,
          struct kfl **ret_kfl)
{
	struct kfl *k = kfl_new(e);
	struct kfl_where where;
	int rc;

	if (k == NULL)
		return ERR_NOMEM;
	rc = parse(k, text, macros, e, &where);
	if (rc != 0) {
		kfl_free(k);
		return rc;
	}
	*ret_kfl = k;
	return 0;
}

void
kfl_free(struct kfl *k)
{
	if (k == NULL)
		return;
	kfl_plan_release(k->regexes);
	arena_release(&k->arena);
	mem_free(k);
}

int
kfl_prepare(struct kfl *k, int64_t now_ms, struct err *e)
{
	struct kfl_planned planned;
	int rc;

	assert(!k->prepared);
	rc = kfl_plan(k->root, &k->arena, now_ms, e, &k->regexes, &planned);
	if (rc != 0)
		return rc;
	k->limit = planned.limit;
	k->redacts = planned.redacts;
	k->prepared = true;
	return 0;
}

int
kfl_print(const struct kfl *k, struct buf *out)
{
	return kfl_print_node(k->root, out);
}

int
kfl_message(const struct err *e, struct buf *out)
{
	if (e->line == 0)
		return buf_printf(out, "%s", e->text);
	return buf_printf(out, "%u:%u: %s", e->line, e->col, e->text);
}

void
kfl_origin(const struct kfl *k, size_t at, size_t end, size_t *ret_at,
           size_t *ret_end)
{
	size_t shift_at = at;
	size_t shift_end = end;

	for (size_t i = 0; i < k->nexpansions; i++) {
		const struct kfl_expansion *x = &k->expansion[i];

		if (at >= x->at)
			shift_at = at < x->at + x->n ? x->from
			                             : at - x->at - x->n +
			                                   x->from + x->from_n;
		if (end > x->at)
			shift_end = end <= x->at + x->n
			                ? x->from + x->from_n
			                : end - x->at - x->n + x->from +
			                      x->from_n;
	}
	*ret_at = shift_at;
	*ret_end = shift_end;
}

struct str
kfl_source(const struct kfl *k, const struct kfl_node *n, size_t *ret_at)
{
	size_t at, end;

	kfl_origin(k, n->at, n->end, &at, &end);
	if (at > k->text.n)
		at = k->text.n;
	if (end > k->text.n || end < at)
		end = k->text.n;
	*ret_at = at;
	return str_make(k->text.p + at, end - at);
}

/* Appends s for a terminal; *ret_width is how many columns it takes. */
static int
show(struct str s, struct buf *out, size_t *ret_width)
{
	size_t from = out->n;
	int rc = utf8_escape(out, s);

	*ret_width = 0;
	for (size_t i = from; rc == 0 && i < out->n; i++)
		*ret_width += ((unsigned char)out->p[i] & 0xc0) != 0x80;
	return rc;
}

int
kfl_carets(struct str text, const struct kfl_mistake *m, struct buf *out)
{
	size_t at = m->at < text.n ? m->at : text.n;
	size_t end = m->end;
	size_t from = at, to = at;
	size_t before = 0, under = 0, after;
	int rc;

	while (from > 0 && text.p[from - 1] != '\n')
		from--;
	while (to < text.n && text.p[to] != '\n')
		to++;
	if (end > to)
		end = to;
	if (end < at)
		end = at;
	rc = show(str_make(text.p + from, at - from), out, &before);
	if (rc == 0)
		rc = show(str_make(text.p + at, end - at), out, &under);
	if (rc == 0)
		rc = show(str_make(text.p + end, to - end), out, &after);
	if (rc == 0)
		rc = buf_append_byte(out, '\n');
	for (; rc == 0 && before > 0; before--)
		rc = buf_append_byte(out, ' ');
	do {
		if (rc == 0)
			rc = buf_append_byte(out, '^');
	} while (under-- > 1);
	return rc == 0 ? buf_append_byte(out, '\n') : rc;
}

/* --- our own way -----------------------------------------------------------
 */

/* The original's names for what was expected, in words. */
static const char *
in_words(const char *expected)
{
	static const char *const word[][2] = {
		{ "Logical", "a condition" },
		{ "Equality", "a value" },
		{ "Comparison", "a value" },
		{ "Unary", "a value" },
		{ "Expression", "a value or a name" },
		{ "Expression \")\"", "a condition and \")\"" },
		{ "<ident>", "a name" },
		{ "\".\" <ident>", "a name" },
		{ "\"=\"", "another \"=\": equality is ==, inequality !=" },
	};

	for (size_t i = 0; i < ARRAY_LEN(word); i++) {
		if (strcmp(expected, word[i][0]) == 0)
			return word[i][1];
	}
	if (str_starts(str_from_c(expected), STR("(<string>")))
		return "a number or a \"name\" and \"]\"";
	return expected;
}

/* The parser's message, without its grammar. */
static void
reword(const struct kfl *k, const struct kfl_where *w, struct err *e)
{
	struct str token = str_make(k->expanded.p + w->at, w->end - w->at);

	if (e->line == 0 || w->end == w->at) {
		if (w->at == k->expanded.n && w->expected[0] != '\0')
			(void)err_set(e, ERR_SYNTAX,
			              "the query ends where %s should follow",
			              in_words(w->expected));
		return;
	}
	if (w->expected[0] != '\0')
		(void)err_set(
		    e, ERR_SYNTAX, "\"" STR_FMT "\" stands where %s should",
		    STR_ARG(str_head(token, 80)), in_words(w->expected));
	else
		(void)err_set(e, ERR_SYNTAX,
		              "\"" STR_FMT "\" cannot stand here",
		              STR_ARG(str_head(token, 80)));
}

/* Blames [m->at, m->end) of the expanded text. */
static int
blame(const struct kfl *k, struct kfl_mistake *m, struct err *e)
{
	kfl_origin(k, m->at, m->end, &m->at, &m->end);
	kfl_place(k->text, m->at, e);
	return ERR_SYNTAX;
}

static int
open_kfl(struct kfl *k, struct str text, const struct kfl_setup *s,
         struct err *e, struct kfl_mistake *m)
{
	struct kfl_macros macros = { s->macro, s->nmacros, true };
	struct kfl_where where = { .expected = "" };
	int rc = parse(k, text, &macros, e, &where);

	if (rc == ERR_SYNTAX) {
		reword(k, &where, e);
		m->at = where.at;
		m->end = where.end;
		return blame(k, m, e);
	}
	if (rc == 0)
		rc = kfl_prepare(k, s->now_ms, e);
	if (rc != 0 || s->lenient)
		return rc;
	rc = kfl_check(k, s->fields, s->nfields, e, m);
	return rc == ERR_SYNTAX ? blame(k, m, e) : rc;
}

int
kfl_open(struct str text, const struct kfl_setup *s, struct err *e,
         struct kfl_mistake *ret_mistake, struct kfl **ret_kfl)
{
	struct kfl_mistake m = { .at = 0 };
	struct kfl *k = kfl_new(e);
	int rc;

	if (k == NULL)
		return ERR_NOMEM;
	rc = open_kfl(k, text, s, e, &m);
	if (rc != 0) {
		kfl_free(k);
		if (ret_mistake != NULL)
			*ret_mistake = m;
		return rc;
	}
	*ret_kfl = k;
	return 0;
}
