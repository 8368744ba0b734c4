/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sink: where a rendered entry goes.
 *
 * Dissectors render an entry as a sequence of events; a sink turns them into
 * JSON text, KFL values, a HAR, or sections for the UI. A sink may say that it
 * does not want what is below a key, and the dissector then need not compute
 * it (a body is not fetched and inflated to answer a question about a header).
 *
 * Calls nest like JSON; sink_key() comes before every value in an object. A
 * string may come in pieces (sink_text_begin, sink_text, sink_text_end). After
 * an error every call does nothing; `error` tells which. Strings are bytes; a
 * sink that needs text replaces invalid UTF-8.
 */
#ifndef ENTRY_SINK_H
#define ENTRY_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

struct sink;

/* A string that comes in pieces and has to be gathered is at most this long. */
#define SINK_TEXT_MAX ((size_t)64 << 20)

struct sink_ops {
	/* Is the value under this key wanted? NULL: everything is. */
	bool (*want)(struct sink *s, struct str key);
	void (*begin_object)(struct sink *s);
	void (*end_object)(struct sink *s);
	void (*begin_array)(struct sink *s);
	void (*end_array)(struct sink *s);
	void (*key)(struct sink *s, struct str key);
	void (*string)(struct sink *s, struct str v);
	void (*integer)(struct sink *s, int64_t v);
	void (*number)(struct sink *s, double v);
	void (*boolean)(struct sink *s, bool v);
	void (*null)(struct sink *s);
	/* Optional; without them sink_text pieces are gathered by sink.c. */
	void (*text_begin)(struct sink *s);
	void (*text)(struct sink *s, struct str piece);
	void (*text_end)(struct sink *s);
};

/*
 * Embedded as the first member of every concrete sink, which sets `ops` and
 * zeroes the rest. Between calls a sink owns nothing.
 */
struct sink {
	const struct sink_ops *ops;
	int error; /* first failure, a base/err.h code */

	/* private */
	bool in_text;    /* between sink_text_begin and sink_text_end */
	struct buf text; /* pieces being gathered */
};

static inline bool
sink_ok(const struct sink *s)
{
	return s->error == 0;
}

void sink_fail(struct sink *s, int code); /* the first one counts */

/*
 * Begin the member `key`: false when its value is not wanted (nothing was
 * written then). Usage: if (sink_want(s, STR("x"))) sink_string(s, v);
 */
bool sink_want(struct sink *s, struct str key);

void sink_begin_object(struct sink *s);
void sink_end_object(struct sink *s);
void sink_begin_array(struct sink *s);
void sink_end_array(struct sink *s);
void sink_key(struct sink *s, struct str key);
void sink_string(struct sink *s, struct str v);
void sink_integer(struct sink *s, int64_t v);
void sink_number(struct sink *s, double v);
void sink_boolean(struct sink *s, bool v);
void sink_null(struct sink *s);

/*
 * A string in pieces, which may cut characters. Every begin has its end, also
 * after an error. ERR_BUDGET past SINK_TEXT_MAX when pieces are gathered.
 */
void sink_text_begin(struct sink *s);
void sink_text(struct sink *s, struct str piece);
void sink_text_end(struct sink *s);

/* Shorthands for a member with a literal key. */
void sink_member_string(struct sink *s, const char *key, struct str v);
void sink_member_integer(struct sink *s, const char *key, int64_t v);
void sink_member_boolean(struct sink *s, const char *key, bool v);

struct json_out;

/* The JSON sink: events become text on a base JSON writer. */
struct sink_json {
	struct sink sink;
	struct json_out *out;
};
void sink_json_init(struct sink_json *s, struct json_out *out);
/* What it does, for sinks that embed one and do some of it otherwise. */
extern const struct sink_ops sink_json_ops;

#endif /* ENTRY_SINK_H */
