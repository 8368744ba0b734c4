/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seats: which capture point each interface of each capture file is. Several
 * interfaces of a file may be one, as those of its sections are, and
 * consecutive files have theirs in common.
 */
#ifndef EXPORT_SEATS_H
#define EXPORT_SEATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/index/reader.h"
#include "base/compiler.h"
#include "base/err.h"

struct seat {
	uint32_t source, iface;
	uint32_t point;
};

/* By source and interface. Zeroed: there are none. */
struct seats {
	struct seat *seat;
	size_t n, cap;
};

/* All that have packets. ERR_NOMEM, ERR_LIMIT or the index's error. */
int seats_load(struct seats *s, struct index_reader *index,
               struct err *e) WARN_UNUSED;
void seats_release(struct seats *s);

/* False when the index does not know that interface to have packets. */
bool seats_point(const struct seats *s, uint32_t source, uint32_t iface,
                 uint32_t *ret_point);

/* Does a file have packets of that point? */
bool seats_has(const struct seats *s, uint32_t source, uint32_t point);

#endif /* EXPORT_SEATS_H */
