/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /api/v1/openapi.json: the routes for programs (OpenAPI 3.1), made from
 * the table that they are found by.
 */
#include <stdio.h>
#include <string.h>

#include "analyzer/api/call.h"
#include "version.h"

/* ---- shapes ---- */

/* What many replies are made of; docs/api.md tells the members. */
static const char components[] =
    "{\"schemas\":{"
    "\"Error\":{\"type\":\"object\",\"required\":[\"error\"],\"properties\":"
    "{\"error\":{\"type\":\"object\",\"required\":[\"code\",\"message\","
    "\"position\"],\"properties\":{\"code\":{\"type\":\"string\"},"
    "\"message\":{\"type\":\"string\"},\"position\":{\"type\":[\"object\","
    "\"null\"],\"required\":[\"line\",\"column\",\"start\",\"end\"]},"
    "\"suggestion\":{\"type\":\"string\"}}}}},"
    "\"HubError\":{\"type\":\"object\",\"properties\":{\"msg\":{\"type\":"
    "\"string\"}}},"
    "\"List\":{\"type\":\"object\",\"required\":[\"scanned\",\"matched\","
    "\"undecided\",\"complete\",\"next\",\"prev\"],\"properties\":{"
    "\"scanned\":{\"type\":\"integer\"},\"matched\":{\"type\":\"integer\"},"
    "\"undecided\":{\"type\":\"integer\"},\"complete\":{\"type\":"
    "\"boolean\"},\"next\":{\"type\":[\"string\",\"null\"]},\"prev\":"
    "{\"type\":[\"string\",\"null\"]}}},"
    "\"End\":{\"type\":\"object\",\"required\":[\"ip\",\"port\",\"name\","
    "\"namespace\"],\"properties\":{\"ip\":{\"type\":\"string\"},\"port\":"
    "{\"type\":\"integer\"},\"name\":{\"type\":\"string\"},\"namespace\":"
    "{\"type\":\"string\"}}},"
    "\"Row\":{\"type\":\"object\",\"required\":[\"id\",\"snapshot\","
    "\"stream\",\"ordinal\",\"protocol\",\"abbr\",\"method\",\"summary\","
    "\"status\",\"class\",\"time\",\"elapsedMs\",\"requestSize\","
    "\"responseSize\",\"src\",\"dst\",\"node\",\"tls\",\"complete\","
    "\"reason\",\"queries\"],\"properties\":{\"id\":{\"type\":\"string\"},"
    "\"status\":{\"type\":\"integer\"},\"class\":{\"enum\":[\"unanswered\","
    "\"server_error\",\"client_error\",\"failed\",\"redirect\",\"success\"]},"
    "\"time\":{\"type\":\"string\",\"format\":\"date-time\"},\"elapsedMs\":"
    "{\"type\":[\"number\",\"null\"]},\"src\":{\"$ref\":"
    "\"#/components/schemas/End\"},\"dst\":{\"$ref\":"
    "\"#/components/schemas/End\"}}},"
    "\"Entries\":{\"allOf\":[{\"$ref\":\"#/components/schemas/List\"},"
    "{\"type\":\"object\",\"required\":[\"entries\"],\"properties\":"
    "{\"entries\":{\"type\":\"array\",\"items\":{\"$ref\":"
    "\"#/components/schemas/Row\"}}}}]},"
    "\"Stall\":{\"type\":[\"object\",\"null\"],\"required\":[\"ms\","
    "\"bytes\",\"missing\",\"times\",\"complete\",\"spans\"],\"properties\":{"
    "\"ms\":{\"type\":\"number\"},\"bytes\":{\"type\":\"integer\"},"
    "\"missing\":{\"type\":\"integer\"},\"times\":{\"type\":\"integer\"},"
    "\"complete\":{\"type\":\"boolean\"},\"spans\":{\"type\":\"array\"}}},"
    "\"Entry\":{\"type\":\"object\",\"required\":[\"row\",\"entry\","
    "\"representation\",\"bodies\",\"stalls\",\"protocol\",\"cut\","
    "\"previous\",\"following\"],\"properties\":{\"row\":{\"$ref\":"
    "\"#/components/schemas/Row\"},\"stalls\":{\"type\":\"object\","
    "\"properties\":{\"request\":{\"$ref\":\"#/components/schemas/Stall\"},"
    "\"response\":{\"$ref\":\"#/components/schemas/Stall\"}}}}},"
    "\"Object\":{\"type\":\"object\"}},"
    "\"securitySchemes\":{\"token\":{\"type\":\"http\",\"scheme\":"
    "\"bearer\"}}}";

/* Which of them a reply is; others are objects, or not JSON. */
static const struct {
	const char *name, *type, *schema;
} replies[] = {
	{ "entries", NULL, "Entries" },
	{ "entry", NULL, "Entry" },
	{ "streams", NULL, "List" },
	{ "histogram", NULL, "List" },
	{ "top", NULL, "List" },
	{ "map", NULL, "List" },
	{ "identities", NULL, "List" },
	{ "diag", NULL, "List" },
	{ "packets", NULL, "List" },
	{ "body", "application/octet-stream", NULL },
	{ "export", "application/octet-stream", NULL },
	{ "pcaps_download", "application/octet-stream", NULL },
	{ "pcaps_merge", "application/octet-stream", NULL },
	{ "echo", "text/plain", NULL },
	{ "livez", "text/plain", NULL },
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
	char ref[64];

	jout_put(j, "content");
	jout_begin_object(j);
	jout_put(j, type);
	jout_begin_object(j);
	if (schema != NULL) {
		(void)snprintf(ref, sizeof(ref), "#/components/schemas/%s",
		               schema);
		jout_put(j, "schema");
		jout_begin_object(j);
		jout_put_str(j, "$ref", str_from_c(ref));
		jout_end_object(j);
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

static void
put_responses(struct json_out *j, const struct route *r)
{
	bool hub = (r->flags & ROUTE_HUB) != 0;
	const char *type = "application/json", *schema = "Object";

	for (size_t i = 0; i < ARRAY_LEN(replies); i++) {
		if (strcmp(replies[i].name, r->name) != 0)
			continue;
		schema = replies[i].schema;
		if (replies[i].type != NULL)
			type = replies[i].type;
	}
	jout_put(j, "responses");
	jout_begin_object(j);
	put_response(j, "200", "what was asked for", type, schema);
	put_response(j, "default", "what is wrong", "application/json",
	             hub ? "HubError" : "Error");
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
	jout_raw(j, str_from_c(components));
	jout_end_object(j);
	return 0;
}
