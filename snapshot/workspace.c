/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/workspace.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/sha256.h"
#include "snapshot/known.h"
#include "snapshot/lock.h"
#include "snapshot/tree.h"
#include "snapshot/workspace_unfinished.h"
#include "snapshot/workspace_within.h"

#define DEFAULT_FOLDER "kubeshark"

/* "tmp-" and 32 hex digits, or a key; with the NUL. */
#define NAME_SIZE (WORKSPACE_KEY + 1)

/* One is replaced now and then, by hand, not all the time. */
#define OPEN_TRIES 16

/* A member from this size on begins to be written when it is finished. */
#define HINT_BYTES (1 << 20)

/* An input as it was when somebody asked for it. */
struct asked {
	char *input;
	char identity[SHA256_HEX_MAX];
	struct asked *next;
};

struct workspace_root {
	char *path;
	int fd;
	struct asked *asked;
};

struct place {
	char name[NAME_SIZE]; /* in the root */
	char *path;
	char *index;
};

struct workspace {
	struct workspace_root *root;
	struct place at;
	int fd;
	int evidence_fd; /* -1 before the first member */
	int lock_fd;     /* -1 when nobody could remove it anyway */
	bool finished;
};

/* The root. */

/* a + b + c, allocated. */
static char *
join(const char *a, const char *b, const char *c)
{
	size_t n = strlen(a) + strlen(b) + strlen(c) + 1;
	char *s = mem_alloc(n);

	if (s != NULL)
		(void)snprintf(s, n, "%s%s%s", a, b, c);
	return s;
}

/* NULL when neither variable helps; relative ones are to be ignored (XDG). */
static char *
default_path(struct err *e)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here sets it. */
	const char *cache = getenv("XDG_CACHE_HOME");
	/* NOLINTNEXTLINE(concurrency-mt-unsafe) */
	const char *home = getenv("HOME");
	char *path;

	if (cache != NULL && cache[0] == '/') {
		path = join(cache, "/", DEFAULT_FOLDER);
	} else if (home != NULL && home[0] == '/') {
		path = join(home, "/.cache/", DEFAULT_FOLDER);
	} else {
		(void)err_set(e, ERR_NOENT,
		              "there is no place for a workspace: neither "
		              "XDG_CACHE_HOME nor HOME is set; name a folder "
		              "with --workspace");
		return NULL;
	}
	if (path == NULL)
		(void)err_set(e, ERR_NOMEM, "out of memory");
	return path;
}

static int
open_root(struct workspace_root *r, const char *path, struct err *e)
{
	int rc = tree_make(path);

	if (rc == 0)
		rc = io_open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY, 0,
		                &r->fd);
	if (rc == 0) {
		r->path = realpath(path, NULL);
		rc = r->path == NULL ? -errno : 0;
	}
	if (rc == 0)
		return 0;
	return err_set(e, rc,
	               "the workspace %s cannot be used: %s; name another "
	               "folder with --workspace",
	               path, err_text(rc));
}

int
workspace_root_open(const char *path, struct err *e,
                    struct workspace_root **ret_root)
{
	struct workspace_root *r = mem_zalloc(sizeof(*r));
	struct err why = ERR_INIT;
	char *standard = NULL;
	int rc = 0;

	if (r == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	r->fd = -1;
	if (path == NULL) {
		standard = default_path(&why);
		path = standard;
		rc = why.code;
	}
	if (rc == 0)
		rc = open_root(r, path, &why);
	mem_free(standard);
	if (rc != 0) {
		workspace_root_free(r);
		return err_set(e, rc, "%s", why.text);
	}
	*ret_root = r;
	return 0;
}

void
workspace_root_free(struct workspace_root *r)
{
	if (r == NULL)
		return;
	while (r->asked != NULL) {
		struct asked *a = r->asked;

		r->asked = a->next;
		mem_free(a->input);
		mem_free(a);
	}
	(void)io_close(r->fd);
	mem_free(r->path);
	mem_free(r);
}

const char *
workspace_root_path(const struct workspace_root *r)
{
	return r->path;
}

int
workspace_root_fd(const struct workspace_root *r)
{
	return r->fd;
}

/* Held for moments only: nobody unpacks or indexes under it. */
int
workspace_root_lock(const struct workspace_root *r, struct err *e, int *ret_fd)
{
	int rc = lock_take(r->fd, LOCK_ALONE, ret_fd);

	if (rc == 0)
		return 0;
	return err_set(
	    e, rc,
	    "the workspace %s cannot be locked: %s; name another folder with "
	    "--workspace",
	    r->path, err_text(rc));
}

/* Workspaces. */

static struct workspace *
workspace_new(struct workspace_root *r)
{
	struct workspace *w = mem_zalloc(sizeof(*w));

	if (w == NULL)
		return NULL;
	w->root = r;
	w->fd = -1;
	w->evidence_fd = -1;
	w->lock_fd = -1;
	return w;
}

static int
place_init(struct place *p, const struct workspace_root *r, const char *name)
{
	(void)snprintf(p->name, sizeof(p->name), "%s", name);
	p->index = NULL;
	p->path = join(r->path, "/", name);
	if (p->path != NULL)
		p->index = join(p->path, "/", WORKSPACE_INDEX);
	if (p->index != NULL)
		return 0;
	mem_free(p->path);
	p->path = NULL;
	return ERR_NOMEM;
}

static void
place_release(struct place *p)
{
	mem_free(p->path);
	mem_free(p->index);
}

static void
close_all(struct workspace *w)
{
	(void)io_close(w->lock_fd);
	(void)io_close(w->evidence_fd);
	(void)io_close(w->fd);
	w->lock_fd = -1;
	w->evidence_fd = -1;
	w->fd = -1;
}

/* It is used now: what was not used for long is removed first. */
static void
stamp(const struct workspace *w)
{
	if (w->lock_fd >= 0)
		(void)futimens(w->lock_fd, NULL);
}

void
workspace_free(struct workspace *w)
{
	if (w == NULL)
		return;
	/* While it still holds the lock, so that nobody else removes it. */
	if (w->finished)
		stamp(w);
	else if (w->lock_fd >= 0)
		(void)tree_remove(w->root->fd, w->at.name);
	close_all(w);
	place_release(&w->at);
	mem_free(w);
}

const char *
workspace_path(const struct workspace *w)
{
	return w->at.path;
}

const char *
workspace_index(const struct workspace *w)
{
	return w->at.index;
}

/*
 * The name of the workspace for (evidence, salt). When it reads its evidence in
 * place, `place` is the identity of the input, as such an index is good for no
 * other; otherwise it is empty.
 */
static int
make_key(struct str evidence, struct str salt, struct str place,
         char ret_key[SHA256_HEX_MAX])
{
	char text[3 * WORKSPACE_KEY + 4];
	uint8_t digest[SHA256_SIZE];
	int n;
	int rc;

	if (sha256_parse(evidence, digest) != 0 ||
	    sha256_parse(salt, digest) != 0)
		return ERR_INVAL;
	n = snprintf(text, sizeof(text), STR_FMT " " STR_FMT "%s" STR_FMT "\n",
	             STR_ARG(evidence), STR_ARG(salt), place.n > 0 ? " " : "",
	             STR_ARG(place));
	rc = sha256_of(str_make(text, (size_t)n), digest);
	if (rc == 0)
		(void)sha256_hex(digest, ret_key);
	return rc;
}

/*
 * Nobody removes it from now on. ERR_NOENT when that has just happened,
 * ERR_CHANGED when another one has taken its place.
 */
static int
hold(struct workspace *w, const char *key)
{
	struct stat here;
	struct stat there;
	int rc;

	/* Where it cannot be had, nobody has one to remove it with either. */
	if (lock_take(w->fd, LOCK_SHARED, &w->lock_fd) != 0)
		w->lock_fd = -1;
	rc = io_stat(w->fd, &here);
	if (rc != 0)
		return rc;
	if (fstatat(w->root->fd, key, &there, AT_SYMLINK_NOFOLLOW) != 0)
		return -errno;
	return here.st_dev == there.st_dev && here.st_ino == there.st_ino
	           ? 0
	           : ERR_CHANGED;
}

static int
open_once(struct workspace_root *r, const char *key, struct workspace **ret_ws)
{
	struct workspace *w = workspace_new(r);
	int rc;

	if (w == NULL)
		return ERR_NOMEM;
	w->finished = true;
	rc = io_open_at(r->fd, key, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0,
	                &w->fd);
	if (rc == 0)
		rc = hold(w, key);
	if (rc == 0 && faccessat(w->fd, WORKSPACE_INDEX, R_OK, 0) != 0)
		rc = ERR_NOENT;
	if (rc == 0)
		rc = place_init(&w->at, r, key);
	if (rc != 0) {
		workspace_free(w);
		return rc;
	}
	stamp(w);
	*ret_ws = w;
	return 0;
}

/* Is there a finished workspace of this name? 1, 0 or a code. */
static int
open_finished(struct workspace_root *r, const char *key,
              struct workspace **ret_ws)
{
	int rc = ERR_CHANGED;

	for (int i = 0; i < OPEN_TRIES && rc == ERR_CHANGED; i++)
		rc = open_once(r, key, ret_ws);
	if (rc == ERR_NOENT || rc == ERR_CHANGED)
		return 0;
	return rc == 0 ? 1 : rc;
}

static struct asked *
find_asked(struct workspace_root *r, const char *input)
{
	struct asked *a = r->asked;

	while (a != NULL && strcmp(a->input, input) != 0)
		a = a->next;
	return a;
}

static int
remember_asked(struct workspace_root *r, const char *input,
               const char *identity)
{
	struct asked *a = find_asked(r, input);

	if (a == NULL) {
		a = mem_zalloc(sizeof(*a));
		if (a == NULL)
			return ERR_NOMEM;
		a->input = mem_dup_text(input, strlen(input));
		if (a->input == NULL) {
			mem_free(a);
			return ERR_NOMEM;
		}
		a->next = r->asked;
		r->asked = a;
	}
	(void)snprintf(a->identity, sizeof(a->identity), "%s", identity);
	return 0;
}

/* 1 and the workspace of this evidence, unpacked or in place; 0 or a code. */
static int
find_either(struct workspace_root *r, struct str evidence, struct str salt,
            struct str identity, struct workspace **ret_ws)
{
	char key[SHA256_HEX_MAX];
	int rc = make_key(evidence, salt, STR_NONE, key);

	if (rc == 0)
		rc = open_finished(r, key, ret_ws);
	if (rc != 0)
		return rc;
	rc = make_key(evidence, salt, identity, key);
	return rc != 0 ? rc : open_finished(r, key, ret_ws);
}

static int
look_up(struct workspace_root *r, const char *identity, const char *salt,
        struct workspace **ret_ws)
{
	struct str evidence;
	struct known *k;
	int rc = known_load(r->fd, &k);

	if (rc != 0)
		return rc;
	evidence = known_find(k, str_from_c(identity));
	if (evidence.n > 0)
		rc = find_either(r, evidence, str_from_c(salt),
		                 str_from_c(identity), ret_ws);
	known_free(k);
	return rc;
}

int
workspace_find(struct workspace_root *r, const char *input, const char *salt,
               struct err *e, struct workspace **ret_ws)
{
	char identity[SHA256_HEX_MAX];
	int rc = workspace_within(r->fd, input);

	if (rc == 1)
		return err_set(e, ERR_USAGE,
		               "the workspace %s lies in %s, which is to be "
		               "read; name another folder with --workspace",
		               r->path, input);
	if (rc == 0)
		rc = known_identify(input, identity);
	if (rc == 1) {
		rc = remember_asked(r, input, identity);
		if (rc == 0)
			rc = look_up(r, identity, salt, ret_ws);
	}
	if (rc >= 0)
		return rc;
	return err_set(e, rc, "%s cannot be looked up in the workspace: %s",
	               input, err_text(rc));
}

/* A new folder with a random name and its lock, in the locked root. */
static int
make_temporary(struct workspace *w)
{
	char name[NAME_SIZE];
	int rc = workspace_unfinished_name(name);

	if (rc != 0)
		return rc;
	rc = place_init(&w->at, w->root, name);
	if (rc == 0)
		rc = io_mkdir_at(w->root->fd, name, 0700);
	if (rc != 0)
		return rc;
	rc = io_open_at(w->root->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW,
	                0, &w->fd);
	if (rc == 0)
		rc = lock_take(w->fd, LOCK_NEW, &w->lock_fd);
	if (rc != 0)
		(void)tree_remove(w->root->fd, name);
	return rc;
}

int
workspace_begin(struct workspace_root *r, struct err *e,
                struct workspace **ret_ws)
{
	struct workspace *w = workspace_new(r);
	int lock = -1;
	int rc;

	if (w == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	rc = workspace_root_lock(r, e, &lock);
	if (rc != 0) {
		workspace_free(w);
		return rc;
	}
	workspace_unfinished_sweep(r->fd);
	rc = make_temporary(w);
	(void)io_close(lock);
	if (rc != 0) {
		workspace_free(w);
		return err_set(e, rc, "nothing can be created in %s: %s",
		               r->path, err_text(rc));
	}
	*ret_ws = w;
	return 0;
}

/* Evidence. */

static int
open_evidence(struct workspace *w)
{
	int rc = 0;

	if (w->evidence_fd >= 0)
		return 0;
	rc = io_mkdir_at(w->fd, WORKSPACE_EVIDENCE, 0700);
	if (rc != 0 && rc != ERR_EXIST)
		return rc;
	return io_open_at(w->fd, WORKSPACE_EVIDENCE,
	                  O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0,
	                  &w->evidence_fd);
}

int
workspace_create(struct workspace *w, struct str member, struct err *e,
                 int *ret_fd)
{
	int rc;

	ENSURE(!w->finished);
	rc = open_evidence(w);
	if (rc == 0)
		rc = path_create_below(w->evidence_fd, member, 0600, ret_fd);
	if (rc == 0)
		return 0;
	return err_set(e, rc, "a copy of " STR_FMT " cannot be made in %s: %s",
	               STR_ARG(member), w->at.path, err_text(rc));
}

static int
write_failed(const struct workspace *w, int rc, struct err *e)
{
	return err_set(e, rc,
	               "%s cannot be written: %s; make room there or name "
	               "another folder with --workspace",
	               w->at.path, err_text(rc));
}

int
workspace_finish_member(struct workspace *w, int fd, struct err *e)
{
	int rc = fchmod(fd, 0444) == 0 ? 0 : -errno;
	int closed;

#ifdef __linux__
	/*
	 * Only begins, as a hint; syncfs() waits for all when publishing, and
	 * gathers small files better than one hint for each of them would.
	 */
	if (lseek(fd, 0, SEEK_CUR) >= HINT_BYTES)
		(void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
#else
	if (rc == 0)
		rc = io_fsync(fd);
#endif
	closed = io_close(fd);
	if (rc == 0)
		rc = closed;
	return rc != 0 ? write_failed(w, rc, e) : 0;
}

int
workspace_room(const struct workspace *w, uint64_t bytes, struct err *e)
{
	struct statvfs fs;
	uint64_t unit;
	uint64_t room;

	if (fstatvfs(w->fd, &fs) != 0)
		return err_set(e, -errno, "%s: %s", w->at.path,
		               err_text(-errno));
	unit = fs.f_frsize > 0 ? fs.f_frsize : fs.f_bsize;
	room = (uint64_t)fs.f_bavail;
	room = unit > 0 && room > UINT64_MAX / unit ? UINT64_MAX : room * unit;
	if (room >= WORKSPACE_RESERVE && bytes <= room - WORKSPACE_RESERVE)
		return 0;
	return err_set(e, ERR_LIMIT,
	               "%s has %llu MiB free, and %llu MiB are needed with "
	               "the %llu that are left to others; make room there "
	               "('analyzer workspaces --remove-all') or name another "
	               "folder with --workspace",
	               w->at.path, (unsigned long long)(room >> 20),
	               (unsigned long long)(bytes >> 20) + 1 +
	                   (WORKSPACE_RESERVE >> 20),
	               (unsigned long long)WORKSPACE_RESERVE >> 20);
}

/* Publishing. */

/*
 * All members at once; the index was synced when it was sealed. The rename
 * that follows need not be: if it gets lost, there is nothing to be found.
 */
static int
sync_all(const struct workspace *w)
{
#ifdef __linux__
	if (w->evidence_fd >= 0)
		return syncfs(w->fd) == 0 ? 0 : -errno;
#endif
	return io_fsync(w->fd);
}

static int
add_known(struct workspace_root *r, struct str path, struct str identity,
          struct str evidence)
{
	struct known *k;
	int rc = known_load(r->fd, &k);

	if (rc != 0)
		return rc;
	rc = known_put(k, path, identity, evidence);
	if (rc == 0)
		rc = known_save(k, r->fd);
	known_free(k);
	return rc;
}

/* The table is a hint: that it cannot be written is no failure. */
static void
remember(struct workspace_root *r, const char *input, const char *identity,
         const char *evidence)
{
	char *path = realpath(input, NULL);

	if (path != NULL)
		(void)add_known(r, str_from_c(path), str_from_c(identity),
		                str_from_c(evidence));
	mem_free(path);
}

/*
 * The identity of what was read, empty when there is none; and whether it is
 * still the same. If not, what was read may be neither what it was nor what it
 * is, so that nobody must find it.
 */
static int
identify(struct workspace_root *r, const char *input,
         char ret_identity[SHA256_HEX_MAX], bool *ret_same)
{
	const struct asked *asked = find_asked(r, input);
	int rc;

	ret_identity[0] = '\0';
	rc = known_identify(input, ret_identity);
	if (rc < 0)
		return rc;
	*ret_same = rc == 1;
	if (asked != NULL && strcmp(asked->identity, ret_identity) != 0) {
		*ret_same = false;
		(void)snprintf(ret_identity, SHA256_HEX_MAX, "%s",
		               asked->identity);
	}
	return 0;
}

/* Become the finished workspace `old`, which is used up. */
static void
adopt(struct workspace *w, struct workspace *old)
{
	(void)tree_remove(w->root->fd, w->at.name);
	close_all(w);
	place_release(&w->at);
	*w = *old;
	mem_free(old);
}

/*
 * Give w the name `key`. Whoever opens what has it now by that name finds the
 * one or the other, never nothing.
 */
static int
take_place(const struct workspace *w, const char *key)
{
	int root = w->root->fd;
	int rc;

#ifdef __linux__
	if (renameat2(root, w->at.name, root, key, RENAME_EXCHANGE) == 0) {
		/* Who reads the other one goes on; then it is swept up. */
		if (!lock_is_held(root, w->at.name))
			(void)tree_remove(root, w->at.name);
		return 0;
	}
#endif
	/* Nothing is there, or a ruin, or two steps must do. */
	rc = tree_remove(root, key);
	return rc != 0 ? rc : io_rename_at(root, w->at.name, key);
}

/*
 * Under the lock of the root: take the place of nothing, or give way; with
 * `replace`, take the place of whatever is there.
 */
static int
publish_as(struct workspace *w, const char *key, bool replace)
{
	struct workspace *old = NULL;
	struct place at = { .path = NULL };
	int rc = open_finished(w->root, key, &old);

	if (old != NULL && !replace) {
		adopt(w, old);
		return 0;
	}
	workspace_free(old);
	if (rc >= 0)
		rc = place_init(&at, w->root, key);
	if (rc < 0)
		return rc;
	rc = lock_share(w->lock_fd);
	if (rc == 0)
		rc = take_place(w, key);
	if (rc != 0) {
		place_release(&at);
		return rc;
	}
	place_release(&w->at);
	w->at = at;
	w->finished = true;
	return 0;
}

/* For people who look at a list of workspaces; no harm when it fails. */
static void
sign(const struct workspace *w, const char *input)
{
	char *path = realpath(input, NULL);
	const char *text = path != NULL ? path : input;

	(void)!io_pwrite_full(w->lock_fd, text, strlen(text), 0);
	mem_free(path);
}

/* The two names of an input's contents, as the caller knows them. */
struct names {
	const char *evidence;
	const char *salt;
};

static int
publish(struct workspace *w, const char *input, struct names n, bool replace,
        struct err *e)
{
	bool in_place = w->evidence_fd < 0;
	char identity[SHA256_HEX_MAX];
	char key[SHA256_HEX_MAX];
	bool same = false;
	int lock = -1;
	int rc;

	ENSURE(!w->finished);
	rc = identify(w->root, input, identity, &same);
	if (rc == 0)
		rc = make_key(str_from_c(n.evidence), str_from_c(n.salt),
		              in_place ? str_from_c(identity) : STR_NONE, key);
	if (rc == 0)
		rc = sync_all(w);
	if (rc != 0)
		return write_failed(w, rc, e);
	rc = workspace_root_lock(w->root, e, &lock);
	if (rc != 0)
		return rc;
	sign(w, input);
	rc = publish_as(w, key, replace);
	if (rc == 0 && same)
		remember(w->root, input, identity, n.evidence);
	(void)io_close(lock);
	return rc != 0 ? write_failed(w, rc, e) : 0;
}

int
workspace_publish(struct workspace *w, const char *input, const char *evidence,
                  const char *salt, struct err *e)
{
	struct names n = { .evidence = evidence, .salt = salt };

	return publish(w, input, n, false, e);
}

int
workspace_replace(struct workspace *w, const char *input, const char *evidence,
                  const char *salt, struct err *e)
{
	struct names n = { .evidence = evidence, .salt = salt };

	return publish(w, input, n, true, e);
}
