/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hub_base: the BaseEntry of lists, as a query leaves it.
 */
#ifndef API_HUB_BASE_H
#define API_HUB_BASE_H

#include "analyzer/entry/sink.h"
#include "analyzer/query/full.h"
#include "analyzer/query/merge.h"
#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"

struct hub_base {
	struct opened *opened;
	const struct index_entry *entry;
	struct full_names names;
	/* At the entry, when its query redacts; NULL: as it is. */
	struct merge *merge;
};

/* Writes one object; what is redacted is kept in `a`. */
int hub_base_tell(const struct hub_base *b, struct arena *a, struct sink *out,
                  struct err *e) WARN_UNUSED;

#endif /* API_HUB_BASE_H */
