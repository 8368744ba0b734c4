/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Capture points: what was seen by several interfaces of one file is several
 * views of it, and none of them a repetition of another.
 */
#include "analyzer/ingest/ingest.h"

#include <fcntl.h>
#include <string.h>

#include "analyzer/index/reader.h"
#include "analyzer/ingest/chain.h"
#include "base/clock.h"
#include "base/io.h"
#include "snapshot/tree.h"
#include "tests/support/indexed.h"
#include "tests/support/mktar.h"
#include "tests/support/mktcp.h"
#include "tests/tap/tap.h"

enum { MEMBERS = 4, IFACES = 3, HTTP = 80, PATH = 200 };

/* A snapshot as it is made. */
struct member {
	const char *name;
	struct buf b;
};

static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
static const char response[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/* The i-th packet of a call that takes five. */
static struct mktcp_segment
step(unsigned i, uint16_t client)
{
	const uint32_t asked = 1 + (uint32_t)sizeof(request) - 1;
	const struct mktcp_segment all[] = {
		{ .flags = MKTCP_SYN },
		{ .back = true, .ack = 1, .flags = MKTCP_SYN | MKTCP_ACK },
		{ .seq = 1, .ack = 1, .flags = MKTCP_ACK },
		{ .seq = 1,
		  .ack = 1,
		  .flags = MKTCP_PUSH,
		  .data = request,
		  .n = sizeof(request) - 1 },
		{ .back = true,
		  .seq = 1,
		  .ack = asked,
		  .flags = MKTCP_PUSH,
		  .data = response,
		  .n = sizeof(response) - 1 },
	};
	struct mktcp_segment s = all[i];

	s.client = client;
	s.server = HTTP;
	return s;
}

enum { STEPS = 5 };

/* The time of a packet that was put at that millisecond. */
static int64_t
at(unsigned ms)
{
	return 1700000000 * CLOCK_SEC + ms * CLOCK_MSEC;
}

/* ---- runs ---- */

static void
save_tar(const struct indexed *x, const struct member *m, size_t n,
         char path[PATH])
{
	struct mktar tar = { .p = NULL };

	(void)snprintf(path, PATH, "%s/in.tar", x->dir);
	for (size_t i = 0; i < n; i++)
		mktar_file(&tar, m[i].name, m[i].b.p, m[i].b.n);
	mktar_end(&tar);
	mktar_save(&tar, path);
	mktar_free(&tar);
}

static bool
save_folder(const struct indexed *x, const struct member *m, size_t n,
            char path[PATH])
{
	char file[2 * PATH];
	bool fine = true;
	int fd;

	(void)snprintf(path, PATH, "%s/in", x->dir);
	(void)tree_remove(AT_FDCWD, path);
	for (size_t i = 0; i < n && fine; i++) {
		char *slash;

		(void)snprintf(file, sizeof(file), "%s/%s", path, m[i].name);
		slash = strrchr(file, '/');
		*slash = '\0';
		fine = tree_make(file) == 0;
		*slash = '/';
		fine = fine &&
		       io_open_at(AT_FDCWD, file, O_WRONLY | O_CREAT | O_TRUNC,
		                  0600, &fd) == 0 &&
		       io_write_full(fd, m[i].b.p, m[i].b.n) == 0 &&
		       io_close(fd) == 0;
	}
	return fine;
}

/* Index it in every way, which must give the same; the last one is open. */
static void
run(struct indexed *x, struct member *m, size_t n, const char *what)
{
	char good[SHA256_HEX_MAX], got[SHA256_HEX_MAX], path[PATH];

	tap_note(what);
	save_tar(x, m, n, path);
	x->opt.jobs = 1;
	ok(indexed_run(x, path), "read from an archive");
	(void)indexed_digest(x, good);
	x->opt.jobs = 3;
	ok(indexed_run(x, path), "by several threads");
	is_str(indexed_digest(x, got), good, "the same");
	ok(save_folder(x, m, n, path) && indexed_run(x, path),
	   "read from a folder");
	is_str(indexed_digest(x, got), good, "the same");
	for (size_t i = 0; i < n; i++)
		buf_release(&m[i].b);
}

static int
add_stream(void *ctx, const struct stream *s)
{
	struct stream_side *sum = ctx;

	sum->packets += s->side[0].packets + s->side[1].packets;
	sum->retransmissions += s->side[0].retransmissions +
	                        s->side[1].retransmissions;
	sum->out_of_order += s->side[0].out_of_order + s->side[1].out_of_order;
	return 0;
}

/* No packet is a repetition of another. */
static void
is_clean(struct indexed *x, uint64_t packets)
{
	struct stream_side sum = { .packets = 0 };
	struct err e = ERR_INIT;

	is_int((intmax_t)x->result.dispositions[DISPOSITION_DUPLICATE] +
	           (intmax_t)x->result.dispositions[DISPOSITION_RETRANSMISSION],
	       0, "none is the copy of another");
	is_int(index_streams(opened_index(x->o), add_stream, &sum, &e), 0,
	       "the streams are there");
	is_int((intmax_t)sum.packets, (intmax_t)packets, "with all packets");
	is_int((intmax_t)(sum.retransmissions + sum.out_of_order), 0,
	       "in order, each sent once");
}

static void
is_label(struct indexed *x, uint32_t point, const char *want)
{
	const struct index_point *p = opened_point(x->o, point);
	char label[PATH] = "(no such point)";

	if (p != NULL)
		(void)str_to_c(p->label, label, sizeof(label));
	is_str(label, want, "is called so");
}

/* What files say of a point, in all. */
struct seen {
	int64_t point; /* -1: of interfaces without packets */
	uint64_t ifaces, records;
	int64_t first_ts, last_ts;
};

static int
add_iface(void *ctx, const struct index_iface *i)
{
	struct seen *s = ctx;

	if (i->point != s->point)
		return 0;
	if (s->ifaces++ == 0)
		s->first_ts = i->first_ts;
	s->records += i->records;
	s->last_ts = i->last_ts;
	return 0;
}

static void
is_seen(struct indexed *x, struct seen want)
{
	struct seen got = { .point = want.point };
	struct err e = ERR_INIT;

	is_int(index_ifaces(opened_index(x->o), add_iface, &got, &e), 0,
	       "the interfaces are there");
	is_int((intmax_t)got.ifaces, (intmax_t)want.ifaces, "those of a point");
	is_int((intmax_t)got.records, (intmax_t)want.records, "its packets");
	is_int(got.first_ts, want.first_ts, "the first one");
	is_int(got.last_ts, want.last_ts, "and the last one");
}

/* ---- tests ---- */

/* Every packet of a call, seen by three interfaces one after the other. */
static void
test_same(struct indexed *x, const char *const name[IFACES],
          const uint32_t link[IFACES], const char *const label[IFACES])
{
	struct member m = { .name = "n_10.0.0.9/1.pcapng" };

	mktcp_ng_begin(&m.b);
	for (unsigned i = 0; i < IFACES; i++)
		mktcp_ng_iface(&m.b, name[i], link[i]);
	for (unsigned i = 0; i < STEPS; i++) {
		struct mktcp_segment s = step(i, 40000);

		for (uint32_t k = 0; k < IFACES; k++)
			mktcp_ng(&m.b, k, link[k], i, &s);
	}
	run(x, &m, 1, "one call, three interfaces");
	is_int((intmax_t)x->result.streams, IFACES, "three streams");
	is_int((intmax_t)x->result.entries, IFACES, "the call three times");
	is_clean(x, (uint64_t)IFACES * STEPS);
	for (uint32_t i = 0; i < IFACES; i++)
		is_label(x, i, label[i]);
}

/* Another call by each interface, one after the other. */
static void
test_different(struct indexed *x)
{
	struct member m = { .name = "n_10.0.0.9/1.pcapng" };

	mktcp_ng_begin(&m.b);
	mktcp_ng_iface(&m.b, "veth1", MKTCP_RAW);
	mktcp_ng_iface(&m.b, "veth2", MKTCP_RAW);
	for (unsigned i = 0; i < 2 * STEPS; i++) {
		struct mktcp_segment s = step(i / 2, (uint16_t)(40000 + i % 2));

		mktcp_ng(&m.b, i % 2, MKTCP_RAW, i, &s);
	}
	run(x, &m, 1, "two calls, an interface each");
	is_int((intmax_t)x->result.streams, 2, "two streams");
	is_int((intmax_t)x->result.entries, 2, "two calls");
	is_clean(x, (uint64_t)2 * STEPS);
}

/* The same interfaces in the next section, and in the next file, go on. */
static void
test_going_on(struct indexed *x)
{
	struct member m[] = { { .name = "n_10.0.0.9/1.pcapng" },
		              { .name = "n_10.0.0.9/2.pcapng" } };
	struct mktcp_segment s;

	mktcp_ng_begin(&m[0].b);
	mktcp_ng_iface(&m[0].b, "veth1", MKTCP_RAW);
	mktcp_ng_iface(&m[0].b, NULL, MKTCP_RAW);
	for (unsigned i = 0; i < 2; i++) {
		s = step(i, 40000);
		mktcp_ng(&m[0].b, 0, MKTCP_RAW, i, &s);
		mktcp_ng(&m[0].b, 1, MKTCP_RAW, i, &s);
	}
	mktcp_ng_section(&m[0].b);
	mktcp_ng_iface(&m[0].b, "other", MKTCP_RAW);
	mktcp_ng_iface(&m[0].b, NULL, MKTCP_RAW);
	mktcp_ng_iface(&m[0].b, "veth1", MKTCP_RAW);
	s = step(2, 40000);
	mktcp_ng(&m[0].b, 1, MKTCP_RAW, 2, &s);
	mktcp_ng(&m[0].b, 2, MKTCP_RAW, 2, &s);
	mktcp_ng_begin(&m[1].b);
	mktcp_ng_iface(&m[1].b, "veth1", MKTCP_ETHERNET);
	mktcp_ng_iface(&m[1].b, NULL, MKTCP_RAW);
	for (unsigned i = 3; i < STEPS; i++) {
		s = step(i, 40000);
		mktcp_ng(&m[1].b, 0, MKTCP_ETHERNET, i, &s);
		mktcp_ng(&m[1].b, 1, MKTCP_RAW, i, &s);
	}
	run(x, m, 2, "sections and files that go on");
	is_int((intmax_t)x->result.streams, 2, "one stream an interface");
	is_int((intmax_t)x->result.entries, 2, "with its call");
	is_clean(x, (uint64_t)2 * STEPS);
	for (int64_t i = 0; i < 2; i++)
		is_seen(x, (struct seen){ i, 3, STEPS, at(0), at(STEPS - 1) });
	is_seen(x, (struct seen){ .point = -1, .ifaces = 1 });
}

/* Two files of one interface each are what one file of two is. */
static void
test_as_files(struct indexed *x)
{
	struct member m[] = { { .name = "n_10.0.0.9/1.pcapng" },
		              { .name = "n_10.0.0.9/2.pcapng" } };

	for (unsigned k = 0; k < 2; k++) {
		mktcp_ng_begin(&m[k].b);
		mktcp_ng_iface(&m[k].b, k == 0 ? "veth1" : "br0", MKTCP_RAW);
		for (unsigned i = 0; i < STEPS; i++) {
			struct mktcp_segment s = step(i, 40000);

			mktcp_ng(&m[k].b, 0, MKTCP_RAW, i, &s);
		}
	}
	run(x, m, 2, "one call, a file for each interface");
	is_int((intmax_t)x->result.streams, 2, "two streams");
	is_clean(x, (uint64_t)2 * STEPS);
	is_label(x, 0, "n_10.0.0.9/veth1");
	is_label(x, 1, "n_10.0.0.9/br0");
}

struct told {
	enum diag_kind kind;
	size_t rows;
};

static int
count_told(void *ctx, const struct diag *d)
{
	struct told *t = ctx;

	t->rows += d->kind == t->kind;
	return 0;
}

static size_t
told(struct indexed *x, enum diag_kind kind)
{
	struct told t = { .kind = kind };
	struct err e = ERR_INIT;

	is_int(index_diags(opened_index(x->o), count_told, &t, &e), 0, "asked");
	return t.rows;
}

/* More interfaces than may be told apart are told, and nothing is lost. */
static void
test_limit(struct indexed *x)
{
	struct member m = { .name = "n_10.0.0.9/1.pcapng" };

	mktcp_ng_begin(&m.b);
	for (unsigned i = 0; i < IFACES + 1; i++)
		mktcp_ng_iface(&m.b, NULL, MKTCP_RAW);
	for (unsigned i = 0; i < STEPS * (IFACES + 1); i++) {
		struct mktcp_segment s = step(
		    i / (IFACES + 1), (uint16_t)(40000 + i % (IFACES + 1)));

		mktcp_ng(&m.b, i % (IFACES + 1), MKTCP_RAW, i, &s);
	}
	x->opt.net.points = 2;
	run(x, &m, 1, "four interfaces, two points");
	is_int((intmax_t)x->result.entries, IFACES + 1, "all calls are there");
	is_clean(x, (uint64_t)STEPS * (IFACES + 1));
	ok(opened_point(x->o, 1) != NULL && opened_point(x->o, 2) == NULL,
	   "by two points");
	is_int((intmax_t)told(x, DIAG_LIMIT), 1, "which is told once");
	net_limits_init(&x->opt.net);
}

/* What overlaps is told once a file, and each interface begins anew. */
static void
test_overlap(struct indexed *x)
{
	struct member m[] = { { .name = "n_10.0.0.9/1.pcapng" },
		              { .name = "n_10.0.0.9/2.pcapng" } };

	for (unsigned k = 0; k < 2; k++) {
		mktcp_ng_begin(&m[k].b);
		mktcp_ng_iface(&m[k].b, "a", MKTCP_RAW);
		mktcp_ng_iface(&m[k].b, "b", MKTCP_RAW);
		for (unsigned i = 0; i < 2 * STEPS; i++) {
			struct mktcp_segment s = step(i / 2, 40000);

			mktcp_ng(&m[k].b, i % 2, MKTCP_RAW, 2000 * (i / 2), &s);
		}
	}
	run(x, m, 2, "the same twice");
	is_int((intmax_t)x->result.streams, 4, "four streams");
	is_clean(x, (uint64_t)4 * STEPS);
	is_int((intmax_t)told(x, DIAG_CAPTURE_OVERLAP), 1, "told once");
}

/* "a/b" with "c", and "a" with "b/c", would read the same. */
static void
test_alike(struct indexed *x)
{
	struct member m[] = { { .name = "a/b/one.pcapng" },
		              { .name = "a/two.pcapng" } };
	struct mktcp_segment syn = { .flags = MKTCP_SYN };

	for (unsigned k = 0; k < 2; k++) {
		mktcp_ng_begin(&m[k].b);
		mktcp_ng_iface(&m[k].b, k == 0 ? "c" : "b/c", MKTCP_RAW);
		mktcp_ng(&m[k].b, 0, MKTCP_RAW, 0, &syn);
	}
	run(x, m, 2, "folders and interfaces that read alike");
	is_int((intmax_t)x->result.streams, 2, "a stream each");
	is_label(x, 0, "a/b/c");
	is_label(x, 1, "a/b%2Fc");
}

static void
test_labels(void)
{
	static const struct {
		const char *folder, *iface;
		uint32_t no;
		const char *want;
	} rows[] = {
		{ "f", "eth0", 3, "f/eth0" },
		{ "", "eth0", 0, "/eth0" },
		{ "f", "", 0, "f/" },
		{ "f", "", 7, "f/#7" },
		{ "f", "#7", 0, "f/%237" },
		{ "f", "a#", 0, "f/a#" },
		{ "a/b", "c/d%", 0, "a/b/c%2Fd%25" },
	};
	char out[CHAIN_LABEL + 1], text[2 * CHAIN_LABEL];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct str s = chain_label(str_from_c(rows[i].folder),
		                           str_from_c(rows[i].iface),
		                           rows[i].no, out);

		is_bytes(s.p, s.n, rows[i].want, strlen(rows[i].want),
		         rows[i].want);
	}
	memset(text, '/', sizeof(text));
	for (size_t n = CHAIN_LABEL - 8; n < CHAIN_LABEL + 8; n++) {
		struct str s;

		out[CHAIN_LABEL] = 'x';
		s = chain_label(str_make(text, n), STR("a/b/c/d"), 0, out);
		ok(s.n < CHAIN_LABEL && out[CHAIN_LABEL] == 'x',
		   "what is too long is cut");
		s = chain_label(str_make(text, n), STR_NONE, UINT32_MAX, out);
		ok(s.n < CHAIN_LABEL && out[CHAIN_LABEL] == 'x',
		   "a number, too");
	}
}

int
main(void)
{
	static const char *const names[] = { "veth1", "br0", "eth0" };
	static const char *const called[] = { "n_10.0.0.9/veth1",
		                              "n_10.0.0.9/br0",
		                              "n_10.0.0.9/eth0" };
	static const uint32_t raw[] = { MKTCP_RAW, MKTCP_RAW, MKTCP_RAW };
	static const char *const none[] = { NULL, NULL, NULL };
	static const char *const numbered[] = { "n_10.0.0.9/", "n_10.0.0.9/#1",
		                                "n_10.0.0.9/#2" };
	static const uint32_t mixed[] = { MKTCP_RAW, MKTCP_ETHERNET,
		                          MKTCP_RAW };
	struct indexed x;

	test_labels();
	indexed_begin(&x);
	test_same(&x, names, raw, called);
	test_same(&x, none, mixed, numbered);
	test_different(&x);
	test_going_on(&x);
	test_as_files(&x);
	test_limit(&x);
	test_overlap(&x);
	test_alike(&x);
	indexed_end(&x);
	return tap_done();
}
