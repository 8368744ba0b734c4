/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/amqp/amqp_represent.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyzer/proto/amqp/amqp_kept.h"
#include "analyzer/proto/amqp/amqp_render.h"
#include "analyzer/proto/amqp/amqp_table.h"
#include "base/json_out.h"

/* JSON text of a value that is no string; values are parts of a frame. */
#define REPRESENT_MAX ((size_t)16 << 20)

/* A table being written: its rows are JSON text, which is then a string. */
struct table {
	const struct amqp_view *v;
	struct sink *out;
	struct json_out rows;
};

static int
table_write(void *ctx, const char *p, size_t n)
{
	struct table *t = ctx;

	sink_text(t->out, str_make(p, n));
	return t->out->error;
}

static void
table_begin(struct table *t, const char *title)
{
	sink_begin_object(t->out);
	sink_member_string(t->out, "type", STR("table"));
	sink_member_string(t->out, "title", str_from_c(title));
	sink_key(t->out, STR("data"));
	sink_text_begin(t->out);
	jout_init(&t->rows, table_write, t);
	jout_begin_array(&t->rows);
}

static void
table_end(struct table *t)
{
	int rc;

	jout_end_array(&t->rows);
	rc = jout_finish(&t->rows);
	sink_text_end(t->out);
	if (rc != 0)
		sink_fail(t->out, rc);
	sink_end_object(t->out);
}

/* A selector that is put together: request.properties.headers["h"]. */
static void
table_selector(struct table *t, const struct str *parts, size_t n)
{
	jout_put(&t->rows, "selector");
	jout_str_begin(&t->rows);
	for (size_t i = 0; i < n; i++)
		jout_str_part(&t->rows, parts[i]);
	jout_str_end(&t->rows);
	jout_end_object(&t->rows);
}

static void
table_row(struct table *t, struct str name, struct str value)
{
	jout_begin_object(&t->rows);
	jout_put_str(&t->rows, "name", name);
	jout_put_str(&t->rows, "value", value);
}

static struct str
side_name(const struct amqp_view *v)
{
	return v->request ? STR("request.") : STR("response.");
}

/* A row about a value; `base` is what stands in front of its name. */
static void
table_value(struct table *t, struct str base, const struct amqp_arg *a,
            const struct amqp_value *x)
{
	struct str selector[] = { side_name(t->v), base, str_from_c(a->name) };
	char buf[AMQP_TIME_MAX];
	struct str text = x != NULL ? x->text : STR_NONE;
	uint64_t number = x != NULL ? x->number : 0;

	if (a->type == AMQP_BIT) {
		text = number != 0 ? STR("true") : STR("false");
	} else if (a->type == AMQP_TIMESTAMP) {
		text = amqp_table_time(number, buf);
	} else if (a->type != AMQP_SHORTSTR && a->type != AMQP_LONGSTR) {
		int n = snprintf(buf, sizeof(buf), "%" PRIu64, number);

		text = str_make(buf, n > 0 ? (size_t)n : 0);
	}
	table_row(t, str_from_c(a->title), text);
	table_selector(t, selector, ARRAY_LEN(selector));
}

/* --- sections ------------------------------------------------------------- */

static bool
is_row(const struct amqp_value *x)
{
	return x->arg->type != AMQP_TABLE && x->arg->title != NULL;
}

static void
represent_details(struct table *t)
{
	static const struct amqp_arg row = { "replyCode", "Reply Code",
		                             AMQP_SHORT };
	struct amqp_value returned = { &row, 0, STR_NONE };
	const struct amqp_values *args = &t->v->args;
	bool begun = false;
	uint16_t code;
	uint64_t ordinal;

	for (size_t i = 0; i < args->n; i++) {
		if (!is_row(&args->v[i]))
			continue;
		if (!begun)
			table_begin(t, "Details");
		begun = true;
		table_value(t, STR(""), args->v[i].arg, &args->v[i]);
	}
	if (begun && !t->v->request &&
	    amqp_kept_read(t->v->side->kept, &ordinal, &code)) {
		returned.number = code;
		table_value(t, STR(""), &row, &returned);
	}
	if (begun)
		table_end(t);
}

static void
represent_version(struct table *t)
{
	static const struct amqp_arg rows[] = {
		{ "protocolId", "Protocol ID", AMQP_OCTET },
		{ "versionMajor", "Version Major", AMQP_OCTET },
		{ "versionMinor", "Version Minor", AMQP_OCTET },
		{ "revision", "Revision", AMQP_OCTET },
	};
	const struct amqp_version *v = &t->v->version;
	const uint8_t numbers[] = { v->id, v->major, v->minor, v->revision };

	table_begin(t, "Details");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct amqp_value x = { &rows[i], numbers[i], STR_NONE };

		table_value(t, STR(""), &rows[i], &x);
	}
	table_end(t);
}

static void
represent_properties(struct table *t)
{
	table_begin(t, "Properties");
	for (const struct amqp_arg *a = amqp_method_properties;
	     a->type != AMQP_END; a++) {
		const struct amqp_value *x =
		    amqp_method_value(&t->v->properties, a->name);

		/* The last one is reserved: who uses it, means it. */
		if (a->type == AMQP_TABLE ||
		    (x == NULL && a[1].type == AMQP_END))
			continue;
		table_value(t, STR("properties."), a, x);
	}
	table_end(t);
}

/* A value as text: a string as it is, anything else as JSON. */
static void
represent_member(struct table *t, struct str base, const char *of,
                 struct str name, struct str value)
{
	struct str selector[] = { side_name(t->v), base, str_from_c(of),
		                  STR("[\""),      name, STR("\"]") };
	struct sink_json inner;
	struct json_out j;
	struct str text;
	struct buf b;
	int rc = 0;

	buf_init(&b, REPRESENT_MAX);
	if (!amqp_table_text(value, &text)) {
		jout_init_buf(&j, &b);
		sink_json_init(&inner, &j);
		amqp_table_render_value(value, amqp_render_depth(t->v),
		                        &inner.sink);
		rc = jout_finish(&j);
		text = buf_str(&b);
	}
	table_row(t, name, text);
	table_selector(t, selector, ARRAY_LEN(selector));
	buf_release(&b);
	if (rc != 0)
		jout_fail(&t->rows, rc);
}

struct member {
	struct str name, value;
};

static int
by_name(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	int rc = str_cmp(x->name, y->name);

	return rc != 0 ? rc
	               : (x->value.p > y->value.p) - (x->value.p < y->value.p);
}

/* A field table that the message has, by name. */
static void
represent_table(struct table *t, struct str base, const struct amqp_value *x)
{
	struct str rest = x->text;
	struct member m, *all;
	size_t n = 0, i = 0;

	while (amqp_table_next(&rest, &m.name, &m.value))
		n++;
	all = arena_array(t->v->x->scratch, n != 0 ? n : 1, sizeof(*all));
	if (all == NULL) {
		sink_fail(t->out, arena_error(t->v->x->scratch));
		return;
	}
	rest = x->text;
	while (i < n && amqp_table_next(&rest, &all[i].name, &all[i].value))
		i++;
	qsort(all, n, sizeof(*all), by_name);
	table_begin(t, x->arg->title);
	for (i = 0; i < n; i++)
		represent_member(t, base, x->arg->name, all[i].name,
		                 all[i].value);
	table_end(t);
}

static int
represent_body(struct table *t)
{
	const struct amqp_view *v = t->v;
	struct str type = amqp_method_text(&v->properties, "contentType");
	struct amqp_body body;
	int rc;

	if (v->body_size == 0)
		return 0;
	sink_begin_object(t->out);
	sink_member_string(t->out, "type", STR("body"));
	sink_member_string(t->out, "title", STR("Body"));
	sink_key(t->out, STR("data"));
	rc = amqp_render_base64(v, t->out, &body);
	sink_member_string(t->out, "encoding", STR("base64"));
	if (type.n != 0)
		sink_member_string(t->out, "mimeType", type);
	sink_member_string(t->out, "selector",
	                   v->request ? STR("request.body")
	                              : STR("response.body"));
	sink_end_object(t->out);
	return rc;
}

static int
represent_message(struct table *t)
{
	const struct amqp_view *v = t->v;
	const struct amqp_value *headers;

	if (v->is_version)
		represent_version(t);
	represent_details(t);
	for (size_t i = 0; i < v->args.n; i++) {
		if (v->args.v[i].arg->type == AMQP_TABLE)
			represent_table(t, STR(""), &v->args.v[i]);
	}
	if (!v->content)
		return 0;
	represent_properties(t);
	headers = amqp_method_value(&v->properties, "headers");
	if (headers != NULL)
		represent_table(t, STR("properties."), headers);
	return represent_body(t);
}

int
amqp_represent(const struct exchange *x, enum side side, struct sink *out)
{
	struct amqp_view v;
	struct table t = { .v = &v, .out = out };
	int rc = amqp_view_open(&v, x, side);

	sink_begin_array(out);
	if (rc == 0)
		rc = represent_message(&t);
	sink_end_array(out);
	return rc != 0 ? rc : out->error;
}
