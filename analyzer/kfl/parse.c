/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/kfl/parse.h"

#include <assert.h>

#include "analyzer/kfl/lex.h"
#include "analyzer/kfl/literal.h"
#include "base/buf.h"

/*
 * The original's parser commits itself once an attempt has got further than
 * this many tokens; before, a failure means "not this", and the next
 * alternative is tried.
 */
#define LOOKAHEAD 2u

enum result { NONE, OK, FAILED };

enum fail_kind {
	FAIL_TOKEN,  /* at a token where `what` was expected, or "" */
	FAIL_NUMBER, /* a literal that has no value, for the reason `what` */
	FAIL_INDEX,  /* the same between brackets */
};

struct fail {
	enum fail_kind kind;
	uint32_t token;
	const char *what;
};

/* A place in the tokens, and the failure that got furthest on the way. */
struct ctx {
	uint32_t at;
	uint32_t depth;
	struct fail deepest;
};

struct parser {
	struct arena *a;
	struct str text;
	const struct kfl_token *t;
	uint32_t nodes;
	uint32_t depth;
	struct fail fail; /* with FAILED: which */
	int stop;         /* over a limit: nothing more is tried */
};

static enum result parse_expression(struct parser *p, struct ctx *c,
                                    struct kfl_node **ret);

/* --- tokens, nodes, failures ---------------------------------------------- */

static const struct kfl_token *
token(const struct parser *p, const struct ctx *c)
{
	return &p->t[c->at];
}

static bool
take(const struct parser *p, struct ctx *c, const char *text)
{
	const struct kfl_token *t = token(p, c);

	if (t->type == KFL_T_EOF || !str_eq(t->text, str_from_c(text)))
		return false;
	c->at++;
	return true;
}

static bool
is_string(const struct kfl_token *t)
{
	return t->type == KFL_T_STRING || t->type == KFL_T_CHAR ||
	       t->type == KFL_T_RAW;
}

static enum result
fail(struct parser *p, const struct ctx *c, const char *expected)
{
	p->fail = (struct fail){ FAIL_TOKEN, c->at, expected };
	return FAILED;
}

static void
note(struct ctx *c, const struct fail *f)
{
	if (c->at > c->depth) {
		c->depth = c->at;
		c->deepest = *f;
	}
}

/*
 * An attempt that began at `c` failed at `branch`. True: it had got so far that
 * the failure is final. Keeps the failure that got furthest.
 */
static bool
is_final(const struct parser *p, struct ctx *c, const struct ctx *branch)
{
	if (branch->at >= c->depth) {
		c->depth = branch->depth > branch->at ? branch->depth
		                                      : branch->at;
		c->deepest = p->fail;
	}
	if (branch->at > c->at + LOOKAHEAD || p->stop != 0) {
		c->at = branch->at;
		return true;
	}
	return false;
}

/* The same for an optional part. OK: go on without it. */
static enum result
without(const struct parser *p, struct ctx *c, const struct ctx *branch)
{
	note(c, &p->fail);
	return is_final(p, c, branch) ? FAILED : OK;
}

static enum result
over_limit(struct parser *p, int code)
{
	if (p->stop == 0)
		p->stop = code;
	return FAILED;
}

static struct kfl_node *
new_node(struct parser *p, enum kfl_kind kind, uint32_t first)
{
	struct kfl_node *n;

	if (++p->nodes > KFL_NODES_MAX) {
		over_limit(p, ERR_LIMIT);
		return NULL;
	}
	n = arena_zalloc(p->a, sizeof(*n));
	if (n == NULL) {
		over_limit(p, arena_error(p->a));
		return NULL;
	}
	n->kind = kind;
	n->at = p->t[first].at;
	return n;
}

/* The node ends with the token in front of the present one. */
static void
close_node(const struct parser *p, const struct ctx *c, struct kfl_node *n)
{
	const struct kfl_token *last = &p->t[c->at - 1];

	assert(c->at > 0);
	n->end = last->at + (uint32_t)last->text.n;
}

static enum result
descend(struct parser *p)
{
	if (++p->depth > KFL_DEPTH_MAX)
		return over_limit(p, ERR_LIMIT);
	return OK;
}

/* --- primary -------------------------------------------------------------- */

/* Go trims every quote at both ends, not only the pair. */
static struct str
trim_quotes(struct str s)
{
	while (s.n > 0 && s.p[0] == '"')
		s = str_tail(s, 1);
	while (s.n > 0 && s.p[s.n - 1] == '"')
		s.n--;
	return s;
}

/* The value of a literal; NULL, or why it has none. */
static const char *
literal_value(struct kfl_node *n)
{
	double d;
	const char *bad;

	switch (n->kind) {
	case KFL_NUMBER:
		bad = kfl_literal_number(n->raw, &d);
		if (bad != NULL)
			return bad;
		n->value.type = KFL_V_FLOAT;
		n->value.u.number = d;
		return NULL;
	case KFL_STRING:
		kfl_value_set_text(&n->value, n->text);
		return NULL;
	case KFL_NIL:
		n->value.type = KFL_V_NULL;
		return NULL;
	default:
		n->value.type = KFL_V_BOOL;
		n->value.u.truth = n->kind == KFL_BOOL &&
		                   str_eq(n->raw, STR("true"));
		return NULL;
	}
}

static enum result
parse_literal(struct parser *p, struct ctx *c, enum kfl_kind kind,
              struct kfl_node **ret)
{
	const struct kfl_token *t = token(p, c);
	struct kfl_node *n = new_node(p, kind, c->at);
	const char *bad;

	if (n == NULL)
		return FAILED;
	c->at++;
	n->raw = t->text;
	n->text = trim_quotes(t->text);
	bad = literal_value(n);
	if (bad != NULL) {
		p->fail = (struct fail){ FAIL_NUMBER, c->at - 1, bad };
		return FAILED;
	}
	close_node(p, c, n);
	*ret = n;
	return OK;
}

static enum result
parse_regex(struct parser *p, struct ctx *c, struct kfl_node **ret)
{
	struct ctx begin = *c;
	enum result r;

	c->at++;
	if (!is_string(token(p, c)))
		return fail(p, c, "(<string> | <char> | <rawstring>)");
	r = parse_literal(p, c, KFL_REGEX, ret);
	if (r == OK)
		(*ret)->at = token(p, &begin)->at;
	return r;
}

/* Behind the opening parenthesis. */
static enum result
parse_group(struct parser *p, struct ctx *c, struct kfl_node **ret)
{
	struct kfl_node *n = new_node(p, KFL_GROUP, c->at);
	enum result r;

	if (n == NULL)
		return FAILED;
	c->at++;
	r = parse_expression(p, c, &n->left);
	if (r == NONE)
		return fail(p, c, "Expression \")\"");
	if (r == FAILED)
		return FAILED;
	if (!take(p, c, ")"))
		return fail(p, c, "\")\"");
	close_node(p, c, n);
	*ret = n;
	return OK;
}

/* --- calls ---------------------------------------------------------------- */

/* A name, and as many of ".", ".*" as follow, each with a name or without. */
static enum result
parse_path(struct parser *p, struct ctx *c, struct kfl_call *call)
{
	uint32_t first = c->at++;
	struct buf b;
	int rc = 0;

	for (;;) {
		struct ctx branch = *c;

		if (!take(p, &branch, "."))
			break;
		if (!take(p, &branch, "*")) {
			(void)fail(p, &branch, "\"*\"");
			(void)is_final(p, c, &branch);
		}
		c->at = branch.at;
		if (token(p, c)->type == KFL_T_NAME)
			c->at++;
	}
	buf_init(&b, KFL_TEXT_MAX);
	for (uint32_t i = first; i < c->at && rc == 0; i++)
		rc = buf_append_str(&b, p->t[i].text);
	call->name = arena_dup(p->a, buf_str(&b));
	buf_release(&b);
	if (rc == 0)
		rc = arena_error(p->a);
	return rc == 0 ? OK : over_limit(p, rc);
}

/* [ name ":" ] expression */
static enum result
parse_arg(struct parser *p, struct ctx *c, struct kfl_arg **ret)
{
	struct kfl_arg *arg = arena_zalloc(p->a, sizeof(*arg));
	const struct kfl_token *t = token(p, c);
	enum result r;

	if (arg == NULL)
		return over_limit(p, arena_error(p->a));
	if (t->type == KFL_T_NAME) {
		struct ctx branch = *c;

		branch.at++;
		if (take(p, &branch, ":")) {
			arg->tag = t->text;
			c->at = branch.at;
		} else {
			(void)fail(p, &branch, "\":\"");
			(void)without(p, c, &branch);
		}
	}
	r = parse_expression(p, c, &arg->value);
	if (r == NONE)
		r = fail(p, c, "Expression");
	if (r == FAILED)
		note(c, &p->fail);
	*ret = arg;
	return r;
}

/* arg { "," arg } */
static enum result
parse_args(struct parser *p, struct ctx *c, struct kfl_arg **ret)
{
	enum result r = parse_arg(p, c, ret);

	while (r == OK) {
		struct ctx branch = *c;

		ret = &(*ret)->next;
		if (!take(p, &branch, ","))
			return OK;
		r = parse_arg(p, &branch, ret);
		if (r == OK) {
			*c = branch;
			continue;
		}
		*ret = NULL;
		return without(p, c, &branch);
	}
	*ret = NULL;
	return r;
}

static enum result
parse_parens(struct parser *p, struct ctx *c, struct kfl_call *call)
{
	struct ctx branch = *c;
	struct ctx inner;
	enum result r;

	if (!take(p, &branch, "("))
		return OK;
	inner = branch;
	r = parse_args(p, &inner, &call->args);
	if (r == OK)
		branch = inner;
	else
		r = without(p, &branch, &inner);
	if (r == OK && !take(p, &branch, ")"))
		r = fail(p, &branch, "\")\"");
	if (r == OK) {
		call->parens = true;
		*c = branch;
		return OK;
	}
	call->args = NULL;
	return without(p, c, &branch);
}

/* "[" Int "]" */
static enum result
parse_index(struct parser *p, struct ctx *c, struct kfl_call *call)
{
	struct ctx branch = *c;
	const struct kfl_token *t;
	const char *bad;

	if (!take(p, &branch, "["))
		return NONE;
	t = token(p, &branch);
	if (t->type != KFL_T_INT) {
		(void)fail(p, &branch, "<int> \"]\"");
		return without(p, c, &branch) == OK ? NONE : FAILED;
	}
	branch.at++;
	if (!take(p, &branch, "]")) {
		(void)fail(p, &branch, "\"]\"");
		return without(p, c, &branch) == OK ? NONE : FAILED;
	}
	bad = kfl_literal_index(t->text, &call->index);
	*c = branch;
	if (bad != NULL) {
		p->fail = (struct fail){ FAIL_INDEX, c->at - 2, bad };
		return FAILED;
	}
	call->has_index = true;
	call->index_raw = t->text;
	return OK;
}

/* "[" ( String | "*" ) "]" */
static enum result
parse_key(struct parser *p, struct ctx *c, struct kfl_call *call)
{
	struct ctx branch = *c;
	const struct kfl_token *t;

	if (!take(p, &branch, "["))
		return NONE;
	t = token(p, &branch);
	if (!is_string(t) && !take(p, &branch, "*")) {
		(void)fail(p, &branch,
		           "(<string> | <char> | <rawstring> | \"*\") \"]\"");
		return without(p, c, &branch) == OK ? NONE : FAILED;
	}
	if (is_string(t))
		branch.at++;
	if (!take(p, &branch, "]")) {
		(void)fail(p, &branch, "\"]\"");
		return without(p, c, &branch) == OK ? NONE : FAILED;
	}
	call->key = t->text;
	*c = branch;
	return OK;
}

/* "." "." name */
static enum result
parse_descent(struct parser *p, struct ctx *c, struct kfl_call *call)
{
	struct ctx branch = *c;

	if (!take(p, &branch, "."))
		return NONE;
	if (!take(p, &branch, ".")) {
		(void)fail(p, &branch, "\".\" <ident>");
		return without(p, c, &branch) == OK ? NONE : FAILED;
	}
	if (token(p, &branch)->type != KFL_T_NAME) {
		(void)fail(p, &branch, "<ident>");
		return without(p, c, &branch) == OK ? NONE : FAILED;
	}
	call->descent = token(p, &branch)->text;
	branch.at++;
	*c = branch;
	return OK;
}

/* "." expression */
static enum result
parse_tail(struct parser *p, struct ctx *c, struct kfl_call *call)
{
	struct ctx branch = *c;
	enum result r;

	if (!take(p, &branch, "."))
		return NONE;
	r = parse_expression(p, &branch, &call->tail);
	if (r == NONE)
		r = fail(p, &branch, "Expression");
	if (r == OK) {
		*c = branch;
		return OK;
	}
	call->tail = NULL;
	return without(p, c, &branch) == OK ? NONE : FAILED;
}

static enum result
parse_select(struct parser *p, struct ctx *c, struct kfl_call *call)
{
	static enum result (*const part[])(struct parser *, struct ctx *,
	                                   struct kfl_call *) = {
		parse_index, parse_key, parse_descent, parse_tail
	};
	struct ctx branch = *c;

	for (size_t i = 0; i < ARRAY_LEN(part); i++) {
		if (part[i](p, &branch, call) == FAILED) {
			note(&branch, &p->fail);
			return without(p, c, &branch);
		}
	}
	*c = branch;
	return OK;
}

static enum result
parse_call(struct parser *p, struct ctx *c, struct kfl_node **ret)
{
	uint32_t first = c->at;
	struct kfl_node *n = new_node(p, KFL_CALL, first);
	enum result r;

	if (n == NULL)
		return FAILED;
	n->call = arena_zalloc(p->a, sizeof(*n->call));
	if (n->call == NULL)
		return over_limit(p, arena_error(p->a));
	r = parse_path(p, c, n->call);
	if (r == OK)
		r = parse_parens(p, c, n->call);
	if (r == OK)
		r = parse_select(p, c, n->call);
	if (r != OK) {
		note(c, &p->fail);
		return FAILED;
	}
	close_node(p, c, n);
	*ret = n;
	return OK;
}

/* --- operators ------------------------------------------------------------ */

/* The alternatives of a primary by what they begin with. */
static enum result
parse_alternative(struct parser *p, struct ctx *c, struct kfl_node **ret)
{
	const struct kfl_token *t = token(p, c);

	switch (t->type) {
	case KFL_T_INT:
	case KFL_T_FLOAT:
		return parse_literal(p, c, KFL_NUMBER, ret);
	case KFL_T_STRING:
	case KFL_T_CHAR:
	case KFL_T_RAW:
		return parse_literal(p, c, KFL_STRING, ret);
	case KFL_T_NAME:
		if (str_eq(t->text, STR("true")) ||
		    str_eq(t->text, STR("false")))
			return parse_literal(p, c, KFL_BOOL, ret);
		if (str_eq(t->text, STR("nil")))
			return parse_literal(p, c, KFL_NIL, ret);
		return parse_call(p, c, ret);
	case KFL_T_OTHER:
		return str_eq(t->text, STR("(")) ? parse_group(p, c, ret)
		                                 : NONE;
	default:
		return NONE;
	}
}

static enum result
parse_primary(struct parser *p, struct ctx *c, struct kfl_node **ret)
{
	struct ctx branch = *c;
	enum result r;

	if (str_eq(token(p, c)->text, STR("r")) &&
	    token(p, c)->type == KFL_T_NAME) {
		r = parse_regex(p, &branch, ret);
		if (r == OK) {
			*c = branch;
			return OK;
		}
		if (is_final(p, c, &branch))
			return FAILED;
		branch = *c;
	}
	r = parse_alternative(p, &branch, ret);
	if (r == OK)
		*c = branch;
	else if (r == FAILED && p->fail.kind == FAIL_NUMBER)
		c->at = branch.at; /* the number itself was read */
	else if (r == FAILED && !is_final(p, c, &branch))
		note(c, &p->fail);
	return r;
}

static enum result parse_sign(struct parser *p, struct ctx *c,
                              struct kfl_node **ret);

static enum result
parse_unary(struct parser *p, struct ctx *c, struct kfl_node **ret)
{
	struct ctx branch = *c;
	struct str t = token(p, c)->text;
	enum result r;

	if (str_eq(t, STR("!")) || str_eq(t, STR("-")))
		r = parse_sign(p, &branch, ret);
	else
		r = parse_primary(p, &branch, ret);
	if (r == OK)
		*c = branch;
	else if (r == FAILED && !is_final(p, c, &branch))
		note(c, &p->fail);
	return r;
}

static enum result
parse_sign(struct parser *p, struct ctx *c, struct kfl_node **ret)
{
	bool negates = str_eq(token(p, c)->text, STR("-"));
	struct kfl_node *n = new_node(p, negates ? KFL_NEG : KFL_NOT, c->at);
	enum result r;

	if (n == NULL || descend(p) != OK)
		return FAILED;
	c->at++;
	r = parse_unary(p, c, &n->left);
	p->depth--;
	if (r == NONE)
		return fail(p, c, "Unary");
	if (r == FAILED)
		return FAILED;
	close_node(p, c, n);
	*ret = n;
	return OK;
}

/* An operator between comparisons; false when there is none. */
static bool
take_comparison(struct parser *p, struct ctx *c, enum kfl_kind *ret)
{
	bool greater = take(p, c, ">");

	if (!greater && !take(p, c, "<"))
		return false;
	if (take(p, c, "=")) {
		*ret = greater ? KFL_GE : KFL_LE;
		return true;
	}
	/* Here ">" "=" failed, and ">" alone succeeds. */
	*ret = greater ? KFL_GT : KFL_LT;
	return true;
}

/* OK, NONE when there is no such operator, FAILED for half of one. */
static enum result
take_equality(struct parser *p, struct ctx *c, enum kfl_kind *ret)
{
	struct ctx branch = *c;
	bool differs = take(p, &branch, "!");

	if (!differs && !take(p, &branch, "="))
		return NONE;
	if (take(p, &branch, "=")) {
		*ret = differs ? KFL_NE : KFL_EQ;
		*c = branch;
		return OK;
	}
	(void)fail(p, &branch, "\"=\"");
	(void)is_final(p, c, &branch);
	note(c, &p->fail);
	return FAILED;
}

/* left OPERATOR right, made of what was parsed. */
static enum result
join(struct parser *p, const struct ctx *c, enum kfl_kind kind,
     struct kfl_node **io_left, struct kfl_node *right)
{
	struct kfl_node *n = new_node(p, kind, 0);

	if (n == NULL)
		return FAILED;
	n->at = (*io_left)->at;
	n->left = *io_left;
	n->right = right;
	close_node(p, c, n);
	*io_left = n;
	return OK;
}

static enum result
parse_comparison(struct parser *p, struct ctx *c, struct kfl_node **ret)
{
	enum result r = parse_unary(p, c, ret);
	struct ctx branch = *c;
	struct kfl_node *right;
	enum kfl_kind kind;

	if (r == FAILED)
		note(c, &p->fail);
	if (r != OK || !take_comparison(p, &branch, &kind))
		return r;
	if (descend(p) != OK)
		return FAILED;
	r = parse_comparison(p, &branch, &right);
	p->depth--;
	if (r == NONE)
		r = fail(p, &branch, "Comparison");
	if (r == FAILED)
		return without(p, c, &branch);
	*c = branch;
	return join(p, c, kind, ret, right);
}

static enum result
parse_equality(struct parser *p, struct ctx *c, struct kfl_node **ret)
{
	enum result r = parse_comparison(p, c, ret);
	struct ctx branch = *c;
	struct kfl_node *right;
	enum kfl_kind kind;

	if (r != OK)
		return r;
	r = take_equality(p, &branch, &kind);
	if (r == NONE)
		return OK;
	if (r == FAILED)
		return without(p, c, &branch);
	if (descend(p) != OK)
		return FAILED;
	r = parse_equality(p, &branch, &right);
	p->depth--;
	if (r == NONE)
		r = fail(p, &branch, "Equality");
	if (r == FAILED)
		return without(p, c, &branch);
	*c = branch;
	return join(p, c, kind, ret, right);
}

/*
 * equality { ("and" | "or") equality }, to the right. A loop, because people
 * and programs write long chains of these.
 */
static enum result
parse_logical(struct parser *p, struct ctx *c, struct kfl_node **ret)
{
	enum result r = parse_equality(p, c, ret);

	while (r == OK) {
		struct ctx branch = *c;
		bool both = take(p, &branch, "and");
		struct kfl_node *right;

		if (!both && !take(p, &branch, "or"))
			break;
		r = parse_equality(p, &branch, &right);
		if (r == NONE)
			r = fail(p, &branch, "Logical");
		if (r == FAILED)
			return without(p, c, &branch);
		*c = branch;
		r = join(p, c, both ? KFL_AND : KFL_OR, ret, right);
		if (r == OK)
			ret = &(*ret)->right;
	}
	return r;
}

static enum result
parse_expression(struct parser *p, struct ctx *c, struct kfl_node **ret)
{
	enum result r;

	if (descend(p) != OK)
		return FAILED;
	r = parse_logical(p, c, ret);
	p->depth--;
	return r;
}

/* --- the whole, and its messages ------------------------------------------ */

static int
report_limit(const struct parser *p, struct err *e)
{
	if (p->stop == ERR_LIMIT && p->nodes > KFL_NODES_MAX)
		return err_set(e, ERR_LIMIT, "the query has more than %d parts",
		               (int)KFL_NODES_MAX);
	if (p->stop == ERR_LIMIT)
		return err_set(e, ERR_LIMIT,
		               "the query is nested deeper than %d levels",
		               (int)KFL_DEPTH_MAX);
	return err_set(e, p->stop, "the query needs too much memory");
}

static int
report_number(const struct parser *p, const struct fail *f, struct err *e)
{
	struct str text = p->t[f->token].text;
	bool index = f->kind == FAIL_INDEX;

	return err_set(e, ERR_SYNTAX,
	               "%s: invalid integer \"" STR_FMT "\": strconv.%s: "
	               "parsing \"" STR_FMT "\": %s",
	               index ? "SelectExpression.Index" : "Primary.Number",
	               STR_ARG(text), index ? "ParseInt" : "ParseFloat",
	               STR_ARG(text), f->what);
}

static int
report(const struct parser *p, const struct fail *f, struct err *e,
       struct kfl_where *where)
{
	const struct kfl_token *t = &p->t[f->token];
	struct str quoted = STR("\"<EOF>\"");
	bool expected = f->what[0] != '\0';

	where->at = t->at;
	where->end = t->at + t->text.n;
	where->expected = "";
	if (f->kind != FAIL_TOKEN)
		return report_number(p, f, e);
	where->expected = f->what;
	if (t->type != KFL_T_EOF)
		quoted = kfl_literal_quote(t->text, p->a);
	err_set(e, ERR_SYNTAX, "unexpected token " STR_FMT "%s%s%s",
	        STR_ARG(quoted), expected ? " (expected " : "", f->what,
	        expected ? ")" : "");
	kfl_place(p->text, t->at, e);
	return ERR_SYNTAX;
}

int
kfl_parse_text(struct str text, struct arena *a, struct err *e,
               struct kfl_where *where, struct kfl_node **ret_root)
{
	struct parser p = { .a = a, .text = text };
	struct ctx c = { .at = 0 };
	struct kfl_node *root = NULL;
	struct kfl_token *tokens;
	enum result r;
	int rc;

	rc = kfl_lex(text, a, e, &tokens, &where->at);
	if (rc != 0) {
		where->end = where->at;
		where->expected = "";
		return rc;
	}
	p.t = tokens;
	if (text.n == 0) {
		root = new_node(&p, KFL_EMPTY, 0);
		if (root == NULL)
			return report_limit(&p, e);
		*ret_root = root;
		return 0;
	}
	r = parse_expression(&p, &c, &root);
	if (p.stop != 0)
		return report_limit(&p, e);
	if (r == FAILED)
		return report(&p, &p.fail, e, where);
	if (r == OK && token(&p, &c)->type == KFL_T_EOF) {
		*ret_root = root;
		return 0;
	}
	(void)fail(&p, &c, "");
	if (c.at < c.depth)
		p.fail = c.deepest;
	return report(&p, &p.fail, e, where);
}
