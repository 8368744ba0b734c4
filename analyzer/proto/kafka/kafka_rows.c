/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/kafka/kafka_rows.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/compiler.h"
#include "base/cursor.h"

/* --- rows ----------------------------------------------------------------- */

static int
rows_write(void *ctx, const char *p, size_t n)
{
	struct kafka_rows *r = ctx;

	sink_text(r->out, str_make(p, n));
	return r->out->error;
}

static int
rows_write_value(void *ctx, const char *p, size_t n)
{
	struct kafka_rows *r = ctx;

	jout_str_part(&r->rows, str_make(p, n));
	return r->rows.error;
}

/* baseOffset is "Base Offset". */
static void
rows_words(struct kafka_rows *r, struct str name)
{
	struct cursor c = cur_from_str(name, false);

	jout_str_begin(&r->rows);
	while (!cur_at_end(&c)) {
		bool first = cur_left(&c) == name.n;
		char letter = (char)cur_u8(&c);

		if (first && letter >= 'a' && letter <= 'z')
			letter = (char)(letter - 'a' + 'A');
		else if (!first && letter >= 'A' && letter <= 'Z')
			jout_str_part(&r->rows, STR(" "));
		jout_str_part(&r->rows, str_make(&letter, 1));
	}
	jout_str_end(&r->rows);
}

static void
rows_row(struct kafka_rows *r, struct str name, struct str key)
{
	jout_begin_object(&r->rows);
	jout_put(&r->rows, "name");
	if (name.n != 0)
		jout_str(&r->rows, name);
	else
		rows_words(r, key);
	jout_put(&r->rows, "value");
	r->key = key;
}

static void
rows_row_end(struct kafka_rows *r)
{
	const struct str around[][2] = {
		{ STR_INIT("[\""), STR_INIT("\"]") },
		{ STR_INIT("."), STR_INIT("") },
	};

	jout_put(&r->rows, "selector");
	jout_str_begin(&r->rows);
	jout_str_part(&r->rows, r->prefix);
	jout_str_part(&r->rows, around[r->dotted][0]);
	jout_str_part(&r->rows, r->key);
	jout_str_part(&r->rows, around[r->dotted][1]);
	jout_str_end(&r->rows);
	jout_end_object(&r->rows);
}

/* --- events --------------------------------------------------------------- */

static struct kafka_rows *
rows_of(struct sink *s)
{
	return container_of(s, struct kafka_rows, sink);
}

/* Where a value within a value goes, or a value itself. */
static struct json_out *
rows_out(struct kafka_rows *r)
{
	return r->depth != 0 ? &r->value : &r->rows;
}

static void
rows_value_done(struct kafka_rows *r)
{
	if (r->depth == 0)
		rows_row_end(r);
	if (rows_out(r)->error != 0)
		sink_fail(&r->sink, rows_out(r)->error);
}

static bool
rows_want(struct sink *s, struct str key)
{
	const struct kafka_rows *r = rows_of(s);

	return r->depth != 0 || r->skip == NULL ||
	       !str_eq(key, str_from_c(r->skip));
}

static void
rows_enter(struct kafka_rows *r)
{
	if (r->depth++ != 0)
		return;
	jout_str_begin(&r->rows);
	jout_init(&r->value, rows_write_value, r);
}

static void
rows_leave(struct kafka_rows *r)
{
	if (--r->depth == 0) {
		if (jout_finish(&r->value) != 0)
			sink_fail(&r->sink, r->value.error);
		jout_str_end(&r->rows);
	}
	rows_value_done(r);
}

static void
rows_begin_object(struct sink *s)
{
	struct kafka_rows *r = rows_of(s);

	rows_enter(r);
	jout_begin_object(&r->value);
}

static void
rows_end_object(struct sink *s)
{
	struct kafka_rows *r = rows_of(s);

	jout_end_object(&r->value);
	rows_leave(r);
}

static void
rows_begin_array(struct sink *s)
{
	struct kafka_rows *r = rows_of(s);

	rows_enter(r);
	jout_begin_array(&r->value);
}

static void
rows_end_array(struct sink *s)
{
	struct kafka_rows *r = rows_of(s);

	jout_end_array(&r->value);
	rows_leave(r);
}

static void
rows_key(struct sink *s, struct str key)
{
	struct kafka_rows *r = rows_of(s);

	if (r->depth == 0)
		rows_row(r, STR_NONE, key);
	else
		jout_key(&r->value, key);
}

static void
rows_string(struct sink *s, struct str v)
{
	struct kafka_rows *r = rows_of(s);

	jout_str(rows_out(r), v);
	rows_value_done(r);
}

static void
rows_integer(struct sink *s, int64_t v)
{
	struct kafka_rows *r = rows_of(s);
	char text[24];

	if (r->depth == 0 && r->plain) {
		int n = snprintf(text, sizeof(text), "%" PRId64, v);

		jout_str(&r->rows, str_make(text, (size_t)n));
	} else {
		jout_int(rows_out(r), v);
	}
	rows_value_done(r);
}

static void
rows_number(struct sink *s, double v)
{
	struct kafka_rows *r = rows_of(s);

	jout_double(rows_out(r), v);
	rows_value_done(r);
}

static void
rows_boolean(struct sink *s, bool v)
{
	struct kafka_rows *r = rows_of(s);

	if (r->depth == 0 && r->plain)
		jout_str(&r->rows, v ? STR("true") : STR("false"));
	else
		jout_bool(rows_out(r), v);
	rows_value_done(r);
}

static void
rows_null(struct sink *s)
{
	struct kafka_rows *r = rows_of(s);

	if (r->depth == 0)
		jout_str(&r->rows, STR_NONE);
	else
		jout_null(&r->value);
	rows_value_done(r);
}

static void
rows_text_begin(struct sink *s)
{
	jout_str_begin(rows_out(rows_of(s)));
}

static void
rows_text(struct sink *s, struct str piece)
{
	jout_str_part(rows_out(rows_of(s)), piece);
}

static void
rows_text_end(struct sink *s)
{
	struct kafka_rows *r = rows_of(s);

	jout_str_end(rows_out(r));
	rows_value_done(r);
}

static const struct sink_ops rows_ops = {
	.want = rows_want,
	.begin_object = rows_begin_object,
	.end_object = rows_end_object,
	.begin_array = rows_begin_array,
	.end_array = rows_end_array,
	.key = rows_key,
	.string = rows_string,
	.integer = rows_integer,
	.number = rows_number,
	.boolean = rows_boolean,
	.null = rows_null,
	.text_begin = rows_text_begin,
	.text = rows_text,
	.text_end = rows_text_end,
};

/* --- the table ------------------------------------------------------------ */

void
kafka_rows_begin(struct kafka_rows *r, struct sink *out)
{
	r->sink = (struct sink){ .ops = &rows_ops, .error = out->error };
	r->out = out;
	r->depth = 0;
	sink_begin_object(out);
	sink_member_string(out, "type", STR("table"));
	sink_member_string(out, "title", r->title);
	sink_key(out, STR("data"));
	sink_text_begin(out);
	jout_init(&r->rows, rows_write, r);
	jout_begin_array(&r->rows);
}

void
kafka_rows_end(struct kafka_rows *r)
{
	int rc = r->sink.error;

	if (rc == 0) {
		jout_end_array(&r->rows);
		rc = jout_finish(&r->rows);
	}
	sink_text_end(r->out);
	if (rc != 0)
		sink_fail(r->out, rc);
	sink_end_object(r->out);
}

void
kafka_rows_named(struct kafka_rows *r, const char *name, const char *key)
{
	if (sink_ok(&r->sink))
		rows_row(r, str_from_c(name), str_from_c(key));
}

void
kafka_rows_empty(struct kafka_rows *r, const char *name, const char *key)
{
	kafka_rows_named(r, name, key);
	sink_string(&r->sink, STR_NONE);
}
