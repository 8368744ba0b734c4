/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/input_folder.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/path.h"

/* A path is as long as the system allows at most, and a name behind it. */
#define PATH_BYTES_MAX (16u * 1024u)

struct source {
	struct folder *folder; /* NULL: `single` is all there is */
	struct arena path;     /* of the present file */
	char *single;
	size_t next;
	int fd; /* of the present file, or -1 */
	int code;
	uint64_t taken;
	uint64_t total;
};

static void
source_free(void *src)
{
	struct source *s = src;

	if (s == NULL)
		return;
	(void)io_close(s->fd);
	folder_free(s->folder);
	arena_release(&s->path);
	mem_free(s->single);
	mem_free(s);
}

static struct source *
source_new(void)
{
	struct source *s = mem_zalloc(sizeof(*s));

	if (s == NULL)
		return NULL;
	s->fd = -1;
	arena_init(&s->path, PATH_BYTES_MAX, 0);
	return s;
}

int
input_folder_new(struct folder *f, void **ret_src)
{
	struct source *s = source_new();

	if (s == NULL)
		return ERR_NOMEM;
	s->folder = f;
	for (size_t i = 0; i < folder_count(f); i++)
		s->total += folder_at(f, i)->size;
	*ret_src = s;
	return 0;
}

int
input_folder_new_single(int fd, const char *path, struct err *e, void **ret_src)
{
	struct source *s = source_new();

	if (s == NULL)
		return err_set(e, ERR_NOMEM, "%s: out of memory", path);
	s->single = realpath(path, NULL);
	if (s->single == NULL) {
		int rc = -errno;

		source_free(s);
		return err_set(e, rc, "%s: %s", path, err_text(rc));
	}
	s->fd = fd;
	*ret_src = s;
	return 0;
}

/* Describe the open file fd; it may have changed since it was listed. */
static int
describe(int fd, struct input_entry *entry)
{
	struct stat st;
	int rc = io_stat(fd, &st);

	if (rc != 0)
		return rc;
	if (!S_ISREG(st.st_mode))
		return ERR_CHANGED;
	entry->size = (uint64_t)st.st_size;
	entry->inode = (uint64_t)st.st_ino;
	entry->mtime = folder_mtime(&st);
#ifdef POSIX_FADV_SEQUENTIAL
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
#endif
	return 0;
}

static int
next_single(struct source *s, struct input_entry *ret_entry)
{
	struct input_entry entry = { .path = s->single };
	int rc;

	if (s->next++ > 0)
		return 0;
	rc = describe(s->fd, &entry);
	if (rc != 0)
		return rc;
	entry.name = path_base(str_from_c(s->single));
	s->total = entry.size;
	*ret_entry = entry;
	return 1;
}

static const char *
why_not_opened(int code)
{
	return code == ERR_ACCESS ? "may not be read"
	                          : "was there when the folder was listed, but "
	                            "cannot be opened now";
}

/* A file that cannot be opened any more is refused like a link would be. */
static int
open_listed(struct source *s, size_t i, struct input_entry *entry)
{
	struct str path;
	int rc;

	arena_clear(&s->path);
	path = arena_printf(&s->path, "%s/" STR_FMT, folder_path(s->folder),
	                    STR_ARG(entry->name));
	if (arena_error(&s->path) != 0)
		return arena_error(&s->path);
	rc = folder_open(s->folder, i, &s->fd);
	if (rc == 0) {
		entry->path = path.p;
		rc = describe(s->fd, entry);
	}
	if (rc != 0) {
		entry->code = rc;
		entry->why = why_not_opened(rc);
	}
	return 0;
}

static int
next_listed(struct source *s, struct input_entry *ret_entry)
{
	struct input_entry entry = { .size = INPUT_SIZE_UNKNOWN };
	const struct folder_file *file;
	int rc = 0;

	(void)io_close(s->fd);
	s->fd = -1;
	if (s->next == folder_count(s->folder))
		return 0;
	file = folder_at(s->folder, s->next);
	entry.name = file->name;
	entry.code = file->code;
	entry.why = file->why;
	if (file->code == 0)
		rc = open_listed(s, s->next, &entry);
	if (rc != 0)
		return rc;
	s->next++;
	*ret_entry = entry;
	return 1;
}

static int
source_next(void *src, struct input_entry *ret_entry)
{
	struct source *s = src;
	int rc;

	if (s->code != 0)
		return s->code;
	rc = s->folder != NULL ? next_listed(s, ret_entry)
	                       : next_single(s, ret_entry);
	if (rc < 0)
		s->code = rc;
	return rc;
}

static int
source_read(void *src, void *buf, size_t n, size_t *ret_n)
{
	struct source *s = src;
	size_t got;
	int rc = io_read(s->fd, buf, n, &got);

	if (rc != 0) {
		s->code = s->folder != NULL ? 0 : rc;
		return rc;
	}
	s->taken += got;
	*ret_n = got;
	return 0;
}

static const char *
source_reason(const void *src)
{
	(void)src;
	return NULL;
}

static uint64_t
source_taken(const void *src)
{
	return ((const struct source *)src)->taken;
}

static uint64_t
source_total(const void *src)
{
	return ((const struct source *)src)->total;
}

const struct input_ops input_folder_ops = {
	.next = source_next,
	.read = source_read,
	.reason = source_reason,
	.taken = source_taken,
	.total = source_total,
	.release = source_free,
};
