/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/ingest/disk.h"

#include <pthread.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/queue.h"
#include "base/sha256.h"

enum {
	DISK_QUEUE = 64,
	DISK_NAMES_CHUNK = 16384,
};

#define DISK_NAMES_MAX (UINT64_C(1) << 31) /* a million names of 1 KiB */

enum item_kind { ITEM_BEGIN, ITEM_BLOCK, ITEM_END };

struct item {
	enum item_kind kind;
	struct disk_member *member; /* ITEM_BEGIN */
	struct block *block;        /* ITEM_BLOCK, one reference */
	size_t from, n;
};

struct disk {
	struct job *job;
	struct arena arena;
	struct disk_member *first, **tail;
	size_t count;
	struct queue queue;
	pthread_t thread;
	bool threaded;
	int64_t busy; /* ns */

	/* of the thread: the member at hand */
	struct disk_member *member;
	struct sha256 sha;
	int fd;
};

int
disk_new(struct job *j, struct disk **ret_disk)
{
	struct disk *d = mem_zalloc(sizeof(*d));
	int rc;

	if (d == NULL)
		return ERR_NOMEM;
	d->job = j;
	d->fd = -1;
	d->tail = &d->first;
	arena_init(&d->arena, DISK_NAMES_MAX, DISK_NAMES_CHUNK);
	rc = queue_init(&d->queue, DISK_QUEUE);
	if (rc != 0) {
		mem_free(d);
		return rc;
	}
	*ret_disk = d;
	return 0;
}

void
disk_free(struct disk *d)
{
	if (d == NULL)
		return;
	sha256_release(&d->sha);
	(void)io_close(d->fd);
	queue_release(&d->queue);
	arena_release(&d->arena);
	mem_free(d);
}

/* ---- the stage ---- */

static int
begin(struct disk *d, struct disk_member *m, struct err *e)
{
	int rc = sha256_init(&d->sha);

	d->member = m;
	if (rc != 0)
		return err_set(e, rc, "SHA-256: %s", err_text(rc));
	if (!m->store)
		return 0;
	return workspace_create(d->job->ws, m->name, e, &d->fd);
}

static int
block(struct disk *d, const struct item *it, struct err *e)
{
	const uint8_t *p = it->block->data + it->from;
	int rc = sha256_update(&d->sha, p, it->n);

	if (rc == 0 && d->member->store)
		rc = io_write_full(d->fd, p, it->n);
	if (rc != 0)
		return err_set(e, rc, "writing '" STR_FMT "': %s",
		               STR_ARG(d->member->name), err_text(rc));
	d->member->bytes += it->n;
	return 0;
}

static int
end(struct disk *d, struct err *e)
{
	uint8_t digest[SHA256_SIZE];
	int rc = sha256_final(&d->sha, digest);
	int fd = d->fd;

	d->fd = -1;
	if (rc != 0) {
		(void)io_close(fd);
		return err_set(e, rc, "SHA-256: %s", err_text(rc));
	}
	(void)sha256_hex(digest, d->member->sha256);
	if (!d->member->store)
		return 0;
	return workspace_finish_member(d->job->ws, fd, e);
}

static void
take(struct disk *d, const struct item *it)
{
	int64_t start = clock_mono();
	struct err e = ERR_INIT;
	int rc = 0;

	if (!job_stopped(d->job)) {
		switch (it->kind) {
		case ITEM_BEGIN:
			rc = begin(d, it->member, &e);
			break;
		case ITEM_BLOCK:
			rc = block(d, it, &e);
			break;
		case ITEM_END:
			rc = end(d, &e);
			break;
		}
	}
	if (rc != 0)
		job_fail(d->job, &e);
	if (it->block != NULL)
		block_unref(it->block);
	d->busy += clock_mono() - start;
}

static void *
disk_main(void *arg)
{
	struct disk *d = arg;
	struct item *it;

	while ((it = queue_pop(&d->queue)) != NULL) {
		take(d, it);
		mem_free(it);
	}
	return NULL;
}

static int
push(struct disk *d, struct item it)
{
	struct item *copy;

	if (!d->threaded) {
		take(d, &it);
		return 0;
	}
	copy = mem_dup(&it, sizeof(it));
	if (copy == NULL) {
		if (it.block != NULL)
			block_unref(it.block);
		return ERR_NOMEM;
	}
	ENSURE(queue_push(&d->queue, copy) == 0);
	return 0;
}

/* ---- the reader's side ---- */

int
disk_start(struct disk *d)
{
	if (pthread_create(&d->thread, NULL, disk_main, d) != 0)
		return ERR_NOMEM;
	d->threaded = true;
	return 0;
}

int
disk_begin(struct disk *d, struct str name, bool store,
           struct disk_member **ret_member)
{
	struct disk_member *m = arena_zalloc(&d->arena, sizeof(*m));
	struct str copy = arena_dup(&d->arena, name);
	int rc;

	if (arena_error(&d->arena) != 0)
		return arena_error(&d->arena);
	m->name = copy;
	m->store = store;
	rc = push(d, (struct item){ .kind = ITEM_BEGIN, .member = m });
	if (rc != 0)
		return rc;
	*d->tail = m;
	d->tail = &m->next;
	d->count++;
	*ret_member = m;
	return 0;
}

int
disk_block(struct disk *d, struct block *b)
{
	if (b->n == b->fresh)
		return 0;
	block_ref(b);
	return push(d, (struct item){ .kind = ITEM_BLOCK,
	                              .block = b,
	                              .from = b->fresh,
	                              .n = b->n - b->fresh });
}

int
disk_end(struct disk *d)
{
	return push(d, (struct item){ .kind = ITEM_END });
}

void
disk_finish(struct disk *d)
{
	if (d->threaded) {
		queue_close(&d->queue);
		(void)pthread_join(d->thread, NULL);
		d->threaded = false;
	}
	job_spent(d->job, INGEST_STORE, d->busy);
}

struct disk_member *
disk_members(const struct disk *d)
{
	return d->first;
}

size_t
disk_count(const struct disk *d)
{
	return d->count;
}
