/* SPDX-License-Identifier: Apache-2.0 */
/*
 * err: error codes and error texts.
 *
 * A function that can fail returns 0 or one of these codes, which are all
 * negative; functions that pass on errno return it negated. The code is for the
 * program. Where a person will read about it (a file that cannot be opened, a
 * filter with a typing error), the function takes a struct err * as well and
 * fills in a sentence: what, where, and what to do next.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>

#include "base/compiler.h"

enum err_code {
#define E(name, code, text) ERR_##name = (code),
#include "base/errors.def"
#undef E
};

/* Longest message, its NUL included; longer ones are cut, with "..." at the
 * end. */
#define ERR_TEXT_MAX 400u

struct err {
	int code;      /* 0 when nothing has gone wrong */
	uint32_t line; /* from 1; 0 when there is no such thing */
	uint32_t col;
	char text[ERR_TEXT_MAX];
};

#define ERR_INIT           \
	{                  \
		.code = 0, \
	}

/* What a code means, in lower case without a full stop. Never NULL. */
const char *err_text(int code);

/* The name of a code, "NOMEM"; NULL for an errno that has none here. */
const char *err_name(int code);

/*
 * Fills *e (which may be NULL) and returns `code`, so that a function can end
 * with: return err_set(e, ERR_SYNTAX, "expected a number"). line and col are
 * set to 0; err_at() sets them afterwards and returns `code` too.
 */
int err_set(struct err *e, int code, const char *fmt, ...) PRINTF_LIKE(3, 4);
int err_vset(struct err *e, int code, const char *fmt, va_list ap)
    PRINTF_LIKE(3, 0);
int err_at(struct err *e, int code, uint32_t line, uint32_t col);

/* Puts "context: " in front of the text. Does nothing when e is NULL. */
void err_add_context(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif /* BASE_ERR_H */
