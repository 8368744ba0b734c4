/* SPDX-License-Identifier: Apache-2.0 */
/*
 * redis_resp: the elements that RESP2 and RESP3 are made of.
 *
 * Every value begins with a type byte and a line. For most types the line is
 * the value; strings of known length have their content behind it, aggregates
 * the values that they hold. This module reads the line and says what follows:
 * indexing then passes over contents, rendering walks into them.
 *
 * https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
#ifndef REDIS_RESP_H
#define REDIS_RESP_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/proto/proto.h"

/* The type bytes. */
enum redis_type {
	REDIS_SIMPLE = '+',
	REDIS_ERROR = '-',
	REDIS_INTEGER = ':',
	REDIS_BULK = '$',
	REDIS_ARRAY = '*',
	REDIS_NULL = '_',
	REDIS_BOOLEAN = '#',
	REDIS_DOUBLE = ',',
	REDIS_BIG_NUMBER = '(',
	REDIS_BULK_ERROR = '!',
	REDIS_VERBATIM = '=',
	REDIS_MAP = '%',
	REDIS_ATTRIBUTE = '|',
	REDIS_SET = '~',
	REDIS_PUSH = '>',
	REDIS_CHUNK = ';', /* of a string of unknown length */
	REDIS_END = '.',   /* of an aggregate of unknown length */
};

/* What follows the line. */
enum redis_shape {
	REDIS_LINE,      /* nothing: the value is complete */
	REDIS_CONTENT,   /* `size` bytes and CR LF */
	REDIS_CHUNKS,    /* REDIS_CHUNK elements, up to an empty one */
	REDIS_ELEMENTS,  /* `count` values */
	REDIS_UNTIL_END, /* values up to REDIS_END */
};

/* Longest content taken: servers stop at 512 MiB unless told otherwise. */
#define REDIS_SIZE_MAX (UINT64_C(1) << 32)

/* Most values in an aggregate, a map's keys and values each; servers and
 * clients count them in 32 bits. */
#define REDIS_COUNT_MAX (UINT64_C(1) << 30)

/* Digits and signs of a number, or of a length, in a line. */
#define REDIS_NUMBER_MAX 4096u
#define REDIS_LENGTH_MAX 20u

/* The most that the limit value-depth can be: JSON text is nested as well. */
#define REDIS_DEPTH 100u

struct redis_item {
	enum redis_type type;
	enum redis_shape shape;
	bool null;       /* also "$-1" and "*-1" */
	struct str text; /* REDIS_LINE: the line */
	uint64_t size;
	uint64_t count; /* a map's keys and values both counted */
};

/*
 * The next element's line. The cursor's state tells whether there is one;
 * *ret_item is untouched when not.
 */
void redis_resp_item(struct cursor *c, struct redis_item *ret_item);

/*
 * Content and its line end. When some of it is missing, the state is CUR_MORE
 * and what is there of it is returned: rendering shows that.
 */
struct str redis_resp_content(struct cursor *c, uint64_t size);

/* "Bulk String"; the names of RESP2 are those of the compatible API. */
struct str redis_resp_name(enum redis_type type);

#endif /* REDIS_RESP_H */
