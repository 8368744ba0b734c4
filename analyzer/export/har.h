/* SPDX-License-Identifier: Apache-2.0 */
/*
 * har: HTTP entries as an HTTP Archive 1.2.
 *
 * An entry is one when it has a request with a method and a URL: HTTP/1 and 2,
 * and what is spoken over them. Others are passed over and counted. A request
 * whose response was not seen has the response 0, as browsers write it. URLs
 * are made absolute from the Host header or :authority, else from the
 * destination's name or address. Bodies of responses are in base64; those of
 * requests are text, or base64 with "_encoding" saying so. Members of our own
 * begin with an underscore, as the format has it; `comment` is the entry's id.
 * Source: http://www.softwareishard.com/blog/har-12-spec/
 */
#ifndef EXPORT_HAR_H
#define EXPORT_HAR_H

#include "analyzer/export/export_impl.h"
#include "base/compiler.h"

int har_write(struct export *x, struct merge *m) WARN_UNUSED;

#endif /* EXPORT_HAR_H */
