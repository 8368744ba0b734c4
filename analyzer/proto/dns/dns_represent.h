/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dns_represent: a message as the tables that a front-end shows. Titles, order
 * and rows are those of the compatible API; rows of our own come last in their
 * table: the transaction's ID and Flags, and the Data of a record where the
 * other rows do not tell all of it.
 */
#ifndef DNS_REPRESENT_H
#define DNS_REPRESENT_H

#include "analyzer/proto/proto.h"
#include "base/compiler.h"

/* The member of struct dissector. */
int dns_represent(const struct exchange *x, enum side side,
                  struct sink *out) WARN_UNUSED;

#endif /* DNS_REPRESENT_H */
