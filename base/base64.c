/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Not a digit of the alphabet. */
#define BASE64_NONE 64u

static void
base64_group(uint32_t v, char out[4])
{
	out[0] = base64_digits[v >> 18 & 63];
	out[1] = base64_digits[v >> 12 & 63];
	out[2] = base64_digits[v >> 6 & 63];
	out[3] = base64_digits[v & 63];
}

void
base64_enc_init(struct base64_enc *e)
{
	*e = (struct base64_enc){ .n = 0 };
}

size_t
base64_enc_part(struct base64_enc *e, struct str bytes, char *out)
{
	size_t done = 0;

	for (size_t i = 0; i < bytes.n; i++) {
		uint8_t b = (uint8_t)bytes.p[i];

		if (e->n < 2) {
			e->carry[e->n++] = b;
			continue;
		}
		base64_group((uint32_t)e->carry[0] << 16 |
		                 (uint32_t)e->carry[1] << 8 | b,
		             out + done);
		done += 4;
		e->n = 0;
	}
	return done;
}

size_t
base64_enc_end(struct base64_enc *e, char out[4])
{
	unsigned n = e->n;

	e->n = 0;
	if (n == 0)
		return 0;
	base64_group((uint32_t)e->carry[0] << 16 |
	                 (n == 2 ? (uint32_t)e->carry[1] << 8 : 0),
	             out);
	out[3] = '=';
	if (n == 1)
		out[2] = '=';
	return 4;
}

int
base64_encode(struct buf *out, struct str bytes)
{
	struct base64_enc e;
	int rc;

	if (bytes.n > SIZE_MAX / 2)
		return ERR_BUDGET;
	rc = buf_reserve(out, base64_size(bytes.n));
	if (rc != 0)
		return rc;
	base64_enc_init(&e);
	buf_added(out, base64_enc_part(&e, bytes, buf_tail(out)));
	/* Nothing was reserved for empty input, so there is no tail either. */
	if (bytes.n != 0)
		buf_added(out, base64_enc_end(&e, buf_tail(out)));
	return 0;
}

static unsigned
base64_value(char c, enum base64_kind kind)
{
	if (c >= 'A' && c <= 'Z')
		return (unsigned)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (unsigned)(c - 'a') + 26;
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0') + 52;
	if (c == (kind == BASE64_URL ? '-' : '+'))
		return 62;
	if (c == (kind == BASE64_URL ? '_' : '/'))
		return 63;
	return BASE64_NONE;
}

/* Takes the padding off; false when there is too much or too little. */
static bool
base64_unpad(struct str *s, enum base64_kind kind)
{
	size_t pad = 0;

	while (pad < 2 && s->n != 0 && s->p[s->n - 1] == '=') {
		s->n--;
		pad++;
	}
	if (kind == BASE64_URL && pad == 0)
		return s->n % 4 != 1;
	return (s->n + pad) % 4 == 0 && s->n % 4 != 1;
}

int
base64_decode(struct buf *out, struct str text, enum base64_kind kind)
{
	size_t before = out->n;
	uint32_t acc = 0;
	unsigned bits = 0;
	int rc;

	if (!base64_unpad(&text, kind))
		return ERR_SYNTAX;
	rc = buf_reserve(out, text.n / 4 * 3 + text.n % 4 * 3 / 4);
	for (size_t i = 0; rc == 0 && i < text.n; i++) {
		unsigned v = base64_value(text.p[i], kind);

		if (v == BASE64_NONE) {
			rc = ERR_SYNTAX;
			break;
		}
		acc = acc << 6 | v;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			rc = buf_append_byte(out, (char)(acc >> bits & 0xff));
			acc &= (1u << bits) - 1;
		}
	}
	/* What is left belongs to no byte and has to be zero. */
	if (rc == 0 && acc != 0)
		rc = ERR_SYNTAX;
	if (rc != 0)
		buf_truncate(out, before);
	return rc;
}
