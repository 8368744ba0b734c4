/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http1_represent: a message as the sections that a front-end shows: tables of
 * rows and bodies, each with the KFL selector of what it shows. Titles, order
 * and shape are those of the compatible API.
 */
#ifndef HTTP1_REPRESENT_H
#define HTTP1_REPRESENT_H

#include "analyzer/proto/proto.h"
#include "base/compiler.h"

/* The member of struct dissector. */
int http1_represent(const struct exchange *x, enum side side,
                    struct sink *out) WARN_UNUSED;

#endif /* HTTP1_REPRESENT_H */
