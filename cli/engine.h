/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine: the Docker engine as the configuration and the environment name it,
 * and the runtime that runs the analyzer in it (cli/docker/docker.h).
 */
#ifndef CLI_ENGINE_H
#define CLI_ENGINE_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "cli/cli.h"
#include "cli/docker/docker.h"
#include "cli/runtime.h"

/*
 * Find the engine. ERR_ABSENT when none answers. `watch` may have functions
 * that are NULL.
 */
int engine_find(const struct docker_watch *watch, struct err *e,
                struct docker **ret_docker) WARN_UNUSED;

/* Which image the configuration wants. */
void engine_image(const struct config *c, struct docker_image *ret_image);

/*
 * The runtime. With `unless_missing`, also ERR_NOTFOUND when the engine has no
 * image and may not fetch one, so that the caller can do without.
 */
int engine_open(const struct config *c, bool unless_missing,
                const struct runtime_watch *watch, struct err *e,
                struct runtime **ret_runtime) WARN_UNUSED;

#endif /* CLI_ENGINE_H */
