/* SPDX-License-Identifier: Apache-2.0 */
/* GET /api/v1/entries: a page of the entries that a query asks for. */
#include <inttypes.h>
#include <stdio.h>

#include "analyzer/api/page.h"
#include "analyzer/api/row.h"
#include "analyzer/api/scope.h"
#include "analyzer/query/merge.h"
#include "base/clock.h"

enum {
	LIST_ROWS = 100,
	/* Work between two looks at the clock. */
	LIST_SCAN = 20000,
	LIST_READ = 2000,
	/* So many rows are read as quickly as their number is looked up. */
	LIST_LEAP = 200,
};

/* A place in a list, as cursors say it: value_id_snapshot_earlier. */
struct place {
	struct merge_key key;
	uint64_t earlier; /* matches up to it, from the list's beginning */
};

/* A row that was found. */
struct found {
	struct place place;
	size_t from, n; /* of its text */
};

struct list {
	struct call *c;
	struct scope *s;
	uint64_t limit;
	uint64_t skip;
	int64_t until;
	bool back;   /* the page that precedes */
	bool begins; /* at the end of the list, or its beginning */
	struct place at;
	struct buf rows;
	struct found *found;
	size_t n;
	bool more; /* behind the last one, in the direction asked for */
	struct page_counts counts;
};

/* ---- cursors ---- */

static struct str
cursor_of(struct list *l, const struct place *p)
{
	return arena_printf(&l->c->arena, "%" PRId64 "_%" PRId64 "_%u_%" PRIu64,
	                    p->key.key.value, p->key.key.id, p->key.snapshot,
	                    p->earlier);
}

static bool
parse_place(struct str text, struct place *ret_place)
{
	struct str value, id, snapshot;
	uint64_t n;

	if (!str_split1(text, '_', &value, &text) ||
	    !str_split1(text, '_', &id, &text) ||
	    !str_split1(text, '_', &snapshot, &text) ||
	    str_i64(value, &ret_place->key.key.value) != 0 ||
	    str_i64(id, &ret_place->key.key.id) != 0 ||
	    str_u64(snapshot, &n) != 0 || n > UINT32_MAX ||
	    str_u64(text, &ret_place->earlier) != 0)
		return false;
	ret_place->key.snapshot = (unsigned)n;
	return true;
}

static bool
read_place(struct list *l)
{
	struct str after = call_param(l->c, "after");
	struct str before = call_param(l->c, "before");

	l->begins = true;
	if (after.n > 0 && before.n > 0) {
		(void)call_error(l->c, CALL_BAD_PARAMETER,
		                 "after and before do not go together");
		return false;
	}
	l->back = before.n > 0;
	if ((after.n == 0 && before.n == 0) || str_eq(before, STR("end")))
		return true;
	l->begins = false;
	if (parse_place(l->back ? before : after, &l->at))
		return true;
	(void)call_error(l->c, CALL_BAD_PARAMETER,
	                 "%s: no cursor that a reply has given",
	                 l->back ? "before" : "after");
	return false;
}

/* ---- parameters ---- */

static bool
read_sort(struct list *l)
{
	static const struct {
		const char *name;
		enum index_order order;
	} orders[] = {
		{ "time", INDEX_BY_TIME },
		{ "elapsed", INDEX_BY_ELAPSED },
		{ "status", INDEX_BY_STATUS },
		{ "requestSize", INDEX_BY_REQUEST_SIZE },
		{ "responseSize", INDEX_BY_RESPONSE_SIZE },
	};
	struct run_query *q = &l->s->query;
	struct str sort = call_param(l->c, "sort");

	if (sort.n == 0)
		return true;
	q->desc = sort.p[0] == '-';
	if (q->desc)
		sort = str_tail(sort, 1);
	for (size_t i = 0; i < ARRAY_LEN(orders); i++) {
		if (str_eq(sort, str_from_c(orders[i].name))) {
			q->order = orders[i].order;
			return true;
		}
	}
	(void)call_error(l->c, CALL_BAD_PARAMETER,
	                 "sort: one of time, elapsed, status, requestSize, "
	                 "responseSize, with a - in front for descending");
	return false;
}

static bool
read_list(struct list *l)
{
	struct call_range skip = { 0, INT64_MAX, 0 };

	if (!page_limit(l->c, LIST_ROWS, &l->limit) ||
	    !page_wait(l->c, &l->until) ||
	    !call_number(l->c, "skip", skip, &l->skip) || !read_place(l) ||
	    !read_sort(l))
		return false;
	/* limit(n) counts from the beginning, where the last page is then. */
	if (l->back && l->begins && l->s->n > 0 && l->s->asks[0].limit > 0)
		l->back = false;
	if (l->back)
		l->s->query.desc = !l->s->query.desc;
	return true;
}

/* ---- rows ---- */

static int
add_row(struct list *l, struct merge *m, const struct merge_row *found)
{
	const struct merge_source *source = &l->s->sources[found->source];
	struct row r = { .opened = source->opened,
		         .entry = found->entry,
		         .snapshot = source->names.snapshot,
		         .number = l->s->numbers[found->source] };
	struct json_out j;
	size_t from = l->rows.n;
	int rc;

	merge_veil(m, &r.veil);
	jout_init_buf(&j, &l->rows);
	row_put(&j, &r, &l->c->arena);
	rc = jout_finish(&j);
	l->found[l->n++] = (struct found){
		.place.key.key = index_key_of(l->s->query.order, found->entry),
		.place.key.snapshot = source->names.snapshot,
		.place.earlier = l->at.earlier,
		.from = from,
		.n = l->rows.n - from,
	};
	return rc;
}

/* ---- running ---- */

/* One stretch: until the page is full, the end, or enough work. */
static int
run_on(struct list *l, struct merge *m, bool *ret_full)
{
	struct merge_row found;
	int rc;

	while ((rc = merge_next(m, &found, &l->c->err)) == 1) {
		if (l->n == l->limit) {
			l->more = true;
			*ret_full = true;
			return 0;
		}
		l->counts.matched++;
		if (!l->back)
			l->at.earlier++;
		else if (l->at.earlier > 0)
			l->at.earlier--;
		if (l->skip > 0) {
			l->skip--;
			continue;
		}
		rc = add_row(l, m, &found);
		if (rc != 0)
			return rc;
	}
	return rc;
}

static int
stretch(struct list *l, bool *ret_done)
{
	struct run_query q = l->s->query;
	struct merge_counts n;
	struct merge *m;
	bool full = false;
	int rc;

	q.scan_max = LIST_SCAN;
	q.read_max = LIST_READ;
	/* Sorting is cheap when few rows are wanted; one more tells that there
	 * are more. */
	q.limit = l->limit - l->n + 1;
	if (l->skip < INT64_MAX - q.limit)
		q.limit += l->skip;
	else
		q.limit = 0;
	q.earlier = l->back ? 0 : l->at.earlier;
	rc = merge_open(l->s->sources, l->s->n, &q,
	                l->begins ? NULL : &l->at.key, &l->c->err, &m);
	if (rc != 0)
		return rc;
	rc = run_on(l, m, &full);
	merge_counts(m, &n);
	merge_free(m);
	l->counts.scanned += n.scanned;
	l->counts.undecided += n.undecided;
	if (n.started) {
		l->at.key = n.next;
		l->begins = false;
	}
	*ret_done = full || n.complete || !n.started;
	if (!*ret_done && l->n == l->limit)
		l->more = *ret_done = true;
	return rc;
}

/* Far into the list of one snapshot, by the index if it can. */
static int
leap(struct list *l)
{
	const struct merge_source *source = l->s->sources;
	struct run_query q = l->s->query;
	struct index_key key;
	int rc;

	if (l->s->n != 1 || l->skip < LIST_LEAP)
		return 0;
	q.ask = l->s->asks;
	q.after = !l->begins;
	q.key = l->at.key.key;
	rc = run_leap(source->opened, &q, l->skip - 1, &l->c->err, &key);
	if (rc != 1)
		return rc;
	l->at.key.key = key;
	l->at.key.snapshot = source->names.snapshot;
	if (!l->back)
		l->at.earlier += l->skip;
	else
		l->at.earlier -= l->at.earlier < l->skip ? l->at.earlier
		                                         : l->skip;
	l->counts.scanned += l->skip;
	l->counts.matched += l->skip;
	l->skip = 0;
	l->begins = false;
	return 0;
}

static int
run_list(struct list *l)
{
	bool done = false;
	int rc = leap(l);

	while (rc == 0 && !done) {
		rc = stretch(l, &done);
		if (rc == 0 && !done && clock_mono() > l->until)
			break;
	}
	if (!done)
		l->more = true;
	return rc;
}

/* ---- the reply ---- */

/* Where this page's neighbours begin. */
static void
find_cursors(struct list *l, bool from_edge)
{
	struct str onward = { NULL, 0 }, behind = { NULL, 0 };
	/* A page that ended early goes on where the work did. */
	const struct place *last = l->n == l->limit && l->n > 0
	                               ? &l->found[l->n - 1].place
	                               : &l->at;

	if (l->more)
		onward = cursor_of(l, last);
	if (!from_edge && l->n > 0)
		behind = cursor_of(l, &l->found[0].place);
	l->counts.next = l->back ? behind : onward;
	l->counts.prev = l->back ? onward : behind;
}

static void
put_rows(struct list *l, struct json_out *j)
{
	jout_put(j, "entries");
	jout_begin_array(j);
	for (size_t i = 0; i < l->n; i++) {
		struct found *f = &l->found[l->back ? l->n - 1 - i : i];

		jout_raw(j, str_make(l->rows.p + f->from, f->n));
	}
	jout_end_array(j);
}

static void
release_rows(void *ctx)
{
	buf_release(&((struct list *)ctx)->rows);
}

static int
answer(struct list *l)
{
	bool from_edge = l->begins && l->skip == 0;
	struct json_out *j;
	int rc = run_list(l);

	if (rc != 0)
		return rc;
	find_cursors(l, from_edge);
	l->counts.complete = !l->more && l->s->whole;
	j = call_json(l->c);
	jout_begin_object(j);
	put_rows(l, j);
	page_put(j, &l->counts);
	jout_end_object(j);
	return 0;
}

/* The entries of a stream are a condition like any other. */
static const char *
condition(struct call *c)
{
	struct str stream = call_param(c, "stream");

	if (stream.n == 0)
		return NULL;
	for (size_t i = 0; i < stream.n; i++) {
		if (stream.p[i] != ':' &&
		    (stream.p[i] < '0' || stream.p[i] > '9'))
			return "false";
	}
	return arena_printf(&c->arena, "evidence.stream == \"" STR_FMT "\"",
	                    STR_ARG(stream))
	    .p;
}

int
api_entries(struct call *c)
{
	struct scope_options opt = { .mode = ASK_STRICT,
		                     .extra = condition(c) };
	struct list *l = arena_zalloc(&c->arena, sizeof(*l));
	int rc;

	if (l == NULL)
		return ERR_NOMEM;
	l->c = c;
	rc = scope_read(c, &opt, &l->s);
	if (rc != 1)
		return rc;
	if (!read_list(l))
		return 0;
	buf_init(&l->rows, (size_t)call_limits(c)->reply_bytes);
	call_defer(c, release_rows, l);
	l->found = arena_array(&c->arena, l->limit, sizeof(*l->found));
	return arena_error(&c->arena) == 0 ? answer(l) : ERR_NOMEM;
}
