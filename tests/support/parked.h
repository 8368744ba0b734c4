/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parked: the file of struct engine_out, in memory.
 */
#ifndef TESTS_SUPPORT_PARKED_H
#define TESTS_SUPPORT_PARKED_H

#include "base/buf.h"

struct parked_bytes {
	struct buf b;
	unsigned reads, writes;
	unsigned fail_at; /* this read or write fails; 0: none */
};

void parked_init(struct parked_bytes *f);
void parked_release(struct parked_bytes *f);
int parked_read(struct parked_bytes *f, uint64_t off, void *p, size_t n);
int parked_write(struct parked_bytes *f, uint64_t off, const void *p, size_t n);

#endif /* TESTS_SUPPORT_PARKED_H */
