/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_field: header fields as text (RFC 9110, section 5; RFC 9112, section 5),
 * as HTTP/1 messages and the parts of multipart bodies have them.
 *
 * Nothing is copied: names and values point into the input. A lone LF ends a
 * line as CR LF does; a line that begins with a blank continues the field
 * before it; a line without a colon is passed over.
 */
#ifndef HTTP_FIELD_H
#define HTTP_FIELD_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/cursor.h"
#include "base/str.h"

struct http_field {
	struct str name;
	/* Without blanks around it; holds line ends where it was folded. */
	struct str value;
};

/* The next field; false at the blank line or the end. */
bool http_field_next(struct cursor *fields, struct http_field *ret_field);
/* The same with the value untrimmed: trimming costs, and few are used. */
bool http_field_next_raw(struct cursor *fields, struct http_field *ret_field);

/*
 * The value of the first field of that name, trimmed, or the empty str. Faster
 * than looking at every field: only the names are compared.
 */
struct str http_field_find(struct cursor fields, struct str name);

/* Blanks and line ends at both ends: a folded value may have either. */
struct str http_field_trim(struct str s);

/* "content-type" is "Content-Type"; what is no token stays as it is. */
struct str http_field_canonical(struct str name, struct arena *a);
/* A folded value on one line (RFC 9112, section 5.2). */
struct str http_field_unfold(struct str value, struct arena *a);

/* One of the characters of a token (RFC 9110, section 5.6.2)? */
bool http_field_tchar(char c);
/* Is s a token, that is, not empty and nothing but such characters? */
bool http_field_token(struct str s);

#endif /* HTTP_FIELD_H */
