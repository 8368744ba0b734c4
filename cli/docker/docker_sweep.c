/* SPDX-License-Identifier: Apache-2.0 */
/* docker_sweep() of docker.h: what earlier runs left behind. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/docker/docker_impl.h"

/* {"label":["kubeshark.tap"]}, in the letters of a URL. */
#define FILTERS "%7B%22label%22%3A%5B%22" DOCKER_LABEL "%22%5D%7D"

enum { HOST_NAME = 64 };

static void
this_machine(char out[HOST_NAME + 1])
{
	out[0] = '\0';
	(void)gethostname(out, HOST_NAME);
	out[HOST_NAME] = '\0';
}

void
docker_owner(char out[DOCKER_ID])
{
	char machine[HOST_NAME + 1];

	this_machine(machine);
	(void)snprintf(out, DOCKER_ID, "%s/%ld", machine, (long)getpid());
}

/* Is the kubeshark that made it gone? What ran on another machine cannot be
 * told and counts as there. */
static bool
is_orphan(const char *owner)
{
	char machine[HOST_NAME + 1];
	struct str name, text;
	uint64_t pid;

	this_machine(machine);
	if (!str_split1(str_from_c(owner), '/', &name, &text) ||
	    !str_eq(name, str_from_c(machine)) || str_u64(text, &pid) != 0 ||
	    pid == 0 || pid > INT32_MAX)
		return false;
	if ((pid_t)pid == getpid())
		return true;
	return kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

int
docker_remove(struct docker *d, const char *id, bool determined, struct err *e)
{
	char path[DOCKER_ID + 64];
	struct docker_call c = { .method = "DELETE",
		                 .path = path,
		                 .determined = determined };
	int rc;

	(void)snprintf(path, sizeof(path), "/containers/%s?force=true&v=true",
	               id);
	rc = docker_ask(d, &c, "removing a container", e);
	/* 409: its removal goes on already. */
	if (rc == 0 && c.status / 100 != 2 && c.status != 404 &&
	    c.status != 409)
		rc = docker_refused(&c, "removing a container", e);
	docker_http_end(&c);
	return rc;
}

static const char *
name_of(const json_t *o)
{
	const char *name =
	    json_string_value(json_array_get(json_object_get(o, "Names"), 0));

	if (name == NULL)
		name = json_string_value(json_object_get(o, "Id"));
	return name != NULL && name[0] == '/' ? name + 1 : name;
}

/* An id is a path's part: hexadecimal digits and nothing else. */
static bool
is_id(const char *id)
{
	return id != NULL && id[0] != '\0' && strlen(id) < DOCKER_ID &&
	       strspn(id, "0123456789abcdef") == strlen(id);
}

static int
sweep_one(struct docker *d, const json_t *o, bool all, struct err *e)
{
	const char *id = json_string_value(json_object_get(o, "Id"));
	const char *owner = json_string_value(
	    json_object_get(json_object_get(o, "Labels"), DOCKER_LABEL));
	int rc;

	if (!is_id(id) || (!all && !is_orphan(owner != NULL ? owner : "")))
		return 0;
	rc = docker_remove(d, id, false, e);
	if (rc != 0)
		return rc;
	docker_note(d, "Removed the container %s of an earlier run",
	            name_of(o));
	return 1;
}

int
docker_sweep(struct docker *d, bool all, struct err *e, size_t *ret_removed)
{
	struct docker_call c = {
		.method = "GET",
		.path = "/containers/json?all=true&filters=" FILTERS,
	};
	json_t *list = NULL;
	size_t removed = 0;
	int rc = docker_ask(d, &c, "listing containers", e);

	if (rc == 0 && c.status != 200)
		rc = docker_refused(&c, "listing containers", e);
	if (rc == 0)
		rc = docker_json(&c, "listing containers", e, &list);
	docker_http_end(&c);
	for (size_t i = 0; rc == 0 && i < json_array_size(list); i++) {
		rc = sweep_one(d, json_array_get(list, i), all, e);
		if (rc == 1) {
			removed++;
			rc = 0;
		}
	}
	json_decref(list);
	if (rc == 0 && ret_removed != NULL)
		*ret_removed = removed;
	return rc;
}
