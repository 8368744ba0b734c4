/* SPDX-License-Identifier: Apache-2.0 */
/*
 * brief: narrow rows of many entries, for statistics.
 *
 * A row has the entry's own columns and nothing of the tables beside it, so
 * that a million of them take a fraction of a second, and less where they are
 * in memory (narrow.h). Ids of protocols, addresses and texts are looked up
 * with the functions below and remembered by the caller. Rows come in order of
 * id.
 */
#ifndef INDEX_BRIEF_H
#define INDEX_BRIEF_H

#include "analyzer/index/chart.h"
#include "analyzer/index/reader.h"
#include "base/compiler.h"

struct index_brief {
	bool sure; /* `under` picks it too */
	int64_t id;
	int64_t proto;    /* id */
	uint32_t flags;   /* enum entry_flag */
	int32_t status;   /* 0: none */
	int64_t ts;       /* the entry's instant */
	int64_t res_last; /* ns from it to the end of the response */
	/* Of those who want the ends. */
	uint64_t req_size, res_size;
	int64_t client, server; /* ids of addresses */
	uint16_t client_port, server_port;
	uint32_t point;
	/* Of those who want the texts. */
	int64_t method, target, host; /* ids */
};

/* Which rows: those that `over` picks, behind the id `after`. */
struct index_brief_ask {
	struct index_where over;
	const struct index_where *under; /* NULL: every row is sure */
	bool ends, texts;
	int64_t after;
};

/* f returns non-zero to stop with that code. */
int index_briefs(struct index_reader *r, const struct index_brief_ask *ask,
                 int (*f)(void *ctx, const struct index_brief *b), void *ctx,
                 struct err *e) WARN_UNUSED;

/* Every entry of [from, to) as the chart has it, in no order. */
int index_chart(struct index_reader *r, int64_t from, int64_t to,
                int (*f)(void *ctx, const struct chart_point *p), void *ctx,
                struct err *e) WARN_UNUSED;

/* How many of them there are. */
int index_chart_count(struct index_reader *r, int64_t from, int64_t to,
                      struct err *e, uint64_t *ret_n) WARN_UNUSED;

int index_protocol_ids(struct index_reader *r,
                       int (*f)(void *ctx, int64_t id, struct str key),
                       void *ctx, struct err *e) WARN_UNUSED;
int index_addresses(struct index_reader *r,
                    int (*f)(void *ctx, int64_t id, const struct addr *a),
                    void *ctx, struct err *e) WARN_UNUSED;

/* Every text that methods, targets and hosts have ids of. */
int index_texts(struct index_reader *r,
                int (*f)(void *ctx, int64_t id, struct str text), void *ctx,
                struct err *e) WARN_UNUSED;

/*
 * In how many streams with gaps are entries that `over` picks? Quick when the
 * index is sealed. `under` changes nothing; with the one that briefs were asked
 * for, what was found out for them serves once more. NULL: there was none.
 */
int index_gap_streams(struct index_reader *r, const struct index_where *over,
                      const struct index_where *under, struct err *e,
                      uint64_t *ret_n) WARN_UNUSED;

#endif /* INDEX_BRIEF_H */
