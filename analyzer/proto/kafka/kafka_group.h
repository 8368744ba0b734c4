/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kafka_group: what the members of a consumer group tell each other.
 *
 * To the broker these are bytes (`metadata` of JoinGroup, `assignment` of
 * SyncGroup); consumers agree on a form for them, versions 0 to 3: the topics
 * that a member wants, and the partitions that it is given. Other kinds of
 * groups (Kafka Connect) have other forms, and so may clients: only what fits
 * to the last byte is shown. Facts: Apache Kafka's ConsumerProtocolSubscription
 * and ConsumerProtocolAssignment, KIP-54, KIP-429, KIP-792, KIP-881.
 */
#ifndef KAFKA_GROUP_H
#define KAFKA_GROUP_H

#include "analyzer/entry/sink.h"
#include "base/str.h"

/*
 * The member "subscription" of an object: version, topics, userData,
 * ownedPartitions, generationId and rackId as the version has them.
 */
void kafka_group_subscription(struct str bytes, struct sink *out);
/* The member "assigned": version, topics with their partitions, userData. */
void kafka_group_assignment(struct str bytes, struct sink *out);

#endif /* KAFKA_GROUP_H */
