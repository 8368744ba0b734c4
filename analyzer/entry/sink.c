/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/entry/sink.h"

#include <assert.h>

#include "base/err.h"

void
sink_fail(struct sink *s, int code)
{
	assert(code < 0);
	if (s->error == 0)
		s->error = code;
}

bool
sink_want(struct sink *s, struct str key)
{
	if (!sink_ok(s))
		return false;
	if (s->ops->want != NULL && !s->ops->want(s, key))
		return false;
	s->ops->key(s, key);
	return sink_ok(s);
}

void
sink_begin_object(struct sink *s)
{
	if (sink_ok(s))
		s->ops->begin_object(s);
}

void
sink_end_object(struct sink *s)
{
	if (sink_ok(s))
		s->ops->end_object(s);
}

void
sink_begin_array(struct sink *s)
{
	if (sink_ok(s))
		s->ops->begin_array(s);
}

void
sink_end_array(struct sink *s)
{
	if (sink_ok(s))
		s->ops->end_array(s);
}

void
sink_key(struct sink *s, struct str key)
{
	if (sink_ok(s))
		s->ops->key(s, key);
}

void
sink_string(struct sink *s, struct str v)
{
	if (sink_ok(s))
		s->ops->string(s, v);
}

void
sink_integer(struct sink *s, int64_t v)
{
	if (sink_ok(s))
		s->ops->integer(s, v);
}

void
sink_number(struct sink *s, double v)
{
	if (sink_ok(s))
		s->ops->number(s, v);
}

void
sink_boolean(struct sink *s, bool v)
{
	if (sink_ok(s))
		s->ops->boolean(s, v);
}

void
sink_null(struct sink *s)
{
	if (sink_ok(s))
		s->ops->null(s);
}

/* --- strings in pieces ---------------------------------------------------- */

static bool
gathers(const struct sink *s)
{
	return s->ops->text == NULL;
}

void
sink_text_begin(struct sink *s)
{
	assert(!s->in_text);
	s->in_text = true;
	if (gathers(s))
		buf_init(&s->text, SINK_TEXT_MAX);
	else if (sink_ok(s))
		s->ops->text_begin(s);
}

void
sink_text(struct sink *s, struct str piece)
{
	int err;

	assert(s->in_text);
	if (!sink_ok(s))
		return;
	if (!gathers(s)) {
		s->ops->text(s, piece);
		return;
	}
	err = buf_append_str(&s->text, piece);
	if (err != 0)
		sink_fail(s, err);
}

void
sink_text_end(struct sink *s)
{
	assert(s->in_text);
	s->in_text = false;
	if (gathers(s)) {
		sink_string(s, buf_str(&s->text));
		buf_release(&s->text);
	} else if (sink_ok(s)) {
		s->ops->text_end(s);
	}
}

/* --- members -------------------------------------------------------------- */

void
sink_member_string(struct sink *s, const char *key, struct str v)
{
	if (sink_want(s, str_from_c(key)))
		sink_string(s, v);
}

void
sink_member_integer(struct sink *s, const char *key, int64_t v)
{
	if (sink_want(s, str_from_c(key)))
		sink_integer(s, v);
}

void
sink_member_boolean(struct sink *s, const char *key, bool v)
{
	if (sink_want(s, str_from_c(key)))
		sink_boolean(s, v);
}
