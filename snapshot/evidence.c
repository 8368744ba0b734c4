/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/evidence.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/mem.h"
#include "snapshot/folder.h"

#define EVIDENCE_NONE UINT32_MAX

struct file {
	char *path; /* NULL: no such source */
	uint64_t size;
	int64_t mtime;
	uint64_t inode;
	uint32_t slot; /* into evidence.open, or EVIDENCE_NONE */
};

/* An open descriptor; `used` orders them by their last use. */
struct slot {
	int fd;
	uint32_t source;
	uint64_t used;
};

struct evidence {
	struct file *files; /* by source ordinal */
	size_t count;
	uint64_t now; /* counts the reads */
	uint32_t nopen;
	struct slot open[EVIDENCE_OPEN_MAX];
};

struct evidence *
evidence_new(void)
{
	return mem_zalloc(sizeof(struct evidence));
}

void
evidence_free(struct evidence *ev)
{
	if (ev == NULL)
		return;
	for (uint32_t i = 0; i < ev->nopen; i++)
		(void)io_close(ev->open[i].fd);
	for (size_t i = 0; i < ev->count; i++)
		mem_free(ev->files[i].path);
	mem_free(ev->files);
	mem_free(ev);
}

static int
grow(struct evidence *ev, size_t count)
{
	size_t want = ev->count * 2 > count ? ev->count * 2 : count;
	struct file *files = mem_regrow(ev->files, want, sizeof(*files));

	if (files == NULL)
		return ERR_NOMEM;
	for (size_t i = ev->count; i < want; i++)
		files[i] = (struct file){ .slot = EVIDENCE_NONE };
	ev->files = files;
	ev->count = want;
	return 0;
}

static bool
is_known(const struct evidence *ev, uint32_t source)
{
	return source < ev->count && ev->files[source].path != NULL;
}

int
evidence_add(struct evidence *ev, uint32_t source,
             const struct evidence_file *file)
{
	struct file *f;
	char *path;

	if (source >= EVIDENCE_SOURCES_MAX)
		return ERR_LIMIT;
	if (is_known(ev, source))
		return ERR_EXIST;
	if (source >= ev->count && grow(ev, (size_t)source + 1) != 0)
		return ERR_NOMEM;
	path = mem_dup_text(file->path, strlen(file->path));
	if (path == NULL)
		return ERR_NOMEM;
	f = &ev->files[source];
	f->path = path;
	f->size = file->size;
	f->mtime = file->mtime;
	f->inode = file->inode;
	return 0;
}

uint64_t
evidence_size(const struct evidence *ev, uint32_t source)
{
	return is_known(ev, source) ? ev->files[source].size : 0;
}

/* Is the open file still the one that was indexed? */
static int
check(const struct file *f, int fd, struct err *e)
{
	struct stat st;
	int rc = io_stat(fd, &st);

	if (rc != 0)
		return err_set(e, rc, "%s: %s", f->path, err_text(rc));
	if (S_ISREG(st.st_mode) && (uint64_t)st.st_size == f->size &&
	    (f->mtime == 0 || folder_mtime(&st) == f->mtime) &&
	    (f->inode == 0 || (uint64_t)st.st_ino == f->inode))
		return 0;
	return err_set(e, ERR_CHANGED,
	               "%s has changed since it was indexed; open the "
	               "snapshot again to index it anew",
	               f->path);
}

/* A free slot, or the one that was not used for longest. */
static struct slot *
take_slot(struct evidence *ev)
{
	struct slot *oldest = &ev->open[0];

	if (ev->nopen < EVIDENCE_OPEN_MAX)
		return &ev->open[ev->nopen++];
	for (uint32_t i = 1; i < ev->nopen; i++) {
		if (ev->open[i].used < oldest->used)
			oldest = &ev->open[i];
	}
	(void)io_close(oldest->fd);
	ev->files[oldest->source].slot = EVIDENCE_NONE;
	return oldest;
}

static int
open_file(struct evidence *ev, uint32_t source, struct err *e)
{
	struct file *f = &ev->files[source];
	struct slot *s;
	int fd;
	int rc;

	/* O_NONBLOCK: a pipe that took the file's place must not hang us. */
	rc = io_open_at(AT_FDCWD, f->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK,
	                0, &fd);
	if (rc != 0)
		return err_set(e, rc, "%s cannot be opened: %s%s", f->path,
		               err_text(rc),
		               rc == ERR_NOENT && f->inode == 0
		                   ? "; 'analyzer index --force' unpacks it "
		                     "again"
		                   : "");
	rc = check(f, fd, e);
	if (rc != 0) {
		(void)io_close(fd);
		return rc;
	}
	s = take_slot(ev);
	s->fd = fd;
	s->source = source;
	f->slot = (uint32_t)(s - ev->open);
	return 0;
}

int
evidence_read(struct evidence *ev, uint32_t source, uint64_t off, void *buf,
              size_t n, struct err *e)
{
	struct file *f;
	struct slot *s;
	size_t got;
	int rc = 0;

	if (!is_known(ev, source))
		return err_set(e, ERR_NOTFOUND, "there is no source %u",
		               (unsigned)source);
	f = &ev->files[source];
	if (off > f->size || n > f->size - off)
		return err_set(e, ERR_TRUNCATED,
		               "%s has %llu bytes; %zu were asked for at %llu",
		               f->path, (unsigned long long)f->size, n,
		               (unsigned long long)off);
	if (f->slot == EVIDENCE_NONE)
		rc = open_file(ev, source, e);
	else if (f->mtime != 0)
		rc = check(f, ev->open[f->slot].fd, e);
	if (rc != 0)
		return rc;
	s = &ev->open[f->slot];
	s->used = ++ev->now;
	rc = io_pread_full(s->fd, buf, n, off, &got);
	if (rc != 0)
		return err_set(e, rc, "%s cannot be read at %llu: %s", f->path,
		               (unsigned long long)off, err_text(rc));
	if (got < n)
		return err_set(e, ERR_TRUNCATED, "%s ends at %llu, before %llu",
		               f->path, (unsigned long long)off + got,
		               (unsigned long long)off + n);
	return 0;
}
