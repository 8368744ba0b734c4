/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/redis/redis_view.h"

#include <string.h>

#include "analyzer/proto/redis/redis_front.h"
#include "base/err.h"

/* --- bytes ---------------------------------------------------------------- */

/* The bytes from *io_n on, or zeros for a hole; *io_n grows. 1 at the end. */
static int
view_read(struct redis_view *v, const struct span *sp, char *p, size_t want,
          size_t *io_n)
{
	const struct layer_reader *r = v->x->reader;
	struct layer_at at = { sp->layer, v->dir, sp->off + *io_n };
	size_t left = want - *io_n, n = 0;
	uint64_t hole = 0;
	int rc = r->read(r->ctx, at, p + *io_n, left, &n, &hole);

	if (rc != 0)
		return rc;
	if (n == 0 && hole == 0)
		return 1;
	if (n == 0) {
		n = hole < left ? (size_t)hole : left;
		memset(p + *io_n, 0, n);
		v->missing += n;
	}
	*io_n += n;
	return 0;
}

static int
view_load(struct redis_view *v, uint64_t max)
{
	const struct span *sp = v->side->spans;
	size_t want, n = 0;
	char *p;
	int rc = 0;

	if (v->side->nspans == 0)
		return 0;
	want = (size_t)(sp->len < max ? sp->len : max);
	p = arena_alloc(v->x->scratch, want != 0 ? want : 1);
	if (p == NULL)
		return arena_error(v->x->scratch);
	while (rc == 0 && n < want)
		rc = view_read(v, sp, p, want, &n);
	if (rc < 0)
		return rc;
	v->bytes = str_make(p, n);
	v->cut = n < sp->len;
	return 0;
}

/* --- walking -------------------------------------------------------------- */

static bool
view_skip_content(struct cursor *c, const struct redis_item *it)
{
	struct redis_item chunk = *it;

	if (it->shape == REDIS_CONTENT)
		(void)redis_resp_content(c, it->size);
	while (it->shape == REDIS_CHUNKS && cur_ok(c) && chunk.size != 0) {
		redis_resp_item(c, &chunk);
		if (chunk.type != REDIS_CHUNK)
			cur_bad(c);
		if (chunk.size != 0)
			(void)redis_resp_content(c, chunk.size);
	}
	return cur_ok(c);
}

bool
redis_view_skip(struct cursor *c, unsigned depth)
{
	struct redis_item it = { .size = 0 };
	uint64_t n;

	redis_resp_item(c, &it);
	if (!cur_ok(c) || depth == 0)
		return false;
	if (it.shape != REDIS_ELEMENTS && it.shape != REDIS_UNTIL_END)
		return view_skip_content(c, &it);
	n = it.shape == REDIS_ELEMENTS ? it.count : UINT64_MAX;
	for (; n != 0; n--) {
		if (it.shape == REDIS_UNTIL_END &&
		    cur_peek_u8(c) == REDIS_END) {
			redis_resp_item(c, &it);
			return cur_ok(c);
		}
		if (!redis_view_skip(c, depth - 1))
			return false;
	}
	return it.type != REDIS_ATTRIBUTE || redis_view_skip(c, depth - 1);
}

void
redis_view_walk(struct redis_walk *w, const struct redis_view *v)
{
	*w = (struct redis_walk){
		.v = v,
		.c = v->inside,
		.line = v->line ? v->item.text : STR_NONE,
	};
}

bool
redis_view_next(struct redis_walk *w, struct redis_element *ret_element)
{
	const struct redis_view *v = w->v;
	struct redis_element e = { .index = w->next, .plain = v->line };

	if (v->line) {
		struct arena *a = v->x->scratch;
		struct str word;
		char *p;

		if (!redis_inline_next(&w->line, &word))
			return false;
		p = arena_alloc(a, word.n != 0 ? word.n : 1);
		if (p == NULL)
			return false;
		e.text = redis_inline_plain(word, p, word.n);
	} else {
		if (w->next >= v->item.count || cur_at_end(&w->c))
			return false;
		e.at = w->c;
		if (!redis_view_skip(&w->c, REDIS_DEPTH))
			w->next = v->item.count; /* this is the last one */
	}
	w->next++;
	*ret_element = e;
	return true;
}

bool
redis_view_text(const struct redis_element *e, struct str *ret_text,
                uint64_t *ret_size)
{
	struct redis_item it = { .size = 0 };
	struct cursor c = e->at;

	if (e->plain) {
		*ret_text = e->text;
		*ret_size = e->text.n;
		return true;
	}
	redis_resp_item(&c, &it);
	if (!cur_ok(&c) || it.shape != REDIS_CONTENT)
		return false;
	*ret_text = redis_resp_content(&c, it.size);
	*ret_size = it.size;
	return true;
}

/* --- names and keys ------------------------------------------------------- */

/*
 * As much of a string as indexing looked at. False also when that was not
 * there, so that both say the same.
 */
static bool
view_front(const struct redis_element *e, struct str *ret_text)
{
	uint64_t size;

	return redis_view_text(e, ret_text, &size) &&
	       (ret_text->n == size || ret_text->n >= REDIS_FRONT);
}

static void
view_set_key(struct redis_view *v, struct str key, uint64_t at)
{
	if (v->keys++ != 0)
		return;
	v->key = key;
	v->key_at = at;
}

static bool
view_set_name(struct redis_view *v, struct str name)
{
	char *p = arena_alloc(v->x->scratch, REDIS_NAME_MAX);

	if (p == NULL)
		return false;
	v->name = redis_command_upper(name, p);
	return true;
}

static void
view_command(struct redis_view *v)
{
	struct redis_element e;
	struct redis_keys keys;
	struct redis_walk w;
	struct str text;

	redis_view_walk(&w, v);
	while (redis_view_next(&w, &e) && view_front(&e, &text)) {
		if (e.index == 0) {
			if (!view_set_name(v, text))
				return;
			redis_keys_begin(&keys, text, v->count);
		} else if (redis_keys_next(&keys,
		                           str_head(text, REDIS_FRONT))) {
			view_set_key(v, text, e.index);
		}
	}
}

/* The first string within what was pushed, behind its kind. */
static bool
view_pushed_key(struct redis_view *v, struct cursor *c, uint64_t index,
                unsigned depth)
{
	struct redis_element e = { .at = *c };
	struct redis_item it = { .size = 0 };
	struct str text;

	redis_resp_item(c, &it);
	if (!cur_ok(c) || depth == 0)
		return false;
	if (it.shape == REDIS_CONTENT && view_front(&e, &text)) {
		view_set_key(v, text, index);
		return false;
	}
	if (it.shape != REDIS_ELEMENTS && it.shape != REDIS_UNTIL_END)
		return view_skip_content(c, &it);
	for (uint64_t n = it.count; n != 0 || it.shape == REDIS_UNTIL_END; n--)
		if (!view_pushed_key(v, c, REDIS_VIEW_NONE, depth - 1))
			return false;
	return true;
}

static void
view_push(struct redis_view *v, struct str kind)
{
	struct redis_element e;
	struct redis_walk w;

	v->listed = true;
	if (!view_set_name(v, kind))
		return;
	redis_view_walk(&w, v);
	while (v->keys == 0 && redis_view_next(&w, &e))
		if (e.index != 0)
			(void)view_pushed_key(v, &e.at, e.index, REDIS_DEPTH);
}

/* --- taking apart --------------------------------------------------------- */

static void
view_inline(struct redis_view *v)
{
	struct cursor c = cur_from_str(v->bytes, true);
	struct str rest, word;

	v->item.text = cur_line_lf(&c, REDIS_INLINE_MAX);
	v->line = true;
	v->known = cur_ok(&c);
	rest = v->item.text;
	while (redis_inline_next(&rest, &word))
		v->count++;
	view_command(v);
}

/* The line of the value, behind the attributes that come before it. */
static bool
view_item(struct redis_view *v, struct cursor *c)
{
	struct cursor begin = *c;

	redis_resp_item(c, &v->item);
	while (cur_ok(c) && v->item.type == REDIS_ATTRIBUTE) {
		for (uint64_t n = v->item.count; n != 0; n--)
			if (!redis_view_skip(c, REDIS_DEPTH))
				return false;
		v->attributes = str_head(cur_rest(&begin),
		                         v->bytes.n - cur_left(c));
		redis_resp_item(c, &v->item);
	}
	return cur_ok(c);
}

/* Is an array what a subscription gets, and not just a list of strings? */
static bool
view_is_pushed(const struct redis_view *v, struct str kind)
{
	return kind.n != 0 &&
	       (v->request || str_eq_nocase(kind, v->x->entry->method));
}

static void
view_value(struct redis_view *v)
{
	struct cursor c = cur_from_str(v->bytes, true);
	struct str kind = STR_NONE;

	v->known = view_item(v, &c);
	v->inside = c;
	v->count = v->item.count;
	if (!v->known)
		return;
	if (v->dir == TO_SERVER && v->request) {
		v->listed = true;
		view_command(v);
		return;
	}
	if (v->item.type == REDIS_ARRAY || v->item.type == REDIS_PUSH)
		kind = redis_front_push_kind(&c, &v->item);
	if (view_is_pushed(v, kind))
		view_push(v, kind);
	else if (v->request)
		v->name = v->item.type == REDIS_PUSH ? STR("PUSH")
		                                     : STR("MONITOR");
}

uint64_t
redis_view_rest(const struct redis_view *v)
{
	uint64_t shown = 1 + (v->key_at != REDIS_VIEW_NONE ? 1 : 0);

	return v->count > shown ? v->count - shown : 0;
}

int
redis_view_open(struct redis_view *v, const struct exchange *x, enum side side,
                uint64_t max)
{
	bool request = side == SIDE_REQUEST;
	bool reversed = (x->entry->flags & ENTRY_REVERSED) != 0;
	struct cursor c;
	int rc;

	*v = (struct redis_view){
		.x = x,
		.side = request ? &x->entry->request : &x->entry->response,
		.dir = request != reversed ? TO_SERVER : TO_CLIENT,
		.request = request,
		.key_at = REDIS_VIEW_NONE,
	};
	rc = view_load(v, max);
	if (rc != 0)
		return rc;
	c = cur_from_str(v->bytes, true);
	if (v->dir == TO_SERVER && v->bytes.n != 0 &&
	    cur_peek_u8(&c) != REDIS_ARRAY) {
		v->listed = true;
		view_inline(v);
	} else {
		view_value(v);
	}
	return arena_error(x->scratch);
}
