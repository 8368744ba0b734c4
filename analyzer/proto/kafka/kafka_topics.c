/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/kafka/kafka_topics.h"

#include <string.h>

/* The first ones there is room for. */
enum { TOPICS_FIRST = 8 };

struct kafka_topic *
kafka_topics_find(const struct kafka_topics *all, struct str id)
{
	for (uint32_t i = 0; i < all->n; i++) {
		struct kafka_topic *t = &all->topic[i];

		if (str_eq(str_make(t->id, sizeof(t->id)), id))
			return t;
	}
	return NULL;
}

/* A place for another one; NULL when there is no room. */
static struct kafka_topic *
topics_place(struct kafka_topics *all, struct dissect *d)
{
	uint64_t max = dissect_limits(d)->kafka_topics;
	uint32_t cap = all->cap != 0 ? all->cap * 2 : TOPICS_FIRST;
	void *p = NULL;

	if (cap > max)
		cap = (uint32_t)max;
	if (all->n == all->cap && cap > all->cap)
		p = dissect_memory(d, 0, cap * sizeof(*all->topic));
	if (p != NULL) {
		all->topic = p;
		all->cap = cap;
	}
	if (all->n < all->cap)
		return &all->topic[all->n++];
	dissect_limit(d, TO_CLIENT,
	              all->cap >= max ? "kafka-topics" : "message-bytes");
	if (all->n == 0)
		return NULL;
	all->next = (all->next + 1) % all->n;
	return &all->topic[all->next];
}

void
kafka_topics_learn(struct kafka_topics *all, struct dissect *d, struct str id,
                   struct str name)
{
	static const char none[KAFKA_TOPIC_ID];
	struct kafka_topic *t;

	if (id.n != KAFKA_TOPIC_ID || name.n > KAFKA_TOPIC_NAME ||
	    name.n == 0 || str_eq(id, str_make(none, sizeof(none))))
		return;
	t = kafka_topics_find(all, id);
	if (t == NULL)
		t = topics_place(all, d);
	if (t == NULL)
		return;
	*t = (struct kafka_topic){ .n = (uint8_t)name.n };
	memcpy(t->id, id.p, sizeof(t->id));
	memcpy(t->name, name.p, name.n);
}

void
kafka_topics_keep(const struct kafka_topic *t, struct message *m)
{
	char bytes[KAFKA_TOPIC_ID + 1 + KAFKA_TOPIC_NAME];

	memcpy(bytes, t->id, KAFKA_TOPIC_ID);
	bytes[KAFKA_TOPIC_ID] = (char)t->n;
	memcpy(bytes + KAFKA_TOPIC_ID + 1, t->name, t->n);
	message_keep(m, str_make(bytes, KAFKA_TOPIC_ID + 1 + (size_t)t->n));
}

/* --- what was kept -------------------------------------------------------- */

static bool
kept_next(struct cursor *c, struct str *ret_id, struct str *ret_name)
{
	*ret_id = cur_take(c, KAFKA_TOPIC_ID);
	*ret_name = cur_take(c, cur_u8(c));
	return cur_ok(c);
}

struct str
kafka_topics_kept(struct str kept, struct str id)
{
	struct cursor c = cur_from_str(kept, false);
	struct str other, name;

	while (kept_next(&c, &other, &name)) {
		if (str_eq(other, id))
			return name;
	}
	return STR_NONE;
}

bool
kafka_topics_has(struct str kept, struct str name)
{
	struct cursor c = cur_from_str(kept, false);
	struct str id, other;

	while (kept_next(&c, &id, &other)) {
		if (str_eq(other, name))
			return true;
	}
	return false;
}
