/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row: an entry as lists of /api/v1 show it, from the index alone.
 */
#ifndef API_ROW_H
#define API_ROW_H

#include "analyzer/index/row.h"
#include "analyzer/query/opened.h"
#include "analyzer/query/veil.h"
#include "base/arena.h"
#include "base/json_out.h"
#include "base/str.h"

struct row {
	struct opened *opened;
	const struct index_entry *entry;
	unsigned snapshot; /* as ids show it: 0 when only one is open */
	unsigned number;   /* of the snapshot, from 1 */
	struct veil veil;  /* what a query hides */
};

/* One object. `scratch` is used and reset. */
void row_put(struct json_out *j, const struct row *r, struct arena *scratch);

#endif /* API_ROW_H */
