/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/workspaces.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "snapshot/folder.h"
#include "snapshot/lock.h"
#include "snapshot/tree.h"
#include "snapshot/workspace_unfinished.h"

#define DAY (24 * 60 * 60 * CLOCK_SEC)

enum {
	INPUT_BYTES = 4096, /* of the path in a lock; the rest is not shown */
	TEXT_BYTES = WORKSPACES_MAX * (INPUT_BYTES + 128),
};

struct workspaces {
	struct arena text;
	struct workspaces_item *items;
	size_t n;
};

const char *
workspaces_state_name(enum workspaces_state s)
{
	static const char *const names[] = {
		[WORKSPACES_UNUSED] = "unused",
		[WORKSPACES_USED] = "in use",
		[WORKSPACES_MAKING] = "in the making",
		[WORKSPACES_LEFT] = "left behind",
		[WORKSPACES_GONE] = "removed",
	};

	return names[s];
}

/* ---- looking ---- */

/* Our folders have such names, others are none of our business. */
static bool
is_name(struct str name, bool *ret_finished)
{
	uint8_t digest[SHA256_SIZE];

	*ret_finished = sha256_parse(name, digest) == 0;
	return *ret_finished || str_starts(name, STR(WORKSPACE_UNFINISHED));
}

/* The root is locked: nobody makes a folder or takes one's lock alone. */
static enum workspaces_state
state_of(int rootfd, const char *name, bool finished)
{
	bool held = lock_is_held(rootfd, name);

	if (finished)
		return held ? WORKSPACES_USED : WORKSPACES_UNUSED;
	return held ? WORKSPACES_MAKING : WORKSPACES_LEFT;
}

static void
read_lock(struct arena *text, int dirfd, struct workspaces_item *item)
{
	char input[INPUT_BYTES];
	struct stat st;
	size_t n = 0;
	int fd;

	if (io_open_at(dirfd, LOCK_FILE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0,
	               &fd) != 0)
		return;
	if (io_stat(fd, &st) == 0 && folder_mtime(&st) > item->used)
		item->used = folder_mtime(&st);
	if (io_read_full(fd, input, sizeof(input), &n) == 0)
		item->input = arena_dup(text, str_make(input, n));
	(void)io_close(fd);
}

/* What can be learnt of it; somebody may be removing it just now. */
static void
describe(struct arena *text, int rootfd, struct workspaces_item *item)
{
	struct stat st;
	int fd;

	if (io_open_at(rootfd, item->name.p,
	               O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0, &fd) != 0)
		return;
	if (fstatat(fd, WORKSPACE_INDEX, &st, AT_SYMLINK_NOFOLLOW) == 0 ||
	    io_stat(fd, &st) == 0) {
		item->made = folder_mtime(&st);
		item->used = item->made;
	}
	read_lock(text, fd, item);
	item->bytes = tree_bytes(fd);
	(void)io_close(fd);
}

static int
add(struct workspaces *l, int rootfd, const char *name)
{
	struct workspaces_item item = { .bytes = 0 };
	struct stat st;
	bool finished;

	if (l->n == WORKSPACES_MAX || !is_name(str_from_c(name), &finished) ||
	    fstatat(rootfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    !S_ISDIR(st.st_mode))
		return 0;
	item.name = arena_dup(&l->text, str_from_c(name));
	item.state = state_of(rootfd, name, finished);
	l->items[l->n++] = item;
	return arena_error(&l->text);
}

static int
add_all(struct workspaces *l, int rootfd)
{
	struct dirent *d;
	DIR *dir;
	int fd;
	int rc = io_open_at(rootfd, ".", O_RDONLY | O_DIRECTORY, 0, &fd);

	if (rc != 0)
		return rc;
	dir = fdopendir(fd);
	if (dir == NULL) {
		rc = -errno;
		(void)io_close(fd);
		return rc;
	}
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): dir is ours alone. */
	while (rc == 0 && (d = readdir(dir)) != NULL)
		rc = add(l, rootfd, d->d_name);
	(void)closedir(dir);
	return rc;
}

static int
compare_used(const void *a, const void *b)
{
	const struct workspaces_item *x = a, *y = b;

	if (x->used != y->used)
		return x->used > y->used ? -1 : 1;
	return str_cmp(x->name, y->name);
}

static int
look(const struct workspace_root *r, struct workspaces *l, struct err *e)
{
	int rootfd = workspace_root_fd(r);
	int lock = -1;
	int rc = workspace_root_lock(r, e, &lock);

	if (rc != 0)
		return rc;
	rc = add_all(l, rootfd);
	(void)io_close(lock);
	for (size_t i = 0; i < l->n && rc == 0; i++)
		describe(&l->text, rootfd, &l->items[i]);
	if (rc == 0)
		rc = arena_error(&l->text);
	if (rc != 0)
		return err_set(e, rc, "the workspaces in %s: %s",
		               workspace_root_path(r), err_text(rc));
	if (l->n > 1)
		qsort(l->items, l->n, sizeof(*l->items), compare_used);
	return 0;
}

int
workspaces_list(const struct workspace_root *r, struct err *e,
                struct workspaces **ret_list)
{
	struct workspaces *l = mem_zalloc(sizeof(*l));
	int rc;

	if (l == NULL) {
		(void)err_set(e, ERR_NOMEM, "out of memory");
		return ERR_NOMEM;
	}
	arena_init(&l->text, TEXT_BYTES, 0);
	l->items = mem_array(WORKSPACES_MAX, sizeof(*l->items));
	rc = l->items == NULL ? err_set(e, ERR_NOMEM, "out of memory")
	                      : look(r, l, e);
	if (rc != 0) {
		workspaces_free(l);
		return rc;
	}
	*ret_list = l;
	return 0;
}

void
workspaces_free(struct workspaces *l)
{
	if (l == NULL)
		return;
	arena_release(&l->text);
	mem_free(l->items);
	mem_free(l);
}

size_t
workspaces_count(const struct workspaces *l)
{
	return l->n;
}

const struct workspaces_item *
workspaces_at(const struct workspaces *l, size_t i)
{
	ENSURE(i < l->n);
	return &l->items[i];
}

/* ---- removing ---- */

/*
 * Give it the name of an unfinished one, so that nobody opens it any more. The
 * root is locked, which keeps everybody from taking the lock meanwhile but
 * those who are about to open it: they look at the name again. *ret_lock is -1
 * when it has none.
 */
static int
take_away(int rootfd, const char *name, char new_name[WORKSPACE_KEY + 1],
          int *ret_lock)
{
	int dirfd;
	int lock = -1;
	int rc = workspace_unfinished_name(new_name);

	if (rc == 0)
		rc = io_open_at(rootfd, name,
		                O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0, &dirfd);
	if (rc != 0)
		return rc;
	rc = lock_take(dirfd, LOCK_TRY, &lock);
	(void)io_close(dirfd);
	if (rc == 0 || rc == ERR_NOENT)
		rc = io_rename_at(rootfd, name, new_name);
	if (rc != 0)
		(void)io_close(lock);
	else
		*ret_lock = lock;
	return rc;
}

/* It may be large; as long as its lock is held nobody else is at it. */
static int
clear_away(int rootfd, const char *name)
{
	int fd;

	if (io_open_at(rootfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0,
	               &fd) == 0) {
		(void)tree_remove(fd, WORKSPACE_EVIDENCE);
		(void)io_close(fd);
	}
	return tree_remove(rootfd, name);
}

int
workspaces_remove(const struct workspace_root *r,
                  const struct workspaces_item *item, struct err *e)
{
	char name[WORKSPACE_KEY + 1];
	int root_lock = -1;
	int lock = -1;
	int rc = workspace_root_lock(r, e, &root_lock);

	if (rc != 0)
		return rc;
	rc = take_away(workspace_root_fd(r), item->name.p, name, &lock);
	(void)io_close(root_lock);
	if (rc == ERR_NOENT)
		return 0;
	if (rc == 0)
		rc = clear_away(workspace_root_fd(r), name);
	(void)io_close(lock);
	if (rc == ERR_AGAIN)
		return err_set(e, rc, "the workspace %s/%s is in use",
		               workspace_root_path(r), item->name.p);
	if (rc != 0)
		return err_set(
		    e, rc, "the workspace %s/%s cannot be removed: %s",
		    workspace_root_path(r), item->name.p, err_text(rc));
	return 0;
}

/* ---- trimming ---- */

struct trimming {
	const struct workspace_root *root;
	uint64_t total; /* bytes that are left */
	struct workspaces_sum sum;
	struct err first;
};

static bool
may_go(const struct workspaces_item *item)
{
	return item->state == WORKSPACES_UNUSED ||
	       item->state == WORKSPACES_LEFT;
}

/* What nobody will finish, or has used for so many days. */
static bool
is_stale(const struct workspaces_item *item, uint64_t days, int64_t now)
{
	if (item->state == WORKSPACES_LEFT)
		return true;
	/* A clock that was set back makes nothing old. */
	return item->used <= now &&
	       ((uint64_t)now - (uint64_t)item->used) / DAY >= days;
}

/* One that is used again since the list was made stays. */
static void
drop(struct trimming *t, struct workspaces_item *item)
{
	struct err e = ERR_INIT;
	int rc = workspaces_remove(t->root, item, &e);

	if (rc == 0) {
		item->state = WORKSPACES_GONE;
		t->total -= item->bytes;
		t->sum.n++;
		t->sum.bytes += item->bytes;
	} else if (rc != ERR_AGAIN && t->first.code == 0) {
		t->first = e;
	}
}

int
workspaces_trim(const struct workspace_root *r,
                const struct cache_limits *limits, int64_t now, struct err *e,
                struct workspaces_sum *ret_sum)
{
	struct trimming t = { .root = r, .first = ERR_INIT };
	struct workspaces *l;
	int rc = workspaces_list(r, e, &l);

	*ret_sum = t.sum;
	if (rc != 0)
		return rc;
	for (size_t i = 0; i < l->n; i++)
		t.total += l->items[i].bytes;
	for (size_t i = 0; i < l->n; i++) {
		if (may_go(&l->items[i]) &&
		    is_stale(&l->items[i], limits->days, now))
			drop(&t, &l->items[i]);
	}
	/* From the end: the least recently used. */
	for (size_t i = l->n; i > 0 && t.total > limits->bytes; i--) {
		if (may_go(&l->items[i - 1]))
			drop(&t, &l->items[i - 1]);
	}
	workspaces_free(l);
	*ret_sum = t.sum;
	if (t.first.code != 0)
		*e = t.first;
	return t.first.code;
}
