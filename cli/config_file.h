/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_file: reads the configuration file, which is YAML.
 *
 * Keys are those of keys.def, nested at their dots. A key that is none is told
 * with its place and passed over, with all below it. What is no YAML, a value
 * of the wrong type, a key given twice, an alias or a file over a limit is a
 * failure; values that were read before it may have been set by then.
 */
#ifndef CLI_CONFIG_FILE_H
#define CLI_CONFIG_FILE_H

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "cli/config.h"
#include "cli/limits.h"

/* Told about each unknown key; `text` has file, line and name. */
struct config_file_warn {
	void (*tell)(void *ctx, const char *text);
	void *ctx;
};

/*
 * Read the YAML in `text`, that of the file `name`. ERR_SYNTAX with file, line
 * and column in *e, ERR_LIMIT, ERR_NOMEM.
 */
int config_file_parse(struct config *c, const char *name, struct str text,
                      const struct cli_limits *limits,
                      const struct config_file_warn *warn,
                      struct err *e) WARN_UNUSED;

/* Read a file. -ENOENT and others as well. */
int config_file_read(struct config *c, const char *path,
                     const struct cli_limits *limits,
                     const struct config_file_warn *warn,
                     struct err *e) WARN_UNUSED;

#endif /* CLI_CONFIG_FILE_H */
