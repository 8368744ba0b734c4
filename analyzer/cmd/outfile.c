/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/cmd/outfile.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/mem.h"

enum {
	MODE = 0666, /* what the umask leaves of it */
	TRIES = 100,
	NAME_MAX_BYTES = 8192,
};

/* What cannot be removed stays: there is nothing else to be done. */
static void
remove_temporary(const char *name)
{
	int rc = io_unlink_at(AT_FDCWD, name, 0);

	(void)rc;
}

/* A name beside the file that nobody has. */
static int
create(struct outfile *f)
{
	struct buf name;
	int rc = ERR_EXIST;

	buf_init(&name, NAME_MAX_BYTES);
	for (unsigned i = 0; i < TRIES && rc == ERR_EXIST; i++) {
		buf_clear(&name);
		rc = buf_printf(&name, "%s.part-%ld-%u", f->path,
		                (long)getpid(), i);
		if (rc == 0)
			rc = buf_append_byte(&name, '\0');
		if (rc == 0)
			rc = io_open_at(AT_FDCWD, name.p,
			                O_WRONLY | O_CREAT | O_EXCL, MODE,
			                &f->fd);
	}
	if (rc == 0) {
		f->temporary = mem_dup_text(name.p, name.n);
		if (f->temporary == NULL) {
			remove_temporary(name.p);
			(void)io_close(f->fd);
			rc = ERR_NOMEM;
		}
	}
	buf_release(&name);
	return rc;
}

int
outfile_open(struct outfile *f, const char *path, struct err *e)
{
	struct stat st;
	int rc;

	*f = (struct outfile){ .path = path, .fd = STDOUT_FILENO };
	if (strcmp(path, "-") == 0)
		return 0;
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return err_set(e, ERR_EXIST,
		               "%s is there and is no file; name another one",
		               path);
	rc = create(f);
	if (rc != 0)
		return err_set(e, rc, "%s cannot be written: %s", path,
		               err_text(rc));
	return 0;
}

int
outfile_write(void *ctx, const char *p, size_t n)
{
	struct outfile *f = ctx;

	f->code = io_write_full(f->fd, p, n);
	return f->code;
}

int
outfile_tell(const struct outfile *f, struct err *e)
{
	const char *name = f->temporary != NULL ? f->path : "the output";

	return err_set(e, f->code, "%s cannot be written: %s", name,
	               err_text(f->code));
}

static int
finish(struct outfile *f)
{
	int rc = io_fsync(f->fd);
	int closed = io_close(f->fd);

	if (rc == 0)
		rc = closed;
	if (rc == 0)
		rc = io_rename_at(AT_FDCWD, f->temporary, f->path);
	if (rc != 0)
		remove_temporary(f->temporary);
	return rc;
}

int
outfile_commit(struct outfile *f, struct err *e)
{
	int rc;

	if (f->temporary == NULL)
		return 0;
	rc = finish(f);
	mem_free(f->temporary);
	f->temporary = NULL;
	return rc == 0 ? 0
	               : err_set(e, rc, "%s cannot be written: %s", f->path,
	                         err_text(rc));
}

void
outfile_abandon(struct outfile *f)
{
	if (f->temporary == NULL)
		return;
	(void)io_close(f->fd);
	remove_temporary(f->temporary);
	mem_free(f->temporary);
	f->temporary = NULL;
}
