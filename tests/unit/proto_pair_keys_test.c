/* SPDX-License-Identifier: Apache-2.0 */
/* Thousands of exchanges under way: each is found by its key at once. */
#include <stdlib.h>

#include "analyzer/proto/pair.h"
#include "tests/tap/tap.h"

enum { MANY = 4000, STEPS = 24 };

static void
link_pair(struct dissect *d, struct pair *p)
{
	p->d = d;
	p->next = NULL;
	p->prev = d->last_pair;
	if (d->last_pair != NULL)
		d->last_pair->next = p;
	else
		d->pairs = p;
	d->last_pair = p;
	d->npairs++;
	pair_keys_add(d, p);
}

static void
unlink_pair(struct dissect *d, struct pair *p)
{
	pair_keys_remove(d, p);
	if (p->prev != NULL)
		p->prev->next = p->next;
	else
		d->pairs = p->next;
	if (p->next != NULL)
		p->next->prev = p->prev;
	else
		d->last_pair = p->prev;
	d->npairs--;
}

/* How many are looked at until this one is found; UINT_MAX: it is not. */
static unsigned
steps(const struct dissect *d, const struct pair *wanted)
{
	unsigned n = 1;

	for (const struct pair *p = pair_keys_first(d, wanted->key); p != NULL;
	     p = pair_keys_next(d, wanted->key, p), n++) {
		if (p == wanted)
			return n;
	}
	return UINT_MAX;
}

static unsigned
worst(const struct dissect *d)
{
	unsigned max = 0;

	for (const struct pair *p = d->pairs; p != NULL; p = p->next) {
		unsigned n = steps(d, p);

		max = n > max ? n : max;
	}
	return max;
}

int
main(void)
{
	struct pair *all = calloc(MANY, sizeof(*all));
	struct pair twice = { .key = 2 * 1234 + 1 };
	struct engine_budget budget = { .max = SIZE_MAX };
	struct dissect d = { .budget = &budget };

	if (all == NULL)
		abort();
	for (size_t i = 0; i < MANY; i++) {
		all[i].key = 2 * i + 1;
		link_pair(&d, &all[i]);
		if (i == 7)
			ok(d.keys.v == NULL && worst(&d) == 8,
			   "a few are searched one by one");
	}
	ok(worst(&d) <= STEPS, "of thousands, a few are looked at");
	link_pair(&d, &twice);
	ok(steps(&d, &all[1234]) < steps(&d, &twice),
	   "those of one key keep their order");
	unlink_pair(&d, &all[1234]);
	is_int(steps(&d, &all[1234]), UINT_MAX, "what is gone is not found");
	ok(steps(&d, &twice) <= STEPS, "... but the other");
	for (size_t i = 0; i < MANY; i += 3) {
		if (i != 1234)
			unlink_pair(&d, &all[i]);
	}
	ok(worst(&d) <= STEPS, "nor are the others lost");
	ok(budget.used != 0, "the table is charged");
	pair_keys_release(&d);
	is_int((intmax_t)budget.used, 0, "... and given back");
	is_int(worst(&d), d.npairs, "without a table the list does");
	free(all);
	return tap_done();
}
