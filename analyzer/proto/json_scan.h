/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_scan: JSON text that comes in pieces, as events (RFC 8259).
 *
 * Keeps nothing of the text but what a number or an escape needs: texts of any
 * length pass through in constant memory, however they are cut. Strings are
 * unescaped; what they hold is not checked to be UTF-8, and half a surrogate
 * pair becomes U+FFFD. Numbers are not checked beyond their characters.
 */
#ifndef PROTO_JSON_SCAN_H
#define PROTO_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/entry/sink.h"
#include "base/str.h"

enum {
	JSON_SCAN_DEPTH = 256,  /* of containers, whatever the limit is */
	JSON_SCAN_NUMBER = 320, /* characters: the longest double in full */
};

enum json_event {
	JSON_OBJECT,
	JSON_OBJECT_END,
	JSON_ARRAY,
	JSON_ARRAY_END,
	JSON_KEY_PART, /* some of a key's text; none or several, then */
	JSON_KEY,      /* the key is complete */
	JSON_STRING_PART,
	JSON_STRING,
	JSON_NUMBER, /* its text */
	JSON_TRUE,
	JSON_FALSE,
	JSON_NULL,
};

struct json_scan;

/* What is told the events; s->off is the first byte behind the event's text. */
typedef void json_scan_on(struct json_scan *s, void *ctx, enum json_event ev,
                          struct str text);

struct json_scan {
	uint64_t off;   /* bytes consumed */
	unsigned depth; /* containers that are open, the event's included */

	/* private */
	unsigned max_depth;
	int state;
	bool key; /* the string is one */
	uint32_t code;
	uint32_t high; /* the first half of a surrogate pair */
	unsigned digits;
	struct str rest; /* of a literal */
	enum json_event literal;
	size_t nnumber;
	char number[JSON_SCAN_NUMBER];
	uint8_t objects[JSON_SCAN_DEPTH / 8]; /* one bit a container */
};

/* Containers nest max_depth deep at most, and never more than
 * JSON_SCAN_DEPTH. */
void json_scan_init(struct json_scan *s, uint64_t max_depth);

/*
 * The next piece. False when the text is no JSON, or too deep, or behind the
 * value something else than blanks follows; nothing more is told then.
 */
bool json_scan_feed(struct json_scan *s, struct str piece, json_scan_on *on,
                    void *ctx);
/* No event any more: for use by `on`. json_scan_feed() returns false. */
void json_scan_stop(struct json_scan *s);
/* The text has ended: was it one whole value? Tells of a number that ended
 * with the text. */
bool json_scan_end(struct json_scan *s, json_scan_on *on, void *ctx);

/* Write a JSON text as the value that it is; null when it is none. */
void json_scan_render(struct str text, uint64_t max_depth, struct sink *out);

#endif /* PROTO_JSON_SCAN_H */
