/* SPDX-License-Identifier: Apache-2.0 */
/*
 * s3_list: what an S3 store answers in XML: a page of a listing
 * (ListObjectsV2), or an error.
 */
#ifndef CLI_S3_LIST_H
#define CLI_S3_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

enum { S3_LIST_KEY = 1024, S3_LIST_TOKEN = 4096, S3_LIST_WORD = 256 };

struct s3_list_page {
	uint64_t count;                /* objects on this page */
	bool truncated;                /* there are more pages */
	char token[S3_LIST_TOKEN + 1]; /* to ask for the next one with */
	char code[S3_LIST_WORD + 1];   /* of an error; empty: it is none */
	char message[S3_LIST_WORD + 1];
};

/* An object; the key is borrowed. 0 to go on, or a code that ends it. */
typedef int s3_list_each(void *ctx, struct str key, uint64_t size);

/*
 * Read a page, calling `each` for every object. ERR_MALFORMED for what is no
 * such XML, has a document type, is nested deeper than these are, or has a key
 * longer than S3 allows; what `each` returned; ERR_NOMEM.
 */
int s3_list_parse(struct str xml, s3_list_each *each, void *ctx,
                  struct s3_list_page *ret_page) WARN_UNUSED;

#endif /* CLI_S3_LIST_H */
