/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/query/ends.h"

enum { SLOT_BITS = 12 };

_Static_assert(ENDS_SLOTS == 1 << SLOT_BITS, "a hash of so many bits");

struct resolved
ends_resolve(const struct opened *o, const struct fact *f, bool server)
{
	return opened_resolve(o, f->point, server ? &f->dst : &f->src,
	                      server ? f->dst_port : 0, f->ts);
}

static struct end_slot
end_of(const struct fact *f, bool server)
{
	return (struct end_slot){ .id = server ? f->dst_id : f->src_id,
		                  .point = f->point,
		                  .port = server ? f->dst_port : 0 };
}

static size_t
place_of(const struct end_slot *s)
{
	uint64_t h = (uint64_t)s->id << 32 ^ (uint64_t)s->point << 16 ^ s->port;

	return (size_t)(h * UINT64_C(0x9e3779b97f4a7c15) >> (64 - SLOT_BITS));
}

bool
ends_find(const struct ends *e, const struct fact *f, bool server,
          uint32_t *ret_number)
{
	struct end_slot want = end_of(f, server);
	const struct end_slot *s = &e->slot[place_of(&want)];

	if (want.id == 0 || s->id != want.id || s->point != want.point ||
	    s->port != want.port || f->ts < s->from || f->ts >= s->to)
		return false;
	*ret_number = s->number;
	return true;
}

void
ends_keep(struct ends *e, const struct opened *o, const struct fact *f,
          bool server, uint32_t number)
{
	struct end_slot slot = end_of(f, server);

	slot.number = number;
	opened_span(o, server ? &f->dst : &f->src, f->ts, &slot.from, &slot.to);
	e->slot[place_of(&slot)] = slot;
}
