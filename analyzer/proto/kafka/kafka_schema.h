/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kafka_schema: what the messages of Kafka consist of, by API and version.
 *
 * Tables that are made from kafka_schema.tbl, which tells what their members
 * mean. The fields of a struct lie one after the other in the order of the
 * wire; tagged fields come where the table has them, but are last on the wire.
 */
#ifndef KAFKA_SCHEMA_H
#define KAFKA_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

enum kafka_type {
	KAFKA_BOOL,
	KAFKA_INT8,
	KAFKA_INT16,
	KAFKA_INT32,
	KAFKA_INT64,
	KAFKA_UUID,
	KAFKA_ERROR, /* an int16 */
	KAFKA_STRING,
	KAFKA_BYTES,
	KAFKA_RECORDS,
	KAFKA_STRUCT,
};

enum kafka_flag {
	KAFKA_LIST = 1,
	KAFKA_TARGET = 2,
	KAFKA_ACKS = 4,
	KAFKA_SECTIONS = 8,
	KAFKA_FIRST = 16,
	KAFKA_SUBSCRIPTION = 32,
	KAFKA_ASSIGNMENT = 64,
	KAFKA_NAMED = 128,
};

/* No struct has more fields, and none lies deeper. Tests see to it. */
enum { KAFKA_FIELDS = 12, KAFKA_DEPTH = 4 };

struct kafka_field {
	const char *name;
	const char *title; /* "": made from the name */
	uint8_t type;      /* enum kafka_type */
	uint8_t flags;     /* enum kafka_flag */
	int8_t min, max;   /* versions */
	int8_t tag;        /* -1: not a tagged field */
	uint8_t nth;       /* the n-th field by name of its struct */
	uint8_t children;
	uint16_t child; /* see kafka_schema_fields() */
};

/* The fields of a struct. */
struct kafka_fields {
	const struct kafka_field *f;
	size_t n;
};

struct kafka_api {
	int16_t key;
	int8_t max;      /* versions 0 to this one are known */
	int8_t flexible; /* from this one on */
	const char *name;
	struct kafka_fields request, response; /* both n = 0: header only */
	bool targets; /* some field of the request is a target */
};

/* Keys of APIs that need more than the tables. */
enum {
	KAFKA_PRODUCE = 0,
	KAFKA_FETCH = 1,
	KAFKA_SASL_HANDSHAKE = 17,
	KAFKA_API_VERSIONS = 18,
};

/* False for keys that are not known; then *ret_api is as it was. */
bool kafka_schema_api(int16_t key, struct kafka_api *ret_api);
struct kafka_fields kafka_schema_fields(const struct kafka_field *f);

/* Is the field there in this version? */
static inline bool
kafka_schema_has(const struct kafka_field *f, int16_t version)
{
	return version >= f->min && version <= f->max;
}

/* "UNKNOWN_TOPIC_OR_PARTITION"; "" for what has no name. */
struct str kafka_schema_error(int16_t code);

#endif /* KAFKA_SCHEMA_H */
