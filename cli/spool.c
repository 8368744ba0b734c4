/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/spool.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/path.h"
#include "snapshot/lock.h"
#include "snapshot/tree.h"

#define PREFIX   "kubeshark-"
#define CONTENTS "snapshot"

void
spool_init(struct spool *s)
{
	*s = (struct spool){ .fd = -1, .lock = -1 };
}

static const char *
folder_of(const char *tmp)
{
	return tmp != NULL ? tmp : "/tmp";
}

/* The lock first: without it the folder is nobody's. */
static int
fill(struct spool *s)
{
	int top;
	int rc = io_open_at(AT_FDCWD, s->top, O_RDONLY | O_DIRECTORY, 0, &top);

	if (rc != 0)
		return rc;
	rc = lock_take(top, LOCK_NEW, &s->lock);
	if (rc == 0)
		rc = io_mkdir_at(top, CONTENTS, 0700);
	if (rc == 0)
		rc = io_open_at(top, CONTENTS, O_RDONLY | O_DIRECTORY, 0,
		                &s->fd);
	(void)io_close(top);
	return rc;
}

int
spool_open(struct spool *s, const char *tmp, struct err *e)
{
	int n = snprintf(s->top, sizeof(s->top), "%s/" PREFIX "XXXXXX",
	                 folder_of(tmp));
	int rc;

	(void)spool_sweep(tmp);
	if (n < 0 || (size_t)n >= sizeof(s->top))
		return err_set(e, ERR_LIMIT, "TMPDIR is too long");
	if (mkdtemp(s->top) == NULL)
		return err_set(e, -errno, "cannot make the folder %s: %s",
		               s->top, err_text(-errno));
	(void)snprintf(s->path, sizeof(s->path), "%s/" CONTENTS, s->top);
	rc = fill(s);
	if (rc == 0)
		return 0;
	(void)err_set(e, rc, "%s: %s", s->top, err_text(rc));
	(void)tree_remove(AT_FDCWD, s->top);
	(void)io_close(s->lock);
	s->lock = -1;
	return rc;
}

void
spool_close(struct spool *s)
{
	if (s->fd < 0)
		return;
	(void)io_close(s->fd);
	(void)tree_remove(AT_FDCWD, s->top);
	(void)io_close(s->lock);
	s->fd = -1;
	s->lock = -1;
}

int
spool_file(struct spool *s, struct str name, struct err *e, int *ret_fd)
{
	struct str fit = name;
	int n, rc;

	if (!path_is_safe(fit, NULL) || str_find_char(fit, '/') < fit.n)
		fit = STR("snapshot");
	n = snprintf(s->file, sizeof(s->file), "%s/" STR_FMT, s->path,
	             STR_ARG(fit));
	if (n < 0 || (size_t)n >= sizeof(s->file))
		return err_set(e, ERR_LIMIT, "the name is too long");
	rc = path_create_below(s->fd, fit, 0600, ret_fd);
	return rc == 0 ? 0
	               : err_set(e, rc, "cannot make %s: %s", s->file,
	                         err_text(rc));
}

/* ---- what others have left ---- */

/*
 * Ours by name, owner and lock; others may have folders of such names in there
 * as well.
 */
static bool
is_left(int tmpfd, const char *name)
{
	struct stat st;
	char lock[SPOOL_PATH];
	int n = snprintf(lock, sizeof(lock), "%s/" LOCK_FILE, name);

	return n > 0 && (size_t)n < sizeof(lock) &&
	       str_starts(str_from_c(name), STR(PREFIX)) &&
	       fstatat(tmpfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
	       fstatat(tmpfd, lock, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISREG(st.st_mode) &&
	       clock_wall() / CLOCK_SEC - st.st_mtime >= SPOOL_YOUNG &&
	       !lock_is_held(tmpfd, name);
}

size_t
spool_sweep(const char *tmp)
{
	DIR *dir = opendir(folder_of(tmp));
	struct dirent *d;
	size_t n = 0;

	if (dir == NULL)
		return 0;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): dir is ours alone. */
	while ((d = readdir(dir)) != NULL) {
		if (is_left(dirfd(dir), d->d_name) &&
		    tree_remove(dirfd(dir), d->d_name) == 0)
			n++;
	}
	(void)closedir(dir);
	return n;
}
