/* SPDX-License-Identifier: Apache-2.0 */
/*
 * graphql_render: a GraphQL message as JSON and as sections: those of HTTP, and
 * then what GraphQL says.
 *
 * "request" gains `graphql` {operationName, operationType, fields, variables,
 * query, persistedQuery} of what is there, and `batch`, an array of such
 * objects for all operations, when there are several. "response" gains
 * `graphql` {errors}, with `batch` in the same way.
 */
#ifndef GRAPHQL_RENDER_H
#define GRAPHQL_RENDER_H

#include "analyzer/proto/proto.h"
#include "base/compiler.h"

/* The members of struct overlay. */
int graphql_render(const struct exchange *x, enum side side,
                   struct sink *out) WARN_UNUSED;
int graphql_represent(const struct exchange *x, enum side side,
                      struct sink *out) WARN_UNUSED;

#endif /* GRAPHQL_RENDER_H */
