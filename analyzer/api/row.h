/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row: an entry as lists of /api/v1 show it, from the index alone.
 */
#ifndef API_ROW_H
#define API_ROW_H

#include "analyzer/index/row.h"
#include "analyzer/query/opened.h"
#include "base/arena.h"
#include "base/json_out.h"
#include "base/str.h"

/*
 * What stands in for what the index has: a query that redacts leaves other
 * values. NULL members: nothing does.
 */
enum row_text { ROW_METHOD, ROW_SUMMARY, ROW_TEXTS };

struct row {
	struct opened *opened;
	const struct index_entry *entry;
	unsigned snapshot;         /* as ids show it: 0 when only one is open */
	unsigned number;           /* of the snapshot, from 1 */
	const struct str *instead; /* ROW_TEXTS; or NULL: as indexed */
};

/* One object. `scratch` is used and reset. */
void row_put(struct json_out *j, const struct row *r, struct arena *scratch);

#endif /* API_ROW_H */
