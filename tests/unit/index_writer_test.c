/* SPDX-License-Identifier: Apache-2.0 */
/* What is put into an index comes out of it, and the digest is canonical. */
#include "analyzer/index/writer.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/entry/protocol.h"
#include "analyzer/index/part.h"
#include "analyzer/index/reader.h"
#include "base/addr.h"
#include "base/mem.h"
#include "tests/support/redigest.h"
#include "tests/tap/tap.h"

static const struct protocol http = { .key = "http/1.1",
	                              .name = "http",
	                              .abbr = "HTTP" };

/* Two files; `swap` gives them each other's ordinal, as another order of the
 * archive's members would. */
struct world {
	bool swap;
	bool backwards; /* rows put in the other order */
	bool announced; /* streams told before they were over */
};

static uint32_t
ordinal(const struct world *w, uint32_t file)
{
	return w->swap ? 1 - file : file;
}

static struct addr
ip(uint8_t last)
{
	const uint8_t b[4] = { 10, 0, 0, last };

	return addr_v4(b);
}

static struct stream
stream_of(const struct world *w, uint32_t file)
{
	struct stream s = {
		.first = { .source = ordinal(w, file), .record = 7 },
		.point = ordinal(w, file),
		.l4 = 6,
		.state = STREAM_CLOSED,
		.addr = { ip(1), ip(2) },
		.port = { 40000, 80 },
		.first_ts = 1000,
		.last_ts = 9000,
		.handshake_rtt = 55,
		.side = { { .packets = 4,
		            .bytes = 400,
		            .payload = 100,
		            .syn = true },
		          { .packets = 3,
		            .gaps = 1,
		            .gap_bytes = 9,
		            .fin = true } },
		.late_join = true,
		.entries = 1,
		.protocol = "http1",
		.reason = "",
	};

	s.id = position_id(s.first, 0);
	return s;
}

static struct index_entry
entry_of(const struct world *w, uint32_t file, uint32_t record,
         const char *target)
{
	static const struct span one = { .off = 0, .len = 100 };
	static const struct span two[] = { { .off = 5, .len = 10 },
		                           { .off = 90, .len = 7 } };
	struct position at = { .source = ordinal(w, file), .record = record };
	struct index_entry e = {
		.e = { .id = position_id(at, 1),
		       .stream = stream_of(w, file).id,
		       .ordinal = record,
		       .proto = &http,
		       .flags = ENTRY_LATE_JOIN,
		       .status = 200,
		       .method = STR("GET"),
		       .target = str_from_c(target),
		       .host = STR("shop"),
		       .request = { .present = true,
		                    .first = 1000,
		                    .last = 2000,
		                    .size = 100,
		                    .nspans = 1,
		                    .spans = &one },
		       .response = { .present = true,
		                     .first = 2500,
		                     .last = 5002000,
		                     .size = 17,
		                     .nspans = 2,
		                     .spans = two,
		                     .kept = STR("kept") } },
		.point = ordinal(w, file),
		.client = ip(1),
		.server = ip(2),
		.client_port = 40000,
		.server_port = 80,
	};

	return e;
}

/* A packet, and a run of bytes of it and one of a packet of another part. */
static void
make_part(struct part_writer *pw, const struct world *w, uint32_t file)
{
	const struct part_packet p = { .at = { 7, ordinal(w, file) },
		                       .off = 400 };
	const struct part_run far = { .len = 5,
		                      .packet = 1,
		                      .at = { 6, ordinal(w, file) },
		                      .file_off = 300 };
	const struct part_run near = { .off = 5, .len = 9, .packet = 2 };
	uint32_t n;

	part_writer_init(pw);
	pw->first_packet = pw->npackets = 2;
	ok(part_add_packet(pw, &p, &n) == 0 && n == 2 &&
	       part_add_run(pw, 0, &far) == 0 &&
	       part_add_run(pw, 0, &near) == 0,
	   "a part is made");
}

static int
see_packet(void *ctx, uint64_t n, const struct part_packet *p)
{
	int *seen = ctx;

	++*seen;
	is_int((intmax_t)n, 2, "a packet's number");
	is_int((intmax_t)p->at.record, 7, "a packet's record");
	return 0;
}

static void
put_rows(struct index_writer *iw, const struct world *w, uint32_t file)
{
	struct stream s = stream_of(w, file);
	struct index_entry e[2] = { entry_of(w, file, 8, "/a"),
		                    entry_of(w, file, 9, "/b") };
	struct part_writer pw;
	struct index_part p;
	struct diag d = { .kind = DIAG_GAP,
		          .at = s.first,
		          .stream = s.id,
		          .side = 1,
		          .len = 9,
		          .name = STR("lost"),
		          .text = STR("text") };
	struct index_batch b = { .nentries = 1,
		                 .nstreams = 1,
		                 .nparts = 1,
		                 .ndiags = 1,
		                 .entries = &e[w->backwards],
		                 .streams = &s,
		                 .parts = &p,
		                 .diags = &d };
	struct index_batch rest = { .nentries = 1,
		                    .entries = &e[!w->backwards] };
	struct err err = ERR_INIT;

	if (w->announced) {
		struct stream early = s;
		struct index_batch told = { .nstreams = 1, .streams = &early };

		early.unfinished = true;
		early.side[0].packets = 1;
		ok(index_put(iw, &told, &err) == 0 &&
		       index_flush(iw, &err) == 0,
		   "a stream is announced");
	}
	make_part(&pw, w, file);
	part_view(&pw, &p);
	p.stream = s.id;
	p.off[1] = 3;
	ok(index_put(iw, &b, &err) == 0 && index_put(iw, &rest, &err) == 0,
	   "rows are put");
	part_writer_release(&pw);
}

static void
put_whole(struct index_writer *iw, const struct world *w, uint32_t file)
{
	struct index_point p = { .id = ordinal(w, file),
		                 .node = file ? STR("node-2") : STR("node-1"),
		                 .label = file ? STR("b") : STR("a") };
	struct index_source s = { .id = ordinal(w, file),
		                  .capture = true,
		                  .name = file ? STR("b.pcap") : STR("a.pcap"),
		                  .path = w->swap ? STR("/elsewhere") : STR(""),
		                  .sha256 = STR("ab"),
		                  .format = STR("pcap"),
		                  .point = ordinal(w, file),
		                  .bytes = 1000,
		                  .mtime = w->swap ? 1 : 2,
		                  .records = 7,
		                  .dispositions = { 3, 4 } };
	struct index_iface f = { .source = s.id,
		                 .point = ordinal(w, file),
		                 .name = STR("eth0"),
		                 .linktype = 1,
		                 .snaplen = 96,
		                 .records = 6,
		                 .first_ts = 11,
		                 .last_ts = 12,
		                 .drops = -1 };
	struct index_identity i = { .ip = ip(1),
		                    .node = p.node,
		                    .from = INT64_MIN,
		                    .to = 5,
		                    .early = true,
		                    .name = STR("web.shop"),
		                    .ns = STR("shop") };
	struct err err = ERR_INIT;

	ok(index_put_point(iw, &p, &err) == 0 &&
	       index_put_source(iw, &s, &err) == 0 &&
	       index_put_iface(iw, &f, &err) == 0 &&
	       index_put_identity(iw, &i, &err) == 0,
	   "points, sources, interfaces and identities are put");
}

static void
build(const char *path, const struct world *w, char hex[SHA256_HEX_MAX])
{
	uint8_t digest[SHA256_SIZE] = { 0 };
	struct index_writer *iw = NULL;
	struct err err = ERR_INIT;
	uint32_t first = w->backwards;

	(void)unlink(path);
	if (!ok(index_create(path, true, &err, &iw) == 0,
	        "an index is created")) {
		printf("# %s\n", err.text);
		return;
	}
	put_whole(iw, w, first);
	put_whole(iw, w, 1 - first);
	put_rows(iw, w, first);
	put_rows(iw, w, 1 - first);
	if (!ok(index_seal(iw, &err, digest) == 0, "and sealed"))
		printf("# %s\n", err.text);
	ok(index_bytes(iw) > 0, "it has a size");
	index_writer_free(iw);
	(void)sha256_hex(digest, hex);
}

static void
test_digest(const char *path)
{
	static const struct world worlds[] = {
		{ .swap = false },     { .swap = true },
		{ .backwards = true }, { .swap = true, .backwards = true },
		{ .announced = true },
	};
	char first[SHA256_HEX_MAX] = "", hex[SHA256_HEX_MAX] = "";
	uint8_t again[SHA256_SIZE];

	build(path, &worlds[0], first);
	for (size_t i = 1; i < ARRAY_LEN(worlds); i++) {
		build(path, &worlds[i], hex);
		is_str(hex, first,
		       "neither the order of rows nor of files changes it");
		ok(redigest(path, NULL, again) == 0 &&
		       strcmp(sha256_hex(again, hex).p, first) == 0,
		   "and what was written has it");
	}
}

static void
check_entry(const struct index_entry *e, const struct index_entry *want)
{
	is_int(e->e.id, want->e.id, "id");
	is_int(e->e.stream, want->e.stream, "stream");
	is_int(e->e.flags, want->e.flags, "flags");
	is_int(e->e.status, 200, "status");
	is_bytes(e->e.target.p, e->e.target.n, want->e.target.p,
	         want->e.target.n, "target");
	is_str(e->e.proto->key, "http/1.1", "protocol");
	is_int(e->e.request.first, 1000, "request's first packet");
	is_int(e->e.request.last, 2000, "request's last packet");
	is_int(e->e.response.first, 2500, "response's first packet");
	is_int(e->e.response.last, 5002000, "response's last packet");
	is_int((intmax_t)e->e.request.nspans, 1, "one span of the request");
	is_int((intmax_t)e->e.response.nspans, 2, "two of the response");
	is_int((intmax_t)e->e.response.spans[1].off, 90, "its second place");
	is_bytes(e->e.response.kept.p, e->e.response.kept.n, "kept", 4, "kept");
	ok(addr_eq(&e->server, &want->server), "server");
	is_int(e->client_port, 40000, "client's port");
}

static int
see_stream(void *ctx, const struct stream *s)
{
	int *n = ctx;

	++*n;
	is_int(s->side[0].payload, 100, "a side's payload");
	ok(s->side[0].syn && s->side[1].fin && !s->side[1].rst, "its flags");
	is_str(s->protocol, "http1", "its protocol");
	is_int(s->handshake_rtt, 55, "its handshake");
	return 0;
}

static int
see_part(void *ctx, const struct index_part *p)
{
	int *n = ctx, packets = 0;

	++*n;
	is_int(part_packets(p, see_packet, &packets), 0, "a part is read");
	is_int(packets, 1, "a part's packets");
	is_int((intmax_t)p->off[1], 3, "a part's offset");
	return 0;
}

static int
see_source(void *ctx, const struct index_source *s)
{
	int *n = ctx;

	++*n;
	is_int((intmax_t)(s->dispositions[0] + s->dispositions[1]),
	       (intmax_t)s->records, "counts sum to the records");
	return 0;
}

static int
see_iface(void *ctx, const struct index_iface *i)
{
	int *n = ctx;

	is_int(i->source, *n, "an interface's source");
	++*n;
	is_bytes(i->name.p, i->name.n, "eth0", 4, "its name");
	is_int(i->linktype, 1, "its link type");
	is_int(i->snaplen, 96, "its snaplen");
	is_int(i->point, *n - 1, "its capture point");
	is_int((intmax_t)i->records, 6, "its packets");
	is_int(i->first_ts, 11, "its first one");
	is_int(i->last_ts, 12, "its last one");
	is_int(i->drops, -1, "its drops are unknown");
	return 0;
}

static void
test_ordinal(struct index_reader *r)
{
	struct world w = { .swap = false };
	struct index_entry want = entry_of(&w, 1, 9, "/b"), got;
	struct index_cursor *c = NULL;
	struct err err = ERR_INIT;
	bool sure;

	ok(index_entry_by_ordinal(r, want.e.stream, 9, &err, &c) == 0 &&
	       index_next(c, &got, &sure, &err) == 1 && got.e.id == want.e.id,
	   "an entry by its stream and ordinal");
	is_int(index_next(c, &got, &sure, &err), 0, "is one only");
	index_cursor_free(c);
	ok(index_entry_by_ordinal(r, want.e.stream, 5, &err, &c) == 0 &&
	       index_next(c, &got, &sure, &err) == 0,
	   "an ordinal that is not there");
	index_cursor_free(c);
}

static void
test_interrupt(struct index_reader *r)
{
	struct index_select sel = { .limit = 0 };
	struct index_cursor *c = NULL;
	struct index_entry got;
	struct err err = ERR_INIT;
	bool sure;

	ok(index_entries(r, &sel, &err, &c) == 0 &&
	       index_next(c, &got, &sure, &err) == 1,
	   "a list has begun");
	index_interrupt(r);
	is_int(index_next(c, &got, &sure, &err), ERR_CANCELLED,
	       "and can be interrupted");
	index_cursor_free(c);
}

static void
test_read(const char *path)
{
	struct world w = { .swap = false };
	struct index_entry want = entry_of(&w, 0, 8, "/a"), got;
	struct index_select sel = { .limit = 1 };
	struct index_reader *r = NULL;
	struct index_cursor *c = NULL;
	struct index_where all = { .sql = NULL };
	struct err err = ERR_INIT;
	uint64_t count = 0;
	uint32_t part = 9;
	bool sure = true;
	int n = 0;

	if (!ok(index_open(path, &err, &r) == 0, "it opens"))
		return;
	ok(index_sealed(r), "as a sealed one");
	ok(index_entries(r, &sel, &err, &c) == 0, "entries are asked for");
	is_int(index_next(c, &got, &sure, &err), 1, "there is one");
	check_entry(&got, &want);
	ok(!sure, "without a condition nothing is sure");
	is_int(index_next(c, &got, &sure, &err), 0, "and the limit holds");
	index_cursor_free(c);
	sel = (struct index_select){
		.after = true,
		.key = index_key_of(INDEX_BY_TIME, &want),
	};
	ok(index_entries(r, &sel, &err, &c) == 0 &&
	       index_next(c, &got, &sure, &err) == 1 && got.e.id > want.e.id,
	   "the next page begins after the last row");
	index_cursor_free(c);
	ok(index_count(r, &all, &err, &count) == 0, "they are counted");
	is_int((intmax_t)count, 4, "four");
	ok(index_streams(r, see_stream, &n, &err) == 0 && n == 2, "streams");
	n = 0;
	ok(index_parts(r, want.e.stream, 0, see_part, &n, &err) == 0 && n == 1,
	   "parts");
	ok(index_part_at(r, want.e.stream, 1, 4, &err, &part) == 0 && part == 0,
	   "the part of an offset");
	is_int(index_part_at(r, want.e.stream, 1, 2, &err, &part), ERR_NOTFOUND,
	       "no part in front of the first");
	n = 0;
	ok(index_sources(r, see_source, &n, &err) == 0 && n == 2, "sources");
	n = 0;
	ok(index_ifaces(r, see_iface, &n, &err) == 0 && n == 2, "interfaces");
	test_ordinal(r);
	test_interrupt(r);
	index_reader_free(r);
}

/* Damage that SQLite itself does not notice. */
static void
test_hostile(const char *path)
{
	static const char *const damage[] = {
		"UPDATE entry SET place=x'ffffffff'",
		"UPDATE addr SET ip=x'00'",
		"UPDATE entry SET client_port=70000",
		"UPDATE entry SET flags=-1",
	};

	for (size_t i = 0; i < ARRAY_LEN(damage); i++) {
		struct world w = { .swap = false };
		struct index_select sel = { .limit = 0 };
		struct index_reader *r = NULL;
		struct index_cursor *c = NULL;
		struct index_entry got;
		struct err err = ERR_INIT;
		char hex[SHA256_HEX_MAX];
		sqlite3 *db = NULL;
		bool sure;

		build(path, &w, hex);
		ok(sqlite3_open(path, &db) == SQLITE_OK &&
		       sqlite3_exec(db, damage[i], NULL, NULL, NULL) ==
		           SQLITE_OK,
		   damage[i]);
		(void)sqlite3_close(db);
		ok(index_open(path, &err, &r) == 0 &&
		       index_entries(r, &sel, &err, &c) == 0,
		   "it opens still");
		is_int(index_next(c, &got, &sure, &err), ERR_CORRUPT,
		       "and the damage is told");
		index_cursor_free(c);
		index_reader_free(r);
	}
}

enum { PAGE = 8192 };

/* Overwrites a page of the file, or puts it back. */
static void
swap_page(FILE *f, long page, uint8_t bytes[PAGE])
{
	uint8_t had[PAGE];

	(void)fseek(f, page * PAGE, SEEK_SET);
	if (fread(had, 1, PAGE, f) != PAGE)
		exit(EXIT_FAILURE);
	(void)fseek(f, page * PAGE, SEEK_SET);
	if (fwrite(bytes, 1, PAGE, f) != PAGE || fflush(f) != 0)
		exit(EXIT_FAILURE);
	memcpy(bytes, had, PAGE);
}

/* Whatever cannot be read, a digest is never merely another one. */
static void
test_broken_digest(const char *path)
{
	struct world w = { .swap = false };
	char hex[SHA256_HEX_MAX], again[SHA256_HEX_MAX];
	uint8_t bytes[PAGE], digest[SHA256_SIZE];
	int failed = 0, wrong = 0;
	long pages;
	FILE *f;

	build(path, &w, hex);
	f = fopen(path, "r+b");
	if (f == NULL || fseek(f, 0, SEEK_END) != 0)
		exit(EXIT_FAILURE);
	pages = ftell(f) / PAGE;
	for (long page = 0; page < pages; page++) {
		struct err err = ERR_INIT;
		int rc;

		memset(bytes, 0xff, sizeof(bytes));
		swap_page(f, page, bytes);
		rc = redigest(path, &err, digest);
		failed += rc != 0 && err.code == rc;
		wrong += rc == 0 &&
		         strcmp(sha256_hex(digest, again).p, hex) != 0;
		swap_page(f, page, bytes);
	}
	(void)fclose(f);
	ok(redigest(path, NULL, digest) == 0 &&
	       strcmp(sha256_hex(digest, again).p, hex) == 0,
	   "the digest is computed again");
	ok(failed > 10, "pages that cannot be read are told");
	is_int(wrong, 0, "and none gives another digest");
}

static void
test_partial(const char *path)
{
	struct world w = { .swap = false };
	struct index_writer *iw = NULL;
	struct index_reader *r = NULL;
	struct index_where all = { .sql = NULL };
	struct err err = ERR_INIT;
	uint64_t count = 0;

	(void)unlink(path);
	ok(index_create(path, true, &err, &iw) == 0, "one is being built");
	put_whole(iw, &w, 0);
	put_rows(iw, &w, 0);
	ok(index_flush(iw, &err) == 0, "what was put is committed");
	ok(index_open(path, &err, &r) == 0 && !index_sealed(r),
	   "a reader opens it meanwhile");
	ok(index_count(r, &all, &err, &count) == 0 && count == 2,
	   "and sees the rows");
	index_reader_free(r);
	index_writer_free(iw);
	is_int(index_create(path, true, &err, &iw), ERR_EXIST,
	       "an existing file is not overwritten");
}

int
main(void)
{
	char dir[] = "/tmp/index_test.XXXXXX";
	char path[64], wal[80];

	if (mkdtemp(dir) == NULL)
		return 1;
	(void)snprintf(path, sizeof(path), "%s/index.db", dir);
	test_digest(path);
	test_read(path);
	test_hostile(path);
	test_broken_digest(path);
	test_partial(path);
	(void)unlink(path);
	(void)snprintf(wal, sizeof(wal), "%s-wal", path);
	(void)unlink(wal);
	(void)snprintf(wal, sizeof(wal), "%s-shm", path);
	(void)unlink(wal);
	ok(rmdir(dir) == 0, "nothing else is left behind");
	return tap_done();
}
