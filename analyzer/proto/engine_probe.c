/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/engine_probe.h"

#include <assert.h>

/* RFC 8446, section 5.1: content types, and the longest record of any version.
 */
enum {
	TLS_CHANGE_CIPHER = 20,
	TLS_HANDSHAKE = 22,
	TLS_APPLICATION = 23,
	TLS_RECORD_MAX = (1 << 14) + 2048,
	TLS_CLIENT_HELLO = 1,
	TLS_SERVER_HELLO = 2,
};

static bool
is_candidate(const struct engine_probe *p, const struct dissector *d)
{
	return d->l4 == p->l4 && (p->only == NULL || p->only == d);
}

void
engine_probe_reset(struct engine_probe *p)
{
	uint64_t all = 0;

	for (size_t i = 0; p->registry[i] != NULL; i++) {
		assert(i < ENGINE_PROBE_MAX);
		if (is_candidate(p, p->registry[i]))
			all |= UINT64_C(1) << i;
	}
	p->alive[0] = p->alive[1] = all;
}

static bool
has_port(const struct dissector *d, uint16_t port)
{
	for (const uint16_t *p = d->ports; *p != 0; p++) {
		if (*p == port)
			return true;
	}
	return false;
}

/* Does some candidate expect a server on this port? */
static bool
is_known_port(const struct engine_probe *p, uint16_t port)
{
	for (size_t i = 0; p->registry[i] != NULL; i++) {
		if (is_candidate(p, p->registry[i]) &&
		    has_port(p->registry[i], port))
			return true;
	}
	return false;
}

int
engine_probe_guess(const struct engine_probe *p)
{
	bool known;

	if (p->opener >= 0)
		return p->opener;
	known = is_known_port(p, p->port[0]);
	if (known != is_known_port(p, p->port[1]))
		return known ? 1 : 0;
	return p->port[0] < p->port[1] ? 1 : 0;
}

/* A TLS record; from a stream's start it is a hello. */
static enum verdict
look_for_tls(struct str view, bool midway)
{
	struct cursor c = cur_from_str(view, true);
	uint8_t type = cur_u8(&c);
	uint8_t major;
	uint8_t minor;
	uint16_t len;
	uint8_t hello;

	if (view.n == 0 || type < TLS_CHANGE_CIPHER || type > TLS_APPLICATION ||
	    (!midway && type != TLS_HANDSHAKE))
		return VERDICT_NO;
	major = cur_u8(&c);
	if (cur_ok(&c) && major != 3)
		return VERDICT_NO;
	minor = cur_u8(&c);
	if (cur_ok(&c) && minor > 4)
		return VERDICT_NO;
	len = cur_be16(&c);
	if (cur_ok(&c) && (len == 0 || len > TLS_RECORD_MAX))
		return VERDICT_NO;
	hello = cur_u8(&c);
	if (!cur_ok(&c))
		return VERDICT_MAYBE;
	if (!midway && hello != TLS_CLIENT_HELLO && hello != TLS_SERVER_HELLO)
		return VERDICT_NO;
	return VERDICT_YES;
}

/* What a dissector says with `client` as the client. */
static enum verdict
ask_one(struct engine_probe *p, size_t i, const struct str view[2], int client)
{
	size_t max = (size_t)p->limits->probe_bytes;
	struct probe q = {
		.to_server = cur_from_str(str_head(view[client], max), true),
		.to_client = cur_from_str(str_head(view[client ^ 1], max),
		                          true),
		.server_port = p->port[client ^ 1],
		.l4 = p->l4,
		.late_join = p->midway,
	};
	uint64_t bit = UINT64_C(1) << i;
	enum verdict v;

	if ((p->alive[client] & bit) == 0)
		return VERDICT_NO;
	v = p->registry[i]->probe(&q);
	if (v == VERDICT_NO)
		p->alive[client] &= ~bit;
	return v;
}

/*
 * YES in either orientation; against the opener only when it cannot be the
 * other way round.
 */
static bool
ask_both(struct engine_probe *p, size_t i, const struct str view[2],
         struct engine_probe_found *ret)
{
	int likely = engine_probe_guess(p);
	enum verdict v = ask_one(p, i, view, likely);
	enum verdict w = ask_one(p, i, view, likely ^ 1);

	if (v != VERDICT_YES && p->opener >= 0 && v != VERDICT_NO)
		return false;
	if (v != VERDICT_YES && w != VERDICT_YES)
		return false;
	ret->dis = p->registry[i];
	ret->client = v == VERDICT_YES ? likely : likely ^ 1;
	ret->guessed = v == w && p->opener < 0;
	return true;
}

/* The first candidate with a server on a port of its own. */
static bool
settle_for_port(const struct engine_probe *p, struct engine_probe_found *ret)
{
	int first = engine_probe_guess(p);

	for (size_t i = 0; p->registry[i] != NULL; i++) {
		for (int k = 0; k < 2; k++) {
			int client = first ^ k;

			if ((p->alive[client] & UINT64_C(1) << i) == 0 ||
			    (p->opener >= 0 && p->opener != client) ||
			    !has_port(p->registry[i], p->port[client ^ 1]))
				continue;
			ret->dis = p->registry[i];
			ret->client = client;
			ret->guessed = p->opener < 0;
			return true;
		}
	}
	return false;
}

enum tls {
	TLS_NOT,
	TLS_MAYBE,
	TLS_WAITS, /* a hello, and nothing from the other side yet */
	TLS_SPOKEN,
	TLS_REFUSED, /* a hello, answered in the clear */
};

/* *ret_side began with TLS, if anybody did. */
static enum tls
ask_tls(const struct engine_probe *p, const struct str view[2], int *ret_side)
{
	enum verdict v[2] = { VERDICT_NO, VERDICT_NO };
	int side, other;

	for (int i = 0; i < 2 && p->l4 == 6; i++)
		v[i] = look_for_tls(view[i], p->midway);
	side = v[0] == VERDICT_YES ? 0 : 1;
	other = side ^ 1;
	*ret_side = side;
	if (v[side] != VERDICT_YES)
		return v[side] == VERDICT_MAYBE || v[other] == VERDICT_MAYBE
		           ? TLS_MAYBE
		           : TLS_NOT;
	if (p->midway || v[other] == VERDICT_YES)
		return TLS_SPOKEN;
	return v[other] == VERDICT_NO && view[other].n != 0 ? TLS_REFUSED
	                                                    : TLS_WAITS;
}

/*
 * A web server tells those who speak TLS to its plain port that they should
 * not; that is to be shown, so a hello that is answered in the clear is hidden
 * from the dissectors.
 */
enum engine_probe_answer
engine_probe_ask(struct engine_probe *p, const struct str view[2], bool final,
                 struct engine_probe_found *ret_found)
{
	struct str seen[2] = { view[0], view[1] };
	int hello;
	enum tls tls = ask_tls(p, view, &hello);
	enum engine_probe_answer none = tls == TLS_REFUSED ? ENGINE_PROBE_TLS
	                                                   : ENGINE_PROBE_NONE;

	if (tls == TLS_SPOKEN || (tls == TLS_WAITS && final))
		return ENGINE_PROBE_TLS;
	if (tls == TLS_WAITS)
		return ENGINE_PROBE_MORE;
	if (tls == TLS_REFUSED)
		seen[hello] = STR_NONE;
	for (size_t i = 0; p->registry[i] != NULL; i++) {
		if (ask_both(p, i, seen, ret_found))
			return ENGINE_PROBE_FOUND;
	}
	if (final)
		return settle_for_port(p, ret_found) ? ENGINE_PROBE_FOUND
		                                     : none;
	if ((p->alive[0] | p->alive[1]) == 0 && tls != TLS_MAYBE)
		return none;
	return ENGINE_PROBE_MORE;
}
