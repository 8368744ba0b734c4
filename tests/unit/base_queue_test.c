/* SPDX-License-Identifier: Apache-2.0 */
/* Worth running under ThreadSanitizer: make VARIANT=tsan. */
#include "base/queue.h"

#include <sched.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "tests/tap/tap.h"

enum { ITEMS = 20000, PRODUCERS = 3, CONSUMERS = 3 };

static uint32_t items[PRODUCERS][ITEMS];

struct worker {
	pthread_t thread;
	struct queue *q;
	unsigned who;
	unsigned n;
	uint64_t sum;
	int rc;
	bool ordered;
};

static void
test_alone(void)
{
	int a, b, c;
	struct queue q;

	is_int(queue_init(&q, 2), 0, "a queue");
	ok(queue_try_pop(&q) == NULL, "empty");
	is_int(queue_push(&q, &a), 0, "one");
	is_int(queue_try_push(&q, &b), 0, "two");
	is_int(queue_try_push(&q, &c), ERR_AGAIN, "full");
	is_int(queue_len(&q), 2, "two are waiting");
	ok(queue_pop(&q) == &a, "first in, first out");
	is_int(queue_push(&q, &c), 0, "around the end");
	ok(queue_pop(&q) == &b && queue_try_pop(&q) == &c, "still in order");
	is_int(queue_push(&q, &a), 0, "one more");
	queue_close(&q);
	is_int(queue_push(&q, &b), ERR_CANCELLED, "none after closing");
	is_int(queue_try_push(&q, &b), ERR_CANCELLED, "in either way");
	ok(!queue_is_cancelled(&q), "closed is not cancelled");
	ok(queue_pop(&q) == &a, "what was there is delivered");
	ok(queue_pop(&q) == NULL && queue_pop(&q) == NULL, "and then the end");
	queue_release(&q);

	is_int(queue_init(&q, 2), 0, "another");
	is_int(queue_push(&q, &a), 0, "one");
	queue_cancel(&q);
	ok(queue_is_cancelled(&q), "cancelled");
	ok(queue_pop(&q) == NULL, "nothing is delivered");
	is_int(queue_push(&q, &b), ERR_CANCELLED, "nothing is taken");
	ok(queue_try_pop(&q) == &a, "what is left can be fetched");
	ok(queue_try_pop(&q) == NULL, "to the last");
	queue_release(&q);

	mem_fail_at(1, false);
	is_int(queue_init(&q, 2), ERR_NOMEM, "no memory");
	mem_fail_at(-1, false);
}

static void *
produce(void *arg)
{
	struct worker *w = arg;

	for (uint32_t i = 0; i < ITEMS && w->rc == 0; i++) {
		items[w->who][i] = w->who * ITEMS + i;
		w->rc = queue_push(w->q, &items[w->who][i]);
		w->n += w->rc == 0;
	}
	return NULL;
}

/* Of each producer's items, a consumer must see later ones later. */
static void *
consume(void *arg)
{
	struct worker *w = arg;
	int64_t last[PRODUCERS] = { -1, -1, -1 };
	uint32_t *item;

	w->ordered = true;
	while ((item = queue_pop(w->q)) != NULL) {
		unsigned from = *item / ITEMS;

		w->ordered &= last[from] < *item;
		last[from] = *item;
		w->sum += *item;
		w->n++;
	}
	return NULL;
}

static void
start(struct worker *w, unsigned n, struct queue *q, void *(*run)(void *))
{
	for (unsigned i = 0; i < n; i++) {
		w[i] = (struct worker){ .q = q, .who = i };
		if (pthread_create(&w[i].thread, NULL, run, &w[i]) != 0)
			abort();
	}
}

static void
join(struct worker *w, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		(void)pthread_join(w[i].thread, NULL);
}

static void
test_threads(size_t cap)
{
	struct worker p[PRODUCERS], c[CONSUMERS];
	const uint64_t all = PRODUCERS * ITEMS;
	uint64_t sum = 0;
	unsigned n = 0;
	bool good = true;
	struct queue q;

	is_int(queue_init(&q, cap), 0, "a queue between threads");
	start(c, CONSUMERS, &q, consume);
	start(p, PRODUCERS, &q, produce);
	join(p, PRODUCERS);
	queue_close(&q);
	join(c, CONSUMERS);
	for (unsigned i = 0; i < CONSUMERS; i++) {
		sum += c[i].sum;
		n += c[i].n;
		good &= c[i].ordered && p[i].rc == 0;
	}
	is_int(n, all, "everything arrives");
	is_int(sum, all * (all - 1) / 2, "once");
	ok(good, "in order");
	queue_release(&q);
}

/* Producers that wait on a full queue, consumers on an empty one. */
static void
test_cancel(void)
{
	struct worker p[PRODUCERS], c[CONSUMERS];
	unsigned pushed = 0, left = 0;
	bool good = true;
	struct queue q;

	is_int(queue_init(&q, 4), 0, "a queue that nobody empties");
	start(p, PRODUCERS, &q, produce);
	while (queue_len(&q) < 4)
		(void)sched_yield();
	queue_cancel(&q);
	join(p, PRODUCERS);
	for (unsigned i = 0; i < PRODUCERS; i++) {
		pushed += p[i].n;
		good &= p[i].rc == ERR_CANCELLED;
	}
	while (queue_try_pop(&q) != NULL)
		left++;
	ok(good, "cancelling wakes the producers");
	is_int(left, pushed, "what they gave away is still there");
	queue_release(&q);

	is_int(queue_init(&q, 4), 0, "a queue that nobody fills");
	start(c, CONSUMERS, &q, consume);
	(void)usleep(10000);
	queue_cancel(&q);
	join(c, CONSUMERS);
	ok(c[0].n + c[1].n + c[2].n == 0, "cancelling wakes the consumers");
	queue_release(&q);
}

int
main(void)
{
	test_alone();
	test_threads(1);
	test_threads(7);
	test_threads(1000);
	test_cancel();
	return tap_done();
}
