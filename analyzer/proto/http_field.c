/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/http_field.h"

bool
http_field_tchar(char c)
{
	static const struct cur_set tchar = {
		.in = {
			['!'] = 1, ['#'] = 1, ['$'] = 1, ['%'] = 1, ['&'] = 1,
			['\''] = 1, ['*'] = 1, ['+'] = 1, ['-'] = 1, ['.'] = 1,
			['^'] = 1, ['_'] = 1, ['`'] = 1, ['|'] = 1, ['~'] = 1,
			['0' ... '9'] = 1, ['A' ... 'Z'] = 1, ['a' ... 'z'] = 1,
		},
	};

	return tchar.in[(uint8_t)c] != 0;
}

bool
http_field_token(struct str s)
{
	const char *p = s.p;

	for (size_t i = 0; i < s.n; i++, p++)
		if (!http_field_tchar(*p))
			return false;
	return s.n != 0;
}

static bool
field_is_blank(uint8_t b)
{
	return b == ' ' || b == '\t';
}

struct str
http_field_trim(struct str s)
{
	for (;;) {
		struct str t = str_trim(s);

		while (t.n != 0 &&
		       (str_starts(t, STR("\r")) || str_starts(t, STR("\n"))))
			t = str_tail(t, 1);
		while (t.n != 0 &&
		       (str_ends(t, STR("\r")) || str_ends(t, STR("\n"))))
			t = str_head(t, t.n - 1);
		if (t.n == s.n)
			return t;
		s = t;
	}
}

/* A field with its continuation lines; the empty str when there is none. */
static struct str
field_lines(struct cursor *fields)
{
	struct cursor c = *fields;
	struct str line = cur_line_lf(&c, SIZE_MAX);

	if (!cur_ok(&c)) {
		/* The head was cut here: what there is of the line counts. */
		c = *fields;
		line = cur_rest(&c);
	}
	while (line.n != 0 && !cur_at_end(&c)) {
		struct cursor next = c;

		if (!field_is_blank(cur_peek_u8(&next)))
			break;
		(void)cur_line_lf(&next, SIZE_MAX);
		if (!cur_ok(&next)) {
			next = c;
			(void)cur_rest(&next);
		}
		c = next;
		line = str_make(fields->p, cur_left(fields) - cur_left(&c));
	}
	*fields = c;
	return line;
}

bool
http_field_next_raw(struct cursor *fields, struct http_field *ret_field)
{
	struct str line;

	while (cur_ok(fields) && !cur_at_end(fields)) {
		line = field_lines(fields);
		if (line.n == 0)
			return false;
		if (str_split1(line, ':', &ret_field->name,
		               &ret_field->value) &&
		    ret_field->name.n != 0)
			return true;
	}
	return false;
}

struct str
http_field_find(struct cursor fields, struct str name)
{
	while (cur_ok(&fields) && !cur_at_end(&fields)) {
		struct str line = field_lines(&fields);
		struct str rest;

		if (line.n == 0)
			break;
		line = str_trim(line);
		if (!str_starts_nocase(line, name))
			continue;
		rest = str_trim(str_tail(line, name.n));
		if (str_starts(rest, STR(":")))
			return http_field_trim(str_tail(rest, 1));
	}
	return STR_NONE;
}

bool
http_field_next(struct cursor *fields, struct http_field *ret_field)
{
	if (!http_field_next_raw(fields, ret_field))
		return false;
	ret_field->value = http_field_trim(ret_field->value);
	return true;
}

struct str
http_field_canonical(struct str name, struct arena *a)
{
	bool up = true;
	char *out;

	if (!http_field_token(name))
		return name;
	out = arena_alloc(a, name.n);
	if (out == NULL)
		return STR_NONE;
	for (size_t i = 0; i < name.n; i++) {
		char c = str_lower(*str_tail(name, i).p);

		out[i] = up && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
		up = c == '-';
	}
	return str_make(out, name.n);
}

struct str
http_field_unfold(struct str value, struct arena *a)
{
	struct str s = value;
	struct str line;
	size_t n = 0;
	char *out;

	if (str_find_char(s, '\n') == s.n)
		return s;
	out = arena_alloc(a, s.n);
	if (out == NULL)
		return STR_NONE;
	while (s.n != 0) {
		(void)str_split1(s, '\n', &line, &s);
		if (str_ends(line, STR("\r")))
			line = str_head(line, line.n - 1);
		line = str_trim(line);
		if (n != 0)
			out[n++] = ' ';
		if (line.n != 0)
			memcpy(out + n, line.p, line.n);
		n += line.n;
	}
	return str_make(out, n);
}
