/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export: matches of a query, or their packets, as a file of a known format.
 *
 *   pcap     packets; one link type for all, times as fine as the evidence's
 *   pcapng   packets with interfaces, names of addresses (NRB), the ids of
 *            matching entries as comments of their first packets, and what
 *            the capture dropped (ISB)
 *   har      HTTP entries, HAR 1.2
 *   jsonl    entries in full, one a line (docs/schema/entry.schema.json)
 *   csv      entries as rows of a table (RFC 4180)
 *   archive  packets as a snapshot: tar.gz with a folder a node and its name
 *            history, in the original's layout
 *   stream   the same for one stream, in the original's layout for that
 *
 * Several snapshots become one file: entries and packets are merged by time,
 * ids carry the snapshot's number, and an archive has the folders of all, below
 * one more for each snapshot where their names would be the same.
 *
 * Packets are those of the streams of matching entries or, `exact`, those that
 * carried the matching messages. Everything is written as it is made, into an
 * outlet; memory does not depend on the size of the result but for 8 bytes a
 * packet. Cancelling is done through the outlet's flag.
 */
#ifndef EXPORT_EXPORT_H
#define EXPORT_EXPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/export/limits.h"
#include "analyzer/query/merge.h"
#include "analyzer/query/run.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/outlet.h"
#include "base/str.h"

enum export_format {
#define FORMAT(id, name, mime, suffix) EXPORT_##id,
#include "analyzer/export/formats.def"
	EXPORT_COUNT
};

/* One of the snapshots. */
struct export_part {
	struct merge_source source; /* with the query, prepared for it */
	/* Packets of these streams, whatever is in them, instead of those of
	 * entries. */
	bool listed;
	const int64_t *streams;
	size_t nstreams;
};

struct export_job {
	/* Numbers (source.names.snapshot) differ and grow. */
	const struct export_part *part;
	size_t nparts;
	const struct run_query *query; /* of which entries; the rest of it */
	bool exact;
	struct str program; /* who writes it: "analyzer 1.0" */
	struct str comment; /* what it is: the snapshot and the query; left
	                       out when the query redacts */
	const struct export_limits *limits;
};

struct export_counts {
	uint64_t entries; /* that matched */
	uint64_t packets; /* written; 0 for formats of entries */
	/* HAR: entries that are not HTTP or have no request. */
	uint64_t passed_over;
	/* Entries that could not be read or decided. */
	uint64_t left_out;
	struct err first; /* why the first of them was */
};

/*
 * Write it. The outlet is flushed. ERR_USAGE when the query hides something
 * that the format would show (redact() and packets or CSV); ERR_UNSUPPORTED:
 * packets of several link types in a pcap file; ERR_LIMIT; ERR_CANCELLED; the
 * outlet's error; or that of reading. What was written then is worthless.
 */
int export_write(const struct export_job *job, enum export_format format,
                 struct outlet *out, struct err *e,
                 struct export_counts *ret_counts) WARN_UNUSED;

/* EXPORT_COUNT when there is no such one. */
enum export_format export_find(struct str name);
const char *export_mime(enum export_format format);
const char *export_suffix(enum export_format format); /* "pcap" */
/* Is it made of packets? */
bool export_is_packets(enum export_format format);

#endif /* EXPORT_EXPORT_H */
