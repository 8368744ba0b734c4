/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http1_line: the first line of an HTTP/1 message (RFC 9112, sections 3 and 4).
 *
 * What counts as a start line decides everything: whether a stream is HTTP at
 * all, where a message begins after a gap, and that SIP, RTSP or ICAP, which
 * look alike, are not taken. The version has to be HTTP/1.x; the method may be
 * any token.
 */
#ifndef HTTP1_LINE_H
#define HTTP1_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/proto/proto.h"

/* Longest method taken; the longest registered one has 17 letters. */
#define HTTP1_METHOD_MAX 32u

/* Longest start line, its end not counted. */
#define HTTP1_LINE_MAX 65536u

struct http1_line {
	bool response;
	unsigned minor; /* of HTTP/1.minor: 0 to 9 */
	struct str method;
	struct str target; /* as it is on the wire */
	int32_t status;    /* 100 to 999 */
};

/*
 * Read a line (without its end) as a request line or as a status line; which
 * one is expected is known from the direction. False when it is not one;
 * *ret_line is not touched then.
 */
bool http1_line_parse(struct str line, bool response,
                      struct http1_line *ret_line);

/*
 * Could these bytes be the beginning of such a line? YES: they show a method
 * that is in common use and a target that fits, or "HTTP/1."; MAYBE: nothing
 * speaks against it so far (also for no bytes at all). NO is final: whatever
 * follows, http1_line_parse() would refuse the line.
 */
enum verdict http1_line_begins(struct str bytes, bool response);

/*
 * For a search: where in a line, which has its end, a start line begins that
 * reaches to that end but has something else in front of it, as the line end
 * behind a body is missing more often than not. A request has to have a method
 * in common use there, since its beginning cannot be told otherwise. The last
 * such place; line.n when there is none.
 */
size_t http1_line_find(struct str line, bool response);

/*
 * The same for bytes of a line that has not ended: the first place from which
 * on such a start line may be found when more is known, or bytes.n.
 */
size_t http1_line_hope(struct str bytes, bool response);

#endif /* HTTP1_LINE_H */
