/* SPDX-License-Identifier: Apache-2.0 */
/*
 * local: the analyzer as a process of this machine.
 *
 * It is `analyzer serve` with its standard input a pipe of ours, so that it
 * ends when we do, whatever ends us; and in a process group of its own, so that
 * Ctrl-C reaches us alone and we end it in order.
 */
#ifndef CLI_LOCAL_H
#define CLI_LOCAL_H

#include "base/compiler.h"
#include "base/err.h"
#include "cli/limits.h"
#include "cli/runtime.h"

enum { LOCAL_PATH = 4096 };

/*
 * The program to start: `named` when it is not NULL ($KUBESHARK_ANALYZER), else
 * the analyzer beside this program, whose name on the command line was `argv0`,
 * else the first on `path` ($PATH). ERR_NOTFOUND with where was looked.
 */
int local_find(const char *named, const char *argv0, const char *path,
               struct err *e, char out[LOCAL_PATH]) WARN_UNUSED;

/* `program` is copied, `limits` and `watch` are borrowed. */
int local_open(const char *program, const struct cli_limits *limits,
               const struct runtime_watch *watch, struct err *e,
               struct runtime **ret_runtime) WARN_UNUSED;

#endif /* CLI_LOCAL_H */
