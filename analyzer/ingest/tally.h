/* SPDX-License-Identifier: Apache-2.0 */
/* tally: what each interface of a capture file saw in it. */
#ifndef INGEST_TALLY_H
#define INGEST_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

struct tally {
	int64_t point; /* of its packets; -1: there were none */
	uint64_t records;
	int64_t first_ts, last_ts; /* ns; 0 when there are no records */
};

/* By the interface's number in the file. Zeroed: of no interface. */
struct tally_list {
	struct tally *of;
	size_t n, cap;
};

void tally_list_release(struct tally_list *t);

/* Another file: nothing has been seen. */
void tally_list_clear(struct tally_list *t);

/*
 * That of an interface; what is returned is valid until the next call.
 * ERR_NOMEM.
 */
int tally_list_get(struct tally_list *t, size_t iface,
                   struct tally **ret_tally) WARN_UNUSED;

/* Of one that was never asked for: of no packets. */
struct tally tally_list_of(const struct tally_list *t, size_t iface);

/* Of all of them, but for the point, which is none. */
struct tally tally_list_sum(const struct tally_list *t);

/* A packet of time ts. */
void tally_add(struct tally *t, int64_t ts);

#endif /* INGEST_TALLY_H */
