/* SPDX-License-Identifier: Apache-2.0 */
/*
 * full: entries in the shapes of the compatible API.
 *
 * full_base() is the BaseEntry of lists, from the index's columns alone.
 * full_entry() is the whole entry; it opens the stream and renders both sides
 * from the evidence. Members come in the order of the original; what is ours
 * follows them: `eid` in a BaseEntry, and in an entry
 *
 *   evidence  complete, reason, eid, stream (our id of it), lateJoin,
 *             roleGuessed, resynced; names.src and names.dst {early, bare,
 *             learnt: see
 *             query/opened.h}; repeatedBy and repeats (query/sequel.h),
 *             publish and returned (AMQP's returns): eids of other entries,
 *             only when there are such; request and response, for a side that
 * is there, {source, record (of its first packet), bytes, gap, cut} timing
 * requestStart, requestEnd, responseStart, responseEnd (RFC 3339); requestMs,
 * waitMs (end of request to start of response), responseMs; what is not known
 * is left out tcp       of the whole connection, both sides: handshakeRttMs
 * (when seen), retransmissions, outOfOrder, duplicateAcks, zeroWindows, gaps,
 *             gapBytes
 *
 * Where we differ from the original on purpose: a missing side is {} with
 * status 0 and sizes 0; a destination that is not known by its port is named
 * by its address alone, which evidence.names.dst.bare tells; `outgoing` is
 * always false. Ids are those of query/ids.h.
 *
 * A sink that says what it wants gets no more than that: the stream is opened,
 * and a side rendered, only when they are needed.
 */
#ifndef QUERY_FULL_H
#define QUERY_FULL_H

#include "analyzer/entry/sink.h"
#include "analyzer/index/row.h"
#include "analyzer/query/layer.h"
#include "analyzer/query/opened.h"
#include "base/compiler.h"

/* How ids and worker names are told; a function of the snapshot's order. */
struct full_names {
	unsigned snapshot; /* ordinal among the opened, from 1; 0: only one */
};

/* Writes one object. 0 or the sink's error. */
int full_base(struct opened *o, const struct index_entry *e,
              const struct full_names *names, struct sink *out) WARN_UNUSED;

/*
 * Writes one object. `layer` may be NULL: it is opened then. Fails with the
 * codes of query/layer.h, of rendering (ERR_NOMEM, ERR_BUDGET) and of the
 * sink; what was written then is cut off somewhere, and worthless.
 */
int full_entry(struct opened *o, const struct index_entry *e,
               const struct full_names *names, struct layer *layer,
               struct sink *out, struct err *err) WARN_UNUSED;

/*
 * {"request":[...],"response":[...]}: the sections of both sides, which the
 * hub sends as the text `representation`. Fails like full_entry().
 */
int full_represent(struct opened *o, const struct index_entry *e,
                   struct sink *out, struct err *err) WARN_UNUSED;

/*
 * The path by which queries name what an index column holds, for entries of
 * this protocol ("method": "request.method"), or NULL.
 */
const char *full_path(const struct index_entry *e, const char *column);

/* The whole variant of an entry's protocol; NULL: this program has none. */
const struct protocol *full_protocol(const struct entry *e);

#endif /* QUERY_FULL_H */
