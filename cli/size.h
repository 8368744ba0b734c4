/* SPDX-License-Identifier: Apache-2.0 */
/*
 * size: amounts of storage as the original reads them: "200MB", "1.5 GiB",
 * "4096". A number, perhaps a space, one of k M G T P in either case, perhaps
 * an i, perhaps a B. All units are decimal: 1GiB is 1,000,000,000 bytes.
 */
#ifndef CLI_SIZE_H
#define CLI_SIZE_H

#include <stdint.h>

#include "base/compiler.h"
#include "base/str.h"

/* ERR_SYNTAX, or ERR_LIMIT when it is 2^63 bytes or more. */
int size_parse(struct str s, uint64_t *ret_bytes) WARN_UNUSED;

#endif /* CLI_SIZE_H */
