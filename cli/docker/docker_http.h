/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docker_http: requests to the engine, and to the analyzer it runs, by libcurl.
 *
 * Several can go on at once (the log is followed while readiness is asked
 * for); all of them are driven by whoever waits for one, in docker_http_turn().
 * No request lasts longer than *cancel being set, except those that say so.
 * Redirects are not followed, proxies not used, other protocols not spoken.
 */
#ifndef CLI_DOCKER_HTTP_H
#define CLI_DOCKER_HTTP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "cli/docker/docker_host.h"

enum {
	DOCKER_REPLY_MAX = 16 << 20, /* of what is kept; a list of containers */
	DOCKER_HTTP_SECONDS = 60,    /* for what is answered at once */
	DOCKER_URL_MAX = 2048,
};

struct docker_http;

struct docker_call {
	/* The request. Texts have to live until docker_http_end(). */
	const char *method;
	const char *path; /* "/containers/json", behind the version */
	const char *url;  /* instead of it: of somebody else, with http:// */
	const char *type; /* of the body; NULL is application/json */
	struct str body;  /* of the request; none when empty */
	/* The body in parts instead: at most n bytes, 0 at the end. */
	int (*read)(void *ctx, void *p, size_t n, size_t *ret_n);
	/* Takes the reply to a successful request instead of `reply`. */
	int (*data)(void *ctx, struct str bytes);
	void *ctx;
	bool unhurried;  /* takes as long as it takes */
	bool determined; /* goes on when cancelled */

	/* The result. */
	bool done;
	int rc;      /* 0: there is a status; or why there is none */
	long status; /* of HTTP */
	struct buf reply;
	struct err error; /* why there is none, in words */

	/* private */
	struct docker_http *http;
	void *easy;
	void *fields;
	size_t sent; /* of `body` */
	bool running;
	char words[256];
};

/* Of *host nothing is kept but a copy. */
int docker_http_new(const struct docker_host *host, const atomic_bool *cancel,
                    struct err *e, struct docker_http **ret_http) WARN_UNUSED;
void docker_http_free(struct docker_http *h);

/* The minor number of the version that paths are asked in; 0: none. */
void docker_http_version(struct docker_http *h, unsigned minor);

/* Starts it; the call must not move until it is ended. */
int docker_http_begin(struct docker_http *h, struct docker_call *c,
                      struct err *e) WARN_UNUSED;

/* Lets all that were begun go on, waiting for at most `ms` milliseconds. */
int docker_http_turn(struct docker_http *h, int ms, struct err *e) WARN_UNUSED;

bool docker_http_cancelled(const struct docker_http *h);

/* Stops it if it still goes on, and frees what is in it. */
void docker_http_end(struct docker_call *c);

/*
 * From beginning to done, with docker_http_end() still due. 0 when the engine
 * answered, whatever it did: look at the status. ERR_ABSENT when nobody can be
 * reached there, ERR_CANCELLED, ERR_IO.
 */
int docker_http_run(struct docker_http *h, struct docker_call *c,
                    struct err *e) WARN_UNUSED;

/* What the engine says in the reply to a failed request: its "message". Bytes
 * of `out`, which is as long as an error's text. */
const char *docker_http_words(const struct docker_call *c,
                              char out[ERR_TEXT_MAX]);

#endif /* CLI_DOCKER_HTTP_H */
