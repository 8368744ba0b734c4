/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include <string.h>

#include "base/buf.h"

/*
 * What a first byte says: the length of the character, and the range its
 * second byte must lie in (RFC 3629, section 4). The range is what excludes
 * overlong forms, surrogates and what is beyond U+10FFFF; later bytes are
 * always 80..BF.
 */
struct utf8_lead {
	uint8_t len; /* 0: not a first byte */
	uint8_t lo, hi;
};

static struct utf8_lead
utf8_lead(uint8_t b)
{
	if (b < 0x80)
		return (struct utf8_lead){ 1, 0, 0 };
	if (b < 0xc2 || b > 0xf4)
		return (struct utf8_lead){ 0, 0, 0 };
	if (b < 0xe0)
		return (struct utf8_lead){ 2, 0x80, 0xbf };
	if (b < 0xf0)
		return (struct utf8_lead){ 3, b == 0xe0 ? 0xa0 : 0x80,
			                   b == 0xed ? 0x9f : 0xbf };
	return (struct utf8_lead){ 4, b == 0xf0 ? 0x90 : 0x80,
		                   b == 0xf4 ? 0x8f : 0xbf };
}

static uint8_t
utf8_byte(struct str s, size_t i)
{
	return (uint8_t)s.p[i];
}

/* How many of the first n bytes agree with the lead; the first one does. */
static size_t
utf8_agree(struct str s, struct utf8_lead lead, size_t n)
{
	size_t i;

	for (i = 1; i < n; i++) {
		uint8_t b = utf8_byte(s, i);

		if (b < (i == 1 ? lead.lo : 0x80) ||
		    b > (i == 1 ? lead.hi : 0xbf))
			break;
	}
	return i;
}

size_t
utf8_decode(struct str s, uint32_t *ret_cp)
{
	struct utf8_lead lead = utf8_lead(utf8_byte(s, 0));
	uint32_t cp;

	if (lead.len == 0 || lead.len > s.n ||
	    utf8_agree(s, lead, lead.len) != lead.len) {
		*ret_cp = UTF8_REPLACEMENT;
		return 0;
	}
	if (lead.len == 1) {
		*ret_cp = utf8_byte(s, 0);
		return 1;
	}
	cp = utf8_byte(s, 0) & (0x7fu >> lead.len);
	for (size_t i = 1; i < lead.len; i++)
		cp = cp << 6 | (utf8_byte(s, i) & 0x3f);
	*ret_cp = cp;
	return lead.len;
}

bool
utf8_is_partial(struct str s)
{
	struct utf8_lead lead;

	if (s.n == 0)
		return false;
	lead = utf8_lead(utf8_byte(s, 0));
	return s.n < lead.len && utf8_agree(s, lead, s.n) == s.n;
}

/* The length of the ASCII in front, looked at eight bytes at a time. */
static size_t
utf8_ascii_prefix(struct str s)
{
	size_t i = 0;
	uint64_t w;

	for (; s.n - i >= sizeof(w); i += sizeof(w)) {
		memcpy(&w, s.p + i, sizeof(w));
		if ((w & UINT64_C(0x8080808080808080)) != 0)
			break;
	}
	while (i < s.n && utf8_byte(s, i) < 0x80)
		i++;
	return i;
}

size_t
utf8_valid_prefix(struct str s)
{
	size_t done = 0;

	for (;;) {
		struct str rest = str_tail(s, done);
		uint32_t cp;
		size_t n = utf8_ascii_prefix(rest);

		if (n == rest.n)
			return s.n;
		if (n == 0)
			n = utf8_decode(rest, &cp);
		if (n == 0)
			return done;
		done += n;
	}
}

size_t
utf8_encode(uint32_t cp, char out[UTF8_MAX])
{
	static const uint8_t mark[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t n = 4;

	if (cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		return 0;
	if (cp < 0x80)
		n = 1;
	else if (cp < 0x800)
		n = 2;
	else if (cp < 0x10000)
		n = 3;
	for (size_t i = n - 1; i > 0; i--) {
		out[i] = (char)(uint8_t)(0x80 | (cp & 0x3f));
		cp >>= 6;
	}
	out[0] = (char)(uint8_t)(mark[n] | cp);
	return n;
}

bool
utf8_is_plain(uint32_t cp)
{
	/* C0, DEL and C1 drive terminals. */
	if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0))
		return false;
	/* Line separators, and marks that reorder the text around them. */
	return !(cp == 0x61c || cp == 0x200e || cp == 0x200f ||
	         (cp >= 0x2028 && cp <= 0x202e) ||
	         (cp >= 0x2066 && cp <= 0x2069) || cp == 0xfeff);
}

int
utf8_replace(struct buf *b, struct str s, size_t *ret_replaced)
{
	static const struct str mark = STR_INIT("\xef\xbf\xbd");
	size_t replaced = 0;
	size_t before = b->n;

	for (;;) {
		size_t n = utf8_valid_prefix(s);
		int rc = buf_append(b, s.p, n);

		if (rc == 0 && n < s.n)
			rc = buf_append_str(b, mark);
		if (rc != 0) {
			buf_truncate(b, before);
			return rc;
		}
		if (n == s.n)
			break;
		replaced++;
		s = str_tail(s, n + 1);
	}
	if (ret_replaced != NULL)
		*ret_replaced = replaced;
	return 0;
}

/* "\n", "\x1b" or "\u202e" for what should not reach a terminal. */
static int
utf8_append_escape(struct buf *b, struct str rest, size_t len, uint32_t cp)
{
	if (len == 0)
		return buf_printf(b, "\\x%02x", utf8_byte(rest, 0));
	switch (cp) {
	case '\n':
		return buf_append_str(b, STR("\\n"));
	case '\r':
		return buf_append_str(b, STR("\\r"));
	case '\t':
		return buf_append_str(b, STR("\\t"));
	default:
		return buf_printf(b, cp < 0x80 ? "\\x%02x" : "\\u%04x", cp);
	}
}

int
utf8_escape(struct buf *b, struct str s)
{
	size_t before = b->n;

	while (s.n != 0) {
		uint32_t cp;
		size_t len = utf8_decode(s, &cp);
		int rc;

		if (len != 0 && utf8_is_plain(cp))
			rc = buf_append(b, s.p, len);
		else
			rc = utf8_append_escape(b, s, len, cp);
		if (rc != 0) {
			buf_truncate(b, before);
			return rc;
		}
		s = str_tail(s, len != 0 ? len : 1);
	}
	return 0;
}
