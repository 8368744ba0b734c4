/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/engine.h"

#include <string.h>

#include "base/mem.h"

enum { ENGINE_WHAT = 64 };

struct engine {
	struct runtime runtime;
	struct runtime_watch watch;
	const struct config *config;
	struct docker *docker;
	struct docker_container *container;
	bool quiet; /* notes are not to be heard */
};

static struct engine *
of(struct runtime *r)
{
	return container_of(r, struct engine, runtime);
}

/* ---- the engine ---- */

int
engine_find(const struct docker_watch *watch, struct err *e,
            struct docker **ret_docker)
{
	const struct docker_env env = {
		.host = cli_env("DOCKER_HOST"),
		.tls_verify = cli_env("DOCKER_TLS_VERIFY"),
		.cert_path = cli_env("DOCKER_CERT_PATH"),
		.context = cli_env("DOCKER_CONTEXT"),
		.config = cli_env("DOCKER_CONFIG"),
		.home = cli_env("HOME"),
	};

	return docker_open(&env, watch, e, ret_docker);
}

void
engine_image(const struct config *c, struct docker_image *ret_image)
{
	const char *policy = config_text(c, CONFIG_PULL_POLICY);
	bool given = config_given(c, CONFIG_PULL_POLICY);

	*ret_image = (struct docker_image){
		.registry = config_text(c, CONFIG_REGISTRY),
		.tag = config_text(c, CONFIG_TAG),
		.policy = DOCKER_IF_NOT_PRESENT,
		.registry_given = config_given(c, CONFIG_REGISTRY),
		.policy_given = given,
	};
	/* The default of the key is for clusters. */
	if (given && strcmp(policy, "Always") == 0)
		ret_image->policy = DOCKER_ALWAYS;
	else if (given && strcmp(policy, "Never") == 0)
		ret_image->policy = DOCKER_NEVER;
}

/* ---- what it says ---- */

static void
note(void *ctx, const char *text)
{
	const struct engine *x = ctx;

	if (!x->quiet)
		x->watch.note(x->watch.ctx, text);
}

static void
hear(void *ctx, bool is_stderr, struct str line)
{
	const struct engine *x = ctx;

	(void)is_stderr;
	x->watch.log(x->watch.ctx, line);
}

static void
progress(void *ctx, const struct docker_progress *p)
{
	static const char *const stages[] = {
		[DOCKER_PULLING] = "pulling",
		[DOCKER_UPLOADING] = "uploading",
		[DOCKER_INDEXING] = "indexing",
	};
	const struct engine *x = ctx;
	char what[ENGINE_WHAT];

	(void)snprintf(what, sizeof(what), "%s " STR_FMT, stages[p->stage],
	               STR_ARG(p->what));
	x->watch.progress(x->watch.ctx, what, p->done, p->total);
}

/* ---- the table ---- */

static int
start(struct runtime *r, const struct runtime_job *job, struct err *e)
{
	struct engine *x = of(r);
	const char *network = config_text(x->config, CONFIG_NETWORK);
	struct docker_tap tap = {
		.path = job->path,
		.name = job->name,
		.proxy_host = job->host,
		.front_port = job->front_port,
		.hub_port = job->hub_port,
		.network = network[0] != '\0' ? network : NULL,
		.debug = job->debug,
	};

	engine_image(x->config, &tap.image);
	return docker_tap_start(x->docker, &tap, e, &x->container);
}

static void
urls(struct runtime *r, struct runtime_urls *ret_urls)
{
	struct docker_urls found;

	docker_tap_urls(of(r)->container, &found);
	(void)snprintf(ret_urls->front, sizeof(ret_urls->front), "%s",
	               found.front);
	(void)snprintf(ret_urls->hub, sizeof(ret_urls->hub), "%s", found.hub);
}

static int
wait_end(struct runtime *r, struct err *e, int *ret_status)
{
	int status = 0;
	int rc = docker_tap_wait(of(r)->container, e, &status);

	*ret_status = status > 0 ? status : 0;
	return rc;
}

static int
stop(struct runtime *r, struct err *e, int *ret_status)
{
	struct engine *x = of(r);
	int status;
	int rc = docker_tap_stop(x->container, e, &status);

	x->container = NULL;
	*ret_status = status > 0 ? status : 0;
	return rc;
}

static void
release(struct runtime *r)
{
	struct engine *x = of(r);
	struct err e;
	int status;

	(void)docker_tap_stop(x->container, &e, &status);
	docker_close(x->docker);
	mem_free(x);
}

static const struct runtime_ops ops = {
	.name = "docker",
	.start = start,
	.urls = urls,
	.wait = wait_end,
	.stop = stop,
	.close = release,
};

/* Is there an image? Nothing is fetched for the answer. */
static int
probe(struct engine *x, struct err *e)
{
	struct docker_image image;
	char ref[DOCKER_REF];
	int rc;

	engine_image(x->config, &image);
	if (image.registry_given || image.policy_given)
		return 0;
	x->quiet = true;
	rc = docker_image_find(x->docker, &image, e, ref);
	x->quiet = false;
	return rc;
}

int
engine_open(const struct config *c, bool unless_missing,
            const struct runtime_watch *watch, struct err *e,
            struct runtime **ret_runtime)
{
	struct engine *x = mem_zalloc(sizeof(*x));
	const struct docker_watch ears = { .ctx = x,
		                           .note = note,
		                           .progress = progress,
		                           .log = hear,
		                           .cancel = watch->cancel };
	int rc;

	if (x == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	x->runtime.ops = &ops;
	x->watch = *watch;
	x->config = c;
	rc = engine_find(&ears, e, &x->docker);
	if (rc == 0 && unless_missing)
		rc = probe(x, e);
	if (rc != 0) {
		docker_close(x->docker);
		mem_free(x);
		return rc;
	}
	*ret_runtime = &x->runtime;
	return 0;
}
