/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kafka: the Apache Kafka protocol, clients and brokers, up to Kafka 3.7.
 *
 * kafka_schema.h has the messages, kafka_feed.h tells how a connection is
 * walked, kafka_render.h what an entry looks like.
 */
#ifndef KAFKA_H
#define KAFKA_H

#include "analyzer/entry/protocol.h"

extern const struct protocol kafka_variant;

#endif /* KAFKA_H */
