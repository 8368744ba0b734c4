/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layout: what a member's name says.
 *
 * Folders of a merged snapshot are "<node>_<ip>"; a worker's own files are
 * "%012d.pcap" with an optional "_tls", "_dns" or "_udp" before the extension.
 * Anything else is a plain capture of an unknown node. docs/formats/snapshot.md
 * has the whole grammar.
 */
#ifndef SNAPSHOT_LAYOUT_H
#define SNAPSHOT_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

#define LAYOUT_HISTORY  "name_resolution_history.json"
#define LAYOUT_SNAPSHOT "snapshot.json"
#define LAYOUT_MANIFEST "manifest.json"

struct layout {
	struct str folder;  /* the member's folder, "" at the root */
	struct str base;    /* the last path component */
	struct str node;    /* node name, "" when the folder is not a node's */
	struct str node_ip; /* text of the address after the last '_' */
	bool single_stream; /* a worker's own one-stream file */
	bool tls;           /* plaintext taken from a TLS library */
	uint64_t stream_no; /* the number of a one-stream file */
};

/* Pure; all strings are borrowed from `name`. */
struct layout layout_of(struct str name);

/*
 * A capture follows the one in front of it, of the same folder and interface,
 * when it begins no more than so many nanoseconds before that one's end.
 */
#define LAYOUT_SLACK INT64_C(1000000000)

#endif /* SNAPSHOT_LAYOUT_H */
