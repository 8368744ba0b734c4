/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/path.h"

struct folder {
	char *path;
	int fd;
	struct arena names;
	struct folder_file *files;
	size_t count;
	size_t cap;
	uint64_t max_files;
};

static int
compare(const void *a, const void *b)
{
	return path_compare(((const struct folder_file *)a)->name,
	                    ((const struct folder_file *)b)->name);
}

static int
add(struct folder *f, const struct folder_file *file)
{
	if (f->count >= f->max_files)
		return ERR_LIMIT;
	if (f->count == f->cap) {
		size_t cap = f->cap > 0 ? f->cap * 2 : 64;
		struct folder_file *files = mem_regrow(f->files, cap,
		                                       sizeof(*files));

		if (files == NULL)
			return ERR_NOMEM;
		f->files = files;
		f->cap = cap;
	}
	f->files[f->count++] = *file;
	return 0;
}

static int
add_refused(struct folder *f, struct str name, int code, const char *why)
{
	struct folder_file file = { .name = name, .code = code, .why = why };

	return add(f, &file);
}

static const char *
odd_kind(mode_t mode)
{
	if (S_ISLNK(mode))
		return "is a symbolic link";
	if (S_ISFIFO(mode))
		return "is a named pipe";
	if (S_ISSOCK(mode))
		return "is a socket";
	return "is a device";
}

static int walk(struct folder *f, int fd, struct str prefix);

static int
walk_below(struct folder *f, int dirfd, const char *base, struct str name)
{
	int fd;
	int rc = io_open_at(dirfd, base, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0,
	                    &fd);

	if (rc == ERR_ACCESS)
		return add_refused(f, name, rc,
		                   "is a folder that may not be "
		                   "read");
	return rc != 0 ? rc : walk(f, fd, name);
}

/* One thing in a folder: `base` in dirfd, `name` from the root. */
static int
visit(struct folder *f, int dirfd, const char *base, struct str name)
{
	struct folder_file file = { .name = name };
	struct stat st;

	if (fstatat(dirfd, base, &st, AT_SYMLINK_NOFOLLOW) != 0)
		/* Gone since it was listed: it was never there. */
		return errno == ENOENT ? 0 : -errno;
	if (!path_is_safe(name, NULL))
		return add_refused(f, name, ERR_REFUSED, NULL);
	if (S_ISDIR(st.st_mode))
		return walk_below(f, dirfd, base, name);
	if (!S_ISREG(st.st_mode))
		return add_refused(f, name, ERR_REFUSED, odd_kind(st.st_mode));
	file.size = (uint64_t)st.st_size;
	file.mtime = folder_mtime(&st);
	file.inode = (uint64_t)st.st_ino;
	return add(f, &file);
}

static int
visit_named(struct folder *f, int dirfd, const char *base, struct str prefix)
{
	struct str name;

	if (strcmp(base, ".") == 0 || strcmp(base, "..") == 0)
		return 0;
	name = arena_printf(&f->names, STR_FMT "%s%s", STR_ARG(prefix),
	                    prefix.n > 0 ? "/" : "", base);
	if (arena_error(&f->names) != 0)
		return arena_error(&f->names);
	return visit(f, dirfd, base, name);
}

/*
 * Everything in the folder fd, which is closed. The depth is bounded: a name
 * of more than PATH_DEPTH_MAX components is not safe, and not entered.
 */
static int
walk(struct folder *f, int fd, struct str prefix)
{
	DIR *dir = fdopendir(fd);
	struct dirent *d;
	int rc = 0;

	if (dir == NULL) {
		rc = -errno;
		(void)io_close(fd);
		return rc;
	}
	while (rc == 0) {
		errno = 0;
		/* NOLINTNEXTLINE(concurrency-mt-unsafe): dir is ours alone. */
		d = readdir(dir);
		if (d == NULL) {
			rc = -errno;
			break;
		}
		rc = visit_named(f, dirfd(dir), d->d_name, prefix);
	}
	(void)closedir(dir);
	return rc;
}

static int
open_root(struct folder *f, const char *path)
{
	int fd;
	int rc;

	f->path = realpath(path, NULL);
	if (f->path == NULL)
		return -errno;
	rc = io_open_at(AT_FDCWD, f->path, O_RDONLY | O_DIRECTORY, 0, &f->fd);
	if (rc != 0)
		return rc;
	rc = io_open_at(f->fd, ".", O_RDONLY | O_DIRECTORY, 0, &fd);
	return rc != 0 ? rc : walk(f, fd, STR_NONE);
}

int
folder_list(const char *path, uint64_t max_files, struct err *e,
            struct folder **ret_folder)
{
	struct folder *f = mem_zalloc(sizeof(*f));
	int rc;

	if (f == NULL)
		return err_set(e, ERR_NOMEM, "%s: out of memory", path);
	f->fd = -1;
	f->max_files = max_files;
	arena_init(&f->names, FOLDER_NAMES_MAX, 0);
	rc = open_root(f, path);
	if (rc == 0) {
		if (f->count > 0)
			qsort(f->files, f->count, sizeof(*f->files), compare);
		*ret_folder = f;
		return 0;
	}
	folder_free(f);
	if (rc == ERR_LIMIT || rc == ERR_BUDGET)
		return err_set(e, ERR_LIMIT,
		               "%s holds more than %llu files; is it the "
		               "right folder? Raise the limit with "
		               "--limit archive-members=N if it is",
		               path, (unsigned long long)max_files);
	return err_set(e, rc, "%s: %s", path, err_text(rc));
}

void
folder_free(struct folder *f)
{
	if (f == NULL)
		return;
	(void)io_close(f->fd);
	arena_release(&f->names);
	mem_free(f->files);
	mem_free(f->path);
	mem_free(f);
}

const char *
folder_path(const struct folder *f)
{
	return f->path;
}

size_t
folder_count(const struct folder *f)
{
	return f->count;
}

const struct folder_file *
folder_at(const struct folder *f, size_t i)
{
	ENSURE(i < f->count);
	return &f->files[i];
}

int64_t
folder_mtime(const struct stat *st)
{
	int64_t ns = st->st_mtim.tv_nsec;
	int64_t t;

	if (__builtin_mul_overflow((int64_t)st->st_mtim.tv_sec, 1000000000,
	                           &t) ||
	    __builtin_add_overflow(t, ns, &t))
		return st->st_mtim.tv_sec < 0 ? INT64_MIN : INT64_MAX;
	return t;
}

int
folder_open(const struct folder *f, size_t i, int *ret_fd)
{
	return path_open_below(f->fd, folder_at(f, i)->name, ret_fd);
}
