/* SPDX-License-Identifier: Apache-2.0 */
/* Names of fields: which there are, and which is meant (check.h). */
#include "analyzer/entry/field.h"
#include "analyzer/kfl/check.h"

/* Names longer than this are not compared letter by letter. */
#define NAME_MAX_COMPARED 64u

static bool
is_below(struct str path, struct str field)
{
	return str_starts(path, field) &&
	       (path.n == field.n || path.p[field.n] == '.' ||
	        path.p[field.n] == '[');
}

bool
kfl_field_above(const struct field *const *tables, size_t n, struct str path)
{
	for (size_t i = 0; i < n; i++) {
		for (const struct field *f = tables[i]; f->path != NULL; f++) {
			struct str s = str_from_c(f->path);

			if (s.n > path.n && is_below(s, path))
				return true;
		}
	}
	return false;
}

/* May anything stand below the field? */
static bool
is_open(const struct field *const *tables, size_t n, const struct field *f)
{
	struct str path = str_from_c(f->path);

	if (!f->open)
		return false;
	return str_find_char(path, '.') < path.n ||
	       !kfl_field_above(tables, n, path);
}

bool
kfl_field_known(const struct field *const *tables, size_t ntables,
                struct str path, const struct field **ret_field)
{
	const struct field *best = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < ntables; i++) {
		for (const struct field *f = tables[i]; f->path != NULL; f++) {
			struct str s = str_from_c(f->path);

			if (!is_below(path, s) || s.n < longest ||
			    (path.n > s.n && !is_open(tables, ntables, f)))
				continue;
			/* One that a column answers is preferred. */
			if (best == NULL || s.n > longest ||
			    best->column == NULL)
				best = f;
			longest = s.n;
		}
	}
	*ret_field = best;
	return best != NULL;
}

/* Edits from a to b: letters added, dropped, changed or swapped. */
static size_t
distance(struct str a, struct str b)
{
	size_t row[3][NAME_MAX_COMPARED + 1];
	size_t *before = row[0], *last = row[1], *now = row[2];

	if (a.n > NAME_MAX_COMPARED || b.n > NAME_MAX_COMPARED)
		return NAME_MAX_COMPARED;
	for (size_t j = 0; j <= b.n; j++)
		last[j] = before[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t *oldest = before;

		now[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			char x = str_lower(a.p[i - 1]);
			char y = str_lower(b.p[j - 1]);
			size_t best = last[j - 1] + (x != y);

			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && x == str_lower(b.p[j - 2]) &&
			    y == str_lower(a.p[i - 2]) &&
			    before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			now[j] = best;
		}
		before = last;
		last = now;
		now = oldest;
	}
	return last[b.n];
}

static struct str
last_name(struct str path)
{
	size_t dot = path.n;

	while (dot > 0 && path.p[dot - 1] != '.')
		dot--;
	return str_tail(path, dot);
}

/* How far the field is from what was written; a word alone may be its end. */
static size_t
how_far(struct str path, struct str field)
{
	size_t whole = distance(path, field);

	if (str_find_char(path, '.') == path.n) {
		size_t end = distance(path, last_name(field)) + 1;

		return end < whole ? end : whole;
	}
	return whole;
}

const char *
kfl_field_nearest(const struct field *const *tables, size_t ntables,
                  struct str path)
{
	size_t least = path.n / 4 + 2;
	const char *best = NULL;

	for (size_t i = 0; i < ntables; i++) {
		for (const struct field *f = tables[i]; f->path != NULL; f++) {
			size_t d = how_far(path, str_from_c(f->path));

			if (d < least || (d == least && best == NULL)) {
				least = d;
				best = f->path;
			}
		}
	}
	return best;
}
