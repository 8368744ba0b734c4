/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http2_kept: what the index keeps of an HTTP/2 message.
 *
 * A header block cannot be decoded without the table of that moment, so the
 * decoded fields are kept with the message. They are written as items, each a
 * varint t and what t & 7 says:
 *
 *	0  mark        t >> 3 is an enum http2_mark, then a varint
 *	1  pair        t >> 3 is the index of name and value in the static table
 *	2  value       t >> 3 is the index of the name there; then a string
 *	3  field       name and value as strings; t >> 3 is 0
 *	4  unknown     neither name nor value are known
 *	5  nameless    the name is not known; the value as a string
 *
 * A string is a varint and as many bytes. Without a mark in front, fields are
 * those of the final head. The index has equal lists once.
 */
#ifndef HTTP2_KEPT_H
#define HTTP2_KEPT_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/proto/http2/hpack.h"
#include "base/buf.h"
#include "base/str.h"

enum http2_mark {
	HTTP2_MARK_HEAD,     /* what follows belongs to the final head */
	HTTP2_MARK_TRAILERS, /* ... to the trailers */
	HTTP2_MARK_INTERIM,  /* ... to the 1xx head with this number, from 0 */
	HTTP2_MARK_DATA,     /* bytes of the body, without padding */
	HTTP2_MARK_RESET,    /* the stream was reset with this code */
	HTTP2_MARK_PATHLESS, /* the path is not known */
	HTTP2_MARK_UPGRADED, /* an HTTP/1.1 request; its head follows as a
	                        string of the length given */
	HTTP2_MARK_REJECTED, /* by GOAWAY, which gave this code */
	HTTP2_MARK_STALLS,   /* times that flow control stopped the sender */
};

struct http2_item {
	bool is_mark;
	enum http2_mark mark;
	uint64_t number; /* of the mark */
	struct str text; /* of HTTP2_MARK_UPGRADED */
	/* else a field: */
	struct str name;
	struct str value;
	bool name_unknown;
	bool value_unknown;
};

/* The most bytes of an item besides its strings. */
enum { HTTP2_KEPT_OVERHEAD = 30 };

/* Write one item at `to`, which has room for it; returns the bytes. */
size_t http2_kept_field(char *to, const struct hpack_field *f);
size_t http2_kept_mark(char *to, enum http2_mark mark, uint64_t number);

/* The next item; false at the end, or where the bytes are none of ours. */
bool http2_kept_next(struct cursor *c, struct http2_item *ret);

/* The first value of a field of the final head; or empty. */
struct str http2_kept_find(struct str kept, struct str name);
/* The status that such a value is; 0: none. */
int32_t http2_kept_status(struct str value);

#endif /* HTTP2_KEPT_H */
