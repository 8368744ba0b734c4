/* SPDX-License-Identifier: Apache-2.0 */
/*
 * redis_view: a message read back from the evidence, ready to be shown.
 *
 * Commands and what a server pushes consist of a name, a key and the rest; a
 * reply is a value. What is not there (a message that was cut, bytes past a
 * limit) is told by `cut`; bytes missing inside a content are NULs here, and
 * `missing` counts them. Everything lies in the exchange's arena.
 */
#ifndef REDIS_VIEW_H
#define REDIS_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/proto/proto.h"
#include "analyzer/proto/redis/redis_command.h"
#include "analyzer/proto/redis/redis_resp.h"
#include "base/compiler.h"

/* Enough to show everything but values: most messages are shorter. */
#define REDIS_VIEW_FRONT 65536u

/* No element has this index. */
#define REDIS_VIEW_NONE UINT64_MAX

struct redis_view {
	const struct exchange *x;
	const struct entry_side *side;
	enum dir dir;
	bool request; /* of SIDE_REQUEST */
	struct str bytes;
	bool cut;
	uint64_t missing;

	struct str attributes;  /* the line and values of an attribute */
	bool line;              /* an inline command */
	bool known;             /* there is a value, or the front of one */
	bool listed;            /* a name, a key and the rest */
	struct redis_item item; /* of the value */
	struct cursor inside;   /* what follows its line */
	uint64_t count;         /* of the elements, the name included */
	struct str name;        /* upper case */
	struct str key;
	uint64_t key_at;
	uint64_t keys;
};

/* An element: an argument, or a value that has been pushed. */
struct redis_element {
	uint64_t index;
	bool plain; /* `text` is it; else `at` */
	struct str text;
	struct cursor at;
};

/* Elements one after the other; the name comes first. */
struct redis_walk {
	const struct redis_view *v;
	struct cursor c;
	struct str line;
	uint64_t next;
};

/*
 * Read at most `max` bytes of a side, which must be present, and take apart
 * what they hold. 0, or what the reader or the arena returned.
 */
int redis_view_open(struct redis_view *v, const struct exchange *x,
                    enum side side, uint64_t max) WARN_UNUSED;

void redis_view_walk(struct redis_walk *w, const struct redis_view *v);
bool redis_view_next(struct redis_walk *w, struct redis_element *ret_element);

/* Elements besides the name and the key. */
uint64_t redis_view_rest(const struct redis_view *v);

/* The text of a string element, or of the front of one that was cut. */
bool redis_view_text(const struct redis_element *e, struct str *ret_text,
                     uint64_t *ret_size);

/* Passes over a value; false when it is cut, malformed or too deep. */
bool redis_view_skip(struct cursor *c, unsigned depth);

#endif /* REDIS_VIEW_H */
