/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fails every allocation and every system call of a whole ingest in turn, once
 * and (for memory) from then on. Each run must end in a clean error or in an
 * index that says what is missing; nothing may leak or look finished.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/ingest/ingest.h"
#include "base/io.h"
#include "base/mem.h"
#include "snapshot/tree.h"
#include "snapshot/workspace.h"
#include "tests/support/bad_sqlite.h"
#include "tests/tap/tap.h"

enum {
	DENSE = 400, /* the first so many are all failed; set-up is there */
	STRIDE = 23, /* of the rest every so-manieth */
	SQLITE_RUNS = 120, /* of each kind, spread over all there are */
};

struct outcome {
	int code;
	bool refused;
	uint8_t digest[SHA256_SIZE];
};

static const char *input;
static struct workspace_root *root;

/* One ingest; faults are on from the workspace's beginning to its end. */
static struct outcome
run(void)
{
	struct ingest_progress progress;
	struct ingest_options opt;
	struct ingest_result res;
	struct workspace *ws = NULL;
	struct outcome out = { .code = 0 };
	struct err e = ERR_INIT;

	memset(&progress, 0, sizeof(progress));
	memset(&res, 0, sizeof(res));
	ingest_options_init(&opt);
	opt.jobs = 1;
	out.code = workspace_begin(root, &e, &ws);
	if (out.code == 0)
		out.code = ingest_run(input, ws, &opt, &progress, &e, &res);
	if (out.code != 0 && e.text[0] == '\0') {
		printf("# error %d without a text\n", out.code);
		out.code = 1;
	}
	out.refused = res.refused;
	memcpy(out.digest, res.digest, sizeof(out.digest));
	workspace_free(ws);
	return out;
}

/* Clean error, or complete, or missing something and saying so. */
static bool
acceptable(const struct outcome *got, const struct outcome *good)
{
	if (got->code != 0)
		return got->code < 0;
	return got->refused ||
	       memcmp(got->digest, good->digest, sizeof(good->digest)) == 0;
}

static int64_t
next_nth(int64_t n)
{
	return n < DENSE ? n + 1 : n + STRIDE;
}

static void
sweep_memory(const struct outcome *good, bool forever)
{
	int64_t total, bad = 0, errors = 0, runs = 0;

	mem_fail_at(0, false);
	(void)run();
	total = mem_alloc_count();
	for (int64_t n = 1; n <= total; n = next_nth(n)) {
		struct outcome got;

		mem_fail_at(n, forever);
		got = run();
		mem_fail_at(-1, false);
		runs++;
		errors += got.code != 0;
		if (!acceptable(&got, good)) {
			printf("# allocation %" PRId64 ": code %d\n", n,
			       got.code);
			bad++;
		}
	}
	printf("# %" PRId64 " runs over %" PRId64 " allocations, %" PRId64
	       " errors\n",
	       runs, total, errors);
	is_int(bad, 0,
	       forever ? "memory that stays out ends cleanly"
	               : "a failing allocation ends cleanly or is told");
	ok(errors > 0, "and failures were felt");
}

static void
sweep_io(const struct outcome *good, int err)
{
	int64_t total, bad = 0, errors = 0, runs = 0;

	io_fail_at(0, 0);
	(void)run();
	total = io_call_count();
	for (int64_t n = 1; n <= total; n = next_nth(n)) {
		struct outcome got;

		io_fail_at(n, err);
		got = run();
		io_fail_at(-1, 0);
		runs++;
		errors += got.code != 0;
		if (!acceptable(&got, good)) {
			printf("# call %" PRId64 ": code %d\n", n, got.code);
			bad++;
		}
	}
	printf("# %" PRId64 " runs over %" PRId64 " calls, %" PRId64
	       " errors\n",
	       runs, total, errors);
	is_int(bad, 0, strerror(err));
	ok(errors > 0, "and failures were felt");
}

/* The same for what SQLite does by itself while it writes the index. */
static void
sweep_sqlite(const struct outcome *good, enum bad_sqlite what, const char *name)
{
	int64_t total, step, bad = 0, errors = 0, runs = 0;

	bad_sqlite_fail_at(what, 0);
	(void)run();
	total = bad_sqlite_count(what);
	step = total > 2 * SQLITE_RUNS ? total / SQLITE_RUNS : 1;
	for (int64_t n = 1; n <= total; n += step) {
		struct outcome got;

		bad_sqlite_fail_at(what, n);
		got = run();
		bad_sqlite_fail_at(what, 0);
		runs++;
		errors += got.code != 0;
		if (!acceptable(&got, good)) {
			printf("# %s %" PRId64 ": code %d\n", name, n,
			       got.code);
			bad++;
		}
	}
	printf("# %" PRId64 " runs over %" PRId64 " of %s, %" PRId64
	       " errors\n",
	       runs, total, name, errors);
	is_int(bad, 0, name);
	ok(errors > 0, "and failures were felt");
}

/* Nothing that looks finished: only lock files and the like may remain. */
static int
finished_workspaces(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int n = 0;

	while (d != NULL && (e = readdir(d)) != NULL)
		n += strlen(e->d_name) == WORKSPACE_KEY;
	if (d != NULL)
		(void)closedir(d);
	return n;
}

int
main(int argc, char **argv)
{
	char dir[] = "/tmp/ingest_fault.XXXXXX";
	struct err e = ERR_INIT;
	struct outcome good;

	input = argc > 1 ? argv[1] : "samples/tiny.tar.gz";
	if (access(input, R_OK) != 0) {
		tap_skip("no sample here");
		return tap_done();
	}
	if (!ok(bad_sqlite_begin(), "SQLite can be made to fail"))
		return tap_done();
	if (mkdtemp(dir) == NULL || workspace_root_open(dir, &e, &root) != 0)
		return 1;
	good = run();
	if (!ok(good.code == 0 && !good.refused, "without faults it works"))
		return tap_done();
	sweep_memory(&good, false);
	sweep_memory(&good, true);
	sweep_io(&good, EIO);
	sweep_io(&good, ENOSPC);
	sweep_sqlite(&good, BAD_SQLITE_MEMORY, "allocations of SQLite");
	sweep_sqlite(&good, BAD_SQLITE_IO, "reads and writes of SQLite");
	is_int(finished_workspaces(dir), 0, "nothing looks finished");
	workspace_root_free(root);
	is_int(tree_remove(AT_FDCWD, dir), 0, "and everything is removed");
	return tap_done();
}
