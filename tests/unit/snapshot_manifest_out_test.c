/* SPDX-License-Identifier: Apache-2.0 */
/* What is written is what docs/formats/snapshot.md says, and is read again. */
#include "snapshot/manifest_out.h"

#include "tests/tap/tap.h"

#define SEP_1 ((int64_t)1693562400 * 1000000000)

static const struct snapshot_node nodes[] = {
	{ .name = STR_INIT("node-1"),
	  .ip = STR_INIT("10.0.0.5"),
	  .folder = STR_INIT("node-1_10.0.0.5"),
	  .filter = STR_INIT("port 80 or \"x\"") },
	{ .name = STR_INIT("n\xc3\xb6"
	                   "de"),
	  .folder = STR_INIT("b\\c\n") },
};

static struct manifest_member
member(const char *name, uint64_t bytes)
{
	struct manifest_member m = { .name = str_from_c(name), .bytes = bytes };

	for (size_t i = 0; i < SHA256_SIZE; i++)
		m.sha256[i] = (uint8_t)(i * 9 + bytes);
	return m;
}

static struct snapshot_limits
defaults(void)
{
	struct snapshot_limits l;

	snapshot_limits_init(&l);
	return l;
}

/* ---- snapshot.json ---- */

static void
test_claim(void)
{
	struct manifest_out s = { .program = STR("analyzer 1.2.3 beta"),
		                  .cluster = STR("prod"),
		                  .from = SEP_1,
		                  .to = SEP_1 + 1500000000,
		                  .node = nodes,
		                  .nnodes = 2 };
	struct snapshot_limits l = defaults();
	struct snapshot_info *info = NULL;
	const struct snapshot_node *n;
	struct err e = ERR_INIT;
	struct buf b;

	buf_init(&b, 4096);
	is_int(manifest_out_claim(&s, &b), 0, "a claim is written");
	ok(str_starts(buf_str(&b),
	              STR("{\"formatVersion\":1,\"kind\":"
	                  "\"kubeshark-snapshot\",\"createdBy\":{\"name\":"
	                  "\"analyzer\",\"version\":\"1.2.3 beta\"},"
	                  "\"cluster\":\"prod\",\"window\":{\"from\":"
	                  "\"2023-09-01T10:00:00Z\",\"to\":"
	                  "\"2023-09-01T10:00:01.5Z\"},\"nodes\":[")),
	   "in the order of the format");
	ok(str_ends(buf_str(&b), STR("]}\n")), "as one line");
	is_int(snapshot_info_parse(buf_str(&b), &l, &e, &info), 0,
	       "and read again");
	if (info == NULL)
		exit(1);
	ok(str_eq(snapshot_info_cluster(info), s.cluster) &&
	       snapshot_info_from(info) == s.from &&
	       snapshot_info_to(info) == s.to,
	   "with its cluster and times");
	is_int(snapshot_info_nodes(info), 2, "and both nodes");
	for (size_t i = 0; i < 2; i++) {
		n = snapshot_info_node(info, i);
		ok(str_eq(n->name, nodes[i].name) &&
		       str_eq(n->ip, nodes[i].ip) &&
		       str_eq(n->folder, nodes[i].folder) &&
		       str_eq(n->filter, nodes[i].filter),
		   "whatever is in their names");
	}
	snapshot_info_free(info);
	buf_release(&b);
}

static void
test_little(void)
{
	struct manifest_out s = { .program = STR("x") };
	struct buf b;

	buf_init(&b, 4096);
	is_int(manifest_out_claim(&s, &b), 0, "little is known");
	ok(str_eq(buf_str(&b), STR("{\"formatVersion\":1,\"kind\":"
	                           "\"kubeshark-snapshot\",\"createdBy\":"
	                           "{\"name\":\"x\"},\"nodes\":[]}\n")),
	   "and no more is said");
	buf_release(&b);
}

/* ---- manifest.json ---- */

static void
test_members(void)
{
	struct manifest_member m[] = { member("snapshot.json", 7),
		                       member("a/\"1\".pcap", 1u << 31),
		                       member("z", UINT64_C(1) << 40) };
	struct snapshot_limits l = defaults();
	struct manifest *back = NULL;
	struct err e = ERR_INIT;
	struct buf b;

	m[1].has_packets = true;
	m[1].packets = 12345;
	m[2].has_packets = m[2].has_drops = true;
	m[2].dropped_kernel = 3;
	m[2].dropped_interface = UINT64_C(1) << 33;
	buf_init(&b, 4096);
	is_int(manifest_out_members(m, 3, &b), 0, "members are written");
	is_int(manifest_parse(buf_str(&b), &l, &e, &back), 0, "and read again");
	if (back == NULL)
		exit(1);
	is_int(manifest_count(back), 3, "all of them");
	for (size_t i = 0; i < 3; i++) {
		const struct manifest_member *r = manifest_at(back, i);

		ok(str_eq(r->name, m[i].name) && r->bytes == m[i].bytes &&
		       memcmp(r->sha256, m[i].sha256, SHA256_SIZE) == 0,
		   "in their order, with size and digest");
		ok(r->has_packets == m[i].has_packets &&
		       r->packets == m[i].packets &&
		       r->has_drops == m[i].has_drops &&
		       r->dropped_kernel == m[i].dropped_kernel &&
		       r->dropped_interface == m[i].dropped_interface,
		   "and the counts that are known");
	}
	manifest_free(back);
	buf_clear(&b);
	is_int(manifest_out_members(NULL, 0, &b), 0, "without any");
	ok(str_eq(buf_str(&b), STR("{\"formatVersion\":1,\"kind\":"
	                           "\"kubeshark-manifest\",\"members\":[]}\n")),
	   "the list is empty");
	buf_release(&b);
}

static void
test_room(void)
{
	struct manifest_out s = { .program = STR("x") };
	struct manifest_member m = member("a", 1);
	struct buf b;

	buf_init(&b, 20);
	is_int(manifest_out_claim(&s, &b), ERR_BUDGET, "without room");
	buf_clear(&b);
	is_int(manifest_out_members(&m, 1, &b), ERR_BUDGET, "for either");
	buf_release(&b);
}

int
main(void)
{
	test_claim();
	test_little();
	test_members();
	test_room();
	return tap_done();
}
