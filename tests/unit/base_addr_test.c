/* SPDX-License-Identifier: Apache-2.0 */
#include "base/addr.h"

#include "base/err.h"
#include "tests/tap/tap.h"

struct text_row {
	const char *in, *out; /* out NULL: not an address */
};

/* The cases of RFC 5952, section 4, and what people write. */
static const struct text_row texts[] = {
	{ "192.0.2.1", "192.0.2.1" },
	{ "0.0.0.0", "0.0.0.0" },
	{ "255.255.255.255", "255.255.255.255" },
	{ "::ffff:10.1.2.3", "10.1.2.3" },
	{ "::", "::" },
	{ "::1", "::1" },
	{ "1::", "1::" },
	{ "2001:0db8::0001", "2001:db8::1" },
	{ "2001:db8:0:0:0:0:2:1", "2001:db8::2:1" },
	{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
	{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },
	{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
	{ "2001:DB8:AAAA:bbbb:cccc:dddd:eeee:ffff",
	  "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff" },
	{ "0:0:0:1::", "0:0:0:1::" },
	{ "fe80::1:0", "fe80::1:0" },
	{ "::ffff:0:0:1", "::ffff:0:0:1" },
	{ "", NULL },
	{ "1.2.3", NULL },
	{ "1.2.3.256", NULL },
	{ "1.2.3.4 ", NULL },
	{ " 1.2.3.4", NULL },
	{ "1::2::3", NULL },
	{ "12345::", NULL },
	{ "fe80::1%eth0", NULL },
	{ "[::1]", NULL },
	{ "example", NULL },
	{ "00000000000000000000000000000000000000000000000000000001.2.3.4",
	  NULL },
};

struct port_row {
	const char *in;
	const char *ip; /* NULL: refused */
	int port;
};

static const struct port_row ports[] = {
	{ "10.0.0.1", "10.0.0.1", 0 },
	{ "10.0.0.1:80", "10.0.0.1", 80 },
	{ "10.0.0.1:65535", "10.0.0.1", 65535 },
	{ "::1", "::1", 0 },
	{ "1::2", "1::2", 0 },
	{ "[::1]", "::1", 0 },
	{ "[2001:db8::1]:443", "2001:db8::1", 443 },
	{ "10.0.0.1:65536", NULL, 0 },
	{ "10.0.0.1:", NULL, 0 },
	{ "10.0.0.1:-1", NULL, 0 },
	{ "10.0.0.1:8x", NULL, 0 },
	{ "[::1", NULL, 0 },
	{ "[::1]80", NULL, 0 },
	{ "[::1]:", NULL, 0 },
	{ "[10.0.0.1]:80", NULL, 0 },
	{ ":80", NULL, 0 },
	{ "", NULL, 0 },
};

static void
test_texts(void)
{
	char out[ADDR_TEXT];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct addr a, b;
		struct str s = str_from_c(texts[i].in);
		int err;

		memset(&a, 0xa5, sizeof(a));
		b = a;
		err = addr_parse(s, &a);
		if (texts[i].out == NULL) {
			ok(err == ERR_SYNTAX && addr_eq(&a, &b), texts[i].in);
			continue;
		}
		if (!is_int(err, 0, texts[i].in))
			continue;
		is_str(addr_format(&a, out), texts[i].out, texts[i].in);
		ok(addr_parse(str_from_c(out), &b) == 0 && addr_eq(&a, &b),
		   "and its text means the same");
	}
}

static void
test_ports(void)
{
	char out[ADDR_TEXT];

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		uint16_t port = 7;
		struct addr a;
		int err;

		memset(&a, 0, sizeof(a));
		err = addr_parse_port(str_from_c(ports[i].in), &a, &port);
		if (ports[i].ip == NULL) {
			ok(err == ERR_SYNTAX && port == 7, ports[i].in);
			continue;
		}
		is_int(err, 0, ports[i].in);
		is_str(addr_format(&a, out), ports[i].ip, "its address");
		is_int(port, ports[i].port, "its port");
	}
}

int
main(void)
{
	static const uint8_t four[4] = { 10, 0, 0, 1 };
	uint8_t six[16] = { 0x20, 1, 0xd, 0xb8 };
	struct addr a = addr_v4(four), b = addr_v6(six), c = addr_v4(four);

	ok(addr_is_v4(&a) && !addr_is_v4(&b), "versions are told apart");
	ok(addr_eq(&a, &c) && !addr_eq(&a, &b), "equal or not");
	ok(a.b[10] == 0xff && a.b[11] == 0xff && a.b[12] == 10,
	   "IPv4 is held in its mapped form");
	test_texts();
	test_ports();
	return tap_done();
}
