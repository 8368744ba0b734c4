/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/evidence.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "tests/tap/tap.h"

#define FILES (EVIDENCE_OPEN_MAX + 10u)

static char dir[] = "/tmp/evidence-test-XXXXXX";

static void
path_of(unsigned i, char path[64])
{
	snprintf(path, 64, "%s/%u", dir, i);
}

/* File i holds "file <i>;" over and over, 1000 bytes. */
static struct evidence_file
make_file(unsigned i, char path[64])
{
	struct evidence_file f = { .path = path, .size = 1000 };
	struct stat st;
	char text[32];
	FILE *out;
	size_t n = (size_t)snprintf(text, sizeof(text), "file %u;", i);

	path_of(i, path);
	out = fopen(path, "wb");
	for (size_t k = 0; k < 1000; k++)
		fputc(text[k % n], out);
	fclose(out);
	stat(path, &st);
	f.mtime = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	f.inode = (uint64_t)st.st_ino;
	return f;
}

static struct evidence *
make_all(void)
{
	struct evidence *ev = evidence_new();

	for (unsigned i = 0; i < FILES; i++) {
		char path[64];
		struct evidence_file f = make_file(i, path);

		/* Every second file is checked for changes. */
		if (i % 2 != 0)
			f.mtime = 0;
		if (evidence_add(ev, i, &f) != 0)
			ok(false, "a file is added");
	}
	return ev;
}

static int
open_files(void)
{
	int n = 0;

	for (int fd = 0; fd < 512; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static void
test_read(struct evidence *ev)
{
	struct err e = ERR_INIT;
	int before = open_files();
	unsigned wrong = 0;
	char buf[16];

	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < FILES; i++) {
			char want[32];
			size_t n = (size_t)snprintf(want, sizeof(want),
			                            "file %u;", i);

			wrong += evidence_read(ev, i, n * 3, buf, n, &e) != 0;
			wrong += memcmp(buf, want, n) != 0;
		}
	}
	is_int(wrong, 0, "all files can be read, over and over");
	is_int(open_files() - before, EVIDENCE_OPEN_MAX,
	       "and only so many are open");
	is_int(evidence_read(ev, 0, 990, buf, 10, &e), 0, "the last bytes");
	is_int(evidence_read(ev, 0, 1000, buf, 0, &e), 0, "nothing at the end");
	is_int(evidence_read(ev, 0, 991, buf, 10, &e), ERR_TRUNCATED,
	       "not one byte more");
	is_int(evidence_read(ev, 0, UINT64_MAX, buf, 10, &e), ERR_TRUNCATED,
	       "nor from far away");
	is_int(evidence_read(ev, FILES, 0, buf, 1, &e), ERR_NOTFOUND,
	       "nor from a source that is none");
	is_int(evidence_read(ev, UINT32_MAX, 0, buf, 1, &e), ERR_NOTFOUND,
	       "whatever its number");
}

static void
test_changed(void)
{
	struct evidence *ev = evidence_new();
	struct err e = ERR_INIT;
	char path[64];
	struct evidence_file f = make_file(0, path);
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
		                     { .tv_sec = 1, .tv_nsec = 5 } };
	char buf[4];
	FILE *out;

	is_int(evidence_add(ev, 3, &f), 0, "ordinals may have holes");
	is_int(evidence_add(ev, 3, &f), ERR_EXIST, "but no second owner");
	is_int(evidence_add(ev, EVIDENCE_SOURCES_MAX, &f), ERR_LIMIT,
	       "nor be endless");
	is_int(evidence_read(ev, 2, 0, buf, 1, &e), ERR_NOTFOUND, "a hole");
	is_int(evidence_read(ev, 3, 0, buf, 4, &e), 0, "read");
	utimensat(AT_FDCWD, path, times, 0);
	is_int(evidence_read(ev, 3, 0, buf, 4, &e), ERR_CHANGED,
	       "a new mtime is seen while it is open");
	ok(strstr(e.text, path) != NULL, "and the message names the file");
	f.mtime = 1000000005;
	is_int(evidence_add(ev, 4, &f), 0, "added as it is now");
	is_int(evidence_read(ev, 4, 0, buf, 4, &e), 0, "read");
	f.inode++;
	is_int(evidence_add(ev, 5, &f), 0, "added with another inode");
	is_int(evidence_read(ev, 5, 0, buf, 4, &e), ERR_CHANGED, "refused");
	f.inode = 0;
	f.mtime = 0;
	is_int(evidence_add(ev, 6, &f), 0, "added without checks");
	out = fopen(path, "ab");
	fputc('x', out);
	fclose(out);
	is_int(evidence_read(ev, 6, 0, buf, 4, &e), ERR_CHANGED,
	       "the size is checked in any case");
	unlink(path);
	is_int(evidence_read(ev, 6, 0, buf, 4, &e), ERR_NOENT, "gone");
	is_int(symlink("1", path), 0, "a link in its place");
	ok(evidence_read(ev, 6, 0, buf, 4, &e) < 0, "is not followed");
	unlink(path);
	mkfifo(path, 0600);
	is_int(evidence_read(ev, 6, 0, buf, 4, &e), ERR_CHANGED,
	       "a pipe in its place does not hang");
	evidence_free(ev);
}

static void
test_shrunk(void)
{
	struct evidence *ev = evidence_new();
	struct err e = ERR_INIT;
	char path[64];
	struct evidence_file f = make_file(1, path);
	char buf[100];

	f.mtime = 0;
	is_int(evidence_add(ev, 0, &f), 0, "added");
	is_int(evidence_read(ev, 0, 0, buf, 100, &e), 0, "read");
	is_int(truncate(path, 50), 0, "shrunk while it is open");
	is_int(evidence_read(ev, 0, 0, buf, 100, &e), ERR_TRUNCATED,
	       "is an end, not garbage");
	evidence_free(ev);
}

/* Whatever fails, it fails cleanly, and the next read is good. */
static void
test_faults(struct evidence *ev)
{
	struct err e = ERR_INIT;
	unsigned failed = 0;
	unsigned bad = 0;
	char buf[8];
	int rc = -1;

	for (int nth = 1; rc != 0 && nth < 20; nth++) {
		io_fail_at(nth, EIO);
		rc = evidence_read(ev, 2, 0, buf, 7, &e);
		failed += rc == ERR_IO;
		bad += rc != 0 && rc != ERR_IO;
	}
	io_fail_at(-1, 0);
	ok(failed >= 1 && bad == 0, "a failing call is an I/O error");
	io_set_chunk(1);
	is_int(evidence_read(ev, 2, 0, buf, 7, &e), 0, "short reads");
	is_bytes(buf, 7, "file 2;", 7, "are continued");
	io_set_chunk(0);
	mem_fail_at(1, true);
	ok(evidence_new() == NULL, "no memory");
	mem_fail_at(-1, false);
}

int
main(void)
{
	struct evidence *ev;

	if (mkdtemp(dir) == NULL)
		return 1;
	ev = make_all();
	test_read(ev);
	test_faults(ev);
	evidence_free(ev);
	evidence_free(NULL);
	test_changed();
	test_shrunk();
	for (unsigned i = 0; i < FILES; i++) {
		char path[64];

		path_of(i, path);
		unlink(path);
	}
	ok(rmdir(dir) == 0, "nothing is left behind");
	return tap_done();
}
