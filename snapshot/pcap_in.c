/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/pcap_in.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/err.h"

/* Magic numbers, as they read in the file's own byte order. */
#define MAGIC_MICRO    0xa1b2c3d4u
#define MAGIC_NANO     0xa1b23c4du
#define MAGIC_MODIFIED 0xa1b2cd34u

enum {
	RECORD_HEADER = 16,
	RECORD_HEADER_MODIFIED = 24,
	/*
	 * No link has frames of this size: a length above it is not an
	 * oversized record but a place that is no record header.
	 */
	CAPLEN_BELIEVED = 1 << 28,
};

struct header {
	uint32_t sec, frac, caplen, origlen;
};

static uint32_t
swap32(uint32_t v)
{
	return v >> 24 | (v >> 8 & 0xff00u) | (v << 8 & 0xff0000u) | v << 24;
}

static bool
is_own_magic(uint32_t magic)
{
	return magic == MAGIC_MICRO || magic == MAGIC_NANO ||
	       magic == MAGIC_MODIFIED;
}

bool
pcap_in_magic(uint32_t magic)
{
	return is_own_magic(magic) || is_own_magic(swap32(magic));
}

bool
pcap_in_open(struct capture *c, struct cursor *in)
{
	struct pcap_state *p = &c->pcap;
	struct cursor h = *in;
	struct capture_entry *iface;
	uint32_t magic, network, snaplen;
	unsigned major, minor;

	if (!cur_want(&h, PCAP_HEADER))
		return capture_more(c, PCAP_HEADER);
	magic = cur_be32(&h);
	p->big_endian = is_own_magic(magic);
	if (!p->big_endian)
		magic = swap32(magic);
	major = p->big_endian ? cur_be16(&h) : cur_le16(&h);
	minor = p->big_endian ? cur_be16(&h) : cur_le16(&h);
	cur_skip(&h, 8); /* time zone and accuracy: nobody ever set them */
	snaplen = p->big_endian ? cur_be32(&h) : cur_le32(&h);
	network = p->big_endian ? cur_be32(&h) : cur_le32(&h);

	/* 543 is what one vendor's tcpdump called its 2.2. */
	p->old_lengths = (major == 2 && minor < 4) || major == 543;
	p->fraction = magic == MAGIC_NANO ? 1000000000 : 1000000;
	p->scale = 1000000000 / p->fraction;
	p->header = magic == MAGIC_MODIFIED ? RECORD_HEADER_MODIFIED
	                                    : RECORD_HEADER;
	p->linktype = (uint16_t)network;
	iface = capture_add_iface(c);
	if (iface == NULL)
		return false;
	iface->pub.linktype = p->linktype;
	iface->pub.snaplen = snaplen;
	*in = h;
	c->off += PCAP_HEADER;
	c->state = CAPTURE_AT_PCAP;
	return true;
}

/* Read a record header that is known to be there. */
static inline struct header
read_header(const struct pcap_state *p, struct cursor *in)
{
	struct header h;

	if (likely(!p->big_endian)) {
		h.sec = cur_le32(in);
		h.frac = cur_le32(in);
		h.caplen = cur_le32(in);
		h.origlen = cur_le32(in);
	} else {
		h.sec = cur_be32(in);
		h.frac = cur_be32(in);
		h.caplen = cur_be32(in);
		h.origlen = cur_be32(in);
	}
	if (unlikely(p->old_lengths) && h.caplen > h.origlen) {
		uint32_t t = h.caplen;

		h.caplen = h.origlen;
		h.origlen = t;
	}
	cur_skip(in, p->header - RECORD_HEADER);
	return h;
}

static inline void
fill_record(const struct pcap_state *p, const struct header *h,
            struct record *r)
{
	r->ts = (int64_t)h->sec * CLOCK_SEC + (int64_t)h->frac * p->scale;
	capture_lengths(r, h->caplen, h->origlen);
	r->iface = 0;
	r->linktype = p->linktype;
}

/* Is it an honest large record, or are these bytes no record header? */
static bool
large_record(struct capture *c, const struct header *h)
{
	if (h->caplen > CAPLEN_BELIEVED || h->frac >= c->pcap.fraction ||
	    h->caplen > h->origlen)
		return capture_broken(c, ERR_MALFORMED,
		                      "no record header at byte %" PRIu64
		                      " (it would hold %" PRIu32 " of %" PRIu32
		                      " bytes)",
		                      c->off, h->caplen, h->origlen);
	return capture_skip(c, (size_t)c->pcap.header + h->caplen, true);
}

enum capture_step
pcap_in_next(struct capture *c, struct cursor *in, struct record *ret_record)
{
	const struct pcap_state *p = &c->pcap;
	struct cursor at = *in;
	const uint8_t *data;
	struct header h;

	if (unlikely(!cur_want(&at, p->header))) {
		capture_more(c, p->header);
		return c->step;
	}
	h = read_header(p, &at);
	if (unlikely(h.caplen > c->max_record)) {
		large_record(c, &h);
		return c->step;
	}
	data = at.p;
	if (unlikely(!cur_skip(&at, h.caplen))) {
		capture_more(c, (size_t)p->header + h.caplen);
		return c->step;
	}
	ret_record->data = data;
	ret_record->no = ++c->records;
	ret_record->off = c->off + p->header;
	fill_record(p, &h, ret_record);
	c->off += (uint64_t)p->header + h.caplen;
	*in = at;
	return CAPTURE_RECORD;
}

int
pcap_in_reread(const struct capture *c, struct cursor before,
               struct record *ret_record)
{
	struct header h;

	if (cur_left(&before) < c->pcap.header)
		return ERR_TRUNCATED;
	cur_skip(&before, cur_left(&before) - c->pcap.header);
	h = read_header(&c->pcap, &before);
	if (h.caplen > c->max_record)
		return ERR_MALFORMED;
	fill_record(&c->pcap, &h, ret_record);
	return 0;
}
