/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/ingest/job.h"

#include <assert.h>
#include <string.h>

#include "analyzer/entry/position.h"
#include "base/mem.h"

enum { NAMES_MAX = 1 << 30, NAMES_CHUNK = 16384 };

int
job_init(struct job *j, const struct ingest_options *opt,
         struct ingest_progress *progress, struct workspace *ws)
{
	*j = (struct job){ .opt = opt, .progress = progress, .ws = ws };
	arena_init(&j->names, NAMES_MAX, NAMES_CHUNK);
	if (pthread_mutex_init(&j->lock, NULL) != 0)
		return ERR_NOMEM;
	return 0;
}

void
job_release(struct job *j)
{
	for (size_t i = 0; i < j->nsources; i++)
		mem_free(j->sources[i]);
	mem_free(j->sources);
	arena_release(&j->names);
	pthread_mutex_destroy(&j->lock);
}

void
job_fail(struct job *j, const struct err *e)
{
	pthread_mutex_lock(&j->lock);
	if (j->err.code == 0)
		j->err = *e;
	pthread_mutex_unlock(&j->lock);
	atomic_store(&j->progress->cancel, true);
}

void
job_fail_code(struct job *j, int code, const char *what)
{
	struct err e = ERR_INIT;

	err_set(&e, code, "%s: %s", what, err_text(code));
	job_fail(j, &e);
}

bool
job_stopped(struct job *j)
{
	return atomic_load_explicit(&j->progress->cancel, memory_order_relaxed);
}

static int
sources_grow(struct job *j)
{
	size_t cap = j->sources_cap ? j->sources_cap * 2 : 16;
	void *p;

	if (j->nsources < j->sources_cap)
		return 0;
	p = mem_regrow(j->sources, cap, sizeof(struct job_source *));
	if (p == NULL)
		return ERR_NOMEM;
	j->sources = p;
	j->sources_cap = cap;
	return 0;
}

int
job_source_new(struct job *j, struct str name, struct str format,
               struct job_source **ret_source)
{
	struct job_source *s;
	int rc = 0;

	if (j->nsources > POSITION_SOURCE_MAX)
		return ERR_LIMIT;
	s = mem_zalloc(sizeof(*s));
	if (s == NULL)
		return ERR_NOMEM;
	pthread_mutex_lock(&j->lock);
	s->row.id = (uint32_t)j->nsources;
	s->row.capture = true;
	s->row.name = arena_dup(&j->names, name);
	s->row.format = arena_dup(&j->names, format);
	rc = arena_error(&j->names);
	if (rc == 0)
		rc = sources_grow(j);
	if (rc == 0)
		j->sources[j->nsources++] = s;
	pthread_mutex_unlock(&j->lock);
	if (rc != 0) {
		mem_free(s);
		return rc;
	}
	*ret_source = s;
	return 0;
}

void
job_count(struct job *j, struct job_counts *c)
{
	if (!c->used)
		return;
	pthread_mutex_lock(&j->lock);
	assert(c->source < j->nsources);
	for (size_t i = 0; i < DISPOSITION_COUNT; i++)
		j->sources[c->source]->n[i] += c->n[i];
	pthread_mutex_unlock(&j->lock);
	memset(c, 0, sizeof(*c));
}

void
job_packet(struct job *j, struct job_counts *c, uint32_t source,
           enum disposition d, int64_t n)
{
	if (unlikely(!c->used || c->source != source)) {
		job_count(j, c);
		c->used = true;
		c->source = source;
	}
	c->n[d] += n;
}

void
job_spent(struct job *j, enum ingest_stage s, int64_t ns)
{
	pthread_mutex_lock(&j->lock);
	j->ns[s] += ns;
	pthread_mutex_unlock(&j->lock);
}
