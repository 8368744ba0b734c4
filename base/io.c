/* SPDX-License-Identifier: Apache-2.0 */
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fault.h"

/* State of the tests' making; all zeros, it does nothing. */
static struct fault io_fault;
static atomic_int io_fault_err;
static _Atomic size_t io_chunk;

/* Kernels transfer no more than about this in one call (Linux: 0x7ffff000). */
#define IO_CALL_MAX ((size_t)1 << 30)

/* 0, or the injected failure of this call. */
static int
io_enter(void)
{
	if (fault_hit(&io_fault))
		return -atomic_load(&io_fault_err);
	return 0;
}

/* How much one system call may be asked to transfer. */
static size_t
io_portion(size_t n)
{
	size_t max = atomic_load_explicit(&io_chunk, memory_order_relaxed);

	if (max == 0)
		max = IO_CALL_MAX;
	return n < max ? n : max;
}

/* off_t is signed: an offset it cannot hold is an error, not a wrap. */
static int
io_range(uint64_t off, size_t n)
{
	if (off > INT64_MAX || n > INT64_MAX - off)
		return ERR_INVAL;
	return 0;
}

int
io_read(int fd, void *p, size_t n, size_t *ret_n)
{
	int rc = io_enter();
	ssize_t got;

	if (rc != 0)
		return rc;
	do {
		got = read(fd, p, io_portion(n));
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	*ret_n = (size_t)got;
	return 0;
}

int
io_read_full(int fd, void *p, size_t n, size_t *ret_n)
{
	int rc = io_enter();
	size_t done = 0;

	if (rc != 0)
		return rc;
	while (done < n) {
		ssize_t got = read(fd, (char *)p + done, io_portion(n - done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	*ret_n = done;
	return 0;
}

int
io_pread_full(int fd, void *p, size_t n, uint64_t off, size_t *ret_n)
{
	int rc = io_enter();
	size_t done = 0;

	if (rc == 0)
		rc = io_range(off, n);
	if (rc != 0)
		return rc;
	while (done < n) {
		ssize_t got = pread(fd, (char *)p + done, io_portion(n - done),
		                    (off_t)(off + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	*ret_n = done;
	return 0;
}

int
io_write_full(int fd, const void *p, size_t n)
{
	int rc = io_enter();
	size_t done = 0;

	if (rc != 0)
		return rc;
	while (done < n) {
		ssize_t put = write(fd, (const char *)p + done,
		                    io_portion(n - done));

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		done += (size_t)put;
	}
	return 0;
}

int
io_pwrite_full(int fd, const void *p, size_t n, uint64_t off)
{
	int rc = io_enter();
	size_t done = 0;

	if (rc == 0)
		rc = io_range(off, n);
	if (rc != 0)
		return rc;
	while (done < n) {
		ssize_t put = pwrite(fd, (const char *)p + done,
		                     io_portion(n - done), (off_t)(off + done));

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		done += (size_t)put;
	}
	return 0;
}

/* Calls that give a plain yes or no share their ending. */
static int
io_result(int rc)
{
	return rc < 0 ? -errno : 0;
}

int
io_fsync(int fd)
{
	int rc = io_enter();

	if (rc != 0)
		return rc;
	do {
		rc = fsync(fd);
	} while (rc < 0 && errno == EINTR);
	/* Pipes and some file systems have nothing to synchronise. */
	if (rc < 0 && (errno == EINVAL || errno == EROFS))
		return 0;
	return io_result(rc);
}

int
io_truncate(int fd, uint64_t size)
{
	int rc = io_enter();

	if (rc == 0)
		rc = io_range(size, 0);
	if (rc != 0)
		return rc;
	do {
		rc = ftruncate(fd, (off_t)size);
	} while (rc < 0 && errno == EINTR);
	return io_result(rc);
}

int
io_stat(int fd, struct stat *ret_st)
{
	int rc = io_enter();
	struct stat st;

	if (rc != 0)
		return rc;
	if (fstat(fd, &st) < 0)
		return -errno;
	*ret_st = st;
	return 0;
}

int
io_open_at(int dirfd, const char *name, int flags, mode_t mode, int *ret_fd)
{
	int rc = io_enter();
	int fd;

	if (rc != 0)
		return rc;
	do {
		fd = openat(dirfd, name, flags | O_CLOEXEC, mode);
	} while (fd < 0 && errno == EINTR);
	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

int
io_mkdir_at(int dirfd, const char *name, mode_t mode)
{
	int rc = io_enter();

	return rc != 0 ? rc : io_result(mkdirat(dirfd, name, mode));
}

int
io_rename_at(int dirfd, const char *from, const char *to)
{
	int rc = io_enter();

	return rc != 0 ? rc : io_result(renameat(dirfd, from, dirfd, to));
}

int
io_unlink_at(int dirfd, const char *name, int flags)
{
	int rc = io_enter();

	return rc != 0 ? rc : io_result(unlinkat(dirfd, name, flags));
}

int
io_close(int fd)
{
	if (fd < 0)
		return 0;
	/* After EINTR the descriptor is closed on Linux: never try again. */
	if (close(fd) < 0 && errno != EINTR)
		return -errno;
	return 0;
}

void
io_fail_at(int64_t nth, int err)
{
	atomic_store(&io_fault_err, err);
	fault_arm(&io_fault, nth, false);
}

int64_t
io_call_count(void)
{
	return fault_count(&io_fault);
}

void
io_set_chunk(size_t max)
{
	atomic_store(&io_chunk, max);
}
