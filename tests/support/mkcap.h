/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mkcap: capture files made byte by byte, and walks through them.
 *
 * A walk shows the reader one window after the other, each a heap copy of
 * exactly its bytes, so that one byte too far is seen by the sanitizer and by
 * valgrind. A test ends when there is no memory, so making cannot fail.
 */
#ifndef TESTS_SUPPORT_MKCAP_H
#define TESTS_SUPPORT_MKCAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snapshot/capture.h"

enum { MKCAP_MAX = 64 * 1024, MKCAP_SEEN = 64 };

struct mkcap {
	uint8_t b[MKCAP_MAX];
	size_t n;
	bool big; /* byte order of what is put from now on */
};

void mkcap_put(struct mkcap *f, const void *p, size_t n);
void mkcap_16(struct mkcap *f, unsigned v);
void mkcap_32(struct mkcap *f, uint32_t v);
void mkcap_64(struct mkcap *f, uint64_t v);

/* What a walk saw. */
struct mkcap_seen {
	struct record r[MKCAP_SEEN]; /* data is NULL */
	uint8_t first[MKCAP_SEEN];   /* first byte of each packet, or 0 */
	uint32_t block[MKCAP_SEEN];  /* types of CAPTURE_BLOCK */
	size_t records, blocks, skips;
	int end;          /* capture_end() */
	uint64_t stopped; /* capture_offset() at the end */
	uint64_t counted; /* capture_records() */
	char reason[200];
};

/* The default limits, with another record-bytes when it is not 0. */
struct snapshot_limits mkcap_limits(uint64_t record_bytes);

/* Walk the file in windows that begin with `window` bytes and grow on need. */
void mkcap_walk(struct capture *c, const struct mkcap *f, size_t window,
                struct mkcap_seen *s);
/* The same with a reader of its own. */
void mkcap_walk_new(const struct mkcap *f, const struct snapshot_limits *l,
                    size_t window, struct mkcap_seen *s);

/*
 * Does every size of window give what one window over the whole file gives?
 * That is in *ret_whole.
 */
bool mkcap_windows(const struct mkcap *f, const struct snapshot_limits *l,
                   struct mkcap_seen *ret_whole);

/*
 * Does every truncation give a prefix of the records, and ERR_TRUNCATED unless
 * it falls between records? *ret_clean is how many lengths do fall there.
 */
bool mkcap_truncations(const struct mkcap *f, const struct snapshot_limits *l,
                       size_t *ret_clean);

/* Is each record's header found again from its position? */
bool mkcap_reread(const struct mkcap *f, const struct snapshot_limits *l);

#endif /* TESTS_SUPPORT_MKCAP_H */
