/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recap: a small capture taken apart, changed, and put together again.
 *
 * For classic little-endian captures with microseconds. What is changed about
 * TCP is for Ethernet and IPv4 without options of the link. Checksums are left
 * as they are: nothing looks at them. A test ends when there is no memory.
 */
#ifndef TESTS_SUPPORT_RECAP_H
#define TESTS_SUPPORT_RECAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { RECAP_FRAMES = 4096, RECAP_HEADER = 24, RECAP_RECORD = 16 };

/* A packet; its bytes belong to the capture that it was read from. */
struct recap_frame {
	uint32_t sec, usec;
	uint32_t caplen, len;
	const uint8_t *p;
	/* Of its TCP payload, only these bytes; see recap_payload(). */
	uint32_t from, n;
	bool part;
};

struct recap {
	char *file; /* as it was read */
	size_t bytes;
	size_t n;
	struct recap_frame frame[RECAP_FRAMES];
};

/* False when there is no such file, or it is of another kind. */
bool recap_read(struct recap *c, const char *path);
void recap_release(struct recap *c);

/* Bytes of TCP payload over Ethernet and IPv4, 0 for anything else. */
uint32_t recap_payload(const struct recap_frame *f);
/* The same packet with n bytes of its payload from `from` on; moves SEQ. */
struct recap_frame recap_cut(const struct recap_frame *f, uint32_t from,
                             uint32_t n);

/*
 * The capture file of these packets. With `restamp` the i-th gets the time of
 * the i-th packet of c, so that time goes forward in any order.
 */
void recap_write(const struct recap *c, const struct recap_frame *f, size_t n,
                 bool restamp, struct buf *out);

#endif /* TESTS_SUPPORT_RECAP_H */
