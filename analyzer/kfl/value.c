/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/kfl/value.h"

#include <inttypes.h>
#include <stdio.h>

#include "analyzer/entry/sink.h"

struct kfl_value *
kfl_value_new(struct arena *a, enum kfl_type type)
{
	struct kfl_value *v = arena_zalloc(a, sizeof(*v));

	if (v != NULL)
		v->type = type;
	return v;
}

void
kfl_value_add(struct kfl_value *parent, struct kfl_value *v)
{
	v->next = NULL;
	if (parent->u.list.last != NULL)
		parent->u.list.last->next = v;
	else
		parent->u.list.first = v;
	parent->u.list.last = v;
	parent->u.list.n++;
}

struct kfl_value *
kfl_value_member(const struct kfl_value *v, struct str key)
{
	struct kfl_value *found = NULL;

	if (v->type != KFL_V_OBJECT)
		return NULL;
	for (struct kfl_value *m = v->u.list.first; m != NULL; m = m->next) {
		if (str_eq(m->key, key))
			found = m;
	}
	return found;
}

struct kfl_value *
kfl_value_element(const struct kfl_value *v, int64_t i)
{
	struct kfl_value *e;

	if (v->type != KFL_V_ARRAY)
		return NULL;
	if (i < 0)
		i += (int64_t)v->u.list.n;
	if (i < 0 || (uint64_t)i >= v->u.list.n)
		return NULL;
	for (e = v->u.list.first; i > 0; i--)
		e = e->next;
	return e;
}

void
kfl_value_set_text(struct kfl_value *v, struct str text)
{
	v->type = KFL_V_STRING;
	v->u.text = text;
}

struct str
kfl_value_text(const struct kfl_value *v, char room[KFL_FLOAT_TEXT])
{
	int n;

	switch (v->type) {
	case KFL_V_NULL:
		return STR("null");
	case KFL_V_BOOL:
		return v->u.truth ? STR("true") : STR("false");
	case KFL_V_INT:
		n = snprintf(room, KFL_FLOAT_TEXT, "%" PRId64, v->u.integer);
		return str_make(room, (size_t)n);
	case KFL_V_FLOAT:
		return str_make(room, kfl_format_float(v->u.number, room));
	case KFL_V_STRING:
		return v->u.text;
	default:
		return STR_NONE;
	}
}

double
kfl_value_number(const struct kfl_value *v)
{
	double d;

	switch (v->type) {
	case KFL_V_BOOL:
		return v->u.truth ? 1 : 0;
	case KFL_V_INT:
		return (double)v->u.integer;
	case KFL_V_FLOAT:
		return v->u.number;
	case KFL_V_STRING:
		return kfl_parse_float(v->u.text, &d) ? d : 0;
	default:
		return 0;
	}
}

bool
kfl_value_truth(const struct kfl_value *v)
{
	switch (v->type) {
	case KFL_V_BOOL:
		return v->u.truth;
	case KFL_V_INT:
		return v->u.integer > 0;
	case KFL_V_FLOAT:
		return v->u.number > 0;
	case KFL_V_STRING:
		return v->u.text.n > 0;
	case KFL_V_ARRAY:
		return v->u.list.n > 0;
	default:
		return false;
	}
}

static bool
same_members(const struct kfl_value *a, const struct kfl_value *b)
{
	const struct kfl_value *y = b->u.list.first;

	if (a->u.list.n != b->u.list.n)
		return false;
	for (const struct kfl_value *x = a->u.list.first; x != NULL;
	     x = x->next) {
		if (a->type == KFL_V_OBJECT) {
			/* Mostly both have the same order. */
			if (y == NULL || !str_eq(x->key, y->key))
				y = kfl_value_member(b, x->key);
			if (y == NULL)
				return false;
		}
		if (!kfl_value_same(x, y))
			return false;
		y = y->next;
	}
	return true;
}

bool
kfl_value_same(const struct kfl_value *a, const struct kfl_value *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case KFL_V_NULL:
		return true;
	case KFL_V_BOOL:
		return a->u.truth == b->u.truth;
	case KFL_V_INT:
		return a->u.integer == b->u.integer;
	case KFL_V_FLOAT:
		return a->u.number == b->u.number;
	case KFL_V_STRING:
		return str_eq(a->u.text, b->u.text);
	case KFL_V_REGEX:
		return a->u.regex == b->u.regex;
	default:
		return same_members(a, b);
	}
}

static void
emit_list(const struct kfl_value *v, struct sink *out)
{
	bool object = v->type == KFL_V_OBJECT;

	if (object)
		sink_begin_object(out);
	else
		sink_begin_array(out);
	for (const struct kfl_value *m = v->u.list.first; m != NULL;
	     m = m->next) {
		if (!object || sink_want(out, m->key))
			kfl_value_emit(m, out);
	}
	if (object)
		sink_end_object(out);
	else
		sink_end_array(out);
}

void
kfl_value_emit(const struct kfl_value *v, struct sink *out)
{
	switch (v->type) {
	case KFL_V_NULL:
	case KFL_V_REGEX:
		sink_null(out);
		break;
	case KFL_V_BOOL:
		sink_boolean(out, v->u.truth);
		break;
	case KFL_V_INT:
		sink_integer(out, v->u.integer);
		break;
	case KFL_V_FLOAT:
		sink_number(out, v->u.number);
		break;
	case KFL_V_STRING:
		sink_string(out, v->u.text);
		break;
	default:
		emit_list(v, out);
		break;
	}
}
