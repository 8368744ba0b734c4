/* SPDX-License-Identifier: Apache-2.0 */
/* analyzer streams: every conversation of a snapshot, understood or not. */
#include <inttypes.h>
#include <stdio.h>

#include "analyzer/cmd/cmd.h"
#include "analyzer/cmd/listing.h"
#include "console/human.h"

enum {
	ID_WIDTH = 15,
	TIME_WIDTH = 12,
	DURATION_WIDTH = 10,
	L4_WIDTH = 3,
	PEERS_WIDTH = 44,
	PROTO_WIDTH = 8,
	STATE_WIDTH = 9,
	COUNT_WIDTH = 8,
	BYTES_WIDTH = 9,
	RETR_WIDTH = 5,
};

struct streams {
	struct cmd *c;
	struct opened *opened;
	uint64_t rows;
};

/* ---- text ---- */

static void
put_header(struct term *t)
{
	term_style(t, TERM_BOLD);
	term_cell(t, ID_WIDTH, STR("ID"));
	term_cell(t, -TIME_WIDTH, STR("TIME (UTC)"));
	term_cell(t, DURATION_WIDTH, STR("DURATION"));
	term_cell(t, -L4_WIDTH, STR("L4"));
	term_cell(t, -PEERS_WIDTH, STR("CLIENT -> SERVER"));
	term_cell(t, -PROTO_WIDTH, STR("PROTOCOL"));
	term_cell(t, -STATE_WIDTH, STR("STATE"));
	term_cell(t, COUNT_WIDTH, STR("PACKETS"));
	term_cell(t, BYTES_WIDTH, STR("BYTES"));
	term_cell(t, RETR_WIDTH, STR("RETR"));
	term_cell(t, RETR_WIDTH, STR("GAPS"));
	term_cell(t, COUNT_WIDTH, STR("ENTRIES"));
	term_printf(t, "REASON");
	term_style(t, TERM_PLAIN);
	term_printf(t, "\n");
}

static void
put_peers(struct streams *l, const struct stream *s)
{
	unsigned at = s->client & 1u;
	struct listing_end ends[2];

	for (unsigned i = 0; i < 2; i++)
		ends[i] = (struct listing_end){ .point = s->point,
			                        .ip = s->addr[i],
			                        .port = s->port[i],
			                        .server = i != at,
			                        .ts = s->first_ts };
	listing_ends(&l->c->out, -PEERS_WIDTH, l->opened, &ends[at],
	             &ends[at ^ 1u]);
}

static void
put_count(struct term *t, int width, uint64_t n)
{
	char text[HUMAN_TEXT];

	term_cell(t, width, str_from_c(human_count(n, text)));
}

static void
put_text(struct streams *l, const struct stream *s)
{
	const struct stream_side *a = &s->side[0], *b = &s->side[1];
	struct term *t = &l->c->out;
	char text[LISTING_EID];
	char word[HUMAN_TEXT];

	if (l->rows == 0)
		put_header(t);
	term_cell(t, ID_WIDTH, str_from_c(listing_eid(s->id, 0, text)));
	term_cell(t, -TIME_WIDTH, str_from_c(human_clock(s->first_ts, word)));
	term_cell(t, DURATION_WIDTH,
	          str_from_c(human_duration(s->last_ts - s->first_ts, word)));
	term_cell(t, -L4_WIDTH, s->l4 == 17 ? STR("udp") : STR("tcp"));
	put_peers(l, s);
	term_cell(t, -PROTO_WIDTH,
	          s->protocol[0] != '\0' ? str_from_c(s->protocol) : STR("-"));
	term_cell(t, -STATE_WIDTH, str_from_c(stream_state_name(s->state)));
	put_count(t, COUNT_WIDTH, a->packets + b->packets);
	term_cell(t, BYTES_WIDTH,
	          str_from_c(human_bytes(a->bytes + b->bytes, word)));
	put_count(t, RETR_WIDTH, a->retransmissions + b->retransmissions);
	put_count(t, RETR_WIDTH, a->gaps + b->gaps);
	put_count(t, COUNT_WIDTH, s->entries);
	term_text(t, str_from_c(s->reason));
	term_printf(t, "\n");
}

/* ---- JSON ---- */

static void
put_key(struct json_out *j, const char *name, unsigned side)
{
	char key[32];

	(void)snprintf(key, sizeof(key), "%s_%u", name, side);
	jout_put(j, key);
}

static void
json_end(struct streams *l, struct json_out *j, const struct stream *s,
         unsigned side)
{
	char text[ADDR_TEXT];
	struct resolved who =
	    opened_resolve(l->opened, s->point, &s->addr[side],
	                   side != s->client ? s->port[side] : 0, s->first_ts);

	put_key(j, "addr", side);
	jout_str(j, str_from_c(addr_format(&s->addr[side], text)));
	put_key(j, "port", side);
	jout_uint(j, s->port[side]);
	put_key(j, "name", side);
	jout_str(j, who.name);
}

static void
json_flags(struct json_out *j, const struct stream_side *s, unsigned side)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%s%s%s", s->syn ? " SYN" : "",
	               s->fin ? " FIN" : "", s->rst ? " RST" : "");
	put_key(j, "tcp_flags", side);
	jout_str(j, str_tail(str_from_c(text), 1));
}

static void
json_side(struct json_out *j, const struct stream_side *s, unsigned side)
{
	const struct {
		const char *name;
		uint64_t value;
	} counters[] = {
		{ "packets", s->packets },
		{ "bytes", s->bytes },
		{ "payload", s->payload },
		{ "retransmissions", s->retransmissions },
		{ "out_of_order", s->out_of_order },
		{ "duplicate_acks", s->duplicate_acks },
		{ "zero_windows", s->zero_windows },
		{ "gaps", s->gaps },
		{ "gap_bytes", s->gap_bytes },
	};

	for (size_t i = 0; i < ARRAY_LEN(counters); i++) {
		put_key(j, counters[i].name, side);
		jout_uint(j, counters[i].value);
	}
	json_flags(j, s, side);
}

static void
json_head(struct streams *l, struct json_out *j, const struct stream *s)
{
	const struct index_point *point = opened_point(l->opened, s->point);
	char text[LISTING_EID];

	/* As text: readers that hold numbers as doubles would round it. */
	jout_put_str(j, "id", str_from_c(listing_eid(s->id, 0, text)));
	jout_put_uint(j, "point", s->point);
	jout_put_str(j, "node", point != NULL ? point->node : STR_NONE);
	jout_put_uint(j, "l4", s->l4);
	jout_put_str(j, "state", str_from_c(stream_state_name(s->state)));
	json_end(l, j, s, 0);
	json_end(l, j, s, 1);
	jout_put_uint(j, "client", s->client);
	jout_put_bool(j, "role_guessed", s->role_guessed);
	jout_put_bool(j, "late_join", s->late_join);
	jout_put_bool(j, "tls", s->tls);
	jout_put_bool(j, "tls_wire", s->tls_wire);
	jout_put_int(j, "first_ts", s->first_ts);
	jout_put_int(j, "last_ts", s->last_ts);
	jout_put_int(j, "handshake_rtt", s->handshake_rtt);
}

static void
put_json(struct streams *l, const struct stream *s)
{
	struct json_out j;

	term_json(&l->c->out, &j);
	jout_begin_object(&j);
	json_head(l, &j, s);
	json_side(&j, &s->side[0], 0);
	json_side(&j, &s->side[1], 1);
	jout_put_uint(&j, "entries", s->entries);
	jout_put_str(&j, "protocol", str_from_c(s->protocol));
	jout_put_str(&j, "reason", str_from_c(s->reason));
	jout_end_object(&j);
	jout_newline(&j);
	/* A failed write is remembered by the term. */
	(void)jout_flush(&j);
}

/* ---- */

static int
put_stream(void *ctx, const struct stream *s)
{
	struct streams *l = ctx;

	if (l->c->opt->json)
		put_json(l, s);
	else
		put_text(l, s);
	l->rows++;
	return cmd_stopped(l->c) ? 1 : 0;
}

int
cmd_streams(struct cmd *c, struct err *e)
{
	struct streams l = { .c = c };
	struct session s;
	int rc = cmd_arguments(c, 1, 1, e);

	if (rc != 0 || !cmd_session(c, c->opt->args[0], &s))
		return rc;
	l.opened = s.opened;
	rc = index_streams(opened_index(s.opened), put_stream, &l, e);
	session_close(&s);
	return rc < 0 ? rc : 0;
}
