/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/kfl/macro.h"

static bool
in_word(char c)
{
	unsigned char u = (unsigned char)c;

	return (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') ||
	       (u >= '0' && u <= '9') || u == '_' || u >= 0x80;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Is text[at, at + n) a name of its own, and not part of a path? */
static bool
stands_alone(struct str text, size_t at, size_t n)
{
	size_t before = at;
	size_t after = at + n;

	if ((before > 0 && in_word(text.p[before - 1])) ||
	    (after < text.n && in_word(text.p[after])))
		return false;
	while (before > 0 && is_blank(text.p[before - 1]))
		before--;
	while (after < text.n && is_blank(text.p[after]))
		after++;
	if (before > 0 && text.p[before - 1] == '.')
		return false;
	return after == text.n ||
	       (text.p[after] != '.' && text.p[after] != ':' &&
	        text.p[after] != '[');
}

static const struct kfl_macro *
find(const struct kfl_macros *m, struct str text, size_t at)
{
	const struct kfl_macro *best = NULL;

	for (size_t i = 0; i < m->n; i++) {
		const struct kfl_macro *k = &m->macro[i];

		if (k->name.n == 0 ||
		    !str_starts(str_tail(text, at), k->name) ||
		    (m->words && !stands_alone(text, at, k->name.n)))
			continue;
		if (best == NULL || k->name.n > best->name.n)
			best = k;
	}
	return best;
}

static int
replace(const struct kfl_macro *k, size_t from, struct buf *out,
        struct buf *expansions)
{
	struct kfl_expansion x = { .at = out->n,
		                   .n = k->text.n + 2,
		                   .from = from,
		                   .from_n = k->name.n };
	int rc = buf_printf(out, "(" STR_FMT ")", STR_ARG(k->text));

	return rc == 0 ? buf_append(expansions, &x, sizeof(x)) : rc;
}

int
kfl_macro_expand(struct str text, const struct kfl_macros *m, struct buf *out,
                 struct buf *expansions)
{
	size_t quotes = 0; /* that are still to come */
	size_t i = 0;
	int rc = 0;

	for (size_t k = 0; k < text.n; k++)
		quotes += text.p[k] == '"';
	while (i < text.n && rc == 0) {
		const struct kfl_macro *k = NULL;

		/* The original's test for "outside quotes": pairs follow. */
		if (quotes % 2 == 0)
			k = find(m, text, i);
		if (k != NULL) {
			rc = replace(k, i, out, expansions);
			i += k->name.n;
			continue;
		}
		quotes -= text.p[i] == '"';
		rc = buf_append_byte(out, text.p[i++]);
	}
	return rc;
}
