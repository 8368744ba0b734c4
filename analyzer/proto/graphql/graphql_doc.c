/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/graphql/graphql_doc.h"

#include <string.h>

#include "base/cursor.h"

enum lex {
	LEX_START,
	LEX_NAME,
	LEX_NUMBER,
	LEX_COMMENT,
	LEX_DOTS,   /* `quotes` of three dots were seen */
	LEX_QUOTES, /* one or two quotes: a string, or a block string */
	LEX_STRING,
	LEX_STRING_ESCAPE,
	LEX_BLOCK,
	LEX_BLOCK_ESCAPE,
	LEX_MARK, /* the rest of a byte order mark */
	LEX_FAILED,
};

/* What the parser expects. */
enum parse {
	PARSE_TOP,     /* a definition, or the end */
	PARSE_OP,      /* behind "query": name, variables, or the selection */
	PARSE_OP_HEAD, /* the same behind the name */
	PARSE_HEAD,    /* directives, or the selection */
	PARSE_FRAGMENT,
	PARSE_FRAGMENT_ON,
	PARSE_FRAGMENT_TYPE,
	PARSE_SELECTION, /* in a selection: one more, or its end */
	PARSE_FIELD,     /* behind a name: perhaps it was an alias */
	PARSE_ALIASED,
	PARSE_FIELD_REST, /* behind the field's name */
	PARSE_FIELD_TAIL, /* behind its arguments */
	PARSE_SPREAD,     /* behind "..." */
	PARSE_SPREAD_TYPE,
	PARSE_SPREAD_TAIL, /* behind "... name" */
	PARSE_INLINE,      /* behind "... on Type" */
	PARSE_DIRECTIVE,
	PARSE_DIRECTIVE_REST,
	PARSE_GROUP, /* between parentheses */
};

/* A token is its punctuator, or one of these. */
enum { TOKEN_NAME = 'n', TOKEN_VALUE = 'v', TOKEN_SPREAD = '.' };

/* --- brackets ----------------------------------------------------------- */

static bool
doc_push(struct graphql_doc *d, char closer)
{
	if (d->depth == GRAPHQL_DOC_DEPTH)
		return false;
	d->closer[d->depth++] = closer;
	d->first = true;
	return true;
}

static bool
doc_pop(struct graphql_doc *d, char closer)
{
	if (d->depth == 0 || d->first || d->closer[d->depth - 1] != closer)
		return false;
	d->depth--;
	return true;
}

static bool
doc_go(struct graphql_doc *d, enum parse next)
{
	d->parse = (int)next;
	return true;
}

/* A selection set begins. */
static bool
doc_select(struct graphql_doc *d)
{
	return doc_push(d, '}') && doc_go(d, PARSE_SELECTION);
}

/* Parentheses begin, and then `after`. */
static bool
doc_group(struct graphql_doc *d, enum parse after)
{
	d->after = (int)after;
	return doc_push(d, ')') && doc_go(d, PARSE_GROUP);
}

static bool
doc_directive(struct graphql_doc *d, enum parse after)
{
	d->after = (int)after;
	return doc_go(d, PARSE_DIRECTIVE);
}

/* --- telling ------------------------------------------------------------ */

static struct str
doc_name(const struct graphql_doc *d)
{
	return str_make(d->name, d->nname);
}

static void
doc_tell(const struct graphql_doc *d, enum graphql_part part, struct str name)
{
	if (d->on != NULL)
		d->on(d->ctx, part, name);
}

static void
doc_hold(struct graphql_doc *d)
{
	memcpy(d->held, d->name, d->nname);
	d->nheld = d->nname;
}

/* The name that was held is a field's. */
static void
doc_tell_field(const struct graphql_doc *d)
{
	if (d->operation && d->depth == 1)
		doc_tell(d, GRAPHQL_FIELD, str_make(d->held, d->nheld));
}

/* --- parsing ------------------------------------------------------------ */

static bool
parse_top(struct graphql_doc *d, char token)
{
	static const struct str types[] = { STR_INIT("query"),
		                            STR_INIT("mutation"),
		                            STR_INIT("subscription") };

	d->operation = true;
	if (token == '{') {
		doc_tell(d, GRAPHQL_OPERATION, types[0]);
		return doc_select(d);
	}
	if (token != TOKEN_NAME)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (!str_eq(doc_name(d), types[i]))
			continue;
		doc_tell(d, GRAPHQL_OPERATION, types[i]);
		return doc_go(d, PARSE_OP);
	}
	d->operation = false;
	return str_eq(doc_name(d), STR("fragment")) &&
	       doc_go(d, PARSE_FRAGMENT);
}

/* Between the keyword and the selection set. */
static bool
parse_head(struct graphql_doc *d, char token)
{
	if (token == TOKEN_NAME && d->parse == PARSE_OP) {
		doc_tell(d, GRAPHQL_NAME, doc_name(d));
		return doc_go(d, PARSE_OP_HEAD);
	}
	if (token == '(' && d->parse != PARSE_HEAD)
		return doc_group(d, PARSE_HEAD);
	if (token == '@')
		return doc_directive(d, PARSE_HEAD);
	return token == '{' && doc_select(d);
}

static bool
parse_fragment(struct graphql_doc *d, char token)
{
	bool on = str_eq(doc_name(d), STR("on"));

	if (token != TOKEN_NAME)
		return false;
	if (d->parse == PARSE_FRAGMENT)
		return !on && doc_go(d, PARSE_FRAGMENT_ON);
	if (d->parse == PARSE_FRAGMENT_ON)
		return on && doc_go(d, PARSE_FRAGMENT_TYPE);
	return doc_go(d, PARSE_HEAD);
}

/* The next selection, or the end of the set. */
static bool
parse_selection(struct graphql_doc *d, char token)
{
	switch (token) {
	case TOKEN_NAME:
		d->first = false;
		doc_hold(d);
		return doc_go(d, PARSE_FIELD);
	case TOKEN_SPREAD:
		d->first = false;
		return doc_go(d, PARSE_SPREAD);
	case '}':
		if (!doc_pop(d, '}'))
			return false;
		if (d->depth != 0)
			return doc_go(d, PARSE_SELECTION);
		d->definitions++;
		return doc_go(d, PARSE_TOP);
	default:
		return false;
	}
}

static bool
parse_field(struct graphql_doc *d, char token)
{
	if (d->parse == PARSE_FIELD && token == ':')
		return doc_go(d, PARSE_ALIASED);
	if (d->parse == PARSE_ALIASED) {
		doc_hold(d);
		return token == TOKEN_NAME && doc_go(d, PARSE_FIELD_REST);
	}
	if (d->parse != PARSE_FIELD_TAIL)
		doc_tell_field(d);
	if (token == '(' && d->parse != PARSE_FIELD_TAIL)
		return doc_group(d, PARSE_FIELD_TAIL);
	if (token == '@')
		return doc_directive(d, PARSE_FIELD_TAIL);
	if (token == '{')
		return doc_select(d);
	return parse_selection(d, token);
}

static bool
parse_spread(struct graphql_doc *d, char token)
{
	if (d->parse == PARSE_SPREAD && token == TOKEN_NAME)
		return doc_go(d, str_eq(doc_name(d), STR("on"))
		                     ? PARSE_SPREAD_TYPE
		                     : PARSE_SPREAD_TAIL);
	if (d->parse == PARSE_SPREAD_TYPE)
		return token == TOKEN_NAME && doc_go(d, PARSE_INLINE);
	if (d->parse == PARSE_SPREAD_TAIL)
		return token == '@' ? doc_directive(d, PARSE_SPREAD_TAIL)
		                    : parse_selection(d, token);
	if (token == '@')
		return doc_directive(d, PARSE_INLINE);
	return token == '{' && doc_select(d);
}

static bool
parse_group(struct graphql_doc *d, char token)
{
	switch (token) {
	case TOKEN_SPREAD:
		return false;
	case '(':
		return false;
	case '[':
	case '{':
		/* Lists and objects may be empty. */
		if (!doc_push(d, token == '[' ? ']' : '}'))
			return false;
		d->first = false;
		return true;
	case ')':
	case ']':
	case '}':
		if (!doc_pop(d, token))
			return false;
		return token != ')' || doc_go(d, (enum parse)d->after);
	default:
		d->first = false;
		return true;
	}
}

static bool doc_token(struct graphql_doc *d, char token);

static bool
parse_directive(struct graphql_doc *d, char token)
{
	enum parse after = (enum parse)d->after;

	if (d->parse == PARSE_DIRECTIVE)
		return token == TOKEN_NAME && doc_go(d, PARSE_DIRECTIVE_REST);
	if (token == '(')
		return doc_group(d, after);
	return doc_go(d, after) && doc_token(d, token);
}

static bool
doc_token(struct graphql_doc *d, char token)
{
	switch ((enum parse)d->parse) {
	case PARSE_TOP:
		return parse_top(d, token);
	case PARSE_OP:
	case PARSE_OP_HEAD:
	case PARSE_HEAD:
		return parse_head(d, token);
	case PARSE_FRAGMENT:
	case PARSE_FRAGMENT_ON:
	case PARSE_FRAGMENT_TYPE:
		return parse_fragment(d, token);
	case PARSE_SELECTION:
		return parse_selection(d, token);
	case PARSE_FIELD:
	case PARSE_ALIASED:
	case PARSE_FIELD_REST:
	case PARSE_FIELD_TAIL:
		return parse_field(d, token);
	case PARSE_SPREAD:
	case PARSE_SPREAD_TYPE:
	case PARSE_SPREAD_TAIL:
	case PARSE_INLINE:
		return parse_spread(d, token);
	case PARSE_DIRECTIVE:
	case PARSE_DIRECTIVE_REST:
		return parse_directive(d, token);
	case PARSE_GROUP:
		return parse_group(d, token);
	}
	return false;
}

/* --- tokens ------------------------------------------------------------- */

static bool
is_name(uint8_t b)
{
	return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || b == '_' ||
	       (b >= '0' && b <= '9');
}

static bool
is_number(uint8_t b)
{
	return (b >= '0' && b <= '9') || b == '-' || b == '+' || b == '.' ||
	       b == 'e' || b == 'E';
}

/* A token is complete, as far as the cursor. */
static bool
lex_done(struct graphql_doc *d, char token)
{
	d->lex = LEX_START;
	return doc_token(d, token);
}

static bool
lex_next(struct graphql_doc *d, struct cursor *c, enum lex next)
{
	d->lex = (int)next;
	return cur_skip(c, 1);
}

static bool
lex_start(struct graphql_doc *d, struct cursor *c)
{
	static const char blanks[] = " \t\r\n,";
	static const char marks[] = "!$&():=@[]{|}";
	uint8_t b = cur_peek_u8(c);

	d->quotes = 1;
	d->nname = 0;
	if (b == '.')
		return lex_next(d, c, LEX_DOTS);
	if (b == '-' || (b >= '0' && b <= '9'))
		return lex_next(d, c, LEX_NUMBER);
	if (is_name(b)) {
		d->lex = LEX_NAME;
		return true;
	}
	if (b == '"')
		return lex_next(d, c, LEX_QUOTES);
	if (b == '#')
		return lex_next(d, c, LEX_COMMENT);
	if (b == 0xef)
		return lex_next(d, c, LEX_MARK);
	(void)cur_skip(c, 1);
	if (b != 0 && memchr(blanks, b, sizeof(blanks) - 1) != NULL)
		return true;
	return b != 0 && memchr(marks, b, sizeof(marks) - 1) != NULL &&
	       doc_token(d, (char)b);
}

static bool
lex_name(struct graphql_doc *d, struct cursor *c)
{
	uint8_t b = cur_peek_u8(c);

	if (!is_name(b))
		return lex_done(d, TOKEN_NAME);
	if (d->nname < GRAPHQL_DOC_NAME)
		d->name[d->nname++] = (char)b;
	return cur_skip(c, 1);
}

static bool
lex_dots(struct graphql_doc *d, struct cursor *c)
{
	if (cur_u8(c) != '.')
		return false;
	if (++d->quotes < 3)
		return true;
	d->lex = LEX_START;
	return doc_token(d, TOKEN_SPREAD);
}

static bool
lex_quotes(struct graphql_doc *d, struct cursor *c)
{
	uint8_t b = cur_peek_u8(c);

	if (b == '"' && d->quotes == 2) {
		d->quotes = 0;
		return lex_next(d, c, LEX_BLOCK);
	}
	if (b == '"') {
		d->quotes = 2;
		return cur_skip(c, 1);
	}
	if (d->quotes == 2)
		return lex_done(d, TOKEN_VALUE);
	d->lex = LEX_STRING;
	return true;
}

static bool
lex_string(struct graphql_doc *d, struct cursor *c)
{
	uint8_t b = cur_u8(c);

	if (d->lex == LEX_STRING_ESCAPE)
		d->lex = LEX_STRING;
	else if (b == '\\')
		d->lex = LEX_STRING_ESCAPE;
	else if (b == '"')
		return lex_done(d, TOKEN_VALUE);
	return b != '\n' && b != '\r';
}

static bool
lex_block(struct graphql_doc *d, struct cursor *c)
{
	uint8_t b = cur_u8(c);

	if (b != '"') {
		d->quotes = 0;
		d->lex = b == '\\' ? LEX_BLOCK_ESCAPE : LEX_BLOCK;
		return true;
	}
	if (++d->quotes < 3)
		return true;
	d->quotes = 0;
	if (d->lex == LEX_BLOCK)
		return lex_done(d, TOKEN_VALUE);
	d->lex = LEX_BLOCK;
	return true;
}

/* EF BB BF, which may stand anywhere. */
static bool
lex_mark(struct graphql_doc *d, struct cursor *c)
{
	uint8_t b = cur_u8(c);

	if (d->quotes++ == 1)
		return b == 0xbb;
	d->lex = LEX_START;
	return b == 0xbf;
}

static bool
lex_step(struct graphql_doc *d, struct cursor *c)
{
	switch ((enum lex)d->lex) {
	case LEX_START:
		return lex_start(d, c);
	case LEX_NAME:
		return lex_name(d, c);
	case LEX_NUMBER:
		return is_number(cur_peek_u8(c)) ? cur_skip(c, 1)
		                                 : lex_done(d, TOKEN_VALUE);
	case LEX_COMMENT:
		if (cur_u8(c) == '\n')
			d->lex = LEX_START;
		return true;
	case LEX_DOTS:
		return lex_dots(d, c);
	case LEX_QUOTES:
		return lex_quotes(d, c);
	case LEX_STRING:
	case LEX_STRING_ESCAPE:
		return lex_string(d, c);
	case LEX_BLOCK:
	case LEX_BLOCK_ESCAPE:
		return lex_block(d, c);
	case LEX_MARK:
		return lex_mark(d, c);
	case LEX_FAILED:
		break;
	}
	return false;
}

bool
graphql_doc_feed(struct graphql_doc *d, struct str piece)
{
	struct cursor c = cur_from_str(piece, false);

	while (d->lex != LEX_FAILED && !cur_at_end(&c))
		if (!lex_step(d, &c))
			d->lex = LEX_FAILED;
	return d->lex != LEX_FAILED;
}

bool
graphql_doc_end(struct graphql_doc *d)
{
	/* A blank ends what needs an end. */
	return graphql_doc_feed(d, STR("\n")) && d->lex == LEX_START &&
	       d->parse == PARSE_TOP && d->definitions != 0;
}
