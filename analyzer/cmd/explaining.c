/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/cmd/explaining.h"

#include <inttypes.h>
#include <string.h>

enum { LABEL = 11 }; /* columns */

static void
label(struct term *t, const char *text)
{
	term_style(t, TERM_BOLD);
	term_cell(t, -LABEL, str_from_c(text));
	term_style(t, TERM_PLAIN);
}

static void
line(struct term *t, const char *name, struct str text)
{
	label(t, name);
	term_text(t, text);
	term_printf(t, "\n");
}

static void
put_value(struct term *t, const struct index_bind *b)
{
	switch (b->kind) {
	case INDEX_BIND_INT:
		term_printf(t, "%" PRId64, b->i);
		break;
	case INDEX_BIND_REAL:
		term_printf(t, "%.17g", b->d);
		break;
	case INDEX_BIND_TEXT:
		term_printf(t, "'");
		term_text(t, b->s);
		term_printf(t, "'");
		break;
	}
}

/* SQL with its values in their places: for reading, not for running. */
static void
put_where(struct term *t, const char *name, const struct index_where *w,
          const char *otherwise)
{
	struct str rest = str_from_c(w->sql != NULL ? w->sql : otherwise);
	bool quoted = false;
	size_t n = 0;

	label(t, name);
	for (size_t i = 0; i < rest.n; i++) {
		if (rest.p[i] == '\'')
			quoted = !quoted;
		if (rest.p[i] != '?' || quoted || n >= w->nbinds)
			continue;
		term_text(t, str_head(rest, i));
		put_value(t, &w->binds[n++]);
		rest = str_tail(rest, i + 1);
		i = SIZE_MAX; /* goes on at 0 */
	}
	term_text(t, rest);
	term_printf(t, "\n");
}

static void
put_work(struct term *t, const struct run_counts *n)
{
	label(t, "scanned");
	term_printf(t, "%" PRIu64 " candidates\n", n->scanned);
	label(t, "read");
	term_printf(t, "%" PRIu64 " of them, from their packets\n", n->read);
	label(t, "matched");
	term_printf(t, "%" PRIu64 "\n", n->matched);
	if (n->undecided > 0) {
		label(t, "undecided");
		term_printf(t, "%" PRIu64 "\n", n->undecided);
	}
}

void
explaining_text(struct term *t, const struct explain *x)
{
	const struct ask *a = x->ask;

	line(t, "query", x->query.n > 0 ? x->query : STR("(every entry)"));
	if (a->limit > 0) {
		label(t, "limit");
		term_printf(t, "%" PRIu64 "\n", a->limit);
	}
	if (!a->exact)
		put_where(t, "sure", &a->under, "0");
	put_where(t, a->exact ? "exactly" : "candidates", &a->over, "1");
	for (const struct explain_leaf *l = x->residual; l != NULL; l = l->next)
		line(t, l->doubt ? "in doubt" : "evaluated", l->text);
	if (a->kfl != NULL && a->kfl->redacts)
		line(t, "evaluated", STR("redact(), on every candidate"));
	for (const struct explain_step *s = x->steps; s != NULL; s = s->next)
		line(t, "index", s->text);
	if (x->ran)
		put_work(t, &x->counts);
}
