/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/dns/dns_svcb.h"

#include "base/addr.h"
#include "base/base64.h"

enum svcb_key {
	SVCB_MANDATORY,
	SVCB_ALPN,
	SVCB_NO_DEFAULT_ALPN,
	SVCB_PORT,
	SVCB_IPV4HINT,
	SVCB_ECH,
	SVCB_IPV6HINT,
	SVCB_DOHPATH,
	SVCB_KEYS
};

static const char *const svcb_names[SVCB_KEYS] = {
	[SVCB_MANDATORY] = "mandatory",
	[SVCB_ALPN] = "alpn",
	[SVCB_NO_DEFAULT_ALPN] = "no-default-alpn",
	[SVCB_PORT] = "port",
	[SVCB_IPV4HINT] = "ipv4hint",
	[SVCB_ECH] = "ech",
	[SVCB_IPV6HINT] = "ipv6hint",
	[SVCB_DOHPATH] = "dohpath",
};

static int
put_key(struct buf *out, unsigned key)
{
	if (key < SVCB_KEYS)
		return buf_append_str(out, str_from_c(svcb_names[key]));
	return buf_printf(out, "key%u", key);
}

/* What is special in the text of a value gets a backslash or is \DDD. */
static int
put_plain(struct buf *out, struct str s)
{
	struct cursor c = cur_from_str(s, false);
	int err = 0;

	while (!cur_at_end(&c) && err == 0) {
		uint8_t b = cur_u8(&c);

		if (b == '"' || b == '\\' || b == ',')
			err = buf_printf(out, "\\%c", b);
		else if (b < ' ' || b >= 0x7f)
			err = buf_printf(out, "\\%03u", b);
		else
			err = buf_append_byte(out, (char)b);
	}
	return err;
}

static int
put_address(struct cursor *v, bool six, struct buf *out)
{
	uint8_t b[16];
	char text[ADDR_TEXT];
	struct addr a;

	if (!cur_copy(v, b, six ? 16 : 4))
		return 0;
	a = six ? addr_v6(b) : addr_v4(b);
	return buf_append_str(out, str_from_c(addr_format(&a, text)));
}

/* One element of a value that is a list, or all of one that is none. */
static int
put_element(struct cursor *v, unsigned key, struct buf *out)
{
	switch (key) {
	case SVCB_MANDATORY:
		return put_key(out, cur_be16(v));
	case SVCB_ALPN:
		return put_plain(out, cur_take(v, cur_u8(v)));
	case SVCB_PORT:
		return buf_printf(out, "%u", cur_be16(v));
	case SVCB_IPV4HINT:
	case SVCB_IPV6HINT:
		return put_address(v, key == SVCB_IPV6HINT, out);
	case SVCB_ECH:
		return base64_encode(out, cur_rest(v));
	default:
		return put_plain(out, cur_rest(v));
	}
}

int
dns_svcb_text(struct cursor *c, struct buf *out)
{
	int err = 0;

	for (bool first = true; err == 0 && !cur_at_end(c); first = false) {
		unsigned key = cur_be16(c);
		struct cursor v = cur_block(c, cur_be16(c));
		bool empty = cur_at_end(&v);

		if (!cur_ok(c))
			return 0;
		if (!first)
			err = buf_append_byte(out, ' ');
		if (err == 0)
			err = put_key(out, key);
		if (err == 0 && !empty)
			err = buf_append_str(out, STR("=\""));
		for (bool comma = false;
		     err == 0 && cur_ok(&v) && !cur_at_end(&v); comma = true) {
			if (comma)
				err = buf_append_byte(out, ',');
			if (err == 0)
				err = put_element(&v, key, out);
		}
		if (err == 0 && !empty)
			err = buf_append_byte(out, '"');
		if (!cur_ok(&v))
			cur_bad(c);
	}
	return err;
}
