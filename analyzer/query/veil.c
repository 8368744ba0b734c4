/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/query/veil.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/entry/field.h"
#include "analyzer/kfl/value.h"
#include "analyzer/proto/proto.h"

/* ---- looking ---- */

static bool
is_hidden(const struct kfl_value *v)
{
	return v != NULL && v->type == KFL_V_STRING &&
	       str_eq(v->u.text, STR(VEIL_TEXT));
}

/* The end of the next step of "a.b[0].c". */
static size_t
step_of(struct str path)
{
	size_t n = 0;

	while (n < path.n && path.p[n] != '.' && (path.p[n] != '[' || n == 0))
		n++;
	return n;
}

/* The member, or the element of "[0]". */
static const struct kfl_value *
below(const struct kfl_value *v, struct str step)
{
	uint64_t i;

	if (step.n < 2 || step.p[0] != '[')
		return kfl_value_member(v, step);
	if (str_u64(str_make(step.p + 1, step.n - 2), &i) != 0)
		return NULL;
	return kfl_value_element(v, (int64_t)i);
}

/* Is what the path names hidden, or something that it lies in? */
static bool
hides(const struct kfl_value *v, struct str path)
{
	while (v != NULL && !is_hidden(v) && path.n > 0) {
		size_t n = step_of(path);

		v = below(v, str_head(path, n));
		path = str_tail(path, n);
		if (path.n > 0 && path.p[0] == '.')
			path = str_tail(path, 1);
	}
	return is_hidden(v);
}

/* Is anything in it hidden? */
static bool
hides_any(const struct kfl_value *v)
{
	const struct kfl_value *m;

	if (v == NULL || !kfl_value_is_list(v))
		return is_hidden(v);
	for (m = v->u.list.first; m != NULL; m = m->next) {
		if (hides_any(m))
			return true;
	}
	return false;
}

static const char *
path_of(const struct index_entry *e, const char *column)
{
	const struct dissector *owner = NULL;
	const struct field *f;

	(void)proto_variant(str_from_c(e->e.proto->key), &owner);
	f = owner != NULL ? owner->fields : NULL;
	for (; f != NULL && f->path != NULL; f++) {
		if (f->column != NULL && strcmp(f->column, column) == 0)
			return f->path;
	}
	return NULL;
}

static bool
hides_column(const struct index_entry *e, const struct kfl_value *root,
             const char *column)
{
	const char *path = path_of(e, column);

	return path == NULL || hides(root, str_from_c(path));
}

void
veil_look(const struct index_entry *e, const struct kfl_value *root,
          struct veil *ret_veil)
{
	*ret_veil = (struct veil){
		.method = hides_column(e, root, "method"),
		.target = hides_column(e, root, "target"),
		.status = e->e.status != 0 && hides_column(e, root, "status"),
		.src = hides_any(kfl_value_member(root, STR("src"))),
		.dst = hides_any(kfl_value_member(root, STR("dst"))),
		.time = hides(root, STR("timestamp")) ||
		        hides(root, STR("startTime")),
		.elapsed = hides(root, STR("elapsedTime")),
	};
}

/* ---- telling ---- */

static void
emit(const struct kfl_value *root, struct str from, const char *to,
     struct sink *out)
{
	const struct kfl_value *v = kfl_value_member(root, from);

	if (v != NULL && sink_want(out, str_from_c(to)))
		kfl_value_emit(v, out);
}

static void
emit_query(const struct index_entry *e, const char *key, const char *column,
           struct str text, struct sink *out)
{
	const char *path = path_of(e, column);

	if (path == NULL || !sink_want(out, str_from_c(key)))
		return;
	sink_text_begin(out);
	sink_text(out, str_from_c(path));
	sink_text(out, STR(" == \""));
	sink_text(out, text);
	sink_text(out, STR("\""));
	sink_text_end(out);
}

static void
emit_target(const struct index_entry *e, bool hidden, struct sink *out)
{
	if (e->e.target.n > 0)
		sink_member_string(out, "summary",
		                   hidden ? STR(VEIL_TEXT) : e->e.target);
	if (e->e.request.present && !hidden)
		emit_query(e, "summaryQuery", "target", e->e.target, out);
}

static void
emit_method(const struct index_entry *e, bool hidden, struct sink *out)
{
	if (e->e.method.n == 0)
		return;
	sink_member_string(out, "method",
	                   hidden ? STR(VEIL_TEXT) : e->e.method);
	if (!hidden)
		emit_query(e, "methodQuery", "method", e->e.method, out);
}

static void
emit_status(const struct index_entry *e, bool hidden, struct sink *out)
{
	const char *path = path_of(e, "status");
	char text[64] = "";

	sink_member_integer(out, "status", hidden ? 0 : e->e.status);
	if (!hidden && path != NULL && e->e.response.present)
		(void)snprintf(text, sizeof(text), "%s == %" PRId32, path,
		               e->e.status);
	sink_member_string(out, "statusQuery", str_from_c(text));
}

int
veil_base(const struct index_entry *e, const struct kfl_value *root,
          struct sink *out)
{
	const struct kfl_value *evidence = kfl_value_member(root,
	                                                    STR("evidence"));
	struct veil veil;

	veil_look(e, root, &veil);
	sink_begin_object(out);
	emit(root, STR("id"), "id", out);
	emit(root, STR("stream"), "stream", out);
	emit(root, STR("worker"), "worker", out);
	emit(root, STR("protocol"), "proto", out);
	emit(root, STR("tls"), "tls", out);
	emit_target(e, veil.target, out);
	emit_status(e, veil.status, out);
	emit_method(e, veil.method, out);
	emit(root, STR("timestamp"), "timestamp", out);
	emit(root, STR("src"), "src", out);
	emit(root, STR("dst"), "dst", out);
	emit(root, STR("outgoing"), "outgoing", out);
	emit(root, STR("elapsedTime"), "latency", out);
	if (evidence != NULL)
		emit(evidence, STR("eid"), "eid", out);
	sink_end_object(out);
	return out->error;
}
