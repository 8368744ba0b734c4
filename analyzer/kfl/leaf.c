/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/kfl/leaf.h"

#include <string.h>

#include "analyzer/entry/field.h"
#include "analyzer/entry/protocol.h"
#include "analyzer/kfl/ast.h"
#include "analyzer/kfl/check.h"
#include "base/buf.h"

/* A path to a field is at most this long; longer ones are asked of entries. */
#define PATH_TEXT 256u

/* Variants of protocols that there can be. */
#define PROTOCOLS_MAX 256u

/* Columns that one path can stand for. */
#define GROUPS_MAX 4u

/*
 * Rows by what is known of them: the test succeeds, fails, the field is
 * missing, or one has to look. Every row is in at least one; a row that is in
 * `open` may be in none of the others.
 */
struct answer {
	struct arena *a;
	const struct kfl_cond *yes, *no, *gone, *open;
	bool useful;
	bool total;   /* no row can lack the field */
	bool unknown; /* of some rows nothing is known but that they have it */
};

struct kfl_leaf
kfl_leaf_unknown(enum kfl_leaf_kind kind)
{
	return (struct kfl_leaf){
		.kind = kind,
		.tu = &kfl_cond_false,
		.to = &kfl_cond_true,
		.fu = &kfl_cond_false,
		.fo = &kfl_cond_true,
	};
}

/* --- fields --------------------------------------------------------------- */

/* The path as field tables write it: a.b[0].c; false when it is not like that.
 */
static bool
path_text(const struct kfl_path *p, char out[PATH_TEXT], struct str *ret)
{
	struct buf b;
	int rc = 0;

	buf_init(&b, PATH_TEXT - 1);
	for (size_t i = 0; i < p->n && rc == 0; i++) {
		const struct kfl_step *s = &p->step[i];

		if (s->kind == KFL_STEP_INDEX && i > 0)
			rc = buf_printf(&b, "[%lld]", (long long)s->index);
		else if (s->kind != KFL_STEP_CHILD ||
		         str_find_char(s->name, '.') < s->name.n ||
		         str_find_char(s->name, '[') < s->name.n)
			rc = ERR_SYNTAX;
		else
			rc = buf_printf(&b, "%s" STR_FMT, i > 0 ? "." : "",
			                STR_ARG(s->name));
	}
	if (rc == 0 && b.n > 0)
		memcpy(out, b.p, b.n);
	*ret = str_make(out, b.n);
	buf_release(&b);
	return rc == 0 && ret->n > 0;
}

static const struct field *
find_exact(const struct field *fields, struct str path)
{
	for (; fields->path != NULL; fields++) {
		if (str_eq(path, str_from_c(fields->path)))
			return fields;
	}
	return NULL;
}

/* --- protocols ------------------------------------------------------------ */

/*
 * e.proto is one of these keys. Their ids, of which there are fewer than 63,
 * become the bits of a number, once; that is several times as quick for each
 * row as a look-up in a list is.
 */
static const struct kfl_cond *
one_of(struct arena *a, const struct kfl_bind *keys, size_t n)
{
	struct str sql;
	struct buf b;
	int rc;

	if (n == 0)
		return &kfl_cond_false;
	buf_init(&b, 2 * PROTOCOLS_MAX + 100);
	rc = buf_append_str(&b, STR("((SELECT ifnull(sum(1<<id),0) FROM "
	                            "protocol WHERE key IN (?"));
	for (size_t i = 1; i < n && rc == 0; i++)
		rc = buf_append_str(&b, STR(",?"));
	if (rc == 0)
		rc = buf_append_str(&b, STR("))>>e.proto&1)"));
	sql = rc == 0 ? arena_dup(a, buf_str(&b)) : STR_NONE;
	buf_release(&b);
	return sql.n > 0 ? kfl_cond_leaf(a, sql, keys, n) : NULL;
}

static void
add_key(struct kfl_bind *keys, size_t *io_n, const struct protocol *p)
{
	struct str key = str_from_c(p->key);

	for (size_t i = 0; i < *io_n; i++) {
		if (str_eq(keys[i].s, key))
			return;
	}
	if (*io_n < PROTOCOLS_MAX)
		keys[(*io_n)++] = (struct kfl_bind){ .kind = KFL_BIND_TEXT,
			                             .s = key };
}

/* Some of the families. */
struct members {
	const struct kfl_family *family[KFL_FAMILIES_MAX];
	size_t n;
};

static void
add_member(struct members *m, const struct kfl_family *f)
{
	if (m->n < KFL_FAMILIES_MAX)
		m->family[m->n++] = f;
}

/* e is an entry of one of them. */
static const struct kfl_cond *
in_members(struct arena *a, const struct members *m)
{
	struct kfl_bind keys[PROTOCOLS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++) {
		const struct kfl_family *f = m->family[i];

		for (size_t k = 0; f->protocols[k] != NULL; k++)
			add_key(keys, &n, f->protocols[k]);
	}
	return one_of(a, keys, n);
}

static const struct kfl_cond *
in_any_family(const struct kfl_scope *s, struct arena *a)
{
	struct members all = { .n = 0 };

	for (size_t i = 0; i < s->n; i++)
		add_member(&all, &s->family[i]);
	return in_members(a, &all);
}

/* The member of the rendered protocol object. */
static struct kfl_value
protocol_value(const struct protocol *p, struct str member)
{
	const struct {
		const char *name, *text;
	} texts[] = {
		{ "name", p->name },
		{ "version", p->version },
		{ "abbr", p->abbr },
		{ "longName", p->long_name },
		{ "macro", p->macro },
		{ "layer4", p->layer4 },
		{ "backgroundColor", p->background },
		{ "foregroundColor", p->foreground },
		{ "referenceLink", p->link },
	};
	struct kfl_value v = { .type = KFL_V_INT, .u.integer = p->priority };

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (str_eq(member, str_from_c(texts[i].name)))
			kfl_value_set_text(&v, str_from_c(texts[i].text));
	}
	if (str_eq(member, STR("fontSize")))
		v.u.integer = p->font_size;
	return v;
}

/* Each variant is decided here; the index is asked which rows have it. */
static bool
ask_protocol(const struct kfl_scope *s, struct str path,
             const struct kfl_question *q, struct answer *w)
{
	struct str member = str_tail(path, sizeof("protocol.") - 1);
	struct kfl_bind yes[PROTOCOLS_MAX], no[PROTOCOLS_MAX];
	size_t nyes = 0, nno = 0;

	for (size_t i = 0; i < s->n; i++) {
		for (size_t k = 0; s->family[i].protocols[k] != NULL; k++) {
			const struct protocol *p = s->family[i].protocols[k];
			struct kfl_value v = protocol_value(p, member);

			if (kfl_column_decide(q->test, &v, q->operand))
				add_key(yes, &nyes, p);
			else
				add_key(no, &nno, p);
		}
	}
	w->yes = one_of(w->a, yes, nyes);
	w->no = one_of(w->a, no, nno);
	if (s->closed)
		w->no = kfl_cond_not(w->a, w->yes);
	else
		w->open = kfl_cond_not(w->a, kfl_cond_or(w->a, w->yes, w->no));
	return true;
}

/* --- asking --------------------------------------------------------------- */

static void
add(struct answer *w, const struct kfl_cond **io, const struct kfl_cond *c)
{
	*io = kfl_cond_or(w->a, *io, c);
}

/* Rows of `there` have the field, those of `sure` as the column has it. */
static void
ask_test(const struct kfl_column *col, const struct kfl_cond *holds,
         const struct kfl_cond *there, const struct kfl_cond *sure,
         struct answer *w)
{
	struct arena *a = w->a;

	w->unknown = w->unknown || holds == NULL || col->lossy;
	if (holds == NULL) {
		add(w, &w->open, there);
		return;
	}
	add(w, col->lossy ? &w->open : &w->yes, kfl_cond_and(a, sure, holds));
	add(w, &w->no, kfl_cond_and(a, sure, kfl_cond_not(a, holds)));
}

/* Rows of `scope` have the field in this column. */
static void
ask_column(const struct kfl_column *col, const struct kfl_question *q,
           unsigned snapshot, const struct kfl_cond *scope, struct answer *w)
{
	struct arena *a = w->a;
	const struct kfl_column_ask ask = { .test = q->test,
		                            .v = q->operand,
		                            .snapshot = snapshot };
	const struct kfl_cond *absent = kfl_column_flags(col->absent, a);
	const struct kfl_cond *doubt = kfl_column_flags(col->doubt, a);
	const struct kfl_cond *there = kfl_cond_and(a, scope,
	                                            kfl_cond_not(a, absent));
	const struct kfl_cond *sure = kfl_cond_and(a, there,
	                                           kfl_cond_not(a, doubt));
	const struct kfl_cond *holds = kfl_column_test(col, &ask, a);

	w->useful = w->useful || holds != NULL ||
	            absent->kind != KFL_COND_FALSE;
	add(w, &w->gone, kfl_cond_and(a, scope, absent));
	ask_test(col, holds, there, sure, w);
	if (holds != NULL)
		add(w, &w->open, kfl_cond_and(a, there, doubt));
}

/* Can no member have this path? What an array has in it is not listed. */
static bool
is_foreign(const struct field *const *tables, size_t n, struct str path)
{
	struct str names = str_head(path, str_find_char(path, '['));
	const struct field *field;

	return !kfl_field_above(tables, n, names) &&
	       !kfl_field_known(tables, n, names, &field);
}

/* Families in which the same column answers. */
struct group {
	struct kfl_column column;
	struct members members;
};

/* Families by what they say about a path. */
struct groups {
	struct group group[GROUPS_MAX];
	size_t n;
	struct members foreign; /* they have no such field */
	struct members open;    /* it is not in a column */
};

static bool
same_column(const struct kfl_column *a, const struct kfl_column *b)
{
	return a->kind == b->kind && a->absent == b->absent &&
	       a->doubt == b->doubt && strcmp(a->sql, b->sql) == 0;
}

static void
add_to_group(struct groups *g, const struct kfl_column *column,
             const struct kfl_family *f)
{
	size_t i = 0;

	while (i < g->n && !same_column(&g->group[i].column, column))
		i++;
	if (i == GROUPS_MAX) {
		add_member(&g->open, f);
		return;
	}
	if (i == g->n)
		g->group[g->n++].column = *column;
	add_member(&g->group[i].members, f);
}

static void
sort_family(struct groups *g, const struct kfl_family *f, struct str path)
{
	const struct field *const tables[] = { entry_fields, f->fields,
		                               f->more };
	size_t ntables = ARRAY_LEN(tables) - (f->more == NULL);
	const struct field *field = find_exact(f->fields, path);
	struct kfl_column col = { .kind = KFL_COL_NONE };

	if (field != NULL)
		col = kfl_column_of(field);
	if (col.kind != KFL_COL_NONE)
		add_to_group(g, &col, f);
	else if (f->complete && is_foreign(tables, ntables, path))
		add_member(&g->foreign, f);
	else
		add_member(&g->open, f);
}

static void
ask_groups(const struct kfl_scope *s, const struct groups *g,
           const struct kfl_question *q, struct answer *w)
{
	struct arena *a = w->a;

	for (size_t i = 0; i < g->n; i++)
		ask_column(&g->group[i].column, q, s->snapshot,
		           in_members(a, &g->group[i].members), w);
	add(w, &w->gone, in_members(a, &g->foreign));
	add(w, &w->open, in_members(a, &g->open));
	w->useful = w->useful || g->foreign.n > 0;
	w->unknown = w->unknown || g->open.n > 0;
	if (!s->closed)
		add(w, &w->open, kfl_cond_not(a, in_any_family(s, a)));
}

/* A field that some protocols have. */
static void
ask_families(const struct kfl_scope *s, struct str path,
             const struct kfl_question *q, struct answer *w)
{
	struct groups g = { .n = 0 };

	for (size_t i = 0; i < s->n; i++)
		sort_family(&g, &s->family[i], path);
	ask_groups(s, &g, q, w);
}

/* Those whose protocol runs over TCP, or not. */
static const struct kfl_cond *
over_tcp(const struct kfl_scope *s, bool tcp, struct arena *a)
{
	struct kfl_bind keys[PROTOCOLS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		for (size_t k = 0; s->family[i].protocols[k] != NULL; k++) {
			const struct protocol *p = s->family[i].protocols[k];
			bool udp = str_eq(str_from_c(p->layer4), STR("udp"));

			if (udp != tcp)
				add_key(keys, &n, p);
		}
	}
	return one_of(a, keys, n);
}

/*
 * A field that every entry has, or every one of TCP. False when there is no
 * column for it.
 */
static bool
ask_always(const struct kfl_scope *s, struct str path,
           const struct kfl_question *q, struct answer *w)
{
	const struct field *field = find_exact(entry_fields, path);
	struct kfl_column col = { .kind = KFL_COL_NONE };
	bool regex = q->operand != NULL && q->operand->type == KFL_V_REGEX;
	const struct kfl_cond *rows = &kfl_cond_true;

	if (field != NULL)
		col = kfl_column_of(field);
	if (col.kind == KFL_COL_NONE)
		return false;
	if (col.kind == KFL_COL_PROTO && !regex) {
		w->useful = true;
		w->total = true;
		return ask_protocol(s, path, q, w);
	}
	if (col.tcp) {
		rows = over_tcp(s, true, w->a);
		w->gone = over_tcp(s, false, w->a);
		if (!s->closed)
			w->open = kfl_cond_not(
			    w->a, kfl_cond_or(w->a, rows, w->gone));
	}
	w->total = !col.tcp && col.absent == 0;
	ask_column(&col, q, s->snapshot, rows, w);
	return true;
}

/* The kind of a field's value as such. */
static enum kfl_leaf_kind
kind_of(const struct kfl_question *q, struct str path)
{
	const struct field *field = find_exact(entry_fields, path);

	if (q->test != KFL_TEST_TRUE)
		return KFL_LEAF_BOOL;
	if (field == NULL)
		return KFL_LEAF_UNKNOWN;
	switch (kfl_column_of(field).kind) {
	case KFL_COL_NONE:
	case KFL_COL_REAL: /* a sign changes it */
		return KFL_LEAF_UNKNOWN;
	case KFL_COL_BOOL:
		return KFL_LEAF_BOOL;
	default:
		return KFL_LEAF_OTHER;
	}
}

/* A missing field counts as the value false. */
static void
settle_missing(const struct kfl_question *q, struct answer *w)
{
	struct kfl_value no = { .type = KFL_V_BOOL };

	if (!q->missing_is_false)
		return;
	if (kfl_column_decide(q->test, &no, q->operand))
		add(w, &w->yes, w->gone);
	else
		add(w, &w->no, w->gone);
	w->gone = &kfl_cond_false;
}

bool
kfl_leaf_ask(const struct kfl_scope *s, const struct kfl_question *q,
             struct arena *a, struct kfl_leaf *ret)
{
	struct answer w = { .a = a,
		            .yes = &kfl_cond_false,
		            .no = &kfl_cond_false,
		            .gone = &kfl_cond_false,
		            .open = &kfl_cond_false };
	char room[PATH_TEXT];
	struct str path;

	if (!path_text(q->path, room, &path))
		return false;
	if (!ask_always(s, path, q, &w))
		ask_families(s, path, q, &w);
	if (!w.useful)
		return false;
	settle_missing(q, &w);
	*ret = (struct kfl_leaf){
		.kind = kind_of(q, path),
		.total = w.total || q->missing_is_false,
		.left = w.unknown                        ? KFL_LEFT_ALL
		        : w.open->kind != KFL_COND_FALSE ? KFL_LEFT_DOUBT
		                                         : KFL_LEFT_NONE,
		.tu = kfl_cond_or_else(w.yes, false),
		.to = kfl_cond_or_else(kfl_cond_or(a, w.yes, w.open), true),
		.fu = kfl_cond_or_else(w.no, false),
		.fo = kfl_cond_or_else(kfl_cond_or(a, w.no, w.open), true),
	};
	return true;
}
