/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/query/tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/entry/field.h"
#include "analyzer/index/brief.h"
#include "analyzer/kfl/check.h"
#include "analyzer/proto/overlay.h"
#include "analyzer/proto/proto.h"
#include "analyzer/query/ends.h"
#include "base/map.h"
#include "base/mem.h"

enum {
	VALUES_MAX = 1 << 20, /* different ids that are counted */
	NUMBER_TEXT = 24,
};

/* Where a protocol's entries have the field. */
enum place {
	PLACE_NOWHERE,
	PLACE_METHOD,
	PLACE_TARGET,
	PLACE_HOST,
	PLACE_STATUS,
	PLACE_UNKNOWN, /* only the packets tell */
};

struct tally {
	const struct tally_want *want;
	uint32_t absent; /* flags of entries that have no such side */
	enum place place[FACTS_PROTOCOLS];
	bool unknown;
	struct map texts, numbers; /* id or status -> uint64_t */
	uint64_t rows;
};

/* ---- where the field is ---- */

static enum place
place_in(const struct field *f, struct str path)
{
	static const char *const names[] = {
		[PLACE_METHOD] = "method",
		[PLACE_TARGET] = "target",
		[PLACE_HOST] = "host",
		[PLACE_STATUS] = "status",
	};

	for (; f != NULL && f->path != NULL; f++) {
		if (f->column == NULL || !str_eq(str_from_c(f->path), path))
			continue;
		for (int i = PLACE_METHOD; i <= PLACE_STATUS; i++)
			if (strcmp(f->column, names[i]) == 0)
				return (enum place)i;
		return PLACE_UNKNOWN;
	}
	return PLACE_NOWHERE;
}

/* Can entries of these tables have it all the same? */
static bool
is_possible(const struct field *const *tables, size_t n, struct str path)
{
	struct str names = str_head(path, str_find_char(path, '['));
	const struct field *field;

	return kfl_field_above(tables, n, names) ||
	       kfl_field_known(tables, n, names, &field);
}

static enum place
place_of(const struct tally *t, struct str key)
{
	const struct dissector *owner = NULL;
	const struct protocol *p = proto_variant(key, &owner);
	const struct overlay *o = p != NULL ? overlay_of(p) : NULL;
	const struct field *tables[3] = { entry_fields };
	size_t n = 1;

	if (o != NULL) {
		/* What is carried has the columns of what carries it. */
		owner = proto_find(str_from_c(p->over));
		tables[n++] = o->fields;
	}
	if (p == NULL || owner == NULL)
		return PLACE_UNKNOWN;
	tables[n++] = owner->fields;
	for (size_t i = 1; i < n; i++) {
		enum place place = place_in(tables[i], t->want->field);

		if (place != PLACE_NOWHERE)
			return place;
	}
	return is_possible(tables, n, t->want->field) ? PLACE_UNKNOWN
	                                              : PLACE_NOWHERE;
}

static int
take_protocol(void *ctx, int64_t id, struct str key)
{
	struct tally *t = ctx;
	enum place place = place_of(t, key);

	if (id < 1 || id > FACTS_PROTOCOLS)
		place = PLACE_UNKNOWN;
	else
		t->place[id - 1] = place;
	t->unknown |= place == PLACE_UNKNOWN;
	return 0;
}

/* ---- counting ---- */

static int
count(struct map *m, int64_t key)
{
	void *n = NULL;
	int rc = map_insert(m, &key, &n);

	if (rc < 0)
		return rc;
	++*(uint64_t *)n;
	return 0;
}

static int
take_brief(void *ctx, const struct index_brief *b)
{
	struct tally *t = ctx;

	t->rows++;
	if ((b->flags & t->absent) != 0 || b->proto < 1 ||
	    b->proto > FACTS_PROTOCOLS)
		return 0;
	switch (t->place[b->proto - 1]) {
	case PLACE_METHOD:
		return count(&t->texts, b->method);
	case PLACE_TARGET:
		return count(&t->texts, b->target);
	case PLACE_HOST:
		return count(&t->texts, b->host);
	case PLACE_STATUS:
		return count(&t->numbers, b->status);
	default:
		return 0;
	}
}

static int
count_all(struct tally *t, struct opened *o, const struct facts_ask *ask,
          struct err *e)
{
	struct index_brief_ask want = { .over = ask->ask->over, .texts = true };
	int rc;

	want.over.ranged = ask->ranged;
	want.over.from = ask->from;
	want.over.to = ask->to;
	index_watch(opened_index(o), ask->cancel);
	rc = index_briefs(opened_index(o), &want, take_brief, t, e);
	index_watch(opened_index(o), NULL);
	return rc;
}

/* ---- what was counted ---- */

static int
give_text(void *ctx, int64_t id, struct str text)
{
	const struct tally *t = ctx;
	const uint64_t *n = map_find(&t->texts, &id);
	struct tally_value v = { .text = text };

	if (n == NULL)
		return 0;
	v.n = *n;
	return t->want->f(t->want->ctx, &v);
}

static int
give_numbers(const struct tally *t)
{
	const void *key;
	void *n;
	int rc = 0;

	for (size_t i = 0; rc == 0 && map_next(&t->numbers, &i, &key, &n);) {
		char room[NUMBER_TEXT];
		int64_t number;
		int digits;
		struct tally_value v = { .number = true };

		memcpy(&number, key, sizeof(number));
		digits = snprintf(room, sizeof(room), "%" PRId64, number);
		v.text = str_make(room, (size_t)digits);
		v.n = *(const uint64_t *)n;
		rc = t->want->f(t->want->ctx, &v);
	}
	return rc;
}

static int
give(struct tally *t, struct opened *o, struct err *e)
{
	int rc = give_numbers(t);

	if (rc == 0 && t->texts.n > 0)
		rc = index_texts(opened_index(o), give_text, t, e);
	return rc == 0 ? 1 : rc;
}

/* ---- names ---- */

/* How often a name was met. */
struct met {
	struct str name; /* the snapshot's */
	uint64_t n;
};

struct names {
	struct opened *o;
	bool server;
	struct ends ends;
	struct map seen; /* name -> its place in met[] */
	struct met *met;
	size_t n, cap;
};

static int
new_name(struct names *x, struct str name)
{
	size_t cap = x->cap > 0 ? x->cap * 2 : 64;

	if (x->n == x->cap) {
		struct met *grown = mem_regrow(x->met, cap, sizeof(*grown));

		if (grown == NULL)
			return ERR_NOMEM;
		x->met = grown;
		x->cap = cap;
	}
	x->met[x->n++] = (struct met){ .name = name };
	return 0;
}

static int
number_of(struct names *x, struct str name, uint32_t *ret_number)
{
	uint32_t number = (uint32_t)x->n;
	void *v = NULL;
	int rc = map_insert_str(&x->seen, name, &v);

	if (rc < 0)
		return rc;
	if (rc == 0) {
		memcpy(ret_number, v, sizeof(*ret_number));
		return 0;
	}
	memcpy(v, &number, sizeof(number));
	*ret_number = number;
	return new_name(x, name);
}

static int
take_fact(void *ctx, const struct fact *f)
{
	struct names *x = ctx;
	uint32_t number = 0;
	int rc = 0;

	if (!ends_find(&x->ends, f, x->server, &number)) {
		rc = number_of(x, ends_resolve(x->o, f, x->server).name,
		               &number);
		if (rc != 0)
			return rc;
		ends_keep(&x->ends, x->o, f, x->server, number);
	}
	x->met[number].n++;
	return 0;
}

static int
count_names(struct names *x, const struct facts_ask *ask,
            const struct tally_want *want, struct err *e, uint64_t *ret_rows)
{
	struct facts_ask whole = *ask;
	struct facts_state state = { .counts.complete = false };
	int rc;

	whole.addresses = true;
	whole.late = NULL;
	rc = facts_walk(x->o, &whole, take_fact, x, &state, e);
	if (rc == ERR_BUDGET)
		return 0;
	*ret_rows = state.counts.matched;
	for (size_t i = 0; rc == 0 && i < x->n; i++) {
		struct tally_value v = { .text = x->met[i].name,
			                 .n = x->met[i].n };

		rc = want->f(want->ctx, &v);
	}
	return rc == 0 ? 1 : rc;
}

static int
tally_names(struct opened *o, const struct facts_ask *ask,
            const struct tally_want *want, struct err *e, uint64_t *ret_rows)
{
	struct names *x = mem_zalloc(sizeof(*x));
	uint8_t key[SIPHASH_KEY_SIZE];
	int rc = x == NULL ? ERR_NOMEM : map_random_key(key);

	if (rc == 0) {
		x->o = o;
		x->server = str_eq(want->field, STR("dst.name"));
		map_init(&x->seen, MAP_STR, sizeof(uint32_t), VALUES_MAX, key);
		rc = count_names(x, ask, want, e, ret_rows);
		map_release(&x->seen);
		mem_free(x->met);
	}
	mem_free(x);
	return rc;
}

/* ---- the whole ---- */

int
tally_field(struct opened *o, const struct facts_ask *ask,
            const struct tally_want *want, struct err *e, uint64_t *ret_rows)
{
	struct tally t = { .want = want };
	uint8_t key[SIPHASH_KEY_SIZE];
	int rc = map_random_key(key);

	if (rc != 0)
		return rc;
	if (!ask->ask->exact || ask->ask->limit > 0 ||
	    !index_is_warm(opened_index(o)))
		return 0;
	if (str_eq(want->field, STR("src.name")) ||
	    str_eq(want->field, STR("dst.name")))
		return tally_names(o, ask, want, e, ret_rows);
	t.absent = str_starts(want->field, STR("response."))
	               ? ENTRY_NO_RESPONSE | ENTRY_ONE_WAY
	               : ENTRY_NO_REQUEST;
	rc = index_protocol_ids(opened_index(o), take_protocol, &t, e);
	if (rc != 0 || t.unknown)
		return rc;
	map_init(&t.texts, sizeof(int64_t), sizeof(uint64_t), VALUES_MAX, key);
	map_init(&t.numbers, sizeof(int64_t), sizeof(uint64_t), VALUES_MAX,
	         key);
	rc = count_all(&t, o, ask, e);
	if (rc == 0)
		rc = give(&t, o, e);
	else if (rc == ERR_BUDGET)
		rc = 0;
	if (rc == 1)
		*ret_rows = t.rows;
	map_release(&t.texts);
	map_release(&t.numbers);
	return rc;
}
