/* SPDX-License-Identifier: Apache-2.0 */
/* What pcap_out, pcapng_out and archive_out write, our own readers read. */
#include <archive.h>
#include <archive_entry.h>

#include "base/buf.h"
#include "snapshot/archive_out.h"
#include "snapshot/pcap_out.h"
#include "snapshot/pcapng_out.h"
#include "tests/support/mkcap.h"
#include "tests/tap/tap.h"

enum { PACKETS = 5 };

static struct mkcap file;
static struct outlet out;

static int
take(void *ctx, const char *p, size_t n)
{
	mkcap_put(ctx, p, n);
	return 0;
}

static struct record
packet(size_t i)
{
	static const uint8_t bytes[] = "0123456789";

	return (struct record){ .ts = 1795391345798123456 + (int64_t)i,
		                .caplen = (uint32_t)(i + 3),
		                .origlen = (uint32_t)(i + 100),
		                .linktype = 113,
		                .data = bytes + i };
}

static void
begin(void)
{
	file.n = 0;
	outlet_init(&out, take, &file, NULL);
}

static bool
is_packet(const struct mkcap_seen *s, size_t i, int64_t unit)
{
	struct record want = packet(i);
	const struct record *r = &s->r[i];

	return r->ts == want.ts / unit * unit && r->caplen == want.caplen &&
	       r->origlen == want.origlen && r->linktype == want.linktype &&
	       s->first[i] == '0' + i;
}

static void
test_pcap(bool nanos)
{
	const struct snapshot_limits limits = mkcap_limits(0);
	struct mkcap_seen seen;
	struct pcap_out p;
	bool same = true;

	begin();
	pcap_out_begin(&p, &out, 113, nanos);
	for (size_t i = 0; i < PACKETS; i++) {
		struct record r = packet(i);

		pcap_out_record(&p, &r);
	}
	is_int(outlet_flush(&out), 0, "pcap: written");
	mkcap_walk_new(&file, &limits, 64, &seen);
	is_int(seen.end, 0, "pcap: read to its end");
	is_int(seen.records, PACKETS, "pcap: all packets");
	for (size_t i = 0; i < PACKETS; i++)
		same &= is_packet(&seen, i, nanos ? 1 : 1000);
	ok(same, nanos ? "pcap: with nanoseconds" : "pcap: with microseconds");
}

static void
test_pcap_times(void)
{
	const struct snapshot_limits limits = mkcap_limits(0);
	struct mkcap_seen seen;
	struct record r = packet(0);
	struct pcap_out p;

	begin();
	pcap_out_begin(&p, &out, 113, true);
	r.ts = -5;
	pcap_out_record(&p, &r);
	r.ts = INT64_MAX;
	pcap_out_record(&p, &r);
	(void)outlet_flush(&out);
	mkcap_walk_new(&file, &limits, 64, &seen);
	is_int(seen.r[0].ts, 0, "a time before 1970 becomes 1970");
	is_int(seen.r[1].ts, INT64_C(4294967295999999999),
	       "one that is too late the last there is");
}

static void
put_pcapng(void)
{
	struct pcapng_out_iface eth = { .name = STR("eth0"),
		                        .description = STR("node-1/eth0"),
		                        .linktype = 113,
		                        .snaplen = 96 };
	const struct str names[] = { STR("a.shop"), STR(""), STR("bb.shop") };
	const struct str comments[] = { STR("entry 1"), STR("entry 22") };
	const uint8_t v4[] = { 10, 0, 0, 1 };
	const uint8_t v6[16] = { 0x20, 1, 0xd, 0xb8 };
	struct addr a = addr_v4(v4), b = addr_v6(v6);

	begin();
	pcapng_out_begin(&out, STR("analyzer 1"), STR("shop: http"));
	pcapng_out_names(&out, &a, names, 3);
	pcapng_out_names(&out, &b, names, 1);
	pcapng_out_names(&out, &b, &names[1], 1);
	pcapng_out_iface(&out, &eth);
	for (size_t i = 0; i < PACKETS; i++) {
		struct record r = packet(i);

		pcapng_out_packet(&out, 0, &r, comments, i % 3);
	}
	pcapng_out_drops(&out, 0, 1795391345798123456, 1234567890123);
	(void)outlet_flush(&out);
}

static void
test_pcapng(void)
{
	const struct snapshot_limits limits = mkcap_limits(0);
	struct capture *c = capture_new(&limits);
	const struct capture_iface *iface;
	struct mkcap_seen seen;
	bool same = true;

	put_pcapng();
	mkcap_walk(c, &file, 64, &seen);
	is_int(seen.end, 0, "pcapng: read to its end");
	is_int(seen.records, PACKETS, "pcapng: all packets");
	for (size_t i = 0; i < PACKETS; i++)
		same &= is_packet(&seen, i, 1);
	ok(same, "pcapng: with nanoseconds");
	is_int(seen.blocks, 3, "pcapng: two name blocks and statistics");
	is_int(seen.block[0], 4, "pcapng: names come first");
	iface = capture_iface(c, 0);
	ok(str_eq(iface->name, STR("eth0")), "pcapng: the interface's name");
	is_int(iface->snaplen, 96, "pcapng: its snap length");
	is_int((intmax_t)iface->drops, 1234567890123, "pcapng: its drops");
	capture_free(c);
}

/* ---- archives ---- */

static int
take_buf(void *ctx, const char *p, size_t n)
{
	return buf_append(ctx, p, n);
}

static int
make_archive(struct buf *to, size_t claimed, struct err *e)
{
	struct archive_out *a = NULL;
	int rc;

	buf_clear(to);
	outlet_init(&out, take_buf, to, NULL);
	rc = archive_out_new(&out, e, &a);
	if (rc == 0)
		rc = archive_out_member(a, STR("n_10.0.0.1/1.pcap"), claimed,
		                        1700000000, e);
	if (rc == 0)
		rc = archive_out_data(a, "hello", 5, e);
	if (rc == 0)
		rc = archive_out_finish(a, e);
	archive_out_free(a);
	(void)outlet_flush(&out);
	return rc;
}

static void
read_archive(const struct buf *b)
{
	struct archive *ar = archive_read_new();
	struct archive_entry *entry;
	char text[16] = "";

	archive_read_support_filter_gzip(ar);
	archive_read_support_format_tar(ar);
	is_int(archive_read_open_memory(ar, b->p, b->n), ARCHIVE_OK,
	       "archive: opens");
	is_int(archive_read_next_header(ar, &entry), ARCHIVE_OK,
	       "archive: a member");
	is_str(archive_entry_pathname(entry), "n_10.0.0.1/1.pcap",
	       "archive: its name");
	is_int(archive_entry_size(entry), 5, "archive: its size");
	is_int(archive_entry_mtime(entry), 1700000000, "archive: its time");
	is_int(archive_entry_perm(entry), 0644, "archive: its mode");
	(void)archive_read_data(ar, text, sizeof(text) - 1);
	is_str(text, "hello", "archive: its bytes");
	is_int(archive_read_next_header(ar, &entry), ARCHIVE_EOF,
	       "archive: no other");
	archive_read_free(ar);
}

static void
test_archive(void)
{
	struct err e = ERR_INIT;
	struct buf a, b;

	buf_init(&a, 1 << 20);
	buf_init(&b, 1 << 20);
	is_int(make_archive(&a, 5, &e), 0, "archive: written");
	is_int(make_archive(&b, 5, &e), 0, "archive: again");
	is_bytes(a.p, a.n, b.p, b.n, "archive: the same bytes");
	read_archive(&a);
	is_int(make_archive(&a, 4, &e), ERR_CHANGED,
	       "archive: a member that is larger than was told");
	is_int(make_archive(&a, 6, &e), ERR_CHANGED,
	       "archive: one that is smaller");
	buf_release(&a);
	buf_release(&b);
}

int
main(void)
{
	test_pcap(false);
	test_pcap(true);
	test_pcap_times();
	test_pcapng();
	test_archive();
	return tap_done();
}
