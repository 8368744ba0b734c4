/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/amqp/amqp_method.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- tables --------------------------------------------------------------- */

/* Values of the contract class (basic) that are shown as `properties`. */
const struct amqp_arg amqp_method_properties[] = {
	{ "contentType", "Content Type", AMQP_SHORTSTR },
	{ "contentEncoding", "Content Encoding", AMQP_SHORTSTR },
	{ "headers", "Headers", AMQP_TABLE },
	{ "deliveryMode", "Delivery Mode", AMQP_OCTET },
	{ "priority", "Priority", AMQP_OCTET },
	{ "correlationId", "Correlation ID", AMQP_SHORTSTR },
	{ "replyTo", "Reply To", AMQP_SHORTSTR },
	{ "expiration", "Expiration", AMQP_SHORTSTR },
	{ "messageId", "Message ID", AMQP_SHORTSTR },
	{ "timestamp", "Timestamp", AMQP_TIMESTAMP },
	{ "type", "Type", AMQP_SHORTSTR },
	{ "userId", "User ID", AMQP_SHORTSTR },
	{ "appId", "App ID", AMQP_SHORTSTR },
	{ "clusterId", "Cluster ID", AMQP_SHORTSTR },
	{ .type = AMQP_END },
};

#define BIT(name, title)              \
	{                             \
		name, title, AMQP_BIT \
	}
#define OCTET(name, title)              \
	{                               \
		name, title, AMQP_OCTET \
	}
#define SHORT(name, title)              \
	{                               \
		name, title, AMQP_SHORT \
	}
#define LONG(name, title)              \
	{                              \
		name, title, AMQP_LONG \
	}
#define LONGLONG(name, title)              \
	{                                  \
		name, title, AMQP_LONGLONG \
	}
#define SHORTSTR(name, title)              \
	{                                  \
		name, title, AMQP_SHORTSTR \
	}
#define LONGSTR(name, title)              \
	{                                 \
		name, title, AMQP_LONGSTR \
	}
#define TABLE(name, title)              \
	{                               \
		name, title, AMQP_TABLE \
	}
#define AGAIN(name, title)              \
	{                               \
		name, title, AMQP_AGAIN \
	}
#define RESERVED(type)           \
	{                        \
		NULL, NULL, type \
	}
#define NOTHING                      \
	{                            \
		NULL, NULL, AMQP_END \
	}

static const struct amqp_method methods[] = {
#define METHOD(class_id, id, name, asks, from, content, target, ...) \
	{ name,                                                      \
	  target,                                                    \
	  (const struct amqp_arg[]){ __VA_ARGS__, NOTHING },         \
	  class_id,                                                  \
	  id,                                                        \
	  asks,                                                      \
	  AMQP_##from,                                               \
	  content },
#include "analyzer/proto/amqp/amqp_methods.def"
#undef METHOD
};

const struct amqp_method *
amqp_method_find(uint16_t class_id, uint16_t id)
{
	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		if (methods[i].id == id && methods[i].class_id == class_id)
			return &methods[i];
	}
	return NULL;
}

const struct amqp_method *
amqp_method_at(size_t i)
{
	return i < ARRAY_LEN(methods) ? &methods[i] : NULL;
}

/* --- reading -------------------------------------------------------------- */

static void
read_value(struct cursor *c, enum amqp_type type, struct amqp_value *v)
{
	switch (type) {
	case AMQP_OCTET:
		v->number = cur_u8(c);
		break;
	case AMQP_SHORT:
		v->number = cur_be16(c);
		break;
	case AMQP_LONG:
		v->number = cur_be32(c);
		break;
	case AMQP_LONGLONG:
	case AMQP_TIMESTAMP:
		v->number = cur_be64(c);
		break;
	case AMQP_SHORTSTR:
		v->text = cur_take(c, cur_u8(c));
		break;
	case AMQP_LONGSTR:
	case AMQP_TABLE:
		v->text = cur_take(c, cur_be32(c));
		break;
	case AMQP_BIT:
	case AMQP_AGAIN:
	case AMQP_END:
		break;
	}
}

void
amqp_method_read(struct cursor *c, const struct amqp_arg *args,
                 struct amqp_values *ret_values)
{
	struct amqp_value last = { .number = 0 };
	uint8_t octet = 0;
	unsigned bits = 0; /* of it that were taken */

	ret_values->n = 0;
	for (; args->type != AMQP_END; args++) {
		struct amqp_value v = { .arg = args };

		if (args->type == AMQP_AGAIN) {
			v = last;
			v.arg = args;
		} else if (args->type == AMQP_BIT) {
			if (bits % 8 == 0)
				octet = cur_u8(c);
			v.number = octet >> bits++ % 8 & 1;
		} else {
			bits = 0;
			read_value(c, args->type, &v);
		}
		if (!cur_ok(c))
			return;
		last = v;
		if (args->name != NULL && ret_values->n < AMQP_VALUES_MAX)
			ret_values->v[ret_values->n++] = v;
	}
}

/*
 * Fifteen flags in a word, the highest first; the lowest bit says that another
 * word follows (section 4.2.6.1). There are no properties for a second one.
 */
void
amqp_method_read_properties(struct cursor *c, struct amqp_values *ret_values)
{
	const struct amqp_arg *arg = amqp_method_properties;
	uint16_t flags = cur_be16(c);
	uint16_t more = flags;

	ret_values->n = 0;
	while ((more & 1) != 0 && cur_ok(c))
		more = cur_be16(c);
	for (unsigned bit = 15; bit != 0 && cur_ok(c); bit--) {
		struct amqp_value v = { .arg = arg };

		if (arg->type == AMQP_END) {
			if ((flags >> bit & 1) != 0)
				cur_bad(c);
			continue;
		}
		arg++;
		if ((flags >> bit & 1) == 0)
			continue;
		read_value(c, v.arg->type, &v);
		if (cur_ok(c))
			ret_values->v[ret_values->n++] = v;
	}
}

/* --- asking --------------------------------------------------------------- */

const struct amqp_value *
amqp_method_value(const struct amqp_values *v, const char *name)
{
	for (size_t i = 0; i < v->n; i++) {
		if (strcmp(v->v[i].arg->name, name) == 0)
			return &v->v[i];
	}
	return NULL;
}

uint64_t
amqp_method_number(const struct amqp_values *v, const char *name)
{
	const struct amqp_value *found = amqp_method_value(v, name);

	return found != NULL ? found->number : 0;
}

struct str
amqp_method_text(const struct amqp_values *v, const char *name)
{
	const struct amqp_value *found = amqp_method_value(v, name);

	return found != NULL ? found->text : STR_NONE;
}

struct str
amqp_method_target(const struct amqp_method *m, const struct amqp_values *v,
                   char buf[AMQP_NUMBER_MAX])
{
	const struct amqp_value *found;
	int n;

	/* The only one that is made of two. */
	if (m->class_id == 10 && m->id == 10) {
		n = snprintf(buf, AMQP_NUMBER_MAX, "%" PRIu64 ".%" PRIu64,
		             amqp_method_number(v, "versionMajor"),
		             amqp_method_number(v, "versionMinor"));
		return str_make(buf, n > 0 ? (size_t)n : 0);
	}
	if (m->target == NULL)
		return STR_NONE;
	found = amqp_method_value(v, m->target);
	if (found == NULL)
		return STR_NONE;
	if (found->arg->type == AMQP_SHORTSTR ||
	    found->arg->type == AMQP_LONGSTR)
		return found->text;
	n = snprintf(buf, AMQP_NUMBER_MAX, "%" PRIu64, found->number);
	return str_make(buf, n > 0 ? (size_t)n : 0);
}
