/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_out: writes JSON as it is produced, in constant memory.
 *
 * The functions are called in the order of the text. Commas and colons are
 * written by the writer, and calls that would not give JSON (a value without
 * its key, an end without its begin) are mistakes of the program: BUG().
 *
 * Text comes from hostile places, so strings are made safe the way Go's
 * encoding/json does it, which is also what the original hub sends: <, > and &
 * as \u003c, \u003e, \u0026; control characters as \u00XX except \n, \r, \t;
 * each byte that is not valid UTF-8 as \ufffd. Go escapes U+2028 and U+2029; so
 * is here whatever utf8_is_plain() does not call plain (DEL, C1, marks that
 * reorder text): JSON that is looked at on a terminal cannot drive it.
 *
 * Errors stick: after the first (from the write function, or ERR_LIMIT for
 * nesting deeper than JSON_OUT_DEPTH_MAX), every call does nothing, and
 * jout_finish() returns it. The prefix is jout_ because json_ is jansson's.
 */
#ifndef BASE_JSON_OUT_H
#define BASE_JSON_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/str.h"

struct buf;

/* Deepest nesting; render of hostile bodies is what runs into it. */
#define JSON_OUT_DEPTH_MAX 128u

/* Bytes gathered before the write function is called. */
#define JSON_OUT_CHUNK 4096u

struct json_out {
	/* Writes all n bytes; 0 or a negative code. */
	int (*write)(void *ctx, const char *p, size_t n);
	void *ctx;
	int error;

	/* private */
	unsigned depth;
	bool in_str;     /* between str_begin and str_end */
	uint8_t carry_n; /* bytes of a UTF-8 sequence cut off */
	char carry[4];   /* ... by the end of a part */
	uint8_t at[JSON_OUT_DEPTH_MAX + 1]; /* enum at, per level */
	size_t n;
	char buf[JSON_OUT_CHUNK];
};

/* None of these allocates; the writer owns nothing and needs no release. */
void jout_init(struct json_out *j,
               int (*write)(void *ctx, const char *p, size_t n), void *ctx);
void jout_init_fd(struct json_out *j, int *fd);
void jout_init_buf(struct json_out *j, struct buf *b);

/* Passes on what is gathered. Returns the error, if there is one. */
int jout_flush(struct json_out *j);

/* The same at the end: everything that was begun must be ended. */
int jout_finish(struct json_out *j) WARN_UNUSED;

/*
 * Marks the writer failed, for a caller who learns in the middle of a value
 * that it cannot go on. The first error wins; code is negative.
 */
void jout_fail(struct json_out *j, int code);

void jout_begin_object(struct json_out *j);
void jout_end_object(struct json_out *j);
void jout_begin_array(struct json_out *j);
void jout_end_array(struct json_out *j);
void jout_key(struct json_out *j, struct str key);

void jout_str(struct json_out *j, struct str s);
void jout_int(struct json_out *j, int64_t v);
void jout_uint(struct json_out *j, uint64_t v);
void jout_bool(struct json_out *j, bool v);
void jout_null(struct json_out *j);

/* Shortest text that reads back the same; null for what JSON cannot say. */
void jout_double(struct json_out *j, double v);

/* One value that is JSON already. It is not looked at. */
void jout_raw(struct json_out *j, struct str json);

/* A string in parts; characters may be cut between parts. */
void jout_str_begin(struct json_out *j);
void jout_str_part(struct json_out *j, struct str s);
void jout_str_end(struct json_out *j);

/* Ends a line of JSON lines: only between top-level values. */
void jout_newline(struct json_out *j);

/* A key that is a C string, and its value. */
void jout_put_str(struct json_out *j, const char *key, struct str s);
void jout_put_int(struct json_out *j, const char *key, int64_t v);
void jout_put_uint(struct json_out *j, const char *key, uint64_t v);
void jout_put_bool(struct json_out *j, const char *key, bool v);
void jout_put_null(struct json_out *j, const char *key);

/* A key that is a C string; a value, an object or an array has to follow. */
void jout_put(struct json_out *j, const char *key);

#endif /* BASE_JSON_OUT_H */
