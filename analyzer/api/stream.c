/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/stream.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

struct stream {
	stream_produce *produce;
	void *ctx;
	atomic_bool *cancel;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct buf data;
	bool ended;
	struct err err; /* code 0: a good end */
};

static void *
producer_main(void *arg)
{
	struct stream *s = arg;
	struct err e = ERR_INIT;
	int rc = s->produce(s->ctx, s, &e);

	if (rc < 0 && e.text[0] == '\0')
		(void)err_set(&e, rc, "%s", err_text(rc));
	e.code = rc < 0 ? rc : 0;
	(void)pthread_mutex_lock(&s->lock);
	s->ended = true;
	s->err = e;
	(void)pthread_cond_broadcast(&s->changed);
	(void)pthread_mutex_unlock(&s->lock);
	return NULL;
}

int
stream_new(stream_produce *produce, void *ctx, atomic_bool *cancel,
           struct stream **ret_stream)
{
	struct stream *s = mem_zalloc(sizeof(*s));
	int rc;

	if (s == NULL)
		return ERR_NOMEM;
	s->produce = produce;
	s->ctx = ctx;
	s->cancel = cancel;
	buf_init(&s->data, 2 * STREAM_WINDOW);
	(void)pthread_mutex_init(&s->lock, NULL);
	(void)pthread_cond_init(&s->changed, NULL);
	rc = pthread_create(&s->thread, NULL, producer_main, s);
	if (rc != 0) {
		(void)pthread_cond_destroy(&s->changed);
		(void)pthread_mutex_destroy(&s->lock);
		mem_free(s);
		return -rc;
	}
	*ret_stream = s;
	return 0;
}

void
stream_free(struct stream *s)
{
	if (s == NULL)
		return;
	(void)pthread_mutex_lock(&s->lock);
	atomic_store(s->cancel, true);
	(void)pthread_cond_broadcast(&s->changed);
	(void)pthread_mutex_unlock(&s->lock);
	(void)pthread_join(s->thread, NULL);
	buf_release(&s->data);
	(void)pthread_cond_destroy(&s->changed);
	(void)pthread_mutex_destroy(&s->lock);
	mem_free(s);
}

/* At most what fits into the window. */
static int
write_some(struct stream *s, const char *p, size_t n, size_t *ret_n)
{
	int rc;

	while (s->data.n >= STREAM_WINDOW && !atomic_load(s->cancel))
		(void)pthread_cond_wait(&s->changed, &s->lock);
	if (atomic_load(s->cancel))
		return ERR_CANCELLED;
	*ret_n = n < STREAM_WINDOW - s->data.n ? n : STREAM_WINDOW - s->data.n;
	rc = buf_append(&s->data, p, *ret_n);
	(void)pthread_cond_broadcast(&s->changed);
	return rc;
}

int
stream_write(struct stream *s, const void *p, size_t n)
{
	const char *at = p;
	size_t done;
	int rc = 0;

	(void)pthread_mutex_lock(&s->lock);
	while (n > 0 && rc == 0) {
		rc = write_some(s, at, n, &done);
		if (rc == 0) {
			at += done;
			n -= done;
		}
	}
	(void)pthread_mutex_unlock(&s->lock);
	return rc;
}

int
stream_wait(struct stream *s, struct err *e)
{
	int rc;

	(void)pthread_mutex_lock(&s->lock);
	while (s->data.n == 0 && !s->ended)
		(void)pthread_cond_wait(&s->changed, &s->lock);
	rc = s->data.n == 0 ? s->err.code : 0;
	if (rc != 0)
		*e = s->err;
	(void)pthread_mutex_unlock(&s->lock);
	return rc;
}

int
stream_read(struct stream *s, void *p, size_t max, size_t *ret_n)
{
	int rc = 0;

	*ret_n = 0;
	(void)pthread_mutex_lock(&s->lock);
	while (s->data.n == 0 && !s->ended)
		(void)pthread_cond_wait(&s->changed, &s->lock);
	if (s->data.n > 0) {
		*ret_n = s->data.n < max ? s->data.n : max;
		memcpy(p, s->data.p, *ret_n);
		buf_consume(&s->data, *ret_n);
		(void)pthread_cond_broadcast(&s->changed);
	} else {
		rc = s->err.code;
	}
	(void)pthread_mutex_unlock(&s->lock);
	return rc;
}
