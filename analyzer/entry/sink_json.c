/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON sink of sink.h: every event is a call of base's writer. */
#include "analyzer/entry/sink.h"

#include "base/compiler.h"
#include "base/json_out.h"

static struct json_out *
json_of(struct sink *s)
{
	return container_of(s, struct sink_json, sink)->out;
}

/* The writer's errors stick there; the sink has to know them too. */
static void
note_error(struct sink *s)
{
	int err = json_of(s)->error;

	if (err != 0)
		sink_fail(s, err);
}

static void
json_begin_object(struct sink *s)
{
	jout_begin_object(json_of(s));
	note_error(s);
}

static void
json_end_object(struct sink *s)
{
	jout_end_object(json_of(s));
	note_error(s);
}

static void
json_begin_array(struct sink *s)
{
	jout_begin_array(json_of(s));
	note_error(s);
}

static void
json_end_array(struct sink *s)
{
	jout_end_array(json_of(s));
	note_error(s);
}

static void
json_key(struct sink *s, struct str key)
{
	jout_key(json_of(s), key);
	note_error(s);
}

static void
json_string(struct sink *s, struct str v)
{
	jout_str(json_of(s), v);
	note_error(s);
}

static void
json_integer(struct sink *s, int64_t v)
{
	jout_int(json_of(s), v);
	note_error(s);
}

static void
json_number(struct sink *s, double v)
{
	jout_double(json_of(s), v);
	note_error(s);
}

static void
json_boolean(struct sink *s, bool v)
{
	jout_bool(json_of(s), v);
	note_error(s);
}

static void
json_null(struct sink *s)
{
	jout_null(json_of(s));
	note_error(s);
}

static void
json_text_begin(struct sink *s)
{
	jout_str_begin(json_of(s));
	note_error(s);
}

static void
json_text(struct sink *s, struct str piece)
{
	jout_str_part(json_of(s), piece);
	note_error(s);
}

static void
json_text_end(struct sink *s)
{
	jout_str_end(json_of(s));
	note_error(s);
}

const struct sink_ops sink_json_ops = {
	.begin_object = json_begin_object,
	.end_object = json_end_object,
	.begin_array = json_begin_array,
	.end_array = json_end_array,
	.key = json_key,
	.string = json_string,
	.integer = json_integer,
	.number = json_number,
	.boolean = json_boolean,
	.null = json_null,
	.text_begin = json_text_begin,
	.text = json_text,
	.text_end = json_text_end,
};

void
sink_json_init(struct sink_json *s, struct json_out *out)
{
	*s = (struct sink_json){
		.sink = { .ops = &sink_json_ops, .error = out->error },
		.out = out,
	};
}
