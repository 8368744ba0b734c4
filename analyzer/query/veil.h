/* SPDX-License-Identifier: Apache-2.0 */
/*
 * veil: lines of a list as redact() leaves their entries.
 *
 * A list is made from the index's columns, which redact() does not alter. The
 * query has been evaluated on the whole entry; here it is looked up there what
 * of the columns must not be shown. A column that no single field stands for is
 * hidden, to be on the safe side.
 */
#ifndef QUERY_VEIL_H
#define QUERY_VEIL_H

#include <stdbool.h>

#include "analyzer/entry/sink.h"
#include "analyzer/index/row.h"
#include "base/compiler.h"

struct kfl_value;

/* What is shown in the place of something hidden. */
#define VEIL_TEXT "[REDACTED]"

struct veil {
	bool method, target, status;
	bool src, dst; /* a part of that end, or all of it */
	bool time, elapsed;
};

/* `root` is the whole entry, after the query was evaluated on it. */
void veil_look(const struct index_entry *e, const struct kfl_value *root,
               struct veil *ret_veil);

/* The BaseEntry of full_base(). 0 or the sink's error. */
int veil_base(const struct index_entry *e, const struct kfl_value *root,
              struct sink *out) WARN_UNUSED;

#endif /* QUERY_VEIL_H */
