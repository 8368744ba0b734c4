/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest_out: writes snapshot.json and manifest.json, which make a snapshot
 * sealed. What is in them: docs/formats/snapshot.md, sections 3 and 4; they are
 * read by snapshot/manifest.h.
 */
#ifndef SNAPSHOT_MANIFEST_OUT_H
#define SNAPSHOT_MANIFEST_OUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/str.h"
#include "snapshot/manifest.h"

/* What a snapshot says of itself. */
struct manifest_out {
	struct str program; /* "analyzer 1.0": name and version */
	struct str cluster; /* "" unknown */
	int64_t from, to;   /* of the capture, ns; both 0: not known */
	/* Their number of interfaces is not looked at. */
	const struct snapshot_node *node;
	size_t nnodes;
};

/* Append the text of snapshot.json. ERR_NOMEM, ERR_BUDGET (the buffer's). */
int manifest_out_claim(const struct manifest_out *s,
                       struct buf *out) WARN_UNUSED;

/* Append the text of manifest.json: every member but itself, in order. */
int manifest_out_members(const struct manifest_member *m, size_t n,
                         struct buf *out) WARN_UNUSED;

#endif /* SNAPSHOT_MANIFEST_OUT_H */
