/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page: what all lists of /api/v1 have in common.
 */
#ifndef API_PAGE_H
#define API_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/api/call.h"
#include "base/json_out.h"
#include "base/str.h"

/* How much of the evidence a list speaks about. */
struct page_counts {
	uint64_t scanned, matched, undecided;
	bool complete;
	struct str next, prev; /* cursors; p is NULL: none */
};

/* The members scanned, matched, undecided, complete, next, prev. */
void page_put(struct json_out *j, const struct page_counts *n);

/* The parameter `limit`. False: the error has been made. */
bool page_limit(struct call *c, uint64_t otherwise, uint64_t *ret_limit);

/* The parameter `wait` as the instant by clock_mono() that it ends. */
bool page_wait(struct call *c, int64_t *ret_until);

/* A member with a time, null for 0. */
void page_put_time(struct json_out *j, const char *key, int64_t t);

#endif /* API_PAGE_H */
