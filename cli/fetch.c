/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/fetch.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "version.h"

/* SHA-256 of nothing, which S3 wants to be told of a request without body. */
#define NO_BODY \
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

enum {
	VALIDATOR = 256,
	HEADER = 8192, /* a session token has some thousand bytes */
	TRY_MS = 200,  /* before the first retry; twice as much each time */
	NAP_MS = 50,
	SECONDS_MAX = 1 << 30,
};

struct fetcher {
	CURL *h;
	const struct cli_limits *limits;
	struct fetch_watch watch;
};

/* One request with all its tries. */
struct transfer {
	struct fetcher *f;
	const struct fetch_request *r;
	struct fetch_reply *reply;
	int fd; /* -1: into the buffer */
	struct buf *b;
	uint64_t done; /* bytes that were kept */
	bool begun;    /* this try has given bytes */
	bool failed;   /* the reply is no 2xx */
	/* ETag or Last-Modified of what is being kept; empty: no resuming. */
	char validator[VALIDATOR];
	char coming[VALIDATOR]; /* that of this try */
	int error;              /* ours, that made curl stop */
	char why[CURL_ERROR_SIZE];
	struct curl_slist *headers;
};

struct fetcher *
fetcher_new(const struct cli_limits *limits, const struct fetch_watch *watch)
{
	struct fetcher *f = mem_zalloc(sizeof(*f));

	if (f == NULL)
		return NULL;
	f->limits = limits;
	f->watch = *watch;
	f->h = curl_easy_init();
	if (f->h != NULL)
		return f;
	mem_free(f);
	return NULL;
}

void
fetcher_free(struct fetcher *f)
{
	if (f == NULL)
		return;
	curl_easy_cleanup(f->h);
	mem_free(f);
}

/* ---- what comes ---- */

static int
stop(struct transfer *t, int code)
{
	t->error = code;
	return 0;
}

/* The first bytes of a try: is it the rest, or the whole again? */
static int
begin(struct transfer *t)
{
	long status = 0;

	(void)curl_easy_getinfo(t->f->h, CURLINFO_RESPONSE_CODE, &status);
	t->begun = true;
	t->failed = status < 200 || status > 299;
	if (t->failed)
		return 0;
	if (status != 206 && t->done > 0) {
		t->done = 0;
		if (t->fd >= 0) {
			int rc = io_truncate(t->fd, 0);

			if (rc != 0)
				return rc;
		} else {
			buf_clear(t->b);
		}
	}
	memcpy(t->validator, t->coming, sizeof(t->validator));
	return 0;
}

static void
keep_said(struct transfer *t, struct str s)
{
	size_t n = strlen(t->reply->said);
	struct str room = str_head(s, sizeof(t->reply->said) - 1 - n);

	if (room.n > 0)
		memcpy(t->reply->said + n, room.p, room.n);
	t->reply->said[n + room.n] = '\0';
}

static int
keep(struct transfer *t, struct str s)
{
	if (s.n > t->r->max - t->done)
		return ERR_LIMIT;
	if (t->fd >= 0)
		return io_pwrite_full(t->fd, s.p, s.n, t->done);
	return buf_append_str(t->b, s);
}

static size_t
take_body(char *p, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;
	struct str s = str_make(p, size * n);
	int rc = t->begun ? 0 : begin(t);

	if (rc == 0 && t->failed) {
		keep_said(t, s);
		return s.n;
	}
	if (rc == 0)
		rc = keep(t, s);
	if (rc != 0)
		return (size_t)stop(t, rc);
	t->done += s.n;
	return s.n;
}

static size_t
take_header(char *p, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;
	struct str line = str_make(p, size * n), name, value;

	/* A new reply, after a redirect, begins with nothing known. */
	if (str_starts_nocase(line, STR("HTTP/")))
		t->coming[0] = '\0';
	if (!str_split1(line, ':', &name, &value))
		return line.n;
	while (value.n > 0 &&
	       (value.p[value.n - 1] == '\n' || value.p[value.n - 1] == '\r'))
		value.n--;
	value = str_trim(value);
	/* A weak tag does not promise the same bytes. */
	if (str_eq_nocase(name, STR("ETag")) && !str_starts(value, STR("W/")))
		(void)str_to_c(value, t->coming, sizeof(t->coming));
	else if (str_eq_nocase(name, STR("Last-Modified")) &&
	         t->coming[0] == '\0')
		(void)str_to_c(value, t->coming, sizeof(t->coming));
	else if (str_eq_nocase(name, STR("x-amz-bucket-region")))
		(void)str_to_c(value, t->reply->region,
		               sizeof(t->reply->region));
	return line.n;
}

static int
take_progress(void *ctx, curl_off_t total, curl_off_t now, curl_off_t up_total,
              curl_off_t up)
{
	struct transfer *t = ctx;
	uint64_t all = 0;

	(void)up_total;
	(void)up;
	if (total > 0)
		all = t->done + (uint64_t)(total - now);
	t->f->watch.progress(t->f->watch.ctx, t->done, all);
	return atomic_load(t->f->watch.cancel) ? 1 : 0;
}

/* ---- what is asked ---- */

static long
seconds(uint64_t n)
{
	return n < SECONDS_MAX ? (long)n : (long)SECONDS_MAX;
}

static int
add_header(struct transfer *t, const char *name, const char *value)
{
	char text[HEADER];
	struct curl_slist *more;
	int n = snprintf(text, sizeof(text), "%s: %s", name, value);

	if (n < 0 || (size_t)n >= sizeof(text))
		return ERR_LIMIT;
	more = curl_slist_append(t->headers, text);
	if (more == NULL)
		return ERR_NOMEM;
	t->headers = more;
	return 0;
}

#define SET(option, value)                                              \
	do {                                                            \
		if (curl_easy_setopt(h, (option), (value)) != CURLE_OK) \
			return ERR_NOMEM;                               \
	} while (0)

static int
set_bounds(struct transfer *t)
{
	const struct cli_limits *l = t->f->limits;
	bool https = str_starts_nocase(str_from_c(t->r->url), STR("https:"));
	CURL *h = t->f->h;

	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_REDIR_PROTOCOLS_STR, https ? "https" : "http,https");
	SET(CURLOPT_FOLLOWLOCATION, t->r->sign == NULL ? 1L : 0L);
	SET(CURLOPT_MAXREDIRS, seconds(l->fetch_redirects));
	SET(CURLOPT_CONNECTTIMEOUT, seconds(l->fetch_connect));
	SET(CURLOPT_LOW_SPEED_LIMIT, 1L);
	SET(CURLOPT_LOW_SPEED_TIME, seconds(l->fetch_stall));
	SET(CURLOPT_TIMEOUT, seconds(l->fetch_seconds));
	return 0;
}

static int
set_ears(struct transfer *t)
{
	CURL *h = t->f->h;

	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_ERRORBUFFER, t->why);
	SET(CURLOPT_USERAGENT, "kubeshark/" VERSION_TEXT);
	SET(CURLOPT_WRITEFUNCTION, take_body);
	SET(CURLOPT_WRITEDATA, t);
	SET(CURLOPT_HEADERFUNCTION, take_header);
	SET(CURLOPT_HEADERDATA, t);
	SET(CURLOPT_XFERINFOFUNCTION, take_progress);
	SET(CURLOPT_XFERINFODATA, t);
	SET(CURLOPT_NOPROGRESS, 0L);
	return 0;
}

static int
set_signature(struct transfer *t)
{
	const struct fetch_signature *s = t->r->sign;
	char scheme[128];
	CURL *h = t->f->h;
	int n, rc;

	if (s == NULL)
		return 0;
	n = snprintf(scheme, sizeof(scheme), "aws:amz:%s:s3", s->region);
	if (n < 0 || (size_t)n >= sizeof(scheme))
		return ERR_LIMIT;
	SET(CURLOPT_AWS_SIGV4, scheme);
	SET(CURLOPT_USERNAME, s->key);
	SET(CURLOPT_PASSWORD, s->secret);
	rc = add_header(t, "x-amz-content-sha256", NO_BODY);
	if (rc == 0 && s->token != NULL)
		rc = add_header(t, "x-amz-security-token", s->token);
	return rc;
}

/*
 * From where the last try broke off, as long as it is the same thing. A server
 * that gives the whole again is fine, too, which RESUME_FROM would refuse.
 */
static int
set_range(struct transfer *t)
{
	CURL *h = t->f->h;
	char range[32];

	if (t->validator[0] == '\0')
		t->done = 0;
	if (t->done == 0)
		return 0;
	(void)snprintf(range, sizeof(range), "%" PRIu64 "-", t->done);
	SET(CURLOPT_RANGE, range);
	return add_header(t, "If-Range", t->validator);
}

static int
set_up(struct transfer *t)
{
	CURL *h = t->f->h;
	int rc;

	curl_easy_reset(h);
	curl_slist_free_all(t->headers);
	t->headers = NULL;
	t->begun = false;
	t->failed = false;
	t->error = 0;
	t->why[0] = '\0';
	t->coming[0] = '\0';
	*t->reply = (struct fetch_reply){ .status = 0 };
	SET(CURLOPT_URL, t->r->url);
	rc = set_bounds(t);
	if (rc == 0)
		rc = set_ears(t);
	if (rc == 0)
		rc = set_signature(t);
	if (rc == 0)
		rc = set_range(t);
	if (rc == 0)
		SET(CURLOPT_HTTPHEADER, t->headers);
	return rc;
}

/* ---- what became of it ---- */

static bool
is_worth_a_try(CURLcode code, long status)
{
	switch (code) {
	case CURLE_OK:
		return status == 429 || status >= 500;
	case CURLE_PARTIAL_FILE:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_GOT_NOTHING:
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
		return true;
	default:
		return false;
	}
}

/* Where it is, without what may be a secret in it. */
static struct str
shown(const char *url)
{
	struct str base, query;
	size_t at;

	(void)str_split1(str_from_c(url), '?', &base, &query);
	at = str_find(base, STR("://")) + 3;
	if (at < base.n) {
		struct str host = str_head(
		    str_tail(base, at), str_find_char(str_tail(base, at), '/'));
		size_t user = str_find_char(host, '@');

		if (user < host.n)
			return str_tail(base, at + user + 1);
	}
	return base;
}

static int
fail_status(const struct transfer *t, struct err *e)
{
	long status = t->reply->status;
	int code = status == 404   ? ERR_NOTFOUND
	           : status == 401 ? ERR_ACCESS
	           : status == 403 ? ERR_ACCESS
	                           : ERR_IO;

	return err_set(e, code, STR_FMT ": the server answers %ld",
	               STR_ARG(shown(t->r->url)), status);
}

static int
fail_curl(const struct transfer *t, CURLcode code, struct err *e)
{
	struct str url = shown(t->r->url);

	if (code == CURLE_ABORTED_BY_CALLBACK)
		return err_set(e, ERR_CANCELLED, "cancelled");
	if (t->error == ERR_LIMIT)
		return err_set(e, ERR_LIMIT,
		               STR_FMT " has more than %s=%" PRIu64 " bytes",
		               STR_ARG(url), t->r->max_name, t->r->max);
	if (t->error != 0)
		return err_set(e, t->error, STR_FMT ": %s", STR_ARG(url),
		               err_text(t->error));
	return err_set(e, ERR_IO, STR_FMT ": %s", STR_ARG(url),
	               t->why[0] != '\0' ? t->why : curl_easy_strerror(code));
}

/* 0, a code with its sentence in *e; *ret_again when a retry may help. */
static int
attempt(struct transfer *t, struct err *e, bool *ret_again)
{
	CURLcode code;
	int rc = set_up(t);

	*ret_again = false;
	if (rc != 0)
		return err_set(e, rc, "%s", err_text(rc));
	code = curl_easy_perform(t->f->h);
	(void)curl_easy_getinfo(t->f->h, CURLINFO_RESPONSE_CODE,
	                        &t->reply->status);
	*ret_again = t->error == 0 && is_worth_a_try(code, t->reply->status);
	if (code != CURLE_OK)
		return fail_curl(t, code, e);
	if (t->reply->status < 200 || t->reply->status > 299)
		return fail_status(t, e);
	/* Nothing came: an empty thing, whatever was there before. */
	return 0;
}

/* False when it was cancelled meanwhile. */
static bool
nap(const struct fetcher *f, unsigned try)
{
	int64_t until = clock_mono() +
	                ((int64_t)TRY_MS << (try < 8 ? try : 8)) * CLOCK_MSEC;

	while (clock_mono() < until) {
		if (atomic_load(f->watch.cancel))
			return false;
		(void)usleep(NAP_MS * 1000);
	}
	return true;
}

static int
run(struct transfer *t, struct err *e)
{
	const struct fetch_watch *w = &t->f->watch;
	unsigned tries = 0;
	bool again;
	int rc;

	for (;;) {
		struct err text;

		rc = attempt(t, e, &again);
		if (rc == 0 || !again || tries >= t->f->limits->fetch_retries)
			break;
		(void)err_set(&text, 0, "%s; trying again", e->text);
		w->note(w->ctx, text.text);
		if (!nap(t->f, tries++)) {
			rc = err_set(e, ERR_CANCELLED, "cancelled");
			break;
		}
	}
	if (rc != 0 && rc != ERR_CANCELLED && tries > 0)
		err_add_context(e, "after %u retries", tries);
	curl_slist_free_all(t->headers);
	return rc;
}

int
fetch_file(struct fetcher *f, const struct fetch_request *r, int fd,
           struct err *e, struct fetch_reply *ret_reply)
{
	struct transfer t = { .f = f, .r = r, .reply = ret_reply, .fd = fd };

	return run(&t, e);
}

int
fetch_text(struct fetcher *f, const struct fetch_request *r, struct buf *b,
           struct err *e, struct fetch_reply *ret_reply)
{
	struct transfer t = {
		.f = f, .r = r, .reply = ret_reply, .fd = -1, .b = b
	};

	return run(&t, e);
}
