/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/engine_log.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct overlay *const no_overlays[] = { NULL };

static const struct {
	uint32_t flag;
	const char *name;
} flag_names[] = {
	{ ENTRY_NO_REQUEST, "no_request" },
	{ ENTRY_NO_RESPONSE, "no_response" },
	{ ENTRY_REQ_CUT, "req_cut" },
	{ ENTRY_RES_CUT, "res_cut" },
	{ ENTRY_REQ_GAP, "req_gap" },
	{ ENTRY_RES_GAP, "res_gap" },
	{ ENTRY_LATE_JOIN, "late" },
	{ ENTRY_ROLE_GUESSED, "guessed" },
	{ ENTRY_FAILED, "failed" },
	{ ENTRY_ONE_WAY, "one_way" },
	{ ENTRY_SPANS_CUT, "spans_cut" },
	{ ENTRY_RESYNCED, "resynced" },
	{ ENTRY_PAIR_DOUBT, "doubt" },
	{ ENTRY_REVERSED, "reversed" },
};

static void
put_side(struct buf *b, const char *name, const struct entry_side *s)
{
	int err = 0;

	if (!s->present)
		return;
	err |= buf_printf(b, " %s", name);
	for (size_t i = 0; i < s->nspans; i++)
		err |= buf_printf(b, " %" PRIu64 "+%" PRIu64, s->spans[i].off,
		                  s->spans[i].len);
	if (s->nspans == 1 && s->size != s->spans[0].len)
		err |= buf_printf(b, " size=%" PRIu64, s->size);
	if (s->kept.n != 0)
		err |= buf_printf(b, " kept=" STR_FMT, STR_ARG(s->kept));
	(void)err;
}

static void
put_flags(struct buf *b, uint32_t flags)
{
	const char *before = " flags=";
	int err = 0;

	for (size_t i = 0; i < ARRAY_LEN(flag_names); i++) {
		if ((flags & flag_names[i].flag) == 0)
			continue;
		err |= buf_printf(b, "%s%s", before, flag_names[i].name);
		before = ",";
	}
	(void)err;
}

static void
on_entry(void *ctx, const struct entry *e)
{
	struct engine_log *l = ctx;
	struct buf *b = &l->text;
	int err = 0;

	l->entries++;
	l->last = *e;
	err |= buf_printf(b, STR_FMT " " STR_FMT " %d", STR_ARG(e->method),
	                  STR_ARG(e->target), e->status);
	if (e->proto != NULL && e->proto->key[0] == '+')
		err |= buf_printf(b, " proto=%s", e->proto->key);
	put_side(b, "req", &e->request);
	put_side(b, "res", &e->response);
	put_flags(b, e->flags);
	if (l->positions) {
		err |= buf_printf(b, " id=%" PRIu64 ".%" PRIu32 " ord=%" PRIu64,
		                  position_of_id(e->id).record,
		                  position_seq_of_id(e->id), e->ordinal);
		err |= buf_printf(
		    b, " t=%" PRId64 "-%" PRId64 "/%" PRId64 "-%" PRId64,
		    e->request.first, e->request.last, e->response.first,
		    e->response.last);
	}
	err |= buf_append_byte(b, '\n');
	(void)err;
}

static void
on_diag(void *ctx, const struct diag *d)
{
	struct engine_log *l = ctx;
	int err = 0;

	if (!l->diags)
		return;
	err |= buf_printf(&l->text, "! %s " STR_FMT " %d@%" PRIu64 "+%" PRIu64,
	                  diag_name(d->kind), STR_ARG(d->name), d->side, d->off,
	                  d->len);
	err |= buf_printf(&l->text, " " STR_FMT "\n", STR_ARG(d->text));
	(void)err;
}

static int
on_parked_read(void *ctx, uint64_t off, void *p, size_t n)
{
	struct engine_log *l = ctx;

	return parked_read(&l->parked, off, p, n);
}

static int
on_parked_write(void *ctx, uint64_t off, const void *p, size_t n)
{
	struct engine_log *l = ctx;

	return parked_write(&l->parked, off, p, n);
}

void
engine_log_init(struct engine_log *l, const struct dissector *const *dissectors)
{
	*l = (struct engine_log){
		.dissectors = dissectors,
		.port = { 40000, 7007 },
		.l4 = 6,
		.budget = { .max = UINT64_C(1) << 30 },
	};
	proto_limits_init(&l->limits);
	buf_init(&l->text, 64u << 20);
	parked_init(&l->parked);
}

bool
engine_log_open(struct engine_log *l)
{
	struct engine_out out = { .entry = on_entry,
		                  .diag = on_diag,
		                  .ctx = l };
	struct engine_open o = {
		.stream = 1,
		.l4 = l->l4,
		.port = { l->port[0], l->port[1] },
		.opener = l->opener,
		.budget = &l->budget,
		.owner = l,
	};

	if (l->parks) {
		out.parked_read = on_parked_read;
		out.parked_write = on_parked_write;
	}
	l->g = engine_new(&l->limits, &out);
	if (l->g == NULL)
		return false;
	engine_tables(l->g, l->dissectors,
	              l->overlays != NULL ? l->overlays : no_overlays);
	l->s = engine_open(l->g, &o);
	return l->s != NULL;
}

static struct engine_from
next_from(struct engine_log *l)
{
	l->record++;
	return (struct engine_from){
		.at = { .record = l->record },
		.ts = (int64_t)l->record * 10,
	};
}

/* Bytes in memory of exactly their size, so that reading past them is seen. */
static uint8_t *
guarded(struct str bytes)
{
	uint8_t *p = malloc(bytes.n != 0 ? bytes.n : 1);

	if (p == NULL)
		abort();
	if (bytes.n != 0)
		memcpy(p, bytes.p, bytes.n);
	return p;
}

void
engine_log_data(struct engine_log *l, int side, struct str bytes)
{
	uint8_t *p = guarded(bytes);

	engine_data(l->s, side, l->off[side], p, bytes.n, next_from(l));
	l->off[side] += bytes.n;
	free(p);
}

void
engine_log_text(struct engine_log *l, int side, const char *bytes)
{
	engine_log_data(l, side, str_from_c(bytes));
}

void
engine_log_datagram(struct engine_log *l, int side, const char *bytes)
{
	struct str b = str_from_c(bytes);
	uint8_t *p = guarded(b);

	engine_datagram(l->s, side, l->off[side], p, b.n, next_from(l));
	l->off[side] += b.n;
	free(p);
}

void
engine_log_gap(struct engine_log *l, int side, uint64_t len)
{
	struct gap g = { .off = l->off[side], .len = len, .cause = GAP_LOST };

	engine_gap(l->s, side, &g);
	l->off[side] += len;
}

void
engine_log_end(struct engine_log *l, int side, enum why why)
{
	engine_end(l->s, side, why);
}

const char *
engine_log_finish(struct engine_log *l, enum why why)
{
	int err;

	engine_finish(l->s, why);
	engine_state(l->s, &l->state);
	engine_close(l->s, why);
	l->s = NULL;
	err = buf_append_byte(&l->text, '\0');
	if (err != 0)
		return "";
	return l->text.p;
}

void
engine_log_release(struct engine_log *l)
{
	engine_close(l->s, WHY_SNAPSHOT_END);
	engine_free(l->g);
	buf_release(&l->text);
	parked_release(&l->parked);
}
