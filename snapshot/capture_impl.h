/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capture_impl: what capture.c, pcap_in.c and pcapng_in.c share; for them only.
 *
 * A format's reader is given the capture in its reading state and a cursor at
 * capture->off, and moves both together. The steps that deliver nothing are
 * left in capture->step by capture_more(), capture_skip(), capture_broken().
 */
#ifndef SNAPSHOT_CAPTURE_IMPL_H
#define SNAPSHOT_CAPTURE_IMPL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/cursor.h"
#include "snapshot/capture.h"

enum {
	CAPTURE_NAME_MAX = 256,  /* bytes kept of an interface's name */
	PCAPNG_ROOM = 64 * 1024, /* headers and options around a packet */
};

enum capture_state {
	CAPTURE_AT_PCAP,   /* between records */
	CAPTURE_AT_PCAPNG, /* between blocks */
	CAPTURE_AT_START,  /* nothing read yet */
	CAPTURE_AT_SKIP,   /* inside what the caller passes over */
	CAPTURE_AT_BREAK,  /* for good */
};

struct pcap_state {
	bool big_endian;
	bool old_lengths;  /* before 2.4: the two may be exchanged */
	uint32_t fraction; /* units in a second: 10^6 or 10^9 */
	uint32_t scale;    /* nanoseconds in a unit */
	uint32_t header;   /* bytes of a record header */
	uint16_t linktype;
};

/* How an interface's ticks become nanoseconds. */
struct pcapng_clock {
	enum { PCAPNG_MUL, PCAPNG_DIV, PCAPNG_BINARY } kind;
	unsigned shift;  /* PCAPNG_BINARY: a tick is 2^-shift s */
	uint64_t factor; /* of the other two; PCAPNG_DIV by 0 is 0 */
	int64_t offset;  /* nanoseconds */
};

struct capture_entry {
	struct capture_iface pub;
	struct pcapng_clock clock;
};

struct pcapng_section {
	uint64_t off;    /* of its header block */
	uint32_t iface0; /* number in the file of its first interface */
	bool big_endian;
};

struct capture {
	enum capture_state state;
	enum capture_format format;
	enum capture_state resume; /* after CAPTURE_AT_SKIP */
	enum capture_step step;    /* why a reader answered false */
	bool skips_record;         /* not some other block */
	size_t need;               /* for CAPTURE_MORE and CAPTURE_SKIP */
	uint64_t off;
	uint64_t records;
	uint32_t max_record; /* largest captured length that is read */
	uint32_t max_block;  /* largest pcapng block that is not a packet */
	struct pcap_state pcap;

	uint64_t oversized;
	uint64_t unknown_blocks;
	size_t max_ifaces;
	size_t max_sections;
	struct capture_entry *iface;
	size_t iface_count, iface_cap;
	struct pcapng_section *section;
	size_t section_count, section_cap;
	struct arena names;
	int error;
	char reason[200];
};

/* An array that grows by capture_grow(). */
struct capture_table {
	void *items;
	size_t count;
	size_t *cap;
	size_t size; /* of an item */
};

/*
 * Each sets capture->step and answers false, so that a check can end with it.
 * capture_skip() also counts an oversized record when `record`.
 */
bool capture_more(struct capture *c, size_t need);
bool capture_skip(struct capture *c, size_t n, bool record);
bool capture_broken(struct capture *c, int code, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

/*
 * The items, with room for one more. NULL when there are `max` already or no
 * memory: the capture is broken then and says so, with `what` in the plural.
 */
void *capture_grow(struct capture *c, struct capture_table t, size_t max,
                   const char *what);
/* A new, zeroed interface; NULL as above. */
struct capture_entry *capture_add_iface(struct capture *c);

/* The parts of a record header, common to all formats. */
static inline void
capture_lengths(struct record *r, uint32_t caplen, uint32_t origlen)
{
	r->caplen = caplen;
	r->origlen = origlen > caplen ? origlen : caplen;
}

#endif /* SNAPSHOT_CAPTURE_IMPL_H */
