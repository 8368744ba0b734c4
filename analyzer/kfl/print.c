/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/kfl/print.h"

static const char *
operator_text(enum kfl_kind kind)
{
	switch (kind) {
	case KFL_EQ:
		return "==";
	case KFL_NE:
		return "!=";
	case KFL_GT:
		return ">";
	case KFL_GE:
		return ">=";
	case KFL_LT:
		return "<";
	case KFL_LE:
		return "<=";
	case KFL_AND:
		return "and";
	case KFL_OR:
		return "or";
	default:
		return "";
	}
}

static int
print_args(const struct kfl_call *c, struct buf *out)
{
	int rc = buf_append_byte(out, '(');

	for (const struct kfl_arg *a = c->args; a != NULL && rc == 0;
	     a = a->next) {
		if (a->tag.n > 0)
			rc = buf_printf(out, STR_FMT ": ", STR_ARG(a->tag));
		if (rc == 0)
			rc = kfl_print_node(a->value, out);
		if (rc == 0 && a->next != NULL)
			rc = buf_append_str(out, STR(", "));
	}
	return rc == 0 ? buf_append_byte(out, ')') : rc;
}

/* ".5" would be read as a number, and so would ". 5" without its blank. */
static int
print_tail(const struct kfl_node *tail, struct buf *out)
{
	const struct kfl_node *first = tail;
	int rc = buf_append_byte(out, '.');

	while (first->left != NULL && first->kind >= KFL_EQ)
		first = first->left;
	if (rc == 0 && first->kind == KFL_NUMBER)
		rc = buf_append_byte(out, ' ');
	return rc == 0 ? kfl_print_node(tail, out) : rc;
}

static int
print_call(const struct kfl_call *c, struct buf *out)
{
	int rc = buf_append_str(out, c->name);

	if (rc == 0 && c->parens)
		rc = print_args(c, out);
	if (rc == 0 && c->has_index)
		rc = buf_printf(out, "[" STR_FMT "]", STR_ARG(c->index_raw));
	if (rc == 0 && c->key.n > 0)
		rc = buf_printf(out, "[" STR_FMT "]", STR_ARG(c->key));
	if (rc == 0 && c->descent.n > 0)
		rc = buf_printf(out, ".." STR_FMT, STR_ARG(c->descent));
	if (rc == 0 && c->tail != NULL)
		rc = print_tail(c->tail, out);
	return rc;
}

/* left OPERATOR right; a chain to the right is walked, not recursed into. */
static int
print_chain(const struct kfl_node *n, struct buf *out)
{
	int rc = 0;

	while (rc == 0 && n->kind >= KFL_EQ) {
		rc = kfl_print_node(n->left, out);
		if (rc == 0)
			rc = buf_printf(out, " %s ", operator_text(n->kind));
		n = n->right;
	}
	return rc == 0 ? kfl_print_node(n, out) : rc;
}

int
kfl_print_node(const struct kfl_node *n, struct buf *out)
{
	int rc;

	switch (n->kind) {
	case KFL_EMPTY:
		return 0;
	case KFL_NUMBER:
	case KFL_STRING:
	case KFL_BOOL:
	case KFL_NIL:
		return buf_append_str(out, n->raw);
	case KFL_REGEX:
		return buf_printf(out, "r" STR_FMT, STR_ARG(n->raw));
	case KFL_CALL:
		return print_call(n->call, out);
	case KFL_GROUP:
		rc = buf_append_byte(out, '(');
		if (rc == 0)
			rc = kfl_print_node(n->left, out);
		return rc == 0 ? buf_append_byte(out, ')') : rc;
	case KFL_NOT:
	case KFL_NEG:
		rc = buf_append_byte(out, n->kind == KFL_NOT ? '!' : '-');
		return rc == 0 ? kfl_print_node(n->left, out) : rc;
	default:
		return print_chain(n, out);
	}
}
