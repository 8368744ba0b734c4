/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runtime: where tap -p runs the analyzer. Two kinds behind one table: a
 * process of this machine (local.h) and a container (engine.h).
 *
 *	runtime->ops->start(runtime, &job, &e)   until it can be looked at
 *	runtime->ops->urls(runtime, &urls)
 *	runtime->ops->wait(runtime, &e, &status) until *watch.cancel, or its end
 *	runtime->ops->stop(runtime, &e, &status) gone, whatever happened before
 *	runtime->ops->close(runtime)
 *
 * Nothing here prints or handles signals; what there is to say goes to the
 * watch, and its flag ends start and wait early. After a start that failed,
 * nothing is left running.
 */
#ifndef CLI_RUNTIME_H
#define CLI_RUNTIME_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

struct runtime_watch {
	void *ctx;
	/* A sentence worth a line. */
	void (*note)(void *ctx, const char *text);
	/* A line that the analyzer wrote, without its end, not escaped. */
	void (*log)(void *ctx, struct str line);
	/* How far something is; total 0: not known. */
	void (*progress)(void *ctx, const char *what, uint64_t done,
	                 uint64_t total);
	const atomic_bool *cancel;
};

/* What is to be run. */
struct runtime_job {
	const char *path; /* a file or folder of this machine */
	const char *name; /* what it is called; NULL: after the path */
	const char *host;
	uint16_t front_port, hub_port; /* 0: any that is free */
	bool debug;
};

enum { RUNTIME_URL = 400 };

struct runtime_urls {
	char front[RUNTIME_URL]; /* with the token, if it needs one */
	char hub[RUNTIME_URL];
};

struct runtime;

struct runtime_ops {
	const char *name; /* "local" or "docker" */
	int (*start)(struct runtime *r, const struct runtime_job *job,
	             struct err *e);
	void (*urls)(struct runtime *r, struct runtime_urls *ret_urls);
	/* 0 when cancelled, with *ret_status 0; or its exit status when it
	 * ended by itself, with its last words in *e. */
	int (*wait)(struct runtime *r, struct err *e, int *ret_status);
	/* *ret_status is the analyzer's exit status, 0 when not known. */
	int (*stop)(struct runtime *r, struct err *e, int *ret_status);
	void (*close)(struct runtime *r);
};

/* What all kinds begin with. */
struct runtime {
	const struct runtime_ops *ops;
};

#endif /* CLI_RUNTIME_H */
