/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/kafka/kafka_group.h"

#include "analyzer/proto/kafka/kafka_show.h"

/* The newest form that is known. */
enum { GROUP_VERSION = 3 };

/* Bytes that are read, and shown when there is a sink. */
struct group {
	struct cursor c;
	struct sink *out; /* NULL: only looked at */
};

/* How many elements follow; none of them is shorter than `least`. */
static uint32_t
group_count(struct group *g, size_t least)
{
	int32_t n = (int32_t)cur_be32(&g->c);

	if (n < 0 || (uint64_t)n * least > cur_left(&g->c))
		cur_bad(&g->c);
	return cur_ok(&g->c) ? (uint32_t)n : 0;
}

static struct str
group_string(struct group *g, bool may_be_null)
{
	int16_t n = (int16_t)cur_be16(&g->c);

	if (n == -1 && may_be_null)
		return STR_NONE;
	if (n < 0)
		cur_bad(&g->c);
	return cur_ok(&g->c) ? cur_take(&g->c, (size_t)n) : STR_NONE;
}

static void
group_user_data(struct group *g)
{
	int32_t n = (int32_t)cur_be32(&g->c);
	struct str data = STR_NONE;

	if (n < -1)
		cur_bad(&g->c);
	else if (n > 0)
		data = cur_take(&g->c, (size_t)n);
	if (g->out != NULL && sink_want(g->out, STR("userData")))
		kafka_show_base64(data, g->out);
}

static void
group_numbers(struct group *g)
{
	uint32_t n = group_count(g, 4);

	if (g->out == NULL) {
		(void)cur_skip(&g->c, (size_t)n * 4);
		return;
	}
	sink_begin_array(g->out);
	for (; n != 0; n--)
		sink_integer(g->out, (int32_t)cur_be32(&g->c));
	sink_end_array(g->out);
}

/* [{topic, partitions}] */
static void
group_partitions(struct group *g)
{
	uint32_t n = group_count(g, 6);
	struct str topic;

	if (g->out != NULL)
		sink_begin_array(g->out);
	for (; n != 0 && cur_ok(&g->c); n--) {
		topic = group_string(g, false);
		if (g->out == NULL) {
			group_numbers(g);
			continue;
		}
		sink_begin_object(g->out);
		sink_member_string(g->out, "topic", topic);
		sink_key(g->out, STR("partitions"));
		group_numbers(g);
		sink_end_object(g->out);
	}
	if (g->out != NULL)
		sink_end_array(g->out);
}

static void
group_topics(struct group *g)
{
	uint32_t n = group_count(g, 2);
	struct str topic;

	if (g->out != NULL)
		sink_begin_array(g->out);
	for (; n != 0 && cur_ok(&g->c); n--) {
		topic = group_string(g, false);
		if (g->out != NULL)
			sink_string(g->out, topic);
	}
	if (g->out != NULL)
		sink_end_array(g->out);
}

static void
group_key(const struct group *g, const char *key)
{
	if (g->out != NULL)
		sink_key(g->out, str_from_c(key));
}

static int
group_version(struct group *g)
{
	int version = (int16_t)cur_be16(&g->c);

	if (version < 0 || version > GROUP_VERSION)
		cur_bad(&g->c);
	if (g->out != NULL)
		sink_member_integer(g->out, "version", version);
	return version;
}

static void
group_subscription(struct group *g)
{
	int version = group_version(g);
	struct str rack;

	group_key(g, "topics");
	group_topics(g);
	group_user_data(g);
	if (version >= 1) {
		group_key(g, "ownedPartitions");
		group_partitions(g);
	}
	if (version >= 2) {
		int32_t generation = (int32_t)cur_be32(&g->c);

		if (g->out != NULL)
			sink_member_integer(g->out, "generationId", generation);
	}
	if (version >= 3) {
		rack = group_string(g, true);
		if (g->out != NULL)
			sink_member_string(g->out, "rackId", rack);
	}
}

static void
group_assignment(struct group *g)
{
	(void)group_version(g);
	group_key(g, "topics");
	group_partitions(g);
	group_user_data(g);
}

/* Looks first, and shows what fits to the last byte. */
static void
group_show(struct str bytes, const char *key, void (*show)(struct group *),
           struct sink *out)
{
	struct group g = { .c = cur_from_str(bytes, false) };

	show(&g);
	if (!cur_ok(&g.c) || !cur_at_end(&g.c) ||
	    !sink_want(out, str_from_c(key)))
		return;
	g = (struct group){ .c = cur_from_str(bytes, false), .out = out };
	sink_begin_object(out);
	show(&g);
	sink_end_object(out);
}

void
kafka_group_subscription(struct str bytes, struct sink *out)
{
	group_show(bytes, "subscription", group_subscription, out);
}

void
kafka_group_assignment(struct str bytes, struct sink *out)
{
	group_show(bytes, "assigned", group_assignment, out);
}
