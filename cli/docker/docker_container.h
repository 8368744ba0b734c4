/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docker_container: an analyzer that runs, and what it says.
 *
 * Its log is followed from the start on: the first line of its standard output
 * tells where it listens, and the end of the log is how its death is noticed.
 */
#ifndef CLI_DOCKER_CONTAINER_H
#define CLI_DOCKER_CONTAINER_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/docker/docker_demux.h"
#include "cli/docker/docker_impl.h"

enum {
	DOCKER_HOST_MAX = 64,      /* an address in text, with its NUL */
	DOCKER_TOKEN = 64,         /* letters: 32 random bytes */
	DOCKER_READY_SECONDS = 60, /* without a word or an answer */
};

struct docker_container {
	struct docker *d;
	char id[DOCKER_ID];
	char name[DOCKER_ID];
	char image[DOCKER_REF];
	char token[DOCKER_TOKEN + 1]; /* "" when none is needed */
	char host[DOCKER_HOST_MAX];   /* an address of the engine's machine */
	uint16_t front, hub;          /* on that machine; 0: not known yet */
	bool on_host;                 /* shares its network */
	bool asked;                   /* the engine was asked to make it */
	bool announced;
	struct docker_call logs;
	bool following;
	struct docker_demux demux;
	char last[ERR_TEXT_MAX]; /* its last words on standard error */
};

/* Begin to follow the log; `tail` is "all", or "0" for what comes now. */
int docker_container_follow(struct docker_container *c, const char *tail,
                            struct err *e) WARN_UNUSED;
void docker_container_unfollow(struct docker_container *c);

/* Waits until it can be shown; see docker_tap_start(). */
int docker_container_ready(struct docker_container *c,
                           struct err *e) WARN_UNUSED;

/*
 * After its log ended. 0: it runs nevertheless. ERR_UNREADABLE, -EADDRINUSE,
 * with its last words in *e and its exit status in *ret_status; or why nobody
 * can tell.
 */
int docker_container_death(struct docker_container *c, struct err *e,
                           int *ret_status) WARN_UNUSED;

/* Once it was stopped: the analyzer's exit status, -1 when nobody can tell. */
int docker_container_exit(struct docker_container *c) WARN_UNUSED;

#endif /* CLI_DOCKER_CONTAINER_H */
