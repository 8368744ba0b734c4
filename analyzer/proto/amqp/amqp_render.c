/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/amqp/amqp_render.h"

#include <string.h>

#include "analyzer/proto/amqp/amqp_kept.h"
#include "analyzer/proto/amqp/amqp_table.h"
#include "base/base64.h"
#include "base/err.h"

/* Bytes that become base64 text at a time. */
#define RENDER_PIECE 3072u

unsigned
amqp_render_depth(const struct amqp_view *v)
{
	uint64_t max = v->x->limits->value_depth;

	return max < AMQP_TABLE_DEPTH ? (unsigned)max : AMQP_TABLE_DEPTH;
}

/* --- the body ------------------------------------------------------------- */

/* A body on its way to a sink. */
struct encoding {
	struct sink *out; /* NULL: nowhere */
	struct base64_enc enc;
	uint64_t missing;
};

static int
encode(void *ctx, const uint8_t *p, size_t n)
{
	struct encoding *e = ctx;
	struct str rest = str_make(p, n);
	char text[RENDER_PIECE / 3 * 4 + 8];

	for (; rest.n != 0; rest = str_tail(rest, RENDER_PIECE)) {
		struct str part = str_head(rest, RENDER_PIECE);

		if (e->out == NULL)
			continue;
		sink_text(e->out,
		          str_make(text, base64_enc_part(&e->enc, part, text)));
	}
	return e->out != NULL ? e->out->error : 0;
}

static int
encode_hole(void *ctx, uint64_t n)
{
	static const uint8_t zeros[RENDER_PIECE];
	struct encoding *e = ctx;
	int rc = 0;

	e->missing += n;
	while (n != 0 && rc == 0) {
		size_t part = n < sizeof(zeros) ? (size_t)n : sizeof(zeros);

		rc = encode(e, zeros, part);
		n -= part;
	}
	return rc;
}

int
amqp_render_base64(const struct amqp_view *v, struct sink *out,
                   struct amqp_body *ret_body)
{
	struct encoding e = { .out = out };
	const struct body_out to = { encode, encode_hole, &e };
	uint64_t max = v->x->limits->render_bytes;
	char text[4];
	int rc;

	base64_enc_init(&e.enc);
	if (out != NULL)
		sink_text_begin(out);
	rc = amqp_view_body(v, (struct body_range){ 0, max }, &to);
	if (out != NULL) {
		sink_text(out, str_make(text, base64_enc_end(&e.enc, text)));
		sink_text_end(out);
	}
	ret_body->missing = e.missing;
	ret_body->truncated = rc == ERR_TRUNCATED || v->body_size > max;
	return rc == ERR_TRUNCATED ? 0 : rc;
}

int
amqp_render_body(const struct exchange *x, enum side side, bool decoded,
                 struct body_range range, const struct body_out *out)
{
	struct amqp_view v;
	int rc = amqp_view_open(&v, x, side);

	(void)decoded;
	return rc != 0 ? rc : amqp_view_body(&v, range, out);
}

/* --- values --------------------------------------------------------------- */

static void
put_value(const struct amqp_view *v, const struct amqp_value *x,
          struct sink *out)
{
	char buf[AMQP_TIME_MAX];
	enum amqp_type type = x->arg->type;

	switch (type) {
	case AMQP_BIT:
		sink_boolean(out, x->number != 0);
		break;
	case AMQP_SHORTSTR:
	case AMQP_LONGSTR:
		sink_string(out, x->text);
		break;
	case AMQP_TABLE:
		amqp_table_render(x->text, amqp_render_depth(v), out);
		break;
	case AMQP_TIMESTAMP:
		sink_string(out, amqp_table_time(x->number, buf));
		break;
	default:
		if (x->number <= INT64_MAX)
			sink_integer(out, (int64_t)x->number);
		else
			sink_number(out, (double)x->number);
	}
}

/* All that the API has, whether or not they were sent; of headers null. */
static void
put_properties(const struct amqp_view *v, struct sink *out)
{
	static const struct amqp_value none = { .number = 0 };

	sink_begin_object(out);
	for (const struct amqp_arg *a = amqp_method_properties;
	     a->type != AMQP_END; a++) {
		const struct amqp_value *x = amqp_method_value(&v->properties,
		                                               a->name);
		struct amqp_value value = x != NULL ? *x : none;

		value.arg = a;
		if (x == NULL && strcmp(a->name, "clusterId") == 0)
			continue;
		if (!sink_want(out, str_from_c(a->name)))
			continue;
		if (x == NULL && a->type == AMQP_TABLE)
			sink_null(out);
		else
			put_value(v, &value, out);
	}
	sink_end_object(out);
}

/* --- members -------------------------------------------------------------- */

enum part {
	PART_VALUE,
	PART_NUMBER,
	PART_METHOD,
	PART_BODY,
	PART_MISSING,
	PART_TRUNCATED,
	PART_PROPERTIES,
};

struct member {
	const char *name;
	const struct amqp_value *value;
	enum part part;
	uint16_t number;
};

struct members {
	struct member m[AMQP_VALUES_MAX + 8];
	size_t n;
};

/* Keeps them in alphabetical order. */
static void
add(struct members *l, struct member m)
{
	size_t i = l->n++;

	for (; i != 0 && strcmp(l->m[i - 1].name, m.name) > 0; i--)
		l->m[i] = l->m[i - 1];
	l->m[i] = m;
}

static void
list(const struct amqp_view *v, struct members *l)
{
	uint16_t code;
	uint64_t ordinal;

	for (size_t i = 0; i < v->args.n; i++)
		add(l, (struct member){ v->args.v[i].arg->name, &v->args.v[i],
		                        PART_VALUE, 0 });
	if (v->method != NULL || v->is_version)
		add(l, (struct member){ "method", NULL, PART_METHOD, 0 });
	if (v->content) {
		add(l, (struct member){ "body", NULL, PART_BODY, 0 });
		add(l, (struct member){ "missing", NULL, PART_MISSING, 0 });
		add(l, (struct member){ "truncated", NULL, PART_TRUNCATED, 0 });
		add(l,
		    (struct member){ "properties", NULL, PART_PROPERTIES, 0 });
	}
	if (!v->request && amqp_kept_read(v->side->kept, &ordinal, &code))
		add(l, (struct member){ "replyCode", NULL, PART_NUMBER, code });
	if (v->is_version) {
		const struct amqp_version *x = &v->version;

		add(l,
		    (struct member){ "protocolId", NULL, PART_NUMBER, x->id });
		add(l, (struct member){ "versionMajor", NULL, PART_NUMBER,
		                        x->major });
		add(l, (struct member){ "versionMinor", NULL, PART_NUMBER,
		                        x->minor });
		add(l, (struct member){ "revision", NULL, PART_NUMBER,
		                        x->revision });
	}
}

/* Would the sink take it? Unlike sink_want() this writes nothing. */
static bool
wants(struct sink *out, const char *key)
{
	return sink_ok(out) &&
	       (out->ops->want == NULL || out->ops->want(out, str_from_c(key)));
}

static int
put_member(const struct amqp_view *v, const struct member *m,
           struct amqp_body *body, struct sink *out)
{
	struct str key = str_from_c(m->name);
	bool due = m->part == PART_MISSING     ? body->missing != 0
	           : m->part == PART_TRUNCATED ? body->truncated
	                                       : true;

	if (m->part == PART_BODY && !wants(out, "body"))
		return wants(out, "missing") || wants(out, "truncated")
		           ? amqp_render_base64(v, NULL, body)
		           : 0;
	if (!due || !sink_want(out, key))
		return 0;
	switch (m->part) {
	case PART_VALUE:
		put_value(v, m->value, out);
		break;
	case PART_NUMBER:
		sink_integer(out, m->number);
		break;
	case PART_METHOD:
		sink_string(out, v->is_version ? STR("protocol header")
		                               : str_from_c(v->method->name));
		break;
	case PART_BODY:
		return amqp_render_base64(v, out, body);
	case PART_MISSING:
		sink_integer(out, (int64_t)body->missing);
		break;
	case PART_TRUNCATED:
		sink_boolean(out, true);
		break;
	case PART_PROPERTIES:
		put_properties(v, out);
		break;
	}
	return 0;
}

int
amqp_render(const struct exchange *x, enum side side, struct sink *out)
{
	struct amqp_body body = { .missing = 0 };
	struct members l = { .n = 0 };
	struct amqp_view v;
	int rc = amqp_view_open(&v, x, side);

	sink_begin_object(out);
	if (rc == 0)
		list(&v, &l);
	for (size_t i = 0; rc == 0 && i < l.n; i++)
		rc = put_member(&v, &l.m[i], &body, out);
	sink_end_object(out);
	return rc != 0 ? rc : out->error;
}

/* --- summaries ------------------------------------------------------------ */

/* As the original writes it: nothing is escaped, and numbers are quoted. */
bool
amqp_render_query(const struct entry *e, struct buf *out)
{
	const struct amqp_method *m;
	struct str major, minor;

	for (size_t i = 0; (m = amqp_method_at(i)) != NULL; i++) {
		if (str_eq(e->method, str_from_c(m->name)))
			break;
	}
	if (m == NULL || e->target.n == 0)
		return false;
	if (m->target != NULL)
		return buf_printf(out, "request.%s == \"" STR_FMT "\"",
		                  m->target, STR_ARG(e->target)) == 0;
	(void)str_split1(e->target, '.', &major, &minor);
	return buf_printf(out,
	                  "request.versionMajor == " STR_FMT
	                  " and request.versionMinor == " STR_FMT,
	                  STR_ARG(major), STR_ARG(minor)) == 0;
}
