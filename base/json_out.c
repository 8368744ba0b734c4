/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_out.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "base/utf8.h"

/* What may come next on a level of nesting. */
enum at {
	AT_TOP,          /* a value */
	AT_TOP_END,      /* a newline, or the end */
	AT_ARRAY_FIRST,  /* a value or ] */
	AT_ARRAY,        /* a comma and a value, or ] */
	AT_OBJECT_FIRST, /* a key or } */
	AT_OBJECT,       /* a comma and a key, or } */
	AT_VALUE,        /* the value of a key */
};

void
jout_init(struct json_out *j, int (*write)(void *ctx, const char *p, size_t n),
          void *ctx)
{
	/* The buffers need no clearing, and there may be a writer per row. */
	j->write = write;
	j->ctx = ctx;
	j->error = 0;
	j->depth = 0;
	j->in_str = false;
	j->carry_n = 0;
	j->at[0] = AT_TOP;
	j->n = 0;
}

static int
jout_write_fd(void *ctx, const char *p, size_t n)
{
	const int *fd = ctx;

	return io_write_full(*fd, p, n);
}

static int
jout_write_buf(void *ctx, const char *p, size_t n)
{
	return buf_append(ctx, p, n);
}

void
jout_init_fd(struct json_out *j, int *fd)
{
	jout_init(j, jout_write_fd, fd);
}

void
jout_init_buf(struct json_out *j, struct buf *b)
{
	jout_init(j, jout_write_buf, b);
}

void
jout_fail(struct json_out *j, int code)
{
	ENSURE(code < 0);
	if (j->error == 0)
		j->error = code;
}

int
jout_flush(struct json_out *j)
{
	if (j->error == 0 && j->n != 0)
		j->error = j->write(j->ctx, j->buf, j->n);
	j->n = 0;
	return j->error;
}

int
jout_finish(struct json_out *j)
{
	if (j->error == 0)
		ENSURE(j->depth == 0 && !j->in_str);
	return jout_flush(j);
}

static void
jout_bytes(struct json_out *j, const char *p, size_t n)
{
	if (n > sizeof(j->buf) - j->n && jout_flush(j) != 0)
		return;
	if (n > sizeof(j->buf)) {
		j->error = j->write(j->ctx, p, n);
		return;
	}
	memcpy(j->buf + j->n, p, n);
	j->n += n;
}

static void
jout_byte(struct json_out *j, char c)
{
	if (j->n == sizeof(j->buf) && jout_flush(j) != 0)
		return;
	j->buf[j->n++] = c;
}

/*
 * Every value starts here: writes the comma that is due, and notes that the
 * value has been there. False when the writer has failed.
 */
static bool
jout_before_value(struct json_out *j)
{
	uint8_t *at = &j->at[j->depth];

	if (j->error != 0)
		return false;
	if (j->in_str)
		BUG("JSON value inside a string");
	switch ((enum at) * at) {
	case AT_TOP:
		*at = AT_TOP_END;
		return true;
	case AT_ARRAY_FIRST:
		*at = AT_ARRAY;
		return true;
	case AT_ARRAY:
		jout_byte(j, ',');
		return true;
	case AT_VALUE:
		*at = AT_OBJECT;
		return true;
	case AT_TOP_END:
		BUG("second JSON value on a line");
	case AT_OBJECT_FIRST:
	case AT_OBJECT:
		BUG("JSON value without a key");
	}
	BUG("JSON writer in state %d", *at);
}

static void
jout_begin(struct json_out *j, char bracket, enum at at)
{
	if (!jout_before_value(j))
		return;
	if (j->depth == JSON_OUT_DEPTH_MAX) {
		jout_fail(j, ERR_LIMIT);
		return;
	}
	jout_byte(j, bracket);
	j->at[++j->depth] = (uint8_t)at;
}

static void
jout_end(struct json_out *j, char bracket, enum at first, enum at later)
{
	if (j->error != 0)
		return;
	if (j->in_str || j->depth == 0 ||
	    (j->at[j->depth] != first && j->at[j->depth] != later))
		BUG("JSON '%c' out of place", bracket);
	jout_byte(j, bracket);
	j->depth--;
}

void
jout_begin_object(struct json_out *j)
{
	jout_begin(j, '{', AT_OBJECT_FIRST);
}

void
jout_end_object(struct json_out *j)
{
	jout_end(j, '}', AT_OBJECT_FIRST, AT_OBJECT);
}

void
jout_begin_array(struct json_out *j)
{
	jout_begin(j, '[', AT_ARRAY_FIRST);
}

void
jout_end_array(struct json_out *j)
{
	jout_end(j, ']', AT_ARRAY_FIRST, AT_ARRAY);
}

/* --- strings ------------------------------------------------------------- */

/* May this byte stand in a string as it is? Multi-byte characters: no. */
static bool
jout_is_safe(uint8_t b)
{
	return b >= 0x20 && b < 0x7f && b != '"' && b != '\\' && b != '<' &&
	       b != '>' && b != '&';
}

/* \uXXXX; everything that is escaped so lies in the first plane. */
static void
jout_escape_unit(struct json_out *j, uint32_t cp)
{
	static const char hex[] = "0123456789abcdef";
	const char text[6] = { '\\',
		               'u',
		               hex[cp >> 12 & 15],
		               hex[cp >> 8 & 15],
		               hex[cp >> 4 & 15],
		               hex[cp & 15] };

	jout_bytes(j, text, sizeof(text));
}

static void
jout_escape_ascii(struct json_out *j, uint8_t b)
{
	char text[2] = { '\\', (char)b };

	switch (b) {
	case '"':
	case '\\':
		break;
	case '\n':
		text[1] = 'n';
		break;
	case '\r':
		text[1] = 'r';
		break;
	case '\t':
		text[1] = 't';
		break;
	default:
		jout_escape_unit(j, b);
		return;
	}
	jout_bytes(j, text, sizeof(text));
}

static void
jout_invalid(struct json_out *j)
{
	jout_bytes(j, "\\ufffd", 6);
}

/* One character of two bytes or more, or one byte that is none. */
static size_t
jout_multibyte(struct json_out *j, struct str s)
{
	uint32_t cp;
	size_t len = utf8_decode(s, &cp);

	if (len == 0) {
		jout_invalid(j);
		return 1;
	}
	if (utf8_is_plain(cp))
		jout_bytes(j, s.p, len);
	else
		jout_escape_unit(j, cp);
	return len;
}

/*
 * Writes s escaped. With `more`, a character that may go on in the next part
 * is left over at the end; the answer is how much of s was written.
 */
static size_t
jout_escape(struct json_out *j, struct str s, bool more)
{
	size_t at = 0;

	while (at < s.n) {
		struct str rest = str_tail(s, at);
		size_t run = 0;
		uint8_t b;

		while (run < rest.n && jout_is_safe((uint8_t)rest.p[run]))
			run++;
		if (run != 0) {
			jout_bytes(j, rest.p, run);
			at += run;
			continue;
		}
		b = (uint8_t)rest.p[0];
		if (b < 0x80) {
			jout_escape_ascii(j, b);
			at++;
			continue;
		}
		if (more && utf8_is_partial(rest))
			break;
		at += jout_multibyte(j, rest);
	}
	return at;
}

static void
jout_quoted(struct json_out *j, struct str s)
{
	jout_byte(j, '"');
	(void)jout_escape(j, s, false);
	jout_byte(j, '"');
}

void
jout_key(struct json_out *j, struct str key)
{
	uint8_t *at = &j->at[j->depth];

	if (j->error != 0)
		return;
	if (j->in_str || (*at != AT_OBJECT_FIRST && *at != AT_OBJECT))
		BUG("JSON key out of place");
	if (*at == AT_OBJECT)
		jout_byte(j, ',');
	jout_quoted(j, key);
	jout_byte(j, ':');
	*at = AT_VALUE;
}

void
jout_str(struct json_out *j, struct str s)
{
	if (jout_before_value(j))
		jout_quoted(j, s);
}

void
jout_str_begin(struct json_out *j)
{
	if (!jout_before_value(j))
		return;
	jout_byte(j, '"');
	j->in_str = true;
	j->carry_n = 0;
}

static bool
jout_in_str(const struct json_out *j)
{
	if (j->error != 0)
		return false;
	if (!j->in_str)
		BUG("JSON string part outside a string");
	return true;
}

/* Takes n bytes off the front of the carry. */
static void
jout_carry_drop(struct json_out *j, size_t n)
{
	j->carry_n = (uint8_t)(j->carry_n - n);
	memmove(j->carry, j->carry + n, j->carry_n);
}

void
jout_str_part(struct json_out *j, struct str s)
{
	size_t done;

	if (!jout_in_str(j))
		return;
	/* At most three bytes are carried, so there is room for one more. */
	while (j->carry_n != 0 && s.n != 0) {
		struct str carry;

		j->carry[j->carry_n++] = s.p[0];
		s = str_tail(s, 1);
		carry = str_make(j->carry, j->carry_n);
		jout_carry_drop(j, jout_escape(j, carry, true));
	}
	if (s.n == 0)
		return;
	done = jout_escape(j, s, true);
	j->carry_n = (uint8_t)(s.n - done);
	memcpy(j->carry, s.p + done, j->carry_n);
}

void
jout_str_end(struct json_out *j)
{
	if (!jout_in_str(j))
		return;
	(void)jout_escape(j, str_make(j->carry, j->carry_n), false);
	j->carry_n = 0;
	j->in_str = false;
	jout_byte(j, '"');
}

/* --- other values -------------------------------------------------------- */

void
jout_raw(struct json_out *j, struct str json)
{
	ENSURE(json.n != 0);
	if (jout_before_value(j))
		jout_bytes(j, json.p, json.n);
}

void
jout_uint(struct json_out *j, uint64_t v)
{
	char text[20]; /* digits of 2^64 - 1 */
	size_t at = sizeof(text);

	do {
		text[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v != 0);
	jout_raw(j, str_make(text + at, sizeof(text) - at));
}

void
jout_int(struct json_out *j, int64_t v)
{
	char text[24];
	int n;

	if (v >= 0) {
		jout_uint(j, (uint64_t)v);
		return;
	}
	n = snprintf(text, sizeof(text), "%" PRId64, v);
	jout_raw(j, str_make(text, (size_t)n));
}

void
jout_bool(struct json_out *j, bool v)
{
	jout_raw(j, v ? STR("true") : STR("false"));
}

void
jout_null(struct json_out *j)
{
	jout_raw(j, STR("null"));
}

/* Most significant digits that telling two doubles apart takes. */
#define JOUT_DIGITS 17

/* A number as d.ddd times ten to the power of exponent. */
struct jout_decimal {
	char digit[JOUT_DIGITS + 1];
	int n;
	int exponent;
};

/* Reads "d.ddde[+-]xx", leaving out zeros at the end of the digits. */
static struct jout_decimal
jout_decimal_of(const char *text)
{
	struct jout_decimal d = { .n = 0 };

	for (; *text != 'e'; text++) {
		if (*text != '.')
			d.digit[d.n++] = *text;
	}
	while (d.n > 1 && d.digit[d.n - 1] == '0')
		d.n--;
	d.exponent = (int)strtol(text + 1, NULL, 10);
	return d;
}

/*
 * The fewest digits that read back as size. Normal numbers have 15 good ones:
 * if fewer would do, the rest of these are zeros. Subnormal ones have less.
 */
static struct jout_decimal
jout_shortest(double size)
{
	char text[40];
	int n = size < DBL_MIN ? 1 : 15;

	for (;; n++) {
		double back;

		(void)snprintf(text, sizeof(text), "%.*e", n - 1, size);
		back = strtod(text, NULL);
		if (n == JOUT_DIGITS || (!(back < size) && !(back > size)))
			break;
	}
	return jout_decimal_of(text);
}

/* "1.5e-7" */
static size_t
jout_write_exponent(const struct jout_decimal *d, char *out, size_t size)
{
	int n = snprintf(out, size, "%c%s%.*se%+d", d->digit[0],
	                 d->n > 1 ? "." : "", d->n - 1, d->digit + 1,
	                 d->exponent);

	return (size_t)n;
}

/* "1500", "1.5", "0.0015" */
static size_t
jout_write_plain(const struct jout_decimal *d, char *out, size_t size)
{
	int whole = d->exponent + 1; /* digits in front of the point */
	int n;

	if (whole <= 0)
		n = snprintf(out, size, "0.%.*s%.*s", -whole, "000000", d->n,
		             d->digit);
	else if (whole < d->n)
		n = snprintf(out, size, "%.*s.%.*s", whole, d->digit,
		             d->n - whole, d->digit + whole);
	else
		n = snprintf(out, size, "%.*s%.*s", d->n, d->digit,
		             whole - d->n, "00000000000000000000");
	return (size_t)n;
}

void
jout_double(struct json_out *j, double v)
{
	double size = fabs(v);
	struct jout_decimal d;
	char text[48] = "-";
	size_t n = signbit(v) ? 1 : 0;

	if (!isfinite(v)) {
		jout_null(j);
		return;
	}
	d = jout_shortest(size);
	/* The borders are those of Go, and of ECMAScript before it. */
	if (size > 0 && (size < 1e-6 || size >= 1e21))
		n += jout_write_exponent(&d, text + n, sizeof(text) - n);
	else
		n += jout_write_plain(&d, text + n, sizeof(text) - n);
	jout_raw(j, str_make(text, n));
}

void
jout_newline(struct json_out *j)
{
	if (j->error != 0)
		return;
	if (j->at[0] != AT_TOP_END || j->depth != 0 || j->in_str)
		BUG("JSON line ended inside a value");
	j->at[0] = AT_TOP;
	jout_byte(j, '\n');
}

/* --- keys with their values ---------------------------------------------- */

void
jout_put(struct json_out *j, const char *key)
{
	jout_key(j, str_from_c(key));
}

void
jout_put_str(struct json_out *j, const char *key, struct str s)
{
	jout_put(j, key);
	jout_str(j, s);
}

void
jout_put_int(struct json_out *j, const char *key, int64_t v)
{
	jout_put(j, key);
	jout_int(j, v);
}

void
jout_put_uint(struct json_out *j, const char *key, uint64_t v)
{
	jout_put(j, key);
	jout_uint(j, v);
}

void
jout_put_bool(struct json_out *j, const char *key, bool v)
{
	jout_put(j, key);
	jout_bool(j, v);
}

void
jout_put_null(struct json_out *j, const char *key)
{
	jout_put(j, key);
	jout_null(j);
}
