/* SPDX-License-Identifier: Apache-2.0 */
/*
 * amqp_view: a message read back from the evidence, ready to be shown.
 *
 * It is a method with its arguments, for some followed by the properties of a
 * content and its body, which is not in memory but streamed frame by frame. Or
 * it is a protocol header. What the evidence lacks is not there: no method, no
 * content, fewer arguments. Everything lies in the exchange's arena.
 */
#ifndef AMQP_VIEW_H
#define AMQP_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/proto/amqp/amqp_frame.h"
#include "analyzer/proto/amqp/amqp_method.h"
#include "analyzer/proto/proto.h"
#include "base/compiler.h"

/* A place among the spans of a side. */
struct amqp_place {
	size_t span;
	uint64_t off; /* within it */
};

struct amqp_view {
	const struct exchange *x;
	const struct entry_side *side;
	enum dir dir;
	bool request; /* of SIDE_REQUEST */

	bool is_version; /* a protocol header: `version` is all */
	struct amqp_version version;
	const struct amqp_method *method; /* NULL: not known */
	struct amqp_values args;
	bool content; /* there are properties and a body */
	struct amqp_values properties;
	uint64_t body_size; /* as announced */

	struct amqp_place body; /* the first frame of the body */
};

/* Read a side, which must be present. 0, or what the reader or the arena
 * returned. */
int amqp_view_open(struct amqp_view *v, const struct exchange *x,
                   enum side side) WARN_UNUSED;

/*
 * Stream the body. 0, a code of the reader or of `out`, or ERR_TRUNCATED when
 * it ends before it should; what could be had before has been given then.
 */
int amqp_view_body(const struct amqp_view *v, struct body_range range,
                   const struct body_out *out) WARN_UNUSED;

#endif /* AMQP_VIEW_H */
