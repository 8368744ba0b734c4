/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http1_head: the head of an HTTP/1 message, from the start line to the blank
 * line (RFC 9112, sections 2 to 6).
 *
 * The same functions serve indexing, which wants to know where the head ends
 * and how the body is framed, and rendering, which wants every field. Nothing
 * is copied: all strs point into the head. A lone LF ends a line as CR LF does
 * (RFC 9112, section 2.2); a line that begins with a blank continues the field
 * before it; a line without a colon is passed over.
 */
#ifndef HTTP1_HEAD_H
#define HTTP1_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/proto/http_field.h"
#include "analyzer/proto/proto.h"

/* What Upgrade asks for, or 101 grants. */
enum http1_upgrade {
	HTTP1_UPGRADE_NONE,
	HTTP1_UPGRADE_WEBSOCKET,
	HTTP1_UPGRADE_H2C,
	HTTP1_UPGRADE_OTHER,
};

/* Things in a head that contradict the RFC but can be lived with. */
enum http1_fault {
	HTTP1_FAULT_LENGTH_BAD = 1
	                         << 0, /* Content-Length no number, or absurd */
	HTTP1_FAULT_LENGTH_CONFLICT = 1 << 1, /* two different ones */
	HTTP1_FAULT_LENGTH_CODED = 1 << 2, /* and Transfer-Encoding as well */
	HTTP1_FAULT_CODING = 1 << 3, /* chunked is there, but not the last */
};

/* What decides how long the body is, and what comes after the message. */
struct http1_framing {
	bool coded;   /* Transfer-Encoding names anything but identity */
	bool chunked; /* ... and chunked is the last of it */
	bool sized;   /* a usable Content-Length */
	uint64_t length;
	enum http1_upgrade upgrade;
	unsigned faults; /* enum http1_fault */
	bool has_host;
	struct str host;         /* first Host field */
	struct str content_type; /* first Content-Type field */
	uint64_t fields;         /* number of fields */
};

/*
 * The length of the head at the front of `in`, its blank line included; 0 when
 * it does not end there yet. *scanned is how far an earlier call with fewer
 * bytes got, 0 at first, and is brought up to date: a head that arrives byte by
 * byte is looked through once.
 */
size_t http1_head_end(const struct cursor *in, size_t *scanned);

/* The start line of a head, and a cursor on the fields behind it. */
struct str http1_head_line(struct str head, struct cursor *ret_fields);

/* The value of the first field of that name, or the empty str. */
struct str http1_head_find(struct str head, struct str name);

void http1_head_framing(struct str head, struct http1_framing *ret_framing);

#endif /* HTTP1_HEAD_H */
