/* SPDX-License-Identifier: Apache-2.0 */
/* analyzer show: one entry, for people, as JSON, or one of its bodies. */
#include <inttypes.h>
#include <string.h>

#include "analyzer/cmd/cmd.h"
#include "analyzer/cmd/listing.h"
#include "analyzer/cmd/outline.h"
#include "analyzer/cmd/proof.h"
#include "analyzer/query/body.h"
#include "analyzer/query/full.h"
#include "base/utf8.h"
#include "console/human.h"

enum {
	PREVIEW = 2048,    /* bytes of a body that are shown */
	PREVIEW_HEX = 256, /* the same of one that is no text */
	HEX_LINE = 16,
};

struct show {
	struct cmd *c;
	struct session session;
	unsigned ordinal; /* of the snapshot, 0 when there is one only */
	struct index_cursor *cursor;
	struct index_entry row;
};

/* ---- bodies ---- */

struct preview {
	struct buf head;
	uint64_t total;
	uint64_t missing;
};

static int
preview_bytes(void *ctx, const uint8_t *p, size_t n)
{
	struct preview *v = ctx;
	size_t room = PREVIEW - v->head.n;

	v->total += n;
	return buf_append(&v->head, p, n < room ? n : room);
}

static int
preview_hole(void *ctx, uint64_t n)
{
	struct preview *v = ctx;

	v->missing += n;
	return 0;
}

/* Stream one body into `out`. */
static int
read_body(struct show *s, enum side side, const struct body_out *out,
          struct err *e)
{
	struct body_ask ask = { .entry = &s->row,
		                .side = side,
		                .decoded = true,
		                .range = { .off = 0, .len = UINT64_MAX } };

	return body_read(s->session.opened, &ask, out, e);
}

static void
put_hex(struct term *t, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (i % HEX_LINE == 0)
			term_printf(t, "%s    %04zx ", i > 0 ? "\n" : "", i);
		term_printf(t, " %02x", (unsigned char)s.p[i]);
	}
	term_printf(t, "\n");
}

static void
put_preview(struct term *t, const struct preview *v)
{
	struct str head = buf_str(&v->head);
	size_t valid = utf8_valid_prefix(head);
	struct str rest = str_tail(head, valid);
	bool text = memchr(head.p, '\0', head.n) == NULL &&
	            (rest.n == 0 || (rest.n < UTF8_MAX && v->total > head.n &&
	                             utf8_is_partial(rest)));

	if (!text)
		head = str_head(head, PREVIEW_HEX);
	else
		head = str_head(head, valid);
	if (text)
		term_block(t, "    ", head);
	else
		put_hex(t, head);
	if (v->total > head.n)
		term_printf(t,
		            "    ... %" PRIu64 " more bytes; --body writes "
		            "all\n",
		            v->total - head.n);
}

static int
put_body(struct show *s, enum side side, struct err *e)
{
	struct preview v = { .total = 0 };
	struct body_out out = { .bytes = preview_bytes,
		                .hole = preview_hole,
		                .ctx = &v };
	struct term *t = &s->c->out;
	int rc;

	buf_init(&v.head, PREVIEW);
	rc = read_body(s, side, &out, e);
	if (v.total > 0) {
		term_printf(t, "  body, %" PRIu64 " bytes:\n", v.total);
		put_preview(t, &v);
	}
	if (v.missing > 0)
		term_printf(t,
		            "  %" PRIu64 " bytes of the body are missing "
		            "from the evidence\n",
		            v.missing);
	/* What cannot be decoded is told, and the rest is shown. */
	if (rc < 0) {
		term_printf(t, "  ");
		term_text(t, str_from_c(e->text));
		term_printf(t, "\n");
	}
	buf_release(&v.head);
	return rc == ERR_NOMEM ? rc : 0;
}

/* ---- --body ---- */

struct whole {
	struct term *t;
	uint64_t missing;
};

static int
whole_bytes(void *ctx, const uint8_t *p, size_t n)
{
	struct whole *w = ctx;

	/* A terminal is never given what a stranger wrote. */
	if (w->t->tty)
		term_block(w->t, "", str_make(p, n));
	else
		term_bytes(w->t, str_make(p, n));
	return w->t->error;
}

static int
whole_hole(void *ctx, uint64_t n)
{
	struct whole *w = ctx;

	w->missing += n;
	return 0;
}

static int
write_body(struct show *s, struct err *e)
{
	struct whole w = { .t = &s->c->out };
	struct body_out out = { .bytes = whole_bytes,
		                .hole = whole_hole,
		                .ctx = &w };
	enum side side = strcmp(s->c->opt->body, "request") == 0
	                     ? SIDE_REQUEST
	                     : SIDE_RESPONSE;
	const struct entry_side *m = side == SIDE_REQUEST ? &s->row.e.request
	                                                  : &s->row.e.response;
	int rc = 0;

	if (m->present)
		rc = read_body(s, side, &out, e);
	if (w.missing > 0)
		cmd_note(s->c,
		         "%" PRIu64 " bytes of this body are missing from the "
		         "evidence and were left out",
		         w.missing);
	return rc;
}

/* ---- JSON and text ---- */

static int
write_json(struct show *s, struct err *e)
{
	struct full_names names = { .snapshot = s->ordinal };
	struct json_out j;
	struct sink_json sink;
	int rc;

	term_json(&s->c->out, &j);
	sink_json_init(&sink, &j);
	rc = full_entry(s->session.opened, &s->row, &names, NULL, &sink.sink,
	                e);
	if (rc == 0) {
		jout_newline(&j);
		rc = jout_finish(&j);
	}
	return rc;
}

/* When, who, and where it was seen. */
static void
put_ends(struct show *s)
{
	const struct index_entry *row = &s->row;
	const struct index_point *point = opened_point(s->session.opened,
	                                               row->point);
	struct listing_end client = { .point = row->point,
		                      .ip = row->client,
		                      .port = row->client_port,
		                      .ts = entry_time(&row->e) };
	struct listing_end server = client;
	struct term *t = &s->c->out;
	char day[HUMAN_TEXT], clock[HUMAN_TEXT];
	bool back = (row->e.flags & ENTRY_REVERSED) != 0;

	server.ip = row->server;
	server.port = row->server_port;
	server.server = true;
	term_printf(t, "%s %s UTC, ", human_day(client.ts, day),
	            human_clock(client.ts, clock));
	listing_ends(t, 0, s->session.opened, back ? &server : &client,
	             back ? &client : &server);
	if (point != NULL && point->node.n > 0) {
		term_printf(t, "seen on ");
		term_text(t, point->node);
	}
	term_printf(t, "\n");
}

static void
put_headline(struct show *s)
{
	const char *reason = entry_reason(s->row.e.flags);
	struct term *t = &s->c->out;
	char eid[LISTING_EID];

	term_style(t, TERM_BOLD);
	term_printf(t, "%s ", listing_protocol(&s->row));
	term_text(t, s->row.e.method);
	term_printf(t, " ");
	term_text(t, s->row.e.target);
	if (s->row.e.status != 0)
		term_printf(t, " -> %" PRId32, s->row.e.status);
	term_style(t, TERM_PLAIN);
	term_printf(t, "\nentry %s", listing_eid(s->row.e.id, s->ordinal, eid));
	if (s->row.e.request.present && s->row.e.response.present)
		term_printf(t, ", %" PRId64 " ms", entry_elapsed_ms(&s->row.e));
	term_printf(t, ", ");
	term_style(t, *reason != '\0' ? TERM_WARN : TERM_GOOD);
	term_printf(t, "%s\n", *reason != '\0' ? reason : "complete");
	term_style(t, TERM_PLAIN);
	put_ends(s);
}

/* Some members of the whole entry, as an outline. */
static int
put_members(struct show *s, const char *const *members, struct err *e)
{
	struct full_names names = { .snapshot = s->ordinal };
	struct outline o;

	outline_init(&o, &s->c->out, members);
	return full_entry(s->session.opened, &s->row, &names, NULL, &o.sink, e);
}

static int
put_side(struct show *s, enum side side, struct err *e)
{
	static const char *const request[] = { "request", NULL };
	static const char *const response[] = { "response", NULL };
	const struct entry_side *m = side == SIDE_REQUEST ? &s->row.e.request
	                                                  : &s->row.e.response;
	int rc;

	term_printf(&s->c->out, "\n");
	rc = put_members(s, side == SIDE_REQUEST ? request : response, e);
	if (rc != 0 || !m->present)
		return rc;
	rc = put_body(s, side, e);
	if (rc != 0)
		return rc;
	term_printf(&s->c->out, "  carried by ");
	return proof_packets(&s->c->out, s->session.opened, &s->row, side, e);
}

static int
write_text(struct show *s, struct err *e)
{
	static const char *const who[] = { "src", "dst", "namespace", NULL };
	static const char *const facts[] = { "timing", "tcp", "evidence",
		                             NULL };
	int rc;

	put_headline(s);
	rc = put_members(s, who, e);
	if (rc == 0)
		rc = put_side(s, SIDE_REQUEST, e);
	if (rc == 0)
		rc = put_side(s, SIDE_RESPONSE, e);
	if (rc != 0)
		return rc;
	term_printf(&s->c->out, "\n");
	return put_members(s, facts, e);
}

/* ---- finding it ---- */

/* "ID" or "N:ID"; *ret_n is 0 without N. */
static int
parse_eid(const char *text, uint64_t *ret_n, int64_t *ret_id, struct err *e)
{
	struct str head, tail;
	uint64_t n = 0;
	int rc = 0;

	if (str_split1(str_from_c(text), ':', &head, &tail))
		rc = str_u64(head, &n);
	else
		tail = head;
	if (rc == 0)
		rc = str_i64(tail, ret_id);
	if (rc != 0)
		return err_set(e, ERR_USAGE,
		               "'%s' is no entry id; 'analyzer query' shows "
		               "them in its first column",
		               text);
	*ret_n = n;
	return 0;
}

static int
find(struct show *s, int64_t id, struct err *e)
{
	bool sure;
	int rc = index_entry_by_id(opened_index(s->session.opened), id, e,
	                           &s->cursor);

	if (rc != 0)
		return rc;
	rc = index_next(s->cursor, &s->row, &sure, e);
	if (rc == 1)
		return 0;
	if (rc < 0)
		return rc;
	return err_set(e, ERR_USAGE,
	               "%s has no entry %" PRId64 "; 'analyzer query' shows "
	               "the ids in its first column",
	               s->session.input, id);
}

static int
show(struct show *s, int64_t id, struct err *e)
{
	int rc = find(s, id, e);

	if (rc == 0 && s->c->opt->body != NULL)
		rc = write_body(s, e);
	else if (rc == 0 && s->c->opt->json)
		rc = write_json(s, e);
	else if (rc == 0)
		rc = write_text(s, e);
	index_cursor_free(s->cursor);
	return rc;
}

int
cmd_show(struct cmd *c, struct err *e)
{
	size_t n = c->opt->nargs - 1; /* snapshots */
	struct show s = { .c = c };
	uint64_t which = 0;
	int64_t id = 0;
	int rc = cmd_arguments(c, 2, SIZE_MAX, e);

	if (rc == 0)
		rc = parse_eid(c->opt->args[n], &which, &id, e);
	if (rc != 0)
		return rc;
	if (which > n || (which == 0 && n > 1))
		return err_set(e, ERR_USAGE,
		               "'%s' does not say which of the %zu snapshots "
		               "is meant; ids of several are written N:ID",
		               c->opt->args[n], n);
	s.ordinal = n > 1 ? (unsigned)which : 0;
	if (!cmd_session(c, c->opt->args[which > 0 ? which - 1 : 0],
	                 &s.session))
		return 0;
	rc = show(&s, id, e);
	session_close(&s.session);
	return rc;
}
