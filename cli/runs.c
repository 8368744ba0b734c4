/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/runs.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/io.h"
#include "cli/home.h"

enum {
	RUNS_MAX = 1000,   /* that are looked at */
	FILE_MAX = 8192,   /* bytes of a .run */
	NAME_MAX_RUN = 64, /* of its name */
	MEMORY = 1 << 18,
};

/* The folder, in `a`; NULL without a home. */
static const char *
folder(struct arena *a)
{
	return home_path(a, "runs");
}

/* ---- writing ---- */

/* "20230129T100000-123": sorts by time. */
static void
make_name(char out[NAME_MAX_RUN])
{
	char when[CLOCK_TEXT_MAX];
	struct str s = clock_format_fixed(clock_wall(), when);
	size_t n = 0;

	for (size_t i = 0; i < s.n && s.p[i] != '.'; i++) {
		if (s.p[i] != '-' && s.p[i] != ':')
			out[n++] = s.p[i];
	}
	(void)snprintf(out + n, NAME_MAX_RUN - n, "-%ld", (long)getpid());
}

static bool
lock(int fd)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(fd, F_SETLK, &l) == 0;
}

static int
create(const char *dir, const char *name, const char *ending, char *path,
       int *ret_fd)
{
	int n = snprintf(path, RUNS_PATH, "%s/%s%s", dir, name, ending);

	if (n < 0 || n >= RUNS_PATH)
		return ERR_LIMIT;
	return io_open_at(AT_FDCWD, path, O_RDWR | O_CREAT | O_EXCL, 0600,
	                  ret_fd);
}

struct pruning {
	size_t skip; /* the newest ones stay */
};

static int
prune_one(void *ctx, const struct runs_found *f)
{
	struct pruning *p = ctx;

	if (p->skip == 0)
		return 1;
	p->skip--;
	if (f->pid == 0)
		(void)!runs_remove(f->name);
	return 0;
}

static int
count_one(void *ctx, const struct runs_found *f)
{
	(void)f;
	++*(size_t *)ctx;
	return 0;
}

static void
prune(void)
{
	struct pruning p = { 0 };
	size_t n = 0;

	if (runs_each(count_one, &n) != 0 || n < RUNS_KEPT)
		return;
	p.skip = n - RUNS_KEPT + 1;
	(void)!runs_each(prune_one, &p);
}

void
run_begin(struct run *r, uint64_t log_bytes)
{
	char name[NAME_MAX_RUN], log[RUNS_PATH];
	struct arena a;
	const char *dir;

	*r = (struct run){ .fd = -1, .log_fd = -1, .log_left = log_bytes };
	prune();
	arena_init(&a, MEMORY, 0);
	dir = folder(&a);
	make_name(name);
	if (dir != NULL && home_make(dir) == 0 &&
	    create(dir, name, ".run", r->path, &r->fd) == 0 && !lock(r->fd)) {
		(void)io_close(r->fd);
		r->fd = -1;
	}
	if (r->fd >= 0)
		(void)!create(dir, name, ".log", log, &r->log_fd);
	arena_release(&a);
}

void
run_describe(struct run *r, const struct run_facts *facts)
{
	char text[FILE_MAX];
	int n = snprintf(
	    text, sizeof(text), "runtime %s\nsource %s\nfront %s\nhub %s\n",
	    facts->runtime, facts->source, facts->front, facts->hub);

	if (r->fd < 0 || n < 0 || (size_t)n >= sizeof(text))
		return;
	/* Closing any other descriptor of the file would end the lock. */
	if (io_truncate(r->fd, 0) == 0)
		(void)!io_pwrite_full(r->fd, text, (size_t)n, 0);
}

void
run_log(struct run *r, struct str line)
{
	if (r->log_fd < 0 || line.n >= r->log_left)
		return;
	r->log_left -= line.n + 1;
	if (io_write_full(r->log_fd, line.p, line.n) == 0)
		(void)!io_write_full(r->log_fd, "\n", 1);
}

void
run_end(struct run *r)
{
	if (r->fd >= 0)
		(void)!io_unlink_at(AT_FDCWD, r->path, 0);
	(void)io_close(r->fd);
	(void)io_close(r->log_fd);
	r->fd = -1;
	r->log_fd = -1;
}

/* ---- reading ---- */

static void
take_fact(struct run_facts *f, struct str key, struct str value)
{
	if (str_eq(key, STR("runtime")))
		(void)str_to_c(value, f->runtime, sizeof(f->runtime));
	else if (str_eq(key, STR("source")))
		(void)str_to_c(value, f->source, sizeof(f->source));
	else if (str_eq(key, STR("front")))
		(void)str_to_c(value, f->front, sizeof(f->front));
	else if (str_eq(key, STR("hub")))
		(void)str_to_c(value, f->hub, sizeof(f->hub));
}

/* Who holds the lock, and what the file says; nothing when it is not there. */
static void
look(const char *path, struct runs_found *f)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	char text[FILE_MAX];
	struct str rest, line, key, value;
	size_t n = 0;
	int fd;

	if (io_open_at(AT_FDCWD, path, O_RDWR, 0, &fd) != 0)
		return;
	if (fcntl(fd, F_GETLK, &l) == 0 && l.l_type != F_UNLCK)
		f->pid = l.l_pid;
	if (io_read_full(fd, text, sizeof(text), &n) != 0)
		n = 0;
	(void)io_close(fd);
	rest = str_make(text, n);
	while (str_split1(rest, '\n', &line, &rest)) {
		if (str_split1(line, ' ', &key, &value))
			take_fact(&f->facts, key, value);
	}
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names in the folder, sorted, without their endings; .log decides. */
static int
list(struct arena *a, const char *dir, const char ***ret_names, size_t *ret_n)
{
	const char **names = arena_array(a, RUNS_MAX, sizeof(*names));
	DIR *d = opendir(dir);
	struct dirent *entry;
	size_t n = 0;

	if (d == NULL || names == NULL) {
		if (d != NULL)
			(void)closedir(d);
		*ret_n = 0;
		return names == NULL ? ERR_NOMEM : 0;
	}
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this thread alone has it. */
	while ((entry = readdir(d)) != NULL && n < RUNS_MAX) {
		struct str name = str_from_c(entry->d_name);

		if (!str_ends(name, STR(".log")) || name.n >= NAME_MAX_RUN)
			continue;
		names[n] = arena_dup(a, str_head(name, name.n - 4)).p;
		if (names[n] != NULL)
			n++;
	}
	(void)closedir(d);
	qsort(names, n, sizeof(*names), by_name);
	*ret_names = names;
	*ret_n = n;
	return 0;
}

int
runs_each(int (*each)(void *ctx, const struct runs_found *f), void *ctx)
{
	const char **names = NULL;
	struct arena a;
	const char *dir;
	size_t n = 0;
	int rc = 0;

	arena_init(&a, MEMORY, 0);
	dir = folder(&a);
	if (dir != NULL)
		rc = list(&a, dir, &names, &n);
	for (size_t i = 0; i < n && rc == 0; i++) {
		struct runs_found f = { .name = names[i] };
		const char *path =
		    arena_printf(&a, "%s/%s.run", dir, names[i]).p;

		f.log = arena_printf(&a, "%s/%s.log", dir, names[i]).p;
		rc = arena_error(&a);
		if (rc != 0)
			break;
		look(path, &f);
		rc = each(ctx, &f);
	}
	arena_release(&a);
	return rc;
}

int
runs_remove(const char *name)
{
	static const char *const ending[] = { ".run", ".log" };
	char path[RUNS_PATH];
	struct arena a;
	const char *dir;
	int rc = 0;

	arena_init(&a, MEMORY, 0);
	dir = folder(&a);
	for (size_t i = 0; i < ARRAY_LEN(ending) && dir != NULL; i++) {
		int n = snprintf(path, sizeof(path), "%s/%s%s", dir, name,
		                 ending[i]);
		int gone = n > 0 && (size_t)n < sizeof(path)
		               ? io_unlink_at(AT_FDCWD, path, 0)
		               : ERR_LIMIT;

		if (gone != 0 && gone != ERR_NOENT)
			rc = gone;
	}
	arena_release(&a);
	return rc;
}
