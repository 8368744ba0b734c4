/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/docker/docker.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/docker/docker_impl.h"

/* ---- for all of this folder ---- */

void
docker_note(const struct docker *d, const char *fmt, ...)
{
	struct err e;
	va_list ap;

	if (d->watch.note == NULL)
		return;
	va_start(ap, fmt);
	(void)err_vset(&e, 0, fmt, ap);
	va_end(ap);
	d->watch.note(d->watch.ctx, e.text);
}

int
docker_ask(struct docker *d, struct docker_call *c, const char *doing,
           struct err *e)
{
	int rc = docker_http_run(d->http, c, e);

	if (rc == ERR_ABSENT)
		return err_set(e, ERR_IO,
		               "%s: the Docker engine at %s does not answer "
		               "any more",
		               doing, d->host.shown);
	if (rc != 0 && rc != ERR_CANCELLED)
		err_add_context(e, "%s", doing);
	return rc;
}

int
docker_refused(const struct docker_call *c, const char *doing, struct err *e)
{
	char words[ERR_TEXT_MAX];

	return err_set(e, ERR_IO, "%s: %s", doing, docker_http_words(c, words));
}

int
docker_json(const struct docker_call *c, const char *doing, struct err *e,
            json_t **ret_o)
{
	json_t *o = json_loadb(c->reply.p != NULL ? c->reply.p : "", c->reply.n,
	                       0, NULL);

	if (o == NULL)
		return err_set(e, ERR_MALFORMED,
		               "%s: the Docker engine's reply is no JSON",
		               doing);
	*ret_o = o;
	return 0;
}

/* ---- opening ---- */

/* "1.41"; 0 for what is no version 1. */
static unsigned
minor_of(const char *version)
{
	struct str s = str_from_c(version);
	uint64_t minor;

	if (!str_starts(s, STR("1.")) || str_u64(str_tail(s, 2), &minor) != 0 ||
	    minor > 9999)
		return 0;
	return (unsigned)minor;
}

static int
agree(struct docker *d, const json_t *o, struct err *e)
{
	unsigned newest =
	    minor_of(json_string_value(json_object_get(o, "ApiVersion")));
	unsigned oldest =
	    minor_of(json_string_value(json_object_get(o, "MinAPIVersion")));
	const char *engine = json_string_value(json_object_get(o, "Version"));
	unsigned minor = newest < DOCKER_API_MAX ? newest : DOCKER_API_MAX;

	if (newest == 0)
		return err_set(e, ERR_UNSUPPORTED,
		               "what answers at %s is no Docker engine",
		               d->host.shown);
	if (newest < DOCKER_API_MIN || oldest > DOCKER_API_MAX)
		return err_set(e, ERR_UNSUPPORTED,
		               "the Docker engine at %s speaks the API's "
		               "versions 1.%u to 1.%u, and 1.%d to 1.%d are "
		               "wanted",
		               d->host.shown, oldest, newest, DOCKER_API_MIN,
		               DOCKER_API_MAX);
	docker_http_version(d->http, minor);
	(void)snprintf(d->api, sizeof(d->api), "1.%u", minor);
	(void)str_to_c(str_from_c(engine), d->engine, sizeof(d->engine));
	return 0;
}

static int
ask_version(struct docker *d, struct err *e)
{
	struct docker_call c = { .method = "GET", .path = "/version" };
	json_t *o = NULL;
	int rc = docker_http_run(d->http, &c, e);

	if (rc == ERR_ABSENT || rc == ERR_IO) {
		struct err why = *e;

		rc = err_set(e, ERR_ABSENT,
		             "no Docker engine answers at %s: %s",
		             d->host.shown, why.text);
	} else if (rc == 0 && c.status != 200) {
		rc = docker_refused(&c, "asking the Docker engine", e);
	}
	if (rc == 0)
		rc = docker_json(&c, "asking the Docker engine", e, &o);
	if (rc == 0)
		rc = agree(d, o, e);
	json_decref(o);
	docker_http_end(&c);
	return rc;
}

int
docker_open(const struct docker_env *env, const struct docker_watch *watch,
            struct err *e, struct docker **ret_docker)
{
	struct docker *d = mem_zalloc(sizeof(*d));
	int rc;

	if (d == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	d->watch = *watch;
	rc = docker_host_find(env, e, &d->host);
	if (rc == 0)
		rc = docker_http_new(&d->host, watch->cancel, e, &d->http);
	if (rc == 0)
		rc = ask_version(d, e);
	if (rc != 0) {
		docker_close(d);
		return rc;
	}
	*ret_docker = d;
	return 0;
}

void
docker_close(struct docker *d)
{
	if (d == NULL)
		return;
	docker_http_free(d->http);
	mem_free(d);
}

const char *
docker_endpoint(const struct docker *d)
{
	return d->host.shown;
}

const char *
docker_api_version(const struct docker *d)
{
	return d->api;
}

const char *
docker_engine_version(const struct docker *d)
{
	return d->engine;
}
