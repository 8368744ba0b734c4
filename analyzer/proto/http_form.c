/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/http_form.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/proto/http_field.h"
#include "analyzer/proto/http_url.h"

/* RFC 2046 has at most 70; searching for a huge one would be slow. */
#define FORM_BOUNDARY_MAX 256u

/* --- lists -------------------------------------------------------------- */

bool
http_form_add(struct http_list *l, const struct http_pair *p, struct arena *a)
{
	if (l->n == HTTP_FORM_MAX)
		return false;
	if (l->n == l->cap) {
		size_t cap = l->cap != 0 ? l->cap * 2 : 8;
		struct http_pair *v = arena_array(a, cap, sizeof(*v));

		if (v == NULL)
			return false;
		if (l->n != 0)
			memcpy(v, l->v, l->n * sizeof(*v));
		l->v = v;
		l->cap = cap;
	}
	l->v[l->n] = *p;
	l->v[l->n].order = l->n;
	l->n++;
	return true;
}

static int
form_compare_order(const void *va, const void *vb)
{
	const struct http_pair *a = va, *b = vb;
	int r = str_cmp(a->name, b->name);

	return r != 0 ? r : (a->order > b->order) - (a->order < b->order);
}

static int
form_compare_value(const void *va, const void *vb)
{
	const struct http_pair *a = va, *b = vb;
	int r = str_cmp(a->name, b->name);

	if (r == 0)
		r = str_cmp(a->value, b->value);
	return r != 0 ? r : (a->order > b->order) - (a->order < b->order);
}

void
http_form_sort(struct http_list *l)
{
	if (l->n > 1)
		qsort(l->v, l->n, sizeof(*l->v), form_compare_value);
}

void
http_form_group(struct http_list *l)
{
	if (l->n > 1)
		qsort(l->v, l->n, sizeof(*l->v), form_compare_order);
}

/* The values of n pairs as one. */
static struct str
form_join(const struct http_pair *v, size_t n, struct arena *a)
{
	size_t size = n - 1, at = 0;
	char *out;

	if (n == 1)
		return v->value;
	for (size_t i = 0; i < n; i++)
		size += v[i].value.n;
	out = arena_alloc(a, size);
	if (out == NULL)
		return STR_NONE;
	for (size_t i = 0; i < n; i++) {
		if (i != 0)
			out[at++] = ',';
		if (v[i].value.n != 0)
			memcpy(out + at, v[i].value.p, v[i].value.n);
		at += v[i].value.n;
	}
	return str_make(out, size);
}

void
http_form_merge(struct http_list *l, struct arena *a)
{
	size_t n = 0, next;

	for (size_t i = 0; i < l->n; i = next) {
		for (next = i + 1; next < l->n; next++)
			if (!str_eq(l->v[next].name, l->v[i].name))
				break;
		l->v[n] = l->v[i];
		l->v[n].value = form_join(&l->v[i], next - i, a);
		n++;
	}
	l->n = n;
}

/* --- query strings ------------------------------------------------------ */

bool
http_form_query(struct http_list *l, struct str s, struct arena *a)
{
	bool good = true;

	while (s.n != 0) {
		struct http_pair p = { .order = 0 };
		struct str one;

		(void)str_split1(s, '&', &one, &s);
		if (one.n == 0)
			continue;
		(void)str_split1(one, '=', &p.name, &p.value);
		if (str_find_char(one, ';') != one.n ||
		    !http_url_decode(p.name, true, a, &p.name) ||
		    !http_url_decode(p.value, true, a, &p.value) ||
		    !http_form_add(l, &p, a))
			good = false;
	}
	return good;
}

/* --- cookies ------------------------------------------------------------ */

/* RFC 6265 lets less through than this, browsers more. */
static bool
form_cookie_value(struct str s, struct str *ret_value)
{
	struct cursor c;

	if (s.n > 1 && str_starts(s, STR("\"")) && str_ends(s, STR("\"")))
		s = str_head(str_tail(s, 1), s.n - 2);
	c = cur_from_str(s, false);
	while (!cur_at_end(&c)) {
		uint8_t b = cur_u8(&c);

		if (b < ' ' || b >= 0x7f || b == '"' || b == ';' || b == '\\')
			return false;
	}
	*ret_value = s;
	return true;
}

static void
form_add_cookie(struct http_list *l, struct str name, struct str value,
                struct arena *a)
{
	struct http_pair p = { .name = name };

	if (http_field_token(name) && form_cookie_value(value, &p.value))
		(void)http_form_add(l, &p, a);
}

void
http_form_cookie(struct http_list *l, struct str s, struct arena *a)
{
	struct str one, name, value;

	while (s.n != 0) {
		(void)str_split1(s, ';', &one, &s);
		(void)str_split1(str_trim(one), '=', &name, &value);
		form_add_cookie(l, name, value, a);
	}
}

void
http_form_set_cookie(struct http_list *l, struct str s, struct arena *a)
{
	struct str one, name, value;

	(void)str_split1(s, ';', &one, &s);
	if (str_split1(str_trim(one), '=', &name, &value))
		form_add_cookie(l, str_trim(name), value, a);
}

/* --- media types -------------------------------------------------------- */

struct str
http_form_media_type(struct str s, struct arena *a)
{
	struct str rest;
	char *out;

	(void)str_split1(s, ';', &s, &rest);
	s = str_trim(s);
	out = arena_alloc(a, s.n);
	if (out == NULL)
		return STR_NONE;
	for (size_t i = 0; i < s.n; i++)
		out[i] = str_lower(*str_tail(s, i).p);
	return str_make(out, s.n);
}

/*
 * The length of what is between the quotes, escapes undone; the cursor goes
 * past them. The text is written to out, if there is one.
 */
static size_t
form_quoted(struct cursor *c, char *out)
{
	size_t n = 0;

	(void)cur_u8(c);
	while (!cur_at_end(c)) {
		uint8_t b = cur_u8(c);

		if (b == '"')
			break;
		/* Browsers send C:\file unescaped; Go knows that, too. */
		if (b == '\\' && !cur_at_end(c) &&
		    !http_field_tchar((char)cur_peek_u8(c)))
			b = cur_u8(c);
		if (out != NULL)
			out[n] = (char)b;
		n++;
	}
	return n;
}

/*
 * The cursor stands behind "name="; it goes to the next ';' or the end. Without
 * an arena the value is passed over.
 */
static struct str
form_param_value(struct cursor *c, struct arena *a)
{
	struct str rest = str_make(c->p, cur_left(c));
	struct str value;
	char *out = NULL;

	if (!str_starts(rest, STR("\"")))
		return str_trim(cur_take(c, str_find_char(rest, ';')));
	if (a != NULL)
		out = arena_alloc(a, rest.n);
	value.n = form_quoted(c, out);
	value.p = out;
	rest = str_make(c->p, cur_left(c));
	(void)cur_skip(c, str_find_char(rest, ';'));
	return out != NULL ? value : STR_NONE;
}

struct str
http_form_param(struct str s, struct str name, struct arena *a)
{
	struct cursor c = cur_from_str(s, false);
	struct str rest, key, value;
	bool found;

	(void)cur_skip(&c, str_find_char(s, ';'));
	while (!cur_at_end(&c)) {
		(void)cur_skip(&c, 1);
		rest = str_make(c.p, cur_left(&c));
		key = str_head(rest, str_find_char(rest, '='));
		if (str_find_char(key, ';') != key.n) {
			(void)cur_skip(&c, str_find_char(rest, ';'));
			continue;
		}
		if (key.n == rest.n)
			break;
		(void)cur_skip(&c, key.n + 1);
		found = str_eq_nocase(str_trim(key), name);
		value = form_param_value(&c, found ? a : NULL);
		if (found)
			return value;
	}
	return STR_NONE;
}

/* --- multipart ---------------------------------------------------------- */

/* Behind a delimiter: blanks and the line end. False: it was none. */
static bool
form_delimiter_end(struct cursor *c)
{
	struct cursor try = *c;
	struct str line = cur_line_lf(&try, SIZE_MAX);

	if (!cur_ok(&try) || str_trim(line).n != 0)
		return false;
	*c = try;
	return true;
}

/* Can this follow "--boundary"? A longer word is not that boundary. */
static bool
form_ends_delimiter(struct str rest)
{
	return str_starts(rest, STR("--")) || str_starts(rest, STR("\r")) ||
	       str_starts(rest, STR("\n")) || str_starts(rest, STR(" ")) ||
	       str_starts(rest, STR("\t"));
}

/* Go to behind "--boundary"; *ret_before is what came in front of it. */
static bool
form_find_delimiter(struct cursor *c, struct str delimiter,
                    struct str *ret_before)
{
	struct str all = str_make(c->p, cur_left(c));
	size_t at = 0;

	for (;;) {
		struct str rest = str_tail(all, at);
		size_t n = str_find(rest, delimiter);

		if (n == rest.n)
			return false;
		at += n;
		*ret_before = str_head(all, at);
		/* It stands at the beginning of a line. */
		if ((at == 0 || str_ends(*ret_before, STR("\n"))) &&
		    form_ends_delimiter(str_tail(rest, n + delimiter.n)))
			break;
		at++;
	}
	(void)cur_skip(c, at + delimiter.n);
	if (str_ends(*ret_before, STR("\n")))
		*ret_before = str_head(*ret_before, ret_before->n - 1);
	if (str_ends(*ret_before, STR("\r")))
		*ret_before = str_head(*ret_before, ret_before->n - 1);
	return true;
}

/* Fields of a part; the cursor goes behind the blank line. */
static void
form_part_head(struct cursor *c, struct http_pair *p, struct arena *a)
{
	struct cursor fields = *c;
	struct http_field f;
	struct str line;

	while (http_field_next(&fields, &f)) {
		if (str_eq_nocase(f.name, STR("content-type")))
			p->type = f.value;
		if (!str_eq_nocase(f.name, STR("content-disposition")) ||
		    !str_starts_nocase(f.value, STR("form-data")))
			continue;
		p->name = http_form_param(f.value, STR("name"), a);
		p->file = http_form_param(f.value, STR("filename"), a);
		/* Some clients send the whole path. */
		while (str_split1(p->file, '/', &line, &p->file) &&
		       p->file.n != 0)
			;
		if (p->file.n == 0)
			p->file = line;
	}
	do {
		line = cur_line_lf(c, SIZE_MAX);
	} while (cur_ok(c) && line.n != 0);
}

bool
http_form_multipart(struct http_list *l, struct str body, struct str boundary,
                    struct arena *a)
{
	struct cursor c = cur_from_str(body, false);
	struct str delimiter = arena_printf(a, "--" STR_FMT, STR_ARG(boundary));
	struct str before;

	if (boundary.n == 0 || boundary.n > FORM_BOUNDARY_MAX ||
	    delimiter.n == 0 || !form_find_delimiter(&c, delimiter, &before))
		return false;
	while (l->n < HTTP_FORM_MAX) {
		struct http_pair p = { .order = 0 };
		struct str tail = str_make(c.p, cur_left(&c));

		if (str_starts(tail, STR("--")))
			return true;
		if (!form_delimiter_end(&c))
			return false;
		form_part_head(&c, &p, a);
		if (!cur_ok(&c) ||
		    !form_find_delimiter(&c, delimiter, &p.value))
			return false;
		if (!http_form_add(l, &p, a))
			return false;
	}
	return false;
}
