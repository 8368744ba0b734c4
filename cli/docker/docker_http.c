/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/docker/docker_http.h"

#include <curl/curl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum {
	CONNECT_SECONDS = 10,
	TURN_MS = 100,
	UPLOAD_BUFFER = 256 << 10,
};

struct docker_http {
	CURLM *multi;
	struct docker_host host;
	const atomic_bool *cancel;
	char version[16]; /* "/v1.41" */
};

int
docker_http_new(const struct docker_host *host, const atomic_bool *cancel,
                struct err *e, struct docker_http **ret_http)
{
	struct docker_http *h = mem_zalloc(sizeof(*h));

	if (h == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	h->host = *host;
	h->cancel = cancel;
	/* Counted by libcurl, so that others may do it too. */
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		mem_free(h);
		return err_set(e, ERR_NOMEM, "libcurl cannot be started");
	}
	h->multi = curl_multi_init();
	if (h->multi == NULL) {
		docker_http_free(h);
		return err_set(e, ERR_NOMEM, "out of memory");
	}
	*ret_http = h;
	return 0;
}

void
docker_http_free(struct docker_http *h)
{
	if (h == NULL)
		return;
	if (h->multi != NULL)
		(void)curl_multi_cleanup(h->multi);
	curl_global_cleanup();
	mem_free(h);
}

void
docker_http_version(struct docker_http *h, unsigned minor)
{
	h->version[0] = '\0';
	if (minor > 0)
		(void)snprintf(h->version, sizeof(h->version), "/v1.%u", minor);
}

bool
docker_http_cancelled(const struct docker_http *h)
{
	return h->cancel != NULL && atomic_load(h->cancel);
}

/* ---- bytes ---- */

static size_t
receive(char *p, size_t size, size_t n, void *ctx)
{
	struct docker_call *c = ctx;
	struct str bytes = str_make(p, size * n);
	long status = 0;
	int rc;

	(void)curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status);
	if (c->data != NULL && status / 100 == 2)
		rc = c->data(c->ctx, bytes);
	else
		rc = buf_append_str(&c->reply, bytes);
	if (rc == 0)
		return bytes.n;
	c->rc = rc;
	return 0;
}

static size_t
send_part(char *p, size_t size, size_t n, void *ctx)
{
	struct docker_call *c = ctx;
	size_t got = 0;

	if (c->read == NULL) {
		struct str left = str_tail(c->body, c->sent);

		got = left.n < size * n ? left.n : size * n;
		if (got > 0)
			memcpy(p, left.p, got);
		c->sent += got;
		return got;
	}
	c->rc = c->read(c->ctx, p, size * n, &got);
	return c->rc == 0 ? got : CURL_READFUNC_ABORT;
}

/* ---- one call ---- */

static bool
set_fields(struct docker_call *c)
{
	const char *const fields[] = {
		"Expect:",
		c->type != NULL ? c->type : "Content-Type: application/json",
	};
	struct curl_slist *list = NULL;

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		struct curl_slist *more = curl_slist_append(list, fields[i]);

		if (more == NULL) {
			curl_slist_free_all(list);
			return false;
		}
		list = more;
	}
	c->fields = list;
	return curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, list) == CURLE_OK;
}

static bool
set_upload(struct docker_call *c)
{
	CURL *x = c->easy;

	/* Without one, the size is not told: parts are sent in chunks. */
	if (c->read == NULL && c->body.n == 0)
		return true;
	return curl_easy_setopt(x, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
	       curl_easy_setopt(x, CURLOPT_READFUNCTION, send_part) ==
	           CURLE_OK &&
	       curl_easy_setopt(x, CURLOPT_READDATA, c) == CURLE_OK &&
	       curl_easy_setopt(x, CURLOPT_UPLOAD_BUFFERSIZE,
	                        (long)UPLOAD_BUFFER) == CURLE_OK &&
	       (c->read != NULL ||
	        curl_easy_setopt(x, CURLOPT_INFILESIZE_LARGE,
	                         (curl_off_t)c->body.n) == CURLE_OK);
}

static bool
set_file(CURL *x, CURLoption option, const char *path)
{
	return path[0] == '\0' || curl_easy_setopt(x, option, path) == CURLE_OK;
}

static bool
set_place(const struct docker_http *h, struct docker_call *c)
{
	CURL *x = c->easy;
	char url[DOCKER_URL_MAX];
	int n;

	if (c->url != NULL)
		return curl_easy_setopt(x, CURLOPT_URL, c->url) == CURLE_OK;
	n = snprintf(url, sizeof(url), "%s%s%s", h->host.base, h->version,
	             c->path);
	if (n < 0 || (size_t)n >= sizeof(url) ||
	    curl_easy_setopt(x, CURLOPT_URL, url) != CURLE_OK)
		return false;
	if (h->host.socket[0] != '\0')
		return curl_easy_setopt(x, CURLOPT_UNIX_SOCKET_PATH,
		                        h->host.socket) == CURLE_OK;
	if (!h->host.tls)
		return true;
	return set_file(x, CURLOPT_CAINFO, h->host.ca) &&
	       set_file(x, CURLOPT_SSLCERT, h->host.cert) &&
	       set_file(x, CURLOPT_SSLKEY, h->host.key) &&
	       curl_easy_setopt(x, CURLOPT_SSL_VERIFYPEER,
	                        h->host.verify ? 1L : 0L) == CURLE_OK &&
	       curl_easy_setopt(x, CURLOPT_SSL_VERIFYHOST,
	                        h->host.verify ? 2L : 0L) == CURLE_OK;
}

static bool
set_all(const struct docker_http *h, struct docker_call *c)
{
	CURL *x = c->easy;

	return set_place(h, c) && set_fields(c) && set_upload(c) &&
	       curl_easy_setopt(x, CURLOPT_CUSTOMREQUEST, c->method) ==
	           CURLE_OK &&
	       curl_easy_setopt(x, CURLOPT_PROTOCOLS_STR, "http,https") ==
	           CURLE_OK &&
	       curl_easy_setopt(x, CURLOPT_PROXY, "") == CURLE_OK &&
	       curl_easy_setopt(x, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       curl_easy_setopt(x, CURLOPT_ERRORBUFFER, c->words) == CURLE_OK &&
	       curl_easy_setopt(x, CURLOPT_CONNECTTIMEOUT,
	                        (long)CONNECT_SECONDS) == CURLE_OK &&
	       curl_easy_setopt(
		   x, CURLOPT_TIMEOUT,
		   c->unhurried ? 0L : (long)DOCKER_HTTP_SECONDS) == CURLE_OK &&
	       curl_easy_setopt(x, CURLOPT_WRITEFUNCTION, receive) ==
	           CURLE_OK &&
	       curl_easy_setopt(x, CURLOPT_WRITEDATA, c) == CURLE_OK &&
	       curl_easy_setopt(x, CURLOPT_PRIVATE, c) == CURLE_OK;
}

int
docker_http_begin(struct docker_http *h, struct docker_call *c, struct err *e)
{
	c->http = h;
	c->done = false;
	c->rc = 0;
	c->status = 0;
	c->sent = 0;
	c->words[0] = '\0';
	buf_init(&c->reply, DOCKER_REPLY_MAX);
	c->easy = curl_easy_init();
	if (c->easy == NULL || !set_all(h, c) ||
	    curl_multi_add_handle(h->multi, c->easy) != CURLM_OK)
		return err_set(e, ERR_NOMEM, "out of memory");
	c->running = true;
	return 0;
}

void
docker_http_end(struct docker_call *c)
{
	if (c->running)
		(void)curl_multi_remove_handle(c->http->multi, c->easy);
	c->running = false;
	if (c->easy != NULL)
		curl_easy_cleanup(c->easy);
	c->easy = NULL;
	curl_slist_free_all(c->fields);
	c->fields = NULL;
	buf_release(&c->reply);
}

/* ---- all of them ---- */

static int
code_of(CURLcode code)
{
	switch (code) {
	case CURLE_COULDNT_CONNECT:
	case CURLE_COULDNT_RESOLVE_HOST:
		return ERR_ABSENT;
	case CURLE_OUT_OF_MEMORY:
		return ERR_NOMEM;
	default:
		return ERR_IO;
	}
}

/* The system's reason for not connecting says more than libcurl's words. */
static const char *
words_of(const struct docker_call *c, CURLcode code)
{
	long cause = 0;

	(void)curl_easy_getinfo(c->easy, CURLINFO_OS_ERRNO, &cause);
	if (code == CURLE_COULDNT_CONNECT && cause > 0 && cause < INT_MAX)
		return err_text(-(int)cause);
	return c->words[0] != '\0' ? c->words : curl_easy_strerror(code);
}

static void
finish(struct docker_call *c, CURLcode code)
{
	c->done = true;
	(void)curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &c->status);
	if (code == CURLE_OK) {
		c->rc = 0;
		return;
	}
	/* A reason of ours is why libcurl was told to stop. */
	if (c->rc != 0)
		(void)err_set(&c->error, c->rc, "%s", err_text(c->rc));
	else
		c->rc = err_set(&c->error, code_of(code), "%s",
		                words_of(c, code));
}

int
docker_http_turn(struct docker_http *h, int ms, struct err *e)
{
	CURLMcode rc;
	CURLMsg *m;
	int n;

	rc = curl_multi_perform(h->multi, &n);
	if (rc == CURLM_OK && n > 0)
		rc = curl_multi_poll(h->multi, NULL, 0, ms, NULL);
	if (rc != CURLM_OK)
		return err_set(e, ERR_IO, "%s", curl_multi_strerror(rc));
	while ((m = curl_multi_info_read(h->multi, &n)) != NULL) {
		char *ctx = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &ctx);
		finish((struct docker_call *)(void *)ctx, m->data.result);
	}
	return 0;
}

int
docker_http_run(struct docker_http *h, struct docker_call *c, struct err *e)
{
	int rc = docker_http_begin(h, c, e);

	while (rc == 0 && !c->done) {
		if (!c->determined && docker_http_cancelled(h))
			return err_set(e, ERR_CANCELLED, "stopped");
		rc = docker_http_turn(h, TURN_MS, e);
	}
	if (rc == 0 && c->rc != 0)
		rc = err_set(e, c->rc, "%s", c->error.text);
	return rc;
}

const char *
docker_http_words(const struct docker_call *c, char out[ERR_TEXT_MAX])
{
	json_t *o = json_loadb(c->reply.p != NULL ? c->reply.p : "", c->reply.n,
	                       0, NULL);
	const char *text = json_string_value(json_object_get(o, "message"));

	if (text != NULL)
		(void)str_to_c(str_from_c(text), out, ERR_TEXT_MAX);
	else
		(void)snprintf(out, ERR_TEXT_MAX, "HTTP status %ld", c->status);
	json_decref(o);
	return out;
}
