/* SPDX-License-Identifier: Apache-2.0 */
#include "base/io.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "base/err.h"
#include "tests/tap/tap.h"

static char dir[] = "/tmp/base_io_test.XXXXXX";
static int dirfd_;

static void
test_files(void)
{
	char in[32] = "";
	struct stat st;
	size_t n = 99;
	int fd = -1;

	is_int(io_open_at(dirfd_, "none", O_RDONLY, 0, &fd), ERR_NOENT,
	       "opening what is not there");
	is_int(fd, -1, "leaves the output alone");
	is_int(io_open_at(dirfd_, "a", O_RDWR | O_CREAT | O_EXCL, 0600, &fd), 0,
	       "create");
	ok((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0, "closed on exec");
	is_int(io_write_full(fd, "0123456789", 10), 0, "write");
	is_int(io_write_full(fd, NULL, 0), 0, "write nothing");
	is_int(io_pwrite_full(fd, "xy", 2, 4), 0, "write in the middle");
	is_int(io_pread_full(fd, in, 20, 2, &n), 0, "read from the middle");
	is_bytes(in, n, "23xy6789", 8, "to the end of the file");
	is_int(io_read_full(fd, in, 20, &n), 0, "read at the end");
	is_int(n, 0, "gives nothing");
	ok(lseek(fd, 0, SEEK_SET) == 0, "rewind");
	is_int(io_read(fd, in, 3, &n), 0, "one read");
	is_bytes(in, n, "012", 3, "of so many bytes");
	is_int(io_truncate(fd, 5), 0, "cut short");
	is_int(io_stat(fd, &st), 0, "stat");
	is_int(st.st_size, 5, "is shorter");
	is_int(io_fsync(fd), 0, "sync");
	is_int(io_close(fd), 0, "close");
	is_int(io_close(fd), -EBADF, "closing twice is told");
	is_int(io_close(-1), 0, "no descriptor, nothing to do");
	is_int(io_read(-1, in, 3, &n), -EBADF, "reading from nothing");
	is_int(io_read_full(-1, in, 3, &n), -EBADF, "reading all of it");
	is_int(io_pread_full(-1, in, 3, 0, &n), -EBADF, "from somewhere");
	is_int(io_write_full(-1, in, 3), -EBADF, "writing to nothing");
	is_int(io_pwrite_full(-1, in, 3, 0), -EBADF, "somewhere in it");
	is_int(io_fsync(-1), -EBADF, "syncing it");
	is_int(io_truncate(-1, 0), -EBADF, "cutting it");
	is_int(io_stat(-1, &st), -EBADF, "looking at it");
	is_int(io_pread_full(0, in, 1, UINT64_MAX, &n), ERR_INVAL,
	       "an offset beyond any file");
	is_int(io_pwrite_full(0, in, 2, INT64_MAX - 1), ERR_INVAL,
	       "a write across the end of all files");
}

static void
test_names(void)
{
	int fd = -1;

	is_int(io_mkdir_at(dirfd_, "d", 0700), 0, "mkdir");
	is_int(io_mkdir_at(dirfd_, "d", 0700), ERR_EXIST, "again");
	is_int(io_rename_at(dirfd_, "a", "d/b"), 0, "rename");
	is_int(io_open_at(dirfd_, "d/b", O_RDONLY, 0, &fd), 0, "open it there");
	is_int(io_close(fd), 0, "close");
	is_int(io_unlink_at(dirfd_, "d/b", 0), 0, "unlink");
	is_int(io_unlink_at(dirfd_, "d", AT_REMOVEDIR), 0, "remove the folder");
	is_int(io_rename_at(dirfd_, "a", "b"), ERR_NOENT, "rename nothing");
	is_int(io_unlink_at(dirfd_, "a", 0), ERR_NOENT, "unlink nothing");
	is_int(io_unlink_at(dirfd_, ".", AT_REMOVEDIR) < 0, 1, "nor this one");
}

static void
test_pipes(void)
{
	char in[10];
	size_t n = 0;
	int p[2];

	ok(pipe(p) == 0, "a pipe");
	is_int(io_fsync(p[1]), 0, "has nothing to sync, which is no failure");
	io_set_chunk(1);
	is_int(io_write_full(p[1], "abcdefgh", 8), 0, "byte by byte");
	is_int(io_read_full(p[0], in, 8, &n), 0, "and back");
	is_bytes(in, n, "abcdefgh", 8, "all of them");
	is_int(io_write_full(p[1], "xy", 2), 0, "two more");
	is_int(io_read(p[0], in, 2, &n), 0, "one read");
	is_int(n, 1, "is short");
	is_int(io_close(p[1]), 0, "close one end");
	is_int(io_read_full(p[0], in, 8, &n), 0, "read on");
	is_bytes(in, n, "y", 1, "up to the end");
	io_set_chunk(0);
	is_int(io_close(p[0]), 0, "close the other");
	ok(pipe(p) == 0 && io_close(p[0]) == 0, "a pipe nobody reads");
	is_int(io_write_full(p[1], "x", 1), -EPIPE, "cannot be written to");
	is_int(io_close(p[1]), 0, "close");
}

/* Calls everything once; the number of the call that failed with `err`. */
static int
call_all(int err)
{
	struct stat st;
	char b[4] = "";
	size_t n;
	int fd = -1, d = -1, at = 0;
	int rc[] = {
		io_open_at(dirfd_, "f", O_RDWR | O_CREAT, 0600, &fd),
		io_write_full(fd, "abc", 3),
		io_pwrite_full(fd, "abc", 3, 0),
		io_read(fd, b, 3, &n),
		io_read_full(fd, b, 3, &n),
		io_pread_full(fd, b, 3, 0, &n),
		io_fsync(fd),
		io_truncate(fd, 1),
		io_stat(fd, &st),
		io_mkdir_at(dirfd_, "g", 0700),
		io_rename_at(dirfd_, "f", "h"),
		io_open_at(dirfd_, "h", O_RDONLY, 0, &d),
		io_unlink_at(dirfd_, "h", 0),
	};

	for (unsigned i = 0; i < sizeof(rc) / sizeof(rc[0]); i++) {
		if (at == 0 && rc[i] == -err)
			at = (int)i + 1;
	}
	(void)io_close(fd);
	(void)io_close(d);
	(void)unlinkat(dirfd_, "f", 0);
	(void)unlinkat(dirfd_, "h", 0);
	(void)unlinkat(dirfd_, "g", AT_REMOVEDIR);
	return at;
}

static void
test_faults(void)
{
	bool good = true;

	io_fail_at(0, 0);
	is_int(call_all(ENOSPC), 0, "counting only");
	is_int(io_call_count(), 13, "thirteen calls");
	for (int nth = 1; nth <= 13; nth++) {
		io_fail_at(nth, ENOSPC);
		good &= call_all(ENOSPC) == nth;
	}
	ok(good, "each of them can be made to fail");
	io_fail_at(-1, 0);
	is_int(io_call_count(), 0, "off again");
}

static void
on_signal(int sig)
{
	(void)sig;
}

struct late {
	int fd;
	pthread_t reader;
	volatile int sent;
};

/* Interrupts the reader a few times before there is anything to read. */
static void *
late_writer(void *arg)
{
	struct late *l = arg;

	for (int i = 0; i < 5; i++) {
		(void)usleep(10000);
		l->sent += pthread_kill(l->reader, SIGUSR1) == 0;
	}
	(void)!write(l->fd, "late", 4);
	(void)close(l->fd);
	return NULL;
}

static void
test_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };
	struct late l = { .reader = pthread_self() };
	char in[10];
	size_t n = 0;
	pthread_t t;
	int p[2];

	(void)sigaction(SIGUSR1, &sa, NULL);
	ok(pipe(p) == 0, "a pipe");
	l.fd = p[1];
	ok(pthread_create(&t, NULL, late_writer, &l) == 0, "a slow writer");
	is_int(io_read(p[0], in, 2, &n), 0, "a read that is interrupted");
	is_bytes(in, n, "la", 2, "is repeated");
	is_int(io_read_full(p[0], in, 10, &n), 0, "and goes on to the end");
	is_bytes(in, n, "te", 2, "of the file");
	(void)pthread_join(t, NULL);
	ok(l.sent == 5, "there were interruptions");
	is_int(io_close(p[0]), 0, "close");
}

int
main(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	if (mkdtemp(dir) == NULL)
		return 1;
	dirfd_ = open(dir, O_RDONLY | O_DIRECTORY);
	test_files();
	test_names();
	test_pipes();
	test_faults();
	test_signals();
	(void)close(dirfd_);
	is_int(rmdir(dir), 0, "nothing is left behind");
	return tap_done();
}
