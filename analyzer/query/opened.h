/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opened: a snapshot ready to be asked: index, evidence and names together.
 *
 * Several may be open at once; they are never merged, answers are. One opened
 * snapshot belongs to one thread (open it again for another).
 *
 * Names, capture points and the list of capture files are read once. While the
 * index grows they become more: opened_refresh() looks again. Everything that
 * was borrowed from here before is invalid after it.
 */
#ifndef QUERY_OPENED_H
#define QUERY_OPENED_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/index/reader.h"
#include "analyzer/proto/limits.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

struct blocks;
struct evidence;
struct opened;
struct protobuf_set;

/*
 * From a finished or growing index. Capture files lie below
 * <workspace>/evidence, or in place where the index says so. Limits are
 * copied. ERR_CORRUPT when the index names files that it must not name.
 */
int opened_new(const char *workspace, const char *index,
               const struct proto_limits *limits, struct err *e,
               struct opened **ret_opened) WARN_UNUSED;
void opened_free(struct opened *o);

/* Names for protobuf messages, borrowed for o's life; NULL for none. */
void opened_set_schema(struct opened *o, const struct protobuf_set *set);
const struct protobuf_set *opened_schema(const struct opened *o);

/* Read the tables again; on failure they are as they were. */
int opened_refresh(struct opened *o, struct err *e) WARN_UNUSED;

/* As given; the members that were unpacked lie below its "evidence". */
const char *opened_workspace(const struct opened *o);
struct index_reader *opened_index(struct opened *o);
struct evidence *opened_evidence(struct opened *o);
struct blocks *opened_blocks(struct opened *o); /* of that evidence */
const struct proto_limits *opened_limits(const struct opened *o);

/* A name as of an instant, from the interval table. */
struct resolved {
	struct str name; /* "" unresolved */
	struct str ns;
	bool early;  /* from before the first observation */
	bool bare;   /* a port was asked for, only the address is known */
	bool learnt; /* from an answer of DNS; no history knows it */
};

/*
 * Who had ip:port at ts, seen from a capture point's node; ip:port entries
 * come before ip ones, which alone are looked at when the port is 0. Borrowed
 * from o.
 */
struct resolved opened_resolve(const struct opened *o, uint32_t point,
                               const struct addr *ip, uint16_t port,
                               int64_t ts);

/* How long around ts an address has the same names; see who_span(). */
void opened_span(const struct opened *o, const struct addr *ip, int64_t ts,
                 int64_t *ret_from, int64_t *ret_to);

/* Both ends of a call. What is its source and what its destination depends on
 * its flags; a source's port is anybody's, only its address says who it is. */
struct resolved opened_source_of(const struct opened *o,
                                 const struct index_ends *ends);
struct resolved opened_destination_of(const struct opened *o,
                                      const struct index_ends *ends);

/* All capture points, by id; borrowed from `o`. */
const struct index_point *opened_points(const struct opened *o, size_t *ret_n);

/* The capture point's row, one of these, or NULL. */
const struct index_point *opened_point(const struct opened *o, uint32_t id);

/* The member name of a capture file, "" when it is not known (yet). */
struct str opened_source(const struct opened *o, uint32_t source);

#endif /* QUERY_OPENED_H */
