/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of an export hold, where no other program can tell. */
#include "analyzer/export/export.h"

#include "analyzer/export/csv.h"
#include "analyzer/query/ask.h"
#include "base/buf.h"
#include "tests/support/indexed.h"
#include "tests/support/mkcap.h"
#include "tests/support/mktcp.h"
#include "tests/support/recap.h"
#include "tests/tap/tap.h"

enum { OUT_MAX = 64 << 20, LINK_AT = 20, RAW = 101 };

static struct buf bytes;
static struct outlet out;
static struct export_counts counts;

static int
take(void *ctx, const char *p, size_t n)
{
	return buf_append(ctx, p, n);
}

/* ---- cells of a table ---- */

static void
is_cell(const char *text, size_t n, const char *want)
{
	buf_clear(&bytes);
	outlet_init(&out, take, &bytes, NULL);
	csv_put_text(&out, str_make(text, n));
	(void)outlet_flush(&out);
	is_bytes(bytes.p, bytes.n, want, strlen(want), want);
}

static void
test_cells(void)
{
	is_cell("", 0, "\"\"");
	is_cell("a,b", 3, "\"a,b\"");
	is_cell("say \"x\"", 7, "\"say \"\"x\"\"\"");
	is_cell("=1+1", 4, "\"'=1+1\"");
	is_cell("+1", 2, "\"'+1\"");
	is_cell("-1", 2, "\"'-1\"");
	is_cell("@SUM(A1)", 8, "\"'@SUM(A1)\"");
	is_cell("\t=1", 3, "\"' =1\"");
	is_cell("\r=1", 3, "\"' =1\"");
	is_cell("a=1", 3, "\"a=1\"");
	is_cell("a\nb\0c\177", 6, "\"a b c \"");
	is_cell("\303\244\377", 3, "\"\303\244\357\277\275\"");
}

/* ---- snapshots ---- */

static int
write_as(struct indexed *x, const char *query, enum export_format format,
         const struct export_limits *limits, const atomic_bool *cancel,
         struct err *e)
{
	struct ask_options opt = { .mode = ASK_STRICT };
	struct ask ask;
	struct run_query q = { .limit = 0 };
	struct export_part part = { .source = { .opened = x->o, .ask = &ask } };
	struct export_job job = { .part = &part,
		                  .nparts = 1,
		                  .query = &q,
		                  .program = STR("test 1"),
		                  .limits = limits };
	int rc = ask_prepare(str_from_c(query), x->o, &opt, e, &ask);

	buf_clear(&bytes);
	outlet_init(&out, take, &bytes, cancel);
	if (rc == 0)
		rc = export_write(&job, format, &out, e, &counts);
	ask_release(&ask);
	return rc;
}

/* A capture as it is, and the same packets of another link type. */
static void
add_two_links(struct indexed_set *set, const char *path)
{
	struct recap c;
	struct buf eth, raw;
	static struct recap_frame frames[RECAP_FRAMES];

	if (!recap_read(&c, path))
		abort();
	buf_init(&eth, OUT_MAX);
	buf_init(&raw, OUT_MAX);
	recap_write(&c, c.frame, c.n, false, &eth);
	for (size_t i = 0; i < c.n; i++) {
		frames[i] = c.frame[i];
		frames[i].p += 14;
		frames[i].caplen -= 14;
		frames[i].len -= 14;
	}
	recap_write(&c, frames, c.n, false, &raw);
	raw.p[LINK_AT] = RAW;
	indexed_add(set, eth.p, eth.n);
	indexed_add(set, raw.p, raw.n);
	buf_release(&eth);
	buf_release(&raw);
	recap_release(&c);
}

static void
test_link_types(struct indexed *x, const char *path)
{
	const struct snapshot_limits snapshot = mkcap_limits(0);
	struct indexed_set set = { .n = 0 };
	struct export_limits limits;
	struct err e = ERR_INIT;
	struct mkcap_seen seen;
	static struct mkcap file;

	export_limits_init(&limits);
	add_two_links(&set, path);
	if (!ok(indexed_run_set(x, &set), "two link types are indexed"))
		return;
	is_int(write_as(x, "", EXPORT_PCAP, &limits, NULL, &e), ERR_UNSUPPORTED,
	       "no pcap file can hold them");
	ok(strstr(e.text, "pcapng") != NULL, "it says which format can");
	is_int(write_as(x, "", EXPORT_PCAPNG, &limits, NULL, &e), 0,
	       "a pcapng file can");
	ok(counts.packets > 0 && counts.packets < MKCAP_SEEN, "few packets");
	file.n = 0;
	mkcap_put(&file, bytes.p, bytes.n);
	mkcap_walk_new(&file, &snapshot, 64, &seen);
	is_int(seen.end, 0, "it is read to its end");
	is_int(seen.records, counts.packets, "with all packets");
	ok(seen.r[0].linktype != seen.r[1].linktype, "of both types, by time");
	is_int(write_as(x, "", EXPORT_ARCHIVE, &limits, NULL, &e), 0,
	       "and an archive");
	indexed_drop(x);
	indexed_clear(&set);
}

/* How many streams there are, and packets that look like others. */
static void
is_seen_twice(struct indexed *x, const char *what)
{
	const uint64_t *n = x->result.dispositions;

	tap_note(what);
	is_int((intmax_t)x->result.streams, 2, "a stream an interface");
	is_int((intmax_t)(n[DISPOSITION_RETRANSMISSION] +
	                  n[DISPOSITION_DUPLICATE]),
	       0, "and no packet was sent twice");
}

/* Index what was exported. */
static bool
reopen(struct indexed *x)
{
	char path[sizeof(x->dir) + 16];
	bool fine;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/exported", x->dir);
	f = fopen(path, "wb");
	if (f == NULL)
		return false;
	fine = fwrite(bytes.p, 1, bytes.n, f) == bytes.n;
	return fclose(f) == 0 && fine && indexed_run(x, path);
}

/* Interfaces without a name stay apart, also in less than a second. */
static void
test_interfaces(struct indexed *x, enum export_format format)
{
	static const char text[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
	struct indexed_set first = { .n = 0 };
	const struct mktcp_segment s = { .flags = MKTCP_PUSH,
		                         .server = 80,
		                         .data = text,
		                         .n = sizeof(text) - 1 };
	struct export_limits limits;
	struct err e = ERR_INIT;
	struct buf file;

	mktcp_ng_begin(&file);
	mktcp_ng_iface(&file, NULL, MKTCP_RAW);
	mktcp_ng_iface(&file, NULL, MKTCP_RAW);
	for (uint32_t k = 0; k < 2; k++)
		mktcp_ng(&file, k, MKTCP_RAW, k, &s);
	indexed_add(&first, file.p, file.n);
	buf_release(&file);
	export_limits_init(&limits);
	if (!ok(indexed_run_set(x, &first), "two interfaces are indexed"))
		return;
	is_seen_twice(x, "as they were captured");
	is_int(write_as(x, "", format, &limits, NULL, &e), 0,
	       "their packets are exported");
	ok(reopen(x), "and indexed again");
	is_seen_twice(x, "as they were exported");
	indexed_drop(x);
	indexed_clear(&first);
}

/* An interface that goes on in the next section is one vantage. */
static void
test_sections(struct indexed *x)
{
	struct indexed_set first = { .n = 0 };
	struct mktcp_segment s = { .flags = MKTCP_PUSH,
		                   .server = 80,
		                   .data = "GET / HTTP/1.1\r\n",
		                   .n = 16 };
	struct export_limits limits;
	struct err e = ERR_INIT;
	struct buf file;

	mktcp_ng_begin(&file);
	mktcp_ng_iface(&file, "veth1", MKTCP_RAW);
	mktcp_ng(&file, 0, MKTCP_RAW, 0, &s);
	mktcp_ng_section(&file);
	mktcp_ng_iface(&file, "br0", MKTCP_RAW);
	mktcp_ng_iface(&file, "veth1", MKTCP_RAW);
	s.seq = 16;
	s.data = "Host: a\r\n\r\n";
	s.n = 11;
	mktcp_ng(&file, 1, MKTCP_RAW, 3000, &s);
	indexed_add(&first, file.p, file.n);
	buf_release(&file);
	export_limits_init(&limits);
	if (!ok(indexed_run_set(x, &first), "two sections are indexed"))
		return;
	is_int((intmax_t)x->result.streams, 1, "with one stream");
	is_int(write_as(x, "", EXPORT_ARCHIVE, &limits, NULL, &e), 0,
	       "its packets are exported");
	ok(reopen(x), "and indexed again");
	is_int((intmax_t)x->result.streams, 1, "with one stream");
	is_int((intmax_t)x->result.entries, 1, "and the call");
	indexed_drop(x);
	indexed_clear(&first);
}

static void
test_limits(struct indexed *x, const char *path)
{
	struct export_limits limits;
	struct err e = ERR_INIT;
	atomic_bool cancel;

	if (!ok(indexed_run(x, path), "a capture is indexed"))
		return;
	export_limits_init(&limits);
	atomic_init(&cancel, true);
	for (unsigned f = 0; f < EXPORT_STREAM; f++)
		is_int(write_as(x, "", (enum export_format)f, &limits, &cancel,
		                &e),
		       ERR_CANCELLED, "cancelled");
	limits.entries = 0;
	is_int(write_as(x, "", EXPORT_PCAPNG, &limits, NULL, &e), ERR_LIMIT,
	       "more entries than the limit");
	ok(strstr(e.text, "export-entries=0") != NULL, "which is named");
	limits.packets = 1;
	is_int(write_as(x, "", EXPORT_PCAP, &limits, NULL, &e), ERR_LIMIT,
	       "more packets than the limit");
	indexed_drop(x);
}

int
main(void)
{
	struct indexed x;

	buf_init(&bytes, OUT_MAX);
	test_cells();
	indexed_begin(&x);
	test_link_types(&x, "tests/golden/vectors/http_get.pcap");
	test_interfaces(&x, EXPORT_PCAPNG);
	test_interfaces(&x, EXPORT_ARCHIVE);
	test_sections(&x);
	test_limits(&x, "tests/golden/vectors/http_get.pcap");
	indexed_end(&x);
	buf_release(&bytes);
	return tap_done();
}
