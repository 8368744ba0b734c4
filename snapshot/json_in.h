/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_in: reads JSON in one pass, without building a tree of it.
 *
 * A name history can be hundreds of megabytes and comes from a stranger; as a
 * tree it would need some ten times that. Here the caller, who knows what the
 * document should be, asks for its parts in the order of the text, and memory
 * is that of one string:
 *
 *	jin_init(&j, text, depth, e);
 *	jin_object(&j);
 *	while (jin_member(&j, &key)) {
 *		if (str_eq(key, STR("bytes")))
 *			bytes = jin_u64(&j);
 *		else
 *			jin_skip(&j);
 *	}
 *	rc = jin_finish(&j);
 *
 * For each member and each item exactly one value is to be read or skipped.
 * A document that has something else there is an error, and errors stick:
 * everything then answers false, 0 or the empty str, so that loops end and one
 * look at jin_finish() is enough. Strict RFC 8259, UTF-8 only; strings with
 * NUL or half a surrogate pair are refused.
 */
#ifndef SNAPSHOT_JSON_IN_H
#define SNAPSHOT_JSON_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/cursor.h"
#include "base/err.h"
#include "base/str.h"

/* Deeper nesting than this cannot be allowed: jin_skip() is recursive. */
#define JIN_DEPTH_MAX 256u

enum jin_type {
	JIN_NONE, /* no value here: the end, or an error */
	JIN_OBJECT,
	JIN_ARRAY,
	JIN_STRING,
	JIN_NUMBER,
	JIN_TRUE,
	JIN_FALSE,
	JIN_NULL,
};

struct json_in {
	/* private */
	struct str text;
	struct cursor in;
	size_t at; /* offset of the token that was looked at last */
	uint64_t depth, max_depth;
	bool fresh; /* right behind a '{' or '[' */
	int code;
	struct err *e;
	struct buf scratch; /* a string that had escapes */
};

/* Allocates nothing. `text` and e (which may be NULL) are borrowed. */
void jin_init(struct json_in *j, struct str text, uint64_t max_depth,
              struct err *e);

/*
 * Nothing but white space may follow. Returns 0 or the first error (ERR_SYNTAX,
 * ERR_LIMIT for nesting, ERR_NOMEM, or what jin_fail() was given), for which e
 * has text, line and column. Releases all memory in either case.
 */
int jin_finish(struct json_in *j) WARN_UNUSED;

/* What comes next, without taking it. */
enum jin_type jin_peek(struct json_in *j);

/* Go into the object or array that comes next. */
void jin_object(struct json_in *j);
void jin_array(struct json_in *j);

/* To the next member or item; false behind the last, outside again. */
bool jin_member(struct json_in *j, struct str *ret_key);
bool jin_item(struct json_in *j);

/*
 * A string; valid until the next key or string is read, if it had escapes, and
 * as long as the text otherwise. A key obeys the same rule.
 */
struct str jin_str(struct json_in *j);
/* A whole number without sign, fraction or exponent. */
uint64_t jin_u64(struct json_in *j);
/* Any one value. */
void jin_skip(struct json_in *j);

/* Is all well so far? */
bool jin_ok(const struct json_in *j);

/*
 * Where the next token is looked for. Another reader of the same text, freshly
 * initialised, may be sent there and will take what it finds for the document.
 */
size_t jin_offset(const struct json_in *j);
void jin_seek(struct json_in *j, size_t offset);

/* The caller found the last token wrong; an earlier error is kept. */
void jin_fail(struct json_in *j, int code, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

#endif /* SNAPSHOT_JSON_IN_H */
