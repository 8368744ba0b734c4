/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/pcapng_in.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/err.h"

#define ORDER_MAGIC         0x1a2b3c4du
#define ORDER_MAGIC_SWAPPED 0x4d3c2b1au
#define BLOCK_MAX           0xfffffff0u /* so that rounding up fits */

enum {
	BLOCK_IDB = 1,
	BLOCK_OPB = 2,
	BLOCK_SPB = 3,
	BLOCK_NRB = 4,
	BLOCK_ISB = 5,
	BLOCK_EPB = 6,
	BLOCK_DSB = 10,
};

enum {
	BLOCK_HEADER = 8,  /* type and total length */
	BLOCK_TRAILER = 4, /* total length again */
	BLOCK_MIN = BLOCK_HEADER + BLOCK_TRAILER,
	SPB_HEADER = BLOCK_HEADER + 4,
	EPB_HEADER = BLOCK_HEADER + 20, /* the OPB's, too */
};

enum {
	OPT_END = 0,
	OPT_IF_NAME = 2,
	OPT_IF_TSRESOL = 9,
	OPT_IF_TSOFFSET = 14,
	OPT_ISB_IFDROP = 5,
	OPT_ISB_OSDROP = 7,
};

struct head {
	uint32_t type;
	uint32_t length; /* as the file has it */
	size_t size;     /* with the padding that some writers leave out */
	bool big_endian;
};

static uint16_t
get16(struct cursor *in, bool big_endian)
{
	return big_endian ? cur_be16(in) : cur_le16(in);
}

static uint32_t
get32(struct cursor *in, bool big_endian)
{
	return big_endian ? cur_be32(in) : cur_le32(in);
}

static uint64_t
get64(struct cursor *in, bool big_endian)
{
	return big_endian ? cur_be64(in) : cur_le64(in);
}

/* --- time ---------------------------------------------------------------- */

static int64_t
add_clamped(int64_t a, int64_t b)
{
	if (b > 0 && a > INT64_MAX - b)
		return INT64_MAX;
	if (b < 0 && a < INT64_MIN - b)
		return INT64_MIN;
	return a + b;
}

/* Differences of two times must fit as well. */
static int64_t
in_time(int64_t t)
{
	if (t > CAPTURE_TIME_MAX)
		return CAPTURE_TIME_MAX;
	return t < -CAPTURE_TIME_MAX ? -CAPTURE_TIME_MAX : t;
}

/* Seconds and a part of one, as nanoseconds. */
static int64_t
from_seconds(uint64_t sec, uint64_t ns)
{
	if (sec > (uint64_t)(INT64_MAX / CLOCK_SEC))
		return INT64_MAX;
	return add_clamped((int64_t)sec * CLOCK_SEC, (int64_t)ns);
}

/* Ticks of 2^-shift seconds. */
static int64_t
from_binary(uint64_t ticks, unsigned shift)
{
	uint64_t sec = shift < 64 ? ticks >> shift : 0;
	uint64_t part = shift < 64 ? ticks - (sec << shift) : ticks;

	/* Below 2^-32 s there is no nanosecond to be told. */
	if (shift >= 96)
		return 0;
	if (shift > 32) {
		part >>= shift - 32;
		shift = 32;
	}
	return from_seconds(sec, part * (uint64_t)CLOCK_SEC >> shift);
}

static int64_t
clock_ns(const struct pcapng_clock *k, uint64_t ticks)
{
	int64_t ns = 0;

	switch (k->kind) {
	case PCAPNG_MUL:
		ns = ticks <= INT64_MAX / k->factor
		         ? (int64_t)(ticks * k->factor)
		         : INT64_MAX;
		break;
	case PCAPNG_DIV:
		ns = k->factor != 0 ? (int64_t)(ticks / k->factor) : 0;
		break;
	case PCAPNG_BINARY:
		ns = from_binary(ticks, k->shift);
		break;
	}
	return in_time(add_clamped(ns, k->offset));
}

static uint64_t
power_of_10(unsigned e)
{
	uint64_t v = 1;

	while (e-- > 0)
		v *= 10;
	return v;
}

/* if_tsresol: 10^-n s, or with the top bit 2^-n s. */
static void
clock_resolution(struct pcapng_clock *k, uint8_t resol)
{
	unsigned n = resol & 0x7fu;

	if (resol & 0x80u) {
		k->kind = PCAPNG_BINARY;
		k->shift = n;
	} else if (n <= 9) {
		k->kind = PCAPNG_MUL;
		k->factor = power_of_10(9 - n);
	} else {
		k->kind = PCAPNG_DIV;
		k->factor = n - 9 < 20 ? power_of_10(n - 9) : 0;
	}
}

static void
clock_offset(struct pcapng_clock *k, int64_t sec)
{
	const int64_t most = INT64_MAX / CLOCK_SEC;

	if (sec > most)
		k->offset = INT64_MAX;
	else if (sec < -most)
		k->offset = INT64_MIN;
	else
		k->offset = sec * CLOCK_SEC;
}

/* --- blocks -------------------------------------------------------------- */

/*
 * The next option: its code, and its value as a closed cursor. OPT_END at the
 * end of the list, which is also where a malformed one ends it.
 */
static uint16_t
next_option(struct cursor *in, bool big_endian, struct cursor *ret_value)
{
	uint16_t code = get16(in, big_endian);
	uint16_t n = get16(in, big_endian);

	*ret_value = cur_block(in, n);
	if (!cur_ok(in))
		return OPT_END;
	/* The padding of the last option may be missing. */
	if (!cur_skip(in, -(size_t)n & 3))
		in->state = CUR_BAD;
	return code;
}

static bool
block_section(struct capture *c, const struct head *h, struct cursor body)
{
	struct capture_table t = { c->section, c->section_count,
		                   &c->section_cap, sizeof(*c->section) };
	struct pcapng_section *grown;
	unsigned major;

	cur_skip(&body, 4); /* the order magic */
	major = get16(&body, h->big_endian);
	cur_skip(&body, 2 + 8); /* minor version, section length */
	if (!cur_ok(&body) || major != 1)
		return capture_broken(c, ERR_UNSUPPORTED,
		                      "section at byte %" PRIu64
		                      " of unknown version %u",
		                      c->off, major);
	grown = capture_grow(c, t, c->max_sections, "sections");
	if (grown == NULL)
		return false;
	c->section = grown;
	c->section[c->section_count++] = (struct pcapng_section){
		.off = c->off,
		.iface0 = (uint32_t)c->iface_count,
		.big_endian = h->big_endian,
	};
	return true;
}

static struct pcapng_section *
this_section(const struct capture *c)
{
	/* A file is not pcapng unless it begins with a section header. */
	ENSURE(c->section_count > 0);
	return &c->section[c->section_count - 1];
}

static bool
block_interface(struct capture *c, const struct head *h, struct cursor body)
{
	struct capture_entry *e;
	struct cursor value;
	uint16_t linktype = get16(&body, h->big_endian);
	uint32_t snaplen;
	uint16_t code;

	cur_skip(&body, 2);
	snaplen = get32(&body, h->big_endian);
	if (!cur_ok(&body))
		return capture_broken(c, ERR_MALFORMED,
		                      "short interface block at byte %" PRIu64,
		                      c->off);
	e = capture_add_iface(c);
	if (e == NULL)
		return false;
	e->pub.no = (uint32_t)c->iface_count - 1 - this_section(c)->iface0;
	e->pub.linktype = linktype;
	e->pub.snaplen = snaplen;
	clock_resolution(&e->clock, 6);
	while ((code = next_option(&body, h->big_endian, &value)) != OPT_END) {
		if (code == OPT_IF_NAME && e->pub.name.n == 0)
			e->pub.name = arena_dup(
			    &c->names,
			    str_head(cur_rest(&value), CAPTURE_NAME_MAX));
		else if (code == OPT_IF_TSRESOL && cur_left(&value) == 1)
			clock_resolution(&e->clock, cur_u8(&value));
		else if (code == OPT_IF_TSOFFSET && cur_left(&value) == 8)
			clock_offset(&e->clock,
			             (int64_t)get64(&value, h->big_endian));
	}
	if (arena_error(&c->names) == ERR_NOMEM)
		return capture_broken(c, ERR_NOMEM,
		                      "no memory for an interface's name");
	return true;
}

/* Interface `id` of the present section; NULL when it was not described. */
static struct capture_entry *
this_iface(const struct capture *c, uint32_t id)
{
	uint32_t iface0 = this_section(c)->iface0;

	return id < c->iface_count - iface0 ? &c->iface[iface0 + id] : NULL;
}

static void
block_statistics(struct capture *c, const struct head *h, struct cursor body)
{
	struct capture_entry *e = this_iface(c, get32(&body, h->big_endian));
	struct cursor value;
	uint64_t drops = 0;
	bool told = false;
	uint16_t code;

	cur_skip(&body, 8); /* when */
	while ((code = next_option(&body, h->big_endian, &value)) != OPT_END) {
		if ((code == OPT_ISB_IFDROP || code == OPT_ISB_OSDROP) &&
		    cur_left(&value) == 8) {
			drops += get64(&value, h->big_endian);
			told = true;
		}
	}
	if (e == NULL || !told)
		return;
	e->pub.drops = drops;
	e->pub.has_drops = true;
}

/* --- packets ------------------------------------------------------------- */

/* A packet block's own header: what comes before the packet's bytes. */
struct packet {
	uint32_t iface; /* in its section */
	uint64_t ticks;
	uint32_t caplen;
	uint32_t origlen;
	bool timed;
};

static bool
is_packet(uint32_t type)
{
	return type == BLOCK_EPB || type == BLOCK_OPB || type == BLOCK_SPB;
}

/* `in` is behind type and length; failed when it is too short. */
static struct packet
packet_header(uint32_t type, bool big_endian, struct cursor *in)
{
	struct packet p = { .timed = type != BLOCK_SPB };

	if (type == BLOCK_SPB) {
		p.origlen = get32(in, big_endian);
		return p;
	}
	if (type == BLOCK_EPB) {
		p.iface = get32(in, big_endian);
	} else {
		p.iface = get16(in, big_endian);
		cur_skip(in, 2); /* drops since the last packet */
	}
	p.ticks = (uint64_t)get32(in, big_endian) << 32;
	p.ticks |= get32(in, big_endian);
	p.caplen = get32(in, big_endian);
	p.origlen = get32(in, big_endian);
	return p;
}

/* A simple packet has no captured length: it is what fits. */
static void
simple_caplen(struct packet *p, const struct capture_entry *e, size_t room)
{
	uint32_t n = p->origlen;

	if (e->pub.snaplen != 0 && n > e->pub.snaplen)
		n = e->pub.snaplen;
	p->caplen = n < room ? n : (uint32_t)room;
}

static void
fill_record(const struct packet *p, const struct capture_entry *e,
            uint32_t iface, struct record *r)
{
	r->ts = p->timed ? clock_ns(&e->clock, p->ticks) : 0;
	capture_lengths(r, p->caplen, p->origlen);
	r->iface = iface;
	r->linktype = e->pub.linktype;
}

static bool
block_packet(struct capture *c, const struct head *h, struct cursor body,
             struct record *ret_record)
{
	const struct pcapng_section *s = this_section(c);
	struct packet p = packet_header(h->type, s->big_endian, &body);
	const struct capture_entry *e;
	size_t room = cur_left(&body);

	if (!cur_ok(&body))
		return capture_broken(c, ERR_MALFORMED,
		                      "short packet block at byte %" PRIu64,
		                      c->off);
	e = this_iface(c, p.iface);
	if (e == NULL)
		return capture_broken(c, ERR_MALFORMED,
		                      "packet at byte %" PRIu64
		                      " of interface %" PRIu32
		                      ", which its section does not describe",
		                      c->off, p.iface);
	if (!p.timed)
		simple_caplen(&p, e, room);
	if (p.caplen > room)
		return capture_broken(c, ERR_MALFORMED,
		                      "packet at byte %" PRIu64
		                      " claims %" PRIu32
		                      " bytes in a block with room for %zu",
		                      c->off, p.caplen, room);
	ret_record->no = ++c->records;
	ret_record->off = c->off + (p.timed ? EPB_HEADER : SPB_HEADER);
	ret_record->data = body.p;
	fill_record(&p, e, s->iface0 + p.iface, ret_record);
	return true;
}

/* Is the packet too large to read? Its block need not be there yet. */
static bool
packet_size(struct capture *c, const struct head *h, struct cursor in,
            bool *ret_over)
{
	struct packet p;

	*ret_over = h->size > (size_t)c->max_record + PCAPNG_ROOM;
	if (*ret_over || h->size <= c->max_record)
		return true;
	p = packet_header(h->type, this_section(c)->big_endian, &in);
	if (!cur_ok(&in))
		return capture_more(c, EPB_HEADER);
	*ret_over = (p.timed ? p.caplen : p.origlen) > c->max_record;
	return true;
}

/* --- the walk ------------------------------------------------------------ */

/* The byte order of a section header, or of the section we are in. */
static bool
block_order(struct capture *c, struct cursor at, struct head *ret_head)
{
	uint32_t type = cur_be32(&at);
	uint32_t magic;

	cur_skip(&at, 4);
	magic = cur_be32(&at);
	if (!cur_ok(&at))
		return capture_more(c, BLOCK_MIN);
	if (type != PCAPNG_MAGIC) {
		ret_head->big_endian = this_section(c)->big_endian;
		return true;
	}
	ret_head->big_endian = magic == ORDER_MAGIC;
	if (magic == ORDER_MAGIC || magic == ORDER_MAGIC_SWAPPED)
		return true;
	return capture_broken(
	    c, ERR_MALFORMED,
	    "section at byte %" PRIu64 " without a byte order magic", c->off);
}

/* Both lengths of the block agree; `in` is at the block. */
static bool
block_closes(const struct head *h, struct cursor in)
{
	cur_skip(&in, h->size - BLOCK_TRAILER);
	return get32(&in, h->big_endian) == h->length;
}

/* Find the block at the cursor; true when it is there as a whole. */
static bool
block_find(struct capture *c, struct cursor in, struct head *ret_head)
{
	struct cursor at = in;
	bool over = false;

	ret_head->type = get32(&at, ret_head->big_endian);
	ret_head->length = get32(&at, ret_head->big_endian);
	ret_head->size = ((size_t)ret_head->length + 3) & ~(size_t)3;
	if (ret_head->length < BLOCK_MIN || ret_head->length > BLOCK_MAX)
		return capture_broken(c, ERR_MALFORMED,
		                      "block at byte %" PRIu64
		                      " of impossible length %" PRIu32,
		                      c->off, ret_head->length);
	if (is_packet(ret_head->type)) {
		if (!packet_size(c, ret_head, at, &over))
			return false;
		if (over)
			return capture_skip(c, ret_head->size, true);
	} else if (ret_head->size > c->max_block) {
		/* Nothing behind these would make sense without them. */
		if (ret_head->type == PCAPNG_MAGIC ||
		    ret_head->type == BLOCK_IDB)
			return capture_broken(c, ERR_LIMIT,
			                      "header block at byte %" PRIu64
			                      " of %" PRIu32 " bytes",
			                      c->off, ret_head->length);
		c->unknown_blocks++;
		return capture_skip(c, ret_head->size, false);
	}
	if (cur_left(&in) < ret_head->size)
		return capture_more(c, ret_head->size);
	if (block_closes(ret_head, in))
		return true;
	return capture_broken(c, ERR_MALFORMED,
	                      "block at byte %" PRIu64 " of type %" PRIu32
	                      ": its two lengths differ",
	                      c->off, ret_head->type);
}

/*
 * Use a whole block: CAPTURE_RECORD or CAPTURE_BLOCK when it is for the caller,
 * CAPTURE_MORE when the next one is wanted, or CAPTURE_BROKEN.
 */
static enum capture_step
block_use(struct capture *c, const struct head *h, struct cursor body,
          struct record *ret_record, struct capture_block *ret_block)
{
	enum capture_step used = CAPTURE_MORE;
	bool good = true;

	switch (h->type) {
	case PCAPNG_MAGIC:
		good = block_section(c, h, body);
		break;
	case BLOCK_IDB:
		good = block_interface(c, h, body);
		break;
	case BLOCK_EPB:
	case BLOCK_OPB:
	case BLOCK_SPB:
		good = block_packet(c, h, body, ret_record);
		used = CAPTURE_RECORD;
		break;
	case BLOCK_NRB:
	case BLOCK_ISB:
	case BLOCK_DSB:
		if (h->type == BLOCK_ISB)
			block_statistics(c, h, body);
		*ret_block = (struct capture_block){
			.type = h->type,
			.off = c->off,
			.body = body,
			.big_endian = h->big_endian,
		};
		used = CAPTURE_BLOCK;
		break;
	default:
		c->unknown_blocks++;
		break;
	}
	return good ? used : c->step;
}

enum capture_step
pcapng_in_next(struct capture *c, struct cursor *in, struct record *ret_record,
               struct capture_block *ret_block)
{
	enum capture_step used;
	struct cursor block;
	struct head h = { .type = 0 };

	do {
		if (!block_order(c, *in, &h) || !block_find(c, *in, &h))
			return c->step;
		block = *in;
		block = cur_block(&block, h.size - BLOCK_TRAILER);
		cur_skip(&block, BLOCK_HEADER);
		used = block_use(c, &h, block, ret_record, ret_block);
		if (used == CAPTURE_BROKEN)
			return used;
		cur_skip(in, h.size);
		c->off += h.size;
	} while (used == CAPTURE_MORE);
	return used;
}

/* --- reading again ------------------------------------------------------- */

/* The section that the byte at `off` is in; NULL before the first. */
static const struct pcapng_section *
section_at(const struct capture *c, uint64_t off)
{
	size_t lo = 0, hi = c->section_count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (c->section[mid].off <= off)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo > 0 ? &c->section[lo - 1] : NULL;
}

/*
 * Is there a packet block of this type whose packet begins where `before`
 * ends? The bytes in front of a simple packet block may look like the header
 * of an enhanced one only when they were made to; then a wrong time is shown
 * for a packet that has none.
 */
static int
reread_as(const struct capture *c, const struct pcapng_section *s,
          struct cursor before, uint32_t type, struct record *ret_record)
{
	size_t header = type == BLOCK_SPB ? SPB_HEADER : EPB_HEADER;
	const struct capture_entry *e;
	struct packet p;
	uint32_t length;

	if (cur_left(&before) < header)
		return ERR_TRUNCATED;
	cur_skip(&before, cur_left(&before) - header);
	if (get32(&before, s->big_endian) != type)
		return ERR_MALFORMED;
	length = get32(&before, s->big_endian);
	p = packet_header(type, s->big_endian, &before);
	if (length < header + BLOCK_TRAILER || length > BLOCK_MAX ||
	    p.iface >= c->iface_count - s->iface0)
		return ERR_MALFORMED;
	e = &c->iface[s->iface0 + p.iface];
	if (!p.timed)
		simple_caplen(&p, e, length - header - BLOCK_TRAILER);
	if (p.caplen > length - header - BLOCK_TRAILER ||
	    p.caplen > c->max_record)
		return ERR_MALFORMED;
	fill_record(&p, e, s->iface0 + p.iface, ret_record);
	return 0;
}

int
pcapng_in_reread(const struct capture *c, struct cursor before,
                 struct record *ret_record)
{
	static const uint32_t types[] = { BLOCK_EPB, BLOCK_OPB, BLOCK_SPB };
	const struct pcapng_section *s = section_at(c, ret_record->off);
	int rc = ERR_MALFORMED;

	if (s == NULL)
		return ERR_NOTFOUND;
	for (size_t i = 0; i < ARRAY_LEN(types) && rc != 0; i++)
		rc = reread_as(c, s, before, types[i], ret_record);
	return rc;
}
