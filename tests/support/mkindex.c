/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/mkindex.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"

enum { HEADERS = 54, RECORD = 16, FILE_HEADER = 24 };

static void
need(bool cond, const char *what)
{
	if (cond)
		return;
	fprintf(stderr, "mkindex: %s failed\n", what);
	abort();
}

static void
put(struct mkindex *m, const void *p, size_t n)
{
	need(fwrite(p, 1, n, m->f) == n, "fwrite");
	m->bytes[m->at.source] += n;
}

const char *
mkindex_name(uint32_t source, char out[64])
{
	snprintf(out, 64, "node-1_10.1.2.3/%u.pcap", (unsigned)source);
	return out;
}

static void
begin_file(struct mkindex *m)
{
	char name[64], path[160];

	snprintf(path, sizeof(path), "%s/evidence/%s", m->dir,
	         mkindex_name(m->at.source, name));
	m->f = fopen(path, "wb");
	need(m->f != NULL, "fopen");
	m->at.record = 1;
	mkindex_filler(m, FILE_HEADER);
}

static struct addr
ip(uint8_t last)
{
	const uint8_t b[4] = { 10, 0, 0, last };

	return addr_v4(b);
}

void
mkindex_begin(struct mkindex *m)
{
	struct index_point point = { .node = STR("node-1"),
		                     .node_ip = STR("10.1.2.3"),
		                     .label = STR("node-1_10.1.2.3") };
	char path[160];

	memset(m, 0, sizeof(*m));
	snprintf(m->dir, sizeof(m->dir), "/tmp/mkindex-XXXXXX");
	need(mkdtemp(m->dir) != NULL, "mkdtemp");
	snprintf(m->index, sizeof(m->index), "%s/index.db", m->dir);
	snprintf(path, sizeof(path), "%s/evidence", m->dir);
	need(mkdir(path, 0700) == 0, "mkdir");
	snprintf(path, sizeof(path), "%s/evidence/node-1_10.1.2.3", m->dir);
	need(mkdir(path, 0700) == 0, "mkdir");
	need(index_create(m->index, true, NULL, &m->w) == 0, "index_create");
	need(index_put_point(m->w, &point, NULL) == 0, "index_put_point");
	part_writer_init(&m->parts);
	m->stream = (struct stream){
		.id = position_id((struct position){ .record = 1 }, 0),
		.first = { .record = 1 },
		.l4 = 6,
		.addr = { ip(1), ip(2) },
		.port = { 40000, 80 },
		.handshake_rtt = -1,
		.protocol = "http1",
		.reason = "",
	};
	begin_file(m);
}

void
mkindex_filler(struct mkindex *m, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put(m, "~", 1);
}

struct position
mkindex_packet(struct mkindex *m, int side, const void *p, size_t n)
{
	struct part_packet pkt = { .at = m->at,
		                   .side = (uint8_t)side,
		                   .disposition = n > 0 ? DISPOSITION_DATA
		                                        : DISPOSITION_CONTROL };
	struct part_run run = { .off = m->off[side],
		                .len = n,
		                .packet = m->parts.npackets,
		                .skip = HEADERS,
		                .at = m->at };
	uint32_t ordinal;

	mkindex_filler(m, RECORD);
	pkt.off = m->bytes[m->at.source];
	mkindex_filler(m, HEADERS);
	run.file_off = pkt.off + HEADERS;
	if (n > 0) {
		put(m, p, n);
		need(part_add_run(&m->parts, side, &run) == 0, "part_add_run");
	}
	need(part_add_packet(&m->parts, &pkt, &ordinal) == 0,
	     "part_add_packet");
	m->off[side] += n;
	m->at.record++;
	return pkt.at;
}

void
mkindex_text(struct mkindex *m, int side, const char *text)
{
	(void)mkindex_packet(m, side, text, strlen(text));
}

void
mkindex_gap(struct mkindex *m, int side, uint64_t n)
{
	struct part_run run = {
		.gap = true, .cause = GAP_LOST, .off = m->off[side], .len = n
	};

	need(part_add_run(&m->parts, side, &run) == 0, "part_add_run");
	m->off[side] += n;
}

void
mkindex_part(struct mkindex *m)
{
	struct index_part part;
	struct index_batch b = { .nparts = 1, .parts = &part };

	if (part_empty(&m->parts))
		return;
	part_view(&m->parts, &part);
	part.stream = m->stream.id;
	need(index_put(m->w, &b, NULL) == 0, "index_put");
	part_next(&m->parts);
}

void
mkindex_source(struct mkindex *m)
{
	need(fclose(m->f) == 0, "fclose");
	m->at.source++;
	need(m->at.source < MKINDEX_SOURCES, "one more source");
	begin_file(m);
}

void
mkindex_entry(struct mkindex *m, const struct index_entry *e)
{
	struct index_entry copy = *e;
	struct index_batch b = { .nentries = 1, .entries = &copy };

	need(index_put(m->w, &b, NULL) == 0, "index_put");
	m->stream.entries++;
}

void
mkindex_identity(struct mkindex *m, const struct index_identity *i)
{
	need(index_put_identity(m->w, i, NULL) == 0, "index_put_identity");
}

static void
put_source(struct mkindex *m, uint32_t source)
{
	char name[64];
	struct index_source s = {
		.id = source,
		.capture = true,
		.name = str_from_c(mkindex_name(source, name)),
		.format = STR("pcap"),
		.bytes = m->bytes[source],
	};

	need(index_put_source(m->w, &s, NULL) == 0, "index_put_source");
}

void
mkindex_finish(struct mkindex *m, bool seal)
{
	struct index_batch b = { .nstreams = 1, .streams = &m->stream };
	uint8_t digest[SHA256_SIZE];
	struct err e = ERR_INIT;

	need(fclose(m->f) == 0, "fclose");
	m->f = NULL;
	mkindex_part(m);
	need(index_put(m->w, &b, NULL) == 0, "index_put");
	if (seal) {
		for (uint32_t i = 0; i <= m->at.source; i++)
			put_source(m, i);
		need(index_seal(m->w, &e, digest) == 0, e.text);
	} else {
		need(index_flush(m->w, NULL) == 0, "index_flush");
	}
}

void
mkindex_end(struct mkindex *m)
{
	char path[160], name[64];

	index_writer_free(m->w);
	part_writer_release(&m->parts);
	for (uint32_t i = 0; i <= m->at.source; i++) {
		snprintf(path, sizeof(path), "%s/evidence/%s", m->dir,
		         mkindex_name(i, name));
		(void)unlink(path);
	}
	snprintf(path, sizeof(path), "%s/evidence/node-1_10.1.2.3", m->dir);
	(void)rmdir(path);
	snprintf(path, sizeof(path), "%s/evidence", m->dir);
	(void)rmdir(path);
	(void)unlink(m->index);
	snprintf(path, sizeof(path), "%s-wal", m->index);
	(void)unlink(path);
	snprintf(path, sizeof(path), "%s-shm", m->index);
	(void)unlink(path);
	need(rmdir(m->dir) == 0, "rmdir");
}
