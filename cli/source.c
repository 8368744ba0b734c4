/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/source.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/path.h"
#include "cli/cli.h"

enum { BLOCK = 1 << 16 };

/* ---- what it is ---- */

static enum source_kind
kind_of(const char *text)
{
	struct str s = str_from_c(text);

	if (str_eq(s, STR("-")))
		return SOURCE_STDIN;
	if (str_starts_nocase(s, STR("http://")) ||
	    str_starts_nocase(s, STR("https://")))
		return SOURCE_URL;
	if (str_starts_nocase(s, STR("s3://")))
		return SOURCE_S3;
	return SOURCE_FILE;
}

static int
check_path(struct source *s, struct err *e)
{
	struct stat st;
	int fd;
	/* A pipe without a writer must not hold us up. */
	int rc = io_open_at(AT_FDCWD, s->text, O_RDONLY | O_NONBLOCK, 0, &fd);

	if (rc == 0) {
		rc = io_stat(fd, &st);
		(void)io_close(fd);
	}
	if (rc != 0)
		return err_set(e, rc, "open %s: %s", s->text, err_text(rc));
	if (S_ISDIR(st.st_mode))
		s->kind = SOURCE_FOLDER;
	else if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_UNSUPPORTED,
		               "%s is neither a file nor a folder; - reads "
		               "standard input",
		               s->text);
	else if (st.st_size == 0)
		return err_set(e, ERR_TRUNCATED, "%s is empty", s->text);
	s->path = s->text;
	return 0;
}

int
source_open(struct source *s, const char *text, const struct cli_limits *limits,
            const char *s3_endpoint, struct err *e)
{
	*s = (struct source){ .kind = kind_of(text),
		              .text = text,
		              .limits = limits,
		              .s3_endpoint = s3_endpoint };
	spool_init(&s->spool);
	switch (s->kind) {
	case SOURCE_FILE:
	case SOURCE_FOLDER:
		return check_path(s, e);
	case SOURCE_STDIN:
		if (isatty(STDIN_FILENO) != 0)
			return err_set(e, ERR_USAGE,
			               "standard input is a terminal; pipe a "
			               "snapshot into it");
		return 0;
	case SOURCE_URL:
	case SOURCE_S3:
		break;
	}
	return err_set(e, ERR_UNSUPPORTED,
	               "%s: snapshots from servers are not available in this "
	               "build yet",
	               text);
}

/* ---- getting it ---- */

static int
spool_stdin(struct source *s, int fd, const struct source_watch *watch,
            struct err *e)
{
	uint64_t total = 0;
	char block[BLOCK];
	size_t n = 1;
	int rc = 0;

	while (n > 0 && rc == 0) {
		if (atomic_load(watch->cancel))
			return err_set(e, ERR_CANCELLED, "cancelled");
		rc = io_read(STDIN_FILENO, block, sizeof(block), &n);
		if (rc == 0 && n > s->limits->fetch_bytes - total)
			return err_set(e, ERR_LIMIT,
			               "standard input has more than "
			               "fetch-bytes=%" PRIu64,
			               s->limits->fetch_bytes);
		if (rc == 0)
			rc = io_write_full(fd, block, n);
		total += n;
		watch->progress(watch->ctx, total, 0);
	}
	if (rc != 0)
		return err_set(e, rc, "standard input: %s", err_text(rc));
	if (total == 0)
		return err_set(e, ERR_TRUNCATED, "standard input is empty");
	return 0;
}

static int
fetch_stdin(struct source *s, const struct source_watch *watch, struct err *e)
{
	int fd, closed;
	int rc = spool_file(&s->spool, STR("stdin"), e, &fd);

	if (rc != 0)
		return rc;
	rc = spool_stdin(s, fd, watch, e);
	closed = io_close(fd);
	if (rc == 0 && closed != 0)
		rc = err_set(e, closed, "%s: %s", s->spool.file,
		             err_text(closed));
	s->path = s->spool.file;
	return rc;
}

int
source_fetch(struct source *s, const struct source_watch *watch, struct err *e)
{
	int rc;

	if (s->path != NULL)
		return 0;
	rc = spool_open(&s->spool, cli_env("TMPDIR"), e);
	if (rc == 0)
		rc = fetch_stdin(s, watch, e);
	if (rc != 0)
		source_release(s);
	return rc;
}

void
source_release(struct source *s)
{
	spool_close(&s->spool);
}
