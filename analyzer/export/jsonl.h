/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jsonl: entries in full, one JSON object a line.
 *
 * Each line is what `analyzer query --full` prints, with the member
 * `schemaVersion` in front; docs/schema/entry.schema.json describes it. Members
 * may be added in a version, none goes away or changes its meaning.
 */
#ifndef EXPORT_JSONL_H
#define EXPORT_JSONL_H

#include "analyzer/export/export_impl.h"
#include "base/compiler.h"

enum { JSONL_VERSION = 1 };

int jsonl_write(struct export *x, struct merge *m) WARN_UNUSED;

#endif /* EXPORT_JSONL_H */
