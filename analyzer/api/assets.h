/* SPDX-License-Identifier: Apache-2.0 */
/*
 * assets: the files of the web interface.
 *
 * They are built into the program (mk/embed.c makes the table), each as it is
 * and compressed, or lie in the folder of --ui-dir. A path without a dot is a
 * place inside the interface, which is one page: it gets index.html.
 */
#ifndef API_ASSETS_H
#define API_ASSETS_H

#include <stddef.h>

#include "base/str.h"

struct call;

struct asset {
	const char *path; /* "/index.html" */
	const char *tag;  /* of its contents, with the quotes; two letters of
	                   * the coding follow in those of gzip and brotli */
	struct str plain;
	struct str gzip;   /* empty: not smaller */
	struct str brotli; /* likewise */
};

/* Sorted by path; made by the build. */
extern const struct asset assets_table[];
extern const size_t assets_count;

/* Replies, unless there is no such file. */
void assets_serve(struct call *c);

#endif /* API_ASSETS_H */
