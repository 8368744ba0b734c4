/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pick: the one entry that a request names.
 */
#ifndef API_PICK_H
#define API_PICK_H

#include "analyzer/api/call.h"
#include "analyzer/api/row.h"
#include "analyzer/api/scope.h"
#include "analyzer/entry/protocol.h"
#include "analyzer/index/row.h"
#include "analyzer/query/body.h"
#include "analyzer/query/merge.h"

struct picked {
	unsigned number; /* of the snapshot, from 1 */
	unsigned shown;  /* as ids show it: 0 when only one is open */
	struct opened *opened;
	struct index_entry row; /* as long as the call */
	/* When the parameter q hides something of the entry: */
	bool redacted;
	struct merge *merge; /* at the entry, else NULL */
	struct veil veil;

	/* private */
	struct index_cursor *cursor;
};

/* For entries of a protocol that this program does not have. */
extern const struct protocol pick_unknown;

/* `eid` as replies name it. 1, 0 (the reply is an error), or a code. */
int pick_entry(struct call *c, struct str eid,
               struct picked **ret_picked) WARN_UNUSED;

/* Entry `ordinal` of a stream of snapshot n. ERR_NOTFOUND. */
int pick_ordinal(struct call *c, unsigned n, int64_t stream, uint64_t ordinal,
                 struct picked **ret_picked) WARN_UNUSED;

/* Apply the parameter q to it, if it hides something. As above. */
int pick_query(struct call *c, struct picked *p,
               enum ask_mode mode) WARN_UNUSED;

/* What a message says its body is, and how it is coded; "" when unknown. */
void pick_mime(struct call *c, const struct picked *p, enum side side,
               struct str *ret_mime, struct str *ret_coding);

#endif /* API_PICK_H */
