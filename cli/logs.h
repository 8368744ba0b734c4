/* SPDX-License-Identifier: Apache-2.0 */
/* logs: collects the logs of runs in a zip file. */
#ifndef CLI_LOGS_H
#define CLI_LOGS_H

#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "cli/cli.h"
#include "cli/runs.h"
#include "cli/zip.h"

/* Write the zip file `path`: all logs of runs.h, and the configuration. */
int logs_write(struct cli *c, const char *path, struct err *e) WARN_UNUSED;

#endif /* CLI_LOGS_H */
