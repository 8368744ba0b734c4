/* SPDX-License-Identifier: Apache-2.0 */
/*
 * body: the body of a message, from the evidence.
 */
#ifndef QUERY_BODY_H
#define QUERY_BODY_H

#include <stdbool.h>

#include "analyzer/index/row.h"
#include "analyzer/proto/proto.h"
#include "analyzer/query/opened.h"
#include "base/compiler.h"
#include "base/err.h"

struct body_ask {
	const struct index_entry *entry;
	enum side side;
	bool decoded; /* transfer and content coding undone */
	struct body_range range;
};

/*
 * Stream a run of a body into `out`. 0 also for a protocol or a side without
 * one: nothing is put out then. Otherwise what out's functions returned, or the
 * codes of reading and decoding, what could be decoded having been put out.
 */
int body_read(struct opened *o, const struct body_ask *ask,
              const struct body_out *out, struct err *e) WARN_UNUSED;

#endif /* QUERY_BODY_H */
