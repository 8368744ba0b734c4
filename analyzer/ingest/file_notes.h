/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file_notes: what is told of a capture file once it has been read: its
 * interfaces, and what was odd about it.
 */
#ifndef INGEST_FILE_NOTES_H
#define INGEST_FILE_NOTES_H

#include <stdint.h>

#include "analyzer/index/row.h"
#include "analyzer/ingest/out.h"
#include "analyzer/ingest/tally.h"
#include "base/compiler.h"
#include "snapshot/capture.h"

struct file_notes {
	const struct index_source *source;
	const struct capture *capture;
	const struct tally_list *tallies; /* by interface */
	uint64_t unknown_links;           /* packets of link types not read */
	uint16_t unknown_link;            /* the latest of these types */
	uint64_t steps_back;              /* of the clock, worth telling */
};

/* As rows into `out`, which must have room for them. ERR_NOMEM. */
int file_notes_put(const struct file_notes *n, struct out *out) WARN_UNUSED;

#endif /* INGEST_FILE_NOTES_H */
