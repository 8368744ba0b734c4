/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/export/braid.h"

#include "base/mem.h"

struct strand {
	struct packets *packets;
	bool asked, over;
	struct packet next; /* when it was asked and is not over */
};

struct braid {
	struct strand *strand;
	size_t n;
	struct strand *given; /* whose packet was handed out */
};

int
braid_open(struct export *x, struct braid **ret_braid)
{
	struct braid *b = mem_zalloc(sizeof(*b));
	int rc = 0;

	if (b == NULL)
		return err_set(x->e, ERR_NOMEM, "out of memory");
	b->strand = mem_array(x->job->nparts + 1, sizeof(*b->strand));
	if (b->strand == NULL)
		rc = err_set(x->e, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < x->job->nparts && rc == 0; i++) {
		struct packets_setup setup = { .o = export_opened(x, i),
			                       .pick = x->pick[i],
			                       .limits = x->job->limits,
			                       .cancel = x->out->cancel };

		rc = packets_open(&setup, x->e, &b->strand[i].packets);
		if (rc == 0)
			b->n = i + 1;
	}
	if (rc != 0) {
		braid_free(b);
		return rc;
	}
	*ret_braid = b;
	return 0;
}

void
braid_free(struct braid *b)
{
	if (b == NULL)
		return;
	for (size_t i = 0; b->strand != NULL && i < b->n; i++)
		packets_free(b->strand[i].packets);
	mem_free(b->strand);
	mem_free(b);
}

bool
braid_micro(const struct braid *b)
{
	for (size_t i = 0; i < b->n; i++) {
		const struct packets *p = b->strand[i].packets;

		for (size_t k = 0; k < packets_sources(p); k++)
			if (!packets_source(p, k)->micro)
				return false;
	}
	return true;
}

/* What is borrowed from a strand lasts until it is asked again. */
static int
ask(struct strand *s, struct err *e)
{
	int rc = packets_next(s->packets, &s->next, e);

	s->asked = true;
	s->over = rc == 0;
	return rc < 0 ? rc : 0;
}

int
braid_next(struct braid *b, struct packet *ret_packet, size_t *ret_part,
           struct err *e)
{
	struct strand *first = NULL;

	if (b->given != NULL)
		b->given->asked = false;
	for (size_t i = 0; i < b->n; i++) {
		struct strand *s = &b->strand[i];
		int rc = s->asked || s->over ? 0 : ask(s, e);

		if (rc != 0)
			return rc;
		if (!s->over && (first == NULL ||
		                 s->next.record.ts < first->next.record.ts))
			first = s;
	}
	b->given = first;
	if (first == NULL)
		return 0;
	*ret_packet = first->next;
	*ret_part = (size_t)(first - b->strand);
	return 1;
}
