/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/input.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "snapshot/folder.h"
#include "snapshot/inflate.h"
#include "snapshot/tree.h"
#include "tests/support/mktar.h"
#include "tests/tap/tap.h"

#define LOG_MAX 65536u

static char dir[] = "/tmp/input-test-XXXXXX";

/* What happened, a line each: "M name kind bytes rc", "N code name". */
struct diary {
	char text[LOG_MAX];
	size_t n;
	char last[512]; /* text of the last note */
	uint64_t last_off;
	bool members; /* leave the notes' texts out */
	size_t chunk; /* bytes asked for at once */
	uint8_t want[4096];
	unsigned wrong; /* bytes that were not those of the capture */
};

static struct diary d;

static void
note(void *ctx, const struct input_note *n)
{
	(void)ctx;
	d.n += (size_t)snprintf(d.text + d.n, LOG_MAX - d.n,
	                        "N %d " STR_FMT "\n", n->code,
	                        STR_ARG(n->name));
	snprintf(d.last, sizeof(d.last), "%s", n->text);
	d.last_off = n->off;
}

static void
read_member(struct input *in, const struct member *m)
{
	static uint8_t buf[65536];
	size_t total = 0;
	size_t n = 1;
	int rc = 0;

	while (n > 0 && rc == 0) {
		rc = input_read(in, buf, d.chunk, &n);
		if (rc != 0)
			break;
		if (m->kind == MEMBER_CAPTURE && total + n <= sizeof(d.want))
			d.wrong += memcmp(buf, d.want + total, n) != 0;
		total += n;
	}
	d.n += (size_t)snprintf(d.text + d.n, LOG_MAX - d.n,
	                        "M " STR_FMT " %d %zu %d\n", STR_ARG(m->name),
	                        (int)m->kind, total, rc);
}

static const char *
run_limits(const char *path, const struct snapshot_limits *l)
{
	struct input_notes notes = { .note = note };
	struct err e = ERR_INIT;
	struct input *in = NULL;
	struct member m;
	int rc;

	d.n = 0;
	d.wrong = 0;
	if (d.chunk == 0)
		d.chunk = 65536;
	d.text[0] = '\0';
	d.last[0] = '\0';
	rc = input_open(path, l, notes, &e, &in);
	if (rc != 0) {
		snprintf(d.text, LOG_MAX, "open %d\n", rc);
		snprintf(d.last, sizeof(d.last), "%s", e.text);
		return d.text;
	}
	while ((rc = input_next(in, &m)) == 1)
		read_member(in, &m);
	snprintf(d.text + d.n, LOG_MAX - d.n, "end %d\n", rc);
	if (input_next(in, &m) != rc)
		ok(false, "the end is the end");
	input_free(in);
	return d.text;
}

static const char *
run(const char *path)
{
	struct snapshot_limits l;

	snapshot_limits_init(&l);
	return run_limits(path, &l);
}

static const char *
file(const char *name)
{
	static char path[4][128];
	static unsigned i;

	i = (i + 1) % 4;
	snprintf(path[i], sizeof(path[i]), "%s/%s", dir, name);
	return path[i];
}

/* Save, run and forget. */
static const char *
run_tar(struct mktar *t)
{
	mktar_save(t, file("t"));
	mktar_free(t);
	return run(file("t"));
}

static void
put_text(const char *name, const char *text)
{
	FILE *f = fopen(file(name), "wb");

	fputs(text, f);
	fclose(f);
}

static void
put_link(const char *name, const char *target)
{
	if (symlink(target, file(name)) != 0)
		ok(false, "a link is made");
}

static void
put_capture(const char *name, size_t n)
{
	struct mktar t = { 0 };
	uint8_t *p = calloc(1, n + 1);

	mktar_capture_bytes(p, n);
	mktar_raw(&t, p, n);
	mktar_save(&t, file(name));
	mktar_free(&t);
	free(p);
}

/* What a merged snapshot looks like. */
static void
make_snapshot(struct mktar *t)
{
	mktar_file(t, "snapshot.json", "{}", 2);
	mktar_capture(t, "node-1_10.0.0.1/1.pcap", 3000);
	mktar_file(t, "node-1_10.0.0.1/name_resolution_history.json", "{}", 2);
	mktar_capture(t, "node-2_10.0.0.2/2.pcap", 700);
	mktar_file(t, "node-2_10.0.0.2/snapshot.json", "x", 1);
	mktar_file(t, "node-2_10.0.0.2/empty.pcap", "", 0);
	mktar_file(t, "manifest.json", "{}", 2);
	mktar_end(t);
}

static const char snapshot_log[] =
    "M snapshot.json 2 2 0\n"
    "M node-1_10.0.0.1/1.pcap 0 3000 0\n"
    "M node-1_10.0.0.1/name_resolution_history.json 1 2 0\n"
    "M node-2_10.0.0.2/2.pcap 0 700 0\n"
    "M node-2_10.0.0.2/snapshot.json 4 1 0\n"
    "M node-2_10.0.0.2/empty.pcap 4 0 0\n"
    "M manifest.json 3 2 0\n"
    "end 0\n";

static void
test_plain_and_gzip(void)
{
	struct mktar t = { 0 };

	make_snapshot(&t);
	is_str(run_tar(&t), snapshot_log, "a tar");
	is_int(d.wrong, 0, "with the right bytes");
	make_snapshot(&t);
	mktar_gzip(&t);
	is_str(run_tar(&t), snapshot_log, "a tar.gz");
	is_int(d.wrong, 0, "with the right bytes");
	for (size_t chunk = 1; chunk < 1200; chunk += 257) {
		d.chunk = chunk;
		is_str(run(file("t")), snapshot_log, "read in small pieces");
		is_int(d.wrong, 0, "with the right bytes");
	}
	d.chunk = 0;
	io_set_chunk(7);
	is_str(run(file("t")), snapshot_log, "with short reads");
	io_set_chunk(0);
}

/* Pack the files of make_snapshot() with libarchive. */
static void
pack(const char *path, int (*filter)(struct archive *), bool zip)
{
	static const char *const names[] = {
		"snapshot.json",
		"node-1_10.0.0.1/1.pcap",
		"node-1_10.0.0.1/name_resolution_history.json",
		"node-2_10.0.0.2/2.pcap",
		"node-2_10.0.0.2/snapshot.json",
		"node-2_10.0.0.2/empty.pcap",
		"manifest.json"
	};
	static const size_t sizes[] = { 2, 3000, 2, 700, 1, 0, 2 };
	struct archive *a = archive_write_new();
	uint8_t buf[4096];

	(void)(zip ? archive_write_set_format_zip(a)
	           : archive_write_set_format_ustar(a));
	if (filter != NULL)
		(void)filter(a);
	(void)archive_write_open_filename(a, path);
	for (size_t i = 0; i < 7; i++) {
		struct archive_entry *e = archive_entry_new();

		memset(buf, '{', 2);
		if (sizes[i] > 2)
			mktar_capture_bytes(buf, sizes[i]);
		archive_entry_set_pathname(e, names[i]);
		archive_entry_set_filetype(e, AE_IFREG);
		archive_entry_set_perm(e, 0644);
		archive_entry_set_size(e, (la_int64_t)sizes[i]);
		(void)archive_write_header(a, e);
		(void)archive_write_data(a, buf, sizes[i]);
		archive_entry_free(e);
	}
	(void)archive_write_free(a);
}

static void
test_other_packers(void)
{
	pack(file("t"), archive_write_add_filter_zstd, false);
	is_str(run(file("t")), snapshot_log, "tar.zst");
	pack(file("t"), archive_write_add_filter_xz, false);
	is_str(run(file("t")), snapshot_log, "tar.xz");
	pack(file("t"), archive_write_add_filter_bzip2, false);
	is_str(run(file("t")), snapshot_log, "tar.bz2");
	pack(file("t"), archive_write_add_filter_lz4, false);
	is_str(run(file("t")), snapshot_log, "tar.lz4");
	pack(file("t"), NULL, true);
	is_str(run(file("t")), snapshot_log, "zip");
	is_int(d.wrong, 0, "with the right bytes");
	pack(file("t"), archive_write_add_filter_gzip, true);
	is_str(run(file("t")), snapshot_log, "zip in gzip, without seeking");
}

static int
add_gzip_and_zstd(struct archive *a)
{
	return archive_write_add_filter_gzip(a) |
	       archive_write_add_filter_zstd(a);
}

static int
add_password(struct archive *a)
{
	return archive_write_set_options(a, "zip:encryption=zipcrypt") |
	       archive_write_set_passphrase(a, "secret");
}

static void
test_locked(void)
{
	pack(file("t"), add_gzip_and_zstd, false);
	is_str(run(file("t")), "open -1004\n", "compressed twice");
	pack(file("t"), add_password, true);
	run(file("t"));
	ok(strncmp(d.text, "N -1004 ", 8) == 0 &&
	       strstr(d.text, "M node-1") == NULL,
	   "encrypted members are refused");
	ok(strstr(d.last, "encrypted") != NULL, "with the reason");
}

/* Run with the file as standard input, through a pipe or directly. */
static const char *
run_stdin(const char *path, bool through_pipe)
{
	int saved = dup(STDIN_FILENO);
	int fd = open(path, O_RDONLY);
	const char *log;
	pid_t pid = 0;
	int ends[2];

	if (through_pipe && pipe(ends) == 0) {
		fflush(stdout);
		pid = fork();
		if (pid == 0) {
			char buf[100];
			ssize_t n;

			close(ends[0]);
			while ((n = read(fd, buf, sizeof(buf))) > 0) {
				if (write(ends[1], buf, (size_t)n) != n)
					break;
			}
			_exit(0);
		}
		close(ends[1]);
		close(fd);
		fd = ends[0];
	}
	dup2(fd, STDIN_FILENO);
	close(fd);
	log = run("-");
	dup2(saved, STDIN_FILENO);
	close(saved);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return log;
}

static void
test_stdin(void)
{
	struct mktar t = { 0 };

	make_snapshot(&t);
	mktar_save(&t, file("t"));
	is_str(run_stdin(file("t"), true), snapshot_log, "tar through a pipe");
	mktar_gzip(&t);
	mktar_save(&t, file("t"));
	mktar_free(&t);
	is_str(run_stdin(file("t"), true), snapshot_log,
	       "tar.gz through a pipe");
	is_str(run_stdin(file("t"), false), snapshot_log,
	       "tar.gz as standard input");
	put_capture("c", 2000);
	is_str(run_stdin(file("c"), true), "M stdin 0 2000 0\nend 0\n",
	       "a capture through a pipe");
	is_int(d.wrong, 0, "with the right bytes");
	is_str(run_stdin(file("c"), false), "M stdin 0 2000 0\nend 0\n",
	       "a capture as standard input");
	is_int(d.wrong, 0, "with the right bytes");
	is_str(run_stdin("/dev/null", true), "open -1003\n", "nothing at all");
}

static struct input *
open_only(const char *path)
{
	struct input_notes notes = { .note = NULL };
	struct snapshot_limits l;
	struct input *in = NULL;
	struct err e = ERR_INIT;

	snapshot_limits_init(&l);
	if (input_open(path, &l, notes, &e, &in) != 0)
		return NULL;
	return in;
}

static void
test_single(void)
{
	struct mktar t = { 0 };
	struct member m = { .path = NULL };
	struct input *in;
	uint8_t *p = calloc(1, 2000);
	struct stat st;

	put_capture("c.pcap", 2000);
	is_str(run(file("c.pcap")), "M c.pcap 0 2000 0\nend 0\n", "a capture");
	is_int(d.wrong, 0, "with the right bytes");
	in = open_only(file("c.pcap"));
	is_int(input_kind(in), INPUT_SINGLE, "is read in place");
	is_int(input_next(in, &m), 1, "one member");
	is_str(m.path, file("c.pcap"), "with its path");
	is_int(m.size, 2000, "its size");
	is_int(stat(m.path, &st), 0, "and its time");
	is_int(m.mtime,
	       (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec,
	       "to the nanosecond");
	is_int(m.inode, st.st_ino, "and which file it is");
	is_int(input_next(in, &m), 0, "and no other");
	is_int(input_total(in), 2000, "total");
	input_free(in);

	mktar_capture_bytes(p, 2000);
	mktar_raw(&t, p, 2000);
	free(p);
	mktar_gzip(&t);
	mktar_save(&t, file("c.pcap.gz"));
	mktar_free(&t);
	is_str(run(file("c.pcap.gz")), "M c.pcap 0 2000 0\nend 0\n",
	       "a packed capture has the name of the unpacked one");
	is_int(d.wrong, 0, "with the right bytes");
	in = open_only(file("c.pcap.gz"));
	is_int(input_kind(in), INPUT_SINGLE_PACKED, "and is to be unpacked");
	is_int(input_next(in, &m), 1, "one member");
	ok(m.path == NULL, "no path");
	is_int(m.size, UINT64_MAX, "of unknown size");
	input_free(in);
	put_text("s.pcap", "\xd4\xc3\xb2\xa1");
	is_str(run(file("s.pcap")), "M s.pcap 0 4 0\nend 0\n",
	       "a capture of four bytes");
}

static void
test_not_a_snapshot(void)
{
	struct mktar t = { 0 };

	is_str(run(file("none")), "open -2\n", "no such file");
	ok(strstr(d.last, "none") != NULL, "is named");
	put_text("x", "");
	is_str(run(file("x")), "open -1003\n", "an empty file");
	put_text("x", "<html>login</html>");
	is_str(run(file("x")), "open -1003\n", "a login page");
	ok(strstr(d.last, "HTML") != NULL, "is recognised");
	put_text("x", "{\"a\":1}");
	is_str(run(file("x")), "open -1003\n", "JSON");
	put_text("x", "just words");
	is_str(run(file("x")), "open -1003\n", "text");
	ok(strstr(d.last, "looks like text") != NULL, "is recognised");
	mktar_file(&t, "a", "words", 5);
	mktar_gzip(&t);
	mktar_gzip(&t);
	mktar_save(&t, file("t"));
	mktar_free(&t);
	ok(strncmp(run(file("t")), "open ", 5) == 0, "packed twice");
	mktar_raw(&t, "words", 5);
	mktar_gzip(&t);
	is_str(run_tar(&t), "open -1003\n", "packed words");
	is_str(run("/dev/null"), "open -1003\n", "a device without bytes");
}

/* Names that lead elsewhere, or deceive. */
static void
test_names(void)
{
	static const char *const bad[] = {
		"/etc/passwd",   "../up.pcap",  "a/../../up.pcap",
		"a/..",          "a//b.pcap",   "a/./b.pcap",
		"a\\..\\b.pcap", "a\x1b[31m",   "a\nb",
		"a\xff\xfe",     "a\xc0\xaf..", "a\342\200\256pac",
		"a\302\23331m",
	};
	struct mktar t = { 0 };
	const char *log;
	unsigned notes = 0;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		mktar_capture(&t, bad[i], 600);
	mktar_capture(&t, "./gr\xc3\xbcn/ok.pcap", 600);
	mktar_end(&t);
	log = run_tar(&t);
	for (const char *p = log; (p = strstr(p, "N -1004 ")) != NULL; p++)
		notes++;
	is_int(notes, sizeof(bad) / sizeof(bad[0]), "every one is refused");
	ok(strstr(log, "M gr\xc3\xbcn/ok.pcap 0 600 0\nend 0\n") != NULL,
	   "and the next member is read");
	ok(strchr(log, '\x1b') == NULL, "notes can be shown safely");
	ok(strstr(log, "a\\x1b[31m") != NULL, "with the bytes spelled out");
	ok(strstr(log, "a\\xe2\\x80\\xaepac") != NULL,
	   "also those that turn text around");
}

static void
test_long_names(void)
{
	struct mktar t = { 0 };
	char name[3000];

	for (size_t i = 0; i < sizeof(name); i++)
		name[i] = i % 100 == 99 ? '/' : 'n';
	name[sizeof(name) - 1] = '\0';
	mktar_file(&t, name, "x", 1);
	memset(name, 'm', 300);
	name[300] = '\0';
	mktar_file(&t, name, "x", 1);
	memset(name, 'k', 200);
	name[200] = '\0';
	mktar_file(&t, name, "x", 1);
	for (size_t i = 0; i < 100; i++)
		name[i] = i % 2 != 0 ? '/' : 'd';
	name[99] = '\0';
	mktar_file(&t, name, "x", 1);
	mktar_end(&t);
	(void)run_tar(&t);
	ok(strstr(d.text, "N -1005 nnn") == d.text, "3,000 bytes: a limit");
	ok(strstr(d.text, "N -1004 mmm") != NULL,
	   "300 bytes in one component: refused");
	ok(strstr(d.text, "M kkk") != NULL, "200 bytes are fine");
	ok(strstr(d.text, "N -1004 d/d/d") != NULL, "50 levels are not");
}

static void
test_kinds(void)
{
	static const char types[] = { '1', '2', '3', '4', '6' };
	struct mktar t = { 0 };

	for (size_t i = 0; i < sizeof(types); i++) {
		char name[] = { 'e', types[i], '\0' };
		struct mktar_entry e = { .name = name,
			                 .type = types[i],
			                 .link = "/etc/passwd" };

		mktar_entry(&t, &e);
	}
	mktar_entry(&t, &(struct mktar_entry){ .name = "./", .type = '5' });
	mktar_entry(&t, &(struct mktar_entry){ .name = "f/", .type = '5' });
	mktar_entry(&t, &(struct mktar_entry){ .name = "/f/", .type = '5' });
	mktar_capture(&t, "f/a.pcap", 600);
	mktar_end(&t);
	is_str(run_tar(&t),
	       "N -1004 e1\nN -1004 e2\nN -1004 e3\nN -1004 e4\nN -1004 e6\n"
	       "N -1004 /f\n"
	       "M f/a.pcap 0 600 0\nend 0\n",
	       "links, devices and pipes are refused, folders are not");
}

static void
test_duplicates(void)
{
	struct mktar t = { 0 };

	mktar_capture(&t, "a/b.pcap", 600);
	mktar_file(&t, "a/b.pcap", "x", 1);
	mktar_file(&t, "./a/b.pcap", "x", 1);
	mktar_file(&t, "a", "x", 1);
	mktar_file(&t, "a/b.pcap/c", "x", 1);
	mktar_file(&t, "A/B.pcap", "x", 1);
	mktar_end(&t);
	is_str(run_tar(&t),
	       "M a/b.pcap 0 600 0\n"
	       "N -1004 a/b.pcap\nN -1004 a/b.pcap\nN -1004 a\n"
	       "N -1004 a/b.pcap/c\nM A/B.pcap 4 1 0\nend 0\n",
	       "a name is used once, for a file or a folder");
}

static void
test_sparse(void)
{
	/* GNU tar's format 0.1: the map is in the pax header. */
	static const char *const records[] = {
		"GNU.sparse.major=0",
		"GNU.sparse.minor=1",
		"GNU.sparse.name=holes.pcap",
		"GNU.sparse.map=0,512,1048576,512",
		"GNU.sparse.size=1049088",
		"GNU.sparse.numblocks=2",
		NULL,
	};
	struct mktar t = { 0 };
	uint8_t data[1024] = { 0xd4, 0xc3, 0xb2, 0xa1 };

	mktar_pax(&t, records);
	mktar_file(&t, "s/holes.pcap", data, sizeof(data));
	mktar_capture(&t, "ok.pcap", 600);
	mktar_end(&t);
	is_str(run_tar(&t), "N -1004 holes.pcap\nM ok.pcap 0 600 0\nend 0\n",
	       "a sparse file is refused");
}

static void
test_limits(void)
{
	struct snapshot_limits l;
	struct mktar t = { 0 };

	for (unsigned i = 0; i < 5; i++) {
		char name[] = { (char)('a' + i), '\0' };

		mktar_capture(&t, name, 1000);
	}
	mktar_end(&t);
	mktar_save(&t, file("t"));
	mktar_free(&t);

	snapshot_limits_init(&l);
	l.members = 3;
	run_limits(file("t"), &l);
	ok(strstr(d.text, "M a 0 1000 0\nM b 0 1000 0\nM c 0 1000 0\n"
	                  "N -1005 /") == d.text &&
	       strstr(d.text, "end -1005\n") != NULL,
	   "members are counted");
	ok(strstr(d.last, "--limit archive-members=N") != NULL,
	   "and the message names the option");

	snapshot_limits_init(&l);
	l.names = 2;
	ok(strstr(run_limits(file("t"), &l), "M a 0 1000 0\nM b 0 1000 0\n"
	                                     "N -1005 /") == d.text &&
	       strstr(d.text, "end -1005\n") != NULL,
	   "so are the bytes of their names");
	ok(strstr(d.last, "--limit archive-names=N") != NULL,
	   "and the message names that option");

	snapshot_limits_init(&l);
	l.bytes = 2500;
	is_str(run_limits(file("t"), &l),
	       "M a 0 1000 0\nM b 0 1000 0\n"
	       "N -1005 c\nN -1005 d\nN -1005 e\nend 0\n",
	       "bytes are counted");
	ok(strstr(d.last, "--limit archive-bytes=N") != NULL,
	   "and the message names the option");
}

/* 8 MiB of zeros between two honest members. */
static void
make_bomb(struct mktar *t)
{
	uint8_t *zeros = calloc(1, 8u << 20);

	mktar_capture(t, "before.pcap", 50000);
	mktar_file(t, "bomb", zeros, 8u << 20);
	mktar_capture(t, "after.pcap", 50000);
	mktar_end(t);
	mktar_gzip(t);
	free(zeros);
}

static void
test_ratio(void)
{
	struct snapshot_limits l;
	struct mktar t = { 0 };

	make_bomb(&t);
	mktar_save(&t, file("t"));
	mktar_free(&t);
	snapshot_limits_init(&l);
	is_str(run_limits(file("t"), &l),
	       "M before.pcap 0 50000 0\nM bomb 4 8388608 0\n"
	       "M after.pcap 0 50000 0\nend 0\n",
	       "small bombs do no harm");
	l.ratio_floor = 1u << 20;
	l.ratio = 200;
	run_limits(file("t"), &l);
	ok(strstr(d.text, "M before.pcap 0 50000 0\nN -1005 bomb\n") == d.text,
	   "a bomb is refused");
	ok(strstr(d.text, "-1005\nM after.pcap 0 50000 0\nend 0\n") != NULL,
	   "and the member behind it is read");
	ok(d.last_off >= l.ratio_floor && d.last_off <= 4u << 20,
	   "soon after the limit");
	ok(strstr(d.last, "--limit archive-ratio=N") != NULL,
	   "and the message names the option");
}

/* Members that nobody reads are passed over, by seeking where that works. */
static void
test_unread(bool gzip)
{
	struct mktar t = { 0 };
	struct input *in;
	struct member m;
	unsigned n = 0;
	bool moved = true;
	uint64_t taken = 0;

	for (unsigned i = 0; i < 5; i++) {
		char name[] = { (char)('a' + i), '\0' };

		mktar_capture(&t, name, 1u << 20);
	}
	mktar_end(&t);
	if (gzip)
		mktar_gzip(&t);
	mktar_save(&t, file("t"));
	in = open_only(file("t"));
	while (input_next(in, &m) == 1) {
		moved = moved && (n == 0 || input_taken(in) > taken);
		taken = input_taken(in);
		n++;
	}
	is_int(n, 5, "five members, unread");
	ok(moved && input_taken(in) <= t.n, "progress can be seen");
	is_int(input_total(in), t.n, "and so can the whole");
	input_free(in);

	/* Seeking beyond the end is not reading: it must be noticed. */
	t.n -= 600000;
	mktar_save(&t, file("t"));
	mktar_free(&t);
	in = open_only(file("t"));
	n = 0;
	while (input_next(in, &m) == 1)
		n++;
	is_int(n, 5, "the last one is cut");
	is_int(input_next(in, &m), ERR_CORRUPT, "which is noticed");
	input_free(in);
}

/*
 * 5 GiB of zeros in 5 MB: one gzip member over and over. It is refused, and
 * so is the wish to see what is behind it.
 */
static void
test_endless(void)
{
	struct snapshot_limits l;
	struct mktar all = { 0 };
	struct mktar part = { 0 };

	if (!inflate_available()) {
		tap_skip("takes too long without ISA-L");
		return;
	}
	mktar_capture(&part, "before.pcap", 1000);
	mktar_entry(&part, &(struct mktar_entry){ .name = "bomb",
	                                          .claim = UINT64_C(5) << 30 });
	mktar_gzip(&part);
	mktar_raw(&all, part.p, part.n);
	mktar_free(&part);
	mktar_zeros(&part, 32u << 20);
	mktar_gzip(&part);
	for (unsigned i = 0; i < 160; i++)
		mktar_raw(&all, part.p, part.n);
	mktar_save(&all, file("t"));
	mktar_free(&part);
	mktar_free(&all);
	snapshot_limits_init(&l);
	run_limits(file("t"), &l);
	ok(strstr(d.text, "M before.pcap 0 1000 0\nN -1005 bomb\n") == d.text,
	   "a big bomb is refused");
	ok(strstr(d.text, " -1005\nN -1005 /") != NULL &&
	       strstr(d.text, "end -1005\n") != NULL,
	   "and not unpacked without end");
	ok(strstr(d.last, "--limit archive-ratio=N") != NULL,
	   "the message names the option");
	unlink(file("t"));
}

static void
test_packed_limits(void)
{
	struct snapshot_limits l;
	struct mktar t = { 0 };

	/* The size is not known before. */
	mktar_capture_bytes(d.want, 3000);
	mktar_raw(&t, d.want, 3000);
	mktar_gzip(&t);
	mktar_save(&t, file("c.gz"));
	mktar_free(&t);
	snapshot_limits_init(&l);
	l.bytes = 2000;
	d.chunk = 100;
	is_str(run_limits(file("c.gz"), &l),
	       "N -1005 c\nM c 0 2100 -1005\n"
	       "end 0\n",
	       "unpacked bytes are counted");
	d.chunk = 0;

	/* Names are counted too: folders come with them. */
	for (unsigned i = 0; i < 10; i++) {
		char name[32];

		snprintf(name, sizeof(name), "%u/a/b/c/d/e/f/g", i);
		mktar_file(&t, name, "x", 1);
	}
	mktar_end(&t);
	mktar_save(&t, file("t"));
	mktar_free(&t);
	snapshot_limits_init(&l);
	l.members = 10;
	run_limits(file("t"), &l);
	ok(strstr(d.text, "M 3/a/b/c/d/e/f/g 4 1 0\nN -1005 4/") != NULL,
	   "folders without end are refused");
}

static void
flip(const char *name, long at)
{
	FILE *f = fopen(file(name), "r+b");
	int c;

	fseek(f, at, at < 0 ? SEEK_END : SEEK_SET);
	c = fgetc(f);
	fseek(f, -1, SEEK_CUR);
	fputc(c ^ 0x55, f);
	fclose(f);
}

static void
test_damaged(void)
{
	struct mktar t = { 0 };
	size_t size;

	/* A header whose checksum is wrong. */
	mktar_capture(&t, "a.pcap", 1000);
	mktar_entry(&t, &(struct mktar_entry){ .name = "b", .bad_sum = 1 });
	mktar_capture(&t, "c.pcap", 1000);
	mktar_end(&t);
	run_tar(&t);
	ok(strstr(d.text, "M a.pcap 0 1000 0\nN -1010 /") == d.text &&
	       strstr(d.text, "\nM c.pcap 0 1000 0\nend 0\n") != NULL,
	   "what is before and after a damaged header is read");

	/* A size that lies: the data behind it is no headers at all. */
	mktar_capture(&t, "a.pcap", 1000);
	mktar_entry(&t, &(struct mktar_entry){ .name = "b", .claim = 512 });
	mktar_capture(&t, "c.pcap", 100000);
	mktar_capture(&t, "d.pcap", 1000);
	mktar_end(&t);
	run_tar(&t);
	ok(strstr(d.text, "M a.pcap 0 1000 0\nM b 4 512 0\nN -1010 /") ==
	           d.text &&
	       strstr(d.text, "\nM d.pcap 0 1000 0\nend 0\n") != NULL,
	   "garbage is passed over up to the next header");
	/* Not just any N: the text has the temporary folder's random name. */
	ok(strstr(strstr(d.text, "\nN ") + 1, "\nN ") == NULL, "in one note");

	/* A plain tar that ends within a member. */
	mktar_capture(&t, "a.pcap", 1000);
	mktar_capture(&t, "b.pcap", 100000);
	t.n -= 50000;
	run_tar(&t);
	ok(strstr(d.text, "M a.pcap 0 1000 0\n") == d.text &&
	       strstr(d.text, "N -1010 b.pcap\nM b.pcap 0 5") != NULL,
	   "half a member is given");
	ok(strstr(d.text, " -1010\nN -1010 /") != NULL &&
	       strstr(d.text, "end -1010\n") != NULL,
	   "then an error, once for it and once for the rest");
	ok(strstr(d.last, "near byte ") != NULL, "the note has the position");

	/* The same, compressed. */
	mktar_capture(&t, "a.pcap", 1000);
	mktar_capture(&t, "b.pcap", 1000000);
	mktar_end(&t);
	mktar_gzip(&t);
	size = t.n;
	t.n = size / 2;
	run_tar(&t);
	ok(strstr(d.text, "M a.pcap 0 1000 0\n") == d.text &&
	       strstr(d.text, "N -1010 b.pcap\n") != NULL,
	   "a gzip that ends too early");
	ok(d.last_off == 0, "the rest has no position in a member");
}

static void
test_checksum(void)
{
	struct mktar t = { 0 };

	if (!inflate_available()) {
		tap_skip("gzip checksums are checked with ISA-L only");
		return;
	}
	make_snapshot(&t);
	mktar_gzip(&t);
	mktar_save(&t, file("t"));
	flip("t", -8);
	run(file("t"));
	ok(strstr(d.text, "M manifest.json 3 2 0\nN -1010 /") != NULL &&
	       strstr(d.text, "end -1010\n") != NULL,
	   "a wrong checksum is told at the end");
	mktar_raw(&t, "garbage", 7);
	mktar_save(&t, file("t"));
	run(file("t"));
	ok(strstr(d.text, "M manifest.json 3 2 0\nN -1010 /") != NULL &&
	       strstr(d.text, "end 0\n") != NULL,
	   "what lies behind the archive is mentioned");
	t.n -= 7;
	mktar_zeros(&t, 4096);
	is_str(run_tar(&t), snapshot_log, "unless it is padding");
}

static void
test_folder(void)
{
	struct input *in;
	struct member m;
	char path[128];

	mkdir(file("f"), 0700);
	mkdir(file("f/n"), 0700);
	mkdir(file("f/n.b"), 0700);
	put_capture("f/n/1.pcap", 1000);
	put_capture("f/n.b/2.pcap", 1000);
	put_capture("f/n-1", 1000);
	put_text("f/n-10", "x");
	put_text("f/snapshot.json", "{}");
	put_text("f/n/name_resolution_history.json", "{}");
	put_text("f/n/bad\nname", "x");
	put_link("f/n/link", "/etc/passwd");
	put_link("f/up", "..");
	mkfifo(file("f/pipe"), 0600);
	is_str(run(file("f")),
	       "M n/1.pcap 0 1000 0\n"
	       "N -1004 n/bad\\x0aname\n"
	       "N -1004 n/link\n"
	       "M n/name_resolution_history.json 1 2 0\n"
	       "M n-1 0 1000 0\n"
	       "M n-10 4 1 0\n"
	       "M n.b/2.pcap 0 1000 0\n"
	       "N -1004 pipe\n"
	       "M snapshot.json 2 2 0\n"
	       "N -1004 up\n"
	       "end 0\n",
	       "a folder, in its order");
	is_int(d.wrong, 0, "with the right bytes");
	in = open_only(file("f"));
	is_int(input_kind(in), INPUT_FOLDER, "is read in place");
	is_int(input_next(in, &m), 1, "its first member");
	snprintf(path, sizeof(path), "%s/f/n/1.pcap", dir);
	is_str(m.path, path, "has a path");
	is_int(input_total(in), 3005, "all bytes are known");
	input_free(in);
	unlink(file("f/n/bad\nname"));
	unlink(file("f/up"));
}

static void
test_folder_limit(void)
{
	struct snapshot_limits l;

	snapshot_limits_init(&l);
	l.members = 3;
	is_str(run_limits(file("f"), &l), "open -1005\n",
	       "a folder of too many files");
	ok(strstr(d.last, "--limit archive-members=N") != NULL,
	   "and the message names the option");
}

static void
test_times(void)
{
	static const struct timespec far[2] = { { .tv_nsec = UTIME_OMIT },
		                                { .tv_sec = 1L << 33 } };
	struct stat st = { .st_size = 0 };
	struct member m = { .path = NULL };
	struct input *in;

	st.st_mtim.tv_sec = -5;
	st.st_mtim.tv_nsec = 7;
	is_int(folder_mtime(&st), -4999999993, "before 1970");
	st.st_mtim.tv_sec = INT64_MAX;
	is_int(folder_mtime(&st), INT64_MAX, "after all time");
	st.st_mtim.tv_sec = INT64_MIN;
	is_int(folder_mtime(&st), INT64_MIN, "before all time");
	put_capture("far.pcap", 100);
	utimensat(AT_FDCWD, file("far.pcap"), far, 0);
	in = open_only(file("far.pcap"));
	is_int(input_next(in, &m), 1, "a file from the year 2242");
	is_int(m.mtime, (INT64_C(1) << 33) * 1000000000, "keeps its time");
	input_free(in);
}

/* Removed between listing and reading, or replaced by a link. */
static void
test_folder_changes(void)
{
	struct snapshot_limits l;
	struct input_notes notes = { .note = note };
	struct err e = ERR_INIT;
	struct input *in = NULL;
	struct member m;

	snapshot_limits_init(&l);
	d.n = 0;
	is_int(input_open(file("f"), &l, notes, &e, &in), 0, "listed");
	unlink(file("f/n/1.pcap"));
	unlink(file("f/n-1"));
	put_link("f/n-1", "/etc/passwd");
	is_int(input_next(in, &m), 1, "a member");
	ok(str_eq(m.name, STR("n/name_resolution_history.json")),
	   "which is still there");
	ok(strstr(d.text, "N -2 n/1.pcap\n") == d.text, "the gone one is told");
	is_int(input_next(in, &m), 1, "a member");
	ok(str_eq(m.name, STR("n-10")), "not the link");
	input_free(in);
}

/* The n-th allocation or system call fails: clean errors, then success. */
static void
test_faults(const char *name)
{
	unsigned bad = 0;
	unsigned clean = 0;
	bool whole = false;
	char want[LOG_MAX];

	snprintf(want, sizeof(want), "%s", run(file(name)));
	for (int nth = 1; nth < 400 && !whole; nth++) {
		mem_fail_at(nth, false);
		run(file(name));
		whole = mem_alloc_count() < nth;
		mem_fail_at(-1, false);
		bad += !whole && strcmp(d.text, want) == 0 && d.last[0] == 0;
		clean += !whole;
	}
	ok(whole && clean > 3 && bad == 0, "failing allocations");
	whole = false;
	clean = 0;
	for (int nth = 1; nth < 400 && !whole; nth++) {
		io_fail_at(nth, EIO);
		run(file(name));
		whole = io_call_count() < nth;
		io_fail_at(-1, 0);
		bad += !whole && strcmp(d.text, want) == 0 && d.last[0] == 0;
		clean += !whole;
	}
	ok(whole && clean > 2 && bad == 0, "failing system calls");
	is_str(run(file(name)), want, "and all is well again");
}

static void
test_truncations(void)
{
	struct mktar t = { 0 };
	size_t size;

	make_snapshot(&t);
	mktar_gzip(&t);
	size = t.n;
	for (size_t n = size; n > 0; n -= n > 40 ? 37 : 1) {
		t.n = n;
		mktar_save(&t, file("t"));
		run(file("t"));
		if (n < size && strcmp(d.text, snapshot_log) == 0 &&
		    inflate_available())
			ok(false, "a cut archive is not whole");
	}
	ok(true, "every cut ends cleanly");
	mktar_free(&t);
}

int
main(void)
{
	if (mkdtemp(dir) == NULL)
		return 1;
	mktar_capture_bytes(d.want, sizeof(d.want));
	test_plain_and_gzip();
	test_other_packers();
	test_locked();
	test_stdin();
	test_single();
	test_not_a_snapshot();
	test_names();
	test_long_names();
	test_kinds();
	test_duplicates();
	test_sparse();
	test_limits();
	test_ratio();
	test_unread(false);
	test_unread(true);
	test_endless();
	test_packed_limits();
	test_damaged();
	test_checksum();
	test_truncations();
	test_folder();
	test_folder_limit();
	test_times();
	test_faults("f");
	test_faults("c.pcap.gz");
	test_folder_changes();
	is_int(tree_remove(AT_FDCWD, dir), 0, "nothing is left behind");
	return tap_done();
}
