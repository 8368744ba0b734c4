/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/query/histogram.h"

#include <string.h>

#include "analyzer/entry/protocol.h"
#include "analyzer/index/brief.h"
#include "base/clock.h"
#include "base/mem.h"

struct adding {
	struct histogram *h;
	struct facts_counts *counts;
	/* Which counter of protocols belongs to an id of this index. */
	uint8_t slot[FACTS_PROTOCOLS];
};

int
histogram_init(struct histogram *h, int64_t from, int64_t to, size_t buckets)
{
	/* Unsigned: the difference of any two times fits. */
	uint64_t range = to > from ? (uint64_t)to - (uint64_t)from : 1;
	uint64_t ms = (range + (uint64_t)CLOCK_MSEC - 1) / (uint64_t)CLOCK_MSEC;
	uint64_t width;

	if (buckets < 1)
		buckets = 1;
	if (buckets > HISTOGRAM_BUCKETS)
		buckets = HISTOGRAM_BUCKETS;
	width = (ms + buckets - 1) / buckets;
	*h = (struct histogram){ .from = from };
	h->n = (size_t)((ms + width - 1) / width);
	h->width = (int64_t)(width * (uint64_t)CLOCK_MSEC);
	h->bucket = mem_array(h->n, sizeof(*h->bucket));
	return h->bucket != NULL ? 0 : ERR_NOMEM;
}

void
histogram_release(struct histogram *h)
{
	for (size_t i = 0; h->bucket != NULL && i < h->n; i++)
		quantile_release(&h->bucket[i].micros);
	mem_free(h->bucket);
	h->bucket = NULL;
}

/* ---- counting ---- */

static size_t
slot_of(struct histogram *h, const char *macro)
{
	size_t i = 0;

	while (i < h->nmacros && strcmp(h->macro[i], macro) != 0)
		i++;
	if (i == FACTS_PROTOCOLS)
		return FACTS_PROTOCOLS - 1;
	if (i == h->nmacros)
		h->macro[h->nmacros++] = macro;
	return i;
}

/* One entry; NULL when it lies outside. */
static struct histogram_bucket *
count(struct histogram *h, int64_t ts, enum outcome outcome, bool complete)
{
	uint64_t i = ((uint64_t)ts - (uint64_t)h->from) / (uint64_t)h->width;
	struct histogram_bucket *b;

	if (ts < h->from || i >= h->n)
		return NULL;
	b = &h->bucket[i];
	b->n++;
	b->outcomes[outcome]++;
	h->incomplete += !complete;
	return b;
}

static int
take_point(void *ctx, const struct chart_point *p)
{
	struct adding *a = ctx;
	struct histogram_bucket *b = count(a->h, p->ts, p->outcome,
	                                   p->complete);

	a->counts->scanned++;
	a->counts->matched++;
	if (b == NULL)
		return 0;
	if (p->proto >= 1 && p->proto <= FACTS_PROTOCOLS)
		b->protocols[a->slot[p->proto - 1]]++;
	return p->micros < 0 ? 0
	                     : quantile_add(&b->micros, (uint64_t)p->micros);
}

static int
take_fact(void *ctx, const struct fact *f)
{
	struct adding *a = ctx;
	struct histogram_bucket *b = count(a->h, f->ts, f->outcome,
	                                   f->complete);

	if (b == NULL)
		return 0;
	b->protocols[slot_of(a->h, f->protocol->macro)]++;
	return f->micros < 0 ? 0
	                     : quantile_add(&b->micros, (uint64_t)f->micros);
}

/* Slots are given to those that the index has, used or not. */
static int
add_chart(struct adding *a, struct opened *o, const struct facts_ask *ask,
          struct err *e)
{
	struct index_reader *r = opened_index(o);
	struct facts_names names;
	int rc = facts_names_read(o, &names, e);

	for (size_t i = 0; rc == 0 && i < FACTS_PROTOCOLS; i++)
		if (names.variant[i]->key[0] != '\0')
			a->slot[i] = (uint8_t)slot_of(a->h,
			                              names.variant[i]->macro);
	index_watch(r, ask->cancel);
	if (rc == 0)
		rc = index_chart(r, ask->from, ask->to, take_point, a, e);
	index_watch(r, NULL);
	a->counts->complete = rc == 0;
	return rc;
}

int
histogram_add(struct histogram *h, struct opened *o,
              const struct facts_ask *ask, struct facts_state *io_state,
              struct err *e)
{
	struct facts_ask ranged = *ask;
	struct adding a = { .h = h, .counts = &io_state->counts };
	int rc;

	if (!ask->ranged) {
		ranged.ranged = true;
		ranged.from = h->from;
		ranged.to = h->from + (int64_t)h->n * h->width;
	}
	if (ask->ask->kfl == NULL && !io_state->place.begun)
		rc = add_chart(&a, o, &ranged, e);
	else
		rc = facts_walk(o, &ranged, take_fact, &a, io_state, e);
	if (rc < 0 && e->code != rc)
		(void)err_set(e, rc, "the histogram: %s", err_text(rc));
	return rc;
}
