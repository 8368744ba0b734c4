/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archive_out: writes a tar.gz, as snapshots are.
 *
 * File entries only, owner and group 0, mode 0644, no access times, and a gzip
 * header without a time: the same members give the same bytes. Sizes have to
 * be known beforehand, as tar wants it. Format: docs/formats/snapshot.md.
 */
#ifndef SNAPSHOT_ARCHIVE_OUT_H
#define SNAPSHOT_ARCHIVE_OUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/outlet.h"
#include "base/str.h"

struct archive_out;

/* The outlet is borrowed; its failures are returned. ERR_NOMEM. */
int archive_out_new(struct outlet *out, struct err *e,
                    struct archive_out **ret_archive) WARN_UNUSED;
/* What was not finished is cut off and worthless. */
void archive_out_free(struct archive_out *a);

/* The next member; what is written then has to be `size` bytes in all. */
int archive_out_member(struct archive_out *a, struct str name, uint64_t size,
                       int64_t mtime_sec, struct err *e) WARN_UNUSED;
int archive_out_data(struct archive_out *a, const void *p, size_t n,
                     struct err *e) WARN_UNUSED;

int archive_out_finish(struct archive_out *a, struct err *e) WARN_UNUSED;

#endif /* SNAPSHOT_ARCHIVE_OUT_H */
