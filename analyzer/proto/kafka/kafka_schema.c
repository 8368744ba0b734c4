/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/kafka/kafka_schema.h"

#include "base/compiler.h"

static const struct kafka_field schema_fields[] = {
#define KAFKA_FIELD(name_, type_, flags_, min_, max_, tag_, nth_, child_, n_, \
                    title_)                                                   \
	{                                                                     \
		.name = #name_,                                               \
		.title = (title_),                                            \
		.type = KAFKA_##type_,                                        \
		.flags = (flags_),                                            \
		.min = (min_),                                                \
		.max = (max_),                                                \
		.tag = (tag_),                                                \
		.nth = (nth_),                                                \
		.children = (n_),                                             \
		.child = (child_),                                            \
	},
#include "analyzer/proto/kafka/kafka_schema.def"
#undef KAFKA_FIELD
};

/* One line of the table; fields by their first and their number. */
struct row {
	const char *name;
	int8_t max, flexible;
	uint16_t first[2];
	uint8_t n[2];
	bool targets;
};

static const struct row schema_apis[] = {
#define KAFKA_API(key_, name_, max_, flexible_, q_, nq_, a_, na_, targets_) \
	[key_] = {                                                          \
		#name_, max_, flexible_, { q_, a_ }, { nq_, na_ }, targets_ \
	},
#include "analyzer/proto/kafka/kafka_schema.def"
#undef KAFKA_API
};

#define KAFKA_MOST_FIELDS(n, depth)                                   \
	_Static_assert((n) == KAFKA_FIELDS && (depth) == KAFKA_DEPTH, \
	               "kafka_schema.h has to follow");
#include "analyzer/proto/kafka/kafka_schema.def"
#undef KAFKA_MOST_FIELDS

static const struct str schema_errors[] = {
#define KAFKA_ERROR(name) STR_INIT(#name),
#include "analyzer/proto/kafka/kafka_errors.def"
#undef KAFKA_ERROR
};

bool
kafka_schema_api(int16_t key, struct kafka_api *ret_api)
{
	const struct row *r;

	if (key < 0 || (size_t)key >= ARRAY_LEN(schema_apis))
		return false;
	r = &schema_apis[key];
	*ret_api = (struct kafka_api){
		.key = key,
		.max = r->max,
		.flexible = r->flexible,
		.name = r->name,
		.request = { &schema_fields[r->first[0]], r->n[0] },
		.response = { &schema_fields[r->first[1]], r->n[1] },
		.targets = r->targets,
	};
	return true;
}

struct kafka_fields
kafka_schema_fields(const struct kafka_field *f)
{
	return (struct kafka_fields){ &schema_fields[f->child], f->children };
}

struct str
kafka_schema_error(int16_t code)
{
	int at = code + 1;

	return at >= 0 && (size_t)at < ARRAY_LEN(schema_errors)
	           ? schema_errors[at]
	           : STR_NONE;
}
