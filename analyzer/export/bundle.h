/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bundle: picked packets as a snapshot that can be opened again.
 *
 * In the original's layouts (docs/formats/snapshot.md, section 2): with
 * `single`, the stream's file and the name history at the root; otherwise a
 * folder a node, "<node>_<ip>", with a capture for each capture point, because
 * that is what keeps what was seen twice apart. One that a reader would take
 * for the sequel of another vantage's gets a folder "vantage-N" around the
 * node's. Captures of an unknown node keep their folder. Packets keep their
 * times, so a file has nanoseconds when the evidence has. Histories are copied
 * as they are, verified by their digest.
 *
 * With snapshot.json in front and manifest.json behind, the archive is sealed;
 * a single stream comes without, as the original has it. Members are in order
 * of name. Of several snapshots with a folder of the same name, each gets a
 * folder "snapshot-N" around its own.
 *
 * The evidence is read twice, once for the sizes that a tar wants in front.
 */
#ifndef EXPORT_BUNDLE_H
#define EXPORT_BUNDLE_H

#include "analyzer/export/export_impl.h"
#include "base/compiler.h"

int bundle_write(struct export *x, bool single) WARN_UNUSED;

#endif /* EXPORT_BUNDLE_H */
