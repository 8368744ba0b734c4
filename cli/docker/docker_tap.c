/* SPDX-License-Identifier: Apache-2.0 */
/* docker_tap_*() of docker.h: the life of one container. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "base/io.h"
#include "base/mem.h"
#include "cli/docker/docker_container.h"
#include "cli/docker/docker_spec.h"
#include "cli/docker/docker_tar.h"

enum {
	SPEC_MAX = 65536,
	REPORT_BYTES = 1 << 20, /* between two reports of progress */
	TURN_MS = 200,
};

/* ---- names and places ---- */

/* n random bytes in 2n letters. */
static int
random_text(char *out, size_t n)
{
	uint8_t bytes[DOCKER_TOKEN / 2];

	ENSURE(n <= sizeof(bytes));
	if (getentropy(bytes, n) != 0)
		return -errno;
	for (size_t i = 0; i < n; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

static bool
is_loopback(const char *host)
{
	return str_starts(str_from_c(host), STR("127.")) ||
	       strcmp(host, "::1") == 0;
}

static int
take_host(struct docker_container *c, const char *host, struct err *e)
{
	struct in6_addr any;

	if (host == NULL || strcmp(host, "localhost") == 0)
		host = "127.0.0.1";
	if ((inet_pton(AF_INET, host, &any) == 1 ||
	     inet_pton(AF_INET6, host, &any) == 1) &&
	    str_to_c(str_from_c(host), c->host, sizeof(c->host)))
		return 0;
	return err_set(e, ERR_USAGE,
	               "--proxy-host %s: an address is wanted, such as "
	               "127.0.0.1 or 0.0.0.0",
	               host);
}

static int
begin(struct docker_container *c, struct docker *d,
      const struct docker_tap *tap, struct err *e)
{
	char suffix[9];
	int rc;

	c->d = d;
	c->on_host = tap->network != NULL && strcmp(tap->network, "host") == 0;
	c->front = tap->front_port;
	c->hub = tap->hub_port;
	rc = take_host(c, tap->proxy_host, e);
	if (rc != 0)
		return rc;
	if (c->front != 0 && c->front == c->hub)
		return err_set(e, ERR_USAGE,
		               "--proxy-front-port and --proxy-hub-port are "
		               "both %u",
		               c->front);
	rc = random_text(suffix, 4);
	/* Inside, all addresses are listened on. */
	if (rc == 0 && !(c->on_host && is_loopback(c->host)))
		rc = random_text(c->token, DOCKER_TOKEN / 2);
	if (rc != 0)
		return err_set(e, rc, "no random bytes: %s", err_text(rc));
	(void)snprintf(c->name, sizeof(c->name), "kubeshark-analyzer-%s",
	               suffix);
	return 0;
}

/* ---- ports ---- */

static int
taken(const struct docker_container *c, uint16_t port, const char *option,
      struct err *e)
{
	return err_set(e, -EADDRINUSE,
	               "port %u of %s is taken; choose another with %s", port,
	               c->host, option);
}

/* Whether somebody listens there; other troubles are for the engine to tell. */
static bool
is_taken(const char *host, uint16_t port)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
		                  .sin_port = htons(port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
		                   .sin6_port = htons(port) };
	bool is_v4 = inet_pton(AF_INET, host, &v4.sin_addr) == 1;
	int fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM, 0);
	int on = 1;
	int rc;

	if (fd < 0)
		return false;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (is_v4) {
		rc = bind(fd, (const struct sockaddr *)&v4, sizeof(v4));
	} else {
		(void)inet_pton(AF_INET6, host, &v6.sin6_addr);
		rc = bind(fd, (const struct sockaddr *)&v6, sizeof(v6));
	}
	rc = rc != 0 ? errno : 0;
	(void)io_close(fd);
	return rc == EADDRINUSE;
}

/* Told before the snapshot is uploaded. */
static int
check_ports(const struct docker_container *c, struct err *e)
{
	if (c->d->host.name[0] != '\0')
		return 0;
	if (c->front != 0 && is_taken(c->host, c->front))
		return taken(c, c->front, "--proxy-front-port", e);
	if (c->hub != 0 && is_taken(c->host, c->hub))
		return taken(c, c->hub, "--proxy-hub-port", e);
	return 0;
}

/* ---- making it ---- */

static int
take_id(struct docker_container *c, const struct docker_call *call,
        struct err *e)
{
	json_t *o = NULL;
	const char *id;
	int rc = docker_json(call, "making a container", e, &o);

	if (rc != 0)
		return rc;
	id = json_string_value(json_object_get(o, "Id"));
	if (id == NULL || id[0] == '\0' ||
	    strspn(id, "0123456789abcdef") != strlen(id) ||
	    !str_to_c(str_from_c(id), c->id, sizeof(c->id)))
		rc = err_set(e, ERR_MALFORMED,
		             "making a container: the Docker engine gave no "
		             "id");
	json_decref(o);
	return rc;
}

static int
create(struct docker_container *c, const struct docker_tap *tap,
       const char *input, struct err *e)
{
	char path[DOCKER_ID + 64], owner[DOCKER_ID];
	struct docker_spec spec = {
		.image = c->image,
		.owner = owner,
		.network = tap->network != NULL ? tap->network : "bridge",
		.host = c->host,
		.front = c->front,
		.hub = c->hub,
		.name = input,
		.token = c->token,
	};
	struct docker_call call = { .method = "POST", .path = path };
	struct buf body;
	int rc;

	docker_owner(owner);
	(void)snprintf(path, sizeof(path), "/containers/create?name=%s",
	               c->name);
	buf_init(&body, SPEC_MAX);
	rc = docker_spec_json(&spec, &body);
	if (rc != 0) {
		buf_release(&body);
		return err_set(e, rc, "making a container: %s", err_text(rc));
	}
	call.body = buf_str(&body);
	c->asked = true;
	rc = docker_ask(c->d, &call, "making a container", e);
	if (rc == 0 && call.status != 201)
		rc = docker_refused(&call, "making a container", e);
	if (rc == 0)
		rc = take_id(c, &call, e);
	docker_http_end(&call);
	buf_release(&body);
	return rc;
}

/* ---- the upload ---- */

struct upload {
	struct docker_tar *tar;
	const struct docker_watch *watch;
	uint64_t told;
};

static int
upload_part(void *ctx, void *p, size_t n, size_t *ret_n)
{
	struct upload *u = ctx;
	struct docker_progress at = {
		.stage = DOCKER_UPLOADING,
		.what = str_from_c(docker_tar_name(u->tar)),
		.total = docker_tar_total(u->tar),
	};
	int rc = docker_tar_read(u->tar, p, n, ret_n);

	at.done = docker_tar_sent(u->tar);
	if (rc == 0 && u->watch->progress != NULL &&
	    (at.done - u->told >= REPORT_BYTES ||
	     (at.done == at.total && u->told < at.done))) {
		u->told = at.done;
		u->watch->progress(u->watch->ctx, &at);
	}
	return rc;
}

static int
upload(struct docker_container *c, struct docker_tar *tar, struct err *e)
{
	char path[DOCKER_ID + 64];
	struct upload u = { .tar = tar, .watch = &c->d->watch };
	struct docker_call call = { .method = "PUT",
		                    .path = path,
		                    .type = "Content-Type: application/x-tar",
		                    .read = upload_part,
		                    .ctx = &u,
		                    .unhurried = true };
	int rc;

	if (docker_tar_refused(tar) > 0)
		docker_note(c->d,
		            "%zu files of the folder are left out: links, "
		            "devices, or unreadable",
		            docker_tar_refused(tar));
	(void)snprintf(path, sizeof(path), "/containers/%s/archive?path=/data",
	               c->id);
	rc = docker_ask(c->d, &call, "uploading the snapshot", e);
	if (rc != 0 && docker_tar_error(tar)[0] != '\0')
		(void)err_set(e, rc, "%s", docker_tar_error(tar));
	if (rc == 0 && call.status != 200)
		rc = docker_refused(&call, "uploading the snapshot", e);
	docker_http_end(&call);
	return rc;
}

/* ---- starting ---- */

static int
start(struct docker_container *c, struct err *e)
{
	char path[DOCKER_ID + 32], words[ERR_TEXT_MAX];
	struct docker_call call = { .method = "POST", .path = path };
	int rc;

	(void)snprintf(path, sizeof(path), "/containers/%s/start", c->id);
	rc = docker_ask(c->d, &call, "starting the analyzer", e);
	if (rc == 0 && call.status != 204) {
		(void)docker_http_words(&call, words);
		if (strstr(words, "already allocated") != NULL ||
		    strstr(words, "already in use") != NULL)
			rc = err_set(e, -EADDRINUSE,
			             "port %u or %u of %s is taken; choose "
			             "others with --proxy-front-port and "
			             "--proxy-hub-port",
			             c->front, c->hub, c->host);
		else
			rc = docker_refused(&call, "starting the analyzer", e);
	}
	docker_http_end(&call);
	return rc;
}

/* Leftovers that cannot be removed are in nobody's way. */
static int
sweep(struct docker *d)
{
	struct err e = ERR_INIT;
	int rc = docker_sweep(d, false, &e, NULL);

	if (rc == ERR_CANCELLED)
		return rc;
	if (rc != 0)
		docker_note(d, "What earlier runs left stays there: %s",
		            e.text);
	return 0;
}

static int
run(struct docker_container *c, const struct docker_tap *tap,
    struct docker_tar *tar, struct err *e)
{
	int rc = sweep(c->d);

	if (rc == 0)
		rc = check_ports(c, e);
	if (rc == 0)
		rc = docker_image_find(c->d, &tap->image, e, c->image);
	if (rc == 0)
		rc = create(c, tap, docker_tar_name(tar), e);
	if (rc == 0 && tap->debug)
		docker_note(c->d, "Made the container %s (%s)", c->name, c->id);
	if (rc == 0)
		rc = upload(c, tar, e);
	if (rc == 0)
		rc = start(c, e);
	if (rc == 0)
		rc = docker_container_follow(c, "all", e);
	return rc == 0 ? docker_container_ready(c, e) : rc;
}

int
docker_tap_start(struct docker *d, const struct docker_tap *tap, struct err *e,
                 struct docker_container **ret_container)
{
	struct docker_container *c = mem_zalloc(sizeof(*c));
	struct docker_tar *tar = NULL;
	struct err undone = ERR_INIT;
	int status, rc;

	if (c == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	rc = docker_tar_new(tap, e, &tar);
	if (rc == 0)
		rc = begin(c, d, tap, e);
	if (rc == 0)
		rc = run(c, tap, tar, e);
	docker_tar_free(tar);
	if (rc == 0) {
		*ret_container = c;
		return 0;
	}
	if (docker_tap_stop(c, &undone, &status) != 0)
		docker_note(d, "%s", undone.text);
	return rc;
}

/* ---- running ---- */

static void
put_url(const struct docker_container *c, uint16_t port, char out[DOCKER_URL])
{
	const char *host = c->host;
	const char *machine = c->d->host.name;
	bool v6 = strchr(host, ':') != NULL;

	if (strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0) {
		host = machine[0] != '\0' ? machine : "127.0.0.1";
		/* That of an engine has its brackets already. */
		v6 = false;
	}
	(void)snprintf(out, DOCKER_URL, "http://%s%.*s%s:%u/", v6 ? "[" : "",
	               DOCKER_URL / 2, host, v6 ? "]" : "", port);
}

void
docker_tap_urls(const struct docker_container *c, struct docker_urls *ret_urls)
{
	size_t n;

	put_url(c, c->front, ret_urls->front);
	put_url(c, c->hub, ret_urls->hub);
	(void)str_to_c(str_from_c(c->token), ret_urls->token,
	               sizeof(ret_urls->token));
	n = strlen(ret_urls->front);
	if (c->token[0] != '\0')
		(void)snprintf(ret_urls->front + n, DOCKER_URL - n, "?token=%s",
		               c->token);
}

const char *
docker_tap_name(const struct docker_container *c)
{
	return c->name;
}

const char *
docker_tap_image(const struct docker_container *c)
{
	return c->image;
}

int
docker_tap_wait(struct docker_container *c, struct err *e, int *ret_status)
{
	int rc = 0;

	*ret_status = -1;
	while (rc == 0 && !docker_http_cancelled(c->d->http)) {
		rc = docker_http_turn(c->d->http, TURN_MS, e);
		if (rc != 0 || !c->logs.done)
			continue;
		rc = docker_container_death(c, e, ret_status);
		if (rc != 0)
			break;
		/* The engine let go of the log, not of the analyzer. */
		docker_container_unfollow(c);
		rc = docker_container_follow(c, "0", e);
	}
	return rc == ERR_CANCELLED ? 0 : rc;
}

/* ---- the end ---- */

static int
stop(struct docker_container *c, struct err *e, int *ret_status)
{
	char path[DOCKER_ID + 32], words[ERR_TEXT_MAX];
	struct docker_call call = { .method = "POST",
		                    .path = path,
		                    .determined = true };
	int rc;

	(void)snprintf(path, sizeof(path), "/containers/%s/stop?t=%d", c->name,
	               DOCKER_STOP_SECONDS);
	/* What does not stop is removed by force. */
	if (docker_ask(c->d, &call, "stopping the analyzer", e) == 0 &&
	    call.status >= 500)
		docker_note(c->d, "Stopping the analyzer: %s",
		            docker_http_words(&call, words));
	docker_http_end(&call);
	*ret_status = docker_container_exit(c);
	rc = docker_remove(c->d, c->name, true, e);
	if (rc != 0)
		err_add_context(e, "the container %s may be left behind",
		                c->name);
	return rc;
}

int
docker_tap_stop(struct docker_container *c, struct err *e, int *ret_status)
{
	int rc = 0;

	*ret_status = -1;
	if (c == NULL)
		return 0;
	docker_container_unfollow(c);
	if (c->asked)
		rc = stop(c, e, ret_status);
	mem_free(c);
	return rc;
}
