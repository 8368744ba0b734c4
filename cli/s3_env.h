/* SPDX-License-Identifier: Apache-2.0 */
/*
 * s3_env: who asks, which store, and where: from the environment and the files
 * that the AWS tools share.
 *
 *	key, secret, token   AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
 *	                     AWS_SESSION_TOKEN; else the profile's in
 *	                     $AWS_SHARED_CREDENTIALS_FILE (~/.aws/credentials),
 *	                     then in $AWS_CONFIG_FILE (~/.aws/config)
 *	region               AWS_REGION, AWS_DEFAULT_REGION; else the profile's
 *in the configuration; else us-east-1 endpoint             what was asked for;
 *else AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, the profile's endpoint_url; else
 *	                     empty: that of AWS
 *	profile              AWS_PROFILE, else default
 *
 * Without a key, requests are not signed, which public buckets allow.
 */
#ifndef CLI_S3_ENV_H
#define CLI_S3_ENV_H

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "cli/limits.h"

enum { S3_ENV_TEXT = 256, S3_ENV_TOKEN = 8000, S3_ENV_URL = 512 };

struct s3_env {
	char key[S3_ENV_TEXT]; /* empty: there are no credentials */
	char secret[S3_ENV_TEXT];
	char token[S3_ENV_TOKEN]; /* empty: none */
	char region[S3_ENV_TEXT];
	char endpoint[S3_ENV_URL];
};

/* ERR_USAGE with what is wrong; the files may be missing. */
int s3_env_read(const char *endpoint, const struct cli_limits *limits,
                struct err *e, struct s3_env *ret_env) WARN_UNUSED;

/*
 * The value of a key in a section of a file as those are: "[section]" lines,
 * "key = value" lines, # and ; for comments. The empty str when there is none.
 */
struct str s3_env_find(struct str text, struct str section, struct str key);

#endif /* CLI_S3_ENV_H */
