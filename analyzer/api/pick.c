/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/pick.h"

#include "analyzer/api/glean.h"
#include "analyzer/query/full.h"

static const uint16_t no_ports[] = { 0 };

const struct protocol pick_unknown = {
	.key = "",
	.name = "",
	.version = "",
	.abbr = "",
	.long_name = "",
	.macro = "",
	.background = "",
	.foreground = "",
	.link = "",
	.layer4 = "",
	.ports = no_ports,
};

static void
release(void *ctx)
{
	struct picked *p = ctx;

	merge_free(p->merge);
	index_cursor_free(p->cursor);
}

static int
picked_new(struct call *c, unsigned n, struct picked **ret_picked)
{
	struct picked *p = arena_zalloc(&c->arena, sizeof(*p));

	if (p == NULL)
		return ERR_NOMEM;
	p->number = n;
	p->shown = scope_shown(c, n);
	*ret_picked = p;
	call_defer(c, release, p);
	return call_borrow(c, n, &p->opened);
}

/* The cursor's only row. */
static int
read_row(struct call *c, struct picked *p)
{
	bool sure;
	int rc = index_next(p->cursor, &p->row, &sure, &c->err);

	if (rc == 0)
		return err_set(&c->err, ERR_NOTFOUND, "there is no such entry");
	return rc < 0 ? rc : 0;
}

int
pick_ordinal(struct call *c, unsigned n, int64_t stream, uint64_t ordinal,
             struct picked **ret_picked)
{
	struct picked *p;
	int rc = picked_new(c, n, &p);

	if (rc == 0)
		rc = index_entry_by_ordinal(opened_index(p->opened), stream,
		                            ordinal, &c->err, &p->cursor);
	if (rc == 0)
		rc = read_row(c, p);
	if (rc == 0)
		*ret_picked = p;
	return rc;
}

/* ---- redacting ---- */

/* Run the query over this entry alone. */
static int
redact(struct call *c, struct picked *p, struct scope *s, size_t i)
{
	struct run_query q = { .ask = NULL, .limit = 1, .scan_max = 1 };
	struct merge_key before = { .key = index_key_of(INDEX_BY_TIME, &p->row),
		                    .snapshot = s->sources[i].names.snapshot };
	struct merge_row row = { .entry = NULL };
	int rc;

	before.key.id--;
	q.cancel = &c->cancel;
	q.ranged = true;
	q.from = before.key.value;
	q.to = before.key.value + 1;
	rc = merge_open(&s->sources[i], 1, &q, &before, &c->err, &p->merge);
	if (rc == 0)
		rc = merge_next(p->merge, &row, &c->err);
	if (rc < 0)
		return rc;
	/* An entry that the query does not ask for is not altered by it. */
	if (rc == 0 || row.entry == NULL || row.entry->e.id != p->row.e.id) {
		merge_free(p->merge);
		p->merge = NULL;
		return 0;
	}
	p->redacted = true;
	merge_veil(p->merge, &p->veil);
	return 0;
}

int
pick_query(struct call *c, struct picked *p, enum ask_mode mode)
{
	struct scope_options opt = { .mode = mode };
	struct scope *s;
	int rc;

	if (!call_has(c, "q"))
		return 1;
	rc = scope_read(c, &opt, &s);
	if (rc != 1 || !s->redacts)
		return rc;
	for (size_t i = 0; i < s->n; i++) {
		if (s->numbers[i] != p->number)
			continue;
		rc = redact(c, p, s, i);
		return rc == 0 ? 1 : rc;
	}
	return 1;
}

int
pick_entry(struct call *c, struct str eid, struct picked **ret_picked)
{
	struct picked *p;
	unsigned n;
	int64_t id;
	int rc = scope_id(c, eid, &n, &id);

	if (rc != 1)
		return rc;
	rc = picked_new(c, n, &p);
	if (rc == 0)
		rc = index_entry_by_id(opened_index(p->opened), id, &c->err,
		                       &p->cursor);
	if (rc == 0)
		rc = read_row(c, p);
	if (rc != 0)
		return rc;
	*ret_picked = p;
	return pick_query(c, p, ASK_STRICT);
}

/* ---- media types ---- */

void
pick_mime(struct call *c, const struct picked *p, enum side side,
          struct str *ret_mime, struct str *ret_coding)
{
	static const char *const request[] = {
		"request.postData.mimeType",
		"request.headers.Content-Encoding",
	};
	static const char *const response[] = {
		"response.content.mimeType",
		"response.headers.Content-Encoding",
	};
	struct full_names names = { .snapshot = p->shown };
	struct err e = ERR_INIT;
	struct glean g;

	glean_init(&g, side == SIDE_REQUEST ? request : response, 2, &c->arena);
	/* What cannot be read is not known, that is all. */
	if (full_entry(p->opened, &p->row, &names, NULL, &g.sink, &e) != 0)
		g.value[0] = g.value[1] = STR_NONE;
	*ret_mime = g.value[0];
	*ret_coding = g.value[1];
}
