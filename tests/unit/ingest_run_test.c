/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One snapshot, however it comes: with any number of threads, as an archive in
 * another order or as a folder, the index is the same. One that is cut off is
 * read as far as it goes, and one that is cancelled leaves nothing behind.
 */
#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "snapshot/tree.h"
#include "tests/support/indexed.h"
#include "tests/tap/tap.h"

enum { MEMBERS = 16, NAME = 120, CUTS = 12 };

struct file {
	char name[NAME];
	char *p;
	size_t n;
};

/* An archive in memory. */
struct unpacked {
	size_t n;
	struct file f[MEMBERS];
};

static void *
must(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

static void
unpack(struct unpacked *u, const char *path)
{
	struct archive *a = must(archive_read_new());
	struct archive_entry *e;

	u->n = 0;
	(void)archive_read_support_filter_all(a);
	(void)archive_read_support_format_all(a);
	if (archive_read_open_filename(a, path, 65536) != ARCHIVE_OK)
		abort();
	while (archive_read_next_header(a, &e) == ARCHIVE_OK) {
		struct file *f = &u->f[u->n++];

		if (u->n == MEMBERS)
			abort();
		(void)snprintf(f->name, sizeof(f->name), "%s",
		               archive_entry_pathname(e));
		f->n = (size_t)archive_entry_size(e);
		f->p = must(malloc(f->n + 1));
		if (archive_read_data(a, f->p, f->n) != (la_ssize_t)f->n)
			abort();
	}
	(void)archive_read_free(a);
}

static void
forget(struct unpacked *u)
{
	for (size_t i = 0; i < u->n; i++)
		free(u->f[i].p);
	u->n = 0;
}

static void
save(const char *path, const void *p, size_t n)
{
	int fd;

	if (io_open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0600,
	               &fd) != 0 ||
	    io_write_full(fd, p, n) != 0 || io_close(fd) != 0)
		abort();
}

static void
save_folder(const struct unpacked *u, const char *dir)
{
	char path[2 * NAME];

	for (size_t i = 0; i < u->n; i++) {
		char *slash;

		(void)snprintf(path, sizeof(path), "%s/%s", dir, u->f[i].name);
		slash = must(strrchr(path, '/'));
		*slash = '\0';
		if (tree_make(path) != 0)
			abort();
		*slash = '/';
		save(path, u->f[i].p, u->f[i].n);
	}
}

/* The members with these folders first come last, and the rest as it was. */
static void
save_other_order(const struct unpacked *u, const char *last, const char *path)
{
	struct mktar t = { .n = 0 };

	for (int moved = 0; moved < 2; moved++) {
		for (size_t i = 0; i < u->n; i++) {
			const struct file *f = &u->f[i];

			if ((strncmp(f->name, last, strlen(last)) == 0) ==
			    moved)
				mktar_file(&t, f->name, f->p, f->n);
		}
	}
	mktar_end(&t);
	mktar_save(&t, path);
	mktar_free(&t);
}

static void
place(const struct indexed *x, const char *name, char out[NAME])
{
	(void)snprintf(out, NAME, "%s/%s", x->dir, name);
}

/* ---- the same whatever the way ---- */

static void
check_forms(struct indexed *x, const char *sample)
{
	char good[SHA256_HEX_MAX], got[SHA256_HEX_MAX], path[NAME];
	struct unpacked u;

	ok(indexed_run(x, sample), "indexed by one thread");
	(void)indexed_digest(x, good);
	for (unsigned jobs = 2; jobs <= 8; jobs *= 2) {
		x->opt.jobs = jobs;
		ok(indexed_run(x, sample), "by several");
		is_str(indexed_digest(x, got), good, "the same index");
	}
	x->opt.jobs = 1;
	unpack(&u, sample);
	place(x, "folder", path);
	save_folder(&u, path);
	ok(indexed_run(x, path) && !x->result.refused, "as a folder");
	is_str(indexed_digest(x, got), good, "the same index");
	(void)tree_remove(AT_FDCWD, path);
	place(x, "other.tar", path);
	save_other_order(&u, "node-1", path);
	ok(indexed_run(x, path) && !x->result.refused, "in another order");
	is_str(indexed_digest(x, got), good, "the same index");
	save_other_order(&u, "snapshot.json", path);
	ok(indexed_run(x, path) && !x->result.refused, "the overview last");
	is_str(indexed_digest(x, got), good, "the same index");
	(void)unlink(path);
	forget(&u);
}

/* ---- less of it ---- */

struct ids {
	int64_t *id;
	size_t n;
	bool known; /* each is one of `of` */
	const struct ids *of;
};

static void
on_id(void *ctx, const struct index_entry *e)
{
	struct ids *ids = ctx;

	if (ids->of == NULL) {
		ids->id =
		    must(realloc(ids->id, (ids->n + 1) * sizeof(*ids->id)));
		ids->id[ids->n++] = e->e.id;
		return;
	}
	for (size_t i = 0; i < ids->of->n; i++) {
		if (ids->of->id[i] == e->e.id) {
			ids->n++;
			return;
		}
	}
	ids->known = false;
}

/* A cut archive: told as such, and what came before the cut is there. */
static void
check_cuts(struct indexed *x, const char *sample)
{
	struct ids all = { .n = 0 };
	size_t n, before = 0, silent = 0, less = 0, strange = 0;
	uint64_t packets;
	char path[NAME], *p = must(indexed_slurp(sample, &n));

	if (!indexed_run(x, sample))
		abort();
	indexed_each(x, on_id, &all);
	packets = x->result.packets;
	place(x, "cut.tar.gz", path);
	for (size_t i = 1; i <= CUTS; i++) {
		struct ids some = { .known = true, .of = &all };

		save(path, p, n * i / (CUTS + 1));
		if (!indexed_run(x, path)) {
			/* Nothing at all could be read of it. */
			silent += x->err.text[0] == '\0';
			continue;
		}
		indexed_each(x, on_id, &some);
		silent += !x->result.refused;
		strange += !some.known || x->result.packets > packets;
		less += some.n < before;
		before = some.n;
	}
	is_int(silent, 0, "every cut is told");
	is_int(less, 0, "the later the cut, the more entries");
	is_int(strange, 0, "and they are those of the whole");
	ok(before > all.n / 2, "most of it is there in the end");
	(void)unlink(path);
	free(all.id);
	free(p);
}

/* ---- cancelling ---- */

static int
folders(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	struct stat st;
	int n = 0;

	while (d != NULL && (e = readdir(d)) != NULL) {
		if (e->d_name[0] != '.' &&
		    fstatat(dirfd(d), e->d_name, &st, 0) == 0)
			n += S_ISDIR(st.st_mode) != 0;
	}
	if (d != NULL)
		(void)closedir(d);
	return n;
}

struct canceller {
	struct ingest_progress *p;
	uint64_t packets; /* as soon as there are so many */
};

static void *
cancel_later(void *ctx)
{
	struct canceller *c = ctx;

	while (atomic_load(&c->p->packets) < c->packets &&
	       !atomic_load(&c->p->sealing))
		(void)usleep(50);
	atomic_store(&c->p->cancel, true);
	return NULL;
}

static void
check_cancel(struct indexed *x, const char *sample, unsigned jobs,
             uint64_t packets)
{
	struct ingest_progress progress;
	struct canceller c = { &progress, packets };
	pthread_t thread;
	bool done;

	memset(&progress, 0, sizeof(progress));
	if (packets == 0)
		atomic_store(&progress.cancel, true);
	else if (pthread_create(&thread, NULL, cancel_later, &c) != 0)
		abort();
	x->progress = &progress;
	x->opt.jobs = jobs;
	done = indexed_run(x, sample);
	if (packets != 0)
		(void)pthread_join(thread, NULL);
	/* Who asks too late gets the whole. */
	ok(done || x->code == ERR_CANCELLED, "it stops, or is finished");
	if (packets == 0)
		is_int(x->code, ERR_CANCELLED, "before it begins");
	x->progress = NULL;
	x->opt.jobs = 1;
	indexed_drop(x);
	is_int(folders(x->dir), 0, "and nothing is left");
}

/*
 * Many vantages, one after the other, of which connections are open when their
 * only file ends: each is finished with its own, and nobody else's.
 */
static void
check_points(struct indexed *x, const char *sample)
{
	enum { POINTS = 40 };
	char got[SHA256_HEX_MAX], good[SHA256_HEX_MAX];
	struct indexed_set set = { .n = 0 };
	const struct file *f = NULL;
	struct unpacked u;
	uint64_t streams, entries, packets;

	unpack(&u, sample);
	for (size_t i = 0; i < u.n && f == NULL; i++)
		if (strstr(u.f[i].name, ".pcap") != NULL)
			f = &u.f[i];
	if (f == NULL)
		abort();
	/* Cut, so that connections are open at the end. */
	indexed_add(&set, f->p, f->n / 4 * 3);
	ok(indexed_run_set(x, &set), "a part of a capture");
	streams = x->result.streams;
	entries = x->result.entries;
	packets = x->result.packets;
	ok(streams > 1 && entries > 0, "with several streams");
	indexed_clear(&set);
	for (size_t i = 0; i < POINTS; i++)
		indexed_add(&set, f->p, f->n / 4 * 3);
	ok(indexed_run_set(x, &set), "seen from many places");
	(void)indexed_digest(x, good);
	is_int((intmax_t)x->result.streams, (intmax_t)(POINTS * streams),
	       "each has its streams");
	is_int((intmax_t)x->result.entries, (intmax_t)(POINTS * entries),
	       "and entries");
	is_int((intmax_t)x->result.packets, (intmax_t)(POINTS * packets),
	       "and packets");
	indexed_clear(&set);
	for (size_t i = 0; i < POINTS; i++)
		indexed_add(&set, f->p, f->n / 4 * 3);
	x->opt.jobs = 3;
	ok(indexed_run_set(x, &set), "by several threads");
	is_str(indexed_digest(x, got), good, "the same index");
	x->opt.jobs = 1;
	indexed_clear(&set);
	forget(&u);
}

int
main(void)
{
	static const char *const samples[] = { "samples/tiny.tar.gz",
		                               "samples/shop.tar.gz" };
	static struct indexed x;

	indexed_begin(&x);
	for (size_t i = 0; i < 2; i++) {
		if (access(samples[i], R_OK) != 0) {
			tap_skip("no such sample here");
			continue;
		}
		tap_note(samples[i]);
		check_forms(&x, samples[i]);
		check_cuts(&x, samples[i]);
		check_points(&x, samples[i]);
		for (unsigned jobs = 1; jobs <= 4; jobs++) {
			check_cancel(&x, samples[i], jobs, 0);
			check_cancel(&x, samples[i], jobs, 1);
			check_cancel(&x, samples[i], jobs, 100);
		}
	}
	indexed_end(&x);
	return tap_done();
}
