/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fetch: gets something over HTTP, into a file or a buffer.
 *
 * A transfer that breaks is resumed where it broke (a range, on condition that
 * the thing is still the same), or begun again where the server cannot do that,
 * limits->fetch_retries times. Redirects are followed, fetch_redirects of them,
 * never from https to http and never with a signature. Everything is bounded:
 * bytes, time, time without a byte.
 *
 * One fetcher keeps its connections and belongs to one thread.
 */
#ifndef CLI_FETCH_H
#define CLI_FETCH_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/err.h"
#include "cli/limits.h"

/* How a request is signed: AWS Signature Version 4. */
struct fetch_signature {
	const char *key;    /* access key id */
	const char *secret; /* secret access key */
	const char *token;  /* session token; NULL: none */
	const char *region;
};

struct fetch_watch {
	void *ctx;
	/* Bytes of this transfer so far and in all; total 0: not known. */
	void (*progress)(void *ctx, uint64_t done, uint64_t total);
	/* It broke and is tried again. */
	void (*note)(void *ctx, const char *text);
	const atomic_bool *cancel;
};

struct fetch_request {
	const char *url;
	const struct fetch_signature *sign; /* NULL: none */
	uint64_t max;                       /* bytes; more is ERR_LIMIT */
	const char *max_name;               /* of the limit, for the message */
};

enum { FETCH_REGION = 64, FETCH_SAID = 4096 };

/* What the server said beyond the body. */
struct fetch_reply {
	long status;               /* of HTTP; 0: no reply */
	char region[FETCH_REGION]; /* x-amz-bucket-region, or empty */
	char said[FETCH_SAID];     /* the beginning of a reply that is no 2xx */
};

struct fetcher;

/* NULL when there is no memory. All that is pointed to is borrowed. */
struct fetcher *fetcher_new(const struct cli_limits *limits,
                            const struct fetch_watch *watch) WARN_UNUSED;
void fetcher_free(struct fetcher *f);

/*
 * Into the empty file fd, or the empty buffer. ERR_NOTFOUND and ERR_ACCESS for
 * 404 and 401 or 403, ERR_LIMIT, ERR_CANCELLED, ERR_IO for the rest. *ret_reply
 * is filled in in any case.
 */
int fetch_file(struct fetcher *f, const struct fetch_request *r, int fd,
               struct err *e, struct fetch_reply *ret_reply) WARN_UNUSED;
int fetch_text(struct fetcher *f, const struct fetch_request *r, struct buf *b,
               struct err *e, struct fetch_reply *ret_reply) WARN_UNUSED;

#endif /* CLI_FETCH_H */
