/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/ingest/worker.h"

#include <pthread.h>
#include <string.h>

#include "analyzer/ingest/stream.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/queue.h"

enum { WORKER_QUEUE = 16 };

/* Bytes that dissectors may keep, in all: windows, states, open messages. */

struct worker {
	struct job *job;
	struct batch_pool *batches;
	struct store *store;
	struct flow_table *flows;
	struct map points; /* capture point -> struct peers */
	struct stream_env env;
	struct queue queue;
	pthread_t thread;
	bool threaded;
	struct queue ended; /* closed when all rows are handed over */
	int64_t busy;       /* ns */
	uint64_t shown;     /* entries told to the progress counter */
	uint64_t shown_streams;
	uint64_t put_away; /* idle streams that made room for others */
};

/*
 * The streams of one capture point, in order of creation. A snapshot of many
 * files ends many points: looking at all streams each time would take hours.
 */
struct peers {
	struct live_stream *first, *last;
};

static int
peers_add(struct worker *w, struct live_stream *s)
{
	struct peers *p;
	void *slot;
	int rc = map_insert(&w->points, &s->flow.key.point, &slot);

	if (rc < 0)
		return rc;
	p = slot;
	s->next_peer = NULL;
	s->prev_peer = p->last;
	if (p->last != NULL)
		p->last->next_peer = s;
	else
		p->first = s;
	p->last = s;
	return 0;
}

static void
peers_take(struct worker *w, struct live_stream *s)
{
	struct peers *p = map_find(&w->points, &s->flow.key.point);

	ENSURE(p != NULL);
	if (s->prev_peer != NULL)
		s->prev_peer->next_peer = s->next_peer;
	else
		p->first = s->next_peer;
	if (s->next_peer != NULL)
		s->next_peer->prev_peer = s->prev_peer;
	else
		p->last = s->prev_peer;
	if (p->first == NULL)
		(void)map_remove(&w->points, &s->flow.key.point);
}

/* ---- flows ---- */

static void
drop_flow(struct worker *w, struct live_stream *s)
{
	stream_release(s);
	peers_take(w, s);
	flow_remove(w->flows, &s->flow);
}

static int
end_flow(struct worker *w, struct live_stream *s, enum stream_state state,
         enum why why)
{
	int rc;

	stream_end(s, state, why);
	rc = stream_finish(s);
	drop_flow(w, s);
	return rc;
}

static int
diag_eviction(struct worker *w, const struct live_stream *s)
{
	struct diag d = {
		.kind = DIAG_EVICTION,
		.at = s->last,
		.stream = s->row.id,
		.side = -1,
		.ts = s->last_ts,
		.name = STR("flows"),
		.text = STR("stream put away to make room for newer ones; more "
		            "are followed with --limit flows=N"),
	};

	return out_diag(w->env.out, &d);
}

/*
 * Put a stream away. When nothing was waiting in it, nothing is lost: if it
 * goes on, it goes on as another stream. Those are counted and told as one.
 */
static int
evict(struct worker *w, struct live_stream *s)
{
	uint64_t told = w->env.entries + w->env.diags;
	int rc = 0;

	stream_end(s, STREAM_EVICTED, WHY_BUDGET);
	if (told != w->env.entries + w->env.diags)
		rc = diag_eviction(w, s);
	else
		w->put_away++;
	return rc != 0 ? rc : end_flow(w, s, STREAM_EVICTED, WHY_BUDGET);
}

static int
make_room(struct worker *w, unsigned shard)
{
	int rc = 0;

	while (rc == 0 && flow_shard_full(w->flows, shard)) {
		struct flow *f = flow_oldest(w->flows, shard);

		if (f == NULL)
			return ERR_BUDGET;
		rc = evict(w, (struct live_stream *)(void *)f);
	}
	return rc;
}

static int
begin_flow(struct worker *w, const struct work *work,
           struct live_stream **ret_stream)
{
	struct flow *f;
	struct live_stream *s;
	int rc = make_room(w, work->shard);

	if (rc != 0)
		return rc;
	f = flow_add(w->flows, &work->key);
	if (f == NULL)
		return ERR_NOMEM;
	s = (struct live_stream *)(void *)f;
	rc = peers_add(w, s);
	if (rc != 0) {
		flow_remove(w->flows, f);
		return rc;
	}
	rc = stream_begin(s, &w->env, work);
	if (rc != 0) {
		drop_flow(w, s);
		return rc;
	}
	*ret_stream = s;
	return 0;
}

/* Has a UDP stream been silent so long that this packet begins another? */
static bool
is_idle(const struct worker *w, const struct live_stream *s,
        const struct work *work)
{
	int64_t idle = (int64_t)w->job->opt->net.udp_idle_ms * CLOCK_MSEC;

	return work->udp && work->ts - s->row.last_ts > idle;
}

static int
after_packet(struct worker *w, struct live_stream *s)
{
	struct flow *old;

	if (s->tcp == NULL || s->flow.lingers || !tcp_conn_over(s->tcp))
		return 0;
	stream_end(s, STREAM_CLOSED,
	           tcp_conn_reset(s->tcp) ? WHY_RST : WHY_FIN);
	old = flow_linger(w->flows, &s->flow);
	if (old == NULL)
		return 0;
	return end_flow(w, (struct live_stream *)(void *)old, STREAM_CLOSED,
	                WHY_FIN);
}

/* The ports begin another connection with this packet. */
static int
begin_another(struct worker *w, struct live_stream *old,
              const struct work *work, struct live_stream **ret_stream)
{
	int rc = end_flow(w, old, STREAM_REUSED, WHY_FIN);

	if (rc == 0)
		rc = begin_flow(w, work, ret_stream);
	if (rc == 0)
		rc = stream_packet(*ret_stream, work);
	ENSURE(rc != 1);
	return rc;
}

static int
take_packet(struct worker *w, const struct work *work)
{
	struct flow *f = flow_find(w->flows, &work->key);
	struct live_stream *s = (struct live_stream *)(void *)f;
	int rc = 0;

	if (s != NULL && is_idle(w, s, work)) {
		rc = end_flow(w, s, STREAM_IDLE, WHY_TIMEOUT);
		s = NULL;
	}
	if (rc == 0 && s == NULL)
		rc = begin_flow(w, work, &s);
	if (rc != 0)
		return rc;
	rc = stream_packet(s, work);
	if (rc == 1)
		rc = begin_another(w, s, work, &s);
	return rc != 0 ? rc : after_packet(w, s);
}

/* End the flows of one capture point, in order of creation. */
static int
end_point(struct worker *w, uint32_t point)
{
	const struct peers *p;
	int rc = 0;

	while (rc == 0 && (p = map_find(&w->points, &point)) != NULL)
		rc = end_flow(w, p->first, STREAM_OPEN, WHY_SNAPSHOT_END);
	return rc;
}

/* End all of them; drop_flows() lets go of them. */
static int
end_all(struct worker *w)
{
	int rc = 0;

	for (unsigned shard = 0; shard < NET_SHARDS; shard++) {
		for (struct flow *f = flow_next(w->flows, shard, NULL);
		     f != NULL && rc == 0; f = flow_next(w->flows, shard, f)) {
			struct live_stream *s = (void *)f;

			stream_end(s, STREAM_OPEN, WHY_SNAPSHOT_END);
			rc = stream_finish(s);
		}
	}
	return rc;
}

/* All there are, before the table goes. */
static void
drop_flows(struct worker *w)
{
	for (unsigned shard = 0; shard < NET_SHARDS; shard++) {
		for (struct flow *f = flow_next(w->flows, shard, NULL);
		     f != NULL; f = flow_next(w->flows, shard, f))
			stream_release((struct live_stream *)(void *)f);
	}
	flow_table_free(w->flows);
	w->flows = NULL;
}

/* ---- batches ---- */

static void
show_progress(struct worker *w)
{
	atomic_fetch_add_explicit(&w->job->progress->entries,
	                          w->env.entries - w->shown,
	                          memory_order_relaxed);
	w->shown = w->env.entries;
	atomic_fetch_add_explicit(&w->job->progress->streams,
	                          w->env.streams - w->shown_streams,
	                          memory_order_relaxed);
	w->shown_streams = w->env.streams;
}

static int
take_work(struct worker *w, const struct work *work)
{
	if (work->kind == WORK_END_POINT)
		return end_point(w, work->key.point);
	return take_packet(w, work);
}

static void
worker_batch(struct worker *w, const struct batch *b)
{
	int64_t start = clock_mono();
	int rc = 0;

	for (size_t i = 0; i < b->n && rc == 0; i++)
		rc = take_work(w, &b->work[i]);
	/* For who watches; a final row comes in any case. */
	if (rc == 0 && w->job->opt->alone != NULL)
		rc = stream_announce(&w->env);
	if (rc != 0)
		job_fail_code(w->job, rc, "following the streams");
	else if (out_rows(w->env.out) > 0)
		w->env.out = store_swap(w->store, w->env.out);
	job_count(w->job, &w->env.counts);
	show_progress(w);
	w->busy += clock_mono() - start;
}

/* No more packets: the rest of the rows. True when no stream has any left. */
static bool
end(struct worker *w)
{
	bool stopped = job_stopped(w->job);
	int64_t start = clock_mono();
	int rc = stopped ? 0 : end_all(w);

	if (rc != 0)
		job_fail_code(w->job, rc, "ending the streams");
	w->busy += clock_mono() - start;
	show_progress(w);
	job_count(w->job, &w->env.counts);
	job_spent(w->job, INGEST_DISSECT, w->busy);
	w->env.out = store_swap(w->store, w->env.out);
	return rc == 0 && !stopped;
}

static void *
worker_main(void *arg)
{
	struct worker *w = arg;
	struct batch *b;
	bool done;

	while ((b = queue_pop(&w->queue)) != NULL) {
		if (!job_stopped(w->job))
			worker_batch(w, b);
		batch_put(w->batches, b);
	}
	done = end(w);
	queue_close(&w->ended);
	/* Hundreds of thousands of pieces of memory, while others seal. */
	if (done)
		drop_flows(w);
	return NULL;
}

void
worker_push(struct worker *w, struct batch *b)
{
	if (w->threaded) {
		ENSURE(queue_push(&w->queue, b) == 0);
		return;
	}
	if (!job_stopped(w->job))
		worker_batch(w, b);
	batch_put(w->batches, b);
}

/* ---- life ---- */

static void
budgets_init(struct worker *w)
{
	for (size_t i = 0; i < NET_SHARDS; i++) {
		const struct ingest_options *o = w->job->opt;

		w->env.tcp[i].max = o->net.held_bytes / NET_SHARDS;
		w->env.engine_budget[i].max = o->proto.message_bytes /
		                              NET_SHARDS;
		w->env.engine_budget[i].parked_max = o->proto.parked_bytes /
		                                     NET_SHARDS;
	}
}

int
worker_new(struct job *j, struct batch_pool *batches, struct store *store,
           struct worker **ret_worker)
{
	struct worker *w = mem_zalloc(sizeof(*w));
	struct engine_out out = { .entry = stream_on_entry,
		                  .diag = stream_on_diag,
		                  .learnt = stream_on_learnt,
		                  .parked_read = stream_parked_read,
		                  .parked_write = stream_parked_write };
	uint8_t key[SIPHASH_KEY_SIZE];
	int rc = map_random_key(key);

	if (w == NULL || rc != 0) {
		mem_free(w);
		return rc != 0 ? rc : ERR_NOMEM;
	}
	w->job = j;
	w->batches = batches;
	w->store = store;
	w->env.job = j;
	w->env.store = store;
	scratch_init(&w->env.scratch, workspace_path(j->ws));
	out.ctx = &w->env;
	budgets_init(w);
	map_init(&w->points, sizeof(uint32_t), sizeof(struct peers), MAP_MAX,
	         key);
	rc = learnt_init(&w->env.learnt, j->opt->proto.learnt_names);
	if (rc != 0)
		goto fail_learnt;
	rc = queue_init(&w->queue, WORKER_QUEUE);
	if (rc != 0)
		goto fail_queue;
	rc = queue_init(&w->ended, 1);
	if (rc != 0)
		goto fail_ended;
	w->flows = flow_table_new(&j->opt->net, sizeof(struct live_stream));
	w->env.engine = engine_new(&j->opt->proto, &out);
	w->env.out = store_get(store);
	rc = ERR_NOMEM;
	if (w->flows == NULL || w->env.engine == NULL)
		goto fail;
	if (j->opt->only != NULL) {
		rc = engine_only(w->env.engine, str_from_c(j->opt->only));
		if (rc != 0)
			goto fail;
	}
	*ret_worker = w;
	return 0;
fail:
	worker_free(w);
	return rc;
fail_ended:
	queue_release(&w->queue);
fail_queue:
	learnt_release(&w->env.learnt);
fail_learnt:
	mem_free(w);
	return rc;
}

int
worker_start(struct worker *w)
{
	if (pthread_create(&w->thread, NULL, worker_main, w) != 0)
		return ERR_NOMEM;
	w->threaded = true;
	return 0;
}

void
worker_finish(struct worker *w)
{
	queue_close(&w->queue);
	if (w->threaded)
		ENSURE(queue_pop(&w->ended) == NULL);
	else
		(void)end(w);
}

void
worker_free(struct worker *w)
{
	if (w == NULL)
		return;
	if (w->threaded)
		(void)pthread_join(w->thread, NULL);
	if (w->flows != NULL)
		drop_flows(w);
	map_release(&w->points);
	learnt_release(&w->env.learnt);
	engine_free(w->env.engine);
	scratch_release(&w->env.scratch);
	store_give_back(w->store, w->env.out);
	queue_release(&w->queue);
	queue_release(&w->ended);
	mem_free(w);
}

const struct learnt *
worker_learnt(const struct worker *w)
{
	return &w->env.learnt;
}

uint64_t
worker_streams(const struct worker *w)
{
	return w->env.streams;
}

uint64_t
worker_entries(const struct worker *w)
{
	return w->env.entries;
}

uint64_t
worker_put_away(const struct worker *w)
{
	return w->put_away;
}
