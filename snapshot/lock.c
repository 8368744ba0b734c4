/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

#include "base/err.h"
#include "base/io.h"

static int
take(int fd, int operation)
{
	int got;

	do {
		got = flock(fd, operation);
	} while (got != 0 && errno == EINTR);
	if (got == 0)
		return 0;
	return errno == EWOULDBLOCK ? ERR_AGAIN : -errno;
}

int
lock_take(int dirfd, enum lock_how how, int *ret_fd)
{
	static const struct {
		int open;
		int operation;
	} ways[] = {
		[LOCK_NEW] = { O_RDWR | O_CREAT | O_EXCL, LOCK_EX },
		[LOCK_ALONE] = { O_RDWR | O_CREAT, LOCK_EX },
		[LOCK_TRY] = { O_RDWR, LOCK_EX | LOCK_NB },
		[LOCK_SHARED] = { O_RDONLY, LOCK_SH },
	};
	int fd;
	int rc = io_open_at(dirfd, LOCK_FILE, ways[how].open | O_NOFOLLOW, 0600,
	                    &fd);

	if (rc != 0)
		return rc;
	rc = take(fd, ways[how].operation);
	if (rc != 0) {
		(void)io_close(fd);
		return rc;
	}
	*ret_fd = fd;
	return 0;
}

int
lock_share(int fd)
{
	return take(fd, LOCK_SH);
}

bool
lock_is_held(int dirfd, const char *name)
{
	int fd;
	int lock = -1;
	int rc = io_open_at(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0,
	                    &fd);

	if (rc != 0)
		return rc != ERR_NOENT && rc != -ENOTDIR && rc != -ELOOP;
	rc = lock_take(fd, LOCK_TRY, &lock);
	(void)io_close(lock);
	(void)io_close(fd);
	return rc != 0 && rc != ERR_NOENT;
}
