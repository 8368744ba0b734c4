/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/manifest.h"

#include <stdlib.h>

#include "base/mem.h"
#include "tests/tap/tap.h"

#define HEX1 "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef"
#define HEX2 "ff00000000000000000000000000000000000000000000000000000000000000"

#define MANIFEST(members)                                       \
	"{\"formatVersion\":1,\"kind\":\"kubeshark-manifest\"," \
	"\"members\":[" members "]}"
#define MEMBER(rest) \
	"{\"name\":\"a\",\"bytes\":1,\"sha256\":\"" HEX1 "\"" rest "}"

#define INFO(rest) \
	"{\"formatVersion\":1,\"kind\":\"kubeshark-snapshot\"" rest "}"
#define NODES ",\"nodes\":[]"

static struct snapshot_limits
defaults(void)
{
	struct snapshot_limits l;

	snapshot_limits_init(&l);
	return l;
}

static char *
copy_of(const char *text)
{
	size_t n = strlen(text);
	char *p = malloc(n ? n : 1);

	if (p == NULL)
		abort();
	memcpy(p, text, n);
	return p;
}

static int
parse(const char *text, const struct snapshot_limits *l, struct err *e,
      struct manifest **ret_m)
{
	char *p = copy_of(text);
	int rc = manifest_parse(str_make(p, strlen(text)), l, e, ret_m);

	free(p); /* nothing of the text is borrowed */
	return rc;
}

static int
parse_info(const char *text, const struct snapshot_limits *l, struct err *e,
           struct snapshot_info **ret_s)
{
	char *p = copy_of(text);
	int rc = snapshot_info_parse(str_make(p, strlen(text)), l, e, ret_s);

	free(p);
	return rc;
}

/* Neither document; `code` says why. */
static void
fails(const char *text, int code, const char *what)
{
	struct snapshot_limits l = defaults();
	struct err e = ERR_INIT;
	struct manifest *m = NULL;

	is_int(parse(text, &l, &e, &m), code, what);
	ok(m == NULL && strstr(e.text, "manifest.json") != NULL,
	   "the text names the document");
	manifest_free(m);
}

static void
fails_info(const char *text, int code, const char *what)
{
	struct snapshot_limits l = defaults();
	struct err e = ERR_INIT;
	struct snapshot_info *s = NULL;

	is_int(parse_info(text, &l, &e, &s), code, what);
	ok(s == NULL && strstr(e.text, "snapshot.json") != NULL,
	   "the text names the document");
	snapshot_info_free(s);
}

static void
test_manifest(void)
{
	static const char text[] =
	    "{\"formatVersion\":1,\"kind\":\"kubeshark-manifest\",\"x\":[{}],"
	    "\"members\":["
	    "{\"name\":\"z/1.pcap\",\"bytes\":1048576,\"sha256\":\"" HEX1 "\","
	    "\"packets\":4321,\"dropped\":{\"kernel\":3,\"interface\":4,"
	    "\"moon\":5},\"new\":null},"
	    "{\"sha256\":\"" HEX2 "\",\"bytes\":0,\"name\":\"a\\u0062\"},"
	    "{\"name\":\"m\",\"bytes\":18446744073709551615,\"sha256\":\"" HEX2
	    "\",\"packets\":0,\"dropped\":{}}]}";
	static const uint8_t sum[] = { 0x01, 0x23, 0x45, 0x67 };
	struct snapshot_limits l = defaults();
	const struct manifest_member *p;
	struct manifest *m = NULL;
	struct err e = ERR_INIT;

	if (!is_int(parse(text, &l, &e, &m), 0, "a manifest")) {
		tap_note(e.text);
		return;
	}
	is_int(manifest_count(m), 3, "three members");
	p = manifest_at(m, 0);
	is_bytes(p->name.p, p->name.n, "z/1.pcap", 8, "in their order");
	is_int(p->bytes, 1048576, "size");
	is_bytes(p->sha256, 4, sum, 4, "digest");
	ok(p->has_packets && p->packets == 4321, "packets");
	ok(p->has_drops && p->dropped_kernel == 3 && p->dropped_interface == 4,
	   "drops");
	p = manifest_at(m, 1);
	is_bytes(p->name.p, p->name.n, "ab", 2, "a name with an escape");
	ok(!p->has_packets && !p->has_drops, "neither packets nor drops");
	p = manifest_at(m, 2);
	ok(p->bytes == UINT64_MAX, "the largest size");
	ok(p->has_packets && p->packets == 0, "no packets, but told");
	ok(p->has_drops && p->dropped_kernel == 0, "no drops, but told");
	ok(manifest_find(m, STR("z/1.pcap")) == manifest_at(m, 0) &&
	       manifest_find(m, STR("ab")) == manifest_at(m, 1) &&
	       manifest_find(m, STR("m")) == manifest_at(m, 2),
	   "each is found by name");
	ok(manifest_find(m, STR("")) == NULL &&
	       manifest_find(m, STR("b")) == NULL &&
	       manifest_find(m, STR("zz")) == NULL,
	   "others are not");
	manifest_free(m);

	m = NULL;
	is_int(parse(MANIFEST(""), &l, &e, &m), 0, "no members at all");
	ok(manifest_find(m, STR("a")) == NULL, "and none is found");
	manifest_free(m);
}

static void
test_manifest_errors(void)
{
	fails("", ERR_SYNTAX, "nothing");
	fails("[]", ERR_SYNTAX, "an array");
	fails(MANIFEST("") " 1", ERR_SYNTAX, "text behind it");
	fails("{\"kind\":\"kubeshark-manifest\",\"members\":[]}", ERR_SYNTAX,
	      "no version");
	fails("{\"formatVersion\":1,\"members\":[]}", ERR_SYNTAX, "no kind");
	fails("{\"formatVersion\":1,\"kind\":\"kubeshark-manifest\"}",
	      ERR_SYNTAX, "no members");
	fails("{\"formatVersion\":2}", ERR_UNSUPPORTED, "a newer version");
	fails("{\"formatVersion\":\"1\"}", ERR_SYNTAX, "a version as text");
	fails("{\"formatVersion\":1.0}", ERR_SYNTAX, "a version as fraction");
	fails("{\"kind\":\"kubeshark-snapshot\"}", ERR_UNSUPPORTED,
	      "another kind");
	fails("{\"formatVersion\":1,\"formatVersion\":1}", ERR_SYNTAX,
	      "two versions");
	fails("{\"kind\":\"kubeshark-manifest\","
	      "\"kind\":\"kubeshark-manifest\"}",
	      ERR_SYNTAX, "two kinds");
	fails("{\"members\":[],\"members\":[]}", ERR_SYNTAX, "two lists");
	fails(MANIFEST("1"), ERR_SYNTAX, "a member that is no object");
	fails(MANIFEST("{}"), ERR_SYNTAX, "an empty member");
	fails(MANIFEST("{\"bytes\":1,\"sha256\":\"" HEX1 "\"}"), ERR_SYNTAX,
	      "a member without a name");
	fails(MANIFEST("{\"name\":\"\",\"bytes\":1,\"sha256\":\"" HEX1 "\"}"),
	      ERR_SYNTAX, "a member with an empty one");
	fails(MANIFEST("{\"name\":\"a\",\"sha256\":\"" HEX1 "\"}"), ERR_SYNTAX,
	      "a member without a size");
	fails(MANIFEST("{\"name\":\"a\",\"bytes\":1}"), ERR_SYNTAX,
	      "a member without a digest");
	fails(MANIFEST("{\"name\":\"a\",\"bytes\":-1,\"sha256\":\"" HEX1 "\"}"),
	      ERR_SYNTAX, "a size below 0");
	fails(MANIFEST("{\"name\":\"a\",\"bytes\":1,\"sha256\":\"12\"}"),
	      ERR_SYNTAX, "a short digest");
	fails(MANIFEST("{\"name\":\"a\",\"bytes\":1,\"sha256\":\"0" HEX1 "\"}"),
	      ERR_SYNTAX, "a digest that is too long");
	fails(MANIFEST(MEMBER(",\"bytes\":1")), ERR_SYNTAX, "two sizes");
	fails(MANIFEST(MEMBER(",\"packets\":1,\"packets\":1")), ERR_SYNTAX,
	      "two counts");
	fails(MANIFEST(MEMBER(",\"packets\":1.5")), ERR_SYNTAX,
	      "half a packet");
	fails(MANIFEST(MEMBER(",\"dropped\":3")), ERR_SYNTAX,
	      "drops that are no object");
	fails(MANIFEST(MEMBER(",\"dropped\":{\"kernel\":1,\"kernel\":1}")),
	      ERR_SYNTAX, "kernel drops twice");
	fails(MANIFEST(MEMBER(",\"dropped\":{\"interface\":1,"
	                      "\"interface\":1}")),
	      ERR_SYNTAX, "interface drops twice");
	fails(MANIFEST(MEMBER("") "," MEMBER("")), ERR_SYNTAX,
	      "a member listed twice");
	fails(MANIFEST("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]"), ERR_SYNTAX,
	      "an array for a member");
	fails("{\"x\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", ERR_LIMIT,
	      "too deep");
}

static void
test_info(void)
{
	static const char text[] =
	    "{\"formatVersion\":1,\"kind\":\"kubeshark-snapshot\","
	    "\"createdBy\":{\"name\":\"x\",\"version\":\"1\"},"
	    "\"cluster\":\"shop\","
	    "\"window\":{\"from\":\"2023-01-29T10:00:00Z\","
	    "\"to\":\"2023-01-29T10:02:00.5Z\",\"x\":1},"
	    "\"nodes\":["
	    "{\"name\":\"node-1\",\"ip\":\"10.0.0.5\","
	    "\"folder\":\"node-1_10.0.0.5\",\"filter\":\"tcp\","
	    "\"interfaces\":[{\"name\":\"eth0\",\"linkType\":1},{}]},"
	    "{\"folder\":\"f\",\"name\":\"node-2\",\"later\":7}]}";
	struct snapshot_limits l = defaults();
	const struct snapshot_node *n;
	struct snapshot_info *s = NULL;
	struct err e = ERR_INIT;

	if (!is_int(parse_info(text, &l, &e, &s), 0, "a snapshot.json")) {
		tap_note(e.text);
		return;
	}
	ok(str_eq(snapshot_info_cluster(s), STR("shop")), "the cluster");
	is_int(snapshot_info_from(s), INT64_C(1674986400000000000), "from");
	is_int(snapshot_info_to(s), INT64_C(1674986520500000000), "to");
	is_int(snapshot_info_nodes(s), 2, "two nodes");
	n = snapshot_info_node(s, 0);
	ok(str_eq(n->name, STR("node-1")) && str_eq(n->ip, STR("10.0.0.5")) &&
	       str_eq(n->folder, STR("node-1_10.0.0.5")) &&
	       str_eq(n->filter, STR("tcp")) && n->interfaces == 2,
	   "the first");
	n = snapshot_info_node(s, 1);
	ok(str_eq(n->name, STR("node-2")) && n->ip.n == 0 && n->filter.n == 0 &&
	       n->interfaces == 0,
	   "the second, of which less is told");
	snapshot_info_free(s);

	s = NULL;
	is_int(parse_info(INFO(NODES), &l, &e, &s), 0, "the least there is");
	ok(snapshot_info_from(s) == 0 && snapshot_info_to(s) == 0 &&
	       snapshot_info_cluster(s).n == 0,
	   "what is not told is 0 and empty");
	snapshot_info_free(s);
}

static void
test_info_errors(void)
{
	fails_info("{}", ERR_SYNTAX, "nothing in it");
	fails_info(INFO(""), ERR_SYNTAX, "no nodes");
	fails_info("{\"formatVersion\":1,\"kind\":\"kubeshark-manifest\"}",
	           ERR_UNSUPPORTED, "a manifest instead");
	fails_info("{\"formatVersion\":99999999999999999999}", ERR_SYNTAX,
	           "no version at all");
	fails_info(INFO(NODES NODES), ERR_SYNTAX, "two lists of nodes");
	fails_info(INFO(",\"cluster\":\"a\",\"cluster\":\"b\""), ERR_SYNTAX,
	           "two clusters");
	fails_info(INFO(",\"cluster\":1"), ERR_SYNTAX, "a number for a name");
	fails_info(INFO(",\"window\":{},\"window\":{}"), ERR_SYNTAX,
	           "two windows");
	fails_info(INFO(",\"window\":{\"from\":\"today\"}"), ERR_SYNTAX,
	           "no time");
	fails_info(INFO(",\"window\":{\"from\":\"2023-01-29T10:00:00Z\","
	                "\"to\":\"2023-01-29T09:00:00Z\"}"),
	           ERR_SYNTAX, "a window that ends before it begins");
	fails_info(INFO(",\"nodes\":{}"), ERR_SYNTAX, "nodes that are no list");
	fails_info(INFO(",\"nodes\":[{\"name\":\"a\"}]"), ERR_SYNTAX,
	           "a node without a folder");
	fails_info(INFO(",\"nodes\":[{\"folder\":\"a\"}]"), ERR_SYNTAX,
	           "a node without a name");
	fails_info(INFO(",\"nodes\":[{\"name\":\"a\",\"name\":\"a\"}]"),
	           ERR_SYNTAX, "a node with two names");
	fails_info(INFO(",\"nodes\":[{\"interfaces\":[1]}]"), ERR_SYNTAX,
	           "an interface that is no object");
}

static void
test_limits(void)
{
	struct snapshot_limits l = defaults();
	struct manifest *m = NULL;
	struct snapshot_info *s = NULL;
	struct err e = ERR_INIT;

	l.json_bytes = 10;
	is_int(parse(MANIFEST(""), &l, &e, &m), ERR_LIMIT, "too many bytes");
	ok(strstr(e.text, "json-bytes") != NULL, "the limit is named");
	l = defaults();
	l.members = 0;
	is_int(parse(MANIFEST(MEMBER("")), &l, &e, &m), ERR_LIMIT,
	       "too many members");
	ok(strstr(e.text, "archive-members") != NULL, "the limit is named");
	is_int(parse_info(INFO(",\"nodes\":[{}]"), &l, &e, &s), ERR_LIMIT,
	       "too many nodes");
	ok(m == NULL && s == NULL, "nothing is given");
}

static void
test_no_memory(void)
{
	static const char info[] = INFO(
	    ",\"cluster\":\"c\\u0061\",\"nodes\":[{\"name\":\"a\","
	    "\"folder\":\"b\"}]");
	struct snapshot_limits l = defaults();
	bool good = true;
	struct err e;
	int64_t most;

	mem_fail_at(0, false);
	for (int i = 0; i < 2; i++) {
		struct manifest *m = NULL;
		struct snapshot_info *s = NULL;

		(void)parse(MANIFEST(MEMBER("")), &l, NULL, &m);
		(void)parse_info(info, &l, NULL, &s);
		good &= m != NULL && s != NULL;
		manifest_free(m);
		snapshot_info_free(s);
	}
	most = mem_alloc_count() / 2;
	for (int64_t n = 1; n <= most; n++) {
		struct manifest *m = NULL;
		struct snapshot_info *s = NULL;
		int rc;

		e = (struct err)ERR_INIT;
		mem_fail_at(n, false);
		rc = parse(MANIFEST(MEMBER("")), &l, &e, &m);
		if (rc == 0)
			rc = parse_info(info, &l, &e, &s);
		good &= rc == ERR_NOMEM && e.code == rc && s == NULL;
		manifest_free(m);
	}
	mem_fail_at(-1, false);
	ok(good && most > 4, "each failing allocation is told");
}

int
main(void)
{
	test_manifest();
	test_manifest_errors();
	test_info();
	test_info_errors();
	test_limits();
	test_no_memory();
	return tap_done();
}
