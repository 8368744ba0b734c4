/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/docker/docker_container.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"

enum { TURN_MS = 100 };

/* ---- the log ---- */

/* "http://127.0.0.1:8899/": the port, 0 when there is none. */
static uint16_t
port_of(const char *url)
{
	const char *colon = url != NULL ? strrchr(url, ':') : NULL;
	uint64_t port = 0;
	struct str digits;

	if (colon == NULL)
		return 0;
	digits = str_from_c(colon + 1);
	digits = str_head(digits, str_find_char(digits, '/'));
	if (str_u64(digits, &port) != 0 || port > UINT16_MAX)
		return 0;
	return (uint16_t)port;
}

/* Is it what `analyzer serve --json` says when it listens? */
static bool
take_announcement(struct docker_container *c, struct str line)
{
	json_t *o = json_loadb(line.p, line.n, 0, NULL);
	const char *front = json_string_value(json_object_get(o, "front"));
	const char *hub = json_string_value(json_object_get(o, "hub"));
	bool is = front != NULL && hub != NULL;

	c->announced |= is;
	/* On a network of its own these are the ports inside. */
	if (is && c->on_host) {
		c->front = port_of(front);
		c->hub = port_of(hub);
	}
	json_decref(o);
	return is;
}

static void
take_line(void *ctx, bool is_stderr, struct str line)
{
	struct docker_container *c = ctx;
	const struct docker_watch *w = &c->d->watch;

	if (!is_stderr && !c->announced && line.n > 0 && line.p[0] == '{' &&
	    take_announcement(c, line))
		return;
	if (is_stderr && line.n > 0) {
		struct str words = line;

		if (str_starts(words, STR("analyzer: ")))
			words = str_tail(words, 10);
		/* A folder that nobody outside has heard of. */
		if (str_starts(words, STR("/data/")))
			words = str_tail(words, 6);
		(void)str_to_c(words, c->last, sizeof(c->last));
	}
	if (w->log != NULL)
		w->log(w->ctx, is_stderr, line);
}

static int
take_log(void *ctx, struct str bytes)
{
	struct docker_container *c = ctx;

	return docker_demux_feed(&c->demux, bytes);
}

int
docker_container_follow(struct docker_container *c, const char *tail,
                        struct err *e)
{
	char path[DOCKER_ID + 80];
	int rc;

	(void)snprintf(path, sizeof(path),
	               "/containers/%s/logs?follow=true&stdout=true&"
	               "stderr=true&tail=%s",
	               c->id, tail);
	docker_demux_init(&c->demux, take_line, c);
	c->logs = (struct docker_call){ .method = "GET",
		                        .path = path,
		                        .data = take_log,
		                        .ctx = c,
		                        .unhurried = true };
	c->following = true;
	rc = docker_http_begin(c->d->http, &c->logs, e);
	c->logs.path = NULL;
	return rc;
}

void
docker_container_unfollow(struct docker_container *c)
{
	if (!c->following)
		return;
	docker_http_end(&c->logs);
	/* Cut off in the middle, when it was we who ended it. */
	(void)docker_demux_end(&c->demux);
	docker_demux_release(&c->demux);
	c->following = false;
}

/* ---- its death ---- */

static int
look(struct docker_container *c, bool determined, struct err *e, json_t **ret_o)
{
	char path[DOCKER_ID + 32];
	struct docker_call call = { .method = "GET",
		                    .path = path,
		                    .determined = determined };
	int rc;

	(void)snprintf(path, sizeof(path), "/containers/%s/json", c->id);
	rc = docker_ask(c->d, &call, "looking at the container", e);
	if (rc == 0 && call.status == 404)
		rc = err_set(e, ERR_IO,
		             "somebody removed the container %s meanwhile",
		             c->name);
	else if (rc == 0 && call.status != 200)
		rc = docker_refused(&call, "looking at the container", e);
	if (rc == 0)
		rc = docker_json(&call, "looking at the container", e, ret_o);
	docker_http_end(&call);
	return rc;
}

/* On the machine's network it is the analyzer who finds a port taken. */
static int
explain(const struct docker_container *c, const json_t *state, struct err *e)
{
	int status =
	    (int)json_integer_value(json_object_get(state, "ExitCode"));

	if (str_starts(str_from_c(c->last), STR("port ")) &&
	    strstr(c->last, " is taken") != NULL)
		return err_set(e, -EADDRINUSE,
		               "%.*s; choose others with --proxy-front-port "
		               "and --proxy-hub-port",
		               (int)strcspn(c->last, ","), c->last);
	if (json_is_true(json_object_get(state, "OOMKilled")))
		return err_set(e, ERR_UNREADABLE,
		               "the analyzer was killed, it had no more memory "
		               "in the Docker engine");
	if (c->last[0] != '\0')
		return err_set(e, ERR_UNREADABLE, "%s", c->last);
	return err_set(e, ERR_UNREADABLE,
	               "the analyzer ended with exit status %d and without a "
	               "word",
	               status);
}

int
docker_container_death(struct docker_container *c, struct err *e,
                       int *ret_status)
{
	json_t *o = NULL;
	const json_t *state;
	int rc;

	/* Its last words may lack a newline. */
	(void)docker_demux_end(&c->demux);
	rc = look(c, false, e, &o);
	if (rc != 0)
		return rc;
	state = json_object_get(o, "State");
	if (!json_is_true(json_object_get(state, "Running"))) {
		*ret_status =
		    (int)json_integer_value(json_object_get(state, "ExitCode"));
		rc = explain(c, state, e);
	}
	json_decref(o);
	return rc;
}

int
docker_container_exit(struct docker_container *c)
{
	json_t *o = NULL;
	const json_t *state;
	struct err e = ERR_INIT;
	int status = -1;

	if (look(c, true, &e, &o) != 0)
		return -1;
	state = json_object_get(o, "State");
	if (json_is_false(json_object_get(state, "Running")))
		status =
		    (int)json_integer_value(json_object_get(state, "ExitCode"));
	json_decref(o);
	/* What the kernel or the engine ended has a status of theirs. */
	return status < 128 ? status : -1;
}

/* ---- readiness ---- */

/* The port that the engine chose. */
static uint16_t
published(const json_t *ports, const char *key)
{
	const char *text = json_string_value(json_object_get(
	    json_array_get(json_object_get(ports, key), 0), "HostPort"));
	uint64_t port;

	if (text == NULL || str_u64(str_from_c(text), &port) != 0 ||
	    port > UINT16_MAX)
		return 0;
	return (uint16_t)port;
}

static int
find_ports(struct docker_container *c, struct err *e)
{
	const json_t *ports;
	json_t *o = NULL;
	int rc = 0;

	if (c->front != 0 && c->hub != 0)
		return 0;
	if (!c->on_host)
		rc = look(c, false, e, &o);
	if (rc != 0)
		return rc;
	ports = json_object_get(json_object_get(o, "NetworkSettings"), "Ports");
	if (c->front == 0)
		c->front = published(ports, "8899/tcp");
	if (c->hub == 0)
		c->hub = published(ports, "8898/tcp");
	json_decref(o);
	if (c->front != 0 && c->hub != 0)
		return 0;
	return err_set(e, ERR_IO,
	               "the Docker engine published no ports of the analyzer");
}

/* Has it anything to show, by its reply to /readyz? */
static bool
take_readiness(struct docker_container *c, const struct docker_call *call)
{
	const struct docker_watch *w = &c->d->watch;
	json_t *o = json_loadb(call->reply.p != NULL ? call->reply.p : "",
	                       call->reply.n, 0, NULL);
	const json_t *s = json_array_get(json_object_get(o, "snapshots"), 0);
	const char *state = json_string_value(json_object_get(s, "state"));
	struct docker_progress p = {
		.stage = DOCKER_INDEXING,
		.done =
		    (uint64_t)json_integer_value(json_object_get(s, "bytes")),
		.total = (uint64_t)json_integer_value(
		    json_object_get(s, "bytesTotal")),
	};
	/* What failed is told by its end, with the reason. */
	bool ready = state != NULL && strcmp(state, "failed") != 0 &&
	             (strcmp(state, "ready") == 0 ||
	              json_integer_value(json_object_get(s, "packets")) > 0);

	if (s != NULL && w->progress != NULL)
		w->progress(w->ctx, &p);
	json_decref(o);
	return ready;
}

/* 1: ready, 0: not yet. */
static int
probe(struct docker_container *c, bool *ret_answers, struct err *e)
{
	struct docker_urls urls;
	char url[DOCKER_URL + 16];
	struct docker_call call = { .method = "GET", .url = url };
	int rc;

	docker_tap_urls(c, &urls);
	(void)snprintf(url, sizeof(url), "%s", urls.hub);
	(void)snprintf(url + strlen(url), sizeof(url) - strlen(url), "readyz");
	rc = docker_http_run(c->d->http, &call, e);
	if (rc == 0 && (call.status == 200 || call.status == 503)) {
		*ret_answers = true;
		rc = take_readiness(c, &call);
	} else if (rc == ERR_ABSENT || rc == ERR_IO) {
		/* Not yet: ports are published before anybody listens. */
		rc = 0;
	}
	docker_http_end(&call);
	return rc;
}

/* Its ports are not ours when the engine is on another machine. */
static bool
is_out_of_reach(const struct docker_container *c)
{
	return c->d->host.name[0] != '\0' &&
	       (str_starts(str_from_c(c->host), STR("127.")) ||
	        strcmp(c->host, "::1") == 0);
}

static int
look_whether_ready(struct docker_container *c, bool *ret_answers, struct err *e)
{
	int rc;

	if (!c->announced)
		return 0;
	rc = find_ports(c, e);
	if (rc != 0)
		return rc;
	if (!is_out_of_reach(c))
		return probe(c, ret_answers, e);
	docker_note(c->d,
	            "The engine is on another machine, and the ports are on a "
	            "loopback address there; --proxy-host chooses another");
	return 1;
}

int
docker_container_ready(struct docker_container *c, struct err *e)
{
	int64_t until = clock_mono() + DOCKER_READY_SECONDS * CLOCK_SEC;
	bool answers = false;
	int status;
	int rc = 0;

	while (rc == 0) {
		if (docker_http_cancelled(c->d->http))
			return err_set(e, ERR_CANCELLED, "stopped");
		rc = docker_http_turn(c->d->http, TURN_MS, e);
		if (rc == 0 && c->logs.done) {
			rc = docker_container_death(c, e, &status);
			if (rc == 0)
				rc = err_set(e, ERR_IO,
				             "the analyzer's log cannot be "
				             "read from the Docker engine");
			return rc;
		}
		if (rc == 0)
			rc = look_whether_ready(c, &answers, e);
		if (rc == 0 && !answers && clock_mono() > until)
			rc = err_set(e, ERR_IO,
			             "the analyzer was started in the Docker "
			             "engine, but does not answer");
	}
	return rc > 0 ? 0 : rc;
}
