/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/pcap_out.h"

#include "base/clock.h"

#define MAGIC_MICRO 0xa1b2c3d4u
#define MAGIC_NANO  0xa1b23c4du

void
pcap_out_begin(struct pcap_out *p, struct outlet *out, uint16_t linktype,
               bool nanos)
{
	p->out = out;
	p->nanos = nanos;
	outlet_put_u32(out, nanos ? MAGIC_NANO : MAGIC_MICRO);
	outlet_put_u16(out, 2);
	outlet_put_u16(out, 4);
	outlet_put_u32(out, 0); /* time zone */
	outlet_put_u32(out, 0); /* accuracy */
	outlet_put_u32(out, PCAP_OUT_SNAPLEN);
	outlet_put_u32(out, linktype);
}

void
pcap_out_record(struct pcap_out *p, const struct record *r)
{
	int64_t max = (int64_t)UINT32_MAX * CLOCK_SEC + (CLOCK_SEC - 1);
	int64_t ts = r->ts < 0 ? 0 : r->ts > max ? max : r->ts;
	int64_t unit = p->nanos ? 1 : CLOCK_USEC;

	outlet_put_u32(p->out, (uint32_t)(ts / CLOCK_SEC));
	outlet_put_u32(p->out, (uint32_t)(ts % CLOCK_SEC / unit));
	outlet_put_u32(p->out, r->caplen);
	outlet_put_u32(p->out, r->origlen);
	outlet_put(p->out, r->data, r->caplen);
}
