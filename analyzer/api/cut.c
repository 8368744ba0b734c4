/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/cut.h"

#include "base/compiler.h"
#include "base/utf8.h"

static struct cut *
cut_of(struct sink *s)
{
	return container_of(s, struct cut, json.sink);
}

static void
begin_object(struct sink *s)
{
	cut_of(s)->table = false;
	sink_json_ops.begin_object(s);
}

static void
begin_array(struct sink *s)
{
	struct cut *c = cut_of(s);

	/* What is in it has no key. */
	c->is_type = c->is_data = false;
	sink_json_ops.begin_array(s);
}

static void
put_key(struct sink *s, struct str key)
{
	struct cut *c = cut_of(s);

	c->is_type = c->sections && str_eq(key, STR("type"));
	c->is_data = c->sections && str_eq(key, STR("data"));
	sink_json_ops.key(s, key);
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
	jout_raw(c->json.out, str_eq(rows, STR("null")) ? STR("[]") : rows);
	if (c->json.out->error != 0)
		sink_fail(&c->json.sink, c->json.out->error);
}

static void
put_string(struct sink *s, struct str v)
{
	struct cut *c = cut_of(s);

	if (c->is_data && c->table) {
		put_rows(c, v);
		return;
	}
	if (c->is_type) {
		c->table = str_eq(v, STR("table"));
	} else if (v.n > c->max) {
		v = head_of(v, c->max);
		c->n++;
	}
	sink_json_ops.string(s, v);
}

static void
put_text_begin(struct sink *s)
{
	struct cut *c = cut_of(s);

	c->left = c->max;
	c->too_long = false;
	sink_json_ops.text_begin(s);
}

static void
put_text(struct sink *s, struct str piece)
{
	struct cut *c = cut_of(s);
	struct str head = piece.n > c->left ? head_of(piece, c->left) : piece;

	c->too_long |= head.n < piece.n;
	c->left = head.n < piece.n ? 0 : c->left - head.n;
	sink_json_ops.text(s, head);
}

static void
put_text_end(struct sink *s)
{
	struct cut *c = cut_of(s);

	c->n += c->too_long;
	sink_json_ops.text_end(s);
}

void
cut_init(struct cut *c, struct json_out *out, size_t max, bool sections)
{
	memset(c, 0, sizeof(*c));
	sink_json_init(&c->json, out);
	c->max = max;
	c->sections = sections;
	c->ops = sink_json_ops;
	c->ops.begin_object = begin_object;
	c->ops.begin_array = begin_array;
	c->ops.key = put_key;
	c->ops.string = put_string;
	/* Of sections the texts are gathered: a table's rows have to be
	 * known. */
	c->ops.text_begin = sections ? NULL : put_text_begin;
	c->ops.text = sections ? NULL : put_text;
	c->ops.text_end = sections ? NULL : put_text_end;
	c->json.sink.ops = &c->ops;
}
