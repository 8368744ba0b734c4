/* SPDX-License-Identifier: Apache-2.0 */
/* docker_image_find() of docker.h: which image is run. */
#include <stdio.h>
#include <string.h>

#include "cli/docker/docker_impl.h"
#include "cli/docker/docker_pull.h"

#define NAME "analyzer"

/* It goes into paths as it is: what the distribution's grammar of references
 * can have, and nothing else. */
static bool
is_plain(const char *s, const char *also)
{
	for (; *s != '\0'; s++) {
		bool word = (*s >= '0' && *s <= '9') ||
		            (*s >= 'a' && *s <= 'z') ||
		            (*s >= 'A' && *s <= 'Z');

		if (!word && strchr(also, *s) == NULL)
			return false;
	}
	return true;
}

/* <registry>/analyzer, <registry>/analyzer:<tag>. */
static int
make_names(const struct docker_image *i, char repository[DOCKER_REF],
           char ref[DOCKER_REF], struct err *e)
{
	const char *registry = i->registry != NULL ? i->registry : "";
	size_t n = strlen(registry);
	const char *slash = n > 0 && registry[n - 1] != '/' ? "/" : "";
	int m;

	if (!is_plain(registry, "._-:/") || strstr(registry, "..") != NULL)
		return err_set(e, ERR_USAGE,
		               "-r %s: this is no image registry, as in "
		               "registry.example.org/team",
		               registry);
	if (i->tag == NULL || i->tag[0] == '\0' || !is_plain(i->tag, "._-"))
		return err_set(e, ERR_USAGE, "-t %s: this is no image tag",
		               i->tag != NULL ? i->tag : "");
	m = snprintf(repository, DOCKER_REF, "%s%s" NAME, registry, slash);
	if (m > 0 && m < DOCKER_REF)
		m = snprintf(ref, DOCKER_REF, "%.*s:%s", DOCKER_REF, repository,
		             i->tag);
	if (m < 0 || m >= DOCKER_REF)
		return err_set(e, ERR_USAGE, "the image's name is too long");
	return 0;
}

/* 1: the engine has it, 0: it does not. */
static int
has(struct docker *d, const char *ref, struct err *e)
{
	char path[DOCKER_REF + 32];
	struct docker_call c = { .method = "GET", .path = path };
	int rc;

	(void)snprintf(path, sizeof(path), "/images/%s/json", ref);
	rc = docker_ask(d, &c, "looking for an image", e);
	if (rc == 0 && c.status != 200 && c.status != 404)
		rc = docker_refused(&c, "looking for an image", e);
	if (rc == 0)
		rc = c.status == 200;
	docker_http_end(&c);
	return rc;
}

static int
pull_part(void *ctx, struct str bytes)
{
	return docker_pulling_feed(ctx, bytes);
}

static int
pull_failed(const char *ref, const char *words, struct err *e)
{
	/* What registries say, in the engine's version of it. */
	bool missing = strstr(words, "not found") != NULL ||
	               strstr(words, "manifest unknown") != NULL ||
	               strstr(words, "denied") != NULL ||
	               strstr(words, "does not exist") != NULL;

	return err_set(e, missing ? ERR_NOTFOUND : ERR_IO, "pulling %s: %s",
	               ref, words);
}

static int
pull(struct docker *d, const char *repository, const struct docker_image *i,
     const char *ref, struct err *e)
{
	char path[2 * DOCKER_REF];
	char words[ERR_TEXT_MAX];
	struct docker_pulling p;
	struct docker_call c = { .method = "POST",
		                 .path = path,
		                 .data = pull_part,
		                 .ctx = &p,
		                 .unhurried = true };
	int rc;

	docker_note(d, "Pulling the image %s", ref);
	(void)snprintf(path, sizeof(path), "/images/create?fromImage=%s&tag=%s",
	               repository, i->tag);
	docker_pulling_init(&p, d->watch.progress, d->watch.ctx);
	rc = docker_ask(d, &c, "pulling an image", e);
	if (rc == 0 && c.status != 200)
		rc = pull_failed(ref, docker_http_words(&c, words), e);
	else if (rc == 0 && docker_pulling_end(&p) != 0)
		rc = err_set(e, ERR_MALFORMED,
		             "pulling %s: the engine's reply cannot be "
		             "understood",
		             ref);
	if (rc == 0 && p.failure.code != 0)
		rc = pull_failed(ref, p.failure.text, e);
	docker_pulling_release(&p);
	docker_http_end(&c);
	return rc;
}

static int
not_here(const struct docker_image *i, const char *ref, struct err *e)
{
	return err_set(e, ERR_NOTFOUND,
	               "there is neither an image %s nor " NAME ":%s; %s", ref,
	               i->tag,
	               i->policy_given && i->policy == DOCKER_NEVER
	                   ? "and the pull policy is Never"
	                   : "'make image' builds one, -r REGISTRY pulls one");
}

int
docker_image_find(struct docker *d, const struct docker_image *image,
                  struct err *e, char out[DOCKER_REF])
{
	char repository[DOCKER_REF], ref[DOCKER_REF], local[DOCKER_REF];
	bool may_pull = image->policy != DOCKER_NEVER &&
	                (image->registry_given || image->policy_given);
	int rc = make_names(image, repository, ref, e);

	if (rc != 0)
		return rc;
	if (image->policy != DOCKER_ALWAYS) {
		rc = has(d, ref, e);
		if (rc == 1) {
			docker_note(d, "Using the image %s", ref);
			return str_to_c(str_from_c(ref), out, DOCKER_REF)
			           ? 0
			           : ERR_LIMIT;
		}
		(void)snprintf(local, sizeof(local), NAME ":%.*s",
		               DOCKER_REF / 2, image->tag);
		if (rc == 0)
			rc = has(d, local, e);
		if (rc == 1) {
			docker_note(d,
			            "Using the local image %s, there is no %s",
			            local, ref);
			memcpy(out, local, sizeof(local));
			return 0;
		}
		if (rc == 0 && !may_pull)
			rc = not_here(image, ref, e);
	}
	if (rc == 0)
		rc = pull(d, repository, image, ref, e);
	if (rc != 0)
		return rc;
	docker_note(d, "Using the image %s, which was pulled", ref);
	memcpy(out, ref, sizeof(ref));
	return 0;
}
