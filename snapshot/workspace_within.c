/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/workspace_within.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "base/io.h"

/* No path leads up through more folders than it has bytes. */
enum { WITHIN_LEVELS = 4096 };

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* The folder above *io_fd takes its place. */
static int
go_up(int *io_fd)
{
	int up;
	int rc = io_open_at(*io_fd, "..", O_RDONLY | O_DIRECTORY, 0, &up);

	if (rc != 0)
		return rc;
	(void)io_close(*io_fd);
	*io_fd = up;
	return 0;
}

int
workspace_within(int dirfd, const char *path)
{
	struct stat want, have, below = { .st_ino = 0 };
	int found = 0;
	int fd;
	int rc;

	if (stat(path, &want) != 0 || !S_ISDIR(want.st_mode))
		return 0;
	rc = io_open_at(dirfd, ".", O_RDONLY | O_DIRECTORY, 0, &fd);
	for (int i = 0; rc == 0 && found == 0 && i < WITHIN_LEVELS; i++) {
		rc = io_stat(fd, &have);
		if (rc != 0 || (i > 0 && is_same(&have, &below)))
			break; /* the root is above itself */
		found = is_same(&have, &want);
		below = have;
		if (!found)
			rc = go_up(&fd);
	}
	(void)io_close(fd);
	return rc != 0 ? rc : found;
}
