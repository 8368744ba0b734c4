/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/kfl/xml.h"

#include <expat.h>
#include <string.h>

#include "analyzer/kfl/path.h"
#include "base/err.h"
#include "base/mem.h"

/* Text given to expat at once; it counts in int. */
#define XML_CHUNK ((size_t)1 << 20)

/* --- reading -------------------------------------------------------------- */

/* An element that is not closed yet. */
struct element {
	struct kfl_value *v;
	struct str simple; /* text from before there were members */
	struct str late;   /* text from after */
};

struct reader {
	XML_Parser parser;
	struct arena *a;
	struct kfl_value *doc;
	struct buf text; /* of the present run */
	struct element open[KFL_VALUE_DEPTH];
	unsigned depth;
	int rc;
};

static void
stop(struct reader *r, int code)
{
	if (r->rc == 0)
		r->rc = code;
	(void)XML_StopParser(r->parser, XML_FALSE);
}

static struct str
local_name(const char *name)
{
	struct str s = str_from_c(name);
	size_t colon = str_find_char(s, ':');

	return colon < s.n ? str_tail(s, colon + 1) : s;
}

static struct str
trim(struct str s)
{
	static const char blank[] = "\t\r\b\n ";

	while (s.n > 0 && s.p[0] != '\0' && strchr(blank, s.p[0]) != NULL)
		s = str_tail(s, 1);
	while (s.n > 0 && s.p[s.n - 1] != '\0' &&
	       strchr(blank, s.p[s.n - 1]) != NULL)
		s.n--;
	return s;
}

/* Ends a run of text: any markup does. */
static void
end_text(struct reader *r)
{
	struct str s = trim(buf_str(&r->text));
	struct element *e;

	if (s.n > 0 && r->depth > 0) {
		e = &r->open[r->depth - 1];
		s = arena_dup(r->a, s);
		if (e->v->u.list.n == 0)
			e->simple = s;
		else
			e->late = s;
		if (arena_error(r->a) != 0)
			stop(r, arena_error(r->a));
	}
	buf_clear(&r->text);
}

/* A member `key` that is a string. */
static void
add_text(struct reader *r, struct kfl_value *parent, struct str key,
         struct str text)
{
	struct kfl_value *v = kfl_value_new(r->a, KFL_V_STRING);

	if (v == NULL) {
		stop(r, arena_error(r->a));
		return;
	}
	v->key = key;
	v->u.text = text;
	kfl_value_add(parent, v);
}

/* A second child of one name makes an array of both. */
static void
add_child(struct reader *r, struct kfl_value *parent, struct kfl_value *v)
{
	struct kfl_value *old = kfl_value_member(parent, v->key);
	struct kfl_value *first;

	if (old == NULL && parent->u.list.n >= KFL_XML_NAMES_MAX) {
		stop(r, ERR_LIMIT);
		return;
	}
	if (old == NULL) {
		kfl_value_add(parent, v);
		return;
	}
	if (old->type != KFL_V_ARRAY) {
		first = kfl_value_new(r->a, old->type);
		if (first == NULL) {
			stop(r, arena_error(r->a));
			return;
		}
		first->u = old->u;
		old->type = KFL_V_ARRAY;
		memset(&old->u, 0, sizeof(old->u));
		kfl_value_add(old, first);
	}
	kfl_value_add(old, v);
}

static void
add_attribute(struct reader *r, struct kfl_value *v, const char *name,
              const char *value)
{
	struct str key = local_name(name);

	key = arena_printf(r->a, "-" STR_FMT, STR_ARG(key));
	add_text(r, v, key, arena_dup(r->a, str_from_c(value)));
}

static void
on_start(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
	struct reader *r = ctx;
	struct kfl_value *v;

	end_text(r);
	if (r->rc != 0)
		return;
	if (r->depth == KFL_VALUE_DEPTH) {
		stop(r, ERR_LIMIT);
		return;
	}
	v = kfl_value_new(r->a, KFL_V_OBJECT);
	if (v == NULL) {
		stop(r, arena_error(r->a));
		return;
	}
	v->key = arena_dup(r->a, local_name(name));
	for (size_t i = 0; attributes[i] != NULL && r->rc == 0; i += 2)
		add_attribute(r, v, attributes[i], attributes[i + 1]);
	r->open[r->depth++] = (struct element){ .v = v };
}

static void
on_end(void *ctx, const XML_Char *name)
{
	struct reader *r = ctx;
	struct element *e;
	struct str text;

	(void)name;
	end_text(r);
	if (r->rc != 0)
		return;
	e = &r->open[--r->depth];
	text = e->simple.n > 0 ? e->simple : e->late;
	if (e->v->u.list.n == 0)
		kfl_value_set_text(e->v, e->simple);
	else if (text.n > 0)
		add_text(r, e->v, STR("#text"), text);
	if (r->rc == 0)
		add_child(r, r->depth > 0 ? r->open[r->depth - 1].v : r->doc,
		          e->v);
}

static void
on_text(void *ctx, const XML_Char *p, int n)
{
	struct reader *r = ctx;
	int rc = buf_append(&r->text, p, (size_t)n);

	if (rc != 0)
		stop(r, rc);
}

static void
on_markup(void *ctx)
{
	end_text(ctx);
}

static void
on_comment(void *ctx, const XML_Char *text)
{
	(void)text;
	end_text(ctx);
}

static void
on_instruction(void *ctx, const XML_Char *target, const XML_Char *text)
{
	(void)target;
	(void)text;
	end_text(ctx);
}

/* Declarations inside the document could define entities. */
static void
on_doctype(void *ctx, const XML_Char *name, const XML_Char *system,
           const XML_Char *public, int has_declarations)
{
	(void)name;
	(void)system;
	(void)public;
	if (has_declarations != 0)
		stop(ctx, ERR_SYNTAX);
}

static void
feed(struct reader *r, struct str text)
{
	do {
		struct str part = str_head(text, XML_CHUNK);

		text = str_tail(text, part.n);
		if (XML_Parse(r->parser, part.n > 0 ? part.p : "", (int)part.n,
		              text.n == 0) != XML_STATUS_OK &&
		    r->rc == 0)
			r->rc = XML_GetErrorCode(r->parser) ==
			                XML_ERROR_NO_MEMORY
			            ? ERR_NOMEM
			            : ERR_SYNTAX;
	} while (text.n > 0 && r->rc == 0);
}

int
kfl_xml_parse(struct str text, struct arena *a, struct kfl_value **ret_value)
{
	static const XML_Memory_Handling_Suite memory = { mem_alloc,
		                                          mem_realloc,
		                                          mem_free };
	struct reader r = { .a = a };

	if (text.n > KFL_XML_MAX)
		return ERR_LIMIT;
	r.doc = kfl_value_new(a, KFL_V_OBJECT);
	if (r.doc == NULL)
		return arena_error(a);
	r.parser = XML_ParserCreate_MM(NULL, &memory, NULL);
	if (r.parser == NULL)
		return ERR_NOMEM;
	buf_init(&r.text, text.n + 1);
	XML_SetUserData(r.parser, &r);
	XML_SetElementHandler(r.parser, on_start, on_end);
	XML_SetCharacterDataHandler(r.parser, on_text);
	XML_SetCdataSectionHandler(r.parser, on_markup, on_markup);
	XML_SetCommentHandler(r.parser, on_comment);
	XML_SetProcessingInstructionHandler(r.parser, on_instruction);
	XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
	feed(&r, text);
	XML_ParserFree(r.parser);
	buf_release(&r.text);
	if (r.rc == 0)
		*ret_value = r.doc;
	return r.rc;
}

/* --- writing -------------------------------------------------------------- */

static int
write_escaped(struct buf *out, struct str s)
{
	int rc = 0;

	for (size_t i = 0; i < s.n && rc == 0; i++) {
		switch (s.p[i]) {
		case '&':
			rc = buf_append_str(out, STR("&amp;"));
			break;
		case '<':
			rc = buf_append_str(out, STR("&lt;"));
			break;
		case '>':
			rc = buf_append_str(out, STR("&gt;"));
			break;
		case '"':
			rc = buf_append_str(out, STR("&quot;"));
			break;
		default:
			rc = buf_append_byte(out, s.p[i]);
			break;
		}
	}
	return rc;
}

/* The member that follows `after` in order of name; NULL after is the start. */
static const struct kfl_value *
next_by_name(const struct kfl_value *v, const struct kfl_value *after)
{
	const struct kfl_value *best = NULL;

	for (const struct kfl_value *m = v->u.list.first; m != NULL;
	     m = m->next) {
		if (after != NULL && str_cmp(m->key, after->key) <= 0)
			continue;
		if (best == NULL || str_cmp(m->key, best->key) < 0)
			best = m;
	}
	return best;
}

static bool
is_attribute(const struct kfl_value *m)
{
	return m->key.n > 0 && m->key.p[0] == '-' && m->type == KFL_V_STRING;
}

static int write_element(struct str name, const struct kfl_value *v,
                         struct buf *out);

static int
write_child(const struct kfl_value *m, struct buf *out)
{
	int rc = 0;

	if (is_attribute(m))
		return 0;
	if (str_eq(m->key, STR("#text")))
		return write_escaped(out, m->u.text);
	if (m->type != KFL_V_ARRAY)
		return write_element(m->key, m, out);
	for (const struct kfl_value *i = m->u.list.first; i != NULL && rc == 0;
	     i = i->next)
		rc = write_element(m->key, i, out);
	return rc;
}

static int
write_attributes(const struct kfl_value *v, struct buf *out)
{
	const struct kfl_value *m = NULL;
	int rc = 0;

	while (rc == 0 && (m = next_by_name(v, m)) != NULL) {
		struct str name = str_tail(m->key, 1);

		if (!is_attribute(m))
			continue;
		rc = buf_printf(out, " " STR_FMT "=\"", STR_ARG(name));
		if (rc == 0)
			rc = write_escaped(out, m->u.text);
		if (rc == 0)
			rc = buf_append_byte(out, '"');
	}
	return rc;
}

static int
write_element(struct str name, const struct kfl_value *v, struct buf *out)
{
	const struct kfl_value *m = NULL;
	size_t content;
	int rc = buf_printf(out, "<" STR_FMT, STR_ARG(name));

	if (rc == 0 && v->type == KFL_V_OBJECT)
		rc = write_attributes(v, out);
	if (rc == 0)
		rc = buf_append_byte(out, '>');
	content = out->n;
	if (v->type == KFL_V_STRING && rc == 0)
		rc = write_escaped(out, v->u.text);
	while (v->type == KFL_V_OBJECT && rc == 0 &&
	       (m = next_by_name(v, m)) != NULL)
		rc = write_child(m, out);
	if (rc != 0)
		return rc;
	if (out->n == content) {
		buf_truncate(out, content - 1);
		return buf_append_str(out, STR("/>"));
	}
	return buf_printf(out, "</" STR_FMT ">", STR_ARG(name));
}

int
kfl_xml_write(const struct kfl_value *doc, struct buf *out)
{
	const struct kfl_value *root = doc->u.list.first;

	return root != NULL ? write_element(root->key, root, out) : 0;
}

/* --- finding -------------------------------------------------------------- */

static bool
is_plain_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c <= ' ' || strchr("-.[]\"'#*", c) != NULL)
			return false;
	}
	return s.n > 0;
}

static struct kfl_value *find(const struct kfl_path *p, size_t i,
                              struct kfl_value *v);

/* The first success among the members of a list. */
static struct kfl_value *
find_each(const struct kfl_path *p, size_t i, struct kfl_value *v)
{
	struct kfl_value *found = NULL;

	for (struct kfl_value *m = v->u.list.first; m != NULL && found == NULL;
	     m = m->next)
		found = find(p, i, m);
	return found;
}

static struct kfl_value *
find(const struct kfl_path *p, size_t i, struct kfl_value *v)
{
	const struct kfl_step *s = i < p->n ? &p->step[i] : NULL;

	if (v == NULL)
		return NULL;
	if (s != NULL && s->kind == KFL_STEP_INDEX) {
		if (v->type == KFL_V_ARRAY)
			return find(p, i + 1, kfl_value_element(v, s->index));
		return s->index == 0 ? find(p, i + 1, v) : NULL;
	}
	if (v->type == KFL_V_ARRAY)
		return find_each(p, i, v);
	if (s == NULL)
		return v;
	if (s->kind == KFL_STEP_ANY && v->type == KFL_V_OBJECT)
		return find_each(p, i + 1, v);
	if (s->kind == KFL_STEP_CHILD && is_plain_name(s->name))
		return find(p, i + 1, kfl_value_member(v, s->name));
	return NULL;
}

struct kfl_value *
kfl_xml_get(const struct kfl_path *p, struct kfl_value *doc)
{
	return p->n > 0 ? find(p, 0, doc) : NULL;
}

bool
kfl_xml_set(struct str path, struct kfl_value *doc, struct str text,
            struct arena *a)
{
	const struct kfl_path *p;
	struct kfl_value *parent;
	struct kfl_value *v;
	size_t dot = path.n;
	struct str key;

	while (dot > 0 && path.p[dot - 1] != '.')
		dot--;
	key = str_tail(path, dot);
	path = str_head(path, dot > 0 ? dot - 1 : 0);
	if (str_find_char(path, '[') == path.n || !is_plain_name(key) ||
	    kfl_path_parse(path, a, NULL, &p) != 0)
		return false;
	parent = kfl_xml_get(p, doc);
	if (parent == NULL || parent->type != KFL_V_OBJECT)
		return false;
	v = kfl_value_member(parent, key);
	if (v == NULL) {
		v = kfl_value_new(a, KFL_V_STRING);
		if (v == NULL)
			return false;
		v->key = arena_dup(a, key);
		kfl_value_add(parent, v);
	}
	kfl_value_set_text(v, text);
	return true;
}
