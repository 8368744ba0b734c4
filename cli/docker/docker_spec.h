/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docker_spec: what the analyzer's container may do, as the engine wants to
 * hear it (Docker Engine API, ContainerCreate).
 *
 * The user is 65532, whatever the image says; the root file system is read-only
 * with two anonymous volumes: /data for what is uploaded, /work for the
 * workspace, both removed with the container; no capability, no new privileges
 * by set-uid files; nothing restarts it; its log is a file of bounded size. On
 * its own network it listens on all addresses, of which two ports are published
 * at the address that the user named and nowhere else. The token is in the
 * environment, where other users of the machine do not see it, unlike in a
 * command line.
 */
#ifndef CLI_DOCKER_SPEC_H
#define CLI_DOCKER_SPEC_H

#include <stdint.h>

#include "base/buf.h"
#include "base/compiler.h"

/* Inside, where the ports are not the machine's. */
enum { DOCKER_FRONT = 8899, DOCKER_HUB = 8898 };

struct docker_spec {
	const char *image;
	const char *owner;   /* value of DOCKER_LABEL */
	const char *network; /* "bridge", "host", ... */
	const char *host;    /* where ports are published, or to listen */
	uint16_t front, hub;
	const char *name;  /* of the snapshot in /data */
	const char *token; /* "": none */
};

/* Appends the JSON. ERR_BUDGET, ERR_NOMEM. */
int docker_spec_json(const struct docker_spec *s, struct buf *out) WARN_UNUSED;

#endif /* CLI_DOCKER_SPEC_H */
