/* SPDX-License-Identifier: Apache-2.0 */
/*
 * corpora: captures with a ground truth beside them, in $SHARED, and messages
 * of both compared: direction by direction, in order.
 *
 * A test ends when there is no memory.
 */
#ifndef TESTS_SUPPORT_CORPORA_H
#define TESTS_SUPPORT_CORPORA_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/support/explained.h"
#include "tests/support/indexed.h"

enum {
	CORPORA_WAY = 160,
	CORPORA_WHAT = 96,
	CORPORA_COLUMNS = 29, /* of the catalogue */
};

/* Columns of the catalogue. */
enum {
	CORPORA_PROJECT,
	CORPORA_PATH,
	CORPORA_REDIS = 15, /* number of commands */
	CORPORA_KAFKA = 16, /* number of requests */
	CORPORA_AMQP = 17,  /* number of methods */
	CORPORA_TRUTH = 24,
};

/* One capture; `name` is how tables call it. */
struct corpora_capture {
	char name[400];
	char path[1400];
	char truth[1400];
	struct str col[CORPORA_COLUMNS];
};

/* False when there are none here. */
bool corpora_each(void (*f)(void *ctx, const struct corpora_capture *c),
                  void *ctx);

/* Lines of the truth that contain `word`; false when it cannot be read. */
bool corpora_truth(const struct corpora_capture *c, const char *word,
                   void (*f)(void *ctx, const json_t *line), void *ctx);
const char *corpora_text(const json_t *o, const char *key);
int64_t corpora_number(const json_t *o, const char *key);

/* A message: which way it went, and what is compared of it. */
struct corpora_message {
	char way[CORPORA_WAY];
	char what[CORPORA_WHAT];
	uint64_t order;
};

struct corpora_list {
	struct corpora_message *m;
	size_t n, cap;
};

struct corpora_message *corpora_add(struct corpora_list *l);
/* "KIND SRC PORT > DST PORT" of one of our sides, and of a line of truth. */
void corpora_way(struct corpora_message *m, const char *kind,
                 const struct index_entry *e, bool to_server);
void corpora_truth_way(struct corpora_message *m, const char *kind,
                       const json_t *o);
/* Tells the table every difference, and empties both; how many were there. */
size_t corpora_compare(struct corpora_list *ours, struct corpora_list *truth,
                       const char *capture, struct explained *table);
void corpora_release(struct corpora_list *l);

#endif /* TESTS_SUPPORT_CORPORA_H */
