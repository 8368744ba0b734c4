/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/cut.h"

#include "base/compiler.h"
#include "base/utf8.h"

static struct cut *
cut_of(struct sink *s)
{
	return container_of(s, struct cut, sink);
}

static void
note(struct cut *c)
{
	c->is_type = c->is_data = false;
	if (c->out->error != 0)
		sink_fail(&c->sink, c->out->error);
}

static void
begin_object(struct sink *s)
{
	struct cut *c = cut_of(s);

	c->table = false;
	jout_begin_object(c->out);
	note(c);
}

static void
end_object(struct sink *s)
{
	struct cut *c = cut_of(s);

	jout_end_object(c->out);
	note(c);
}

static void
begin_array(struct sink *s)
{
	struct cut *c = cut_of(s);

	jout_begin_array(c->out);
	note(c);
}

static void
end_array(struct sink *s)
{
	struct cut *c = cut_of(s);

	jout_end_array(c->out);
	note(c);
}

static void
put_key(struct sink *s, struct str key)
{
	struct cut *c = cut_of(s);

	jout_key(c->out, key);
	note(c);
	c->is_type = c->sections && str_eq(key, STR("type"));
	c->is_data = c->sections && str_eq(key, STR("data"));
}

/* The first bytes, without half a character at the end. */
static struct str
head_of(struct str v, size_t max)
{
	struct str head = str_head(v, max);
	size_t whole = utf8_valid_prefix(head);

	if (head.n - whole < UTF8_MAX &&
	    (whole == head.n || utf8_is_partial(str_tail(head, whole))))
		head.n = whole;
	return head;
}

/* The rows of a table; those of an empty one are "null". */
static void
put_rows(struct cut *c, struct str rows)
{
	jout_raw(c->out, str_eq(rows, STR("null")) ? STR("[]") : rows);
	note(c);
}

static void
put_string(struct sink *s, struct str v)
{
	struct cut *c = cut_of(s);

	if (c->is_type) {
		c->table = str_eq(v, STR("table"));
		jout_str(c->out, v);
		note(c);
		return;
	}
	if (c->is_data && c->table) {
		put_rows(c, v);
		return;
	}
	c->n += v.n > c->max;
	jout_str(c->out, v.n > c->max ? head_of(v, c->max) : v);
	note(c);
}

static void
put_integer(struct sink *s, int64_t v)
{
	struct cut *c = cut_of(s);

	jout_int(c->out, v);
	note(c);
}

static void
put_number(struct sink *s, double v)
{
	struct cut *c = cut_of(s);

	jout_double(c->out, v);
	note(c);
}

static void
put_boolean(struct sink *s, bool v)
{
	struct cut *c = cut_of(s);

	jout_bool(c->out, v);
	note(c);
}

static void
put_null(struct sink *s)
{
	struct cut *c = cut_of(s);

	jout_null(c->out);
	note(c);
}

static void
put_text_begin(struct sink *s)
{
	struct cut *c = cut_of(s);

	c->left = c->max;
	c->too_long = false;
	jout_str_begin(c->out);
}

static void
put_text(struct sink *s, struct str piece)
{
	struct cut *c = cut_of(s);
	struct str head = piece.n > c->left ? head_of(piece, c->left) : piece;

	c->too_long |= head.n < piece.n;
	c->left = head.n < piece.n ? 0 : c->left - head.n;
	jout_str_part(c->out, head);
}

static void
put_text_end(struct sink *s)
{
	struct cut *c = cut_of(s);

	c->n += c->too_long;
	jout_str_end(c->out);
	note(c);
}

static const struct sink_ops whole_ops = {
	.begin_object = begin_object,
	.end_object = end_object,
	.begin_array = begin_array,
	.end_array = end_array,
	.key = put_key,
	.string = put_string,
	.integer = put_integer,
	.number = put_number,
	.boolean = put_boolean,
	.null = put_null,
	.text_begin = put_text_begin,
	.text = put_text,
	.text_end = put_text_end,
};

/* Of sections the texts are gathered: a table's rows have to be known. */
static const struct sink_ops section_ops = {
	.begin_object = begin_object,
	.end_object = end_object,
	.begin_array = begin_array,
	.end_array = end_array,
	.key = put_key,
	.string = put_string,
	.integer = put_integer,
	.number = put_number,
	.boolean = put_boolean,
	.null = put_null,
};

void
cut_init(struct cut *c, struct json_out *out, size_t max, bool sections)
{
	memset(c, 0, sizeof(*c));
	c->sink.ops = sections ? &section_ops : &whole_ops;
	c->out = out;
	c->max = max;
	c->sections = sections;
}
