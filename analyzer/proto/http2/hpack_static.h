/* SPDX-License-Identifier: Apache-2.0 */
/* hpack_static: the fields that HPACK knows from the start (RFC 7541, A). */
#ifndef HPACK_STATIC_H
#define HPACK_STATIC_H

#include <stdint.h>

#include "base/str.h"

/* The last index of the static table. */
enum { HPACK_STATIC = 61 };

struct hpack_static {
	struct str name;
	struct str value; /* empty: the name alone */
};

/* Indexes begin with 1; NULL for one that is not in the table. */
const struct hpack_static *hpack_static(uint64_t index);

#endif /* HPACK_STATIC_H */
