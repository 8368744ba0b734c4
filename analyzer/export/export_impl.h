/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export_impl: what export.c and the formats share; for them only.
 *
 * Each writes one whole file to x->out and counts in x->counts; the caller
 * flushes. Codes come with a text in x->e.
 */
#ifndef EXPORT_EXPORT_IMPL_H
#define EXPORT_EXPORT_IMPL_H

#include "analyzer/export/export.h"
#include "analyzer/export/pick.h"
#include "base/compiler.h"

struct export
{
	const struct export_job *job;
	struct pick **pick; /* of packets: one a part */
	struct outlet *out;
	struct err *e;
	struct export_counts *counts;
};

/*
 * Has the outlet failed? Its code, with a text, or 0.
 */
int export_error(struct export *x);

/* The snapshot of a part. */
static inline struct opened *
export_opened(const struct export *x, size_t part)
{
	return x->job->part[part].source.opened;
}

/* An entry that cannot be read is counted, not a failure. */
void export_leave_out(struct export *x, int code, const struct err *why);

#endif /* EXPORT_EXPORT_IMPL_H */
