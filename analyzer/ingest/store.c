/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/ingest/store.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/queue.h"

struct store {
	struct job *job;
	struct index_writer *writer;
	struct out_pool pool;
	struct queue queue;
	pthread_t thread;
	bool threaded;
	int64_t busy; /* ns */
	bool refused; /* of the thread until it has ended */
};

int
store_new(struct job *j, const char *path, size_t outs, struct err *e,
          struct store **ret_store)
{
	struct store *s = mem_zalloc(sizeof(*s));
	int rc;

	if (s == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	s->job = j;
	rc = queue_init(&s->queue, outs);
	if (rc != 0)
		goto fail_queue;
	rc = out_pool_init(&s->pool, outs);
	if (rc != 0)
		goto fail_pool;
	rc = index_create(path, j->opt->alone != NULL, e, &s->writer);
	if (rc != 0)
		goto fail_index;
	*ret_store = s;
	return 0;
fail_index:
	out_pool_release(&s->pool);
fail_pool:
	queue_release(&s->queue);
fail_queue:
	mem_free(s);
	if (e != NULL && e->code == 0)
		err_set(e, rc, "index writer: %s", err_text(rc));
	return rc;
}

void
store_free(struct store *s)
{
	if (s == NULL)
		return;
	index_writer_free(s->writer);
	out_pool_release(&s->pool);
	queue_release(&s->queue);
	mem_free(s);
}

static void
note_refusal(struct store *s, const struct diag *d)
{
	s->refused |= diag_severity(d->kind) == DIAG_SEV_REFUSED;
}

static int
write_rows(struct store *s, const struct out *o, struct err *e)
{
	struct index_batch b = {
		.nentries = o->nentries,
		.nstreams = o->nstreams,
		.nparts = o->nparts,
		.ndiags = o->ndiags,
		.entries = o->entries,
		.streams = o->streams,
		.parts = o->parts,
		.diags = o->diags,
	};
	int rc = 0;

	for (size_t i = 0; i < o->ndiags; i++)
		note_refusal(s, &o->diags[i]);
	for (size_t i = 0; i < o->npoints && rc == 0; i++)
		rc = index_put_point(s->writer, &o->points[i], e);
	for (size_t i = 0; i < o->nifaces && rc == 0; i++)
		rc = index_put_iface(s->writer, &o->ifaces[i], e);
	for (size_t i = 0; i < o->nsources && rc == 0; i++)
		rc = index_put_source(s->writer, &o->sources[i], e);
	for (size_t i = 0; i < o->nids && rc == 0; i++)
		rc = index_put_identity(s->writer, &o->ids[i], e);
	if (rc == 0)
		rc = index_put(s->writer, &b, e);
	if (rc == 0)
		rc = index_tick(s->writer, clock_mono(), e);
	return rc;
}

/* Write one out, unless something has failed, and give it back. */
static void
take(struct store *s, struct out *o)
{
	int64_t start = clock_mono();

	if (out_rows(o) > 0 && !job_stopped(s->job)) {
		struct err e = ERR_INIT;

		if (write_rows(s, o, &e) != 0)
			job_fail(s->job, &e);
	}
	out_put(&s->pool, o);
	s->busy += clock_mono() - start;
}

static void *
store_main(void *arg)
{
	struct store *s = arg;
	struct out *o;

	while ((o = queue_pop(&s->queue)) != NULL)
		take(s, o);
	return NULL;
}

int
store_start(struct store *s)
{
	if (pthread_create(&s->thread, NULL, store_main, s) != 0)
		return ERR_NOMEM;
	s->threaded = true;
	return 0;
}

struct out *
store_get(struct store *s)
{
	return out_get(&s->pool);
}

struct out *
store_swap(struct store *s, struct out *o)
{
	if (s->threaded)
		ENSURE(queue_push(&s->queue, o) == 0);
	else
		take(s, o);
	return store_get(s);
}

void
store_give_back(struct store *s, struct out *o)
{
	if (o != NULL)
		out_put(&s->pool, o);
}

void
store_finish(struct store *s)
{
	if (s->threaded) {
		queue_close(&s->queue);
		(void)pthread_join(s->thread, NULL);
		s->threaded = false;
	}
	job_spent(s->job, INGEST_INDEX, s->busy);
}

struct index_writer *
store_writer(struct store *s)
{
	return s->writer;
}

int
store_diag(struct store *s, const struct diag *d, struct err *e)
{
	note_refusal(s, d);
	return index_put_diag(s->writer, d, e);
}

bool
store_refused(const struct store *s)
{
	return s->refused;
}
