/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"

static int remove_below(int dirfd, const char *name, unsigned depth);

static bool
is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Everything in the folder fd, which is closed. */
static int
empty_folder(int fd, unsigned depth)
{
	DIR *dir = fdopendir(fd);
	struct dirent *d;
	int first = 0;

	if (dir == NULL) {
		first = -errno;
		(void)io_close(fd);
		return first;
	}
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): dir is ours alone. */
	while ((d = readdir(dir)) != NULL) {
		int rc;

		if (is_dots(d->d_name))
			continue;
		rc = remove_below(dirfd(dir), d->d_name, depth + 1);
		if (first == 0)
			first = rc;
	}
	(void)closedir(dir);
	return first;
}

static int
remove_below(int dirfd, const char *name, unsigned depth)
{
	int fd;
	int rc;

	if (depth > TREE_DEPTH_MAX)
		return ERR_LIMIT;
	if (unlinkat(dirfd, name, 0) == 0 || errno == ENOENT)
		return 0;
	rc = io_open_at(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0,
	                &fd);
	if (rc == 0)
		rc = empty_folder(fd, depth);
	if (rc == 0)
		rc = io_unlink_at(dirfd, name, AT_REMOVEDIR);
	/* Somebody else has done it. */
	return rc == ERR_NOENT ? 0 : rc;
}

int
tree_remove(int dirfd, const char *name)
{
	return remove_below(dirfd, name, 0);
}

static uint64_t
add_up(int dirfd, const char *name, unsigned depth)
{
	uint64_t sum = 0;
	struct dirent *d;
	struct stat st;
	DIR *dir;
	int fd;

	if (depth > TREE_DEPTH_MAX ||
	    io_open_at(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0,
	               &fd) != 0)
		return 0;
	dir = fdopendir(fd);
	if (dir == NULL) {
		(void)io_close(fd);
		return 0;
	}
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): dir is ours alone. */
	while ((d = readdir(dir)) != NULL) {
		if (is_dots(d->d_name) ||
		    fstatat(fd, d->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		if (S_ISDIR(st.st_mode))
			sum += add_up(fd, d->d_name, depth + 1);
		else if (S_ISREG(st.st_mode) && st.st_size > 0)
			sum += (uint64_t)st.st_size;
	}
	(void)closedir(dir);
	return sum;
}

uint64_t
tree_bytes(int dirfd)
{
	return add_up(dirfd, ".", 0);
}

int
tree_make(const char *path)
{
	size_t n = strlen(path);
	char *part = mem_dup_text(path, n);
	int rc = 0;

	if (part == NULL)
		return ERR_NOMEM;
	for (size_t i = 1; i <= n && rc == 0; i++) {
		if (part[i] != '/' && part[i] != '\0')
			continue;
		part[i] = '\0';
		rc = io_mkdir_at(AT_FDCWD, part, 0700);
		if (rc == ERR_EXIST)
			rc = 0;
		part[i] = path[i];
	}
	mem_free(part);
	return rc;
}
