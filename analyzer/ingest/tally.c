/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/ingest/tally.h"

#include "base/err.h"
#include "base/mem.h"

static const struct tally no_packets = { .point = -1 };

void
tally_list_release(struct tally_list *t)
{
	mem_free(t->of);
	*t = (struct tally_list){ .of = NULL };
}

void
tally_list_clear(struct tally_list *t)
{
	t->n = 0;
}

static int
grow(struct tally_list *t, size_t n)
{
	size_t cap = t->cap > 0 ? t->cap * 2 : 8;
	struct tally *grown;

	if (cap < n)
		cap = n;
	grown = mem_regrow(t->of, cap, sizeof(*grown));
	if (grown == NULL)
		return ERR_NOMEM;
	t->of = grown;
	t->cap = cap;
	return 0;
}

int
tally_list_get(struct tally_list *t, size_t iface, struct tally **ret_tally)
{
	int rc = iface < t->cap ? 0 : grow(t, iface + 1);

	if (rc != 0)
		return rc;
	while (t->n <= iface)
		t->of[t->n++] = no_packets;
	*ret_tally = &t->of[iface];
	return 0;
}

struct tally
tally_list_of(const struct tally_list *t, size_t iface)
{
	return iface < t->n ? t->of[iface] : no_packets;
}

struct tally
tally_list_sum(const struct tally_list *t)
{
	struct tally sum = no_packets;

	for (size_t i = 0; i < t->n; i++) {
		const struct tally *one = &t->of[i];

		if (one->records == 0)
			continue;
		if (sum.records == 0 || one->first_ts < sum.first_ts)
			sum.first_ts = one->first_ts;
		if (sum.records == 0 || one->last_ts > sum.last_ts)
			sum.last_ts = one->last_ts;
		sum.records += one->records;
	}
	return sum;
}

void
tally_add(struct tally *t, int64_t ts)
{
	if (t->records++ == 0)
		t->first_ts = t->last_ts = ts;
	else if (ts < t->first_ts)
		t->first_ts = ts;
	else if (ts > t->last_ts)
		t->last_ts = ts;
}
