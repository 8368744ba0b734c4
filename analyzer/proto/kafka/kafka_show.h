/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kafka_show: the fields of a message as events, names in order.
 *
 * Null strings are "" and null lists null, as the compatible API has them; an
 * error code that is not 0 is followed by `errorName`; uuids are text; bytes
 * are base64. Records are told by kafka_batch.h. A list that the schema calls
 * `first` is {length, partitionData: the first, morePartitionData: [the
 * others]}.
 */
#ifndef KAFKA_SHOW_H
#define KAFKA_SHOW_H

#include "analyzer/entry/sink.h"
#include "analyzer/proto/kafka/kafka_view.h"

struct kafka_show {
	const struct kafka_view *v;
	const struct proto_limits *limits;
	uint64_t budget; /* bytes that may still be decoded */
	bool bad;        /* something did not have its form, or was cut */
};

void kafka_show_init(struct kafka_show *s, const struct kafka_view *v);

/* The value of one field, which may be cut. */
void kafka_show_value(struct kafka_show *s, const struct kafka_field *f,
                      struct cursor c, struct sink *out);
/* A struct's members, for an object that the caller begins and ends. */
void kafka_show_members(struct kafka_show *s, const struct kafka_slots *slots,
                        struct sink *out);

/*
 * Calls fn for each element of a list of structs at c. A struct is not held:
 * its slots are valid during the call. Non-zero from fn ends it.
 */
struct kafka_element {
	struct kafka_slots slots;
	int64_t index;
};
typedef int kafka_element_fn(void *ctx, const struct kafka_element *e);
int kafka_show_each(struct kafka_show *s, const struct kafka_field *f,
                    struct cursor c, kafka_element_fn *fn, void *ctx);

/* The field of this name, if it is present; NULL. */
const struct kafka_field *kafka_show_find(const struct kafka_slots *slots,
                                          const char *name,
                                          struct cursor *ret_at);

/* A string or uuid field as text, "" if it is not there. `out` is for uuids. */
struct str kafka_show_text(const struct kafka_show *s,
                           const struct kafka_slots *slots, const char *name,
                           char out[KAFKA_UUID_TEXT]);

/* The bytes of a records field, as far as they are there. */
struct str kafka_show_records(const struct kafka_show *s, struct cursor c);

/* A value in base64. */
void kafka_show_base64(struct str bytes, struct sink *out);

#endif /* KAFKA_SHOW_H */
