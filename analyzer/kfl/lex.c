/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/kfl/lex.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/kfl/ast.h"
#include "base/utf8.h"

struct lex {
	struct str text;
	size_t pos;
	const char *bad;   /* what is wrong with the present token */
	char bad_text[64]; /* where `bad` is composed */
	size_t bad_at;
};

/* At the end of the text; no byte of a query is negative. */
#define END (-1)

static int
peek(const struct lex *l)
{
	return l->pos < l->text.n ? (unsigned char)l->text.p[l->pos] : END;
}

static void
skip(struct lex *l)
{
	if (l->pos < l->text.n)
		l->pos++;
}

/* The last complaint about a token is the one that counts, as in Go. */
static void
complain(struct lex *l, const char *what)
{
	l->bad = what;
	l->bad_at = l->pos;
}

static bool
is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static int
hex_value(int c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

/* --- names ---------------------------------------------------------------- */

/*
 * Blocks beyond ASCII that hold no letters, coarsely: punctuation, symbols,
 * private use. Everything else beyond ASCII may be part of a name; Go asks the
 * character's category, and where the two differ is listed in docs/kfl.md.
 */
static const struct {
	uint32_t from, to;
} no_letters[] = {
	{ 0x80, 0xa9 },        { 0xab, 0xb4 },       { 0xb6, 0xb9 },
	{ 0xbb, 0xbf },        { 0xd7, 0xd7 },       { 0xf7, 0xf7 },
	{ 0x2c2, 0x2c5 },      { 0x2d2, 0x2df },     { 0x300, 0x36f },
	{ 0x2000, 0x2070 },    { 0x20a0, 0x2101 },   { 0x2190, 0x2bff },
	{ 0x2e00, 0x2e2e },    { 0x2e30, 0x3004 },   { 0x3007, 0x3030 },
	{ 0xd800, 0xf8ff },    { 0xfe00, 0xfe6f },   { 0xff00, 0xff0f },
	{ 0xfff0, 0xffff },    { 0x1d000, 0x1d3ff }, { 0x1f000, 0x1faff },
	{ 0xe0000, 0x10ffff },
};

static bool
is_letter(uint32_t cp)
{
	for (size_t i = 0; i < ARRAY_LEN(no_letters); i++) {
		if (cp >= no_letters[i].from && cp <= no_letters[i].to)
			return false;
	}
	return cp >= 0x80;
}

/* The length of the character here if it may stand in a name, else 0. */
static size_t
name_char(const struct lex *l, bool first)
{
	int c = peek(l);
	uint32_t cp;
	size_t n;

	if (c < 0x80) {
		bool letter = (c >= 'a' && c <= 'z') ||
		              (c >= 'A' && c <= 'Z') || c == '_';

		return letter || (is_digit(c) && !first) ? 1 : 0;
	}
	n = utf8_decode(str_tail(l->text, l->pos), &cp);
	return n != 0 && is_letter(cp) ? n : 0;
}

static void
lex_name(struct lex *l)
{
	size_t n = name_char(l, true);

	while (n != 0) {
		l->pos += n;
		n = name_char(l, false);
	}
}

/* --- numbers -------------------------------------------------------------- */

enum { DIGITS = 1, SEPARATORS = 2 };

struct number {
	int prefix; /* 'x', 'o', 'b', '0', or 0: decimal */
	int base;
	unsigned seen; /* DIGITS, SEPARATORS */
	int invalid;   /* first digit too large for the base, or 0 */
	bool is_float;
};

static unsigned
lex_digits(struct lex *l, int base, int *io_invalid)
{
	unsigned seen = 0;

	for (;;) {
		int c = peek(l);

		if (c == '_') {
			seen |= SEPARATORS;
		} else if (base == 16 ? hex_value(c) < 16 : is_digit(c)) {
			seen |= DIGITS;
			if (base < 10 && c >= '0' + base && *io_invalid == 0)
				*io_invalid = c;
		} else {
			return seen;
		}
		skip(l);
	}
}

static const char *
literal_name(int prefix)
{
	switch (prefix) {
	case 'x':
		return "hexadecimal literal";
	case 'o':
	case '0':
		return "octal literal";
	case 'b':
		return "binary literal";
	default:
		return "decimal literal";
	}
}

static void
complain_literal(struct lex *l, const char *before, int prefix,
                 const char *after)
{
	(void)snprintf(l->bad_text, sizeof(l->bad_text), "%s%s%s", before,
	               literal_name(prefix), after);
	complain(l, l->bad_text);
}

static void
complain_digit(struct lex *l, int digit, int prefix)
{
	(void)snprintf(l->bad_text, sizeof(l->bad_text),
	               "invalid digit '%c' in %s", digit, literal_name(prefix));
	complain(l, l->bad_text);
}

static void
lex_prefix(struct lex *l, struct number *m)
{
	if (peek(l) != '0')
		return;
	skip(l);
	switch (peek(l)) {
	case 'x':
	case 'X':
		*m = (struct number){ .prefix = 'x', .base = 16 };
		break;
	case 'o':
	case 'O':
		*m = (struct number){ .prefix = 'o', .base = 8 };
		break;
	case 'b':
	case 'B':
		*m = (struct number){ .prefix = 'b', .base = 2 };
		break;
	default:
		*m =
		    (struct number){ .prefix = '0', .base = 8, .seen = DIGITS };
		return;
	}
	skip(l);
}

static void
lex_exponent(struct lex *l, struct number *m)
{
	int e = peek(l) | 0x20;
	int none = 0;
	unsigned seen;

	if (peek(l) == END || (e != 'e' && e != 'p')) {
		if (m->prefix == 'x' && m->is_float)
			complain(l, "hexadecimal mantissa requires a 'p' "
			            "exponent");
		return;
	}
	if (e == 'e' && m->prefix != 0 && m->prefix != '0')
		complain(l, "'e' exponent requires decimal mantissa");
	if (e == 'p' && m->prefix != 'x')
		complain(l, "'p' exponent requires hexadecimal mantissa");
	skip(l);
	m->is_float = true;
	if (peek(l) == '+' || peek(l) == '-')
		skip(l);
	seen = lex_digits(l, 10, &none);
	m->seen |= seen & SEPARATORS;
	if ((seen & DIGITS) == 0)
		complain(l, "exponent has no digits");
}

/* Each separator stands between two digits, or after the prefix. */
static bool
separators_fit(struct str s)
{
	bool digit = false;
	bool separator = false;

	for (size_t i = 0; i < s.n; i++) {
		int c = (unsigned char)s.p[i];

		if (c == '_') {
			if (!digit)
				return false;
			separator = true;
			digit = false;
		} else {
			bool prefix = i == 1 && s.p[0] == '0' &&
			              (hex_value(c) == 16 || c == 'b' ||
			               c == 'B');

			digit = hex_value(c) < 16 || prefix;
			if (separator && !digit)
				return false;
			separator = false;
		}
	}
	return !separator;
}

/* Go's scanNumber(): what a number may look like, and its complaints. */
static enum kfl_token_type
lex_number(struct lex *l, bool after_dot)
{
	struct number m = { .base = 10, .is_float = after_dot };
	size_t start = l->pos - (after_dot ? 1 : 0);

	if (!after_dot) {
		lex_prefix(l, &m);
		m.seen |= lex_digits(l, m.base, &m.invalid);
		if (peek(l) == '.') {
			skip(l);
			m.is_float = true;
		}
	}
	if (m.is_float) {
		if (m.prefix == 'o' || m.prefix == 'b')
			complain_literal(l, "invalid radix point in ", m.prefix,
			                 "");
		m.seen |= lex_digits(l, m.base, &m.invalid);
	}
	if ((m.seen & DIGITS) == 0)
		complain_literal(l, "", m.prefix, " has no digits");
	lex_exponent(l, &m);
	if (!m.is_float && m.invalid != 0)
		complain_digit(l, m.invalid, m.prefix);
	if ((m.seen & SEPARATORS) != 0 &&
	    !separators_fit(str_make(l->text.p + start, l->pos - start)))
		complain(l, "'_' must separate successive digits");
	return m.is_float ? KFL_T_FLOAT : KFL_T_INT;
}

/* --- strings -------------------------------------------------------------- */

static void
lex_escape_digits(struct lex *l, int base, int n)
{
	while (n > 0 && hex_value(peek(l)) < base) {
		skip(l);
		n--;
	}
	if (n > 0)
		complain(l, "invalid char escape");
}

/* Behind the backslash. */
static void
lex_escape(struct lex *l, int quote)
{
	int c = peek(l);

	if (c == quote || (c != END && c != 0 && strchr("abfnrtv\\", c))) {
		skip(l);
		return;
	}
	switch (c) {
	case 'x':
		skip(l);
		lex_escape_digits(l, 16, 2);
		break;
	case 'u':
		skip(l);
		lex_escape_digits(l, 16, 4);
		break;
	case 'U':
		skip(l);
		lex_escape_digits(l, 16, 8);
		break;
	default:
		if (c >= '0' && c <= '7')
			lex_escape_digits(l, 8, 3);
		else
			complain(l, "invalid char escape");
		break;
	}
}

/* Behind the opening quote. */
static void
lex_string(struct lex *l, int quote)
{
	for (;;) {
		int c = peek(l);

		if (c == END || (c == '\n' && quote != '`')) {
			complain(l, "literal not terminated");
			return;
		}
		skip(l);
		if (c == quote)
			return;
		if (c == '\\' && quote != '`')
			lex_escape(l, quote);
	}
}

/* --- the rest ------------------------------------------------------------- */

/* Passes over blanks and comments; a comment may be without its end. */
static void
lex_blank(struct lex *l)
{
	for (;;) {
		struct str rest = str_tail(l->text, l->pos);
		int c = peek(l);

		if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
			skip(l);
		} else if (str_starts(rest, STR("//"))) {
			l->pos += str_find_char(rest, '\n');
		} else if (str_starts(rest, STR("/*"))) {
			size_t n = str_find(str_tail(rest, 2), STR("*/"));

			l->pos += 2 + n;
			if (l->pos == l->text.n) {
				complain(l, "comment not terminated");
				return;
			}
			l->pos += 2;
		} else {
			return;
		}
	}
}

static enum kfl_token_type
lex_other(struct lex *l)
{
	uint32_t cp;
	size_t n = utf8_decode(str_tail(l->text, l->pos), &cp);

	l->pos += n != 0 ? n : 1;
	return KFL_T_OTHER;
}

static enum kfl_token_type
lex_token(struct lex *l)
{
	int c = peek(l);

	if (c == END)
		return KFL_T_EOF;
	if (name_char(l, true) != 0) {
		lex_name(l);
		return KFL_T_NAME;
	}
	if (is_digit(c))
		return lex_number(l, false);
	if (c == '"' || c == '\'' || c == '`') {
		skip(l);
		lex_string(l, c);
		return c == '"'    ? KFL_T_STRING
		       : c == '\'' ? KFL_T_CHAR
		                   : KFL_T_RAW;
	}
	if (c == '.' && l->pos + 1 < l->text.n &&
	    is_digit((unsigned char)l->text.p[l->pos + 1])) {
		skip(l);
		return lex_number(l, true);
	}
	return lex_other(l);
}

/* Go's scanner refuses these two wherever they stand. */
static void
check_bytes(struct lex *l)
{
	size_t text = utf8_valid_prefix(l->text);
	size_t nul = str_find_char(l->text, '\0');

	l->pos = nul < text ? nul : text;
	if (nul < text)
		complain(l, "invalid character NUL");
	else if (text < l->text.n)
		complain(l, "invalid UTF-8 encoding");
	l->pos = 0;
}

void
kfl_place(struct str text, size_t at, struct err *e)
{
	uint32_t line = 1;
	uint32_t col = 1;

	assert(at <= text.n);
	for (size_t i = 0; i < at; i++) {
		if (text.p[i] == '\n') {
			line++;
			col = 1;
		} else {
			col++;
		}
	}
	(void)err_at(e, ERR_SYNTAX, line, col);
}

int
kfl_lex(struct str text, struct arena *a, struct err *e,
        struct kfl_token **ret_tokens, size_t *ret_bad)
{
	struct lex l = { .text = text };
	struct kfl_token *t;
	size_t n = 0;

	*ret_bad = 0;
	if (text.n > KFL_TEXT_MAX)
		return err_set(e, ERR_LIMIT,
		               "the query is longer than %d bytes",
		               (int)KFL_TEXT_MAX);
	t = arena_array(a, text.n + 1, sizeof(*t));
	if (t == NULL)
		return err_set(e, arena_error(a), "out of memory");
	check_bytes(&l);
	while (l.bad == NULL) {
		size_t at;

		lex_blank(&l);
		if (l.bad != NULL)
			break;
		at = l.pos;
		t[n].type = lex_token(&l);
		t[n].at = (uint32_t)at;
		t[n].text = str_make(text.p + at, l.pos - at);
		if (l.bad != NULL)
			break;
		if (t[n++].type == KFL_T_EOF) {
			*ret_tokens = t;
			return 0;
		}
	}
	err_set(e, ERR_SYNTAX, "%s", l.bad);
	kfl_place(text, l.bad_at, e);
	*ret_bad = l.bad_at;
	return ERR_SYNTAX;
}
