/* SPDX-License-Identifier: Apache-2.0 */
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "tests/tap/tap.h"

#define S(lit) STR_INIT(lit)

static const struct str safe[] = {
	S("a"),
	S("a/b/c.pcap"),
	S(".hidden"),
	S("..."),
	S("a/..b"),
	S("a b"),
	S("a:b"),
	S("\xc3\xa9.pcap"),
	S("1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16"),
};

static const struct str unsafe[] = {
	S(""),
	S("/"),
	S("/etc/passwd"),
	S("."),
	S(".."),
	S("../a"),
	S("a/../b"),
	S("a/.."),
	S("./a"),
	S("a/."),
	S("a//b"),
	S("a/"),
	S("a\\b"),
	S("a\nb"),
	S("a\0b"),
	S("\x7f"),
	S("\x1b[2J"),
	S("\xff"),
	S("a/\xc0\xaf"),
	S("1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17"),
};

static void
test_safe(void)
{
	char big[PATH_NAME_MAX + 2];
	const char *why = "untouched";
	bool good = true;

	for (size_t i = 0; i < ARRAY_LEN(safe); i++)
		good &= path_is_safe(safe[i], &why);
	ok(good, "names that are safe");
	is_str(why, "untouched", "have no reason not to be");
	for (size_t i = 0; i < ARRAY_LEN(unsafe); i++) {
		why = NULL;
		ok(!path_is_safe(unsafe[i], &why) && why != NULL,
		   "a name that is not");
	}
	ok(!path_is_safe(STR(".."), NULL), "nobody need ask why");
	memset(big, 'a', sizeof(big));
	ok(path_is_safe(str_make(big, 255), NULL), "a component of 255 bytes");
	ok(!path_is_safe(str_make(big, 256), &why), "of 256");
	is_str(why, "has a component that is too long", "is too long");
	for (size_t i = 100; i < sizeof(big); i += 100)
		big[i] = '/';
	ok(path_is_safe(str_make(big, PATH_NAME_MAX), NULL),
	   "the longest name");
	ok(!path_is_safe(str_make(big, PATH_NAME_MAX + 1), &why), "one more");
	is_str(why, "is too long", "is too long");
}

struct pair {
	struct str in, want;
};

static const struct pair cleans[] = {
	{ S("a/b"), S("a/b") },     { S("./a"), S("a") },
	{ S("././a/"), S("a") },    { S(".//a"), S("a") },
	{ S("./"), S("") },         { S("."), S("") },
	{ S("/"), S("/") },         { S("//"), S("/") },
	{ S("/a/"), S("/a") },      { S("../a"), S("../a") },
	{ S("a/./b"), S("a/./b") }, { S(""), S("") },
	{ S(".a"), S(".a") },       { S("./../a"), S("../a") },
};

static void
test_clean(void)
{
	for (size_t i = 0; i < ARRAY_LEN(cleans); i++) {
		struct str got = path_clean(cleans[i].in);

		is_bytes(got.p, got.n, cleans[i].want.p, cleans[i].want.n,
		         "cleaned");
	}
}

static void
test_parts(void)
{
	ok(str_eq(path_base(STR("a/b.tar.gz")), STR("b.tar.gz")), "base");
	ok(str_eq(path_base(STR("b")), STR("b")), "base of a bare name");
	is_int(path_base(STR("a/")).n, 0, "base of a folder's name");
	ok(str_eq(path_dir(STR("a/b/c")), STR("a/b")), "dir");
	is_int(path_dir(STR("c")).n, 0, "dir of a bare name");
	ok(str_eq(path_ext(STR("a.b/c.tar.gz")), STR("gz")), "ext");
	is_int(path_ext(STR("a.b/c")).n, 0, "no ext in a folder's name");
	is_int(path_ext(STR(".profile")).n, 0, "nor of a hidden file");
	is_int(path_ext(STR("c.")).n, 0, "nor behind a last dot");
	ok(path_compare(STR("a/b"), STR("a-c")) < 0 &&
	       path_compare(STR("a-c"), STR("a/b")) > 0,
	   "order by component: a folder is before what its name begins");
	ok(path_compare(STR("a/b"), STR("a/c")) < 0 &&
	       path_compare(STR("a/\xc3"), STR("a/b")) > 0,
	   "... and by byte in one");
	ok(path_compare(STR("a"), STR("a/b")) < 0 &&
	       path_compare(STR("ab"), STR("a")) > 0 &&
	       path_compare(STR("ab"), STR("ab")) == 0,
	   "... the shorter one first");
}

static void
test_create(int dir)
{
	struct stat st;
	char in[4];
	size_t n = 0;
	int fd = -1;

	is_int(path_create_below(dir, STR("x/y/z.pcap"), 0400, &fd), 0,
	       "create with parents");
	is_int(io_write_full(fd, "abc", 3), 0, "write to it");
	is_int(io_pread_full(fd, in, 3, 0, &n), 0, "read it");
	is_int(io_close(fd), 0, "close it");
	ok(fstatat(dir, "x/y/z.pcap", &st, 0) == 0 && st.st_size == 3 &&
	       (st.st_mode & 07777) == 0400,
	   "it is where it should be");
	ok(fstatat(dir, "x", &st, 0) == 0 && (st.st_mode & 077) == 0,
	   "in folders that are closed to others");
	fd = -1;
	is_int(path_create_below(dir, STR("x/y/z.pcap"), 0600, &fd), ERR_EXIST,
	       "never twice");
	is_int(path_create_below(dir, STR("../z"), 0600, &fd), ERR_REFUSED,
	       "never outside");
	is_int(path_create_below(dir, STR("/tmp/z"), 0600, &fd), ERR_REFUSED,
	       "nor anywhere else");
	ok(path_create_below(dir, STR("x/y/z.pcap/w"), 0600, &fd) < 0,
	   "a file is no folder");
	is_int(path_mkdir_below(dir, STR("m/n")), 0, "a folder");
	is_int(path_mkdir_below(dir, STR("m/n")), 0, "that may exist");
	is_int(path_mkdir_below(dir, STR("m/..")), ERR_REFUSED, "and is safe");
	ok(path_mkdir_below(dir, STR("x/y/z.pcap")) < 0, "and a folder");
	is_int(fd, -1, "failures leave the output alone");
	is_int(path_open_below(dir, STR("x/y/z.pcap"), &fd), 0, "open");
	is_int(io_close(fd), 0, "close");
	is_int(path_open_below(dir, STR("x/y/w"), &fd), ERR_NOENT, "not there");
	is_int(path_open_below(dir, STR("w/y"), &fd), ERR_NOENT,
	       "opening creates no folders");
	is_int(fstatat(dir, "w", &st, 0), -1, "really");
	is_int(path_create_below(dir, STR("top"), 0600, &fd), 0, "no parents");
	is_int(io_close(fd), 0, "close");
}

/* Links that were planted in the folder lead nowhere. */
static void
test_links(int dir)
{
	int fd = -1;

	ok(symlinkat("/tmp", dir, "out") == 0 &&
	       symlinkat("top", dir, "alias") == 0 &&
	       symlinkat("nowhere", dir, "dangling") == 0 &&
	       mkfifoat(dir, "fifo", 0600) == 0,
	   "plant links");
	ok(path_create_below(dir, STR("out/evil"), 0600, &fd) < 0,
	   "not through a link to a folder");
	ok(path_mkdir_below(dir, STR("out")) < 0, "nor instead of it");
	ok(path_open_below(dir, STR("out/passwd"), &fd) < 0, "not for reading");
	is_int(path_open_below(dir, STR("alias"), &fd), -ELOOP,
	       "not through a link to a file");
	is_int(path_create_below(dir, STR("dangling"), 0600, &fd), ERR_EXIST,
	       "not through a dangling one");
	is_int(path_open_below(dir, STR("fifo"), &fd), 0,
	       "a FIFO does not hang");
	is_int(io_close(fd), 0, "close");
}

/* Every system call on the way can fail, and no descriptor is lost. */
static void
test_faults(int dir)
{
	bool good = true;
	int64_t calls;
	int fd = -1, before = dup(dir), after;

	(void)close(before);
	io_fail_at(0, 0);
	is_int(path_create_below(dir, STR("f/g/h"), 0600, &fd), 0, "counting");
	calls = io_call_count();
	is_int(io_close(fd), 0, "close");
	(void)unlinkat(dir, "f/g/h", 0);
	for (int64_t nth = 1; nth <= calls; nth++) {
		io_fail_at(nth, ENOSPC);
		good &= path_create_below(dir, STR("f/g/h"), 0600, &fd) ==
		        ERR_NOSPC;
		io_fail_at(nth, ENOSPC);
		good &= path_mkdir_below(dir, STR("f/g/i")) == ERR_NOSPC ||
		        nth > 6;
	}
	io_fail_at(-1, 0);
	ok(good && calls == 5, "each of the calls fails in turn");
	after = dup(dir);
	is_int(after, before, "no descriptor is left open");
	(void)close(after);
}

int
main(void)
{
	char dir[] = "/tmp/base_path_test.XXXXXX";
	static const char *const files[] = {
		"x/y/z.pcap", "top", "out", "alias", "dangling", "fifo",
	};
	static const char *const dirs[] = { "x/y",   "x",   "m/n", "m",
		                            "f/g/i", "f/g", "f" };
	int fd;

	if (mkdtemp(dir) == NULL)
		return 1;
	fd = open(dir, O_RDONLY | O_DIRECTORY);
	test_safe();
	test_clean();
	test_parts();
	test_create(fd);
	test_links(fd);
	test_faults(fd);
	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		(void)unlinkat(fd, files[i], 0);
	for (size_t i = 0; i < ARRAY_LEN(dirs); i++)
		(void)unlinkat(fd, dirs[i], AT_REMOVEDIR);
	(void)close(fd);
	is_int(rmdir(dir), 0, "nothing else was created");
	return tap_done();
}
