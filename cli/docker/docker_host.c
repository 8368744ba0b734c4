/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/docker/docker_host.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/sha256.h"

#define USUAL_HOST "unix:///var/run/docker.sock"

enum {
	PORT = 2375, /* IANA: docker, docker-s */
	PORT_TLS = 2376,
};

static bool
is_set(const char *s)
{
	return s != NULL && s[0] != '\0';
}

/* "a" "/" "b"; false when there is no room. */
static bool
join(char out[DOCKER_PATH], const char *folder, const char *name)
{
	int n = snprintf(out, DOCKER_PATH, "%s/%s", folder, name);

	if (n > 0 && n < DOCKER_PATH)
		return true;
	out[0] = '\0';
	return false;
}

/* ---- files ---- */

/* -ENOENT without a sentence when there is no such file. */
static int
load_json(const char *path, struct err *e, json_t **ret_o)
{
	json_error_t why;
	struct buf b;
	size_t n = 0;
	int fd;
	int rc = io_open_at(AT_FDCWD, path, O_RDONLY, 0, &fd);

	if (rc == -ENOENT)
		return rc;
	if (rc != 0)
		return err_set(e, rc, "%s: %s", path, err_text(rc));
	buf_init(&b, DOCKER_CONFIG_MAX + 1);
	rc = buf_reserve(&b, DOCKER_CONFIG_MAX);
	if (rc == 0)
		rc = io_read_full(fd, buf_tail(&b), DOCKER_CONFIG_MAX, &n);
	(void)io_close(fd);
	if (rc == 0 && n == DOCKER_CONFIG_MAX)
		rc = ERR_LIMIT;
	if (rc != 0) {
		buf_release(&b);
		return err_set(e, rc, "%s: %s", path, err_text(rc));
	}
	buf_added(&b, n);
	*ret_o = json_loadb(b.p != NULL ? b.p : "", n, 0, &why);
	buf_release(&b);
	if (json_is_object(*ret_o))
		return 0;
	json_decref(*ret_o);
	return err_set(e, ERR_MALFORMED, "%s: this is no JSON object", path);
}

static void
name_file(char out[DOCKER_PATH], const char *folder, const char *name)
{
	if (join(out, folder, name) && access(out, R_OK) != 0)
		out[0] = '\0';
}

static void
find_certificates(struct docker_host *h, const char *folder)
{
	name_file(h->ca, folder, "ca.pem");
	name_file(h->cert, folder, "cert.pem");
	name_file(h->key, folder, "key.pem");
}

/* ---- addresses ---- */

static int
take_socket(struct docker_host *h, struct str path, struct err *e)
{
	/* As the system has it: sockaddr_un.sun_path. */
	enum { SOCKET_MAX = 107 };

	if (path.n == 0 || path.p[0] != '/' || path.n > SOCKET_MAX ||
	    !str_to_c(path, h->socket, sizeof(h->socket)))
		return err_set(e, ERR_USAGE,
		               "%s: the path of a socket is wanted, as in "
		               "unix:///var/run/docker.sock",
		               h->shown);
	(void)snprintf(h->base, sizeof(h->base), "http://docker");
	return 0;
}

/* HOST, HOST:PORT, [V6]:PORT; a path behind it is not understood. */
static int
take_address(struct docker_host *h, struct str at, bool tls, struct err *e)
{
	struct str name, rest;
	uint64_t port = tls ? PORT_TLS : PORT;
	bool good;

	if (str_ends(at, STR("/")))
		at.n--;
	if (str_starts(at, STR("["))) {
		size_t end = str_find_char(at, ']');

		name = str_head(at, end + 1);
		rest = str_tail(at, name.n);
		good = end < at.n;
	} else {
		name = str_head(at, str_find_char(at, ':'));
		rest = str_tail(at, name.n);
		good = name.n > 0;
	}
	if (rest.n > 0)
		good = good && rest.p[0] == ':' &&
		       str_u64(str_tail(rest, 1), &port) == 0 && port > 0 &&
		       port <= UINT16_MAX;
	for (size_t i = 0; i < name.n; i++)
		good = good && name.p[i] > ' ' && name.p[i] != '@' &&
		       strchr("/?#%\\\x7f", name.p[i]) == NULL;
	if (!good || !str_to_c(name, h->name, sizeof(h->name)) ||
	    name.n > DOCKER_PATH - 32)
		return err_set(e, ERR_USAGE,
		               "%s: a host and a port are wanted, as in "
		               "tcp://10.0.0.7:2376",
		               h->shown);
	h->tls = tls;
	(void)snprintf(h->base, sizeof(h->base), "%s://%.*s:%u",
	               tls ? "https" : "http", DOCKER_PATH - 32, h->name,
	               (unsigned)port);
	return 0;
}

static int
parse(struct docker_host *h, const char *text, bool tls, struct err *e)
{
	struct str s = str_from_c(text);

	if (!str_to_c(s, h->shown, sizeof(h->shown)))
		return err_set(e, ERR_USAGE,
		               "the address of the Docker engine is too long");
	if (str_starts(s, STR("unix://")))
		return take_socket(h, str_tail(s, 7), e);
	if (str_starts(s, STR("tcp://")))
		return take_address(h, str_tail(s, 6), tls, e);
	if (str_starts(s, STR("http://")))
		return take_address(h, str_tail(s, 7), tls, e);
	if (str_starts(s, STR("https://")))
		return take_address(h, str_tail(s, 8), true, e);
	if (str_starts(s, STR("ssh://")) || str_starts(s, STR("npipe://")) ||
	    str_starts(s, STR("fd://")))
		return err_set(e, ERR_UNSUPPORTED,
		               "%s: this way to a Docker engine is not "
		               "supported; unix:// and tcp:// are",
		               h->shown);
	return err_set(e, ERR_USAGE,
	               "%s: this is no address of a Docker engine; unix:// or "
	               "tcp:// is wanted",
	               h->shown);
}

/* ---- contexts ---- */

/* The context's name, "" for the default one. */
static int
context_name(const struct docker_host *h, const struct docker_env *env,
             char out[DOCKER_PATH], struct err *e)
{
	char path[DOCKER_PATH];
	const char *name = env->context;
	json_t *config = NULL;
	int rc = 0;

	out[0] = '\0';
	if (!is_set(name) && h->config[0] != '\0' &&
	    join(path, h->config, "config.json")) {
		rc = load_json(path, e, &config);
		if (rc == -ENOENT)
			rc = 0;
		name = json_string_value(
		    json_object_get(config, "currentContext"));
	}
	if (rc == 0 && is_set(name) && strcmp(name, "default") != 0 &&
	    !str_to_c(str_from_c(name), out, DOCKER_PATH))
		rc = err_set(e, ERR_USAGE,
		             "the name of the Docker context is too long");
	json_decref(config);
	return rc;
}

static int
take_endpoint(struct docker_host *h, const json_t *meta, const char *tls_folder,
              const char *context, struct err *e)
{
	const json_t *at = json_object_get(json_object_get(meta, "Endpoints"),
	                                   "docker");
	const char *host = json_string_value(json_object_get(at, "Host"));
	int rc;

	if (!is_set(host))
		return err_set(e, ERR_USAGE,
		               "the Docker context '%s' names no engine",
		               context);
	find_certificates(h, tls_folder);
	h->verify = !json_is_true(json_object_get(at, "SkipTLSVerify"));
	rc = parse(h, host, h->ca[0] != '\0' || h->cert[0] != '\0', e);
	if (rc != 0)
		err_add_context(e, "Docker context '%s'", context);
	return rc;
}

static int
take_context(struct docker_host *h, const char *name, struct err *e)
{
	uint8_t digest[SHA256_SIZE];
	char hex[SHA256_HEX_MAX];
	char path[DOCKER_PATH], tls[DOCKER_PATH];
	json_t *meta = NULL;
	int n, m;
	int rc = sha256_of(str_from_c(name), digest);

	if (rc != 0)
		return err_set(e, rc, "%s", err_text(rc));
	(void)sha256_hex(digest, hex);
	n = snprintf(path, sizeof(path), "%s/contexts/meta/%s/meta.json",
	             h->config, hex);
	m = snprintf(tls, sizeof(tls), "%s/contexts/tls/%s/docker", h->config,
	             hex);
	if (n < 0 || n >= DOCKER_PATH || m < 0 || m >= DOCKER_PATH)
		return err_set(e, ERR_USAGE, "%s: too long a path", h->config);
	rc = load_json(path, e, &meta);
	if (rc == -ENOENT)
		return err_set(e, ERR_USAGE,
		               "there is no Docker context '%s' in %s; "
		               "'docker context ls' lists them",
		               name, h->config);
	if (rc == 0)
		rc = take_endpoint(h, meta, tls, name, e);
	json_decref(meta);
	return rc;
}

/* ---- the whole ---- */

static void
find_config(struct docker_host *h, const struct docker_env *env)
{
	if (is_set(env->config))
		(void)str_to_c(str_from_c(env->config), h->config,
		               sizeof(h->config));
	else if (is_set(env->home))
		(void)join(h->config, env->home, ".docker");
}

int
docker_host_find(const struct docker_env *env, struct err *e,
                 struct docker_host *ret_host)
{
	struct docker_host h;
	char context[DOCKER_PATH];
	int rc;

	memset(&h, 0, sizeof(h));
	h.verify = true;
	find_config(&h, env);
	if (is_set(env->host)) {
		bool tls = is_set(env->tls_verify);

		find_certificates(&h, is_set(env->cert_path) ? env->cert_path
		                                             : h.config);
		rc = parse(&h, env->host, tls, e);
		if (rc != 0)
			err_add_context(e, "DOCKER_HOST");
	} else {
		rc = context_name(&h, env, context, e);
		if (rc == 0)
			rc = context[0] != '\0'
			         ? take_context(&h, context, e)
			         : parse(&h, USUAL_HOST, false, e);
	}
	if (rc == 0)
		*ret_host = h;
	return rc;
}
