/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proto: the contract between the engine and a dissector.
 *
 * A dissector is one const table in a folder of its own. It lives twice:
 *
 *   feed    walks a stream once while indexing. It emits message summaries and
 *           where their bytes are, and passes over bodies unseen.
 *   render  is given the bytes of those places later and produces the full
 *           request or response.
 *
 * It touches bytes through cursors only, keeps its state in the `state` it is
 * lent, and knows nothing of packets, files, threads or SQLite.
 * docs/dissectors.md walks through writing one; _template/ is there to copy.
 */
#ifndef PROTO_PROTO_H
#define PROTO_PROTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/entry/entry.h"
#include "analyzer/entry/field.h"
#include "analyzer/entry/gap.h"
#include "analyzer/entry/protocol.h"
#include "analyzer/entry/sink.h"
#include "analyzer/entry/span.h"
#include "analyzer/proto/limits.h"
#include "base/addr.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/cursor.h"
#include "base/str.h"

#define PROTO_ABI 1u

enum verdict { VERDICT_NO, VERDICT_MAYBE, VERDICT_YES };

/* What feed() and gap() ask the engine to do next. */
enum feed {
	FEED_OK,   /* consumed every complete head in the cursor */
	FEED_MORE, /* stopped before an incomplete one; in->need is a hint */
	FEED_SKIP, /* pass over what dissect_skip() said, unseen */
	FEED_WAIT, /* not before the other direction has gone further */
	FEED_BAD,  /* malformed here; the engine asks gap() to resynchronise */
	FEED_HANDOVER, /* the rest belongs to dissect_handover()'s protocol */
	FEED_DONE,     /* not interested in this stream any more */
};

/* Why a stream ends, for finish(). */
enum why { WHY_FIN, WHY_RST, WHY_TIMEOUT, WHY_SNAPSHOT_END, WHY_BUDGET };

/* Services the engine lends during a call; opaque here. */
struct dissect;
/* One message being put together; owned by the engine. */
struct message;
/* See http_view.h and protobuf_set.h. */
struct http_carrier;
struct protobuf_set;

/* What a probe is shown; either cursor may be empty. Both are open. */
struct probe {
	struct cursor to_server;
	struct cursor to_client;
	uint16_t server_port; /* hint, 0 when unknown */
	uint8_t l4;           /* 6 or 17 */
	bool late_join;       /* the bytes start in the middle */
};

/* A place in a layer. */
struct layer_at {
	uint32_t layer;
	enum dir dir;
	uint64_t off;
};

/* Bytes of one layer, for rendering. Holes are told, never invented. */
struct layer_reader {
	/*
	 * Read up to n bytes from there on. *ret_n bytes were read;
	 * when 0, *ret_hole bytes are missing there (0 at the stream's end).
	 */
	int (*read)(void *ctx, struct layer_at at, void *buf, size_t n,
	            size_t *ret_n, uint64_t *ret_hole);
	void *ctx;
};

/* An exchange as render() and body() see it. */
struct exchange {
	const struct entry *entry; /* summary, spans and kept bytes */
	const struct layer_reader *reader;
	const struct proto_limits *limits;
	struct arena *scratch; /* reset by the caller afterwards */
	/* For an overlay: of the dissector that found the exchange. */
	const struct http_carrier *http;
	/* Names for protobuf messages; NULL: none were given. */
	const struct protobuf_set *schema;
};

enum side { SIDE_REQUEST, SIDE_RESPONSE };

/* A run of a body: [off, off + len) of what body() would give in all. */
struct body_range {
	uint64_t off;
	uint64_t len; /* UINT64_MAX: to the end */
};

/* Where body() puts bytes; returning non-zero stops it with that code. */
struct body_out {
	int (*bytes)(void *ctx, const uint8_t *p, size_t n);
	/* n bytes are missing from the evidence here. */
	int (*hole)(void *ctx, uint64_t n);
	void *ctx;
};

struct dissector {
	unsigned abi;          /* PROTO_ABI */
	const char *name;      /* "http1": registry name, module prefix */
	const char *summary;   /* one line */
	uint8_t l4;            /* 6 or 17 */
	const uint16_t *ports; /* zero-terminated; a hint, never proof */
	const struct protocol *const *protocols; /* NULL-terminated variants */
	const struct field *fields;              /* NULL path ends */
	size_t state_size;                       /* zeroed bytes per stream */

	/*
	 * Pure. Sees at most limits.probe_bytes of each direction. Without a
	 * SYN it is asked in both orientations; YES fixes who is the client.
	 */
	enum verdict (*probe)(const struct probe *p);
	/*
	 * Consume heads from `in` by advancing it. Called again with an empty
	 * cursor when a skip ends exactly at the end of what has arrived, so
	 * that the message can be closed with that packet's time; and once
	 * more, empty or with what is left, when the direction has ended
	 * (dissect_ended() says so), which is how DISSECT_TO_END ends. The
	 * cursor is open for a stream and closed for a datagram.
	 */
	enum feed (*feed)(struct dissect *d, void *state, enum dir dir,
	                  struct cursor *in);
	/*
	 * Bytes are missing (or were malformed: then g is NULL). Called only
	 * outside skips: a gap inside a body does not desynchronise. Unread
	 * bytes before a gap are dropped; unread malformed ones are fed again.
	 * Returns FEED_OK to go on feeding (the dissector now searches a
	 * boundary), or FEED_DONE. The engine flags the message that is opened
	 * next in this direction as ENTRY_RESYNCED.
	 */
	enum feed (*gap)(struct dissect *d, void *state, enum dir dir,
	                 const struct gap *g);
	/*
	 * The stream is over; close what can be closed. May be NULL: messages
	 * that are still open afterwards are cut by the engine.
	 */
	void (*finish)(struct dissect *d, void *state, enum why why);

	/*
	 * Write one side's object ("request" or "response" in the entry's
	 * JSON). 0, or a code when the evidence could not be read; what is
	 * merely malformed or missing is written as far as it goes.
	 */
	int (*render)(const struct exchange *x, enum side side,
	              struct sink *out);
	/* Write the array of sections that the UI shows for a side. */
	int (*represent)(const struct exchange *x, enum side side,
	                 struct sink *out);
	/* Stream a body, raw (as on the wire) or decoded. */
	int (*body)(const struct exchange *x, enum side side, bool decoded,
	            struct body_range range, const struct body_out *out);

	/* Dissectors of HTTP: how messages are read for overlays, else NULL. */
	const struct http_carrier *http;

	/*
	 * Append the query that finds entries with this summary, for a target
	 * that is a different member from method to method; only the columns of
	 * e are there. False: there is none. May be NULL: the member is the one
	 * whose column is "target" in `fields`.
	 */
	bool (*summary_query)(const struct entry *e, struct buf *out);

	/*
	 * For a protocol in which an answer may say that it is not all, and
	 * that one should ask again in another way (DNS, over TCP). With
	 * partial(), which looks at what the index has of an entry: `again` is
	 * the key of the variant in which that is done. There, `before` is the
	 * key of the variant that it repeats.
	 */
	bool (*partial)(const struct entry *e);
	const char *again;
	const char *before;

	/*
	 * Another entry that this one is about, by what was kept: its ordinal
	 * in the stream, and what `evidence` calls it. NULL: there is none. May
	 * be NULL.
	 */
	const char *(*related)(const struct entry *e, uint64_t *ret_ordinal);
};

/* ---- services: about the stream ---- */

/* Absolute offset of the cursor's next byte in direction dir. */
uint64_t dissect_offset(const struct dissect *d, const struct cursor *in);
const struct proto_limits *dissect_limits(const struct dissect *d);
/* With FEED_SKIP: how many bytes (0 is to go on feeding); DISSECT_TO_END: all
 * that follow. */
#define DISSECT_TO_END UINT64_MAX
void dissect_skip(struct dissect *d, uint64_t n);
/*
 * Memory beside the state, zeroed, charged to the stream's budget and freed
 * with the state. Each slot has one piece; asking again makes it n bytes long
 * and keeps what it held. NULL when there is no room: what was there stays.
 */
enum { DISSECT_SLOTS = 10 };
void *dissect_memory(struct dissect *d, unsigned slot, size_t n) WARN_UNUSED;
/* With FEED_HANDOVER: a registry name, or NULL to probe again. `why` is shown
 * when no dissector of that name exists ("upgraded to websocket"). */
void dissect_handover(struct dissect *d, const char *name, const char *why);
/*
 * With dissect_handover(): what the next dissector has to know beforehand (the
 * parameters that were negotiated), copied; up to kept-bytes, and nothing of it
 * beyond that.
 */
void dissect_hand_on(struct dissect *d, struct str bytes);
/* What the dissector before handed on, until the next hand-over; or nothing. */
struct str dissect_handed(const struct dissect *d);
/* No more bytes of that direction will come; also true, for the other side,
 * when too much had to wait for it. */
bool dissect_ended(const struct dissect *d, enum dir dir);
/* The stream began before the capture did. */
bool dissect_late_join(const struct dissect *d);
/* The named limit was hit here: counted, and a diag row. */
void dissect_limit(struct dissect *d, enum dir dir, const char *option);
/* Something malformed worth telling; the text is a literal. */
void dissect_note(struct dissect *d, enum dir dir, uint64_t off,
                  const char *text);

/* An address that has a name, as an answer of DNS tells. */
struct learnt_address {
	struct addr ip;
	bool reverse; /* who asked had the address, not the name */
};
/* A message at off calls an address by this name, as clients will. */
void dissect_learnt(struct dissect *d, enum dir dir, uint64_t off,
                    const struct learnt_address *a, struct str name);

/* ---- services: messages ---- */

enum message_kind {
	MESSAGE_REQUEST,
	MESSAGE_RESPONSE,
	MESSAGE_ONE_WAY, /* an entry by itself */
};

/*
 * A message of which the first byte is at off. Pairing is by order when key is
 * 0 for all messages of the stream, else by equal keys. NULL when memory or a
 * limit is out: every message function accepts NULL and does nothing.
 */
struct message *message_open(struct dissect *d, enum dir dir,
                             enum message_kind kind, uint64_t key,
                             uint64_t off);

/*
 * Strings are copied, each up to limits.summary_bytes. Unset members (NULL,
 * empty, 0, false) stay as they are. `proto` of a request wins over that of
 * its response.
 */
struct message_summary {
	const struct protocol *proto;
	struct str method;
	struct str target;
	struct str host;
	int32_t status;
	bool failed;
};
void message_summary(struct message *m, const struct message_summary *s);
/* For scattered messages; one that never gets a span is [open, close). */
void message_span(struct message *m, struct span s);
void message_keep(struct message *m, struct str bytes);
/*
 * The same for what many messages are likely to have in common, byte for byte:
 * the index has it once. It comes in front of the others, in order.
 */
void message_keep_shared(struct message *m, struct str bytes);
/* What was kept of the request that response m answers; empty if there is none.
 * Valid until the next call about messages of the stream. */
struct str message_asked(const struct message *m);
void message_flag(struct message *m, uint32_t entry_flags);
/* The ordinal that its entry will have in the stream; 0 of NULL. */
uint64_t message_ordinal(const struct message *m);
/*
 * What there was of it is not all to be had; it begins anew at `off`, flagged
 * ENTRY_RESYNCED when that was found behind a gap. For a message of which no
 * spans were told.
 */
void message_restart(struct message *m, uint64_t off);
/*
 * It is whole, its last byte in front of `end`, and m is no longer valid. The
 * exchange becomes an entry once both sides are closed. UINT64_MAX means as
 * far as the direction came. A message that ends where its direction does is
 * cut instead, when it was being skipped to that end and the direction ended
 * in another way than by FIN.
 */
void message_close(struct message *m, uint64_t end);
/* It stopped before its end (a gap, the end of the stream): flagged as cut. */
void message_cut(struct message *m, uint64_t end);
/* The request of this key, which is closed, gets no response any more; its
 * entry has these flags, too. */
void dissect_abandon(struct dissect *d, uint64_t key, uint32_t flags);
/* The method of the oldest request of which the response is not closed, "" if
 * none: a response to HEAD has no body whatever its head says. */
struct str dissect_awaited(const struct dissect *d);
/* All of that request that the index has; nothing if there is none. */
struct message_summary dissect_awaited_summary(const struct dissect *d);
/* The key of the oldest request without a response whose key is in
 * [first, last]; 0 when there is none. */
uint64_t dissect_expected(const struct dissect *d, uint64_t first,
                          uint64_t last);

/* ---- registry ---- */

#define PROTO(id) extern const struct dissector proto_##id;
#include "analyzer/proto/registry.def"
#undef PROTO

/* All dissectors in probe order; NULL-terminated. */
extern const struct dissector *const proto_registry[];

const struct dissector *proto_find(struct str name);
/* The variant with this stable key ("http/1.1"), and its dissector; for the
 * variant of an overlay (overlay_of() finds it) the dissector that it is spoken
 * over, which may be NULL. */
const struct protocol *proto_variant(struct str key,
                                     const struct dissector **ret_owner);

#endif /* PROTO_PROTO_H */
