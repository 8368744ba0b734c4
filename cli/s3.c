/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/s3.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/io.h"
#include "base/path.h"
#include "cli/s3_list.h"

enum { QUERY = 12288, KEYS_MEMORY = 256 << 20 };

/* An object of a listing. */
struct object {
	struct str key;
	uint64_t size;
};

struct listing {
	struct arena arena; /* the keys */
	struct buf objects; /* struct object */
	uint64_t max;
	uint64_t bytes;
};

/* One transfer among others: progress is that of all. */
struct job {
	struct s3 *s;
	struct spool *spool;
	struct fetcher *fetcher;
	struct fetch_signature signature;
	const struct fetch_watch *watch;
	uint64_t before; /* bytes of those that are done */
	uint64_t total;  /* 0: not known */
	bool moved;      /* the region was corrected */
};

/* ---- names ---- */

int
s3_parse(const char *text, struct err *e, struct s3 *ret_s3)
{
	struct str rest = str_tail(str_from_c(text), 5), bucket, key;

	(void)str_split1(rest, '/', &bucket, &key);
	*ret_s3 = (struct s3){ .bucket = "" };
	if (bucket.n < 3 || bucket.n >= sizeof(ret_s3->bucket) ||
	    !str_to_c(bucket, ret_s3->bucket, sizeof(ret_s3->bucket)))
		return err_set(e, ERR_USAGE,
		               "%s: s3://BUCKET/KEY or s3://BUCKET/PREFIX/ is "
		               "wanted, a bucket has 3 to 63 characters",
		               text);
	for (size_t i = 0; i < bucket.n; i++) {
		char c = bucket.p[i];

		if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z') &&
		    (c < '0' || c > '9') && c != '.' && c != '-' && c != '_')
			return err_set(e, ERR_USAGE,
			               "%s: a bucket has letters, digits, dots "
			               "and dashes",
			               text);
	}
	if (!str_to_c(key, ret_s3->key, sizeof(ret_s3->key)))
		return err_set(e, ERR_USAGE, "%s: a key has at most 1024 bytes",
		               text);
	return 0;
}

static bool
is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	       c == '~';
}

/* Percent encoding as signatures want it, once; `slash` stays. */
static int
put_encoded(struct buf *b, struct str s, bool slash)
{
	int rc = 0;

	for (size_t i = 0; i < s.n && rc == 0; i++) {
		if (is_unreserved(s.p[i]) || (slash && s.p[i] == '/'))
			rc = buf_append_byte(b, s.p[i]);
		else
			rc = buf_printf(b, "%%%02X", (unsigned char)s.p[i]);
	}
	return rc;
}

/* Can it be a label of a host name, for which certificates hold? */
static bool
is_host(struct str bucket)
{
	for (size_t i = 0; i < bucket.n; i++) {
		char c = bucket.p[i];

		if (c == '.' || c == '_' || (c >= 'A' && c <= 'Z'))
			return false;
	}
	return true;
}

static int
put_base(struct buf *b, const struct s3 *s)
{
	struct str endpoint = str_from_c(s->env.endpoint);

	while (str_ends(endpoint, STR("/")))
		endpoint.n--;
	if (endpoint.n > 0)
		return buf_printf(b, STR_FMT "/%s", STR_ARG(endpoint),
		                  s->bucket);
	if (is_host(str_from_c(s->bucket)))
		return buf_printf(b, "https://%s.s3.%s.amazonaws.com",
		                  s->bucket, s->env.region);
	return buf_printf(b, "https://s3.%s.amazonaws.com/%s", s->env.region,
	                  s->bucket);
}

int
s3_url(const struct s3 *s, const char *key, const char *query, char out[S3_URL])
{
	struct buf b;
	int rc;

	buf_init(&b, S3_URL);
	rc = put_base(&b, s);
	if (rc == 0)
		rc = buf_append_byte(&b, '/');
	if (rc == 0 && key != NULL)
		rc = put_encoded(&b, str_from_c(key), true);
	if (rc == 0 && query != NULL)
		rc = buf_printf(&b, "?%s", query);
	if (rc == 0 && !str_to_c(buf_str(&b), out, S3_URL))
		rc = ERR_LIMIT;
	buf_release(&b);
	return rc == ERR_BUDGET ? ERR_LIMIT : rc;
}

/* ---- asking ---- */

static int
drop_object(void *ctx, struct str key, uint64_t size)
{
	(void)ctx;
	(void)key;
	(void)size;
	return 0;
}

/* The store's own words, where there are some. */
static int
fail(const struct job *j, const struct fetch_reply *reply, int rc,
     struct err *e)
{
	struct s3_list_page page;

	if (reply->status < 300 || rc == ERR_CANCELLED ||
	    s3_list_parse(str_from_c(reply->said), drop_object, NULL, &page) !=
	        0 ||
	    page.code[0] == '\0')
		return rc;
	return err_set(e, rc, "s3://%s/%s: %s: %s%s", j->s->bucket, j->s->key,
	               page.code, page.message,
	               j->s->env.key[0] == '\0'
	                   ? " (there are no credentials: "
	                     "AWS_ACCESS_KEY_ID, or AWS_PROFILE)"
	                   : "");
}

/* The bucket is elsewhere: once, and only where we are told to. */
static bool
move(struct job *j, const struct fetch_reply *reply)
{
	if (j->moved || reply->region[0] == '\0' || reply->status < 300 ||
	    strcmp(reply->region, j->s->env.region) == 0)
		return false;
	j->moved = true;
	return str_to_c(str_from_c(reply->region), j->s->env.region,
	                sizeof(j->s->env.region));
}

/* An object into fd, or with a query a page into b. */
static int
ask(struct job *j, const char *key, const char *query, int fd, struct buf *b,
    struct err *e)
{
	const struct cli_limits *l = j->s->limits;
	struct fetch_reply reply;
	char url[S3_URL];
	int rc;

	do {
		struct fetch_request r = {
			.url = url,
			.sign = j->s->env.key[0] != '\0' ? &j->signature : NULL,
			.max = b != NULL ? l->s3_list_bytes
			                 : l->fetch_bytes - j->before,
			.max_name = b != NULL ? "s3-list-bytes" : "fetch-bytes",
		};

		rc = s3_url(j->s, key, query, url);
		if (rc != 0)
			return err_set(e, rc, "the URL of %s: %s", j->s->key,
			               err_text(rc));
		rc = b != NULL ? fetch_text(j->fetcher, &r, b, e, &reply)
		               : fetch_file(j->fetcher, &r, fd, e, &reply);
	} while (rc != 0 && move(j, &reply));
	return rc == 0 ? 0 : fail(j, &reply, rc, e);
}

static void
progress(void *ctx, uint64_t done, uint64_t total)
{
	const struct job *j = ctx;

	/* Pages of a listing are not worth showing. */
	if (j->total > 0)
		total = j->total;
	j->watch->progress(j->watch->ctx, j->before + done, total);
}

static void
note(void *ctx, const char *text)
{
	const struct job *j = ctx;

	j->watch->note(j->watch->ctx, text);
}

/* ---- a listing ---- */

static int
take_object(void *ctx, struct str key, uint64_t size)
{
	struct listing *l = ctx;
	struct object o = { .size = size };

	/* Folders that consoles make have keys of this kind. */
	if (str_ends(key, STR("/")))
		return 0;
	if (l->objects.n / sizeof(o) >= l->max)
		return ERR_LIMIT;
	o.key = arena_dup(&l->arena, key);
	if (arena_error(&l->arena) != 0)
		return arena_error(&l->arena);
	l->bytes += size < UINT64_MAX - l->bytes ? size : 0;
	return buf_append(&l->objects, &o, sizeof(o));
}

/* Parameters in the order of their names, as signatures want them. */
static int
make_query(const struct s3 *s, const char *token, struct buf *b)
{
	int rc = 0;

	buf_clear(b);
	if (token[0] != '\0') {
		rc = buf_append_str(b, STR("continuation-token="));
		if (rc == 0)
			rc = put_encoded(b, str_from_c(token), false);
		if (rc == 0)
			rc = buf_append_byte(b, '&');
	}
	if (rc == 0)
		rc = buf_append_str(b,
		                    STR("list-type=2&max-keys=1000&prefix="));
	if (rc == 0)
		rc = put_encoded(b, str_from_c(s->key), false);
	return rc == 0 ? buf_append_byte(b, '\0') : rc;
}

static int
fail_list(const struct job *j, int rc, struct err *e)
{
	const struct s3 *s = j->s;

	if (rc == ERR_LIMIT)
		return err_set(e, rc,
		               "s3://%s/%s: more than s3-objects=%" PRIu64
		               " objects",
		               s->bucket, s->key, s->limits->s3_objects);
	return err_set(e, rc, "s3://%s/%s: the listing is not understood: %s",
	               s->bucket, s->key, err_text(rc));
}

static int
list_page(struct job *j, struct listing *l, struct s3_list_page *page,
          struct err *e)
{
	struct buf query, xml;
	int rc;

	buf_init(&query, QUERY);
	buf_init(&xml, (size_t)j->s->limits->s3_list_bytes);
	rc = make_query(j->s, page->token, &query);
	if (rc != 0)
		(void)fail_list(j, rc, e);
	else
		rc = ask(j, NULL, query.p, -1, &xml, e);
	if (rc == 0) {
		rc = s3_list_parse(buf_str(&xml), take_object, l, page);
		if (rc == 0 && page->truncated && page->token[0] == '\0')
			rc = ERR_MALFORMED;
		if (rc != 0)
			(void)fail_list(j, rc, e);
	}
	buf_release(&query);
	buf_release(&xml);
	return rc;
}

static int
list_all(struct job *j, struct listing *l, struct err *e)
{
	struct s3_list_page page = { .token = "" };
	uint64_t pages = 0;
	int rc;

	do {
		if (pages++ == j->s->limits->s3_pages)
			return err_set(
			    e, ERR_LIMIT,
			    "s3://%s/%s: more than s3-pages=%" PRIu64 " pages",
			    j->s->bucket, j->s->key, j->s->limits->s3_pages);
		rc = list_page(j, l, &page, e);
	} while (rc == 0 && page.truncated);
	if (rc == 0 && l->objects.n == 0)
		rc = err_set(e, ERR_NOTFOUND,
		             "s3://%s/%s: no object has this key, or one that "
		             "begins so",
		             j->s->bucket, j->s->key);
	return rc;
}

/* ---- getting ---- */

static int
get_object(struct job *j, const char *key, int fd, struct err *e)
{
	int rc = ask(j, key, NULL, fd, NULL, e);
	int closed = io_close(fd);

	if (rc == 0 && closed != 0)
		rc = err_set(e, closed, "%s: %s", key, err_text(closed));
	return rc;
}

/* Below the spool under what its key has beyond the last / of the prefix. */
static int
get_listed(struct job *j, const struct object *o, struct err *e)
{
	size_t skip = path_dir(str_from_c(j->s->key)).n;
	struct str name;
	int fd, rc;

	if (str_ends(str_from_c(j->s->key), STR("/")))
		skip = strlen(j->s->key);
	else if (skip > 0)
		skip++;
	name = str_tail(o->key, skip);
	rc = path_create_below(j->spool->fd, name, 0600, &fd);
	if (rc != 0)
		return err_set(e, rc, "the object " STR_FMT ": %s",
		               STR_ARG(o->key), err_text(rc));
	rc = get_object(j, o->key.p, fd, e);
	j->before += rc == 0 ? o->size : 0;
	return rc;
}

static int
get_prefix(struct job *j, struct err *e)
{
	struct listing l = { .max = j->s->limits->s3_objects };
	const struct object *o;
	char text[128];
	size_t n;
	int rc;

	arena_init(&l.arena, KEYS_MEMORY, 0);
	buf_init(&l.objects, (size_t)KEYS_MEMORY);
	rc = list_all(j, &l, e);
	o = (const void *)l.objects.p;
	n = l.objects.n / sizeof(*o);
	if (rc == 0 && l.bytes > j->s->limits->fetch_bytes)
		rc = err_set(e, ERR_LIMIT,
		             "s3://%s/%s: its objects have more than "
		             "fetch-bytes=%" PRIu64 " bytes",
		             j->s->bucket, j->s->key,
		             j->s->limits->fetch_bytes);
	if (rc == 0) {
		(void)snprintf(text, sizeof(text),
		               "Objects below the prefix: %zu, bytes: %" PRIu64,
		               n, l.bytes);
		j->watch->note(j->watch->ctx, text);
	}
	j->total = l.bytes;
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = get_listed(j, &o[i], e);
	arena_release(&l.arena);
	buf_release(&l.objects);
	return rc;
}

/* The object of that very name. */
static int
get_single(struct job *j, struct err *e)
{
	int fd;
	int rc = spool_file(j->spool, path_base(str_from_c(j->s->key)), e, &fd);

	return rc == 0 ? get_object(j, j->s->key, fd, e) : rc;
}

static int
get(struct job *j, struct err *e, const char **ret_path)
{
	struct str key = str_from_c(j->s->key);
	int rc = ERR_NOTFOUND;

	if (key.n > 0 && !str_ends(key, STR("/"))) {
		rc = get_single(j, e);
		*ret_path = j->spool->file;
		/* What was made for it must not become part of the folder. */
		if (rc == ERR_NOTFOUND)
			(void)!io_unlink_at(
			    j->spool->fd, strrchr(j->spool->file, '/') + 1, 0);
	}
	if (rc == ERR_NOTFOUND) {
		rc = get_prefix(j, e);
		*ret_path = j->spool->path;
	}
	return rc;
}

int
s3_fetch(struct s3 *s, struct spool *spool, const struct fetch_watch *watch,
         struct err *e, const char **ret_path)
{
	struct job j = { .s = s,
		         .spool = spool,
		         .signature = { .key = s->env.key,
		                        .secret = s->env.secret,
		                        .token = s->env.token[0] != '\0'
		                                     ? s->env.token
		                                     : NULL,
		                        .region = s->env.region },
		         .watch = watch };
	const struct fetch_watch ours = { .ctx = &j,
		                          .progress = progress,
		                          .note = note,
		                          .cancel = watch->cancel };
	const char *path = NULL;
	int rc;

	j.fetcher = fetcher_new(s->limits, &ours);
	if (j.fetcher == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	rc = get(&j, e, &path);
	fetcher_free(j.fetcher);
	if (rc == 0)
		*ret_path = path;
	return rc;
}
