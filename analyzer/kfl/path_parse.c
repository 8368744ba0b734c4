/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a path (path.h). The messages are those of the original's library. */
#include "analyzer/kfl/filter.h"
#include "analyzer/kfl/path.h"
#include "base/buf.h"
#include "base/utf8.h"

struct reader {
	struct str text;
	size_t pos;
	struct arena *a;
	struct err *e;
	size_t n;
	struct kfl_step step[KFL_STEPS_MAX];
};

static int
bad(struct reader *r, const char *what)
{
	return err_set(r->e, ERR_SYNTAX, "%s at %zu in " STR_FMT, what,
	               r->pos + 1, STR_ARG(r->text));
}

static bool
more(const struct reader *r)
{
	return r->pos < r->text.n;
}

static char
peek(const struct reader *r)
{
	return more(r) ? r->text.p[r->pos] : '\0';
}

/* May c be part of a name that is not in brackets? */
static bool
in_name(char c)
{
	unsigned char u = (unsigned char)c;

	return u > ' ' && u != 0x7f &&
	       strchr("!\"$&'()*+,-./<=>@[\\]`", c) == NULL;
}

static int
add(struct reader *r, struct kfl_step s)
{
	if (r->n == KFL_STEPS_MAX)
		return err_set(r->e, ERR_LIMIT, "a path of more than %d steps",
		               (int)KFL_STEPS_MAX);
	r->step[r->n++] = s;
	return 0;
}

static int
read_name(struct reader *r)
{
	size_t from = r->pos;
	struct str name;

	while (more(r) && in_name(peek(r)))
		r->pos++;
	name = arena_dup(r->a, str_make(r->text.p + from, r->pos - from));
	if (arena_error(r->a) != 0)
		return arena_error(r->a);
	return add(r,
	           (struct kfl_step){ .kind = KFL_STEP_CHILD, .name = name });
}

static int
read_after_dot(struct reader *r)
{
	char what[] = "an expression fragment can not start with a '?'";

	if (!more(r))
		return bad(r, "not terminated");
	if (peek(r) == '*') {
		r->pos++;
		return add(r, (struct kfl_step){ .kind = KFL_STEP_ANY });
	}
	if (peek(r) == '.') {
		r->pos++;
		return add(r, (struct kfl_step){ .kind = KFL_STEP_DESCENT });
	}
	if (!in_name(peek(r))) {
		what[sizeof(what) - 3] = peek(r);
		r->pos++;
		return bad(r, what);
	}
	return read_name(r);
}

static void
blanks(struct reader *r)
{
	while (peek(r) == ' ')
		r->pos++;
}

static int
hex(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c != '\0' ? strchr(digits, str_lower(c)) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

static int
read_hex(struct reader *r, int n, struct buf *b)
{
	char utf8[UTF8_MAX];
	uint32_t cp = 0;

	for (int i = 0; i < n; i++) {
		int v = hex(peek(r));

		if (v < 0)
			return bad(r, "invalid hexadecimal character");
		cp = cp << 4 | (uint32_t)v;
		r->pos++;
	}
	if (n == 2)
		return buf_append_byte(b, (char)cp);
	return buf_append(b, utf8, utf8_encode(cp, utf8));
}

static int
read_escape(struct reader *r, struct buf *b)
{
	static const char from[] = "btnfr\"'\\";
	static const char to[] = "\b\t\n\f\r\"'\\";
	char c = peek(r);
	const char *at = c != '\0' ? strchr(from, c) : NULL;

	if (!more(r))
		return bad(r, "not terminated");
	r->pos++;
	if (at != NULL)
		return buf_append_byte(b, to[at - from]);
	if (c == 'x')
		return read_hex(r, 2, b);
	if (c == 'u' || c == 'U')
		return read_hex(r, 4, b);
	return bad(r, "not a valid escaped character");
}

/* At the opening quote. */
static int
read_quoted(struct reader *r, struct str *ret)
{
	char quote = peek(r);
	struct buf b;
	int rc = 0;

	buf_init(&b, r->text.n);
	r->pos++;
	while (rc == 0 && peek(r) != quote) {
		char c = peek(r);

		if (!more(r)) {
			rc = bad(r, "not terminated");
			break;
		}
		r->pos++;
		rc = c == '\\' ? read_escape(r, &b) : buf_append_byte(&b, c);
	}
	if (rc == 0) {
		r->pos++;
		*ret = arena_dup(r->a, buf_str(&b));
		rc = arena_error(r->a);
	}
	buf_release(&b);
	return rc;
}

static int
read_int(struct reader *r, int64_t *ret)
{
	bool minus = peek(r) == '-';
	size_t digits = 0;
	int64_t v = 0;

	if (minus)
		r->pos++;
	for (; peek(r) >= '0' && peek(r) <= '9'; r->pos++, digits++) {
		v = v * 10 + (peek(r) - '0');
		if (v > KFL_INDEX_MAX)
			v = KFL_INDEX_MAX;
	}
	if (digits == 0)
		return bad(r, "expected a number");
	*ret = minus ? -v : v;
	blanks(r);
	return 0;
}

static bool
at_int(const struct reader *r)
{
	return peek(r) == '-' || (peek(r) >= '0' && peek(r) <= '9');
}

/* A name or a number between brackets. */
static int
read_member(struct reader *r, struct kfl_step *ret)
{
	int rc;

	*ret = (struct kfl_step){ .kind = KFL_STEP_INDEX };
	blanks(r);
	if (peek(r) == '\'' || peek(r) == '"') {
		ret->kind = KFL_STEP_CHILD;
		rc = read_quoted(r, &ret->name);
	} else if (at_int(r)) {
		rc = read_int(r, &ret->index);
	} else {
		rc = bad(r, "parse error");
	}
	blanks(r);
	return rc;
}

/* Behind [first, and at the comma. */
static int
read_union(struct reader *r, const struct kfl_step *first)
{
	struct kfl_step u = { .kind = KFL_STEP_UNION };
	struct kfl_step next = *first;
	struct kfl_step **tail = &u.also;
	size_t n = 0;
	int rc = 0;

	for (;;) {
		*tail = arena_zalloc(r->a, sizeof(next));
		if (*tail == NULL)
			return arena_error(r->a);
		if (++n > KFL_STEPS_MAX)
			return ERR_LIMIT;
		**tail = next;
		tail = &(*tail)->also;
		if (peek(r) != ',')
			break;
		r->pos++;
		rc = read_member(r, &next);
		if (rc != 0)
			return rc;
	}
	return add(r, u);
}

/* Behind [from, and at the colon. */
static int
read_slice(struct reader *r, int64_t from)
{
	struct kfl_step s = { .kind = KFL_STEP_SLICE,
		              .index = from,
		              .end = KFL_INDEX_MAX,
		              .by = 1 };
	bool to_end;
	int rc = 0;

	r->pos++;
	blanks(r);
	to_end = !at_int(r);
	if (!to_end)
		rc = read_int(r, &s.end);
	if (rc == 0 && peek(r) == ':') {
		r->pos++;
		blanks(r);
		if (at_int(r))
			rc = read_int(r, &s.by);
	}
	if (to_end && s.by < 0)
		s.end = 0;
	return rc == 0 ? add(r, s) : rc;
}

static int
read_filter(struct reader *r)
{
	struct kfl_step s = { .kind = KFL_STEP_FILTER };
	struct str rest;
	int rc;

	r->pos++;
	rest = str_tail(r->text, r->pos);
	rc = kfl_filter_parse(&rest, r->a, &s.filter);
	r->pos = r->text.n - rest.n;
	if (rc == ERR_SYNTAX)
		return bad(r, "expected a value");
	return rc == 0 ? add(r, s) : rc;
}

/* Behind the bracket. */
static int
read_bracket(struct reader *r)
{
	struct kfl_step s;
	int rc;

	blanks(r);
	if (!more(r))
		return bad(r, "not terminated");
	if (peek(r) == '*') {
		r->pos++;
		rc = add(r, (struct kfl_step){ .kind = KFL_STEP_ANY });
	} else if (peek(r) == '?') {
		rc = read_filter(r);
	} else if (peek(r) == ':') {
		rc = read_slice(r, 0);
	} else {
		rc = read_member(r, &s);
		if (rc == 0 && peek(r) == ',')
			rc = read_union(r, &s);
		else if (rc == 0 && peek(r) == ':' && s.kind == KFL_STEP_INDEX)
			rc = read_slice(r, s.index);
		else if (rc == 0)
			rc = add(r, s);
	}
	if (rc != 0)
		return rc;
	blanks(r);
	if (peek(r) != ']')
		return bad(r, "not terminated");
	r->pos++;
	return 0;
}

static bool
last_is_descent(const struct reader *r)
{
	return r->n > 0 && r->step[r->n - 1].kind == KFL_STEP_DESCENT;
}

static int
read_path(struct reader *r)
{
	bool first = true;
	int rc = 0;

	if (peek(r) == '$' || peek(r) == '@') {
		r->pos++;
		first = false;
	}
	while (rc == 0 && more(r)) {
		char c = peek(r);

		if (c == '.' || c == '[' || c == '*')
			r->pos++;
		if (c == '.')
			rc = read_after_dot(r);
		else if (c == '[')
			rc = read_bracket(r);
		else if (c == '*')
			rc = add(r, (struct kfl_step){ .kind = KFL_STEP_ANY });
		else if (in_name(c) && (first || last_is_descent(r)))
			rc = read_name(r);
		else
			rc = bad(r, "parse error");
		first = false;
	}
	return rc;
}

int
kfl_path_parse(struct str text, struct arena *a, struct err *e,
               const struct kfl_path **ret_path)
{
	struct reader r = { .text = text, .a = a, .e = e };
	int rc = read_path(&r);
	struct kfl_path *p;

	if (rc != 0)
		return rc;
	p = arena_zalloc(a, sizeof(*p));
	if (p == NULL)
		return arena_error(a);
	p->n = r.n;
	p->step = arena_array(a, r.n + 1, sizeof(struct kfl_step));
	if (p->step == NULL)
		return arena_error(a);
	memcpy(p->step, r.step, r.n * sizeof(struct kfl_step));
	*ret_path = p;
	return 0;
}
