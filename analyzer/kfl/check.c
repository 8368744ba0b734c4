/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/kfl/check.h"

#include <math.h>
#include <stdio.h>

#include "analyzer/entry/field.h"
#include "analyzer/kfl/helper.h"
#include "analyzer/kfl/kfl.h"
#include "analyzer/kfl/path.h"
#include "base/mem.h"

struct check {
	const struct field *const *tables;
	size_t ntables;
	struct arena *a; /* scratch */
	struct err *e;
	struct kfl_mistake mistake;
	unsigned selectors; /* seen since the present tail began */
};

static int check_node(struct check *c, const struct kfl_node *n);

static int
blame(struct check *c, const struct kfl_node *n, const char *what)
{
	c->mistake.at = n->at;
	c->mistake.end = n->end;
	return err_set(c->e, ERR_SYNTAX, "%s", what);
}

/* --- fields --------------------------------------------------------------- */

/* The names in front of the first bracket, star or descent, dotted. */
static int
leading_names(struct check *c, const struct kfl_path *p, struct str *ret)
{
	struct buf b;
	int rc = 0;

	buf_init(&b, KFL_TEXT_MAX * 2);
	for (size_t i = 0; i < p->n && rc == 0; i++) {
		if (p->step[i].kind != KFL_STEP_CHILD)
			break;
		if (i > 0)
			rc = buf_append_byte(&b, '.');
		if (rc == 0)
			rc = buf_append_str(&b, p->step[i].name);
	}
	*ret = arena_dup(c->a, buf_str(&b));
	buf_release(&b);
	return rc != 0 ? rc : arena_error(c->a);
}

static int
unknown_field(struct check *c, const struct kfl_node *n, struct str path)
{
	const char *nearest = kfl_field_nearest(c->tables, c->ntables, path);

	c->mistake.at = n->at;
	c->mistake.end = n->at + n->call->name.n;
	if (c->mistake.end > n->end)
		c->mistake.end = n->end;
	c->mistake.suggestion = nearest;
	return err_set(c->e, ERR_SYNTAX, "there is no field " STR_FMT "%s%s%s",
	               STR_ARG(path), nearest != NULL ? "; did you mean " : "",
	               nearest != NULL ? nearest : "",
	               nearest != NULL ? "?" : "");
}

static int
check_field(struct check *c, const struct kfl_node *n)
{
	const struct kfl_path *p = n->call->path;
	const struct field *f;
	struct str path;
	int rc;

	c->selectors++;
	if (p == NULL)
		return blame(c, n, "this is no path to a field");
	if (p->n == 0 || p->step[0].kind != KFL_STEP_CHILD)
		return 0;
	rc = leading_names(c, p, &path);
	if (rc != 0)
		return rc;
	if (kfl_field_known(c->tables, c->ntables, path, &f) ||
	    kfl_field_above(c->tables, c->ntables, path))
		return 0;
	return unknown_field(c, n, path);
}

/* --- helpers -------------------------------------------------------------- */

static bool
is_literal(const struct kfl_node *n)
{
	while (n->kind == KFL_NEG || n->kind == KFL_NOT || n->kind == KFL_GROUP)
		n = n->left;
	return n->kind == KFL_NUMBER || n->kind == KFL_STRING ||
	       n->kind == KFL_BOOL || n->kind == KFL_NIL;
}

/* One argument of redact(): do its parts name places? */
static int
check_redaction(struct check *c, const struct kfl_arg *a)
{
	struct str rest = a->constant.type == KFL_V_STRING ? a->constant.u.text
	                                                   : STR_NONE;
	bool more = true;

	if (rest.n == 0)
		return blame(c, a->value, "redact() takes paths in quotes");
	while (more) {
		size_t json = str_find(rest, STR(".json()"));
		struct str part = str_head(rest, json);
		const struct kfl_path *p;

		more = json < rest.n;
		rest = str_tail(rest, json + 7);
		part = str_head(part, str_find(part, STR(".xml()")));
		if (kfl_path_parse(part, c->a, NULL, &p) != 0)
			return blame(c, a->value,
			             "this is no path, so nothing would be "
			             "redacted");
	}
	return 0;
}

static int
check_argument(struct check *c, const struct kfl_call *call,
               const struct kfl_arg *a)
{
	int64_t ms;

	if (!is_literal(a->value))
		return blame(c, a->value,
		             "a helper's argument is a literal; anything else "
		             "counts as false");
	if (call->helper == KFL_H_REDACT)
		return check_redaction(c, a);
	if (a->next != NULL)
		return blame(c, a->next->value,
		             "this helper takes one argument");
	if (call->helper == KFL_H_DATETIME &&
	    (a->constant.type != KFL_V_STRING ||
	     !kfl_helper_datetime(a->constant.u.text, &ms)))
		return blame(c, a->value,
		             "a point in time is written "
		             "\"1/31/2024, 6:05:09.123 PM\"");
	return check_node(c, a->value);
}

static int
check_helper(struct check *c, const struct kfl_node *n)
{
	const struct kfl_call *call = n->call;
	int rc = 0;

	switch (call->helper) {
	case KFL_H_STARTS_WITH:
	case KFL_H_ENDS_WITH:
	case KFL_H_CONTAINS:
	case KFL_H_JSON:
	case KFL_H_XML:
		if (call->path == NULL || call->path->n == 0)
			return blame(c, n,
			             "this helper needs a field in front, as "
			             "in request.path.startsWith(\"/\")");
		rc = check_field(c, n);
		break;
	default:
		break;
	}
	for (const struct kfl_arg *a = call->args; a != NULL && rc == 0;
	     a = a->next)
		rc = check_argument(c, call, a);
	return rc;
}

/* Is the end of the name a helper that was given nothing? */
static int
check_parens(struct check *c, const struct kfl_node *n)
{
	struct str name = n->call->name;
	size_t dot = name.n;
	enum kfl_helper h;

	while (dot > 0 && name.p[dot - 1] != '.')
		dot--;
	h = kfl_helper_find(str_tail(name, dot));
	if (h == KFL_H_JSON || h == KFL_H_XML)
		return blame(c, n, "a path has to follow, as in .json().id");
	if (h != KFL_H_COUNT)
		return blame(c, n, "this helper needs an argument");
	return blame(c, n, "there is no such helper");
}

static int
check_unknown_helper(struct check *c, const struct kfl_node *n)
{
	struct buf b;
	int rc;

	buf_init(&b, 512);
	rc = buf_append_str(&b, STR("there is no such helper; there are"));
	for (unsigned h = 0; h < KFL_H_COUNT && rc == 0; h++)
		rc = buf_printf(&b, "%s %s", h > 0 ? "," : "",
		                kfl_helper_name((enum kfl_helper)h));
	if (rc == 0)
		rc = buf_append_byte(&b, '\0');
	rc = rc == 0 ? blame(c, n, b.p) : rc;
	buf_release(&b);
	return rc;
}

/* --- calls ---------------------------------------------------------------- */

/*
 * Whatever follows a["x"]. or json(). belongs to it, up to the end of the
 * group: a second field in there is hardly ever meant.
 */
static int
check_tail(struct check *c, const struct kfl_node *n)
{
	unsigned outside = c->selectors;
	int rc;

	c->selectors = 0;
	rc = check_node(c, n->call->tail);
	if (rc == 0 && c->selectors > 1)
		rc = blame(c, n->call->tail,
		           "all of this is looked up inside what stands in "
		           "front; put the comparison in parentheses");
	c->selectors = outside + 1;
	return rc;
}

static int
check_call(struct check *c, const struct kfl_node *n)
{
	const struct kfl_call *call = n->call;

	switch (call->role) {
	case KFL_ROLE_TAIL:
		return check_tail(c, n);
	case KFL_ROLE_HELPER:
		return check_helper(c, n);
	case KFL_ROLE_UNKNOWN:
		return check_unknown_helper(c, n);
	case KFL_ROLE_SELECTOR:
		if (call->parens && call->args == NULL)
			return check_parens(c, n);
		return check_field(c, n);
	default:
		return 0;
	}
}

/* --- literals and operators ------------------------------------------------
 */

static int
check_quotes(struct check *c, const struct kfl_node *n)
{
	if (n->raw.p[0] == '"')
		return 0;
	return blame(c, n,
	             "text stands in \"double quotes\"; other quotes would "
	             "become part of it");
}

static int
check_regex(struct check *c, const struct kfl_node *n)
{
	if (n->value.type != KFL_V_REGEX)
		return blame(c, n, "this is no regular expression");
	return check_quotes(c, n);
}

/* Equality looks at six digits of a number that is written in a query. */
static bool
loses_digits(const struct kfl_node *n)
{
	char text[KFL_FLOAT_TEXT];
	double back;

	while (n->kind == KFL_NEG)
		n = n->left;
	if (n->kind != KFL_NUMBER || n->value.u.number < 1e5)
		return false;
	(void)kfl_format_float(n->value.u.number, text);
	return !kfl_parse_float(str_from_c(text), &back) ||
	       back < n->value.u.number || back > n->value.u.number ||
	       n->value.u.number >= 1e6;
}

static int
check_equality(struct check *c, const struct kfl_node *n)
{
	const struct kfl_node *literal = loses_digits(n->left) ? n->left
	                                                       : n->right;

	if (!loses_digits(literal))
		return 0;
	return blame(c, literal,
	             "== compares six digits of a number; put a longer one in "
	             "quotes, or use >= and <=");
}

static int
check_chain(struct check *c, const struct kfl_node *n)
{
	int rc = 0;

	for (; n->kind >= KFL_EQ && rc == 0; n = n->right) {
		rc = check_node(c, n->left);
		if (rc == 0 && (n->kind == KFL_EQ || n->kind == KFL_NE))
			rc = check_equality(c, n);
	}
	return rc == 0 ? check_node(c, n) : rc;
}

static int
check_group(struct check *c, const struct kfl_node *n)
{
	unsigned outside = c->selectors;
	int rc = check_node(c, n->left);

	/* What is in parentheses is meant to belong together. */
	c->selectors = outside;
	return rc;
}

static int
check_node(struct check *c, const struct kfl_node *n)
{
	switch (n->kind) {
	case KFL_EMPTY:
	case KFL_NUMBER:
	case KFL_BOOL:
	case KFL_NIL:
		return 0;
	case KFL_STRING:
		return check_quotes(c, n);
	case KFL_REGEX:
		return check_regex(c, n);
	case KFL_CALL:
		return check_call(c, n);
	case KFL_GROUP:
		return check_group(c, n);
	case KFL_NOT:
	case KFL_NEG:
		return check_node(c, n->left);
	default:
		return check_chain(c, n);
	}
}

int
kfl_check(const struct kfl *k, const struct field *const *tables,
          size_t ntables, struct err *e, struct kfl_mistake *ret_mistake)
{
	struct arena scratch;
	struct check c = {
		.tables = tables, .ntables = ntables, .a = &scratch, .e = e
	};
	int rc;

	ENSURE(k->prepared);
	arena_init(&scratch, KFL_ARENA_MAX, 0);
	rc = check_node(&c, k->root);
	if (rc != 0 && rc != ERR_SYNTAX)
		(void)err_set(e, rc, "the query needs too much memory");
	arena_release(&scratch);
	if (rc == ERR_SYNTAX)
		*ret_mistake = c.mistake;
	return rc;
}
