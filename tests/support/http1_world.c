/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/http1_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/json_out.h"

#define WORLD_MAX ((size_t)64 << 20)

static const struct {
	uint32_t flag;
	const char *name;
} world_flags[] = {
	{ ENTRY_NO_REQUEST, "no-request" },
	{ ENTRY_NO_RESPONSE, "no-response" },
	{ ENTRY_REQ_CUT, "req-cut" },
	{ ENTRY_RES_CUT, "res-cut" },
	{ ENTRY_REQ_GAP, "req-gap" },
	{ ENTRY_RES_GAP, "res-gap" },
	{ ENTRY_LATE_JOIN, "late" },
	{ ENTRY_ROLE_GUESSED, "guessed" },
	{ ENTRY_FAILED, "failed" },
	{ ENTRY_ONE_WAY, "one-way" },
	{ ENTRY_REVERSED, "reversed" },
	{ ENTRY_RESYNCED, "resynced" },
	{ ENTRY_PAIR_DOUBT, "doubt" },
	{ ENTRY_SPANS_CUT, "spans-cut" },
	{ ENTRY_FIELDS_UNKNOWN, "unknown" },
	{ ENTRY_PUSHED, "pushed" },
	{ ENTRY_GIVEN_UP, "given-up" },
};

static void
world_put(struct world *w, struct str s)
{
	if (buf_append_str(&w->text, s) != 0)
		abort();
}

/* --- the evidence ------------------------------------------------------- */

static int
world_read(void *ctx, struct layer_at at, void *buf, size_t n, size_t *ret_n,
           uint64_t *ret_hole)
{
	struct world *w = ctx;
	struct engine_state state;
	const struct buf *bytes, *known;
	size_t from = (size_t)at.off, end;
	int side;

	if (at.layer != 0)
		return ERR_CORRUPT;
	engine_state(w->stream, &state);
	side = (int)at.dir ^ state.client;
	bytes = &w->side[side];
	known = &w->known[side];
	*ret_n = 0;
	*ret_hole = 0;
	if (at.off >= bytes->n || n == 0)
		return 0;
	for (end = from + 1; end < bytes->n && known->p[end] == known->p[from];)
		end++;
	if (known->p[from] == 0) {
		*ret_hole = end - from;
		return 0;
	}
	/* Short reads are allowed, so give some. */
	*ret_n = end - from < n ? end - from : n;
	if (*ret_n > 1000)
		*ret_n = 1000;
	memcpy(buf, bytes->p + from, *ret_n);
	return 0;
}

/* --- entries ------------------------------------------------------------ */

/* A sink that remembers one string or number of an object's first level. */
struct probe_sink {
	struct sink sink;
	struct str key;
	struct buf text;
	int64_t number;
	int depth;
	bool hit;
};

static bool
probe_want(struct sink *s, struct str key)
{
	struct probe_sink *p = (struct probe_sink *)(void *)s;

	return p->depth == 1 && str_eq(key, p->key);
}

static void
probe_begin(struct sink *s)
{
	((struct probe_sink *)(void *)s)->depth++;
}

static void
probe_end(struct sink *s)
{
	((struct probe_sink *)(void *)s)->depth--;
}

static void
probe_key(struct sink *s, struct str key)
{
	(void)key;
	((struct probe_sink *)(void *)s)->hit = true;
}

static void
probe_string(struct sink *s, struct str v)
{
	if (buf_append_str(&((struct probe_sink *)(void *)s)->text, v) != 0)
		abort();
}

static void
probe_integer(struct sink *s, int64_t v)
{
	((struct probe_sink *)(void *)s)->number = v;
}

static void
probe_number(struct sink *s, double v)
{
	(void)s, (void)v;
}

static void
probe_boolean(struct sink *s, bool v)
{
	(void)s, (void)v;
}

static const struct sink_ops probe_ops = {
	.want = probe_want,
	.begin_object = probe_begin,
	.end_object = probe_end,
	.begin_array = probe_begin,
	.end_array = probe_end,
	.key = probe_key,
	.string = probe_string,
	.integer = probe_integer,
	.number = probe_number,
	.boolean = probe_boolean,
	.null = probe_begin,
};

/* Who shows the present entry. */
static void
world_find_owner(struct world *w, const struct entry *e)
{
	const struct dissector *owner = NULL;

	w->over = e->proto != NULL ? overlay_of(e->proto) : NULL;
	if (e->proto != NULL)
		(void)proto_variant(str_from_c(e->proto->key), &owner);
	w->owner = owner != NULL ? owner : w->table[0];
}

typedef int (*world_show_fn)(const struct exchange *x, enum side side,
                             struct sink *out);

static world_show_fn
world_render(const struct world *w)
{
	return w->over != NULL ? w->over->render : w->owner->render;
}

static world_show_fn
world_represent(const struct world *w)
{
	return w->over != NULL ? w->over->represent : w->owner->represent;
}

/* The member of a side that an index column has, or NULL. */
static const char *
world_member(const struct world *w, enum side side, const char *column)
{
	struct str name = side == SIDE_REQUEST ? STR("request.")
	                                       : STR("response.");

	for (const struct field *f = w->owner->fields; f->path; f++)
		if (f->column != NULL && strcmp(f->column, column) == 0 &&
		    str_starts(str_from_c(f->path), name))
			return f->path + name.n;
	return NULL;
}

/* Does the member that a column is made of, rendered, say the same? */
static bool
world_agrees(const struct world *w, const struct exchange *x, enum side side,
             const char *column, struct str text, int64_t number)
{
	const char *key = world_member(w, side, column);
	struct probe_sink p = { .sink = { .ops = &probe_ops },
		                .key = str_from_c(key) };
	bool same;

	if (key == NULL)
		return true;
	buf_init(&p.text, WORLD_MAX);
	same = world_render(w)(x, side, &p.sink) == 0;
	/* Without its start line a message renders as {}. */
	if (p.hit)
		same = same && str_starts(buf_str(&p.text), text) &&
		       (p.text.n == text.n ||
		        text.n + 4 > x->limits->summary_bytes) &&
		       p.number == number;
	buf_release(&p.text);
	return same;
}

static int
world_body_bytes(void *ctx, const uint8_t *p, size_t n)
{
	world_put(ctx, str_make(p, n));
	return 0;
}

static int
world_body_hole(void *ctx, uint64_t n)
{
	char text[40];

	(void)snprintf(text, sizeof(text), "<%llu missing>",
	               (unsigned long long)n);
	world_put(ctx, str_from_c(text));
	return 0;
}

static void
world_side(struct world *w, const struct exchange *x, enum side side)
{
	const struct body_out out = { .bytes = world_body_bytes,
		                      .hole = world_body_hole,
		                      .ctx = w };
	const struct body_range all = { .off = 0, .len = UINT64_MAX };
	struct sink_json s;
	struct json_out j;
	int rc = 0;

	world_put(w, side == SIDE_REQUEST ? STR("  > ") : STR("  < "));
	for (unsigned show = WORLD_JSON; show <= WORLD_SECTIONS; show *= 2) {
		if ((w->show & show) == 0)
			continue;
		jout_init_buf(&j, &w->text);
		sink_json_init(&s, &j);
		rc = show == WORLD_JSON ? world_render(w)(x, side, &s.sink)
		                        : world_represent(w)(x, side, &s.sink);
		if (rc == 0)
			rc = jout_finish(&j);
		if (rc != 0 && w->failed == 0)
			w->failed = rc;
	}
	if (w->show & WORLD_BODIES) {
		rc = w->owner->body(x, side, true, all, &out);
		if (rc != 0) {
			world_put(w, STR(" "));
			world_put(w, str_from_c(err_text(rc)));
		}
	}
	world_put(w, STR("\n"));
}

static void
world_line(struct world *w, const struct entry *e)
{
	char text[200];

	(void)snprintf(text, sizeof(text), "%s \"" STR_FMT "\" ",
	               e->proto != NULL ? e->proto->key : "?",
	               STR_ARG(e->method));
	world_put(w, str_from_c(text));
	world_put(w, e->target);
	world_put(w, STR(" @"));
	world_put(w, e->host);
	(void)snprintf(text, sizeof(text), " %d %llu/%llu", (int)e->status,
	               (unsigned long long)e->request.size,
	               (unsigned long long)e->response.size);
	world_put(w, str_from_c(text));
	for (size_t i = 0; i < ARRAY_LEN(world_flags); i++) {
		if ((e->flags & world_flags[i].flag) == 0)
			continue;
		world_put(w, STR(" "));
		world_put(w, str_from_c(world_flags[i].name));
	}
	world_put(w, STR("\n"));
}

static void
world_entry(void *ctx, const struct entry *e)
{
	struct world *w = ctx;
	const struct layer_reader reader = { .read = world_read, .ctx = w };
	struct exchange x = {
		.entry = e,
		.reader = &reader,
		.limits = &w->limits,
		.scratch = &w->scratch,
	};

	world_find_owner(w, e);
	x.http = w->owner->http;
	x.schema = w->schema;
	w->entries++;
	if (w->show & WORLD_LINE)
		world_line(w, e);
	if (e->request.present) {
		w->sides_agree &=
		    world_agrees(w, &x, SIDE_REQUEST, "method", e->method, 0) &&
		    world_agrees(w, &x, SIDE_REQUEST, "target", e->target, 0);
		if (w->show & (WORLD_JSON | WORLD_SECTIONS | WORLD_BODIES))
			world_side(w, &x, SIDE_REQUEST);
	}
	arena_clear(&w->scratch);
	if (e->response.present) {
		w->sides_agree &= world_agrees(w, &x, SIDE_RESPONSE, "status",
		                               STR_NONE, e->status);
		if (w->show & (WORLD_JSON | WORLD_SECTIONS | WORLD_BODIES))
			world_side(w, &x, SIDE_RESPONSE);
	}
	arena_clear(&w->scratch);
}

static void
world_diag(void *ctx, const struct diag *d)
{
	struct world *w = ctx;

	if ((w->show & WORLD_DIAGS) == 0)
		return;
	world_put(w, STR("! "));
	world_put(w, str_from_c(diag_name(d->kind)));
	world_put(w, STR(" "));
	world_put(w, d->name.n != 0 ? d->name : d->text);
	world_put(w, STR("\n"));
}

/* --- the conversation --------------------------------------------------- */

void
http1_world_init(struct world *w, unsigned show)
{
	*w = (struct world){ .show = show,
		             .sides_agree = true,
		             .table = { &proto_http1, NULL },
		             .port = 80 };
	proto_limits_init(&w->limits);
	w->budget.max = WORLD_MAX;
	for (int i = 0; i < 2; i++) {
		buf_init(&w->side[i], WORLD_MAX);
		buf_init(&w->known[i], WORLD_MAX);
	}
	buf_init(&w->text, WORLD_MAX * 8);
	arena_init(&w->scratch, WORLD_MAX * 4, 0);
}

bool
http1_world_open(struct world *w, int opener)
{
	static const struct overlay *const none[] = { NULL };
	const struct engine_out out = { .entry = world_entry,
		                        .diag = world_diag,
		                        .ctx = w };
	const struct engine_open o = { .stream = 1,
		                       .l4 = 6,
		                       .port = { 40000, w->port },
		                       .opener = opener,
		                       .budget = &w->budget };

	w->engine = engine_new(&w->limits, &out);
	if (w->engine == NULL)
		return false;
	engine_tables(w->engine, w->all ? proto_registry : w->table,
	              w->overlays != NULL ? w->overlays : none);
	w->stream = engine_open(w->engine, &o);
	return w->stream != NULL;
}

void
http1_world_send(struct world *w, int side, const char *p, size_t n)
{
	struct engine_from from = { .at = { .record = ++w->record },
		                    .ts = (int64_t)w->record * 1000000 };
	uint64_t off = w->side[side].n;
	uint8_t *copy = malloc(n != 0 ? n : 1);

	if (copy == NULL || buf_append(&w->side[side], p, n) != 0 ||
	    buf_reserve(&w->known[side], n) != 0)
		abort();
	memset(buf_tail(&w->known[side]), 1, n);
	buf_added(&w->known[side], n);
	if (n != 0)
		memcpy(copy, p, n);
	engine_data(w->stream, side, off, copy, n, from);
	free(copy);
}

void
http1_world_say(struct world *w, int side, const char *text)
{
	http1_world_send(w, side, text, strlen(text));
}

void
http1_world_lose(struct world *w, int side, uint64_t n)
{
	struct gap g = { .off = w->side[side].n, .len = n, .cause = GAP_LOST };

	if (buf_reserve(&w->side[side], (size_t)n) != 0 ||
	    buf_reserve(&w->known[side], (size_t)n) != 0)
		abort();
	memset(buf_tail(&w->side[side]), 0, (size_t)n);
	memset(buf_tail(&w->known[side]), 0, (size_t)n);
	buf_added(&w->side[side], (size_t)n);
	buf_added(&w->known[side], (size_t)n);
	engine_gap(w->stream, side, &g);
}

void
http1_world_end(struct world *w, int side, enum why why)
{
	engine_end(w->stream, side, why);
}

const char *
http1_world_finish(struct world *w, enum why why)
{
	engine_finish(w->stream, why);
	if (buf_append_byte(&w->text, '\0') != 0)
		abort();
	return w->text.p;
}

void
http1_world_release(struct world *w)
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

char *
http1_world_timeless(const char *text)
{
	static const char key[] = "\"captureTime\":\"";
	char *copy = strdup(text), *from, *to;

	if (copy == NULL)
		abort();
	for (from = to = copy; *from != '\0';) {
		bool time = strncmp(from, key, sizeof(key) - 1) == 0;

		if (time)
			from = strchr(from + sizeof(key) - 1, '"');
		*to++ = *from++;
	}
	*to = '\0';
	return copy;
}
