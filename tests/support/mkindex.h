/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mkindex: a small snapshot for tests, as ingest would have left it: one
 * stream from 10.0.0.1:40000 to 10.0.0.2:80 seen on "node-1" (10.1.2.3), its
 * capture files below <dir>/evidence and the index beside them. Packets have
 * 54 bytes in front of their payload. Nothing here fails: the test ends.
 */
#ifndef TESTS_SUPPORT_MKINDEX_H
#define TESTS_SUPPORT_MKINDEX_H

#include <stdio.h>

#include "analyzer/index/part.h"
#include "analyzer/index/writer.h"

enum { MKINDEX_SOURCES = 8 };

struct mkindex {
	char dir[64];
	char index[80];
	struct index_writer *w;
	struct part_writer parts;
	struct stream stream; /* may be changed until mkindex_finish() */
	uint64_t off[2];

	/* private */
	FILE *f;
	struct position at; /* of the next packet */
	uint64_t bytes[MKINDEX_SOURCES];
};

void mkindex_begin(struct mkindex *m);
/* Bytes of others in the capture file. */
void mkindex_filler(struct mkindex *m, size_t n);
/* A packet with n bytes for the stream; 0 for none. Returns its place. */
struct position mkindex_packet(struct mkindex *m, int side, const void *p,
                               size_t n);
void mkindex_text(struct mkindex *m, int side, const char *text);
void mkindex_gap(struct mkindex *m, int side, uint64_t n);
/* Begin the next part; begin the next capture file. */
void mkindex_part(struct mkindex *m);
void mkindex_source(struct mkindex *m);
void mkindex_entry(struct mkindex *m, const struct index_entry *e);
void mkindex_identity(struct mkindex *m, const struct index_identity *i);

/* "node-1_10.1.2.3/<n>.pcap" */
const char *mkindex_name(uint32_t source, char out[64]);
/* Write what is left; with `seal`, finish the index. */
void mkindex_finish(struct mkindex *m, bool seal);
/* Remove everything. */
void mkindex_end(struct mkindex *m);

#endif /* TESTS_SUPPORT_MKINDEX_H */
