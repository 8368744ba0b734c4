/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/scope.h"

#include "analyzer/query/ids.h"
#include "base/utf8.h"

/* ---- places in a query ---- */

/* UTF-16 units of a piece of text; a byte that is no character is one. */
static uint64_t
units(struct str s)
{
	uint64_t n = 0;

	while (s.n > 0) {
		uint32_t cp;
		size_t step = utf8_decode(s, &cp);

		n += cp > 0xffff ? 2 : 1;
		s = str_tail(s, step > 0 ? step : 1);
	}
	return n;
}

struct call_position
scope_position(struct str q, const struct kfl_mistake *m)
{
	struct str head = str_head(q, m->at), line = head, rest;
	struct call_position p = { .line = 1, .start = units(head) };

	while (str_split1(line, '\n', &rest, &rest)) {
		line = rest;
		p.line++;
	}
	p.column = (uint32_t)units(line) + 1;
	p.end = units(str_head(q, m->end));
	return p;
}

/* ---- ids ---- */

unsigned
scope_shown(const struct call *c, unsigned n)
{
	return catalog_count(call_catalog(c)) > 1 ? n : 0;
}

int
scope_id(struct call *c, struct str text, unsigned *ret_snapshot,
         int64_t *ret_id)
{
	unsigned n = catalog_count(call_catalog(c));

	if (ids_parse_eid(text, ret_snapshot, ret_id) == 0) {
		if (*ret_snapshot == 0 && n == 1)
			*ret_snapshot = 1;
		if (*ret_snapshot >= 1 && *ret_snapshot <= n)
			return 1;
	}
	return call_error(c, CALL_NOT_FOUND,
	                  "there is nothing with the id " STR_FMT,
	                  STR_ARG(str_head(text, 40)));
}

/* ---- preparing ---- */

static void
release(void *ctx)
{
	struct scope *s = ctx;

	for (size_t i = 0; i < s->n; i++)
		ask_release(&s->asks[i]);
}

/* Borrow snapshot n, if it can be had. */
static int
add_snapshot(struct scope *s, unsigned n, bool named)
{
	struct call *c = s->call;
	struct catalog_view view;
	struct opened *o;
	int rc;

	if (!catalog_look(call_catalog(c), n, &view))
		return 0;
	if (view.state == CATALOG_FAILED && !named)
		return 0;
	if (view.state < CATALOG_READY)
		s->whole = false;
	rc = call_borrow(c, n, &o);
	/* What is not there yet has nothing to show. */
	if (rc == ERR_AGAIN && !named)
		return 0;
	if (rc != 0)
		return rc;
	s->numbers[s->n] = n;
	s->sources[s->n] = (struct merge_source){
		.opened = o,
		.ask = &s->asks[s->n],
		.names = { .snapshot = scope_shown(c, n) },
	};
	s->n++;
	return 0;
}

static int
add_snapshots(struct scope *s)
{
	struct call *c = s->call;
	unsigned count = catalog_count(call_catalog(c));
	struct str only = call_param(c, "snapshot");
	uint64_t n = 0;
	int rc = 0;

	s->sources = arena_array(&c->arena, count + 1u, sizeof(*s->sources));
	s->numbers = arena_array(&c->arena, count + 1u, sizeof(*s->numbers));
	s->asks = arena_array(&c->arena, count + 1u, sizeof(*s->asks));
	if (arena_error(&c->arena) != 0)
		return arena_error(&c->arena);
	if (only.n > 0) {
		if (str_u64(only, &n) != 0 || n < 1 || n > count)
			return call_error(c, CALL_NOT_FOUND,
			                  "there is no snapshot " STR_FMT,
			                  STR_ARG(str_head(only, 40)));
		rc = add_snapshot(s, (unsigned)n, true);
		return rc == 0 ? 1 : rc;
	}
	for (unsigned i = 1; i <= count && rc == 0; i++)
		rc = add_snapshot(s, i, false);
	return rc == 0 ? 1 : rc;
}

/* now() is the end of the snapshot that ends last. */
static struct ask_options
options_of(const struct scope *s, enum ask_mode mode)
{
	struct ask_options opt = { .mode = mode, .now_given = s->n > 0 };

	for (size_t i = 0; i < s->n; i++) {
		int64_t end = ask_end(s->sources[i].opened);

		if (i == 0 || end > opt.now_ms)
			opt.now_ms = end;
	}
	return opt;
}

static int
refuse(struct call *c, struct str q, const struct ask *a)
{
	struct call_position at = scope_position(q, &a->mistake);

	return call_error_at(c, CALL_KFL_SYNTAX, str_from_c(c->err.text), &at,
	                     str_from_c(a->mistake.suggestion));
}

/* The query alone: mistakes are to be found where they were typed. */
static int
check(struct scope *s, const struct ask_options *opt)
{
	struct call *c = s->call;
	struct ask a;
	int rc = ask_prepare(s->q, NULL, opt, &c->err, &a);

	if (rc == ERR_SYNTAX)
		rc = refuse(c, s->q, &a);
	else if (rc == 0)
		rc = 1;
	ask_release(&a);
	return rc;
}

static struct str
with_extra(struct scope *s, const char *extra)
{
	struct arena *a = &s->call->arena;

	if (extra == NULL)
		return s->q;
	if (str_trim(s->q).n == 0)
		return arena_dup(a, str_from_c(extra));
	return arena_printf(a, "(" STR_FMT "\n) and %s", STR_ARG(s->q), extra);
}

static int
prepare(struct scope *s, const struct scope_options *opt)
{
	struct call *c = s->call;
	struct ask_options options = options_of(s, opt->mode);
	struct str text = with_extra(s, opt->extra);
	int rc = check(s, &options);

	for (size_t i = 0; i < s->n && rc == 1; i++) {
		struct opened *o = s->sources[i].opened;
		int bad;

		options.snapshot = s->sources[i].names.snapshot;
		bad = ask_prepare(text, o, &options, &c->err, &s->asks[i]);
		if (bad != 0)
			return bad;
		s->redacts |= s->asks[i].kfl != NULL && s->asks[i].kfl->redacts;
	}
	return rc;
}

static bool
read_range(struct scope *s)
{
	struct call *c = s->call;

	s->query.ranged = call_has(c, "from") || call_has(c, "to");
	return call_time(c, "from", INT64_MIN, &s->query.from) &&
	       call_time(c, "to", INT64_MAX, &s->query.to);
}

int
scope_read(struct call *c, const struct scope_options *opt,
           struct scope **ret_scope)
{
	struct scope *s = arena_zalloc(&c->arena, sizeof(*s));
	int rc;

	if (s == NULL)
		return ERR_NOMEM;
	*ret_scope = s;
	s->call = c;
	s->whole = true;
	s->q = call_param(c, "q");
	s->query.cancel = &c->cancel;
	if (!read_range(s))
		return 0;
	rc = add_snapshots(s);
	if (rc != 1)
		return rc;
	/* From here on there are queries to be released, or zeroes. */
	call_defer(c, release, s);
	return prepare(s, opt);
}
