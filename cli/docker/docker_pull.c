/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/docker/docker_pull.h"

#include <jansson.h>
#include <string.h>

void
docker_pulling_init(struct docker_pulling *p,
                    void (*progress)(void *ctx,
                                     const struct docker_progress *p),
                    void *ctx)
{
	memset(p, 0, sizeof(*p));
	p->progress = progress;
	p->ctx = ctx;
	buf_init(&p->line, DOCKER_PULL_LINE);
}

void
docker_pulling_release(struct docker_pulling *p)
{
	buf_release(&p->line);
}

static uint64_t
number(const json_t *o, const char *key)
{
	json_int_t v = json_integer_value(json_object_get(o, key));

	return v > 0 ? (uint64_t)v : 0;
}

static void
take_failure(struct docker_pulling *p, const json_t *o)
{
	const char *text = json_string_value(
	    json_object_get(json_object_get(o, "errorDetail"), "message"));

	if (text == NULL)
		text = json_string_value(json_object_get(o, "error"));
	/* The first one is the cause. */
	if (text != NULL && p->failure.code == 0)
		(void)err_set(&p->failure, ERR_IO, "%s", text);
}

static void
take_progress(const struct docker_pulling *p, const json_t *o)
{
	const json_t *detail = json_object_get(o, "progressDetail");
	struct docker_progress at = {
		.stage = DOCKER_PULLING,
		.what = str_from_c(json_string_value(json_object_get(o, "id"))),
		.text =
		    str_from_c(json_string_value(json_object_get(o, "status"))),
		.done = number(detail, "current"),
		.total = number(detail, "total"),
	};

	if (p->progress != NULL && at.text.n > 0)
		p->progress(p->ctx, &at);
}

static int
take_line(struct docker_pulling *p)
{
	struct str line = str_trim(buf_str(&p->line));
	json_t *o;

	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	if (line.n == 0)
		return 0;
	o = json_loadb(line.p, line.n, 0, NULL);
	if (!json_is_object(o)) {
		json_decref(o);
		return ERR_MALFORMED;
	}
	take_failure(p, o);
	take_progress(p, o);
	json_decref(o);
	return 0;
}

int
docker_pulling_feed(struct docker_pulling *p, struct str bytes)
{
	while (bytes.n > 0) {
		size_t end = str_find_char(bytes, '\n');
		int rc = buf_append_str(&p->line, str_head(bytes, end));

		if (rc != 0)
			return rc;
		if (end == bytes.n)
			return 0;
		rc = take_line(p);
		if (rc != 0)
			return rc;
		buf_clear(&p->line);
		bytes = str_tail(bytes, end + 1);
	}
	return 0;
}

int
docker_pulling_end(struct docker_pulling *p)
{
	int rc = take_line(p);

	buf_clear(&p->line);
	return rc;
}
