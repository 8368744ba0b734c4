/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv: one line of comma-separated values, which is how a list is given on the
 * command line: -n a,b. A value in double quotes may hold commas; two quotes
 * in it are one (RFC 4180).
 */
#ifndef CLI_CSV_H
#define CLI_CSV_H

#include <stddef.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/str.h"

/*
 * The fields of `text`, allocated in `a`; an empty text has none. ERR_SYNTAX
 * for quotes in the wrong place, ERR_NOMEM, ERR_BUDGET.
 */
int csv_split(struct arena *a, struct str text, struct str **ret_fields,
              size_t *ret_n) WARN_UNUSED;

#endif /* CLI_CSV_H */
