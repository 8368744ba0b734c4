/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/dns_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/proto/overlay.h"
#include "base/err.h"
#include "base/json_out.h"
#include "tests/support/wire.h"

#define WORLD_MAX ((size_t)64 << 20)

static const struct {
	uint32_t flag;
	const char *name;
} flags[] = {
	{ ENTRY_NO_REQUEST, "no-request" },
	{ ENTRY_NO_RESPONSE, "no-response" },
	{ ENTRY_REQ_CUT, "req-cut" },
	{ ENTRY_RES_CUT, "res-cut" },
	{ ENTRY_REQ_GAP, "req-gap" },
	{ ENTRY_RES_GAP, "res-gap" },
	{ ENTRY_ROLE_GUESSED, "guessed" },
	{ ENTRY_FAILED, "failed" },
	{ ENTRY_ONE_WAY, "one-way" },
	{ ENTRY_RESYNCED, "resynced" },
	{ ENTRY_REVERSED, "reversed" },
};

static void
put(struct dns_world *w, struct str s)
{
	if (buf_append_str(&w->text, s) != 0)
		abort();
}

static int
read_bytes(void *ctx, struct layer_at at, void *buf, size_t n, size_t *ret_n,
           uint64_t *ret_hole)
{
	struct dns_world *w = ctx;
	struct engine_state state;
	size_t from = (size_t)at.off, end;
	const struct buf *known;

	engine_state(w->stream, &state);
	known = &w->known[(int)at.dir ^ state.client];
	*ret_n = 0;
	*ret_hole = 0;
	if (at.off >= known->n || n == 0)
		return 0;
	for (end = from + 1; end < known->n && known->p[end] == known->p[from];)
		end++;
	if (known->p[from] == 0) {
		*ret_hole = end - from;
		return 0;
	}
	/* Short reads are allowed, so give some. */
	*ret_n = end - from < n ? end - from : n;
	*ret_n = *ret_n < 100 ? *ret_n : 100;
	memcpy(buf, w->side[(int)at.dir ^ state.client].p + from, *ret_n);
	return 0;
}

static void
on_side(struct dns_world *w, const struct exchange *x, enum side side)
{
	const struct dissector *owner;
	struct json_out j;
	struct sink_json s;
	int rc = 0;

	(void)proto_variant(str_from_c(x->entry->proto->key), &owner);
	put(w, side == SIDE_REQUEST ? STR("  > ") : STR("  < "));
	for (unsigned show = DNS_WORLD_JSON; show <= DNS_WORLD_SECTIONS;
	     show *= 2) {
		if ((w->show & show) == 0)
			continue;
		jout_init_buf(&j, &w->text);
		sink_json_init(&s, &j);
		rc = show == DNS_WORLD_JSON
		         ? owner->render(x, side, &s.sink)
		         : owner->represent(x, side, &s.sink);
		if (rc == 0)
			rc = jout_finish(&j);
		if (rc != 0 && w->failed == 0)
			w->failed = rc;
	}
	put(w, STR("\n"));
}

static void
on_entry(void *ctx, const struct entry *e)
{
	struct dns_world *w = ctx;
	const struct layer_reader reader = { .read = read_bytes, .ctx = w };
	const struct exchange x = {
		.entry = e,
		.reader = &reader,
		.limits = &w->limits,
		.scratch = &w->scratch,
	};
	char text[100];

	w->entries++;
	put(w, str_from_c(e->proto->key));
	put(w, STR(" \""));
	put(w, e->method);
	put(w, STR("\" "));
	put(w, e->target);
	(void)snprintf(text, sizeof(text), " %d %zu/%zu", (int)e->status,
	               (size_t)e->request.size, (size_t)e->response.size);
	put(w, str_from_c(text));
	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		if ((e->flags & flags[i].flag) == 0)
			continue;
		put(w, STR(" "));
		put(w, str_from_c(flags[i].name));
	}
	put(w, STR("\n"));
	for (int i = 0; i < 2; i++) {
		if ((w->show & (DNS_WORLD_JSON | DNS_WORLD_SECTIONS)) != 0 &&
		    (i == 0 ? e->request.present : e->response.present))
			on_side(w, &x, (enum side)i);
		arena_clear(&w->scratch);
	}
}

static void
on_diag(void *ctx, const struct diag *d)
{
	struct dns_world *w = ctx;

	if ((w->show & DNS_WORLD_DIAGS) == 0)
		return;
	put(w, STR("! "));
	put(w, str_from_c(diag_name(d->kind)));
	put(w, STR(" "));
	put(w, d->name.n != 0 ? d->name : d->text);
	put(w, STR("\n"));
}

void
dns_world_init(struct dns_world *w, unsigned show)
{
	*w =
	    (struct dns_world){ .show = show, .l4 = 17, .port = { 40000, 53 } };
	proto_limits_init(&w->limits);
	w->budget.max = WORLD_MAX;
	for (int i = 0; i < 2; i++) {
		buf_init(&w->side[i], WORLD_MAX);
		buf_init(&w->known[i], WORLD_MAX);
	}
	buf_init(&w->text, WORLD_MAX * 8);
	arena_init(&w->scratch, WORLD_MAX * 4, 0);
}

void
dns_world_open(struct dns_world *w)
{
	static const struct dissector *const table[] = {
		&proto_mdns, &proto_llmnr, &proto_dns, &proto_dns_tcp, NULL
	};
	static const struct overlay *const none[] = { NULL };
	const struct engine_out out = { .entry = on_entry,
		                        .diag = on_diag,
		                        .ctx = w };
	const struct engine_open o = { .stream = 1,
		                       .l4 = w->l4,
		                       .port = { w->port[0], w->port[1] },
		                       .opener = w->l4 == 6 ? w->opener : -1,
		                       .budget = &w->budget };

	w->engine = engine_new(&w->limits, &out);
	if (w->engine == NULL)
		abort();
	engine_tables(w->engine, table, none);
	w->stream = engine_open(w->engine, &o);
	if (w->stream == NULL)
		abort();
}

void
dns_world_send(struct dns_world *w, int side, struct str bytes)
{
	struct engine_from from = { .at = { .record = ++w->record },
		                    .ts = (int64_t)w->record * 1000000 };
	uint64_t off = w->side[side].n;
	uint8_t *copy = malloc(bytes.n != 0 ? bytes.n : 1);

	if (copy == NULL || buf_append_str(&w->side[side], bytes) != 0 ||
	    buf_reserve(&w->known[side], bytes.n) != 0)
		abort();
	memset(buf_tail(&w->known[side]), 1, bytes.n);
	buf_added(&w->known[side], bytes.n);
	if (bytes.n != 0)
		memcpy(copy, bytes.p, bytes.n);
	if (w->l4 == 6)
		engine_data(w->stream, side, off, copy, bytes.n, from);
	else
		engine_datagram(w->stream, side, off, copy, bytes.n, from);
	free(copy);
}

void
dns_world_lose(struct dns_world *w, int side, size_t n)
{
	struct gap g = { .off = w->side[side].n, .len = n, .cause = GAP_LOST };

	if (buf_reserve(&w->side[side], n) != 0 ||
	    buf_reserve(&w->known[side], n) != 0)
		abort();
	memset(buf_tail(&w->side[side]), 0, n);
	memset(buf_tail(&w->known[side]), 0, n);
	buf_added(&w->side[side], n);
	buf_added(&w->known[side], n);
	engine_gap(w->stream, side, &g);
}

const char *
dns_world_finish(struct dns_world *w, enum why why)
{
	engine_finish(w->stream, why);
	if (buf_append_byte(&w->text, '\0') != 0)
		abort();
	return w->text.p;
}

void
dns_world_release(struct dns_world *w)
{
	engine_close(w->stream, WHY_SNAPSHOT_END);
	engine_free(w->engine);
	for (int i = 0; i < 2; i++) {
		buf_release(&w->side[i]);
		buf_release(&w->known[i]);
	}
	buf_release(&w->text);
	arena_release(&w->scratch);
}

/* --- putting a message together ------------------------------------------- */

void
dns_put_header(struct buf *b, unsigned id, unsigned bits,
               const unsigned count[4])
{
	wire_16(b, id);
	wire_16(b, bits);
	for (int i = 0; i < 4; i++)
		wire_16(b, count[i]);
}

void
dns_put_name(struct buf *b, const char *name)
{
	while (*name != '\0') {
		size_t n = strcspn(name, ".");

		wire_8(b, (unsigned)n);
		wire_put(b, name, n);
		name += n + (name[n] == '.');
	}
	wire_8(b, 0);
}

void
dns_put_question(struct buf *b, const char *name, unsigned type,
                 unsigned rclass)
{
	dns_put_name(b, name);
	wire_16(b, type);
	wire_16(b, rclass);
}

void
dns_put_record(struct buf *b, const char *name, unsigned type, struct str data)
{
	dns_put_question(b, name, type, 1);
	wire_32(b, 30);
	wire_16(b, (unsigned)data.n);
	wire_put(b, data.p, data.n);
}
