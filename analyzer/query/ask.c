/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/query/ask.h"

#include <stdio.h>
#include <string.h>

#include "analyzer/kfl/bounds.h"
#include "analyzer/proto/overlay.h"
#include "analyzer/proto/proto.h"
#include "base/clock.h"

enum {
	ASK_MACROS = 64,   /* more protocols than there will be */
	ASK_TABLES = 64,   /* of fields: one a dissector and overlay */
	ASK_TEXT = 64,     /* bytes of a macro's condition */
	ASK_SQL = 1 << 20, /* bytes of a condition and of its values */
};

#define ASK_ARENA (KFL_BOUNDS_ARENA + 4u * ASK_SQL)

/* ---- macros ---- */

/* The original's, in whose texts its messages count columns. */
static const struct kfl_macro compatible_macros[] = {
	{ STR_INIT("http"), STR_INIT("protocol.abbr == \"HTTP\"") },
	{ STR_INIT("http2"), STR_INIT("protocol.abbr == \"HTTP/2\"") },
	{ STR_INIT("grpc"), STR_INIT("protocol.abbr == \"gRPC\"") },
	{ STR_INIT("gql"), STR_INIT("protocol.abbr == \"GQL\"") },
	{ STR_INIT("dns"), STR_INIT("protocol.abbr == \"DNS\"") },
	{ STR_INIT("amqp"), STR_INIT("protocol.name == \"amqp\"") },
	{ STR_INIT("kafka"), STR_INIT("protocol.name == \"kafka\"") },
	{ STR_INIT("redis"), STR_INIT("protocol.name == \"redis\"") },
};

struct macros {
	struct kfl_macro macro[ASK_MACROS];
	char text[ASK_MACROS][ASK_TEXT];
	size_t n;
};

static void
add_macro(struct macros *m, const char *name)
{
	for (size_t i = 0; i < m->n; i++) {
		if (str_eq(m->macro[i].name, str_from_c(name)))
			return;
	}
	if (m->n == ASK_MACROS)
		return;
	(void)snprintf(m->text[m->n], ASK_TEXT, "protocol.macro == \"%s\"",
	               name);
	m->macro[m->n].name = str_from_c(name);
	m->macro[m->n].text = str_from_c(m->text[m->n]);
	m->n++;
}

static void
add_macros(struct macros *m, const struct protocol *const *variants)
{
	for (; *variants != NULL; variants++)
		add_macro(m, (*variants)->macro);
}

static void
macros_init(struct macros *m)
{
	m->n = 0;
	for (size_t i = 0; proto_registry[i] != NULL; i++)
		add_macros(m, proto_registry[i]->protocols);
	for (size_t i = 0; overlay_registry[i] != NULL; i++)
		add_macros(m, overlay_registry[i]->protocols);
}

/* ---- understanding ---- */

int64_t
ask_end(struct opened *o)
{
	uint64_t ns;

	if (str_u64(index_meta(opened_index(o), "to"), &ns) != 0)
		return 0;
	return (int64_t)(ns / (uint64_t)CLOCK_MSEC);
}

static size_t
field_tables(const struct field *tables[ASK_TABLES])
{
	size_t n = 0;

	tables[n++] = entry_fields;
	for (size_t i = 0; proto_registry[i] != NULL && n < ASK_TABLES; i++)
		tables[n++] = proto_registry[i]->fields;
	for (size_t i = 0; overlay_registry[i] != NULL && n < ASK_TABLES; i++)
		tables[n++] = overlay_registry[i]->fields;
	return n;
}

static int
open_ours(struct ask *a, struct str text, bool lenient, int64_t now_ms,
          struct err *e)
{
	const struct field *tables[ASK_TABLES];
	struct macros m;
	struct kfl_setup setup = { .fields = tables,
		                   .nfields = field_tables(tables),
		                   .lenient = lenient,
		                   .now_ms = now_ms };

	macros_init(&m);
	setup.macro = m.macro;
	setup.nmacros = m.n;
	return kfl_open(text, &setup, e, &a->mistake, &a->kfl);
}

static int
open_compatible(struct ask *a, struct str text, int64_t now_ms, struct err *e)
{
	struct kfl_macros macros = { .macro = compatible_macros,
		                     .n = ARRAY_LEN(compatible_macros) };
	int rc = kfl_parse(text, &macros, e, &a->kfl);

	return rc == 0 ? kfl_prepare(a->kfl, now_ms, e) : rc;
}

/* ---- what the index can tell beforehand ---- */

struct families {
	struct kfl_family family[ASK_TABLES];
	size_t n;
	const struct protocol *carried[ASK_TABLES][2]; /* one, and NULL */
};

/* A variant of an overlay: the columns are those of the carrier's fields. */
static void
add_carried(struct families *f, const struct overlay *o,
            const struct protocol *p)
{
	const struct dissector *carrier = proto_find(str_from_c(p->over));

	if (f->n == ASK_TABLES || carrier == NULL)
		return;
	f->carried[f->n][0] = p;
	f->carried[f->n][1] = NULL;
	f->family[f->n] = (struct kfl_family){
		.fields = carrier->fields,
		.more = o->fields,
		.protocols = f->carried[f->n],
		.complete = true,
	};
	f->n++;
}

/*
 * Every member that entries have is in the tables of fields: a test renders
 * all there is and looks for others.
 */
static void
families_init(struct families *f)
{
	f->n = 0;
	for (size_t i = 0; proto_registry[i] != NULL && f->n < ASK_TABLES; i++)
		f->family[f->n++] = (struct kfl_family){
			.fields = proto_registry[i]->fields,
			.protocols = proto_registry[i]->protocols,
			.complete = true,
		};
	for (size_t i = 0; overlay_registry[i] != NULL; i++) {
		const struct overlay *o = overlay_registry[i];

		for (size_t k = 0; o->protocols[k] != NULL; k++)
			add_carried(f, o, o->protocols[k]);
	}
}

static bool
has_key(const struct kfl_family *f, struct str key)
{
	for (size_t i = 0; f->protocols[i] != NULL; i++) {
		if (str_eq(key, str_from_c(f->protocols[i]->key)))
			return true;
	}
	return false;
}

/* An index may come from a program that knows other protocols. */
static int
see_protocol(void *ctx, struct str key)
{
	const struct families *f = ctx;

	for (size_t i = 0; i < f->n; i++) {
		if (has_key(&f->family[i], key))
			return 0;
	}
	return ERR_NOTFOUND;
}

static struct index_bind
bind_of(const struct kfl_bind *b)
{
	static const enum index_bind_kind kinds[] = {
		[KFL_BIND_INT] = INDEX_BIND_INT,
		[KFL_BIND_REAL] = INDEX_BIND_REAL,
		[KFL_BIND_TEXT] = INDEX_BIND_TEXT,
	};

	return (struct index_bind){
		.kind = kinds[b->kind], .i = b->i, .d = b->d, .s = b->s
	};
}

/* A condition as the index wants it; all of it is the arena's. */
static int
where_of(struct arena *a, const struct kfl_cond *c, struct index_where *ret)
{
	struct buf sql, binds;
	struct index_bind *list;
	size_t n;
	int rc;

	buf_init(&sql, ASK_SQL);
	buf_init(&binds, ASK_SQL);
	rc = kfl_cond_write(c, &sql, &binds);
	if (rc == 0)
		rc = buf_append_byte(&sql, '\0');
	n = binds.n / sizeof(struct kfl_bind);
	list = arena_array(a, n + 1, sizeof(*list));
	for (size_t i = 0; rc == 0 && list != NULL && i < n; i++) {
		struct kfl_bind b;

		memcpy(&b, binds.p + i * sizeof(b), sizeof(b));
		list[i] = bind_of(&b);
	}
	*ret = (struct index_where){ .sql = arena_dup(a, buf_str(&sql)).p,
		                     .nbinds = n,
		                     .binds = list };
	buf_release(&sql);
	buf_release(&binds);
	return rc != 0 ? rc : arena_error(a);
}

static int
bound(struct ask *a, struct opened *o, unsigned snapshot)
{
	struct kfl_scope scope = { .snapshot = snapshot };
	struct families f;
	struct kfl_bounds b;
	int rc;

	families_init(&f);
	scope.family = f.family;
	scope.n = f.n;
	scope.closed = o != NULL &&
	               index_protocols(opened_index(o), see_protocol, &f,
	                               NULL) == 0;
	rc = kfl_bounds(a->kfl, &scope, &a->arena, &b);
	if (rc == 0)
		rc = where_of(&a->arena, b.over, &a->over);
	if (rc == 0)
		rc = where_of(&a->arena, b.under, &a->under);
	if (rc != 0)
		return rc;
	a->exact = b.exact;
	a->residual = b.residual;
	return 0;
}

/* ---- the whole ---- */

static int
open_any(struct ask *a, struct str text, struct opened *o,
         const struct ask_options *opt, struct err *e)
{
	int64_t now = opt->now_given ? opt->now_ms : o != NULL ? ask_end(o) : 0;

	if (opt->mode == ASK_COMPATIBLE)
		return open_compatible(a, text, now, e);
	return open_ours(a, text, opt->mode == ASK_LENIENT, now, e);
}

int
ask_prepare(struct str text, struct opened *o, const struct ask_options *opt,
            struct err *e, struct ask *ret_ask)
{
	/* A compatible query of blanks is a mistake, as it was. */
	size_t n = opt->mode == ASK_COMPATIBLE ? text.n : str_trim(text).n;
	int rc;

	*ret_ask = (struct ask){ .exact = n == 0 };
	arena_init(&ret_ask->arena, ASK_ARENA, 0);
	if (n == 0)
		return 0;
	rc = open_any(ret_ask, text, o, opt, e);
	if (rc == 0) {
		ret_ask->limit = ret_ask->kfl->limit;
		rc = bound(ret_ask, o, opt->snapshot);
	}
	if (rc != 0 && e->code != rc)
		return err_set(e, rc, "the query: %s", err_text(rc));
	return rc;
}

void
ask_release(struct ask *a)
{
	kfl_free(a->kfl);
	a->kfl = NULL;
	arena_release(&a->arena);
}
