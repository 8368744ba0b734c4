/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pick: the packets that an export is about.
 *
 * Streams and messages are added in any order; pick_finish() then looks the
 * packets of the streams up in the index (the evidence is not touched) and
 * puts everything into order, each packet once. A packet costs 8 bytes.
 *
 * Packets of a stream are all that belong to it, whatever became of them, and
 * the IP fragments that its datagrams were put together from. Packets of a
 * message are those of which bytes were accepted for it.
 */
#ifndef EXPORT_PICK_H
#define EXPORT_PICK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/export/limits.h"
#include "analyzer/index/row.h"
#include "analyzer/query/opened.h"
#include "base/addr.h"
#include "base/compiler.h"
#include "base/err.h"

struct pick;

/* A matching entry, at its first packet. */
struct pick_mark {
	int64_t entry;
	uint64_t off; /* of that packet in its capture file */
};

/*
 * The snapshot, the limits and the flag (may be NULL) are borrowed.
 * ERR_NOMEM, ERR_IO (no random bytes).
 */
int pick_new(struct opened *o, const struct export_limits *limits,
             const atomic_bool *cancel, struct pick **ret_pick) WARN_UNUSED;
void pick_free(struct pick *p);

/* A stream; again makes no difference. ERR_NOMEM. */
int pick_stream(struct pick *p, int64_t stream, struct err *e) WARN_UNUSED;
/* Both sides of an entry, marked. Also the codes of the index's reader. */
int pick_message(struct pick *p, const struct index_entry *entry,
                 struct err *e) WARN_UNUSED;
/* One packet, by its place in a capture file. */
int pick_packet(struct pick *p, uint32_t source, uint64_t off,
                struct err *e) WARN_UNUSED;
/* An entry of a stream that is added, to be marked. */
int pick_mark(struct pick *p, int64_t entry, struct err *e) WARN_UNUSED;

/*
 * Nothing may be added after it. ERR_CANCELLED; ERR_NOTFOUND when a stream
 * does not exist.
 */
int pick_finish(struct pick *p, struct err *e) WARN_UNUSED;

/* ---- afterwards ---- */

/* Where the packets of one capture file are in it, in order. */
const uint64_t *pick_offsets(const struct pick *p, uint32_t source,
                             size_t *ret_n);

/* The marks of one packet, in order of id. */
const struct pick_mark *pick_marks(const struct pick *p, uint32_t source,
                                   uint64_t off, size_t *ret_n);

/* Does one of the conversations have this address? */
bool pick_has_addr(const struct pick *p, const struct addr *ip);

#endif /* EXPORT_PICK_H */
