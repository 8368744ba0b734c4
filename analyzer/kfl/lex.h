/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lex: a query as tokens.
 *
 * The tokens are those of Go's text/scanner, which the original uses: names,
 * integers, floats, "strings", 'strings', `strings` and single characters.
 * There are no operators of two characters, so "= =" is "==". Blanks and
 * comments are passed over. Escapes in strings are checked and never decoded.
 *
 * All of the text is lexed before anything is parsed: the first mistake in a
 * token is reported before any mistake in the grammar, as the original does.
 */
#ifndef KFL_LEX_H
#define KFL_LEX_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

enum kfl_token_type {
	KFL_T_EOF,
	KFL_T_NAME,
	KFL_T_INT,
	KFL_T_FLOAT,
	KFL_T_STRING, /* "..." */
	KFL_T_CHAR,   /* '...' */
	KFL_T_RAW,    /* `...` */
	KFL_T_OTHER,  /* one character */
};

struct kfl_token {
	enum kfl_token_type type;
	uint32_t at;
	struct str text; /* part of the query, quotes included */
};

/*
 * The tokens of `text`, the last of type KFL_T_EOF, in arena `a`. Or
 * ERR_SYNTAX with the message and the place in *e, and the offset in *ret_bad;
 * ERR_LIMIT, ERR_NOMEM, ERR_BUDGET.
 */
int kfl_lex(struct str text, struct arena *a, struct err *e,
            struct kfl_token **ret_tokens, size_t *ret_bad) WARN_UNUSED;

/* Sets line and column (from 1, in bytes) of offset `at` of `text` in *e. */
void kfl_place(struct str text, size_t at, struct err *e);

#endif /* KFL_LEX_H */
