/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row: what goes into the index and what comes out of it, besides the model's
 * own structs (entry/entry.h, entry/stream.h, entry/diag.h).
 */
#ifndef INDEX_ROW_H
#define INDEX_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/entry/diag.h"
#include "analyzer/entry/disposition.h"
#include "analyzer/entry/entry.h"
#include "analyzer/entry/stream.h"
#include "base/addr.h"
#include "base/str.h"

/* A member of the snapshot; captures have an ordinal as their source. */
struct index_source {
	uint32_t id; /* source ordinal, captures only */
	bool capture;
	struct str name;   /* member name */
	struct str path;   /* absolute when read in place, else "" */
	struct str sha256; /* hex */
	struct str format; /* "pcap", "pcapng", "" */
	uint32_t point;    /* capture point of its first packets */
	uint64_t bytes;
	uint64_t inode; /* of a file read in place */
	int64_t mtime;  /* ns */
	uint64_t records;
	int64_t first_ts, last_ts; /* ns; 0 when there are no records */
	bool tls;                  /* plaintext taken from a TLS library */
	uint64_t dispositions[DISPOSITION_COUNT];
};

/* One interface of one capture file, and its packets in it. */
struct index_iface {
	uint32_t source;
	uint32_t iface;
	int64_t point; /* capture point; -1: there are no packets */
	struct str name;
	uint16_t linktype;
	uint32_t snaplen;
	uint64_t records;          /* that were read */
	int64_t first_ts, last_ts; /* ns; 0 when there are no records */
	int64_t drops;             /* -1: not told */
};

/* A vantage: one node's interface, over consecutive files. */
struct index_point {
	uint32_t id;
	struct str node;    /* "" unknown */
	struct str node_ip; /* "" unknown */
	struct str label;   /* folder and interface, for people */
};

/* An entry with what it needs from its stream. */
struct index_entry {
	struct entry e;
	uint32_t point;
	bool tls;
	struct addr client, server;
	uint16_t client_port, server_port;
};

/*
 * A part of a stream's positions: which packets it has, and which bytes of
 * them were accepted for which offsets. Encoded as docs/formats/index.md
 * says, by index/part.h.
 */
struct index_part {
	int64_t stream;
	uint32_t part;         /* 0, 1, ... */
	uint64_t first_packet; /* ordinal of the first packet of `packets` */
	uint64_t off[2];       /* offset of the first run of map[side] */
	struct str packets;
	struct str map[2];
};

/* Who says so: what a node knew is believed before what was overheard. */
enum index_origin { INDEX_FROM_HISTORY, INDEX_FROM_DNS, INDEX_ORIGINS };

/* Who had an address when, on which node (empty node: on all). */
struct index_identity {
	struct addr ip;
	uint16_t port;    /* 0: any */
	struct str node;  /* of the history's folder, as in index_point.node */
	int64_t from, to; /* [from, to) ns */
	bool early;
	struct str name;
	struct str ns;
	enum index_origin origin;
};

/*
 * What a worker hands to the writer at once. Everything in it is owned by the
 * batch and lives until index_put() returns.
 */
struct index_batch {
	size_t nentries, nstreams, nparts, ndiags;
	struct index_entry *entries;
	struct stream *streams; /* again when changed: the last one counts */
	struct index_part *parts;
	struct diag *diags;
};

#endif /* INDEX_ROW_H */
