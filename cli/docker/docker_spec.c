/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/docker/docker_spec.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/json_out.h"
#include "cli/docker/docker.h"

/* On the machine's own network nothing is published. */
static bool
is_on_host(const struct docker_spec *s)
{
	return strcmp(s->network, "host") == 0;
}

static void
item(struct json_out *j, const char *text)
{
	jout_str(j, str_from_c(text));
}

/* {"key": {}}, which is how the API writes sets. */
static void
put_empty(struct json_out *j, const char *key)
{
	jout_put(j, key);
	jout_begin_object(j);
	jout_end_object(j);
}

static void
put_command(struct json_out *j, const struct docker_spec *s)
{
	bool on_host = is_on_host(s);
	char text[512];

	jout_put(j, "Cmd");
	jout_begin_array(j);
	item(j, "serve");
	item(j, "--json");
	item(j, "--host");
	item(j, on_host ? s->host : "0.0.0.0");
	item(j, "--front-port");
	(void)snprintf(text, sizeof(text), "%d",
	               on_host ? (int)s->front : (int)DOCKER_FRONT);
	item(j, text);
	item(j, "--hub-port");
	(void)snprintf(text, sizeof(text), "%d",
	               on_host ? (int)s->hub : (int)DOCKER_HUB);
	item(j, text);
	item(j, "--workspace");
	item(j, "/work");
	(void)snprintf(text, sizeof(text), "/data/%s", s->name);
	item(j, text);
	jout_end_array(j);
}

static void
put_environment(struct json_out *j, const struct docker_spec *s)
{
	char text[256];

	jout_put(j, "Env");
	jout_begin_array(j);
	/* SQLite's temporary files have no other place. */
	item(j, "TMPDIR=/work");
	if (s->token[0] != '\0') {
		(void)snprintf(text, sizeof(text), "ANALYZER_TOKEN=%s",
		               s->token);
		item(j, text);
	}
	jout_end_array(j);
}

static void
put_port(struct json_out *j, const struct docker_spec *s, int inside,
         uint16_t outside)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%d/tcp", inside);
	jout_put(j, text);
	jout_begin_array(j);
	jout_begin_object(j);
	jout_put_str(j, "HostIp", str_from_c(s->host));
	/* "" is any that is free. */
	(void)snprintf(text, sizeof(text), "%u", outside);
	jout_put_str(j, "HostPort", str_from_c(outside > 0 ? text : ""));
	jout_end_object(j);
	jout_end_array(j);
}

static void
put_host_config(struct json_out *j, const struct docker_spec *s)
{
	jout_put(j, "HostConfig");
	jout_begin_object(j);
	jout_put_str(j, "NetworkMode", str_from_c(s->network));
	jout_put(j, "PortBindings");
	jout_begin_object(j);
	if (!is_on_host(s)) {
		put_port(j, s, DOCKER_FRONT, s->front);
		put_port(j, s, DOCKER_HUB, s->hub);
	}
	jout_end_object(j);
	jout_put_bool(j, "PublishAllPorts", false);
	jout_put_bool(j, "Privileged", false);
	jout_put_bool(j, "ReadonlyRootfs", true);
	jout_put_bool(j, "AutoRemove", false);
	jout_put(j, "CapDrop");
	jout_begin_array(j);
	item(j, "ALL");
	jout_end_array(j);
	jout_put(j, "SecurityOpt");
	jout_begin_array(j);
	item(j, "no-new-privileges");
	jout_end_array(j);
	jout_put(j, "RestartPolicy");
	jout_begin_object(j);
	jout_put_str(j, "Name", STR("no"));
	jout_end_object(j);
	jout_put(j, "LogConfig");
	jout_begin_object(j);
	jout_put_str(j, "Type", STR("json-file"));
	jout_put(j, "Config");
	jout_begin_object(j);
	jout_put_str(j, "max-size", STR("10m"));
	jout_put_str(j, "max-file", STR("2"));
	jout_end_object(j);
	jout_end_object(j);
	jout_end_object(j);
}

int
docker_spec_json(const struct docker_spec *s, struct buf *out)
{
	struct json_out j;

	jout_init_buf(&j, out);
	jout_begin_object(&j);
	jout_put_str(&j, "Image", str_from_c(s->image));
	jout_put_str(&j, "User", STR("65532:65532"));
	put_command(&j, s);
	put_environment(&j, s);
	jout_put(&j, "Volumes");
	jout_begin_object(&j);
	put_empty(&j, "/data");
	put_empty(&j, "/work");
	jout_end_object(&j);
	jout_put(&j, "ExposedPorts");
	jout_begin_object(&j);
	if (!is_on_host(s)) {
		put_empty(&j, "8898/tcp");
		put_empty(&j, "8899/tcp");
	}
	jout_end_object(&j);
	jout_put(&j, "Labels");
	jout_begin_object(&j);
	jout_put_str(&j, DOCKER_LABEL, str_from_c(s->owner));
	jout_end_object(&j);
	put_host_config(&j, s);
	jout_end_object(&j);
	return jout_finish(&j);
}
