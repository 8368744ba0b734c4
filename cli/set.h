/* SPDX-License-Identifier: Apache-2.0 */
/*
 * set: keys of the configuration on the command line, --set a.b=value.
 *
 * Each text may hold several, parted by commas (csv.h). A key that is a list
 * takes what is given for it, once or several times; any other takes one value
 * that fits its type. What is wrong is told, and the rest goes on:
 *
 *	Ignoring set argument X (set argument format: <flag name>=<flag value>)
 *	flag "a.b" not found
 *	invalid value V for flag name a.b, expected bool
 *	invalid values V,W for flag name a.b, expected string
 */
#ifndef CLI_SET_H
#define CLI_SET_H

#include <stddef.h>

#include "base/compiler.h"
#include "cli/config.h"

struct set_warn {
	void (*tell)(void *ctx, const char *text);
	void *ctx;
};

/* ERR_NOMEM, ERR_BUDGET; what was set until then stays. */
int set_apply(struct config *config, const char *const *texts, size_t n,
              const struct set_warn *warn) WARN_UNUSED;

#endif /* CLI_SET_H */
