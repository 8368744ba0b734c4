/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifest: snapshot.json (first member) and manifest.json (last member).
 *
 * snapshot.json says what the snapshot claims to hold; manifest.json has the
 * SHA-256, size, packet count and drop counters of every other member. Neither
 * is required: without them a snapshot is "unsealed".
 * Format: docs/formats/snapshot.md.
 */
#ifndef SNAPSHOT_MANIFEST_H
#define SNAPSHOT_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/sha256.h"
#include "base/str.h"
#include "snapshot/limits.h"

struct manifest_member {
	struct str name;
	uint64_t bytes;
	uint8_t sha256[SHA256_SIZE];
	bool has_packets;
	uint64_t packets;
	bool has_drops;
	uint64_t dropped_kernel;
	uint64_t dropped_interface;
};

struct manifest;

/*
 * Read the text; nothing of it is borrowed, and order is kept. ERR_SYNTAX (with
 * line and column in e where there is one), ERR_UNSUPPORTED (another version or
 * kind), ERR_LIMIT (json_bytes, json_depth, members), ERR_NOMEM. Members of the
 * document that are not known are passed over; what is known may come once.
 * Names are as written: that they are safe is for whoever uses them.
 */
int manifest_parse(struct str text, const struct snapshot_limits *limits,
                   struct err *e, struct manifest **ret_manifest) WARN_UNUSED;
void manifest_free(struct manifest *m);
size_t manifest_count(const struct manifest *m);
const struct manifest_member *manifest_at(const struct manifest *m, size_t i);
/* NULL when it is not listed. */
const struct manifest_member *manifest_find(const struct manifest *m,
                                            struct str name);

struct snapshot_node {
	struct str name;
	struct str ip;
	struct str folder;
	struct str filter;
	size_t interfaces;
};

struct snapshot_info;

/* As manifest_parse(). */
int snapshot_info_parse(struct str text, const struct snapshot_limits *limits,
                        struct err *e,
                        struct snapshot_info **ret_info) WARN_UNUSED;
void snapshot_info_free(struct snapshot_info *s);
struct str snapshot_info_cluster(const struct snapshot_info *s);
/* Capture window, nanoseconds since the epoch; 0 when not told. */
int64_t snapshot_info_from(const struct snapshot_info *s);
int64_t snapshot_info_to(const struct snapshot_info *s);
size_t snapshot_info_nodes(const struct snapshot_info *s);
const struct snapshot_node *snapshot_info_node(const struct snapshot_info *s,
                                               size_t i);

#endif /* SNAPSHOT_MANIFEST_H */
