/* SPDX-License-Identifier: Apache-2.0 */
/*
 * overlay: a protocol spoken inside HTTP messages (gRPC, GraphQL).
 *
 * HTTP dissectors of every version hand each message's head to the engine as a
 * struct http_head; the first overlay that claims the exchange names its
 * variant and may change the summary. An overlay may ask to be shown a body,
 * as a stream with bounded state of its own, while it is indexed.
 *
 * The entry of an overlay's variant still is an HTTP message: the variant's
 * `over` names the dissector that reads it. Lists and queries treat it as one
 * of that dissector's, and the overlay writes what HTTP shows (http_render.h,
 * http_represent.h) and then members and sections of its own.
 */
#ifndef PROTO_OVERLAY_H
#define PROTO_OVERLAY_H

#include "analyzer/proto/proto.h"

#define OVERLAY_ABI 1u

/* Enough of an HTTP message to decide on; borrowed during the call. */
struct http_head {
	enum side side;
	struct str method;
	struct str target;
	int32_t status;
	/* The first field of that name: all overlays ask for it. */
	struct str content_type;
	unsigned version; /* 10, 11, 20 */
	/* These are the fields behind a body, not those in front of it. */
	bool trailers;
	/* Some of the fields are not known (ENTRY_FIELDS_UNKNOWN). */
	bool unknown;
	/* First value of a field, name compared without case; empty if none. */
	struct str (*field)(const struct http_head *h, struct str name);
	const void *impl;
};

enum overlay_claim {
	OVERLAY_NO,
	OVERLAY_MAYBE_BODY, /* show me the body's first bytes, then ask */
	OVERLAY_YES,
};

struct overlay {
	unsigned abi; /* OVERLAY_ABI */
	const char *name;
	const struct protocol *const *protocols;
	/* What it adds to the fields of HTTP. */
	const struct field *fields;
	size_t state_size; /* zeroed bytes per exchange */
	/* body() is shown gzip and deflate bodies decoded, and none that are
	 * coded in another way. */
	bool decoded;

	enum overlay_claim (*claims)(const struct http_head *h);
	/*
	 * May change *io (its variant, target, failed), and tells whether the
	 * body is wanted. Called for the head that claims() did not refuse, and
	 * for those that follow in the exchange, trailers too. After
	 * OVERLAY_MAYBE_BODY setting io->proto claims the exchange. NULL: all
	 * bodies are wanted.
	 */
	bool (*annotate)(void *state, const struct http_head *h,
	                 struct message_summary *io);
	/*
	 * NULL: bodies are passed over. Body bytes, after transfer coding and
	 * up to overlay-bytes; n == 0 ends it, if that is reached. false: no
	 * more wanted. After OVERLAY_MAYBE_BODY, setting io->proto claims the
	 * exchange.
	 */
	bool (*body)(void *state, enum side side, struct cursor bytes,
	             struct message_summary *io);
	/* As those of a dissector; x->http reads the message. */
	int (*render)(const struct exchange *x, enum side side,
	              struct sink *out);
	int (*represent)(const struct exchange *x, enum side side,
	                 struct sink *out);
};

/* ---- services for HTTP dissectors ---- */

/*
 * Offer the head of an HTTP message, or its trailers. Returns true when an
 * overlay wants the body: the dissector then calls message_body() instead of
 * skipping.
 */
bool message_http(struct message *m, const struct http_head *h);
/* Body bytes for the overlay, none for the end; false: skip the rest. */
bool message_body(struct message *m, struct cursor bytes);

/* ---- registry ---- */

#define OVERLAY(id) extern const struct overlay overlay_##id;
#include "analyzer/proto/overlays.def"
#undef OVERLAY

extern const struct overlay *const overlay_registry[]; /* NULL-terminated */

/* The overlay that a variant belongs to, or NULL. */
const struct overlay *overlay_of(const struct protocol *p);

#endif /* PROTO_OVERLAY_H */
