/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/kfl/literal.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/kfl/ast.h"
#include "base/buf.h"
#include "base/utf8.h"

/* More characters than this do not make a number more exact. */
#define NUMBER_TEXT 512

enum float_result { FLOAT_OK, FLOAT_SYNTAX, FLOAT_RANGE };

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex(char c)
{
	char l = str_lower(c);

	return is_digit(c) || (l >= 'a' && l <= 'f');
}

/* Passes over digits and at most one dot; how many digits there were. */
static size_t
mantissa(const char **io_p, bool hex)
{
	const char *p = *io_p;
	size_t digits = 0;
	bool dot = false;

	for (;; p++) {
		if (*p == '.' && !dot)
			dot = true;
		else if (hex ? is_hex(*p) : is_digit(*p))
			digits++;
		else
			break;
	}
	*io_p = p;
	return digits;
}

/* Is the C string all of a number in Go's sense (inf and nan aside)? */
static bool
well_formed(const char *p)
{
	bool hex;

	if (*p == '+' || *p == '-')
		p++;
	hex = p[0] == '0' && (p[1] == 'x' || p[1] == 'X');
	if (hex)
		p += 2;
	if (mantissa(&p, hex) == 0)
		return false;
	if (str_lower(*p) == (hex ? 'p' : 'e')) {
		p++;
		if (*p == '+' || *p == '-')
			p++;
		if (!is_digit(*p))
			return false;
		while (is_digit(*p))
			p++;
	} else if (hex) {
		return false;
	}
	return *p == '\0';
}

static bool
special(struct str s, double *ret)
{
	bool minus = s.n > 0 && s.p[0] == '-';

	if (s.n > 0 && (s.p[0] == '-' || s.p[0] == '+'))
		s = str_tail(s, 1);
	else if (str_eq_nocase(s, STR("nan"))) {
		*ret = (double)NAN;
		return true;
	}
	if (!str_eq_nocase(s, STR("inf")) && !str_eq_nocase(s, STR("infinity")))
		return false;
	*ret = minus ? -HUGE_VAL : HUGE_VAL;
	return true;
}

static enum float_result
parse_float(struct str s, double *ret)
{
	char text[NUMBER_TEXT];
	double v;

	if (special(s, ret))
		return FLOAT_OK;
	if (!str_to_c(s, text, sizeof(text)) || !well_formed(text))
		return FLOAT_SYNTAX;
	v = strtod(text, NULL);
	if (isinf(v))
		return FLOAT_RANGE;
	*ret = v;
	return FLOAT_OK;
}

bool
kfl_parse_float(struct str s, double *ret)
{
	return parse_float(s, ret) == FLOAT_OK;
}

const char *
kfl_literal_number(struct str token, double *ret)
{
	char text[NUMBER_TEXT];
	size_t n = 0;

	for (size_t i = 0; i < token.n && n < sizeof(text); i++) {
		if (token.p[i] != '_')
			text[n++] = token.p[i];
	}
	switch (parse_float(str_make(text, n), ret)) {
	case FLOAT_OK:
		return NULL;
	case FLOAT_RANGE:
		return "value out of range";
	default:
		return "invalid syntax";
	}
}

const char *
kfl_literal_index(struct str token, int64_t *ret)
{
	int base = 10;
	size_t i = 0;
	uint64_t v = 0;

	if (token.n > 1 && token.p[0] == '0') {
		char c = str_lower(token.p[1]);

		base = c == 'x' ? 16 : c == 'b' ? 2 : 8;
		i = c == 'x' || c == 'b' || c == 'o' ? 2 : 1;
	}
	for (; i < token.n; i++) {
		char c = str_lower(token.p[i]);
		unsigned digit;

		if (c == '_')
			continue;
		digit = (unsigned)(is_digit(c) ? c - '0' : c - 'a' + 10);
		if (v > ((uint64_t)INT64_MAX - digit) / (unsigned)base)
			return "value out of range";
		v = v * (unsigned)base + digit;
	}
	*ret = (int64_t)v;
	return NULL;
}

/*
 * C's %g differs in two things only: it writes inf and nan in small letters
 * and without a plus sign.
 */
size_t
kfl_format_float(double v, char out[KFL_FLOAT_TEXT])
{
	const char *text = isnan(v) ? "NaN" : v > 0 ? "+Inf" : "-Inf";
	int n;

	if (isfinite(v))
		n = snprintf(out, KFL_FLOAT_TEXT, "%.6g", v);
	else
		n = snprintf(out, KFL_FLOAT_TEXT, "%s", text);
	return (size_t)n;
}

static int
quote_char(struct buf *b, uint32_t cp, struct str bytes)
{
	static const char named[] = "\aa\bb\ff\nn\rr\tt\vv\"\"\\\\";

	for (size_t i = 0; i + 1 < sizeof(named); i += 2) {
		if (cp == (uint32_t)named[i])
			return buf_printf(b, "\\%c", named[i + 1]);
	}
	if (utf8_is_plain(cp))
		return buf_append_str(b, bytes);
	if (cp < 0x80)
		return buf_printf(b, "\\x%02x", (unsigned)cp);
	if (cp < 0x10000)
		return buf_printf(b, "\\u%04x", (unsigned)cp);
	return buf_printf(b, "\\U%08x", (unsigned)cp);
}

struct str
kfl_literal_quote(struct str s, struct arena *a)
{
	struct str out;
	struct buf b;
	int rc;

	buf_init(&b, KFL_TEXT_MAX * 4 + 2);
	rc = buf_append_byte(&b, '"');
	while (s.n > 0 && rc == 0) {
		uint32_t cp;
		size_t n = utf8_decode(s, &cp);

		if (n == 0) {
			n = 1;
			rc = buf_printf(&b, "\\x%02x",
			                (unsigned)(unsigned char)s.p[0]);
		} else {
			rc = quote_char(&b, cp, str_head(s, n));
		}
		s = str_tail(s, n);
	}
	if (rc == 0)
		rc = buf_append_byte(&b, '"');
	out = rc == 0 ? arena_dup(a, buf_str(&b)) : STR_NONE;
	buf_release(&b);
	return out;
}
