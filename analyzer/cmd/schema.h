/* SPDX-License-Identifier: Apache-2.0 */
/* schema: the descriptor sets that --proto-set names. */
#ifndef CMD_SCHEMA_H
#define CMD_SCHEMA_H

#include <stddef.h>

#include "analyzer/proto/protobuf_set.h"
#include "base/compiler.h"
#include "base/err.h"

/*
 * One set out of n files; NULL when n is 0. The error names the file: ERR_NOENT
 * (it cannot be read), ERR_BUDGET (too large), ERR_MALFORMED; or ERR_NOMEM.
 */
int schema_load(const char *const *files, size_t n, struct err *e,
                struct protobuf_set **ret_set) WARN_UNUSED;

#endif /* CMD_SCHEMA_H */
