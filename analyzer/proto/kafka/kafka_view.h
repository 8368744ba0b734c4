/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kafka_view: a message read back from the evidence, ready to be shown.
 *
 * At most render-bytes of it are in memory, in the exchange's arena; bytes that
 * are missing are NULs there, and `missing` counts them. The version of a
 * response is that of its request, or what was learnt when there was none.
 */
#ifndef KAFKA_VIEW_H
#define KAFKA_VIEW_H

#include "analyzer/proto/kafka/kafka_wire.h"
#include "analyzer/proto/proto.h"
#include "base/compiler.h"

struct kafka_view {
	const struct exchange *x;
	const struct entry_side *side;
	bool request;
	bool readable; /* `head` is there */
	bool formed;   /* so is `form` */
	bool cut;      /* the message is longer than what is here */
	bool token;    /* of SASL, without a head */
	uint64_t missing;
	struct str bytes;
	struct kafka_head head;
	struct kafka_form form;
	struct cursor body; /* behind the head; closed */
};

/* The fields of one struct, found by their place in the table. */
struct kafka_slots {
	struct kafka_fields fields;
	bool present[KAFKA_FIELDS];
	struct cursor at[KAFKA_FIELDS];
};

/*
 * Reads at most max bytes of a side, which must be present, and takes its head
 * apart. 0, or what the reader or the arena returned.
 */
int kafka_view_open(struct kafka_view *v, const struct exchange *x,
                    enum side side, uint64_t max) WARN_UNUSED;

/* The fields of the message. */
struct kafka_fields kafka_view_fields(const struct kafka_view *v);

/*
 * Finds the fields of the struct at c, which moves past it. A value that is cut
 * is present, and the ones behind it are not; c has failed then.
 */
void kafka_view_struct(const struct kafka_form *form,
                       struct kafka_fields fields, struct cursor *c,
                       struct kafka_slots *ret_slots);

#endif /* KAFKA_VIEW_H */
