/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/pcapng_out.h"

enum {
	BLOCK_SHB = 0x0a0d0d0a,
	BLOCK_IDB = 1,
	BLOCK_NRB = 4,
	BLOCK_ISB = 5,
	BLOCK_EPB = 6,

	OPT_END = 0,
	OPT_COMMENT = 1,
	SHB_USERAPPL = 4,
	IF_NAME = 2,
	IF_DESCRIPTION = 3,
	IF_TSRESOL = 9,
	ISB_IFDROP = 5,
	NRB_IPV4 = 1,
	NRB_IPV6 = 2,

	BLOCK_FRAME = 12, /* type and both lengths */
	OPTION_HEAD = 4,  /* code and length; the same of a name record */
};

#define ORDER_MARK 0x1a2b3c4du

static size_t
padding(size_t n)
{
	return (4 - n % 4) % 4;
}

static size_t
padded(size_t n)
{
	return n + padding(n);
}

static void
put_padding(struct outlet *o, size_t n)
{
	static const char zeros[3];

	outlet_put(o, zeros, padding(n));
}

static void
put_u64(struct outlet *o, uint64_t v)
{
	outlet_put_u32(o, (uint32_t)v);
	outlet_put_u32(o, (uint32_t)(v >> 32));
}

static void
block_begin(struct outlet *o, uint32_t type, size_t body)
{
	outlet_put_u32(o, type);
	outlet_put_u32(o, (uint32_t)(body + BLOCK_FRAME));
}

static void
block_end(struct outlet *o, size_t body)
{
	outlet_put_u32(o, (uint32_t)(body + BLOCK_FRAME));
}

/* ---- options ---- */

static size_t
option_size(struct str s)
{
	return s.n > 0 ? OPTION_HEAD + padded(s.n) : 0;
}

static void
put_option(struct outlet *o, uint16_t code, struct str s)
{
	if (s.n == 0)
		return;
	outlet_put_u16(o, code);
	outlet_put_u16(o, (uint16_t)s.n);
	outlet_put_str(o, s);
	put_padding(o, s.n);
}

static void
put_end(struct outlet *o)
{
	outlet_put_u32(o, OPT_END);
}

/* ---- blocks ---- */

void
pcapng_out_begin(struct outlet *o, struct str program, struct str comment)
{
	struct str app = str_head(program, PCAPNG_OUT_TEXT);
	struct str text = str_head(comment, PCAPNG_OUT_TEXT);
	size_t body = 16 + option_size(app) + option_size(text) + OPTION_HEAD;

	block_begin(o, BLOCK_SHB, body);
	outlet_put_u32(o, ORDER_MARK);
	outlet_put_u16(o, 1);
	outlet_put_u16(o, 0);
	put_u64(o, UINT64_MAX); /* length of the section: not told */
	put_option(o, OPT_COMMENT, text);
	put_option(o, SHB_USERAPPL, app);
	put_end(o);
	block_end(o, body);
}

void
pcapng_out_iface(struct outlet *o, const struct pcapng_out_iface *i)
{
	static const char nanos[] = { 9 }; /* 10^-9 s */
	struct str name = str_head(i->name, PCAPNG_OUT_TEXT);
	struct str what = str_head(i->description, PCAPNG_OUT_TEXT);
	struct str resol = str_make(nanos, sizeof(nanos));
	size_t body = 8 + option_size(name) + option_size(what) +
	              option_size(resol) + OPTION_HEAD;

	block_begin(o, BLOCK_IDB, body);
	outlet_put_u16(o, i->linktype);
	outlet_put_u16(o, 0);
	outlet_put_u32(o, i->snaplen);
	put_option(o, IF_NAME, name);
	put_option(o, IF_DESCRIPTION, what);
	put_option(o, IF_TSRESOL, resol);
	put_end(o);
	block_end(o, body);
}

void
pcapng_out_names(struct outlet *o, const struct addr *ip,
                 const struct str *names, size_t n)
{
	size_t from = addr_is_v4(ip) ? 12 : 0; /* of the mapped form */
	size_t size = sizeof(ip->b) - from;
	size_t body, fits = 0, named = 0;

	for (; fits < n && size + PCAPNG_OUT_TEXT < UINT16_MAX; fits++) {
		struct str name = str_head(names[fits], PCAPNG_OUT_TEXT);

		named += name.n > 0;
		size += name.n > 0 ? name.n + 1 : 0;
	}
	if (named == 0)
		return;
	body = OPTION_HEAD + padded(size) + 2 * OPTION_HEAD;
	block_begin(o, BLOCK_NRB, body);
	outlet_put_u16(o, from > 0 ? NRB_IPV4 : NRB_IPV6);
	outlet_put_u16(o, (uint16_t)size);
	outlet_put(o, ip->b + from, sizeof(ip->b) - from);
	for (size_t i = 0; i < fits; i++) {
		if (names[i].n == 0)
			continue;
		outlet_put_str(o, str_head(names[i], PCAPNG_OUT_TEXT));
		outlet_put(o, "", 1);
	}
	put_padding(o, size);
	put_end(o); /* of the records */
	put_end(o); /* of the options */
	block_end(o, body);
}

void
pcapng_out_packet(struct outlet *o, uint32_t iface, const struct record *r,
                  const struct str *comments, size_t n)
{
	size_t body = 20 + padded(r->caplen);
	uint64_t ts = (uint64_t)r->ts;

	if (n > PCAPNG_OUT_COMMENTS)
		n = PCAPNG_OUT_COMMENTS;
	for (size_t i = 0; i < n; i++)
		body += option_size(str_head(comments[i], PCAPNG_OUT_TEXT));
	if (n > 0)
		body += OPTION_HEAD;
	block_begin(o, BLOCK_EPB, body);
	outlet_put_u32(o, iface);
	outlet_put_u32(o, (uint32_t)(ts >> 32));
	outlet_put_u32(o, (uint32_t)ts);
	outlet_put_u32(o, r->caplen);
	outlet_put_u32(o, r->origlen);
	outlet_put(o, r->data, r->caplen);
	put_padding(o, r->caplen);
	for (size_t i = 0; i < n; i++)
		put_option(o, OPT_COMMENT,
		           str_head(comments[i], PCAPNG_OUT_TEXT));
	if (n > 0)
		put_end(o);
	block_end(o, body);
}

void
pcapng_out_drops(struct outlet *o, uint32_t iface, int64_t ts, uint64_t drops)
{
	size_t body = 12 + OPTION_HEAD + 8 + OPTION_HEAD;

	block_begin(o, BLOCK_ISB, body);
	outlet_put_u32(o, iface);
	outlet_put_u32(o, (uint32_t)((uint64_t)ts >> 32));
	outlet_put_u32(o, (uint32_t)(uint64_t)ts);
	outlet_put_u16(o, ISB_IFDROP);
	outlet_put_u16(o, 8);
	put_u64(o, drops);
	put_end(o);
	block_end(o, body);
}
