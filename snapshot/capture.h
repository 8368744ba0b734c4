/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capture: packet records out of pcap and pcapng bytes.
 *
 * A pull parser over a window of the file: the caller shows the bytes it has
 * and is given records one at a time, or told how many bytes must be together
 * for the next step. It allocates only the interface table, keeps no packet
 * bytes, and never seeks, so it runs while the archive is still inflating.
 *
 * pcap: all magics (micro- and nanoseconds, either byte order, the "modified"
 * and the Alexey variants). pcapng: sections, interfaces with if_name,
 * if_tsresol, if_tsoffset, EPB, SPB, OPB; NRB, ISB and DSB are handed to the
 * caller as blocks; others are passed over and counted.
 * Sources: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng.
 */
#ifndef SNAPSHOT_CAPTURE_H
#define SNAPSHOT_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/cursor.h"
#include "base/str.h"
#include "snapshot/limits.h"

enum capture_format { CAPTURE_UNKNOWN, CAPTURE_PCAP, CAPTURE_PCAPNG };

/* Told from the first four bytes; CAPTURE_UNKNOWN if neither, or fewer. */
enum capture_format capture_sniff(const uint8_t *p, size_t n);

/*
 * Times lie between -this and this (the year 2116); what a file tells beyond
 * is taken for the end. So the difference of any two fits its type.
 */
#define CAPTURE_TIME_MAX (INT64_MAX / 2)

/* One packet record. Bytes are borrowed from the cursor. */
struct record {
	uint64_t no;       /* 1 for the first packet of the file */
	uint64_t off;      /* file offset of the first packet byte */
	int64_t ts;        /* nanoseconds since the epoch; 0 if none was told */
	uint32_t caplen;   /* bytes present */
	uint32_t origlen;  /* bytes on the wire, never below caplen */
	uint32_t iface;    /* index for capture_iface() */
	uint16_t linktype; /* LINKTYPE_* */
	const uint8_t *data;
};

struct capture_iface {
	struct str name; /* if_name, empty when not told */
	uint32_t no;     /* in its section of the file, from 0 */
	uint16_t linktype;
	uint32_t snaplen; /* 0: unlimited */
	uint64_t drops;   /* the last ISB's isb_ifdrop + isb_osdrop */
	bool has_drops;
};

enum capture_step {
	CAPTURE_RECORD, /* *ret_record is a packet */
	CAPTURE_BLOCK,  /* *ret_block is a pcapng block worth keeping */
	CAPTURE_MORE,   /* show at least capture_need() bytes at this offset */
	CAPTURE_SKIP,   /* pass over capture_need() bytes of the file unseen */
	CAPTURE_BROKEN, /* nothing after this offset can be trusted */
};

/* A pcapng block that is not a packet: NRB (4), ISB (5), DSB (10). */
struct capture_block {
	uint32_t type;
	uint64_t off; /* of the block's first byte */
	struct cursor body;
	bool big_endian;
};

struct capture;

/* NULL without memory. Of the limits: record_bytes, interfaces, sections. */
struct capture *capture_new(const struct snapshot_limits *limits);
void capture_free(struct capture *c);

/*
 * The next step. `in` is an open cursor whose next byte is at file offset
 * capture_offset(); both move together, and headers and blocks of no interest
 * may be consumed on the way to any step. Otherwise nothing is consumed for
 * CAPTURE_MORE, CAPTURE_SKIP and CAPTURE_BROKEN. On CAPTURE_RECORD *ret_record,
 * on CAPTURE_BLOCK *ret_block is written. An oversized record comes as
 * CAPTURE_SKIP and is counted by capture_oversized(). When there are no further
 * bytes, call capture_end().
 */
enum capture_step capture_next(struct capture *c, struct cursor *in,
                               struct record *ret_record,
                               struct capture_block *ret_block);
size_t capture_need(const struct capture *c);
/* What CAPTURE_MORE asks for at most: the window a reader must be able to show.
 */
size_t capture_need_max(const struct capture *c);
/*
 * The caller passed over n bytes after CAPTURE_SKIP, capture_need() or fewer;
 * then capture_need() is what remains.
 */
void capture_skipped(struct capture *c, size_t n);
/* File offset of the next unread byte. */
uint64_t capture_offset(const struct capture *c);

/*
 * The file ended, with `left` bytes after capture_offset(). 0 when that is
 * between records; ERR_TRUNCATED inside one; after CAPTURE_BROKEN its code.
 */
int capture_end(struct capture *c, size_t left);
/*
 * Why CAPTURE_BROKEN or capture_end() failed: a code (ERR_MALFORMED,
 * ERR_UNSUPPORTED, ERR_LIMIT, ERR_NOMEM, ERR_TRUNCATED), and a sentence with
 * offsets but without the file's name, valid as long as the capture.
 */
int capture_error(const struct capture *c);
const char *capture_reason(const struct capture *c);
enum capture_format capture_format(const struct capture *c);
uint64_t capture_records(const struct capture *c); /* oversized included */
uint64_t capture_oversized(const struct capture *c);
uint64_t capture_unknown_blocks(const struct capture *c);
size_t capture_iface_count(const struct capture *c);
/* NULL when there is no such one. Valid until the next capture_next(). */
const struct capture_iface *capture_iface(const struct capture *c, size_t i);

/*
 * Header of a record whose packet bytes start at file offset `off`: fills ts,
 * caplen, origlen and iface from the bytes in front of it. For reading a
 * packet again from positions in the index. `before` is a closed cursor on the
 * CAPTURE_BEFORE bytes that end at off (fewer at a file's start); the capture
 * must have read the file headers, sections and interfaces in front of off.
 * no is 0 and data NULL. ERR_MALFORMED when no record begins there.
 */
enum { CAPTURE_BEFORE = 28 };
int capture_reread(const struct capture *c, struct cursor before, uint64_t off,
                   struct record *ret_record) WARN_UNUSED;

#endif /* SNAPSHOT_CAPTURE_H */
