/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carriers: the packets that carried a message, and what proves it.
 *
 * From the index alone: which packets, in the order of the bytes they carried,
 * each once for a side, and what became of each. The digest is that of the
 * message's bytes as they were sent, read from the evidence.
 */
#ifndef QUERY_CARRIERS_H
#define QUERY_CARRIERS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/entry/disposition.h"
#include "analyzer/entry/position.h"
#include "analyzer/index/row.h"
#include "analyzer/proto/proto.h"
#include "analyzer/query/opened.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/sha256.h"

/* More packets than this are not told of one message. */
#define CARRIERS_MAX ((size_t)1 << 20)

struct carrier {
	enum side side;
	struct position at;
	uint64_t off; /* of its bytes in the capture file */
	enum disposition disposition;
};

struct carriers {
	struct carrier *v;
	size_t n, cap;
};

/* Zeroed before the first call, which adds the packets of one side. */
int carriers_add(struct carriers *c, struct opened *o,
                 const struct index_entry *entry, enum side side,
                 struct err *e) WARN_UNUSED;
void carriers_release(struct carriers *c);

/* Messages larger than this have no digest: it would take too long. */
#define CARRIERS_DIGEST_MAX (UINT64_C(256) << 20)

/*
 * 1 and the digest; 0: there is none (no such side, too large, bytes are
 * missing); ERR_CANCELLED, or a code of reading.
 */
int carriers_digest(struct opened *o, const struct index_entry *entry,
                    enum side side, const atomic_bool *cancel, struct err *e,
                    char ret_hex[SHA256_HEX_MAX]) WARN_UNUSED;

#endif /* QUERY_CARRIERS_H */
