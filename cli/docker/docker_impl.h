/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docker_impl: what the files of this folder share and nobody else sees.
 */
#ifndef CLI_DOCKER_IMPL_H
#define CLI_DOCKER_IMPL_H

#include <jansson.h>

#include "base/compiler.h"
#include "base/err.h"
#include "cli/docker/docker.h"
#include "cli/docker/docker_host.h"
#include "cli/docker/docker_http.h"

enum { DOCKER_ID = 128 }; /* an id, or a name of ours, with its NUL */

struct docker {
	struct docker_http *http;
	struct docker_host host;
	struct docker_watch watch;
	char api[16];
	char engine[64];
};

void docker_note(const struct docker *d, const char *fmt, ...)
    PRINTF_LIKE(2, 3);

/*
 * docker_http_run() against an engine that answered before: one that does not
 * any more is ERR_IO, and the sentence begins with `doing`: "listing
 * containers".
 */
int docker_ask(struct docker *d, struct docker_call *c, const char *doing,
               struct err *e) WARN_UNUSED;

/* ERR_IO: "DOING: the engine's words". */
int docker_refused(const struct docker_call *c, const char *doing,
                   struct err *e);

/* The reply as JSON; ERR_MALFORMED. The caller owns it. */
int docker_json(const struct docker_call *c, const char *doing, struct err *e,
                json_t **ret_o) WARN_UNUSED;

/* Whose container one made now is: machine and process, for DOCKER_LABEL. */
void docker_owner(char out[DOCKER_ID]);

/* Remove a container with its volumes, whatever state it is in; 0 when there
 * is none. `determined` as in struct docker_call. */
int docker_remove(struct docker *d, const char *id, bool determined,
                  struct err *e) WARN_UNUSED;

#endif /* CLI_DOCKER_IMPL_H */
