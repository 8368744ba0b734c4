/* SPDX-License-Identifier: Apache-2.0 */
/* Names of entries, streams and workers, and back. */
#include "analyzer/query/ids.h"

#include "analyzer/entry/position.h"
#include "base/err.h"
#include "tests/tap/tap.h"

static const char *
c_str(struct str s)
{
	static char text[IDS_TEXT];

	(void)str_to_c(s, text, sizeof(text));
	return text;
}

static int64_t
stream_at(uint32_t source, uint64_t record)
{
	return position_id(
	    (struct position){ .source = source, .record = record }, 0);
}

static void
test_workers(void)
{
	struct index_point known = { .node_ip = STR("10.1.2.3") };
	struct index_point v6 = { .node_ip = STR("fd00::7") };
	struct index_point unknown = { .node = STR("n") };
	struct index_point odd = {
		.node_ip = STR("0123456789012345678901234567890123456789012345"
		               "67890123456789")
	};
	char ip[IDS_TEXT], text[IDS_TEXT];

	is_str(c_str(ids_node_ip(&known, 0, ip)), "10.1.2.3", "a node's ip");
	is_str(c_str(ids_node_ip(NULL, stream_at(0, 1), ip)), "127.0.0.1",
	       "no node, first source");
	is_str(c_str(ids_node_ip(&unknown, stream_at(253, 1), ip)),
	       "127.0.0.254", "no address, source 253");
	is_str(c_str(ids_node_ip(NULL, stream_at(254, 1), ip)), "127.0.0.1",
	       "and around");
	is_str(c_str(ids_node_ip(&odd, 0, ip)), "127.0.0.1",
	       "an address that cannot be one");
	is_str(c_str(ids_worker(STR("10.1.2.3"), 0, text)), "10.1.2.3:8897",
	       "the worker of one snapshot");
	is_str(c_str(ids_worker(STR("10.1.2.3"), 1, text)), "10.1.2.3:8897",
	       "the first of several");
	is_str(c_str(ids_worker(STR("10.1.2.3"), 3, text)), "10.1.2.3:8899",
	       "the third of several");
	is_str(c_str(ids_worker(ids_node_ip(&v6, 0, ip), 0, text)),
	       "fd00::7:8897", "IPv6, as the original joins them");
}

static void
test_streams(void)
{
	static const struct {
		uint32_t source;
		uint64_t record;
		enum ids_kind kind;
		const char *name;
	} v[] = {
		{ 0, 1, IDS_PLAIN, "000000000001.pcap" },
		{ 0, 25277, IDS_DNS, "000000025277_dns.pcap" },
		{ 0, 25277, IDS_TLS, "000000025277_tls.pcap" },
		{ 1, 3, IDS_PLAIN, "002147483651.pcap" },
		{ POSITION_SOURCE_MAX, POSITION_RECORD_MAX, IDS_PLAIN,
		  "562949953421311.pcap" },
	};
	char text[IDS_TEXT];

	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		int64_t id = stream_at(v[i].source, v[i].record);
		int64_t back = -1;
		struct str name = ids_stream(id, v[i].kind, text);

		is_str(c_str(name), v[i].name, "a stream's file");
		ok(ids_parse_stream(name, &back) == 0 && back == id,
		   "and back");
	}
}

static void
test_bad_streams(void)
{
	static const char *const bad[] = {
		"",
		".pcap",
		"000000000001",
		"00000000001.pcap",
		"000000000001_tls_dns.pcap",
		"000000000001_xyz.pcap",
		"-00000000001.pcap",
		"562949953421312.pcap",
		"18446744073709551616.pcap",
		"a00000000001.pcap",
	};
	int64_t id = 77;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		is_int(ids_parse_stream(str_from_c(bad[i]), &id), ERR_SYNTAX,
		       bad[i]);
	is_int(id, 77, "nothing was written");
}

static void
test_eids(void)
{
	static const char *const bad[] = { "",
		                           ":",
		                           "1:",
		                           ":1",
		                           "0:1",
		                           "-1",
		                           "1:-1",
		                           "1:2:3",
		                           "x",
		                           "1:x",
		                           "9223372036854775808",
		                           "4294967296:1" };
	char text[IDS_TEXT];
	unsigned snapshot = 9;
	int64_t id = 9;

	is_str(c_str(ids_eid(16384, 0, text)), "16384", "one snapshot");
	is_str(c_str(ids_eid(16384, 2, text)), "2:16384", "several");
	ok(ids_parse_eid(STR("16384"), &snapshot, &id) == 0 && snapshot == 0 &&
	       id == 16384,
	   "an id alone");
	ok(ids_parse_eid(STR("2:9223372036854775807"), &snapshot, &id) == 0 &&
	       snapshot == 2 && id == INT64_MAX,
	   "the largest of a snapshot");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		is_int(ids_parse_eid(str_from_c(bad[i]), &snapshot, &id),
		       ERR_SYNTAX, bad[i]);
}

int
main(void)
{
	test_workers();
	test_streams();
	test_bad_streams();
	test_eids();
	is_int(ids_kind_of(true, true, 53, 1), IDS_TLS, "TLS first");
	is_int(ids_kind_of(false, true, 5353, 53), IDS_DNS, "UDP to port 53");
	is_int(ids_kind_of(false, true, 53, 5353), IDS_DNS, "or from it");
	is_int(ids_kind_of(false, false, 5353, 53), IDS_PLAIN,
	       "TCP to port 53");
	is_int(ids_kind_of(false, true, 5353, 54), IDS_PLAIN, "other UDP");
	return tap_done();
}
