/* SPDX-License-Identifier: Apache-2.0 */
/*
 * s3: objects of an S3 store, AWS or one that speaks like it.
 *
 *	s3://BUCKET/KEY      one object
 *	s3://BUCKET/PREFIX/  every object whose key begins so, and also without
 *	                     the slash when there is no object of that name
 *
 * With an endpoint of its own, and for buckets whose names are no host names,
 * the bucket is in the path; else in the host. A bucket that turns out to be in
 * another region is asked there.
 */
#ifndef CLI_S3_H
#define CLI_S3_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "cli/fetch.h"
#include "cli/limits.h"
#include "cli/s3_env.h"
#include "cli/spool.h"

enum { S3_BUCKET = 64, S3_KEY = 1025, S3_URL = 16384 };

struct s3 {
	char bucket[S3_BUCKET];
	char key[S3_KEY]; /* may be empty: the whole bucket */
	struct s3_env env;
	const struct cli_limits *limits;
};

/* "s3://bucket/key"; ERR_USAGE. */
int s3_parse(const char *text, struct err *e, struct s3 *ret_s3) WARN_UNUSED;

/*
 * The URL of an object, or with a NULL key of the bucket followed by ? and
 * `query`; ERR_LIMIT when it is too long. For the tests; the rest uses it.
 */
int s3_url(const struct s3 *s, const char *key, const char *query,
           char out[S3_URL]) WARN_UNUSED;

/*
 * Fetch what is named into the spool: *ret_path, which the spool owns, is a
 * file, or a folder for a prefix. ERR_NOTFOUND, ERR_ACCESS, ERR_LIMIT,
 * ERR_REFUSED for keys that are no safe names, ERR_CANCELLED, ...
 */
int s3_fetch(struct s3 *s, struct spool *spool, const struct fetch_watch *watch,
             struct err *e, const char **ret_path) WARN_UNUSED;

#endif /* CLI_S3_H */
