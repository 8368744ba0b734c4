/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/ingest/scratch.h"

#include <fcntl.h>
#include <stdio.h>

#include "base/err.h"
#include "base/io.h"

/* Names that are tried: a name is taken for a moment, by another worker. */
enum { SCRATCH_TRIES = 1000 };

void
scratch_init(struct scratch *s, const char *folder)
{
	*s = (struct scratch){ .folder = folder, .fd = -1 };
}

void
scratch_release(struct scratch *s)
{
	(void)io_close(s->fd);
	s->fd = -1;
}

static int
scratch_make(struct scratch *s)
{
	char name[32];
	int dir, fd = -1;
	int rc = io_open_at(AT_FDCWD, s->folder, O_RDONLY | O_DIRECTORY, 0,
	                    &dir);

	if (rc != 0)
		return rc;
	rc = ERR_EXIST;
	for (int i = 0; i < SCRATCH_TRIES && rc == ERR_EXIST; i++) {
		(void)snprintf(name, sizeof(name), "scratch-%d", i);
		rc = io_open_at(dir, name, O_RDWR | O_CREAT | O_EXCL, 0600,
		                &fd);
	}
	if (rc == 0)
		rc = io_unlink_at(dir, name, 0);
	(void)io_close(dir);
	if (rc != 0)
		(void)io_close(fd);
	else
		s->fd = fd;
	return rc;
}

int
scratch_read(struct scratch *s, uint64_t off, void *p, size_t n)
{
	size_t got;
	int rc = s->fd < 0 ? ERR_CORRUPT
	                   : io_pread_full(s->fd, p, n, off, &got);

	if (rc == 0 && got < n)
		rc = ERR_CORRUPT;
	return rc;
}

int
scratch_write(struct scratch *s, uint64_t off, const void *p, size_t n)
{
	int rc = s->fd < 0 ? scratch_make(s) : 0;

	return rc != 0 ? rc : io_pwrite_full(s->fd, p, n, off);
}
