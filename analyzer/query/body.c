/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/query/body.h"

#include "analyzer/entry/protocol.h"
#include "analyzer/query/layer.h"
#include "base/arena.h"

enum { SCRATCH = 64 << 20 }; /* a head, and what decoding needs */

static int
read_from(struct opened *o, const struct body_ask *ask,
          const struct dissector *owner, const struct body_out *out,
          struct err *e)
{
	struct layer_reader reader;
	struct layer *layer;
	struct arena scratch;
	struct exchange x = { .entry = &ask->entry->e,
		              .reader = &reader,
		              .limits = opened_limits(o),
		              .scratch = &scratch,
		              .http = owner->http };
	int rc = layer_open(o, ask->entry->e.stream, e, &layer);

	if (rc != 0)
		return rc;
	reader = layer_reader_of(layer);
	arena_init(&scratch, SCRATCH, 0);
	rc = owner->body(&x, ask->side, ask->decoded, ask->range, out);
	if (rc < 0 && layer_error(layer)->code != 0)
		*e = *layer_error(layer);
	else if (rc < 0)
		(void)err_set(e, rc, "the body cannot be read: %s",
		              err_text(rc));
	arena_release(&scratch);
	layer_free(layer);
	return rc;
}

int
body_read(struct opened *o, const struct body_ask *ask,
          const struct body_out *out, struct err *e)
{
	const struct entry *entry = &ask->entry->e;
	const struct entry_side *side = ask->side == SIDE_REQUEST
	                                    ? &entry->request
	                                    : &entry->response;
	const struct dissector *owner = NULL;

	if (!side->present ||
	    proto_variant(str_from_c(entry->proto->key), &owner) == NULL ||
	    owner == NULL || owner->body == NULL)
		return 0;
	return read_from(o, ask, owner, out, e);
}
