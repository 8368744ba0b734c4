/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /api/v1/openapi.json: the routes for programs (OpenAPI 3.1), made from
 * the table that they are found by.
 */
#include <string.h>

#include "analyzer/api/call.h"
#include "analyzer/api/schemas.h"
#include "analyzer/export/export.h"
#include "version.h"

/* ---- shapes ---- */

/* Which of schemas.def a reply is; others are objects, or not JSON. */
static const struct reply {
	const char *name, *type, *schema, *status;
} replies[] = {
	{ "readyz", NULL, "Progress", NULL },
	{ "progress", NULL, "Progress", NULL },
	{ "snapshots", NULL, "Snapshots", NULL },
	{ "snapshot", NULL, "Snapshot", NULL },
	{ "entries", NULL, "Entries", NULL },
	{ "entry", NULL, "Entry", NULL },
	{ "packets", NULL, "Packets", NULL },
	{ "streams", NULL, "Streams", NULL },
	{ "stream", NULL, "Stream", NULL },
	{ "histogram", NULL, "Histogram", NULL },
	{ "top", NULL, "Top", NULL },
	{ "map", NULL, "Map", NULL },
	{ "identities", NULL, "Identities", NULL },
	{ "diag", NULL, "Diag", NULL },
	{ "fields", NULL, "Fields", NULL },
	{ "protocols", NULL, "Protocols", NULL },
	{ "check", NULL, "Check", NULL },
	{ "check_long", NULL, "Check", NULL },
	{ "explain", NULL, "Explain", NULL },
	{ "version", NULL, "HubVersion", NULL },
	{ "validate", NULL, "HubValid", NULL },
	{ "total_streams", NULL, "HubTotal", NULL },
	{ "pods_targeted", NULL, "HubTargets", NULL },
	{ "body", "application/octet-stream", NULL, NULL },
	{ "pcaps_download", "application/octet-stream", NULL, NULL },
	{ "pcaps_merge", "application/octet-stream", NULL, NULL },
	{ "ws", "*/*", NULL, "101" },
	{ "scripts_logs", "*/*", NULL, "101" },
	{ "echo", "text/plain", NULL, NULL },
	{ "livez", "text/plain", NULL, NULL },
};

/* ---- parameters ---- */

static const struct {
	const char *name, *type, *text;
} params[] = {
#define PARAM(name, type, text) { name, type, text },
#include "analyzer/api/params.def"
};

static void
put_param(struct json_out *j, struct str name, const char *in)
{
	const char *type = "string", *text = "";

	for (size_t i = 0; i < ARRAY_LEN(params); i++) {
		if (str_eq(name, str_from_c(params[i].name))) {
			type = params[i].type;
			text = params[i].text;
		}
	}
	jout_begin_object(j);
	jout_put_str(j, "name", name);
	jout_put_str(j, "in", str_from_c(in));
	jout_put_bool(j, "required", strcmp(in, "path") == 0);
	jout_put_str(j, "description", str_from_c(text));
	jout_put(j, "schema");
	jout_begin_object(j);
	jout_put_str(j, "type", str_from_c(type));
	jout_end_object(j);
	jout_end_object(j);
}

static void
put_params(struct json_out *j, const struct route *r)
{
	struct str rest = str_from_c(r->pattern), name;

	jout_put(j, "parameters");
	jout_begin_array(j);
	while (str_split1(rest, '{', &name, &rest)) {
		(void)str_split1(rest, '}', &name, &rest);
		put_param(j, name, "path");
	}
	rest = str_from_c(r->params);
	while (rest.n > 0) {
		(void)str_split1(rest, ' ', &name, &rest);
		put_param(j, name, "query");
	}
	jout_end_array(j);
}

/* ---- routes ---- */

static void
put_content(struct json_out *j, const char *type, const char *schema)
{
	jout_put(j, "content");
	jout_begin_object(j);
	jout_put(j, type);
	jout_begin_object(j);
	if (schema != NULL) {
		jout_put(j, "schema");
		schemas_put_type(j, str_from_c(schema));
	}
	jout_end_object(j);
	jout_end_object(j);
}

/* What an export is depends on its format; each type once. */
static void
put_download(struct json_out *j)
{
	struct str name, rest;

	jout_put(j, "200");
	jout_begin_object(j);
	jout_put_str(j, "description", STR("a file of the format"));
	jout_put(j, "content");
	jout_begin_object(j);
	for (int f = 0; f < EXPORT_STREAM; f++) {
		const char *type = export_mime((enum export_format)f);
		bool had = false;

		for (int g = 0; g < f; g++)
			had |= strcmp(export_mime((enum export_format)g),
			              type) == 0;
		if (had)
			continue;
		(void)str_split1(str_from_c(type), ';', &name, &rest);
		jout_key(j, name);
		jout_raw(j, STR("{}"));
	}
	jout_end_object(j);
	jout_end_object(j);
}

static void
put_response(struct json_out *j, const char *status, const char *text,
             const char *type, const char *schema)
{
	jout_put(j, status);
	jout_begin_object(j);
	jout_put_str(j, "description", str_from_c(text));
	put_content(j, type, schema);
	jout_end_object(j);
}

static const struct reply *
find_reply(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(replies); i++) {
		if (strcmp(replies[i].name, name) == 0)
			return &replies[i];
	}
	return NULL;
}

static void
put_failure(struct json_out *j, const struct route *r, const char *status)
{
	bool hub = (r->flags & ROUTE_HUB) != 0;

	/* A handshake that is none is answered with a text. */
	if (strcmp(status, "101") == 0)
		put_response(j, "default", "what is wrong", "*/*", NULL);
	/* As the original has them: {"msg":...}, or a text in base64. */
	else if (strcmp(r->name, "item") == 0)
		put_response(j, "default", "what is wrong", "application/json",
		             "any");
	else
		put_response(j, "default", "what is wrong", "application/json",
		             hub ? "HubError" : "Error");
}

static void
put_responses(struct json_out *j, const struct route *r)
{
	const struct reply *reply = find_reply(r->name);
	const char *type = "application/json", *schema = "Object";
	const char *status = "200";

	if (reply != NULL) {
		schema = reply->schema;
		type = reply->type != NULL ? reply->type : type;
		status = reply->status != NULL ? reply->status : status;
	}
	jout_put(j, "responses");
	jout_begin_object(j);
	if (strcmp(r->name, "export") == 0)
		put_download(j);
	else
		put_response(j, status, "what was asked for", type, schema);
	if ((r->flags & ROUTE_TAG) != 0)
		put_response(j, "304", "the client has it already", "*/*",
		             NULL);
	if (strcmp(r->name, "readyz") == 0)
		put_response(j, "503", "not yet", type, schema);
	put_failure(j, r, status);
	jout_end_object(j);
}

static void
put_route(struct json_out *j, const struct route *r)
{
	char id[64];
	size_t k = 0;

	/* One handler may have several paths, an operation has one. */
	for (const char *p = r->pattern; *p != '\0' && k + 8 < sizeof(id); p++)
		id[k++] = (char)((*p >= 'a' && *p <= 'z') ||
		                         (*p >= '0' && *p <= '9')
		                     ? *p
		                     : '_');
	id[k] = '\0';
	jout_put(j, route_method_name(r->method).p);
	jout_begin_object(j);
	jout_put(j, "operationId");
	jout_str_begin(j);
	jout_str_part(j, route_method_name(r->method));
	jout_str_part(j, str_from_c(id));
	jout_str_end(j);
	jout_put_str(j, "summary", str_from_c(r->summary));
	put_params(j, r);
	put_responses(j, r);
	jout_end_object(j);
}

/* The methods of one path are one object: at the first of them. */
static void
put_path(struct json_out *j, const struct route *first)
{
	for (const struct route *r = route_table; r != first; r++) {
		if (strcmp(r->pattern, first->pattern) == 0)
			return;
	}
	jout_put(j, first->pattern);
	jout_begin_object(j);
	for (const struct route *r = first; r->pattern != NULL; r++) {
		if (strcmp(r->pattern, first->pattern) == 0)
			put_route(j, r);
	}
	jout_end_object(j);
}

static void
put_info(struct json_out *j)
{
	jout_put_str(j, "openapi", STR("3.1.0"));
	jout_put(j, "info");
	jout_begin_object(j);
	jout_put_str(j, "title", STR("analyzer"));
	jout_put_str(j, "version", STR(VERSION_TEXT));
	jout_put_str(j, "description",
	             STR("Snapshots of network traffic: /api/v1, and the "
	                 "routes of the original's hub. docs/api.md has the "
	                 "meaning of every member."));
	jout_put(j, "license");
	jout_begin_object(j);
	jout_put_str(j, "name", STR("Apache-2.0"));
	jout_put_str(j, "identifier", STR("Apache-2.0"));
	jout_end_object(j);
	jout_end_object(j);
}

int
api_openapi(struct call *c)
{
	struct json_out *j = call_json(c);

	jout_begin_object(j);
	put_info(j);
	jout_put(j, "paths");
	jout_begin_object(j);
	for (const struct route *r = route_table; r->pattern != NULL; r++)
		put_path(j, r);
	jout_end_object(j);
	jout_put(j, "components");
	jout_begin_object(j);
	jout_put(j, "schemas");
	schemas_put(j);
	jout_put(j, "securitySchemes");
	jout_raw(j,
	         STR("{\"token\":{\"type\":\"http\",\"scheme\":\"bearer\"}}"));
	jout_end_object(j);
	jout_end_object(j);
	return 0;
}
