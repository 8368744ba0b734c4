/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/dns/dns_rdata.h"

#include <inttypes.h>
#include <stdio.h>

#include "analyzer/proto/dns/dns_svcb.h"
#include "analyzer/proto/dns/dns_text.h"
#include "base/addr.h"
#include "base/base64.h"
#include "base/clock.h"
#include "base/utf8.h"

/* The data of a record while it is read. */
struct reading {
	struct str msg;
	struct cursor c; /* closed: exactly the data */
	size_t end;      /* of the data in the message */
	struct buf *out;
	int err; /* of an append */
};

static void
put(struct reading *d, struct str s)
{
	if (d->err == 0)
		d->err = buf_append_str(d->out, s);
}

static struct str
data_of(struct str msg, const struct dns_record *r)
{
	return str_head(str_tail(msg, r->off), r->len);
}

static const struct cur_set digit_set = { .in = { ['0' ... '9'] = 1 } };

/* --- parts of any form ---------------------------------------------------- */

static void
put_hex(struct buf *out, struct str s, const char *between, int *io_err)
{
	struct cursor c = cur_from_str(s, false);
	const char *front = "";

	while (!cur_at_end(&c) && *io_err == 0) {
		*io_err = buf_printf(out, "%s%02x", front, cur_u8(&c));
		front = between;
	}
}

/* RFC 1035, section 5.1: quoted, what is no text as \DDD. */
static void
put_quoted(struct reading *d, struct str s)
{
	struct cursor c = cur_from_str(s, false);
	bool utf8 = utf8_valid(s);

	put(d, STR("\""));
	while (!cur_at_end(&c) && d->err == 0) {
		uint8_t b = cur_u8(&c);

		if (b == '"' || b == '\\')
			d->err = buf_printf(d->out, "\\%c", b);
		else if (b < ' ' || b == 0x7f || (b > 0x7f && !utf8))
			d->err = buf_printf(d->out, "\\%03u", b);
		else
			d->err = buf_append_byte(d->out, (char)b);
	}
	put(d, STR("\""));
}

static bool
take_name(struct reading *d, struct dns_name *ret)
{
	size_t len;

	if (!cur_ok(&d->c) || dns_name_read(d->msg, d->end - cur_left(&d->c),
	                                    ret, &len) != CUR_OK) {
		cur_bad(&d->c);
		return false;
	}
	return cur_skip(&d->c, len);
}

static void
put_name(struct reading *d)
{
	struct dns_name name;
	char text[DNS_NAME_TEXT];

	if (!take_name(d, &name))
		return;
	put(d, dns_name_text(&name, text));
	put(d, STR("."));
}

static void
put_number(struct reading *d, uint64_t v)
{
	if (cur_ok(&d->c) && d->err == 0)
		d->err = buf_printf(d->out, "%" PRIu64, v);
}

static void
put_address(struct reading *d, bool six)
{
	uint8_t b[16];
	char text[ADDR_TEXT];
	struct addr a;

	if (!cur_copy(&d->c, b, six ? 16 : 4))
		return;
	a = six ? addr_v6(b) : addr_v4(b);
	put(d, str_from_c(addr_format(&a, text)));
}

static void
put_type(struct reading *d)
{
	char text[DNS_TEXT_NUMBER];
	uint16_t type = cur_be16(&d->c);

	if (cur_ok(&d->c))
		put(d, dns_text_type(type, text));
}

/* YYYYMMDDHHMMSS (RFC 4034, section 3.2). */
static void
put_time(struct reading *d)
{
	char text[CLOCK_TEXT_MAX];
	int64_t t = (int64_t)cur_be32(&d->c) * CLOCK_SEC;
	struct cursor c = cur_from_str(clock_format(t, text), false);

	while (cur_ok(&d->c) && !cur_at_end(&c)) {
		struct str digits = cur_token(&c, &digit_set, CLOCK_TEXT_MAX);

		put(d, digits);
		if (!cur_at_end(&c))
			(void)cur_skip(&c, 1);
	}
}

static void
put_strings(struct reading *d)
{
	for (bool first = true; cur_ok(&d->c) && !cur_at_end(&d->c);
	     first = false) {
		struct str s = cur_take(&d->c, cur_u8(&d->c));

		if (!first)
			put(d, STR(" "));
		put_quoted(d, s);
	}
}

/* The types of one window, of which the numbers begin with it. */
static void
put_window(struct reading *d, unsigned window, struct str bits, bool *io_first)
{
	struct cursor c = cur_from_str(bits, false);
	char text[DNS_TEXT_NUMBER];
	unsigned type = window << 8;

	while (!cur_at_end(&c)) {
		unsigned b = cur_u8(&c);

		for (unsigned mask = 0x80; mask != 0; mask >>= 1, type++) {
			if ((b & mask) == 0)
				continue;
			if (!*io_first)
				put(d, STR(" "));
			*io_first = false;
			put(d, dns_text_type((uint16_t)type, text));
		}
	}
}

/* Windows of 256 types each, in order (RFC 4034, section 4.1.2). */
static void
put_bitmap(struct reading *d)
{
	struct cursor c = cur_block(&d->c, cur_left(&d->c));
	unsigned least = 0;
	bool first = true;

	while (cur_ok(&c) && !cur_at_end(&c)) {
		unsigned window = cur_u8(&c);
		struct str bits = cur_take(&c, cur_u8(&c));

		if (window < least || bits.n == 0 || bits.n > 32)
			cur_bad(&c);
		least = window + 1;
		if (cur_ok(&c))
			put_window(d, window, bits, &first);
	}
	if (!cur_ok(&c))
		cur_bad(&d->c);
}

/* Counted hex, "-" when it is empty: the salt of RFC 5155. */
static void
put_salt(struct reading *d)
{
	struct str s = cur_take(&d->c, cur_u8(&d->c));

	if (s.n != 0)
		put_hex(d->out, s, "", &d->err);
	else
		put(d, STR("-"));
}

/* Counted base32hex without padding (RFC 5155, section 3.3). */
static void
put_base32(struct reading *d)
{
	static const char digits[] = "0123456789abcdefghijklmnopqrstuv";
	struct cursor c = cur_block(&d->c, cur_u8(&d->c));
	unsigned have = 0, bits = 0;

	while (!cur_at_end(&c)) {
		have = (have << 8 | cur_u8(&c)) & 0xffff;
		for (bits += 8; bits >= 5; bits -= 5)
			put(d, str_make(&digits[have >> (bits - 5) & 31], 1));
	}
	if (bits != 0)
		put(d, str_make(&digits[have << (5 - bits) & 31], 1));
}

static void
put_base64(struct reading *d, struct str s)
{
	if (d->err == 0)
		d->err = base64_encode(d->out, s);
}

static void
put_options(struct reading *d)
{
	struct dns_option o;

	for (bool first = true; dns_rdata_option(&d->c, &o); first = false) {
		if (!first)
			put(d, STR(" "));
		put(d, dns_text_option(o.code));
		put(d, STR("="));
		if (d->err == 0)
			d->err = dns_rdata_option_text(&o, d->out);
	}
}

/* --- forms ---------------------------------------------------------------- */

static void
put_value(struct reading *d, char letter)
{
	uint64_t high;

	switch (letter) {
	case 'b':
		put_number(d, cur_u8(&d->c));
		break;
	case 's':
		put_number(d, cur_be16(&d->c));
		break;
	case 'l':
		put_number(d, cur_be32(&d->c));
		break;
	case 'u':
		high = cur_be16(&d->c);
		put_number(d, high << 32 | cur_be32(&d->c));
		break;
	case 'y':
		put_type(d);
		break;
	case 'd':
		put_time(d);
		break;
	default:
		put_address(d, letter == '6');
		break;
	}
}

static void
put_bytes(struct reading *d, char letter)
{
	switch (letter) {
	case 't':
		put_quoted(d, cur_take(&d->c, cur_u8(&d->c)));
		break;
	case 'q':
		put_quoted(d, cur_rest(&d->c));
		break;
	case 'B':
		put_base64(d, cur_rest(&d->c));
		break;
	case 'S':
		put_base64(d, cur_take(&d->c, cur_be16(&d->c)));
		break;
	case 'X':
		put_hex(d->out, cur_rest(&d->c), "", &d->err);
		break;
	case 'e':
		put_hex(d->out, cur_rest(&d->c), "-", &d->err);
		break;
	case 'h':
		put_salt(d);
		break;
	default:
		put_base32(d);
		break;
	}
}

static void
put_part(struct reading *d, char letter)
{
	switch (letter) {
	case 'n':
		put_name(d);
		break;
	case 'T':
		put_strings(d);
		break;
	case 'm':
		put_bitmap(d);
		break;
	case 'o':
		put_options(d);
		break;
	case 'v':
		if (d->err == 0)
			d->err = dns_svcb_text(&d->c, d->out);
		break;
	case 't':
	case 'q':
	case 'B':
	case 'S':
	case 'X':
	case 'e':
	case 'h':
	case 'H':
		put_bytes(d, letter);
		break;
	default:
		put_value(d, letter);
		break;
	}
}

static struct reading
begin(struct str msg, const struct dns_record *r, struct buf *out)
{
	return (struct reading){
		.msg = msg,
		.c = cur_from_str(data_of(msg, r), false),
		.end = r->off + r->len,
		.out = out,
	};
}

int
dns_rdata_text(struct str msg, const struct dns_record *r, struct buf *out)
{
	struct reading d = begin(msg, r, out);
	size_t from = out->n;
	const char *form = dns_text_form(r->type);

	for (const char *p = form; *p != '\0' && cur_ok(&d.c); p++) {
		/* Parts that take the rest may find nothing. */
		if (p != form && !(cur_at_end(&d.c) && p[1] == '\0'))
			put(&d, STR(" "));
		put_part(&d, *p);
	}
	cur_done(&d.c);
	if (d.err != 0 || (cur_ok(&d.c) && *form != '\0'))
		return d.err;
	/* An update may delete by type alone (RFC 2136, section 2.5.2). */
	buf_truncate(out, from);
	if (r->len == 0)
		return 0;
	d.err = buf_printf(out, "\\# %zu ", r->len);
	put_hex(out, data_of(msg, r), "", &d.err);
	return d.err;
}

/* --- single parts --------------------------------------------------------- */

/* The type that has a part, and what comes before it in its data. */
static const struct part {
	uint16_t type;
	uint8_t skip;
	bool second; /* the second name */
} parts[DNS_PARTS] = {
	[DNS_PART_CNAME] = { DNS_TYPE_CNAME, 0, false },
	[DNS_PART_IP] = { DNS_TYPE_A, 0, false },
	[DNS_PART_MX] = { DNS_TYPE_MX, 2, false },
	[DNS_PART_NS] = { DNS_TYPE_NS, 0, false },
	[DNS_PART_OPT] = { DNS_TYPE_OPT, 0, false },
	[DNS_PART_PTR] = { DNS_TYPE_PTR, 0, false },
	[DNS_PART_SOA] = { DNS_TYPE_SOA, 0, true },
	[DNS_PART_SRV] = { DNS_TYPE_SRV, 6, false },
	[DNS_PART_TXTS] = { DNS_TYPE_TXT, 0, false },
	[DNS_PART_URI] = { DNS_TYPE_URI, 4, false },
};

static void
part_address(struct reading *d, const struct dns_record *r)
{
	size_t from = d->out->n;

	if (r->type == DNS_TYPE_A || r->type == DNS_TYPE_AAAA)
		put_address(d, r->type == DNS_TYPE_AAAA);
	if (d->out->n == from)
		put(d, STR("<nil>"));
}

static void
part_list(struct reading *d, bool options)
{
	struct dns_option o;
	struct str s;

	while (!cur_at_end(&d->c)) {
		if (options)
			s = dns_rdata_option(&d->c, &o)
			        ? dns_text_option(o.code)
			        : STR_NONE;
		else
			s = cur_take(&d->c, cur_u8(&d->c));
		if (!cur_ok(&d->c))
			return;
		put(d, STR(", "));
		put(d, s);
	}
}

static void
part_name(struct reading *d, bool second)
{
	char text[DNS_NAME_TEXT];
	struct dns_name name;

	if (second)
		(void)take_name(d, &name);
	if (take_name(d, &name))
		put(d, dns_name_text(&name, text));
}

int
dns_rdata_part(struct str msg, const struct dns_record *r, enum dns_part part,
               struct buf *out)
{
	struct reading d = begin(msg, r, out);

	if (part == DNS_PART_IP) {
		part_address(&d, r);
		return d.err;
	}
	if (r->type != parts[part].type)
		return 0;
	(void)cur_skip(&d.c, parts[part].skip);
	if (part == DNS_PART_TXTS || part == DNS_PART_OPT)
		part_list(&d, part == DNS_PART_OPT);
	else if (part == DNS_PART_URI)
		put(&d, cur_rest(&d.c));
	else
		part_name(&d, parts[part].second);
	return d.err;
}

bool
dns_rdata_has_more(const struct dns_record *r)
{
	switch (r->type) {
	case DNS_TYPE_A:
	case DNS_TYPE_AAAA:
	case DNS_TYPE_CNAME:
	case DNS_TYPE_NS:
	case DNS_TYPE_PTR:
	case DNS_TYPE_TXT:
		return false;
	default:
		return r->len != 0;
	}
}

/* --- EDNS ----------------------------------------------------------------- */

enum { OPTION_NSID = 3, OPTION_SUBNET = 8, OPTION_ERROR = 15 };

bool
dns_rdata_option(struct cursor *data, struct dns_option *ret)
{
	if (cur_at_end(data))
		return false;
	ret->code = cur_be16(data);
	ret->data = cur_take(data, cur_be16(data));
	return cur_ok(data);
}

/* RFC 7871, section 6: family, two prefix lengths, as many bytes as needed. */
static bool
subnet_text(struct cursor c, struct buf *out, int *io_err)
{
	uint16_t family = cur_be16(&c);
	uint8_t source = cur_u8(&c), scope = cur_u8(&c);
	uint8_t b[16] = { 0 };
	size_t n = cur_left(&c);
	char text[ADDR_TEXT];
	struct addr a;

	if (!cur_ok(&c) || (family != 1 && family != 2) ||
	    n > (family == 1 ? 4u : 16u))
		return false;
	(void)cur_copy(&c, b, n);
	a = family == 1 ? addr_v4(b) : addr_v6(b);
	*io_err = buf_printf(out, "%s/%u/%u", addr_format(&a, text), source,
	                     scope);
	return true;
}

int
dns_rdata_option_text(const struct dns_option *o, struct buf *out)
{
	struct cursor c = cur_from_str(o->data, false);
	int err = 0;

	if (o->code == OPTION_SUBNET && subnet_text(c, out, &err))
		return err;
	if (o->code == OPTION_ERROR && o->data.n >= 2) {
		err = buf_printf(out, "%u", cur_be16(&c));
		if (err == 0 && !cur_at_end(&c))
			err = buf_append_byte(out, ' ');
		return err == 0 ? buf_append_str(out, cur_rest(&c)) : err;
	}
	if (o->code == OPTION_NSID && utf8_valid(o->data))
		return buf_append_str(out, o->data);
	put_hex(out, o->data, "", &err);
	return err;
}
