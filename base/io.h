/* SPDX-License-Identifier: Apache-2.0 */
/*
 * io: system calls on file descriptors, done to the end.
 *
 * A call interrupted by a signal is repeated; a short read or write is
 * continued. All functions return 0 or a negative errno (base/err.h); outputs
 * are untouched on failure unless said otherwise. Thread-safe as far as the
 * descriptor is. Every function but io_close() is a place where a test can
 * inject a failure.
 */
#ifndef BASE_IO_H
#define BASE_IO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/compiler.h"

/* One read of at most n bytes. *ret_n is 0 only at the end of the file. */
int io_read(int fd, void *p, size_t n, size_t *ret_n) WARN_UNUSED;

/*
 * Reads until n bytes are there or the file ends; *ret_n < n means it ended.
 * io_pread_full() reads from `off` and leaves the file position alone.
 */
int io_read_full(int fd, void *p, size_t n, size_t *ret_n) WARN_UNUSED;
int io_pread_full(int fd, void *p, size_t n, uint64_t off,
                  size_t *ret_n) WARN_UNUSED;

/* Writes all n bytes or fails; how many were written is then unknown. */
int io_write_full(int fd, const void *p, size_t n) WARN_UNUSED;
int io_pwrite_full(int fd, const void *p, size_t n, uint64_t off) WARN_UNUSED;

/* The data and metadata of fd are on stable storage, as far as that can be. */
int io_fsync(int fd) WARN_UNUSED;
int io_truncate(int fd, uint64_t size) WARN_UNUSED;
int io_stat(int fd, struct stat *ret_st) WARN_UNUSED;

/*
 * Below the directory dirfd (AT_FDCWD for the current one). io_open_at() sets
 * O_CLOEXEC itself; `mode` matters with O_CREAT only.
 */
int io_open_at(int dirfd, const char *name, int flags, mode_t mode,
               int *ret_fd) WARN_UNUSED;
int io_mkdir_at(int dirfd, const char *name, mode_t mode) WARN_UNUSED;
int io_rename_at(int dirfd, const char *from, const char *to) WARN_UNUSED;
int io_unlink_at(int dirfd, const char *name, int flags) WARN_UNUSED;

/*
 * Closes fd; negative fds are ignored. The descriptor is gone even when an
 * error is reported. Check the result after writing; -EIO may surface here.
 */
int io_close(int fd);

/*
 * Fault injection, for tests; the counterpart of mem_fail_at().
 *   nth > 0   the nth call from now fails with -err, once
 *   nth == 0  nothing fails, calls are only counted
 *   nth < 0   off
 * io_call_count() is the number of calls since then. io_set_chunk() makes every
 * single system call transfer at most `max` bytes, to exercise short reads and
 * writes; 0 is off.
 */
void io_fail_at(int64_t nth, int err);
int64_t io_call_count(void);
void io_set_chunk(size_t max);

#endif /* BASE_IO_H */
