/* SPDX-License-Identifier: Apache-2.0 */
/*
 * amqp_represent: a message as the sections that the UI shows: Details,
 * Properties, Headers, the table that the method has among its arguments, and
 * the Body.
 */
#ifndef AMQP_REPRESENT_H
#define AMQP_REPRESENT_H

#include "analyzer/proto/proto.h"
#include "base/compiler.h"

/* The member of struct dissector. */
int amqp_represent(const struct exchange *x, enum side side,
                   struct sink *out) WARN_UNUSED;

#endif /* AMQP_REPRESENT_H */
