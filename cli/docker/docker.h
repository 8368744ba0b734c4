/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docker: runs the analyzer in a Docker engine, for `kubeshark tap -p`.
 *
 *	docker_open(&env, &watch, &e, &d);
 *	docker_tap_start(d, &tap, &e, &c);      image, upload, start, ready
 *	... docker_tap_urls(c, &urls), open a browser ...
 *	docker_tap_wait(c, &e, &status);        until Ctrl-C or its end
 *	docker_tap_stop(c, &e, &status);        gone, with its volumes
 *	docker_close(d);
 *
 * The engine is spoken to in its HTTP API (versions DOCKER_API_MIN to
 * DOCKER_API_MAX, the newest that both sides know), by libcurl, over a Unix
 * socket, TCP or TLS. No other program is started and nothing is written to
 * disk. The container is unprivileged in every respect that the API offers:
 * docker_spec.h lists them.
 *
 * Nothing here prints, logs, reads the environment or handles signals: what
 * there is to say goes to the functions of struct docker_watch, and the flag in
 * it ends every call early. Not thread-safe: one thread uses a struct docker
 * and its containers.
 *
 * Every function that takes a struct err fills in one sentence on failure, for
 * people to read. Codes that a caller may want to tell apart:
 *
 * - ERR_ABSENT: no engine answers; it is not installed, not running, or this
 *   user may not ask it. Only docker_open() gives it; --runtime auto then does
 *   without.
 * - ERR_USAGE: a setting that cannot be (DOCKER_HOST, a context, a name).
 * - ERR_NOTFOUND: there is no such image, neither here nor in the registry.
 * - -EADDRINUSE: a port is taken; the option that changes it is named.
 * - -ENOENT and its kin: the snapshot cannot be read.
 * - ERR_UNREADABLE: the analyzer ended by itself, for which a corrupt snapshot
 *   is the usual reason; its last words are in the text.
 * - ERR_CANCELLED: *watch.cancel was set; there is nothing to tell.
 * - ERR_UNSUPPORTED: the engine is too old or too new, or of an unknown kind.
 * - ERR_IO: the engine failed to do it, or was stopped meanwhile.
 */
#ifndef CLI_DOCKER_DOCKER_H
#define CLI_DOCKER_DOCKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

/* Minor numbers of the API's version 1.x; an engine of 2016, one of 2025. */
enum { DOCKER_API_MIN = 25, DOCKER_API_MAX = 51 };

/* Carried by every container that is made here, its value is whose it is. */
#define DOCKER_LABEL "kubeshark.tap"

/*
 * The environment, as the docker command understands it. NULL and "" mean the
 * variable is not set. All is copied.
 */
struct docker_env {
	const char *host;       /* DOCKER_HOST: unix://, tcp://, http(s):// */
	const char *tls_verify; /* DOCKER_TLS_VERIFY */
	const char *cert_path;  /* DOCKER_CERT_PATH */
	const char *context;    /* DOCKER_CONTEXT */
	const char *config; /* DOCKER_CONFIG: a folder; ~/.docker unless set */
	const char *home;   /* HOME */
};

enum docker_stage {
	DOCKER_PULLING,   /* done, total: bytes of the layer `what` */
	DOCKER_UPLOADING, /* done, total: bytes of the snapshot */
	DOCKER_INDEXING,  /* done, total: bytes read; until it can be shown */
};

struct docker_progress {
	enum docker_stage stage;
	struct str what; /* a layer's id, the snapshot's name; may be empty */
	struct str text; /* the engine's words when pulling; may be empty */
	uint64_t done;
	uint64_t total; /* 0: not known */
};

/*
 * How the caller learns what happens. Each function may be NULL; what it is
 * given is valid during the call only, and it must not call back into docker.
 */
struct docker_watch {
	void *ctx;
	/* A sentence worth an INF line: the image that is taken, leftovers. */
	void (*note)(void *ctx, const char *text);
	/* May come often; each is newer than the one before it. */
	void (*progress)(void *ctx, const struct docker_progress *p);
	/* A line that the analyzer wrote, without its newline, not escaped. */
	void (*log)(void *ctx, bool is_stderr, struct str line);
	/* When it becomes true, the call that goes on ends within a second. */
	const atomic_bool *cancel;
};

struct docker;
struct docker_container;

/*
 * Find the engine and agree on a version: env->host; else the context that
 * env->context or the configuration names; else /var/run/docker.sock. `env`
 * may go afterwards; what `watch` points to must outlive the docker.
 */
int docker_open(const struct docker_env *env, const struct docker_watch *watch,
                struct err *e, struct docker **ret_docker) WARN_UNUSED;
/* Containers of it have to be stopped before. NULL is allowed. */
void docker_close(struct docker *d);

/* "unix:///var/run/docker.sock", and "1.41", "20.10.24". */
const char *docker_endpoint(const struct docker *d);
const char *docker_api_version(const struct docker *d);
const char *docker_engine_version(const struct docker *d);

/* Which image, and whether it may be fetched. */
enum docker_pull {
	DOCKER_IF_NOT_PRESENT, /* the default of tap -p */
	DOCKER_ALWAYS,
	DOCKER_NEVER,
};

struct docker_image {
	const char *registry; /* "docker.io/kubeshark"; a final / is optional */
	const char *tag;      /* "latest" */
	enum docker_pull policy;
	bool registry_given; /* on the command line or in the configuration */
	bool policy_given;
};

enum { DOCKER_REF = 512 };

/*
 * The image to run, in `out`: <registry>/analyzer:<tag> if the engine has it,
 * else analyzer:<tag> if it has that, else what is pulled from the registry.
 * Nothing is pulled unless the registry or the policy was given. DOCKER_ALWAYS
 * pulls first and takes nothing else. Says by note() which it took.
 */
int docker_image_find(struct docker *d, const struct docker_image *image,
                      struct err *e, char out[DOCKER_REF]) WARN_UNUSED;

/*
 * Where a snapshot comes from that is no file of ours: read() gives at most n
 * bytes, 0 at the end, which comes after `size` bytes exactly: the engine wants
 * to know it beforehand, so a stream of unknown length has to be spooled first.
 */
struct docker_source {
	int (*read)(void *ctx, void *p, size_t n, size_t *ret_n);
	void *ctx;
	uint64_t size;
};

struct docker_tap {
	/* A snapshot file or a folder; NULL when `source` gives the bytes. */
	const char *path;
	struct docker_source source;
	/* What it is called inside, and so in the interface: a plain file name,
	 * "shop.tar.gz". NULL: the last part of path. */
	const char *name;

	struct docker_image image;

	/* An address of the machine with the engine. */
	const char *proxy_host; /* "127.0.0.1" */
	uint16_t front_port;    /* 8899; 0: any that is free */
	uint16_t hub_port;      /* 8898; likewise */
	/* NULL or "bridge": a network of its own with these two ports
	 * published; "host": the machine's, where the analyzer itself listens
	 * on proxy_host; any other name: a network that the engine knows, with
	 * the ports published. */
	const char *network;
	bool debug; /* adds what helps when something is wrong: more notes */
};

/*
 * Everything until the snapshot can be looked at: leftovers are removed, the
 * image is found, the container made, the snapshot uploaded, the analyzer
 * started, and waited for until it answers and has read the first packets. On
 * failure, and when cancelled, nothing is left behind.
 *
 * A path that cannot be read is told before the engine is asked for anything.
 */
int docker_tap_start(struct docker *d, const struct docker_tap *tap,
                     struct err *e,
                     struct docker_container **ret_container) WARN_UNUSED;

enum { DOCKER_URL = 400 };

struct docker_urls {
	char front[DOCKER_URL]; /* with the token, if it needs one */
	char hub[DOCKER_URL];
	char token[72]; /* "" when none is needed */
};

void docker_tap_urls(const struct docker_container *c,
                     struct docker_urls *ret_urls);

/* "kubeshark-analyzer-1f8a03c2", and the image it was made from. */
const char *docker_tap_name(const struct docker_container *c);
const char *docker_tap_image(const struct docker_container *c);

/*
 * Passes the analyzer's lines to log() until *watch.cancel is set, which is the
 * usual end and 0, with *ret_status -1; or until the analyzer ends, which is
 * ERR_UNREADABLE with its last words in *e and its exit status in *ret_status.
 */
int docker_tap_wait(struct docker_container *c, struct err *e,
                    int *ret_status) WARN_UNUSED;

/*
 * Stop and remove the container with its volumes, and free `c`, which may be
 * NULL. Is not itself ended by *watch.cancel; takes DOCKER_STOP_SECONDS at most
 * plus what the engine needs. When removing fails, the sentence says how to do
 * it by hand; `c` is freed nevertheless. *ret_status is the analyzer's exit
 * status, -1 when nobody can tell.
 */
int docker_tap_stop(struct docker_container *c, struct err *e, int *ret_status);

enum { DOCKER_STOP_SECONDS = 5 };

/*
 * Remove what earlier runs left behind, in whatever state it is, with its
 * volumes: containers with our label whose kubeshark is gone; with `all`, those
 * too whose kubeshark still runs or ran on another machine. *ret_removed may be
 * NULL. docker_tap_start() does it without `all`; `kubeshark clean` with.
 */
int docker_sweep(struct docker *d, bool all, struct err *e,
                 size_t *ret_removed) WARN_UNUSED;

#endif /* CLI_DOCKER_DOCKER_H */
