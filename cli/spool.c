/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/spool.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/path.h"

enum { WALK_FILES = 16 /* open at a time */ };

void
spool_init(struct spool *s)
{
	*s = (struct spool){ .fd = -1 };
}

int
spool_open(struct spool *s, const char *tmp, struct err *e)
{
	int n = snprintf(s->path, sizeof(s->path), "%s/kubeshark-XXXXXX",
	                 tmp != NULL ? tmp : "/tmp");
	int rc;

	if (n < 0 || (size_t)n >= sizeof(s->path))
		return err_set(e, ERR_LIMIT, "TMPDIR is too long");
	if (mkdtemp(s->path) == NULL)
		return err_set(e, -errno, "cannot make the folder %s: %s",
		               s->path, err_text(-errno));
	rc = io_open_at(AT_FDCWD, s->path, O_RDONLY | O_DIRECTORY, 0, &s->fd);
	if (rc == 0)
		return 0;
	(void)!io_unlink_at(AT_FDCWD, s->path, AT_REMOVEDIR);
	return err_set(e, rc, "%s: %s", s->path, err_text(rc));
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	(void)!io_unlink_at(AT_FDCWD, path, kind == FTW_DP ? AT_REMOVEDIR : 0);
	return 0;
}

void
spool_close(struct spool *s)
{
	if (s->fd < 0)
		return;
	(void)io_close(s->fd);
	s->fd = -1;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): this is the only walk. */
	(void)nftw(s->path, remove_one, WALK_FILES, FTW_DEPTH | FTW_PHYS);
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
