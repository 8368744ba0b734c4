/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/workspace.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "snapshot/known.h"
#include "snapshot/lock.h"
#include "snapshot/tree.h"
#include "snapshot/workspaces.h"
#include "tests/tap/tap.h"

static char dir[] = "/tmp/workspace-test-XXXXXX";
static char root_path[64];

static const char *const hex_a =
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
static const char *const hex_b =
    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

static const char *
path_to(const char *name)
{
	static char path[4][256];
	static unsigned i;

	i = (i + 1) % 4;
	snprintf(path[i], sizeof(path[i]), "%s/%s", dir, name);
	return path[i];
}

static void
put(const char *path, const char *text)
{
	FILE *f = fopen(path, "wb");

	fputs(text, f);
	fclose(f);
}

static bool
there(const char *path)
{
	return access(path, F_OK) == 0;
}

/* How many things in the root begin with `prefix`? */
static int
count(const char *prefix)
{
	DIR *d = opendir(root_path);
	struct dirent *e;
	int n = 0;

	while (d != NULL && (e = readdir(d)) != NULL)
		n += strncmp(e->d_name, prefix, strlen(prefix)) == 0 &&
		     e->d_name[0] != '.';
	if (d != NULL)
		closedir(d);
	return n;
}

static struct workspace_root *
open_root(void)
{
	struct workspace_root *r = NULL;
	struct err e = ERR_INIT;

	if (workspace_root_open(root_path, &e, &r) != 0)
		printf("# %s\n", e.text);
	return r;
}

/* One member and an index: as much as ingest would write. */
static int
fill(struct workspace *w, struct err *e)
{
	FILE *f;
	int fd;
	int rc = workspace_create(w, STR("node-1_10.0.0.1/1.pcap"), e, &fd);

	if (rc != 0)
		return rc;
	rc = io_write_full(fd, "packets", 7);
	if (rc != 0) {
		(void)io_close(fd);
		return rc;
	}
	rc = workspace_finish_member(w, fd, e);
	f = fopen(workspace_index(w), "wb");
	if (f == NULL)
		return ERR_IO;
	fputs("index", f);
	fclose(f);
	return rc;
}

/* The whole way for one input. */
static int
make(struct workspace_root *r, const char *input, struct err *e)
{
	struct workspace *w = NULL;
	int rc = workspace_find(r, input, hex_b, e, &w);

	if (rc == 1)
		workspace_free(w);
	if (rc != 0)
		return rc;
	rc = workspace_begin(r, e, &w);
	if (rc != 0)
		return rc;
	rc = workspace_room(w, 7, e);
	if (rc == 0)
		rc = fill(w, e);
	if (rc == 0)
		rc = workspace_publish(w, input, hex_a, hex_b, e);
	workspace_free(w);
	return rc;
}

static void
clear_root(void)
{
	is_int(tree_remove(AT_FDCWD, root_path), 0, "a new root");
}

static void
test_life(void)
{
	struct workspace_root *r = open_root();
	struct workspace *w = NULL;
	struct err e = ERR_INIT;
	char key[SHA256_HEX_MAX];
	char text[256];
	uint8_t digest[SHA256_SIZE];
	struct stat st;

	is_int(stat(root_path, &st), 0, "the root is made");
	is_int(st.st_mode & 0777, 0700, "for its owner only");
	put(path_to("in.tar"), "an archive");
	is_int(workspace_find(r, path_to("in.tar"), hex_b, &e, &w), 0,
	       "nothing is known");
	is_int(workspace_begin(r, &e, &w), 0, "begun");
	is_int(count("tmp-"), 1, "under a temporary name");
	is_int(fill(w, &e), 0, "filled");
	snprintf(text, sizeof(text), "%s/evidence/node-1_10.0.0.1/1.pcap",
	         workspace_path(w));
	is_int(stat(text, &st), 0, "the member is there");
	is_int(st.st_mode & 0777, 0444, "read-only");
	is_int(st.st_size, 7, "whole");
	is_int(workspace_find(r, path_to("in.tar"), hex_b, &e, &w), 0,
	       "nothing is known before it is published");
	is_int(workspace_publish(w, path_to("in.tar"), hex_a, hex_b, &e), 0,
	       "published");
	snprintf(text, sizeof(text), "%s %s\n", hex_a, hex_b);
	is_int(sha256_of(str_from_c(text), digest), 0, "digest");
	(void)sha256_hex(digest, key);
	ok(there(path_to("root")) && count(key) == 1, "under its key");
	is_int(count("tmp-"), 0, "and no other");
	ok(strstr(workspace_path(w), key) != NULL, "which is its path");
	snprintf(text, sizeof(text), "%s/index.db", workspace_path(w));
	is_str(workspace_index(w), text, "and its index below");
	snprintf(text, sizeof(text), "%s/lock", workspace_path(w));
	ok(there(text), "with a lock that those who use it share");
	workspace_free(w);
	is_int(count(key), 1, "it stays when it is closed");

	is_int(workspace_find(r, path_to("in.tar"), hex_b, &e, &w), 1,
	       "the same input is known");
	ok(strstr(workspace_path(w), key) != NULL, "with its workspace");
	workspace_free(w);
	is_int(workspace_find(r, path_to("in.tar"), hex_a, &e, &w), 0,
	       "but not for other options");
	workspace_root_free(r);
}

static void
test_changed_input(void)
{
	struct workspace_root *r = open_root();
	struct workspace *w = NULL;
	struct err e = ERR_INIT;

	put(path_to("in.tar"), "another archive");
	is_int(workspace_find(r, path_to("in.tar"), hex_b, &e, &w), 0,
	       "a changed input is not known");
	is_int(workspace_find(r, path_to("none"), hex_b, &e, &w), 0,
	       "nor one that is not there");
	is_int(workspace_find(r, "-", hex_b, &e, &w), 0, "nor standard input");

	/* Changed between opening and publishing: not remembered. */
	is_int(workspace_begin(r, &e, &w), 0, "begun");
	is_int(fill(w, &e), 0, "filled");
	put(path_to("in.tar"), "changed while it was read");
	is_int(workspace_publish(w, path_to("in.tar"), hex_a, hex_b, &e), 0,
	       "published although the key is there");
	is_int(count("tmp-"), 0, "the new one is dropped");
	ok(there(workspace_index(w)), "the old one serves");
	workspace_free(w);
	w = NULL;
	is_int(workspace_find(r, path_to("in.tar"), hex_b, &e, &w), 0,
	       "what was read is not taken for what is there now");
	is_int(make(r, path_to("in.tar"), &e), 0, "made again");
	is_int(make(r, path_to("in.tar"), &e), 1, "and then known");
	workspace_root_free(r);
}

static void
test_folder_input(void)
{
	struct workspace_root *r = open_root();
	struct err e = ERR_INIT;
	char one[SHA256_HEX_MAX];
	char two[SHA256_HEX_MAX];

	mkdir(path_to("f"), 0700);
	mkdir(path_to("f/n"), 0700);
	put(path_to("f/n/1.pcap"), "1");
	is_int(make(r, path_to("f"), &e), 0, "a folder");
	is_int(make(r, path_to("f"), &e), 1, "is known again");
	is_int(known_identify(path_to("f"), one), 1, "identified");
	put(path_to("f/n/2.pcap"), "2");
	is_int(known_identify(path_to("f"), two), 1, "identified");
	ok(strcmp(one, two) != 0, "a new file is a change");
	is_int(make(r, path_to("f"), &e), 0, "so it is not known");
	unlink(path_to("f/n/2.pcap"));
	is_int(known_identify(path_to("f"), two), 1, "identified");
	is_str(two, one, "without it everything is as before");
	workspace_root_free(r);
}

static void
test_names(void)
{
	struct workspace_root *r = open_root();
	struct workspace *w = NULL;
	struct err e = ERR_INIT;
	int fd = -1;

	is_int(workspace_begin(r, &e, &w), 0, "begun");
	is_int(workspace_create(w, STR("../x"), &e, &fd), ERR_REFUSED, "up");
	is_int(workspace_create(w, STR("/tmp/x"), &e, &fd), ERR_REFUSED,
	       "absolute");
	is_int(workspace_create(w, STR("a"), &e, &fd), 0, "a member");
	is_int(workspace_finish_member(w, fd, &e), 0, "written");
	is_int(workspace_create(w, STR("a"), &e, &fd), ERR_EXIST, "twice");
	ok(workspace_create(w, STR("a/b"), &e, &fd) < 0, "a file as folder");
	ok(strstr(e.text, "a/b") != NULL, "the message names the member");
	is_int(workspace_room(w, 1, &e), 0, "there is room for a byte");
	is_int(workspace_room(w, UINT64_MAX / 2, &e), ERR_LIMIT,
	       "not for everything");
	ok(strstr(e.text, "MiB free") != NULL, "with the figures");
	is_int(workspace_publish(w, "x", "no digest", hex_b, &e), ERR_INVAL,
	       "a key is made of digests");
	workspace_free(w);
	is_int(count("tmp-"), 0, "what is not published is removed");
	workspace_free(NULL);
	workspace_root_free(r);
}

/* A run that dies leaves a folder; the next run removes it, but no live one. */
static void
test_interrupted(void)
{
	struct workspace_root *r = open_root();
	struct workspace *live = NULL;
	struct workspace *w = NULL;
	struct err e = ERR_INIT;
	char lone[128];
	pid_t pid;

	is_int(workspace_begin(r, &e, &live), 0, "one at work");
	is_int(fill(live, &e), 0, "with evidence");
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		struct workspace_root *other = open_root();

		_exit(workspace_begin(other, &e, &w) != 0 || fill(w, &e) != 0);
	}
	waitpid(pid, NULL, 0);
	snprintf(lone, sizeof(lone), "%s/tmp-empty", root_path);
	mkdir(lone, 0700);
	is_int(count("tmp-"), 3, "one was left behind, and a bare one");
	is_int(workspace_begin(r, &e, &w), 0, "the next one begins");
	is_int(count("tmp-"), 2, "and removes them, not the live one");
	ok(there(workspace_index(live)), "which is whole");
	workspace_free(w);
	workspace_free(live);
	workspace_root_free(r);
}

static void
test_known_file(void)
{
	static const char *const broken[] = {
		"",
		"{",
		"[]",
		"{\"format\":2,\"known\":[]}",
		"\xff\xfe",
		("{\"format\":1,\"known\":[{\"path\":\"/x\","
		 "\"identity\":\"1\",\"evidence\":\"../../etc\"}]}"),
		"{\"format\":1,\"known\":{}}",
	};
	struct workspace_root *r = open_root();
	struct err e = ERR_INIT;
	char path[96];

	snprintf(path, sizeof(path), "%s/known.json", root_path);
	put(path_to("k.tar"), "k");
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		put(path, broken[i]);
		is_int(make(r, path_to("k.tar"), &e), 0,
		       "a damaged table is an empty one");
		is_int(make(r, path_to("k.tar"), &e), 1, "and is replaced");
	}
	unlink(path);
	mkdir(path, 0700);
	is_int(make(r, path_to("k.tar"), &e), 0,
	       "that it cannot be written is no failure");
	rmdir(path);
	workspace_root_free(r);
}

/* What is there under the key makes room on demand, and only then. */
static void
test_replace(void)
{
	struct workspace_root *r = open_root();
	struct workspace *w = NULL;
	struct err e = ERR_INIT;
	char index[8] = "";
	char path[256];
	FILE *f;

	put(path_to("r.tar"), "r");
	is_int(make(r, path_to("r.tar"), &e), 0, "published");
	is_int(workspace_begin(r, &e, &w), 0, "begun anew");
	is_int(fill(w, &e), 0, "filled");
	put(workspace_index(w), "better");
	is_int(workspace_replace(w, path_to("r.tar"), hex_a, hex_b, &e), 0,
	       "put in the place of the other");
	snprintf(path, sizeof(path), "%s", workspace_index(w));
	workspace_free(w);
	is_int(count("tmp-"), 0, "nothing is left over");
	f = fopen(path, "rb");
	is_int(f != NULL && fgets(index, sizeof(index), f) != NULL, 1, "read");
	is_str(index, "better", "the new one is there");
	if (f != NULL)
		fclose(f);
	is_int(make(r, path_to("r.tar"), &e), 1, "and is found");
	workspace_root_free(r);
}

/* A finished workspace of its own, made of an input of that name. */
static void
make_one(struct workspace_root *r, const char *name, const char *salt)
{
	struct workspace *w = NULL;
	struct err e = ERR_INIT;
	int rc;

	put(path_to(name), name);
	rc = workspace_find(r, path_to(name), salt, &e, &w);
	if (rc == 0)
		rc = workspace_begin(r, &e, &w);
	if (rc == 0)
		rc = fill(w, &e);
	if (rc == 0)
		rc = workspace_publish(w, path_to(name), hex_a, salt, &e);
	is_int(rc, 0, name);
	workspace_free(w);
}

/* A digest of n repeated. */
static const char *
salt_of(int n)
{
	static char text[4][SHA256_HEX_MAX];
	static unsigned i;

	i = (i + 1) % 4;
	memset(text[i], '0' + n, WORKSPACE_KEY);
	return text[i];
}

/* Let the one made of `name` have been used so many days ago. */
static void
age(struct workspace_root *r, const char *name, int64_t now, int days)
{
	struct workspaces *l = NULL;
	struct err e = ERR_INIT;
	char lock[512];
	int64_t then = now - (int64_t)days * 86400 * 1000000000;
	struct timespec t[2] = { { .tv_nsec = UTIME_OMIT },
		                 { .tv_sec = then / 1000000000 } };
	int n = 0;

	is_int(workspaces_list(r, &e, &l), 0, "listed");
	for (size_t i = 0; i < workspaces_count(l); i++) {
		const struct workspaces_item *item = workspaces_at(l, i);

		if (!str_eq(item->input, str_from_c(path_to(name))))
			continue;
		snprintf(lock, sizeof(lock), "%s/%s/index.db", root_path,
		         item->name.p);
		n += utimensat(AT_FDCWD, lock, t, 0) == 0;
		snprintf(lock, sizeof(lock), "%s/%s/" LOCK_FILE, root_path,
		         item->name.p);
		n += utimensat(AT_FDCWD, lock, t, 0) == 0;
	}
	is_int(n, 2, "aged");
	workspaces_free(l);
}

/* "a used, b unused, ..." in the order of the list. */
static const char *
listed(struct workspace_root *r)
{
	static char text[512];
	struct workspaces *l = NULL;
	struct err e = ERR_INIT;
	size_t n = 0;

	text[0] = '\0';
	if (workspaces_list(r, &e, &l) != 0)
		return "(not listed)";
	for (size_t i = 0; i < workspaces_count(l); i++) {
		const struct workspaces_item *item = workspaces_at(l, i);
		const char *name = item->input.n > 0
		                       ? strrchr(item->input.p, '/') + 1
		                       : "?";

		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s %s",
		                      i > 0 ? ", " : "", name,
		                      workspaces_state_name(item->state));
	}
	workspaces_free(l);
	return text;
}

static struct workspaces_sum
trimmed(struct workspace_root *r, uint64_t bytes, uint64_t days, int64_t now)
{
	struct cache_limits limits = { .bytes = bytes, .days = days };
	struct workspaces_sum sum = { .n = 0 };
	struct err e = ERR_INIT;

	is_int(workspaces_trim(r, &limits, now, &e, &sum), 0, "trimmed");
	return sum;
}

/* In another process: open the workspace of `name`, tell, and wait. */
static pid_t
hold_elsewhere(const char *name, const char *salt, int *ret_wake)
{
	struct workspace *w = NULL;
	struct err e = ERR_INIT;
	int ready[2];
	int wake[2];
	char c = 0;
	pid_t pid;

	fflush(stdout);
	if (pipe(ready) != 0 || pipe(wake) != 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		struct workspace_root *r = open_root();
		int rc = workspace_find(r, path_to(name), salt, &e, &w);

		close(wake[1]);
		_exit(rc != 1 || write(ready[1], "r", 1) != 1 ||
		      read(wake[0], &c, 1) != 0 || !there(workspace_index(w)));
	}
	close(ready[1]);
	close(wake[0]);
	is_int(read(ready[0], &c, 1), 1, "it is open in another process");
	close(ready[0]);
	*ret_wake = wake[1];
	return pid;
}

/* Nothing that is open anywhere goes, whatever the limits. */
static void
test_in_use(void)
{
	struct workspace_root *r = open_root();
	int64_t now = INT64_C(4000000000) * 1000000000;
	struct workspaces_sum sum;
	struct workspace *w = NULL;
	struct err e = ERR_INIT;
	int wake = -1;
	int status = -1;
	pid_t pid;

	make_one(r, "a.tar", salt_of(1));
	make_one(r, "b.tar", salt_of(2));
	is_int(workspace_begin(r, &e, &w), 0, "one in the making");
	pid = hold_elsewhere("a.tar", salt_of(1), &wake);
	sum = trimmed(r, 0, 0, now);
	is_int(sum.n, 1, "only what nobody uses is removed");
	is_int(sum.bytes, 7 + 5 + strlen(path_to("b.tar")), "with its bytes");
	ok(strstr(listed(r), "a.tar in use") != NULL, "one is open");
	ok(strstr(listed(r), "? in the making") != NULL, "one is being made");
	ok(strstr(listed(r), "b.tar") == NULL, "the third is gone");
	workspace_free(w);
	w = NULL;
	is_int(workspace_find(r, path_to("b.tar"), salt_of(2), &e, &w), 0,
	       "nobody finds it");
	close(wake);
	waitpid(pid, &status, 0);
	is_int(status, 0, "the other process could read on");
	is_str(listed(r), "a.tar unused", "now it is not used any more");
	is_int(trimmed(r, 0, 0, now).n, 1, "and may go");
	is_str(listed(r), "", "nothing is left");
	workspace_root_free(r);
}

/* A list is old as soon as it is made: the lock decides. */
static void
test_removed_late(void)
{
	struct workspace_root *r = open_root();
	struct workspaces *l = NULL;
	struct workspace *w = NULL;
	struct err e = ERR_INIT;

	make_one(r, "a.tar", salt_of(1));
	is_int(workspaces_list(r, &e, &l), 0, "listed");
	is_int(workspaces_at(l, 0)->state, WORKSPACES_UNUSED, "unused");
	is_int(workspace_find(r, path_to("a.tar"), salt_of(1), &e, &w), 1,
	       "then opened");
	is_int(workspaces_remove(r, workspaces_at(l, 0), &e), ERR_AGAIN,
	       "it is not removed");
	ok(strstr(e.text, "in use") != NULL, "and told why");
	ok(there(workspace_index(w)), "it is whole");
	workspace_free(w);
	is_int(workspaces_remove(r, workspaces_at(l, 0), &e), 0, "removed");
	is_int(workspaces_remove(r, workspaces_at(l, 0), &e), 0,
	       "twice is no mistake");
	workspaces_free(l);
	is_int(count("tmp-"), 0, "nothing is left over");
	workspace_root_free(r);
}

/* First what is too old, then the least recently used. */
static void
test_limits(void)
{
	struct workspace_root *r = open_root();
	int64_t now = INT64_C(2000000000) * 1000000000;
	uint64_t each;
	struct workspaces_sum sum;

	make_one(r, "1.tar", salt_of(1));
	make_one(r, "2.tar", salt_of(2));
	make_one(r, "3.tar", salt_of(3));
	age(r, "1.tar", now, 3);
	age(r, "2.tar", now, 31);
	age(r, "3.tar", now, 5);
	is_str(listed(r), "1.tar unused, 3.tar unused, 2.tar unused",
	       "the most recently used first");
	each = 7 + 5 + strlen(path_to("1.tar"));
	is_int(trimmed(r, 3 * each, 32, now).n, 0, "all within the limits");
	sum = trimmed(r, 3 * each, 31, now);
	is_int(sum.n, 1, "one is too old");
	is_int(sum.bytes, each, "of that size");
	is_str(listed(r), "1.tar unused, 3.tar unused", "the oldest");
	is_int(trimmed(r, 2 * each, 31, now).n, 0, "two fit");
	is_int(trimmed(r, 2 * each - 1, 31, now).n, 1, "a byte less: not");
	is_str(listed(r), "1.tar unused", "the one used last stays");
	age(r, "1.tar", now, -100);
	is_int(trimmed(r, each, 31, now).n, 0,
	       "what was used in the future is not old");
	workspace_root_free(r);
}

/* Whose lock is gone with its process: left behind, and removed. */
static void
test_leftovers(void)
{
	struct workspace_root *r = open_root();
	struct workspace *w = NULL;
	struct err e = ERR_INIT;
	char path[128];
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		struct workspace_root *other = open_root();

		_exit(workspace_begin(other, &e, &w) != 0 || fill(w, &e) != 0);
	}
	waitpid(pid, NULL, 0);
	snprintf(path, sizeof(path), "%s/stranger", root_path);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/tmp-file", root_path);
	put(path, "x");
	ok(strstr(listed(r), "? left behind") != NULL, "left behind");
	is_int(trimmed(r, UINT64_MAX, UINT64_MAX, 0).n, 1,
	       "goes whatever the limits are");
	ok(strstr(listed(r), "left behind") == NULL, "gone");
	is_int(count("stranger"), 1, "what is not ours stays");
	workspace_root_free(r);
}

/* Put in the place of one that somebody reads: he reads on. */
static void
test_replace_in_use(void)
{
	struct workspace_root *r = open_root();
	struct workspace *reader = NULL;
	struct workspace *w = NULL;
	struct err e = ERR_INIT;

	put(path_to("r.tar"), "r");
	is_int(make(r, path_to("r.tar"), &e), 0, "published");
	is_int(workspace_find(r, path_to("r.tar"), hex_b, &e, &reader), 1,
	       "somebody reads it");
	is_int(workspace_begin(r, &e, &w), 0, "begun anew");
	is_int(fill(w, &e), 0, "filled");
	is_int(workspace_replace(w, path_to("r.tar"), hex_a, hex_b, &e), 0,
	       "put in its place");
	is_int(count("tmp-"), 1, "the old one is set aside");
	workspace_free(w);
	is_int(workspace_begin(r, &e, &w), 0, "the next one begins");
	is_int(count("tmp-"), 2, "and leaves it alone");
	workspace_free(w);
	workspace_free(reader);
	is_int(workspace_begin(r, &e, &w), 0, "another one");
	is_int(count("tmp-"), 1, "when nobody reads it, it goes");
	workspace_free(w);
	workspace_root_free(r);
}

/* The identity of the i-th input, made up. */
static struct str
made_up(unsigned i)
{
	static char text[SHA256_HEX_MAX];

	snprintf(text, sizeof(text), "%064u", i);
	return str_from_c(text);
}

static void
test_known_table(void)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY);
	struct known *k = NULL;
	char path[32];
	unsigned wrong = 0;

	is_int(known_load(fd, &k), 0, "no file");
	is_int(known_count(k), 0, "an empty table");
	for (unsigned i = 0; i < KNOWN_MAX + 10; i++) {
		snprintf(path, sizeof(path), "/in/%u", i);
		wrong += known_put(k, str_from_c(path), made_up(i),
		                   str_from_c(hex_b)) != 0;
	}
	is_int(wrong, 0, "more than it holds");
	is_int(known_count(k), KNOWN_MAX, "the oldest are forgotten");
	is_int(known_put(k, STR("/in/100"), made_up(99999), str_from_c(hex_a)),
	       0, "changed");
	is_int(known_count(k), KNOWN_MAX, "in place of the old");
	is_int(known_save(k, fd), 0, "saved");
	known_free(k);
	is_int(known_load(fd, &k), 0, "loaded");
	is_int(known_count(k), KNOWN_MAX, "all of it");
	ok(str_eq(known_find(k, made_up(99999)), str_from_c(hex_a)), "found");
	ok(str_eq(known_find(k, made_up(101)), str_from_c(hex_b)), "found");
	is_int(known_find(k, made_up(100)).n, 0, "not as it was");
	is_int(known_find(k, made_up(5)).n, 0, "nor what was forgotten");
	known_free(k);
	known_free(NULL);
	close(fd);
}

/* Index an input in place: there is no evidence in the workspace. */
static int
make_in_place(struct workspace_root *r, const char *input, char path[256])
{
	struct workspace *w = NULL;
	struct err e = ERR_INIT;
	int rc = workspace_find(r, input, hex_b, &e, &w);

	if (rc == 0)
		rc = workspace_begin(r, &e, &w);
	if (rc == 0) {
		put(workspace_index(w), input);
		rc = workspace_publish(w, input, hex_a, hex_b, &e);
	}
	snprintf(path, 256, "%s", w != NULL ? workspace_path(w) : "");
	workspace_free(w);
	return rc;
}

/* The same bytes at two places, or touched, are not each other's evidence. */
static void
test_in_place(void)
{
	struct workspace_root *r = open_root();
	struct timespec later[2] = { { .tv_nsec = UTIME_OMIT },
		                     { .tv_sec = 1700000000 } };
	char one[256];
	char two[256];
	char again[256];
	char touched[256];

	mkdir(path_to("x"), 0700);
	mkdir(path_to("y"), 0700);
	put(path_to("x/a.pcap"), "same");
	put(path_to("y/a.pcap"), "same");
	is_int(make_in_place(r, path_to("x/a.pcap"), one), 0, "one copy");
	is_int(make_in_place(r, path_to("y/a.pcap"), two), 0, "another copy");
	ok(strcmp(one, two) != 0, "have an index each");
	is_int(make_in_place(r, path_to("x/a.pcap"), again), 1, "known");
	is_str(again, one, "as its own");
	is_int(make_in_place(r, path_to("y/a.pcap"), again), 1, "known");
	is_str(again, two, "as its own");
	utimensat(AT_FDCWD, path_to("x/a.pcap"), later, 0);
	is_int(make_in_place(r, path_to("x/a.pcap"), touched), 0,
	       "touched: indexed anew");
	ok(strcmp(one, touched) != 0, "beside the old index");
	rename(path_to("x/a.pcap"), path_to("x/b.pcap"));
	is_int(make_in_place(r, path_to("x/b.pcap"), again), 0,
	       "moved: indexed anew");
	workspace_root_free(r);
}

/* Whatever fails: a clean error, nothing that looks finished, no leftovers. */
static void
test_faults(void)
{
	struct err e = ERR_INIT;
	bool done = false;
	unsigned clean = 0;
	unsigned odd = 0;

	put(path_to("fault.tar"), "f");
	for (int nth = 1; nth < 500 && !done; nth++) {
		struct workspace_root *r = NULL;
		int rc;

		odd += tree_remove(AT_FDCWD, root_path) != 0;
		mem_fail_at(nth, false);
		rc = workspace_root_open(root_path, &e, &r);
		if (rc == 0)
			rc = make(r, path_to("fault.tar"), &e);
		workspace_root_free(r);
		done = mem_alloc_count() < nth;
		mem_fail_at(-1, false);
		odd += rc > 0 || count("tmp-") != 0;
		clean += rc == ERR_NOMEM;
	}
	ok(done && clean > 5 && odd == 0, "failing allocations");
	done = false;
	clean = 0;
	for (int nth = 1; nth < 500 && !done; nth++) {
		struct workspace_root *r = NULL;
		int rc;

		odd += tree_remove(AT_FDCWD, root_path) != 0;
		io_fail_at(nth, ENOSPC);
		rc = workspace_root_open(root_path, &e, &r);
		if (rc == 0)
			rc = make(r, path_to("fault.tar"), &e);
		workspace_root_free(r);
		done = io_call_count() < nth;
		io_fail_at(-1, 0);
		odd += rc > 0 || (rc != 0 && e.text[0] == '\0');
		clean += rc == ERR_NOSPC;
		/* A folder whose removal failed is swept up by the next. */
		r = open_root();
		odd += make(r, path_to("fault.tar"), &e) < 0;
		odd += make(r, path_to("fault.tar"), &e) != 1;
		workspace_root_free(r);
	}
	ok(done && clean > 5 && odd == 0, "failing system calls");
}

/* There is one thread; NULL takes the variable away. */
static void
set_variable(const char *name, const char *value)
{
	if (value != NULL)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

static void
test_default_place(void)
{
	struct workspace_root *r = NULL;
	struct err e = ERR_INIT;
	char text[128];

	set_variable("XDG_CACHE_HOME", dir);
	is_int(workspace_root_open(NULL, &e, &r), 0, "in the cache");
	snprintf(text, sizeof(text), "%s/kubeshark", dir);
	is_str(workspace_root_path(r), text, "of its own name");
	workspace_root_free(r);
	set_variable("XDG_CACHE_HOME", "relative");
	set_variable("HOME", path_to("home"));
	is_int(workspace_root_open(NULL, &e, &r), 0, "below the home");
	snprintf(text, sizeof(text), "%s/home/.cache/kubeshark", dir);
	is_str(workspace_root_path(r), text, "in the usual folder");
	workspace_root_free(r);
	set_variable("HOME", NULL);
	is_int(workspace_root_open(NULL, &e, &r), ERR_NOENT, "nowhere");
	ok(strstr(e.text, "--workspace") != NULL, "with what to do");
	is_int(workspace_root_open("/dev/null/x", &e, &r) < 0, 1,
	       "no folder there");
	workspace_root_free(NULL);
}

int
main(void)
{
	if (mkdtemp(dir) == NULL)
		return 1;
	snprintf(root_path, sizeof(root_path), "%s/root", dir);
	test_life();
	test_changed_input();
	clear_root();
	test_folder_input();
	test_names();
	test_interrupted();
	clear_root();
	test_known_file();
	test_known_table();
	clear_root();
	test_in_place();
	test_replace();
	clear_root();
	test_in_use();
	test_removed_late();
	test_limits();
	test_leftovers();
	clear_root();
	test_replace_in_use();
	test_faults();
	test_default_place();
	is_int(tree_remove(AT_FDCWD, dir), 0, "nothing is left behind");
	return tap_done();
}
