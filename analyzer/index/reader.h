/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader: questions to an index, sealed or still growing. One thread each.
 *
 * The only place that knows SQL. Conditions come from KFL's planner as text
 * with bind parameters (never with values in the text); everything else is a
 * fixed statement. A hostile or damaged file gives ERR_CORRUPT, not a crash.
 *
 * Strings in rows are borrowed until the next call on the same cursor.
 */
#ifndef INDEX_READER_H
#define INDEX_READER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "analyzer/index/row.h"
#include "base/compiler.h"
#include "base/err.h"

struct index_reader;

/*
 * A sealed file is opened immutable and read-only, with defensive settings; a
 * partial one read-only beside its writer. ERR_UNSUPPORTED: made by another
 * format version; ERR_CORRUPT; ERR_NOENT.
 */
int index_open(const char *path, struct err *e,
               struct index_reader **ret_reader) WARN_UNUSED;
void index_reader_free(struct index_reader *r);
bool index_sealed(const struct index_reader *r);
/* From any thread: what the reader is doing ends with ERR_CANCELLED. */
void index_interrupt(struct index_reader *r);
/*
 * From now on what the reader does ends with ERR_CANCELLED soon after *cancel
 * is set; NULL: nobody watches. One flag a reader, borrowed until the next
 * call.
 */
void index_watch(struct index_reader *r, const atomic_bool *cancel);

/*
 * Much is answered more quickly from memory: see index/narrow.h, which is
 * borrowed for the reader's life. index_warm() fills it, once and in one
 * thread, unless the index is growing or too large; on failure it stays empty.
 */
struct narrow;
void index_lend(struct index_reader *r, struct narrow *n);
int index_warm(struct index_reader *r, struct narrow *n,
               struct err *e) WARN_UNUSED;
/* Does it answer from there? */
bool index_is_warm(const struct index_reader *r);

/* ---- names ---- */

enum index_name { INDEX_SOURCE, INDEX_DESTINATION, INDEX_NAMESPACE };

/* Who talked, where it was seen and when. */
struct index_ends {
	uint32_t point;
	struct addr client, server;
	uint16_t client_port, server_port;
	uint32_t flags; /* of the entry */
	int64_t ts;
};

/*
 * How names are found, which is not for SQL. Conditions ask with
 *	who(WHAT, e.point, e.client, e.client_port, e.server, e.server_port,
 *	    e.flags, e.ts)
 * WHAT being one of enum index_name. `name` answers with a text that lives as
 * long as nothing else is asked. `n` is borrowed for the reader's life.
 */
struct index_names {
	struct str (*name)(void *ctx, enum index_name what,
	                   const struct index_ends *ends);
	void *ctx;
};

int index_names(struct index_reader *r, const struct index_names *n,
                struct err *e) WARN_UNUSED;

/* ---- facts ---- */

/* "" when absent; borrowed until the next call. */
struct str index_meta(struct index_reader *r, const char *key);

/* ---- entries ---- */

enum index_bind_kind { INDEX_BIND_INT, INDEX_BIND_REAL, INDEX_BIND_TEXT };

struct index_bind {
	enum index_bind_kind kind;
	int64_t i;
	double d;
	struct str s;
};

/* A row condition over the columns of docs/formats/index.md. */
struct index_where {
	const char *sql; /* NULL: every row; '?' for each bind */
	size_t nbinds;
	const struct index_bind *binds;
	bool ranged; /* and only entries of [from, to), ns */
	/* The range has most rows: going over all of them is cheaper than
	 * looking them up by time. The rows are the same. */
	bool wide;
	int64_t from, to;
};

/* What rows are sorted by; equal ones by id. */
enum index_order {
	INDEX_BY_TIME,
	INDEX_BY_ELAPSED,
	INDEX_BY_STATUS,
	INDEX_BY_REQUEST_SIZE,
	INDEX_BY_RESPONSE_SIZE, /* the last */
};

/* A place in an order. */
struct index_key {
	int64_t value; /* of the column: ns, ms, a status, bytes */
	int64_t id;
};

/* Where a row stands. */
struct index_key index_key_of(enum index_order order,
                              const struct index_entry *e);

struct index_select {
	struct index_where over;  /* rows that may match */
	struct index_where under; /* rows that do, NULL sql: none is sure; its
	                           * range is not looked at */
	enum index_order order;
	bool desc;            /* the largest first, ids too */
	bool after;           /* only rows behind `key`, as the order goes */
	struct index_key key; /* which need not be that of a row */
	uint64_t limit;       /* 0: none */
};

struct index_cursor;

int index_entries(struct index_reader *r, const struct index_select *s,
                  struct err *e, struct index_cursor **ret_cursor) WARN_UNUSED;
/* 1 and *ret_entry (and *ret_sure), 0 at the end, or a code. */
int index_next(struct index_cursor *c, struct index_entry *ret_entry,
               bool *ret_sure, struct err *e) WARN_UNUSED;
void index_cursor_free(struct index_cursor *c);
/*
 * Where the nth row of a list is, from 0, without reading those before it: 1
 * and *ret_key, 0 when there are fewer, or a code.
 */
int index_leap(struct index_reader *r, const struct index_select *s, uint64_t n,
               struct err *e, struct index_key *ret_key) WARN_UNUSED;
/* What SQLite does to find the rows of a list, a line a step. */
int index_plan(struct index_reader *r, const struct index_select *s,
               int (*f)(void *ctx, struct str step), void *ctx,
               struct err *e) WARN_UNUSED;
int index_count(struct index_reader *r, const struct index_where *w,
                struct err *e, uint64_t *ret_count) WARN_UNUSED;
/* The same with how many of them are surely meant. */
int index_count_sure(struct index_reader *r, const struct index_where *over,
                     const struct index_where *under, struct err *e,
                     uint64_t *ret_over, uint64_t *ret_sure) WARN_UNUSED;
/* One entry, as a cursor with one row. */
int index_entry_by_id(struct index_reader *r, int64_t id, struct err *e,
                      struct index_cursor **ret_cursor) WARN_UNUSED;
/* n-th entry of a stream (the hub's INDEX). */
int index_entry_by_ordinal(struct index_reader *r, int64_t stream,
                           uint64_t ordinal, struct err *e,
                           struct index_cursor **ret_cursor) WARN_UNUSED;

/* ---- the rest: f returns non-zero to stop with that code ---- */

int index_streams(struct index_reader *r,
                  int (*f)(void *ctx, const struct stream *s), void *ctx,
                  struct err *e) WARN_UNUSED;
/* One stream, if there is such a one; its strings are borrowed during f. */
int index_stream(struct index_reader *r, int64_t id,
                 int (*f)(void *ctx, const struct stream *s), void *ctx,
                 struct err *e) WARN_UNUSED;
/* Figures of all streams together. */
struct index_stream_totals {
	uint64_t streams;
	uint64_t with_entries;
	uint64_t with_gaps;
	uint64_t undecrypted; /* TLS on the wire */
};
int index_stream_totals(struct index_reader *r, struct err *e,
                        struct index_stream_totals *ret_totals) WARN_UNUSED;
int index_parts(struct index_reader *r, int64_t stream, uint32_t from_part,
                int (*f)(void *ctx, const struct index_part *p), void *ctx,
                struct err *e) WARN_UNUSED;
/* The part in which offset off of a side lies; 0 or ERR_NOTFOUND. */
int index_part_at(struct index_reader *r, int64_t stream, int side,
                  uint64_t off, struct err *e, uint32_t *ret_part) WARN_UNUSED;
int index_sources(struct index_reader *r,
                  int (*f)(void *ctx, const struct index_source *s), void *ctx,
                  struct err *e) WARN_UNUSED;
int index_ifaces(struct index_reader *r,
                 int (*f)(void *ctx, const struct index_iface *i), void *ctx,
                 struct err *e) WARN_UNUSED;
int index_points(struct index_reader *r,
                 int (*f)(void *ctx, const struct index_point *p), void *ctx,
                 struct err *e) WARN_UNUSED;
int index_identities(struct index_reader *r,
                     int (*f)(void *ctx, const struct index_identity *i),
                     void *ctx, struct err *e) WARN_UNUSED;
int index_diags(struct index_reader *r,
                int (*f)(void *ctx, const struct diag *d), void *ctx,
                struct err *e) WARN_UNUSED;
/* The keys of the protocols that occur. */
int index_protocols(struct index_reader *r, int (*f)(void *ctx, struct str key),
                    void *ctx, struct err *e) WARN_UNUSED;
/* Entries per protocol abbreviation, in order of name. */
int index_tally(struct index_reader *r,
                int (*f)(void *ctx, struct str abbr, uint64_t n), void *ctx,
                struct err *e) WARN_UNUSED;

#endif /* INDEX_READER_H */
