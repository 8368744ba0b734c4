/* SPDX-License-Identifier: Apache-2.0 */
/* The names of the query language, the protocols, and checking queries. */
#include <string.h>

#include "analyzer/api/call.h"
#include "analyzer/api/scope.h"
#include "analyzer/entry/field.h"
#include "analyzer/entry/protocol.h"
#include "analyzer/entry/sink.h"
#include "analyzer/kfl/kfl.h"
#include "analyzer/query/ask.h"
#include "analyzer/query/explain.h"
#include "analyzer/query/vocabulary.h"

enum { NORMAL_MAX = 1 << 20 };

/* ---- fields ---- */

/* Names of variants, each once, in the order of their table. */
static void
put_macros(struct json_out *j, const struct protocol *const *variants)
{
	jout_begin_array(j);
	for (size_t i = 0; variants != NULL && variants[i] != NULL; i++) {
		bool again = false;

		for (size_t k = 0; k < i; k++)
			again |= strcmp(variants[k]->macro,
			                variants[i]->macro) == 0;
		if (!again)
			jout_str(j, str_from_c(variants[i]->macro));
	}
	jout_end_array(j);
}

static void
put_field(struct json_out *j, const struct field *f,
          const struct vocabulary *of)
{
	static const char *const types[] = {
		[FIELD_STRING] = "string", [FIELD_NUMBER] = "number",
		[FIELD_BOOL] = "bool",     [FIELD_TIME] = "time",
		[FIELD_OBJECT] = "object", [FIELD_ARRAY] = "array",
	};

	jout_begin_object(j);
	jout_put_str(j, "path", str_from_c(f->path));
	jout_put_str(j, "type", str_from_c(types[f->type]));
	jout_put_bool(j, "open", f->open);
	jout_put_bool(j, "indexed", f->column != NULL);
	jout_put(j, "protocols");
	put_macros(j, of->protocols);
	jout_put_str(j, "text", str_from_c(f->doc));
	jout_end_object(j);
}

static void
put_helpers(struct json_out *j)
{
	static const struct {
		const char *name, *arguments, *of, *text;
	} helpers[] = {
		{ "startsWith", "\"text\"", "field", "begins with the text" },
		{ "endsWith", "\"text\"", "field", "ends with the text" },
		{ "contains", "\"text\"", "field", "holds the text" },
		{ "json", "", "field", "what follows is a path in JSON" },
		{ "xml", "", "field", "what follows is a path in XML" },
		{ "datetime", "\"1/31/2026, 6:05:09.123 PM\"", "",
		  "a point in time, UTC" },
		{ "now", "", "", "the end of the snapshot" },
		{ "seconds", "-5", "", "so many seconds from now()" },
		{ "minutes", "-5", "", "so many minutes from now()" },
		{ "hours", "-1", "", "so many hours from now()" },
		{ "days", "-1", "", "so many days from now()" },
		{ "weeks", "-1", "", "so many weeks from now()" },
		{ "months", "-1", "", "so many times 30 days from now()" },
		{ "years", "-1", "", "so many times 365 days from now()" },
		{ "limit", "100", "", "at most so many matches" },
		{ "redact", "\"request.path\"", "",
		  "hides these values in what is shown" },
	};

	jout_put(j, "helpers");
	jout_begin_array(j);
	for (size_t i = 0; i < ARRAY_LEN(helpers); i++) {
		jout_begin_object(j);
		jout_put_str(j, "name", str_from_c(helpers[i].name));
		jout_put_str(j, "arguments", str_from_c(helpers[i].arguments));
		jout_put_str(j, "of", str_from_c(helpers[i].of));
		jout_put_str(j, "text", str_from_c(helpers[i].text));
		jout_end_object(j);
	}
	jout_end_array(j);
}

int
api_fields(struct call *c)
{
	struct vocabulary v[VOCABULARY_MAX];
	size_t n = vocabulary_all(v);
	struct json_out *j = call_json(c);

	jout_begin_object(j);
	jout_put(j, "fields");
	jout_begin_array(j);
	for (size_t i = 0; i < n; i++) {
		for (const struct field *f = v[i].fields;
		     f != NULL && f->path != NULL; f++)
			put_field(j, f, &v[i]);
	}
	jout_end_array(j);
	put_helpers(j);
	jout_end_object(j);
	return 0;
}

/* ---- protocols ---- */

enum { TALLY_MAX = 64 };

struct tally {
	struct call *c;
	struct str abbr[TALLY_MAX];
	uint64_t entries[TALLY_MAX];
	size_t n;
};

static int
add_tally(void *ctx, struct str abbr, uint64_t n)
{
	struct tally *t = ctx;
	size_t i = 0;

	while (i < t->n && !str_eq(t->abbr[i], abbr))
		i++;
	if (i == TALLY_MAX)
		return 0;
	if (i == t->n) {
		t->abbr[t->n] = arena_dup(&t->c->arena, abbr);
		t->entries[t->n++] = 0;
	}
	t->entries[i] += n;
	return 0;
}

static int
count_entries(struct call *c, struct tally *t)
{
	struct opened *o;
	int rc = 0;

	for (unsigned n = 1; n <= catalog_count(call_catalog(c)) && rc == 0;
	     n++) {
		/* What cannot be read has no entries that could be seen. */
		if (call_borrow(c, n, &o) == 0)
			rc = index_tally(opened_index(o), add_tally, t,
			                 &c->err);
	}
	return rc;
}

static void
put_ports(struct json_out *j, const struct protocol *p)
{
	jout_put(j, "ports");
	jout_begin_array(j);
	for (const uint16_t *port = p->ports; *port != 0; port++)
		jout_uint(j, *port);
	jout_end_array(j);
}

static void
put_protocol(struct json_out *j, const struct protocol *p,
             const struct tally *t)
{
	uint64_t entries = 0;

	for (size_t i = 0; i < t->n; i++) {
		if (str_eq(t->abbr[i], str_from_c(p->abbr)))
			entries = t->entries[i];
	}
	jout_begin_object(j);
	jout_put_str(j, "name", str_from_c(p->name));
	jout_put_str(j, "version", str_from_c(p->version));
	jout_put_str(j, "abbr", str_from_c(p->abbr));
	jout_put_str(j, "longName", str_from_c(p->long_name));
	jout_put_str(j, "macro", str_from_c(p->macro));
	jout_put_str(j, "backgroundColor", str_from_c(p->background));
	jout_put_str(j, "foregroundColor", str_from_c(p->foreground));
	jout_put_int(j, "fontSize", p->font_size);
	jout_put_str(j, "referenceLink", str_from_c(p->link));
	put_ports(j, p);
	jout_put_str(j, "layer4", str_from_c(p->layer4));
	jout_put_int(j, "priority", p->priority);
	jout_put_uint(j, "entries", entries);
	jout_put_str(j, "text", str_from_c(p->long_name));
	jout_end_object(j);
}

int
api_protocols(struct call *c)
{
	struct vocabulary v[VOCABULARY_MAX];
	size_t n = vocabulary_all(v);
	struct tally *t = arena_zalloc(&c->arena, sizeof(*t));
	struct json_out *j;
	int rc;

	if (t == NULL)
		return ERR_NOMEM;
	t->c = c;
	rc = count_entries(c, t);
	if (rc != 0)
		return rc;
	j = call_json(c);
	jout_begin_object(j);
	jout_put(j, "protocols");
	jout_begin_array(j);
	for (size_t i = 0; i < n; i++) {
		const struct protocol *const *p = v[i].protocols;

		for (; p != NULL && *p != NULL; p++)
			put_protocol(j, *p, t);
	}
	jout_end_array(j);
	jout_end_object(j);
	return 0;
}

/* ---- checking ---- */

static void
put_part(struct json_out *j, struct str q, const struct kfl *k,
         const struct kfl_node *n)
{
	struct kfl_mistake span = { .suggestion = NULL };
	struct call_position at;

	kfl_origin(k, n->at, n->end, &span.at, &span.end);
	at = scope_position(q, &span);
	jout_begin_object(j);
	jout_put_str(j, "text",
	             str_head(str_tail(q, span.at), span.end - span.at));
	jout_put_uint(j, "start", at.start);
	jout_put_uint(j, "end", at.end);
	jout_end_object(j);
}

/* The operands of the outermost ands, from left to right. */
static void
put_parts(struct json_out *j, struct str q, const struct ask *a)
{
	const struct kfl_node *n = a->kfl != NULL ? a->kfl->root : NULL;
	const struct kfl_node *rest[KFL_DEPTH_MAX];
	size_t depth = 0;

	jout_put(j, "parts");
	jout_begin_array(j);
	while (n != NULL && n->kind != KFL_EMPTY) {
		if (n->kind == KFL_AND && depth < KFL_DEPTH_MAX) {
			rest[depth++] = n->right;
			n = n->left;
			continue;
		}
		put_part(j, q, a->kfl, n);
		n = depth > 0 ? rest[--depth] : NULL;
	}
	jout_end_array(j);
}

static int
put_normal(struct json_out *j, const struct ask *a)
{
	struct buf normal;
	int rc = 0;

	buf_init(&normal, NORMAL_MAX);
	if (a->kfl != NULL)
		rc = kfl_print(a->kfl, &normal);
	jout_put_str(j, "normal", buf_str(&normal));
	buf_release(&normal);
	return rc;
}

static int
put_valid(struct json_out *j, struct str q, const struct ask *a)
{
	int rc;

	jout_put_bool(j, "valid", true);
	rc = put_normal(j, a);
	jout_put_bool(j, "redacts", a->kfl != NULL && a->kfl->redacts);
	if (a->limit > 0)
		jout_put_uint(j, "limit", a->limit);
	else
		jout_put_null(j, "limit");
	put_parts(j, q, a);
	jout_put_null(j, "error");
	return rc;
}

static void
put_wrong(struct call *c, struct json_out *j, struct str q, int rc,
          const struct ask *a)
{
	struct call_position at = scope_position(q, &a->mistake);
	bool placed = rc == ERR_SYNTAX;

	jout_put_bool(j, "valid", false);
	jout_put_str(j, "normal", STR(""));
	jout_put_bool(j, "redacts", false);
	jout_put_null(j, "limit");
	jout_put(j, "parts");
	jout_begin_array(j);
	jout_end_array(j);
	jout_put(j, "error");
	call_put_error(
	    j, CALL_KFL_SYNTAX,
	    str_from_c(c->err.text[0] != '\0' ? c->err.text : err_text(rc)),
	    placed ? &at : NULL, str_from_c(a->mistake.suggestion));
}

static int
check(struct call *c, struct str q)
{
	struct ask_options opt = { .mode = ASK_STRICT };
	struct json_out *j;
	struct ask a;
	int rc = ask_prepare(q, NULL, &opt, &c->err, &a);
	int bad = 0;

	if (rc != 0 && rc != ERR_SYNTAX && rc != ERR_LIMIT &&
	    rc != ERR_BUDGET) {
		ask_release(&a);
		return rc;
	}
	j = call_json(c);
	jout_begin_object(j);
	if (rc == 0)
		bad = put_valid(j, q, &a);
	else
		put_wrong(c, j, q, rc, &a);
	jout_end_object(j);
	ask_release(&a);
	return bad;
}

int
api_check(struct call *c)
{
	return check(c, call_param(c, "q"));
}

int
api_check_long(struct call *c)
{
	return check(c, c->body);
}

/* ---- explaining ---- */

static int
explain(struct call *c, struct scope *s)
{
	struct explain *x = arena_zalloc(&c->arena, sizeof(*x));
	struct json_out *j;
	struct sink_json sink;
	int rc;

	if (x == NULL)
		return ERR_NOMEM;
	if (s->n == 0)
		return call_error(c, CALL_NOT_READY,
		                  "no snapshot is there to be asked");
	s->query.ask = &s->asks[0];
	s->query.names = s->sources[0].names;
	rc = explain_query(s->sources[0].opened, &s->query, &c->err, x);
	if (rc == 0) {
		j = call_json(c);
		sink_json_init(&sink, j);
		rc = explain_emit(x, &sink.sink);
	}
	explain_release(x);
	return rc;
}

int
api_explain(struct call *c)
{
	struct scope_options opt = { .mode = ASK_STRICT };
	struct scope *s;
	int rc = scope_read(c, &opt, &s);

	return rc == 1 ? explain(c, s) : rc;
}
