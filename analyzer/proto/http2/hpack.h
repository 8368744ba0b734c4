/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hpack: a decoder of HTTP/2 header blocks (RFC 7541) that says what it does
 * not know.
 *
 * A capture may begin in the middle of a connection, or lose packets of it. The
 * fields that were put into the dynamic table before are not known then, but
 * everything else is: the table is addressed from its newest entry, so that
 * what is inserted from now on is found, and what lies beyond is unknown.
 * hpack_lose() tells the decoder that there may be such entries. It never shows
 * one field for another: an index is that of an entry it has seen inserted, or
 * the field is unknown. (An entry that the encoder has evicted may live on
 * here; nothing can refer to it.)
 *
 * Memory for the table and for strings is asked for as it is needed, at most
 * a small multiple of `limit` in all.
 */
#ifndef HPACK_H
#define HPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/cursor.h"
#include "base/str.h"

/* What the table holds before an encoder says otherwise. */
#define HPACK_TABLE_DEFAULT 4096u

enum hpack_slot {
	HPACK_BYTES,   /* names and values of the dynamic table */
	HPACK_ENTRIES, /* where they are */
	HPACK_SCRATCH, /* strings being decoded */
	HPACK_SLOTS
};

/*
 * Where memory comes from: makes a slot's piece n bytes long and keeps what it
 * held; NULL when there is none, and what was there stays.
 */
struct hpack_memory {
	void *(*grow)(void *ctx, enum hpack_slot slot, size_t n);
	void *ctx;
};

struct hpack_field {
	struct str name;
	struct str value;
	unsigned static_name; /* index of the name in the static table, or 0 */
	unsigned static_pair; /* index of both, or 0 */
	bool name_unknown;
	bool value_unknown;
	bool cut;     /* a string is longer than the limit */
	bool indexed; /* no part of it is literally in this block */
};

struct hpack_entry;

/* All zero but for `limit` is a new one. */
struct hpack {
	size_t limit; /* bytes of the largest table that is kept */

	/* private */
	char *bytes;
	size_t nbytes; /* written */
	size_t capbytes;
	struct hpack_entry *entries; /* from `first` on, oldest first */
	size_t first;
	size_t count;
	size_t capentries;
	char *scratch;
	size_t capscratch;
	size_t size;  /* as RFC 7541, section 4.1, counts it */
	size_t max;   /* 0: HPACK_TABLE_DEFAULT, unless `updated` */
	bool updated; /* the encoder has said what max is */
	bool lost;    /* there may be older entries */
	bool over;    /* the encoder's table is larger than `limit` */
};

/* What was inserted so far is not known any more, nor what was before. */
void hpack_lose(struct hpack *h);

/*
 * Has the encoder asked for a table larger than the limit? Old entries of such
 * a one are unknown.
 */
static inline bool
hpack_is_over(const struct hpack *h)
{
	return h->over;
}

/*
 * Take the next field off a block, which has to be a closed cursor. 1: there is
 * one, valid until the next call; 0: the block is at its end. ERR_MALFORMED,
 * ERR_NOMEM: the rest of the block cannot be read, and the table is lost.
 */
int hpack_next(struct hpack *h, const struct hpack_memory *m,
               struct cursor *block, struct hpack_field *ret) WARN_UNUSED;

/* How a field, or a change of the table, is written (section 6). */
enum hpack_kind {
	HPACK_INDEXED,
	HPACK_INSERTED, /* literal, and put into the table */
	HPACK_LITERAL,
	HPACK_RESIZED,
};

/* One such representation; strings are as they are in the block. */
struct hpack_code {
	enum hpack_kind kind;
	uint64_t index; /* or the new size */
	struct str name;
	struct str value;
	bool name_coded; /* by Huffman */
	bool value_coded;
};

/*
 * Take the next representation off an open or closed block, which needs no
 * table and is enough to judge whether bytes are a block at all. False at the
 * end, and when the cursor fails.
 */
bool hpack_code(struct cursor *block, struct hpack_code *ret);

#endif /* HPACK_H */
