/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/schemas.h"

#include "base/compiler.h"

static const struct {
	const char *name, *base, *members;
} schemas[] = {
#define SCHEMA(name, base, members) { name, base, members },
#include "analyzer/api/schemas.def"
#undef SCHEMA
};

/* What the words of the table are there. */
static const struct {
	const char *word, *json;
} types[] = {
	{ "text", "{\"type\":\"string\"}" },
	{ "whole", "{\"type\":\"integer\"}" },
	{ "number", "{\"type\":\"number\"}" },
	{ "truth", "{\"type\":\"boolean\"}" },
	{ "time", "{\"type\":\"string\",\"format\":\"date-time\"}" },
	{ "object", "{\"type\":\"object\"}" },
	{ "counts", "{\"type\":\"object\",\"additionalProperties\":"
	            "{\"type\":\"integer\"}}" },
	{ "class", "{\"enum\":[\"unanswered\",\"server_error\","
	           "\"client_error\",\"failed\",\"redirect\",\"success\"]}" },
	{ "any", "{}" },
};

static void
put_ref(struct json_out *j, struct str name)
{
	jout_begin_object(j);
	jout_put(j, "$ref");
	jout_str_begin(j);
	jout_str_part(j, STR("#/components/schemas/"));
	jout_str_part(j, name);
	jout_str_end(j);
	jout_end_object(j);
}

static void
put_word(struct json_out *j, struct str word)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (str_eq(word, str_from_c(types[i].word))) {
			jout_raw(j, str_from_c(types[i].json));
			return;
		}
	}
	put_ref(j, word);
}

static void
put_list(struct json_out *j, struct str word)
{
	if (!str_starts(word, STR("[]"))) {
		put_word(j, word);
		return;
	}
	jout_begin_object(j);
	jout_put_str(j, "type", STR("array"));
	jout_put(j, "items");
	put_word(j, str_tail(word, 2));
	jout_end_object(j);
}

static bool
ends(struct str s, char mark)
{
	return s.n > 0 && s.p[s.n - 1] == mark;
}

void
schemas_put_type(struct json_out *j, struct str type)
{
	if (ends(type, '~'))
		type.n--;
	if (!ends(type, '?')) {
		put_list(j, type);
		return;
	}
	type.n--;
	jout_begin_object(j);
	jout_put(j, "anyOf");
	jout_begin_array(j);
	put_list(j, type);
	jout_raw(j, STR("{\"type\":\"null\"}"));
	jout_end_array(j);
	jout_end_object(j);
}

static void
put_members(struct json_out *j, struct str members)
{
	struct str rest = members, member, name;

	jout_begin_object(j);
	jout_put_str(j, "type", STR("object"));
	jout_put(j, "required");
	jout_begin_array(j);
	while (rest.n > 0) {
		(void)str_split1(rest, ' ', &member, &rest);
		(void)str_split1(member, ':', &name, &member);
		if (!ends(member, '~'))
			jout_str(j, name);
	}
	jout_end_array(j);
	jout_put(j, "properties");
	jout_begin_object(j);
	while (members.n > 0) {
		(void)str_split1(members, ' ', &member, &members);
		(void)str_split1(member, ':', &name, &member);
		jout_key(j, name);
		schemas_put_type(j, member);
	}
	jout_end_object(j);
	jout_end_object(j);
}

static void
put_schema(struct json_out *j, struct str base, struct str members)
{
	if (base.n == 0) {
		put_members(j, members);
		return;
	}
	jout_begin_object(j);
	jout_put(j, "allOf");
	jout_begin_array(j);
	put_ref(j, base);
	put_members(j, members);
	jout_end_array(j);
	jout_end_object(j);
}

void
schemas_put(struct json_out *j)
{
	jout_begin_object(j);
	for (size_t i = 0; i < ARRAY_LEN(schemas); i++) {
		jout_put(j, schemas[i].name);
		put_schema(j, str_from_c(schemas[i].base),
		           str_from_c(schemas[i].members));
	}
	jout_end_object(j);
}
