/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_represent: a message as the sections that a front-end shows: tables of
 * rows and bodies, each with the KFL selector of what it shows. Titles, order
 * and shape are those of the compatible API.
 */
#ifndef HTTP_REPRESENT_H
#define HTTP_REPRESENT_H

#include "analyzer/proto/http_view.h"
#include "base/compiler.h"

/* What represent() of an HTTP dissector, or of an overlay, is. */
int http_represent(const struct http_carrier *carrier, const struct exchange *x,
                   enum side side, struct sink *out) WARN_UNUSED;

/* Those sections alone, for overlays that add their own. */
int http_represent_sections(struct http_view *v, struct sink *out) WARN_UNUSED;

#endif /* HTTP_REPRESENT_H */
