/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/cmd/listing.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/proto/proto.h"

enum {
	ID_WIDTH = 15,
	TIME_WIDTH = 12,
	PROTO_WIDTH = 6,
	METHOD_WIDTH = 7,
	STATUS_WIDTH = 6,
	MS_WIDTH = 7,
	FLAGS_WIDTH = 11,
	TARGET_MIN = 16,
	PEERS_MIN = 24,
};

const char *
listing_eid(int64_t id, unsigned snapshot, char out[LISTING_EID])
{
	if (snapshot > 0)
		(void)snprintf(out, LISTING_EID, "%u:%" PRId64, snapshot, id);
	else
		(void)snprintf(out, LISTING_EID, "%" PRId64, id);
	return out;
}

const char *
listing_protocol(const struct index_entry *e)
{
	const char *key = e->e.proto->key;
	const struct dissector *owner;
	const struct protocol *p = proto_variant(str_from_c(key), &owner);

	return p != NULL ? p->abbr : key;
}

static void
peer_text(struct opened *o, const struct listing_end *end,
          char out[LISTING_PEER])
{
	uint16_t port = end->server ? end->port : 0;
	struct resolved who = opened_resolve(o, end->point, &end->ip, port,
	                                     end->ts);
	struct str name = str_head(who.name, LISTING_PEER - 8);
	char text[ADDR_TEXT];

	if (end->hidden)
		(void)str_to_c(STR(VEIL_TEXT), out, LISTING_PEER);
	else if (name.n > 0 && !end->server)
		(void)str_to_c(name, out, LISTING_PEER);
	else if (name.n > 0)
		(void)snprintf(out, LISTING_PEER, STR_FMT ":%u", STR_ARG(name),
		               end->port);
	else
		(void)snprintf(out, LISTING_PEER,
		               addr_is_v4(&end->ip) ? "%s:%u" : "[%s]:%u",
		               addr_format(&end->ip, text), end->port);
}

void
listing_ends(struct term *t, int width, struct opened *o,
             const struct listing_end *src, const struct listing_end *dst)
{
	char from[LISTING_PEER], to[LISTING_PEER];
	char both[2 * LISTING_PEER + sizeof(" -> ")];

	peer_text(o, src, from);
	peer_text(o, dst, to);
	(void)snprintf(both, sizeof(both), "%s -> %s", from, to);
	term_cell(t, width, str_from_c(both));
}

void
listing_init(struct listing *l, struct term *t, bool many)
{
	int fixed = ID_WIDTH + TIME_WIDTH + PROTO_WIDTH + METHOD_WIDTH +
	            STATUS_WIDTH + MS_WIDTH + FLAGS_WIDTH + 8;
	int rest;

	*l = (struct listing){ .term = t,
		               .id = many ? ID_WIDTH + 2 : ID_WIDTH };
	rest = t->width > 0 ? (int)t->width - fixed : 80;
	l->target = rest / 2 > TARGET_MIN ? rest / 2 : TARGET_MIN;
	l->peers = rest - l->target > PEERS_MIN ? rest - l->target : PEERS_MIN;
}

static void
put_header(struct listing *l)
{
	struct term *t = l->term;

	term_style(t, TERM_BOLD);
	term_cell(t, l->id, STR("ID"));
	term_cell(t, -TIME_WIDTH, STR("TIME (UTC)"));
	term_cell(t, -PROTO_WIDTH, STR("PROTO"));
	term_cell(t, -METHOD_WIDTH, STR("METHOD"));
	term_cell(t, -l->target, STR("TARGET"));
	term_cell(t, STATUS_WIDTH, STR("STATUS"));
	term_cell(t, -l->peers, STR("SOURCE -> DESTINATION"));
	term_cell(t, MS_WIDTH, STR("MS"));
	term_style(t, TERM_PLAIN);
	term_printf(t, "\n");
}

static void
put_day(struct listing *l, int64_t ts, bool hidden)
{
	char day[HUMAN_TEXT];

	if (l->rows == 0)
		put_header(l);
	if (hidden || strcmp(human_day(ts, day), l->day) == 0)
		return;
	memcpy(l->day, day, sizeof(day));
	term_style(l->term, TERM_DIM);
	term_printf(l->term, "-- %s\n", day);
	term_style(l->term, TERM_PLAIN);
}

static void
put_number(struct term *t, int width, bool there, int64_t n)
{
	char text[HUMAN_TEXT] = "-";

	if (there)
		(void)snprintf(text, sizeof(text), "%" PRId64, n);
	term_cell(t, width, str_from_c(text));
}

static void
put_time(struct listing *l, int64_t ts, bool hidden)
{
	char clock[HUMAN_TEXT];

	term_cell(l->term, -TIME_WIDTH,
	          hidden ? STR(VEIL_TEXT) : str_from_c(human_clock(ts, clock)));
}

static void
put_text(struct term *t, int width, struct str text, bool hidden)
{
	term_cell(t, width, hidden && text.n > 0 ? STR(VEIL_TEXT) : text);
}

static void
put_peers(struct listing *l, struct opened *o, const struct index_entry *e,
          const struct veil *veil)
{
	struct listing_end client = { .point = e->point,
		                      .ip = e->client,
		                      .port = e->client_port,
		                      .ts = entry_time(&e->e) };
	struct listing_end server = { .point = e->point,
		                      .ip = e->server,
		                      .port = e->server_port,
		                      .server = true,
		                      .ts = entry_time(&e->e) };
	bool back = (e->e.flags & ENTRY_REVERSED) != 0;

	client.hidden = back ? veil->dst : veil->src;
	server.hidden = back ? veil->src : veil->dst;
	listing_ends(l->term, -l->peers, o, back ? &server : &client,
	             back ? &client : &server);
}

static enum term_style
status_style(const struct entry *e)
{
	return (e->flags & ENTRY_FAILED) != 0 ? TERM_BAD : TERM_PLAIN;
}

void
listing_row(struct listing *l, struct opened *o, const struct index_entry *e,
            unsigned snapshot, const struct veil *veil)
{
	static const struct veil nothing = { .method = false };
	const struct entry *x = &e->e;
	struct term *t = l->term;
	char text[LISTING_EID];
	bool both = x->request.present && x->response.present;

	if (veil == NULL)
		veil = &nothing;
	put_day(l, entry_time(x), veil->time);
	l->rows++;
	term_cell(t, l->id, str_from_c(listing_eid(x->id, snapshot, text)));
	put_time(l, entry_time(x), veil->time);
	term_cell(t, -PROTO_WIDTH, str_from_c(listing_protocol(e)));
	put_text(t, -METHOD_WIDTH, x->method, veil->method);
	put_text(t, -l->target, x->target, veil->target);
	term_style(t, status_style(x));
	put_number(t, STATUS_WIDTH, x->status != 0 && !veil->status, x->status);
	term_style(t, TERM_PLAIN);
	put_peers(l, o, e, veil);
	put_number(t, MS_WIDTH, both && !veil->elapsed, entry_elapsed_ms(x));
	term_style(t, TERM_WARN);
	term_printf(t, "%s", entry_reason(x->flags));
	term_style(t, TERM_PLAIN);
	term_printf(t, "\n");
}
