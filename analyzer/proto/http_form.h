/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_form: named values inside messages: cookies, query strings, forms.
 *
 * Reads them the way Go's net/http, net/url and mime/multipart do, because the
 * compatible API shows what those made of them. Lists live in an arena; names
 * and values lie in it or in the input. When the arena fails a list stays as it
 * was; arena_error() tells.
 */
#ifndef HTTP_FORM_H
#define HTTP_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

/* Values in one list; those behind them are left out. */
#define HTTP_FORM_MAX 4096u

struct http_pair {
	struct str name;
	struct str value;
	struct str file; /* multipart: name of the uploaded file */
	struct str type; /* multipart: Content-Type of the part */
	size_t order;    /* in which they were added */
};

struct http_list {
	struct http_pair *v;
	size_t n;
	size_t cap;
};

/* False when there is no room. */
bool http_form_add(struct http_list *l, const struct http_pair *p,
                   struct arena *a);

/* By name, then by value. */
void http_form_sort(struct http_list *l);
/* By name; equal names in the order of their adding. */
void http_form_group(struct http_list *l);
/* Equal names, which are neighbours, become one: values joined by ','. */
void http_form_merge(struct http_list *l, struct arena *a);

/*
 * "a=1&b=2", percent-decoded. Pairs with a broken escape or a ';' are left out;
 * false when there was one, or when there were too many.
 */
bool http_form_query(struct http_list *l, struct str s, struct arena *a);

/* One Cookie field: "a=1; b=2". Cookies that Go finds invalid are left out. */
void http_form_cookie(struct http_list *l, struct str s, struct arena *a);
/* One Set-Cookie field: "a=1; Path=/" gives a. */
void http_form_set_cookie(struct http_list *l, struct str s, struct arena *a);

/* A multipart/form-data body; false when it breaks off, is malformed or has too
 * many parts. */
bool http_form_multipart(struct http_list *l, struct str body,
                         struct str boundary, struct arena *a);

/* "Text/HTML; charset=x": "text/html". */
struct str http_form_media_type(struct str s, struct arena *a);
/* A parameter of such a value by its name in lower case; unquoted. */
struct str http_form_param(struct str s, struct str name, struct arena *a);

#endif /* HTTP_FORM_H */
