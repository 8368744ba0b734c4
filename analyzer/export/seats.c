/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/export/seats.h"

#include "base/mem.h"

enum { SEATS_MAX = 1 << 18 };

/* In order of sources and interfaces. */
static int
take(void *ctx, const struct index_iface *i)
{
	struct seats *s = ctx;

	if (i->point < 0)
		return 0;
	if (s->n == SEATS_MAX)
		return ERR_LIMIT;
	if (s->n == s->cap) {
		size_t cap = s->cap > 0 ? s->cap * 2 : 16;
		struct seat *grown = mem_regrow(s->seat, cap, sizeof(*grown));

		if (grown == NULL)
			return ERR_NOMEM;
		s->seat = grown;
		s->cap = cap;
	}
	s->seat[s->n++] = (struct seat){ .source = i->source,
		                         .iface = i->iface,
		                         .point = (uint32_t)i->point };
	return 0;
}

int
seats_load(struct seats *s, struct index_reader *index, struct err *e)
{
	*s = (struct seats){ .n = 0 };
	return index_ifaces(index, take, s, e);
}

void
seats_release(struct seats *s)
{
	mem_free(s->seat);
	*s = (struct seats){ .n = 0 };
}

/* The first at or behind that interface. */
static size_t
find(const struct seats *s, uint32_t source, uint32_t iface)
{
	size_t lo = 0, hi = s->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct seat *at = &s->seat[mid];

		if (at->source < source ||
		    (at->source == source && at->iface < iface))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool
seats_point(const struct seats *s, uint32_t source, uint32_t iface,
            uint32_t *ret_point)
{
	size_t i = find(s, source, iface);

	if (i == s->n || s->seat[i].source != source ||
	    s->seat[i].iface != iface)
		return false;
	*ret_point = s->seat[i].point;
	return true;
}

bool
seats_has(const struct seats *s, uint32_t source, uint32_t point)
{
	for (size_t i = find(s, source, 0);
	     i < s->n && s->seat[i].source == source; i++) {
		if (s->seat[i].point == point)
			return true;
	}
	return false;
}
