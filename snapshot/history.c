/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/history.h"

#include <stdlib.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "snapshot/json_in.h"

/* Unix times above this are milliseconds; as seconds it is the year 5138. */
#define MILLISECONDS_FROM UINT64_C(100000000000)

enum {
	NAME_MAX_BYTES = 1024,          /* Kubernetes allows 253 and 63 */
	NAMES_BYTES = 64 * 1024 * 1024, /* all different names together */
	TABLE_MAX = 1 << 28,
	FIRST_CAP = 64,
};

/* One complete map: its instant, and its place in the text. */
struct moment {
	int64_t ts;
	size_t from, to;
};

/* Fixed-size and without padding, as a map key has to be. */
struct key {
	uint8_t ip[16];
	uint8_t port[2];
};

/* A name that holds at the moment we are at. */
struct live {
	struct key key;
	uint32_t seen; /* ordinal of the last moment that had it */
	int64_t from;
	struct str name;
	struct str ns;
};

struct history {
	struct identity *items;
	size_t count, cap;
	size_t passed_over;
	struct arena names;
};

/* What is needed only while reading. */
struct reading {
	struct history *h;
	struct str text;
	const struct snapshot_limits *limits;
	struct err *e;
	size_t max; /* intervals */

	struct moment *moments;
	size_t moment_count, moment_cap;

	struct live *live;
	size_t live_count, live_cap;
	struct map by_key;  /* key -> uint32_t, position in live */
	struct map by_name; /* every text in h->names, once */

	uint32_t now; /* ordinal of the moment, from 1 */
	int64_t ts;
};

/* *items with room for one more. */
static int
table_grow(void *items, size_t count, size_t *cap, size_t size,
           void **ret_items)
{
	size_t more = *cap > 0 ? *cap * 2 : FIRST_CAP;
	void *p = items;

	if (count == *cap) {
		p = mem_regrow(items, more, size);
		if (p == NULL)
			return ERR_NOMEM;
		*cap = more;
	}
	*ret_items = p;
	return 0;
}

static int
no_memory(struct err *e)
{
	return err_set(e, ERR_NOMEM, "no memory for the name history");
}

/* --- where the maps are -------------------------------------------------- */

/* An outer key as nanoseconds. */
static int
moment_time(struct str key, int64_t *ret_ts)
{
	uint64_t v;
	int64_t unit = CLOCK_SEC;
	int rc = str_u64(key, &v);

	if (rc != 0)
		return rc;
	if (v > MILLISECONDS_FROM)
		unit = CLOCK_MSEC;
	if (v > (uint64_t)(INT64_MAX / unit))
		return ERR_LIMIT;
	*ret_ts = (int64_t)v * unit;
	return 0;
}

static int
moment_add(struct reading *r, struct moment m)
{
	void *p;
	int rc;

	if (r->moment_count >= r->limits->history_maps)
		return ERR_LIMIT;
	rc = table_grow(r->moments, r->moment_count, &r->moment_cap, sizeof(m),
	                &p);
	if (rc != 0)
		return rc;
	r->moments = p;
	r->moments[r->moment_count++] = m;
	return 0;
}

/* By time; of equal times the later in the text last. */
static int
moment_cmp(const void *a, const void *b)
{
	const struct moment *x = a, *y = b;

	if (x->ts != y->ts)
		return x->ts < y->ts ? -1 : 1;
	return x->from < y->from ? -1 : x->from > y->from;
}

/* Check the whole text, and note where each map is. */
static int
find_moments(struct reading *r)
{
	struct json_in j;
	struct moment m = { .ts = 0 };
	struct str key;
	int rc = 0;

	jin_init(&j, r->text, r->limits->json_depth, r->e);
	jin_object(&j);
	while (rc == 0 && jin_member(&j, &key)) {
		if (moment_time(key, &m.ts) != 0)
			jin_fail(&j, ERR_SYNTAX,
			         "the name is no Unix time in seconds or "
			         "milliseconds");
		if (jin_peek(&j) != JIN_OBJECT && jin_peek(&j) != JIN_NULL)
			jin_fail(&j, ERR_SYNTAX, "expected a map of names");
		m.from = jin_offset(&j);
		jin_skip(&j);
		m.to = jin_offset(&j);
		if (jin_ok(&j))
			rc = moment_add(r, m);
	}
	if (rc == ERR_LIMIT)
		jin_fail(&j, rc,
		         "more than %zu maps; raise --limit history-maps if "
		         "the file is genuine",
		         r->moment_count);
	else if (rc != 0)
		jin_fail(&j, rc, "%s", err_text(rc));
	return jin_finish(&j);
}

/* --- names --------------------------------------------------------------- */

/* The one copy of s that the history keeps. */
static int
intern(struct reading *r, struct str s, struct str *ret_copy)
{
	struct str *known;
	void *slot;
	int rc;

	if (s.n == 0) {
		*ret_copy = STR_NONE;
		return 0;
	}
	known = map_find_str(&r->by_name, s);
	if (known != NULL) {
		*ret_copy = *known;
		return 0;
	}
	s = arena_dup(&r->h->names, s);
	rc = arena_error(&r->h->names);
	if (rc != 0)
		return rc;
	rc = map_insert_str(&r->by_name, s, &slot);
	if (rc < 0)
		return rc;
	*(struct str *)slot = s;
	*ret_copy = s;
	return 0;
}

/* --- intervals ----------------------------------------------------------- */

static int
emit(struct reading *r, const struct live *l, int64_t from, int64_t to)
{
	struct history *h = r->h;
	void *p;
	int rc = table_grow(h->items, h->count, &h->cap, sizeof(*h->items), &p);
	struct identity *id;

	if (rc != 0)
		return rc;
	h->items = p;
	id = &h->items[h->count++];
	*id = (struct identity){
		.port = (uint16_t)(l->key.port[0] << 8 | l->key.port[1]),
		.early = from == INT64_MIN,
		.from = from,
		.to = to,
		.name = l->name,
		.ns = l->ns,
	};
	memcpy(id->ip, l->key.ip, sizeof(id->ip));
	return 0;
}

/* May n more intervals be made? Those that hold now will each be one. */
static bool
has_room(const struct reading *r, size_t n)
{
	return r->h->count + r->live_count + n <= r->max;
}

/* A name begins to hold for a key that had none. */
static int
live_add(struct reading *r, const struct live *l)
{
	void *p, *slot;
	int rc;

	if (!has_room(r, r->now > 1 ? 1 : 2))
		return ERR_LIMIT;
	rc = table_grow(r->live, r->live_count, &r->live_cap, sizeof(*l), &p);
	if (rc != 0)
		return rc;
	r->live = p;
	rc = map_insert(&r->by_key, &l->key, &slot);
	if (rc < 0)
		return rc;
	*(uint32_t *)slot = (uint32_t)r->live_count;
	r->live[r->live_count++] = *l;
	if (r->now > 1)
		return 0;
	return emit(r, l, INT64_MIN, r->ts);
}

/* `l` holds as of this moment; the first word of a moment on a key counts. */
static int
live_set(struct reading *r, struct live *l, bool *ret_used)
{
	uint32_t *at = map_find(&r->by_key, &l->key);
	struct live *old;
	int rc;

	*ret_used = true;
	if (at == NULL)
		return live_add(r, l);
	old = &r->live[*at];
	if (old->seen == r->now) {
		*ret_used = false;
		return 0;
	}
	/* Interned, so that equal texts are the same text. */
	if (old->name.p != l->name.p || old->ns.p != l->ns.p) {
		if (!has_room(r, 1))
			return ERR_LIMIT;
		rc = emit(r, old, old->from, r->ts);
		if (rc != 0)
			return rc;
		*old = *l;
	}
	old->seen = r->now;
	return 0;
}

/* Names that this moment does not have any more end with it. */
static int
live_sweep(struct reading *r)
{
	size_t i = 0;
	int rc;

	while (i < r->live_count) {
		struct live *l = &r->live[i];
		uint32_t *at;

		if (l->seen == r->now) {
			i++;
			continue;
		}
		rc = emit(r, l, l->from, r->ts);
		if (rc != 0)
			return rc;
		(void)map_remove(&r->by_key, &l->key);
		*l = r->live[--r->live_count];
		if (i == r->live_count)
			break;
		at = map_find(&r->by_key, &l->key);
		ENSURE(at != NULL);
		*at = (uint32_t)i;
	}
	return 0;
}

/* --- maps ---------------------------------------------------------------- */

/* An inner key; false when it is a name. */
static bool
parse_key(struct str s, struct key *ret_key)
{
	struct addr ip;
	struct str host;
	uint64_t port64 = 0;
	uint16_t port = 0;
	size_t cut = s.n;

	if (addr_parse_port(s, &ip, &port) != 0) {
		/* The original writes no brackets around IPv6. */
		while (cut > 0 && s.p[cut - 1] != ':')
			cut--;
		host = str_head(s, cut > 0 ? cut - 1 : 0);
		if (addr_parse(host, &ip) != 0 ||
		    str_u64(str_tail(s, cut), &port64) != 0 ||
		    port64 > UINT16_MAX)
			return false;
		port = (uint16_t)port64;
	}
	memcpy(ret_key->ip, ip.b, sizeof(ret_key->ip));
	ret_key->port[0] = (uint8_t)(port >> 8);
	ret_key->port[1] = (uint8_t)port;
	return true;
}

/* A text that is to be kept, or the empty one when it is too long. */
static struct str
read_name(struct reading *r, struct json_in *j)
{
	struct str s = STR_NONE;
	int rc;

	if (jin_peek(j) != JIN_STRING) {
		jin_skip(j);
		return s;
	}
	s = jin_str(j);
	rc = intern(r, s.n <= NAME_MAX_BYTES ? s : STR_NONE, &s);
	if (rc != 0)
		jin_fail(j, rc == ERR_BUDGET ? ERR_LIMIT : rc,
		         "the different names are more than can be kept");
	return jin_ok(j) ? s : STR_NONE;
}

/* The value of an inner key. */
static void
read_entry(struct reading *r, struct json_in *j, struct live *l)
{
	struct str key;

	if (jin_peek(j) != JIN_OBJECT) {
		jin_skip(j);
		return;
	}
	jin_object(j);
	while (jin_member(j, &key)) {
		if (str_eq(key, STR("FullAddress")) ||
		    str_eq(key, STR("fullAddress")))
			l->name = read_name(r, j);
		else if (str_eq(key, STR("Namespace")) ||
		         str_eq(key, STR("namespace")))
			l->ns = read_name(r, j);
		else
			jin_skip(j);
	}
}

static int
read_map(struct reading *r, const struct moment *m)
{
	struct json_in j;
	struct str key;
	bool is_key, used;
	int rc = 0;

	jin_init(&j, str_head(r->text, m->to), r->limits->json_depth, r->e);
	jin_seek(&j, m->from);
	if (jin_peek(&j) == JIN_NULL) {
		jin_skip(&j);
		return jin_finish(&j);
	}
	jin_object(&j);
	while (jin_member(&j, &key)) {
		struct live l = { .from = r->ts, .seen = r->now };

		is_key = parse_key(key, &l.key);
		read_entry(r, &j, &l);
		used = false;
		if (jin_ok(&j) && is_key && l.name.n > 0)
			rc = live_set(r, &l, &used);
		if (rc == ERR_LIMIT || rc == ERR_BUDGET)
			jin_fail(&j, ERR_LIMIT,
			         "more than %zu intervals; raise "
			         "--limit identities if the file is genuine",
			         r->max);
		else if (rc != 0)
			jin_fail(&j, rc, "%s", err_text(rc));
		r->h->passed_over += !used;
	}
	return jin_finish(&j);
}

static bool
same_text(const struct reading *r, const struct moment *a,
          const struct moment *b)
{
	return str_eq(str_make(r->text.p + a->from, a->to - a->from),
	              str_make(r->text.p + b->from, b->to - b->from));
}

/* All maps in the order of their time. */
static int
read_moments(struct reading *r)
{
	const struct moment *last = NULL;
	int rc;

	for (size_t i = 0; i < r->moment_count; i++) {
		const struct moment *m = &r->moments[i];

		if (i + 1 < r->moment_count && m[1].ts == m->ts)
			continue; /* written over in the same instant */
		if (last != NULL && same_text(r, last, m))
			continue;
		last = m;
		r->now++;
		r->ts = m->ts;
		rc = read_map(r, m);
		if (rc != 0)
			return rc;
		rc = live_sweep(r);
		if (rc != 0)
			return no_memory(r->e);
	}
	for (size_t i = 0; i < r->live_count; i++) {
		rc = emit(r, &r->live[i], r->live[i].from, INT64_MAX);
		if (rc != 0)
			return no_memory(r->e);
	}
	return 0;
}

static int
identity_cmp(const void *a, const void *b)
{
	const struct identity *x = a, *y = b;
	int d = memcmp(x->ip, y->ip, sizeof(x->ip));

	if (d != 0)
		return d;
	if (x->port != y->port)
		return x->port < y->port ? -1 : 1;
	return x->from < y->from ? -1 : x->from > y->from;
}

static int
reading_init(struct reading *r)
{
	uint8_t secret[SIPHASH_KEY_SIZE];
	int rc = map_random_key(secret);

	if (rc != 0)
		return err_set(r->e, rc, "no random bytes from the system");
	map_init(&r->by_key, sizeof(struct key), sizeof(uint32_t), r->max,
	         secret);
	map_init(&r->by_name, MAP_STR, sizeof(struct str), 2 * r->max, secret);
	arena_init(&r->h->names, NAMES_BYTES, 0);
	return 0;
}

static void
reading_release(struct reading *r)
{
	map_release(&r->by_key);
	map_release(&r->by_name);
	mem_free(r->moments);
	mem_free(r->live);
}

static int
read_all(struct reading *r)
{
	struct history *h = r->h;
	int rc = find_moments(r);

	if (rc != 0)
		return rc;
	if (r->moment_count > 1)
		qsort(r->moments, r->moment_count, sizeof(*r->moments),
		      moment_cmp);
	rc = read_moments(r);
	if (rc != 0)
		return rc;
	if (h->count > 1)
		qsort(h->items, h->count, sizeof(*h->items), identity_cmp);
	return 0;
}

int
history_parse(struct str text, const struct snapshot_limits *limits,
              struct err *e, struct history **ret_history)
{
	struct reading r = { .text = text, .limits = limits, .e = e };
	struct history *h;
	int rc;

	if (text.n > limits->json_bytes)
		return err_set(e, ERR_LIMIT,
		               "the name history has %zu bytes; raise --limit "
		               "json-bytes if the file is genuine",
		               text.n);
	h = mem_zalloc(sizeof(*h));
	if (h == NULL)
		return no_memory(e);
	r.max = limits->identities < TABLE_MAX ? (size_t)limits->identities
	                                       : TABLE_MAX;
	r.h = h;
	rc = reading_init(&r);
	if (rc == 0) {
		rc = read_all(&r);
		reading_release(&r);
	}
	if (rc != 0) {
		history_free(h);
		return rc;
	}
	*ret_history = h;
	return 0;
}

void
history_free(struct history *h)
{
	if (h == NULL)
		return;
	arena_release(&h->names);
	mem_free(h->items);
	mem_free(h);
}

size_t
history_count(const struct history *h)
{
	return h->count;
}

const struct identity *
history_at(const struct history *h, size_t i)
{
	ENSURE(i < h->count);
	return &h->items[i];
}

size_t
history_passed_over(const struct history *h)
{
	return h->passed_over;
}
