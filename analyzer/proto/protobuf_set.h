/* SPDX-License-Identifier: Apache-2.0 */
/*
 * protobuf_set: names and types of protobuf messages, out of a descriptor set
 * (google.protobuf.FileDescriptorSet: protoc --descriptor_set_out
 * --include_imports, or buf build).
 *
 * A set is filled from any number of files, then only read, by any number of
 * threads. It owns everything; strings and types live as long as it does.
 */
#ifndef PROTO_PROTOBUF_SET_H
#define PROTO_PROTOBUF_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/str.h"

/* A descriptor set of more bytes is refused: that of all Google APIs has 30
 * MB. */
#define PROTOBUF_SET_MAX ((size_t)64 << 20)

/* FieldDescriptorProto.Type */
enum protobuf_kind {
	PROTOBUF_DOUBLE = 1,
	PROTOBUF_FLOAT = 2,
	PROTOBUF_INT64 = 3,
	PROTOBUF_UINT64 = 4,
	PROTOBUF_INT32 = 5,
	PROTOBUF_KIND_FIXED64 = 6,
	PROTOBUF_KIND_FIXED32 = 7,
	PROTOBUF_BOOL = 8,
	PROTOBUF_STRING = 9,
	PROTOBUF_KIND_GROUP = 10,
	PROTOBUF_MESSAGE = 11,
	PROTOBUF_KIND_BYTES = 12,
	PROTOBUF_UINT32 = 13,
	PROTOBUF_ENUM = 14,
	PROTOBUF_SFIXED32 = 15,
	PROTOBUF_SFIXED64 = 16,
	PROTOBUF_SINT32 = 17,
	PROTOBUF_SINT64 = 18,
};

struct protobuf_type;
struct protobuf_set;

/* A field of a message type, or a value of an enum type (number, name). */
struct protobuf_member {
	struct str name;
	int32_t number;
	enum protobuf_kind kind;
	bool repeated;
	const struct protobuf_type *type; /* message or enum; may be NULL */
	struct str type_name;             /* ".pkg.Message" */
};

/* A message or an enum. */
struct protobuf_type {
	struct str name; /* ".pkg.Message" */
	struct protobuf_member *members;
	size_t n;
};

struct protobuf_method {
	struct str path; /* "/pkg.Service/Method" */
	struct str input_name, output_name;
	const struct protobuf_type *input, *output; /* may be NULL */
	bool client_streams, server_streams;
};

/* NULL: no memory. */
struct protobuf_set *protobuf_set_new(void);
void protobuf_set_free(struct protobuf_set *s);

/*
 * Add the files of a descriptor set; the bytes are copied. ERR_MALFORMED,
 * ERR_BUDGET (larger than PROTOBUF_SET_MAX), ERR_NOMEM.
 */
int protobuf_set_add(struct protobuf_set *s, struct str bytes) WARN_UNUSED;

/* NULL when it is not there; `set` may be NULL. */
const struct protobuf_type *protobuf_set_type(const struct protobuf_set *set,
                                              struct str name);
const struct protobuf_method *
protobuf_set_method(const struct protobuf_set *set, struct str path);

/* The member with that number, or NULL; `type` may be NULL. */
const struct protobuf_member *
protobuf_set_member(const struct protobuf_type *type, uint64_t number);

#endif /* PROTO_PROTOBUF_SET_H */
