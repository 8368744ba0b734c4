/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/source.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
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

/* A URL may have a password in front of the host, and signatures behind ?. */
static void
make_shown(struct source *s)
{
	struct str all = str_from_c(s->text), head = STR_NONE, host, query;
	size_t at = 0;

	if (s->kind == SOURCE_URL) {
		(void)str_split1(all, '?', &all, &query);
		at = str_find(all, STR("://")) + 3;
		head = str_head(all, at);
		all = str_tail(all, at);
		host = str_head(all, str_find_char(all, '/'));
		at = str_find_char(host, '@');
		if (at < host.n)
			all = str_tail(all, at + 1);
	}
	(void)snprintf(s->shown, sizeof(s->shown), STR_FMT STR_FMT,
	               STR_ARG(head), STR_ARG(all));
}

static int
check_stdin(struct err *e)
{
	if (isatty(STDIN_FILENO) == 0)
		return 0;
	return err_set(e, ERR_USAGE,
	               "standard input is a terminal; pipe a snapshot into it");
}

int
source_open(struct source *s, const char *text, const struct cli_limits *limits,
            const char *s3_endpoint, struct err *e)
{
	int rc;

	*s = (struct source){ .kind = kind_of(text),
		              .text = text,
		              .limits = limits };
	spool_init(&s->spool);
	make_shown(s);
	switch (s->kind) {
	case SOURCE_FILE:
	case SOURCE_FOLDER:
		return check_path(s, e);
	case SOURCE_STDIN:
		return check_stdin(e);
	case SOURCE_S3:
		rc = s3_parse(text, e, &s->s3);
		s->s3.limits = limits;
		return rc == 0 ? s3_env_read(s3_endpoint, limits, e, &s->s3.env)
		               : rc;
	case SOURCE_URL:
		break;
	}
	return 0;
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

/* The last part of a URL's path. */
static struct str
url_name(const char *url)
{
	struct str path, query;

	(void)str_split1(str_from_c(url), '?', &path, &query);
	(void)str_split1(path, '#', &path, &query);
	return path_base(path);
}

static int
fetch_url(struct source *s, const struct fetch_watch *watch, struct err *e)
{
	const struct fetch_request r = { .url = s->text,
		                         .max = s->limits->fetch_bytes,
		                         .max_name = "fetch-bytes" };
	struct fetch_reply reply;
	struct fetcher *f;
	int fd, closed;
	int rc = spool_file(&s->spool, url_name(s->text), e, &fd);

	if (rc != 0)
		return rc;
	f = fetcher_new(s->limits, watch);
	rc = f != NULL ? fetch_file(f, &r, fd, e, &reply)
	               : err_set(e, ERR_NOMEM, "out of memory");
	fetcher_free(f);
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
	const struct fetch_watch ears = { .ctx = watch->ctx,
		                          .progress = watch->progress,
		                          .note = watch->note,
		                          .cancel = watch->cancel };
	int rc;

	if (s->path != NULL)
		return 0;
	rc = spool_open(&s->spool, cli_env("TMPDIR"), e);
	if (rc == 0 && s->kind == SOURCE_STDIN)
		rc = fetch_stdin(s, watch, e);
	else if (rc == 0 && s->kind == SOURCE_URL)
		rc = fetch_url(s, &ears, e);
	else if (rc == 0)
		rc = s3_fetch(&s->s3, &s->spool, &ears, e, &s->path);
	if (rc != 0)
		source_release(s);
	return rc;
}

void
source_release(struct source *s)
{
	spool_close(&s->spool);
}
