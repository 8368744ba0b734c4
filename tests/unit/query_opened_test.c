/* SPDX-License-Identifier: Apache-2.0 */
/* Names, points and capture files of an index. */
#include "analyzer/query/opened.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "snapshot/evidence.h"
#include "tests/support/mkindex.h"
#include "tests/tap/tap.h"

static struct addr
ip(uint8_t last)
{
	const uint8_t b[4] = { 10, 0, 0, last };

	return addr_v4(b);
}

static int
try_open(const struct mkindex *mk, struct err *e, struct opened **ret_opened)
{
	struct proto_limits limits;

	proto_limits_init(&limits);
	limits.headers = 17;
	return opened_new(mk->dir, mk->index, &limits, e, ret_opened);
}

static void
name(struct mkindex *mk, uint8_t last, uint16_t port, const char *node,
     const char *text)
{
	struct index_identity i = { .ip = ip(last),
		                    .port = port,
		                    .node = str_from_c(node),
		                    .from = 1000,
		                    .to = INT64_MAX,
		                    .name = str_from_c(text),
		                    .ns = STR("shop") };

	mkindex_identity(mk, &i);
	i.from = INT64_MIN;
	i.to = 1000;
	i.early = true;
	mkindex_identity(mk, &i);
}

static void
test_names(const struct opened *o)
{
	struct addr a = ip(2);
	struct resolved r = opened_resolve(o, 0, &a, 80, 5000);

	ok(str_eq(r.name, STR("web.shop")) && str_eq(r.ns, STR("shop")) &&
	       !r.early && !r.bare,
	   "by address and port");
	r = opened_resolve(o, 0, &a, 81, 5000);
	ok(str_eq(r.name, STR("pod.shop")) && r.bare && !r.early,
	   "by the address alone, which is told");
	r = opened_resolve(o, 0, &a, 0, 5000);
	ok(str_eq(r.name, STR("pod.shop")) && !r.bare,
	   "not told when nothing else was asked");
	r = opened_resolve(o, 0, &a, 80, 999);
	ok(str_eq(r.name, STR("web.shop")) && r.early,
	   "before anything was observed");
	r = opened_resolve(o, 7, &a, 80, 5000);
	ok(r.name.n == 0 && r.ns.n == 0 && !r.bare && !r.early,
	   "a point that is not there");
	a = ip(3);
	r = opened_resolve(o, 0, &a, 80, 5000);
	ok(r.name.n == 0, "nobody");
}

static void
test_tables(struct opened *o)
{
	const struct index_point *p = opened_point(o, 0);
	uint8_t b[4];

	ok(p != NULL && str_eq(p->node, STR("node-1")) &&
	       str_eq(p->node_ip, STR("10.1.2.3")),
	   "a capture point");
	ok(opened_point(o, 1) == NULL, "no other");
	ok(str_eq(opened_source(o, 0), STR("node-1_10.1.2.3/0.pcap")),
	   "a capture file");
	ok(opened_source(o, 1).n == 0, "no other, within the table");
	ok(opened_source(o, 1u << 20).n == 0, "nor beyond it");
	is_int((intmax_t)opened_limits(o)->headers, 17, "the limits");
	ok(index_sealed(opened_index(o)), "the index");
	is_int(evidence_read(opened_evidence(o), 0, 94, b, 4, NULL), 0,
	       "the evidence");
	is_bytes(b, 4, "data", 4, "is what was captured");
	is_int(opened_refresh(o, NULL), 0, "it can be looked at again");
	ok(opened_point(o, 0) != NULL, "and is the same");
}

static void
test_usual(void)
{
	struct mkindex mk;
	struct opened *o = NULL;
	struct err e = ERR_INIT;

	mkindex_begin(&mk);
	name(&mk, 2, 0, "node-1", "pod.shop");
	name(&mk, 2, 80, "node-1", "web.shop");
	mkindex_text(&mk, 0, "data");
	mkindex_finish(&mk, true);
	is_int(try_open(&mk, &e, &o), 0, "opened");
	if (o == NULL)
		abort();
	test_names(o);
	test_tables(o);
	opened_free(o);
	opened_free(NULL);
	mkindex_end(&mk);
}

/* Every failing allocation is an error, and nothing is lost on the way. */
static void
test_no_memory(void)
{
	struct mkindex mk;
	int64_t n;
	int rc = ERR_NOMEM;
	bool other = false;

	mkindex_begin(&mk);
	name(&mk, 2, 0, "node-1", "pod.shop");
	mkindex_finish(&mk, true);
	for (n = 1; n < 200 && rc != 0; n++) {
		struct opened *o = NULL;
		struct err e = ERR_INIT;

		mem_fail_at(n, false);
		rc = try_open(&mk, &e, &o);
		mem_fail_at(-1, false);
		other |= rc != 0 && (rc != ERR_NOMEM || e.code != rc);
		opened_free(o);
	}
	ok(!other, "each failing allocation is ERR_NOMEM, with a text");
	ok(n > 8 && rc == 0, "until there is enough");
	mkindex_end(&mk);
}

/* An index that was made to point elsewhere. */
static void
test_refused(const char *member, const char *path, uint64_t inode)
{
	struct mkindex mk;
	struct opened *o = NULL;
	struct err e = ERR_INIT;
	struct index_source s = {
		.id = 1,
		.capture = true,
		.name = str_from_c(member),
		.path = str_from_c(path),
		.inode = inode,
	};

	mkindex_begin(&mk);
	if (index_put_source(mk.w, &s, NULL) != 0)
		abort();
	mkindex_finish(&mk, true);
	is_int(try_open(&mk, &e, &o), ERR_CORRUPT, member);
	is_int(e.code, ERR_CORRUPT, "with a text");
	mkindex_end(&mk);
}

/* A file of the user's, read where it is. */
static void
test_in_place(void)
{
	struct mkindex mk;
	struct opened *o = NULL;
	struct stat st;
	uint8_t b[4];
	struct index_source s = { .id = 1, .capture = true };

	mkindex_begin(&mk);
	if (stat(mk.index, &st) != 0)
		abort();
	/* Any file will do, as long as it is the one. */
	s.name = STR("x.pcap");
	s.path = STR("/proc/self/exe");
	s.inode = (uint64_t)st.st_ino;
	s.bytes = 4;
	if (index_put_source(mk.w, &s, NULL) != 0)
		abort();
	mkindex_finish(&mk, true);
	is_int(try_open(&mk, NULL, &o), 0, "opened");
	ok(evidence_read(opened_evidence(o), 1, 0, b, 4, NULL) != 0,
	   "another file in its place is refused");
	opened_free(o);
	mkindex_end(&mk);
}

static void
test_nothing(void)
{
	struct proto_limits limits;
	struct opened *o = NULL;
	struct err e = ERR_INIT;

	proto_limits_init(&limits);
	is_int(opened_new("/nonexistent", "/nonexistent/index.db", &limits, &e,
	                  &o),
	       ERR_NOENT, "no index");
	ok(e.code == ERR_NOENT && e.text[0] != '\0', "and it says so");
}

int
main(void)
{
	test_usual();
	test_no_memory();
	test_refused("../../outside.pcap", "", 0);
	test_refused("/etc/passwd", "", 0);
	test_refused("relative", "etc/passwd", 1);
	test_refused("any inode", "/etc/passwd", 0);
	test_in_place();
	test_nothing();
	return tap_done();
}
