/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kafka_represent: the sections that the UI shows of a message.
 *
 * Tables in the order of the compatible API: the header, the payload's members
 * (called Transaction Details where topics or responses follow), a table for
 * each topic, partition, batch and record, and each record's value as a body.
 */
#ifndef KAFKA_REPRESENT_H
#define KAFKA_REPRESENT_H

#include "analyzer/proto/proto.h"
#include "base/compiler.h"

/* The member of struct dissector. */
int kafka_represent(const struct exchange *x, enum side side,
                    struct sink *out) WARN_UNUSED;

#endif /* KAFKA_REPRESENT_H */
