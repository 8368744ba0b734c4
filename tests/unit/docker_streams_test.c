/* SPDX-License-Identifier: Apache-2.0 */
/* What comes from the engine (logs, progress) and goes there (tar, JSON). */
#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <jansson.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/docker/docker_demux.h"
#include "cli/docker/docker_pull.h"
#include "cli/docker/docker_spec.h"
#include "cli/docker/docker_tar.h"
#include "snapshot/tree.h"
#include "tests/tap/tap.h"

/* ---- logs ---- */

struct said {
	char text[512];
	size_t n;
	size_t longest;
};

static void
hear(void *ctx, bool is_stderr, struct str line)
{
	struct said *s = ctx;

	if (line.n > s->longest)
		s->longest = line.n;
	s->n += (size_t)snprintf(s->text + s->n, sizeof(s->text) - s->n,
	                         "%c" STR_FMT "|", is_stderr ? 'e' : 'o',
	                         STR_ARG(str_head(line, 40)));
}

static const char frames[] = "\1\0\0\0\0\0\0\4"
			     "one\n"
			     "\2\0\0\0\0\0\0\3"
			     "bad"
			     "\1\0\0\0\0\0\0\11"
			     "two\r\nthre"
			     "\2\0\0\0\0\0\0\0"
			     "\2\0\0\0\0\0\0\6"
			     " news\n"
			     "\1\0\0\0\0\0\0\3"
			     "e\n\n"
			     "\1\0\0\0\0\0\0\4"
			     "last";

static void
test_demux(void)
{
	static const char want[] = "oone|otwo|ebad news|othree|o|olast|";
	struct str all = str_make(frames, sizeof(frames) - 1);

	for (size_t cut = 1; cut <= all.n; cut++) {
		struct said s = { .n = 0 };
		struct docker_demux d;
		int rc = 0;

		docker_demux_init(&d, hear, &s);
		for (size_t i = 0; i < all.n && rc == 0; i += cut)
			rc = docker_demux_feed(&d,
			                       str_head(str_tail(all, i), cut));
		if (rc == 0)
			rc = docker_demux_end(&d);
		docker_demux_release(&d);
		if (rc != 0 || strcmp(s.text, want) != 0) {
			is_str(s.text, want, "lines, however they are cut");
			return;
		}
	}
	ok(true, "lines, however they are cut");
}

static void
test_demux_odd(void)
{
	static char big[8 + DOCKER_LINE_MAX + 10] = "\1";
	struct said s = { .n = 0 };
	struct docker_demux d;

	docker_demux_init(&d, hear, &s);
	is_int(docker_demux_feed(&d, str_make("\3\0\0\0\0\0\0\1x", 9)),
	       ERR_MALFORMED, "a stream that there is not");
	docker_demux_release(&d);
	docker_demux_init(&d, hear, &s);
	is_int(docker_demux_feed(&d, str_make("\1\0\1\0\0\0\0\1x", 9)),
	       ERR_MALFORMED, "what is no frame");
	docker_demux_release(&d);

	docker_demux_init(&d, hear, &s);
	is_int(docker_demux_feed(&d, str_make("\1\0\0\0\0\0\0\5ab", 10)), 0,
	       "half a frame");
	is_int(docker_demux_end(&d), ERR_TRUNCATED, "is told");
	is_str(s.text, "oab|", "and not lost");
	docker_demux_release(&d);

	s = (struct said){ .n = 0 };
	memset(big + 8, 'x', sizeof(big) - 8);
	big[5] = 1;
	big[7] = 10;
	docker_demux_init(&d, hear, &s);
	is_int(docker_demux_feed(&d, str_make(big, sizeof(big))), 0,
	       "a line that does not end");
	is_int(docker_demux_end(&d), 0, "ends");
	is_int(s.longest, DOCKER_LINE_MAX, "in pieces");
	is_int(s.n, 2 * 2 + 40 + 10, "all of it");
	docker_demux_release(&d);
}

/* ---- pulling ---- */

static void
see(void *ctx, const struct docker_progress *p)
{
	struct said *s = ctx;

	s->n += (size_t)snprintf(s->text + s->n, sizeof(s->text) - s->n,
	                         STR_FMT ":" STR_FMT ":%d/%d|",
	                         STR_ARG(p->what), STR_ARG(p->text),
	                         (int)p->done, (int)p->total);
}

static int
pull(const char *text, struct said *s, struct err *ret_failure)
{
	struct docker_pulling p;
	struct str all = str_from_c(text);
	int rc = 0;

	*s = (struct said){ .n = 0 };
	docker_pulling_init(&p, see, s);
	for (size_t i = 0; i < all.n && rc == 0; i += 7)
		rc = docker_pulling_feed(&p, str_head(str_tail(all, i), 7));
	if (rc == 0)
		rc = docker_pulling_end(&p);
	*ret_failure = p.failure;
	docker_pulling_release(&p);
	return rc;
}

static void
test_pull(void)
{
	struct said s;
	struct err e;

	is_int(pull("{\"status\":\"Pulling from x\",\"id\":\"latest\"}\r\n"
	            "{\"status\":\"Downloading\",\"progressDetail\":"
	            "{\"current\":12,\"total\":345},\"id\":\"a1b2\"}\r\n"
	            "\r\n{\"status\":\"Done\",\"progressDetail\":{}}",
	            &s, &e),
	       0, "progress");
	is_str(s.text,
	       "latest:Pulling from x:0/0|a1b2:Downloading:12/345|"
	       ":Done:0/0|",
	       "line by line");
	is_int(e.code, 0, "without a failure");
	is_int(pull("{\"status\":\"Pulling\"}\n"
	            "{\"errorDetail\":{\"message\":\"toomanyrequests\"},"
	            "\"error\":\"other words\"}\n{\"error\":\"second\"}\n",
	            &s, &e),
	       0, "a failure in the stream");
	is_int(e.code, ERR_IO, "is one");
	is_str(e.text, "toomanyrequests", "in the words of the first");
	is_int(pull("{\"status\":", &s, &e), ERR_MALFORMED, "half an object");
	is_int(pull("<html>\n", &s, &e), ERR_MALFORMED, "no JSON");
	is_int(pull("[1]\n", &s, &e), ERR_MALFORMED, "no object");
	is_int(pull("{\"status\":7,\"id\":[],\"progressDetail\":3}\n", &s, &e),
	       0, "members of other types");
	is_str(s.text, "", "are passed over");
}

/* ---- the container's rights ---- */

static json_t *
spec(const char *network, const char *token)
{
	struct docker_spec s = { .image = "analyzer:latest",
		                 .owner = "box/7",
		                 .network = network,
		                 .host = "127.0.0.1",
		                 .front = 8901,
		                 .hub = 0,
		                 .name = "a \"b\".tar.gz",
		                 .token = token };
	struct buf b;
	json_t *o;

	buf_init(&b, 65536);
	is_int(docker_spec_json(&s, &b), 0, "a container's description");
	o = json_loadb(b.p, b.n, 0, NULL);
	ok(json_is_object(o), "is JSON");
	buf_release(&b);
	return o;
}

/* Compares a member, by the names on the way, with JSON. */
static void
member(const json_t *o, const char *path, const char *want, const char *what)
{
	char name[64];
	char *got;

	while (*path != '\0') {
		size_t n = strcspn(path, ".");

		snprintf(name, sizeof(name), "%.*s", (int)n, path);
		o = json_object_get(o, name);
		path += n + (path[n] == '.');
	}
	got = json_dumps(o, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
	is_str(got, want, what);
	free(got);
}

static void
test_spec(void)
{
	json_t *o = spec("bridge", "secret");

	member(o, "User", "\"65532:65532\"", "no root");
	member(o, "HostConfig.ReadonlyRootfs", "true", "nothing to write to");
	member(o, "Volumes", "{\"/data\":{},\"/work\":{}}", "but two volumes");
	member(o, "HostConfig.CapDrop", "[\"ALL\"]", "no capabilities");
	member(o, "HostConfig.SecurityOpt", "[\"no-new-privileges\"]",
	       "and none to come");
	member(o, "HostConfig.Privileged", "false", "not privileged");
	member(o, "HostConfig.AutoRemove", "false", "its death can be read");
	member(o, "HostConfig.PublishAllPorts", "false", "only its ports");
	member(o, "HostConfig.PortBindings",
	       "{\"8898/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"\"}],"
	       "\"8899/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"8901\"}]"
	       "}",
	       "are published, at one address");
	member(o, "ExposedPorts", "{\"8898/tcp\":{},\"8899/tcp\":{}}",
	       "and exposed");
	member(o, "Env", "[\"TMPDIR=/work\",\"ANALYZER_TOKEN=secret\"]",
	       "the token is no argument");
	member(o, "Cmd",
	       "[\"serve\",\"--json\",\"--host\",\"0.0.0.0\",\"--front-port\","
	       "\"8899\",\"--hub-port\",\"8898\",\"--workspace\",\"/work\","
	       "\"/data/a \\\"b\\\".tar.gz\"]",
	       "the command");
	member(o, "Labels", "{\"kubeshark.tap\":\"box/7\"}", "whose it is");
	json_decref(o);

	o = spec("host", "");
	member(o, "HostConfig.NetworkMode", "\"host\"",
	       "the machine's network");
	member(o, "HostConfig.PortBindings", "{}", "publishes nothing");
	member(o, "ExposedPorts", "{}", "and exposes nothing");
	member(o, "Env", "[\"TMPDIR=/work\"]", "needs no token on loopback");
	member(o, "Cmd",
	       "[\"serve\",\"--json\",\"--host\",\"127.0.0.1\","
	       "\"--front-port\",\"8901\",\"--hub-port\",\"0\",\"--workspace\","
	       "\"/work\",\"/data/a \\\"b\\\".tar.gz\"]",
	       "and listens where it was told");
	json_decref(o);
}

/* ---- the upload ---- */

/* Everything in the stream, read `step` bytes at a time. */
static int
drain(struct docker_tar *t, size_t step, struct buf *ret)
{
	char part[4096];
	size_t n;
	int rc;

	do {
		rc = docker_tar_read(t, part, step, &n);
		if (rc == 0)
			rc = buf_append(ret, part, n);
	} while (rc == 0 && n > 0);
	return rc;
}

/* Members as libarchive sees them: "name size mode type|". */
static void
list(const struct buf *b, char *out, size_t size)
{
	struct archive *a = archive_read_new();
	struct archive_entry *e;
	size_t n = 0;

	out[0] = '\0';
	archive_read_support_format_tar(a);
	if (archive_read_open_memory(a, b->p, b->n) != ARCHIVE_OK)
		return;
	while (archive_read_next_header(a, &e) == ARCHIVE_OK && n < size)
		n += (size_t)snprintf(
		    out + n, size - n, "%s %d %o %c|",
		    archive_entry_pathname(e), (int)archive_entry_size(e),
		    archive_entry_perm(e),
		    archive_entry_filetype(e) == AE_IFDIR ? 'd' : 'f');
	if (archive_errno(a) != 0)
		snprintf(out, size, "%s", archive_error_string(a));
	archive_read_free(a);
}

static void
write_file(const char *folder, const char *name, size_t n)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	if (f == NULL)
		exit(1);
	for (size_t i = 0; i < n; i++)
		fputc('a' + (int)(i % 26), f);
	fclose(f);
}

static void
is_stream(const struct docker_tap *tap, const char *want, const char *what)
{
	static const size_t steps[] = { 1, 511, 4096 };
	struct err e = ERR_INIT;
	char got[2048] = "";

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		struct docker_tar *t = NULL;
		struct buf b;

		buf_init(&b, 1 << 20);
		is_int(docker_tar_new(tap, &e, &t), 0, e.text);
		is_int(drain(t, steps[i], &b), 0, "is read");
		is_int(b.n % DOCKER_TAR_BLOCK, 0, "whole blocks");
		is_int(docker_tar_sent(t), docker_tar_total(t), "all sent");
		list(&b, got, sizeof(got));
		is_str(got, want, what);
		docker_tar_free(t);
		buf_release(&b);
	}
}

static int
give(void *ctx, void *p, size_t n, size_t *ret_n)
{
	size_t *left = ctx;

	*ret_n = n < *left ? n : *left;
	memset(p, 'x', *ret_n);
	*left -= *ret_n;
	return 0;
}

static void
test_source(void)
{
	size_t left = 1000;
	struct docker_tap tap = { .name = "s.pcap",
		                  .source = { give, &left, 1000 } };
	struct err e = ERR_INIT;
	struct docker_tar *t = NULL;
	char got[256];
	struct buf b;

	buf_init(&b, 1 << 20);
	is_int(docker_tar_new(&tap, &e, &t), 0, "a stream of known length");
	is_int(drain(t, 300, &b), 0, "is read");
	list(&b, got, sizeof(got));
	is_str(got, "s.pcap 1000 444 f|", "and is a file");
	docker_tar_free(t);
	buf_clear(&b);

	left = 600;
	is_int(docker_tar_new(&tap, &e, &t), 0, "one that is shorter");
	is_int(drain(t, 300, &b), ERR_CHANGED, "fails");
	is_str(docker_tar_error(t), "s.pcap: it got shorter meanwhile",
	       "and says so");
	docker_tar_free(t);
	buf_release(&b);
	tap.name = "a/b";
	is_int(docker_tar_new(&tap, &e, &t), ERR_USAGE, "a name with a slash");
	tap.name = "..";
	is_int(docker_tar_new(&tap, &e, &t), ERR_USAGE, "a name that climbs");
}

static void
test_folder(void)
{
	char folder[] = "/tmp/docker-tar-XXXXXX";
	char path[512], name[160], want[512];
	struct docker_tap tap = { .name = "snap" };

	if (mkdtemp(folder) == NULL)
		exit(1);
	write_file(folder, "one.pcap", 513);
	tap.path = path;
	snprintf(path, sizeof(path), "%s/one.pcap", folder);
	is_stream(&tap, "snap 513 444 f|", "a file, renamed");
	tap.name = NULL;
	is_stream(&tap, "one.pcap 513 444 f|", "a file");

	snprintf(path, sizeof(path), "%s/n1", folder);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/n1/deep", folder);
	mkdir(path, 0700);
	write_file(folder, "n1/deep/x", 1);
	write_file(folder, "n1/y", 0);
	memset(name, 'l', 120);
	snprintf(name + 120, sizeof(name) - 120, ".pcap");
	write_file(folder, name, 5);
	snprintf(path, sizeof(path), "%s/link", folder);
	ok(symlink("/etc/passwd", path) == 0, "a link");
	tap.path = folder;
	tap.name = "snap";
	snprintf(want, sizeof(want),
	         "snap/ 0 755 d|snap/%s 5 444 f|snap/n1/ 0 755 d|"
	         "snap/n1/deep/ 0 755 d|snap/n1/deep/x 1 444 f|"
	         "snap/n1/y 0 444 f|snap/one.pcap 513 444 f|",
	         name);
	is_stream(&tap, want, "a folder, without the link");
	is_int(tree_remove(AT_FDCWD, folder), 0, "cleaned up");
	is_int(docker_tar_new(&tap, NULL, &(struct docker_tar *){ NULL }),
	       -ENOENT, "what is not there");
}

/* Larger than eleven octal digits can say. */
static void
test_large(void)
{
	uint64_t size = UINT64_C(10) << 30;
	struct buf b;
	struct archive *a = archive_read_new();
	struct archive_entry *e = NULL;

	buf_init(&b, 1 << 16);
	is_int(docker_tar_header(&b, DOCKER_TAR_FILE, STR("big"), size, 1), 0,
	       "a header for 10 GiB");
	archive_read_support_format_tar(a);
	archive_read_open_memory(a, b.p, b.n);
	is_int(archive_read_next_header(a, &e), ARCHIVE_OK, "is read");
	is_int(archive_entry_size(e), (intmax_t)size, "and has the size");
	is_int(archive_entry_mtime(e), 1, "and the time");
	is_str(archive_entry_pathname(e), "big", "and the name");
	archive_read_free(a);
	buf_release(&b);
}

int
main(void)
{
	test_demux();
	test_demux_odd();
	test_pull();
	test_spec();
	test_source();
	test_folder();
	test_large();
	return tap_done();
}
