/* SPDX-License-Identifier: Apache-2.0 */
/*
 * term: text for people, and where it goes.
 *
 * Everything that stems from a snapshot goes through term_text() or
 * term_cell(), which make control characters visible: a capture must not be
 * able to drive the terminal of who looks at it. Colours are used on a
 * terminal only, and not when NO_COLOR is set.
 *
 * Failures stick in the stream and are asked for once, with term_error().
 */
#ifndef CONSOLE_TERM_H
#define CONSOLE_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/json_out.h"
#include "base/str.h"

enum term_style {
	TERM_PLAIN,
	TERM_BOLD,
	TERM_DIM,
	TERM_GOOD,
	TERM_WARN,
	TERM_BAD,
};

struct term {
	FILE *f;
	bool tty;
	bool colour;
	size_t width; /* columns; 0 when this is not a terminal */
	int error;    /* errno of the first write that failed, negative */

	/* private */
	struct buf scratch;
};

void term_init(struct term *t, FILE *f);
void term_release(struct term *t);

/* Trusted text. */
void term_printf(struct term *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Text of unknown origin; line breaks are made visible as well. */
void term_text(struct term *t, struct str s);
/* The same with line breaks and tabs kept, each line after `indent`. */
void term_block(struct term *t, const char *indent, struct str s);
/*
 * A column: padded to `width`, to the left when it is negative (as printf's
 * minus does), followed by a space. What is longer is cut on a terminal, with
 * an ellipsis, and kept elsewhere. A width of 0 neither pads nor cuts.
 */
void term_cell(struct term *t, int width, struct str s);
void term_style(struct term *t, enum term_style style);

/* Raw bytes, when somebody asked for them. */
void term_bytes(struct term *t, struct str s);

/* Write what is gathered. 0 or a negative errno; -EPIPE is a reader that has
 * seen enough. */
int term_flush(struct term *t);
/* Has a write failed? For loops that need not go on then. */
bool term_failed(const struct term *t);

/* A JSON writer onto the same stream. */
void term_json(struct term *t, struct json_out *ret_json);

#endif /* CONSOLE_TERM_H */
