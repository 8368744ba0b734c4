/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kafka_walk: takes a message apart as its bytes come.
 *
 * The fields of a body, one step each, in constant memory: what lists show is
 * told, everything else is passed over, so that the largest thing ever held is
 * the front of a topic's name. Where a length is longer than what is left of
 * the message, the bytes do not have the form and the walk ends.
 */
#ifndef KAFKA_WALK_H
#define KAFKA_WALK_H

#include "analyzer/proto/kafka/kafka_wire.h"

/* As much of a name is told. Topics have up to 249 bytes. */
enum { KAFKA_NAME = 1024 };

struct kafka_level {
	struct kafka_fields fields;
	size_t next;   /* the field to come */
	uint32_t left; /* structs to come, this one included */
};

enum kafka_phase {
	KAFKA_PHASE_FIELDS,
	KAFKA_PHASE_NAMES, /* strings of a list of targets */
	KAFKA_PHASE_TAGS,  /* how many tagged fields follow */
	KAFKA_PHASE_TAG,   /* one of them */
	KAFKA_PHASE_HEAD,  /* how many tagged fields the head has */
	KAFKA_PHASE_END,
};

struct kafka_walk {
	struct kafka_form form;
	struct kafka_level level[KAFKA_DEPTH];
	enum kafka_phase phase;
	unsigned depth;  /* levels in use */
	uint64_t left;   /* bytes of the message to come */
	uint64_t names;  /* strings to come */
	uint64_t tagged; /* fields to come */
	bool head;       /* and they are the head's */
};

enum kafka_what {
	KAFKA_NOTHING,
	KAFKA_TOLD_TARGET, /* in `text`; with it `pass` bytes follow */
	KAFKA_TOLD_NAME,   /* the same, of what the next id stands for */
	KAFKA_TOLD_ID,     /* the same, 16 bytes */
	KAFKA_TOLD_ERROR,  /* `code`, not 0 */
	KAFKA_PASS,        /* `pass` bytes of no interest follow */
	KAFKA_END, /* walk.left bytes more than the fields need follow */
};

struct kafka_told {
	enum kafka_what what;
	struct str text; /* borrowed from the cursor */
	bool uuid;       /* text is 16 bytes */
	int16_t code;
	uint64_t pass;
};

/* The body of a message in `left` bytes, in front of it the head's tags. */
void kafka_walk_begin(struct kafka_walk *w, const struct kafka_form *form,
                      bool request, uint64_t left);

/*
 * Up to the next thing to tell; c is within the message (kafka_wire_within()).
 * It moves by what was read. When it fails in the end, nothing is told: with
 * CUR_MORE it may be called again with more bytes, with CUR_BAD they do not
 * have the form. What is told to be passed counts as read already: the next
 * call gets the bytes behind it.
 */
struct kafka_told kafka_walk_step(struct kafka_walk *w, struct cursor *c);

#endif /* KAFKA_WALK_H */
