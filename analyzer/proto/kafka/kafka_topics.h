/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kafka_topics: the names of topics that messages call by their ids.
 *
 * Newer versions of Fetch and others have a uuid in the place of a topic's name
 * (KIP-516). Responses of Metadata, CreateTopics and DeleteTopics tell which is
 * which; what one connection told is remembered, the last `kafka-topics` of
 * them. With a message that has ids the names of those that are known are kept.
 */
#ifndef KAFKA_TOPICS_H
#define KAFKA_TOPICS_H

#include "analyzer/proto/proto.h"

/* Bytes of an id, and of the longest name. */
enum { KAFKA_TOPIC_ID = 16, KAFKA_TOPIC_NAME = 249 };

struct kafka_topic {
	char id[KAFKA_TOPIC_ID];
	uint64_t kept[2]; /* the last message it was kept with, by enum dir */
	uint8_t n;
	char name[KAFKA_TOPIC_NAME];
};

/* All zero is an empty one; the topics are in the stream's memory. */
struct kafka_topics {
	struct kafka_topic *topic;
	uint32_t n, cap;
	uint32_t next; /* to be replaced, when there are as many as may be */
};

/* The id stands for the name from now on. */
void kafka_topics_learn(struct kafka_topics *all, struct dissect *d,
                        struct str id, struct str name);
/* NULL: nobody told. */
struct kafka_topic *kafka_topics_find(const struct kafka_topics *all,
                                      struct str id);
/* Behind what else is kept with m. */
void kafka_topics_keep(const struct kafka_topic *t, struct message *m);

/* The name of an id, "" for none, in what was kept behind the form. */
struct str kafka_topics_kept(struct str kept, struct str id);
/* Is the name there? */
bool kafka_topics_has(struct str kept, struct str name);

#endif /* KAFKA_TOPICS_H */
