/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/kfl/plan.h"

#include <math.h>

#include "analyzer/kfl/eval.h"
#include "analyzer/kfl/path.h"
#include "analyzer/kfl/re2_shim.h"

/* Room for Go's message about a regular expression. */
#define WHY_TEXT 256

struct plan {
	struct arena *a;
	int64_t now_ms;
	struct kfl_regexes **regexes;
	bool redacts;
	int rc;           /* no memory: ends everything */
	struct str fatal; /* what the original does not survive */
};

/* What a node hands up. */
struct outcome {
	uint64_t limit;
	struct str fault; /* the message; "" when all is well */
};

/* What a selector inherits from the brackets and json() in front of it. */
struct place {
	struct str prefix; /* path in front, "" at the top */
	struct str json;   /* path of the json() or xml() around it, or "" */
};

static struct outcome plan_node(struct plan *p, struct kfl_node *n,
                                const struct place *at);

static struct str
keep(struct plan *p, struct str s)
{
	if (p->rc == 0)
		p->rc = arena_error(p->a);
	return s;
}

/* --- literals ------------------------------------------------------------- */

static struct outcome
plan_regex(struct plan *p, struct kfl_node *n)
{
	struct outcome out = { .limit = 0 };
	struct kfl_regexes *item = arena_zalloc(p->a, sizeof(*item));
	char why[WHY_TEXT];

	if (item == NULL) {
		p->rc = arena_error(p->a);
		return out;
	}
	item->regex = kfl_regex_new(n->text.p, n->text.n, why, sizeof(why));
	if (item->regex == NULL) {
		if (why[0] == '\0')
			p->rc = ERR_NOMEM;
		out.fault = keep(p, arena_dup(p->a, str_from_c(why)));
		return out;
	}
	item->next = *p->regexes;
	*p->regexes = item;
	n->value.type = KFL_V_REGEX;
	n->value.u.regex = item->regex;
	return out;
}

/* --- paths ---------------------------------------------------------------- */

static struct str
trim_quotes(struct str s)
{
	while (s.n > 0 && s.p[0] == '"')
		s = str_tail(s, 1);
	while (s.n > 0 && s.p[s.n - 1] == '"')
		s.n--;
	return s;
}

static struct str
last_segment(struct str path)
{
	size_t dot = path.n;

	while (dot > 0 && path.p[dot - 1] != '.')
		dot--;
	return str_tail(path, dot);
}

/* The path; NULL, and why in *ret_fault, when the text is none. */
static const struct kfl_path *
read_path(struct plan *p, struct str text, struct str *ret_fault)
{
	const struct kfl_path *path = NULL;
	struct err e = ERR_INIT;
	int rc = kfl_path_parse(text, p->a, &e, &path);

	if (rc == 0)
		return path;
	if (rc != ERR_SYNTAX && rc != ERR_LIMIT)
		p->rc = rc;
	*ret_fault = keep(p, arena_dup(p->a, str_from_c(e.text)));
	return NULL;
}

/* The path without its last step, which is the helper's name. */
static const struct kfl_path *
receiver(struct plan *p, const struct kfl_path *path)
{
	struct kfl_path *shorter = arena_zalloc(p->a, sizeof(*shorter));

	if (shorter == NULL) {
		p->rc = arena_error(p->a);
		return path;
	}
	*shorter = *path;
	shorter->n -= shorter->n > 0;
	return shorter;
}

/* The text of a bracket: [n] or ["key"]. */
static struct str
bracket(struct plan *p, const struct kfl_call *c)
{
	struct str key = trim_quotes(c->key);

	if (c->has_index)
		return keep(p,
		            arena_printf(p->a, "[%lld]", (long long)c->index));
	if (c->key.n > 0)
		return keep(
		    p, arena_printf(p->a, "[\"" STR_FMT "\"]", STR_ARG(key)));
	return STR_NONE;
}

static struct str
join(struct plan *p, struct str a, const char *between, struct str b)
{
	return keep(p, arena_printf(p->a, STR_FMT "%s" STR_FMT, STR_ARG(a),
	                            between, STR_ARG(b)));
}

/* --- points in time, the limit ---------------------------------------------
 */

/* Go's uint64(f) on amd64. */
static uint64_t
to_uint64(double f)
{
	const double top = 9223372036854775808.0;

	if (isnan(f) || f >= 2 * top || f < -top)
		return (uint64_t)1 << 63;
	if (f >= top)
		return (uint64_t)(int64_t)(f - top) ^ (uint64_t)1 << 63;
	return (uint64_t)(int64_t)f;
}

/* Units that are longer than ten thousand years say nothing more. */
static int64_t
later(int64_t now_ms, double units, int64_t unit_ms)
{
	const double most = 3.2e14; /* ms */
	double ms = trunc(units) * (double)unit_ms;

	if (isnan(ms))
		ms = 0;
	if (ms > most)
		ms = most;
	if (ms < -most)
		ms = -most;
	return now_ms + (int64_t)ms;
}

static int64_t
unit_of(enum kfl_helper h)
{
	const int64_t day = 86400000;

	switch (h) {
	case KFL_H_SECONDS:
		return 1000;
	case KFL_H_MINUTES:
		return 60000;
	case KFL_H_HOURS:
		return 3600000;
	case KFL_H_DAYS:
		return day;
	case KFL_H_WEEKS:
		return 7 * day;
	case KFL_H_MONTHS:
		return 30 * day;
	case KFL_H_YEARS:
		return 365 * day;
	default:
		return 0;
	}
}

/* --- calls ---------------------------------------------------------------- */

static void
plan_helper(struct plan *p, struct kfl_call *c, struct outcome *out)
{
	double n;

	for (struct kfl_arg *a = c->args; a != NULL; a = a->next)
		a->constant = kfl_eval_constant(a->value);
	c->helper = kfl_helper_find(last_segment(c->path_text));
	c->role = c->helper == KFL_H_COUNT ? KFL_ROLE_UNKNOWN : KFL_ROLE_HELPER;
	c->path = receiver(p, c->path);
	if (c->helper == KFL_H_REDACT)
		p->redacts = true;
	if (c->helper == KFL_H_NOW)
		c->when = p->now_ms;
	if (c->args == NULL)
		return;
	n = kfl_value_number(&c->args->constant);
	if (c->helper == KFL_H_LIMIT)
		out->limit = to_uint64(n);
	else if (unit_of(c->helper) != 0)
		c->when = later(p->now_ms, n, unit_of(c->helper));
}

/*
 * The name, its bracket and what it inherits make the path. Inside json() the
 * path is for the parsed body, and the call is json() of the body's path.
 */
static void
plan_path(struct plan *p, struct kfl_call *c, struct str path,
          const struct place *at, bool bracketed_json, struct outcome *out)
{
	struct str ignored;
	const struct kfl_path *inner;
	bool called = c->args != NULL || bracketed_json;

	path = join(p, at->prefix, ".", path);
	if (at->json.n > 0) {
		inner = read_path(p, path, &ignored);
		if (inner != NULL) {
			c->inner = inner;
			c->inner_text = path;
			called = true;
		}
		path = at->json;
	}
	c->path_text = path;
	c->role = KFL_ROLE_SELECTOR;
	c->path = read_path(p, path, &out->fault);
	if (called && c->path == NULL) {
		/* The original ends here, with an index out of range. */
		if (p->fatal.n == 0)
			p->fatal = out->fault;
		return;
	}
	if (called) {
		plan_helper(p, c, out);
	} else if (str_eq(last_segment(path), STR("now"))) {
		c->role = KFL_ROLE_HELPER;
		c->helper = KFL_H_NOW;
		c->when = p->now_ms;
	}
}

static struct outcome
plan_call(struct plan *p, struct kfl_call *c, const struct place *at)
{
	struct outcome out = { .limit = 0 };
	struct place inside = *at;
	struct str path = c->name;
	struct str last = last_segment(path);
	bool json = str_eq(last, STR("json")) || str_eq(last, STR("xml"));
	bool bracketed_json = false;
	struct str ignored;

	if (c->args != NULL || (!c->has_index && c->key.n == 0 &&
	                        c->descent.n == 0 && c->tail == NULL)) {
		plan_path(p, c, path, at, false, &out);
		return out;
	}
	if (json) {
		inside.json = path;
		path = bracket(p, c);
		c->inner = path.n > 0 ? read_path(p, path, &ignored) : NULL;
		c->inner_text = path;
		bracketed_json = c->inner != NULL;
	} else {
		path = join(p, path, "", bracket(p, c));
	}
	if (c->tail != NULL) {
		/* Not the prefix in front: so does the original. */
		inside.prefix = json ? STR_NONE : path;
		c->role = KFL_ROLE_TAIL;
		return plan_node(p, c->tail, &inside);
	}
	if (c->descent.n > 0 && json)
		path = join(p, STR_NONE, "..", c->descent);
	plan_path(p, c, path, &inside, bracketed_json, &out);
	return out;
}

/* --- the tree ------------------------------------------------------------- */

/* left OPERATOR right; chains to the right are walked. */
static struct outcome
plan_chain(struct plan *p, struct kfl_node *n, const struct place *at)
{
	struct outcome out = plan_node(p, n->left, at);
	struct outcome right;

	while (n->right->kind >= KFL_EQ) {
		n = n->right;
		right = plan_node(p, n->left, at);
		if (out.limit == 0)
			out.limit = right.limit;
	}
	right = plan_node(p, n->right, at);
	if (out.limit == 0)
		out.limit = right.limit;
	out.fault = right.fault;
	return out;
}

static struct outcome
plan_node(struct plan *p, struct kfl_node *n, const struct place *at)
{
	struct outcome none = { .limit = 0 };

	if (p->rc != 0)
		return none;
	switch (n->kind) {
	case KFL_EMPTY:
	case KFL_NUMBER:
	case KFL_STRING:
	case KFL_BOOL:
	case KFL_NIL:
		return none;
	case KFL_REGEX:
		return plan_regex(p, n);
	case KFL_CALL:
		return plan_call(p, n->call, at);
	case KFL_GROUP:
	case KFL_NOT:
	case KFL_NEG:
		return plan_node(p, n->left, at);
	default:
		return plan_chain(p, n, at);
	}
}

int
kfl_plan(struct kfl_node *root, struct arena *a, int64_t now_ms, struct err *e,
         struct kfl_regexes **io_regexes, struct kfl_planned *ret_planned)
{
	struct plan p = { .a = a, .now_ms = now_ms, .regexes = io_regexes };
	struct place top = { .prefix = STR_NONE };
	struct outcome out = plan_node(&p, root, &top);

	if (p.rc != 0)
		return err_set(e, p.rc, "the query needs too much memory");
	if (p.fatal.n > 0)
		out.fault = p.fatal;
	if (out.fault.n > 0)
		return err_set(e, ERR_SYNTAX, STR_FMT, STR_ARG(out.fault));
	*ret_planned = (struct kfl_planned){ .limit = out.limit,
		                             .redacts = p.redacts };
	return 0;
}

void
kfl_plan_release(struct kfl_regexes *list)
{
	for (; list != NULL; list = list->next)
		kfl_regex_free(list->regex);
}
