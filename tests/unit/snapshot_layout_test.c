/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/layout.h"

#include "tests/tap/tap.h"

#define MAX UINT64_MAX

/* no: the stream's number, or MAX when the name is no stream file's. */
static const struct {
	const char *name, *folder, *base, *node, *ip;
	uint64_t no;
	bool tls;
} cases[] = {
	{ "node-1_10.0.0.5/1675000000.pcap", "node-1_10.0.0.5",
	  "1675000000.pcap", "node-1", "10.0.0.5", MAX, false },
	{ "n_fd00::5/x", "n_fd00::5", "x", "n", "fd00::5", MAX, false },
	{ "a_b_10.0.0.5/x", "a_b_10.0.0.5", "x", "a_b", "10.0.0.5", MAX,
	  false },
	{ "in/n_1.2.3.4/x", "in/n_1.2.3.4", "x", "n", "1.2.3.4", MAX, false },
	{ "n_1.2.3.4/in/x", "n_1.2.3.4/in", "x", "", "", MAX, false },
	{ "_1.2.3.4/x", "_1.2.3.4", "x", "", "", MAX, false },
	{ "n_1.2.3/x", "n_1.2.3", "x", "", "", MAX, false },
	{ "n_/x", "n_", "x", "", "", MAX, false },
	{ "n_1.2.3.4:80/x", "n_1.2.3.4:80", "x", "", "", MAX, false },
	{ "1.2.3.4/x", "1.2.3.4", "x", "", "", MAX, false },
	{ "n_1.2.3.4", "", "n_1.2.3.4", "", "", MAX, false },
	{ "", "", "", "", "", MAX, false },
	{ "000000000004.pcap", "", "000000000004.pcap", "", "", 4, false },
	{ "000000000004_tls.pcap", "", "000000000004_tls.pcap", "", "", 4,
	  true },
	{ "n_1.2.3.4/000000000012_dns.pcap", "n_1.2.3.4",
	  "000000000012_dns.pcap", "n", "1.2.3.4", 12, false },
	{ "000000025277_udp.pcap", "", "000000025277_udp.pcap", "", "", 25277,
	  false },
	{ "1234567890123.pcap", "", "1234567890123.pcap", "", "", 1234567890123,
	  false },
	{ "18446744073709551616.pcap", "", "18446744073709551616.pcap", "", "",
	  MAX, false },
	{ "00000000004.pcap", "", "00000000004.pcap", "", "", MAX, false },
	{ "000000000004_.pcap", "", "000000000004_.pcap", "", "", MAX, false },
	{ "000000000004_tcp.pcap", "", "000000000004_tcp.pcap", "", "", MAX,
	  false },
	{ "000000000004_tls_tls.pcap", "", "000000000004_tls_tls.pcap", "", "",
	  MAX, false },
	{ "00000000000x.pcap", "", "00000000000x.pcap", "", "", MAX, false },
	{ "000000000004.pcaptmp", "", "000000000004.pcaptmp", "", "", MAX,
	  false },
	{ "000000000004.pcap.pcap", "", "000000000004.pcap.pcap", "", "", MAX,
	  false },
	{ "web_tls.pcap", "", "web_tls.pcap", "", "", MAX, false },
	{ ".pcap", "", ".pcap", "", "", MAX, false },
	{ "_tls.pcap", "", "_tls.pcap", "", "", MAX, false },
};

static bool
eq(struct str s, const char *want)
{
	return str_eq(s, str_from_c(want));
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct layout l = layout_of(str_from_c(cases[i].name));
		bool stream = cases[i].no != MAX;

		ok(eq(l.folder, cases[i].folder) && eq(l.base, cases[i].base) &&
		       eq(l.node, cases[i].node) &&
		       eq(l.node_ip, cases[i].ip) &&
		       l.single_stream == stream &&
		       l.stream_no == (stream ? cases[i].no : 0) &&
		       l.tls == cases[i].tls,
		   cases[i].name[0] ? cases[i].name : "the empty name");
	}
	return tap_done();
}
