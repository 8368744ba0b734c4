/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/ask.h"

#include <curl/curl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"

enum {
	ASK_URL = 512,
	ASK_REPLY = 1 << 20, /* the state of some thousand snapshots */
	ASK_SECONDS = 5,
};

/* "http://host:port/" and the path, without what follows a question mark. */
static bool
make_url(const char *front, const char *path, char out[ASK_URL])
{
	struct str base, query;
	struct str all = str_from_c(front);
	int n;

	(void)str_split1(all, '?', &base, &query);
	/* The address that means all of them is ours as well. */
	if (str_starts(base, STR("http://0.0.0.0:")))
		n = snprintf(out, ASK_URL, "http://127.0.0.1:" STR_FMT "%s",
		             STR_ARG(str_tail(base, 15)), path);
	else
		n = snprintf(out, ASK_URL, STR_FMT "%s", STR_ARG(base), path);
	return n > 0 && n < ASK_URL;
}

static size_t
take(char *p, size_t size, size_t n, void *ctx)
{
	return buf_append(ctx, p, size * n) == 0 ? size * n : 0;
}

static bool
perform(CURL *h, const char *url, const char *token, struct buf *reply)
{
	bool good = curl_easy_setopt(h, CURLOPT_URL, url) == CURLE_OK;

	good &= curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http") == CURLE_OK;
	good &= curl_easy_setopt(h, CURLOPT_NOPROXY, "*") == CURLE_OK;
	good &= curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
	good &= curl_easy_setopt(h, CURLOPT_TIMEOUT, (long)ASK_SECONDS) ==
	        CURLE_OK;
	good &= curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take) == CURLE_OK;
	good &= curl_easy_setopt(h, CURLOPT_WRITEDATA, reply) == CURLE_OK;
	if (token[0] != '\0') {
		good &= curl_easy_setopt(h, CURLOPT_HTTPAUTH,
		                         (long)CURLAUTH_BEARER) == CURLE_OK;
		good &= curl_easy_setopt(h, CURLOPT_XOAUTH2_BEARER, token) ==
		        CURLE_OK;
	}
	return good && curl_easy_perform(h) == CURLE_OK;
}

/* Was something of this one read? */
static bool
has_packets(const json_t *snapshot)
{
	const char *state =
	    json_string_value(json_object_get(snapshot, "state"));

	if (state == NULL)
		return false;
	if (strcmp(state, "ready") == 0 || strcmp(state, "sealing") == 0)
		return true;
	return strcmp(state, "indexing") == 0 &&
	       json_integer_value(json_object_get(snapshot, "packets")) > 0;
}

static bool
is_any_there(struct str reply)
{
	json_t *all = json_loadb(reply.p, reply.n, 0, NULL);
	json_t *list = json_object_get(all, "snapshots");
	bool there = false;

	for (size_t i = 0; i < json_array_size(list); i++)
		there |= has_packets(json_array_get(list, i));
	json_decref(all);
	return there;
}

bool
ask_shows(const char *front, const char *token)
{
	char url[ASK_URL];
	struct buf reply;
	bool shows = false;
	CURL *h;

	if (!make_url(front, "api/v1/progress", url))
		return false;
	h = curl_easy_init();
	if (h == NULL)
		return false;
	buf_init(&reply, ASK_REPLY);
	if (perform(h, url, token, &reply) && reply.n > 0)
		shows = is_any_there(buf_str(&reply));
	buf_release(&reply);
	curl_easy_cleanup(h);
	return shows;
}
