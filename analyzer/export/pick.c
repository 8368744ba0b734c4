/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/export/pick.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/entry/position.h"
#include "analyzer/index/part.h"
#include "analyzer/query/trail.h"
#include "base/map.h"
#include "base/mem.h"

enum { FIRST_CAP = 64 };

/* Places in one capture file. */
struct places {
	uint64_t *off;
	size_t n, cap;
};

struct pick {
	struct opened *o;
	const struct export_limits *limits;
	const atomic_bool *cancel;
	struct places *source; /* by ordinal */
	size_t nsources;
	uint64_t packets;
	struct map streams; /* id -> uint8_t: which side is the client */
	struct map addrs;   /* of conversations */
	struct pick_mark *mark;
	size_t nmarks, mark_cap;
	struct err *e; /* during a walk */
	const struct index_entry *entry;
};

/* What is known of a stream. */
struct known {
	uint8_t client;
	bool whole; /* all of its packets are wanted */
	bool seen;  /* its row was read */
};

static int
over(struct err *e, const char *option, uint64_t limit)
{
	return err_set(e, ERR_LIMIT,
	               "the export is over --limit %s=%" PRIu64
	               "; narrow the query or raise the limit",
	               option, limit);
}

static int
out_of_memory(struct err *e)
{
	return err_set(e, ERR_NOMEM, "out of memory");
}

int
pick_new(struct opened *o, const struct export_limits *limits,
         const atomic_bool *cancel, struct pick **ret_pick)
{
	struct pick *p = mem_zalloc(sizeof(*p));
	uint8_t key[SIPHASH_KEY_SIZE];
	int rc = map_random_key(key);

	if (p == NULL || rc != 0) {
		mem_free(p);
		return p == NULL ? ERR_NOMEM : rc;
	}
	p->o = o;
	p->limits = limits;
	p->cancel = cancel;
	map_init(&p->streams, sizeof(int64_t), sizeof(struct known), MAP_MAX,
	         key);
	map_init(&p->addrs, sizeof(struct addr), 1, MAP_MAX, key);
	*ret_pick = p;
	return 0;
}

void
pick_free(struct pick *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->nsources; i++)
		mem_free(p->source[i].off);
	mem_free(p->source);
	mem_free(p->mark);
	map_release(&p->streams);
	map_release(&p->addrs);
	mem_free(p);
}

/* ---- adding ---- */

static int
sources_reach(struct pick *p, uint32_t source)
{
	size_t n = p->nsources > 0 ? p->nsources : FIRST_CAP;
	struct places *grown;

	if (source < p->nsources)
		return 0;
	if (source > POSITION_SOURCE_MAX)
		return ERR_CORRUPT;
	while (n <= source)
		n *= 2;
	grown = mem_regrow(p->source, n, sizeof(*grown));
	if (grown == NULL)
		return ERR_NOMEM;
	memset(grown + p->nsources, 0, (n - p->nsources) * sizeof(*grown));
	p->source = grown;
	p->nsources = n;
	return 0;
}

static int
add_packet(struct pick *p, uint32_t source, uint64_t off)
{
	int rc = sources_reach(p, source);
	struct places *s;

	if (rc != 0)
		return rc;
	s = &p->source[source];
	if (s->n > 0 && s->off[s->n - 1] == off)
		return 0;
	if (p->packets == p->limits->packets)
		return over(p->e, "export-packets", p->limits->packets);
	if (s->n == s->cap) {
		size_t cap = s->cap > 0 ? s->cap + s->cap / 2 : FIRST_CAP;
		uint64_t *grown = mem_regrow(s->off, cap, sizeof(*grown));

		if (grown == NULL)
			return ERR_NOMEM;
		s->off = grown;
		s->cap = cap;
	}
	s->off[s->n++] = off;
	p->packets++;
	return 0;
}

static int
add_mark(struct pick *p, int64_t entry, uint64_t off, struct err *e)
{
	if (p->nmarks == p->limits->entries)
		return over(e, "export-entries", p->limits->entries);
	if (p->nmarks == p->mark_cap) {
		size_t cap = p->mark_cap > 0 ? p->mark_cap * 2 : FIRST_CAP;
		struct pick_mark *m = mem_regrow(p->mark, cap, sizeof(*m));

		if (m == NULL)
			return out_of_memory(e);
		p->mark = m;
		p->mark_cap = cap;
	}
	p->mark[p->nmarks++] = (struct pick_mark){ .entry = entry, .off = off };
	return 0;
}

/* What is known of it, which may be nothing yet; NULL: no memory. */
static struct known *
know_stream(struct pick *p, int64_t stream)
{
	void *v = NULL;

	return map_insert(&p->streams, &stream, &v) < 0 ? NULL : v;
}

int
pick_stream(struct pick *p, int64_t stream, struct err *e)
{
	struct known *k = know_stream(p, stream);

	if (k == NULL)
		return out_of_memory(e);
	k->whole = true;
	return 0;
}

int
pick_packet(struct pick *p, uint32_t source, uint64_t off, struct err *e)
{
	int rc;

	p->e = e;
	rc = add_packet(p, source, off);
	if (rc != 0 && e->code != rc)
		(void)err_set(e, rc, "%s", err_text(rc));
	return rc;
}

int
pick_mark(struct pick *p, int64_t entry, struct err *e)
{
	/* Where it is will be seen when its stream is walked. */
	return add_mark(p, entry, UINT64_MAX, e);
}

/* ---- looking up ---- */

static int
take_stream(void *ctx, const struct stream *s)
{
	struct pick *p = ctx;
	struct known *k = map_find(&p->streams, &s->id);
	void *v;

	ENSURE(k != NULL);
	k->client = s->client & 1u;
	k->seen = true;
	for (int side = 0; side < 2; side++) {
		int rc = map_insert(&p->addrs, &s->addr[side], &v);

		if (rc < 0)
			return rc;
	}
	return 0;
}

/* Text for a code that came without. */
static int
explain(int rc, struct err *e)
{
	if (rc >= 0 || e->code == rc)
		return rc;
	return err_set(e, rc, "looking up packets: %s", err_text(rc));
}

static int
see_stream(struct pick *p, int64_t stream, struct err *e)
{
	struct known *k;
	int rc = index_stream(opened_index(p->o), stream, take_stream, p, e);

	if (rc != 0)
		return explain(rc, e);
	k = map_find(&p->streams, &stream);
	if (k == NULL || !k->seen)
		return err_set(e, ERR_NOTFOUND, "there is no stream %" PRId64,
		               stream);
	return 0;
}

static int
add_run(void *ctx, const struct part_run *run)
{
	struct pick *p = ctx;
	int64_t id = p->entry->e.id;
	struct position first = position_of_id(id);
	uint64_t off = run->file_off - run->skip;
	int rc;

	if (run->gap)
		return 0;
	rc = add_packet(p, run->at.source, off);
	if (rc == 0 && run->at.source == first.source &&
	    run->at.record == first.record &&
	    (p->nmarks == 0 || p->mark[p->nmarks - 1].entry != id))
		rc = add_mark(p, id, off, p->e);
	return rc;
}

int
pick_message(struct pick *p, const struct index_entry *entry, struct err *e)
{
	struct trail_ask ask = { .entry = entry };
	struct known *k = know_stream(p, entry->e.stream);
	int rc = 0;

	if (k == NULL)
		return out_of_memory(e);
	if (!k->seen)
		rc = see_stream(p, entry->e.stream, e);
	ask.client = k->client;
	p->e = e;
	p->entry = entry;
	for (int side = 0; side < 2 && rc == 0; side++) {
		ask.side = (enum side)side;
		rc = trail_walk(p->o, &ask, add_run, p, e);
	}
	return explain(rc, e);
}

/* ---- the packets of whole streams ---- */

static int
compare_marks(const void *a, const void *b)
{
	const struct pick_mark *x = a, *y = b;

	return x->entry < y->entry ? -1 : x->entry > y->entry;
}

static int
compare_places(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

static int
compare_ids(const void *a, const void *b)
{
	int64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

/* The first mark of an entry that is not before id. */
static size_t
mark_at(const struct pick *p, int64_t id)
{
	size_t lo = 0, hi = p->nmarks;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (p->mark[mid].entry < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Entries that begin in a packet are told where it is. */
static void
place_marks(struct pick *p, struct position at, uint64_t off)
{
	int64_t first = position_id(at, 0);
	int64_t last = position_id(at, POSITION_SEQ_MAX);

	for (size_t i = mark_at(p, first);
	     i < p->nmarks && p->mark[i].entry <= last; i++)
		p->mark[i].off = off;
}

static int
take_packet(void *ctx, uint64_t ordinal, const struct part_packet *pkt)
{
	struct pick *p = ctx;
	int rc = add_packet(p, pkt->at.source, pkt->off);

	(void)ordinal;
	if (rc == 0 && pkt->at.record <= POSITION_RECORD_MAX)
		place_marks(p, pkt->at, pkt->off);
	return rc;
}

static int
take_part(void *ctx, const struct index_part *part)
{
	const struct pick *p = ctx;

	if (p->cancel != NULL && atomic_load(p->cancel))
		return ERR_CANCELLED;
	return part_packets(part, take_packet, ctx);
}

static int
walk_streams(struct pick *p, const int64_t *ids, size_t n, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		rc = see_stream(p, ids[i], e);
		if (rc == 0)
			rc = index_parts(opened_index(p->o), ids[i], 0,
			                 take_part, p, e);
	}
	return explain(rc, e);
}

static int
add_streams(struct pick *p, struct err *e)
{
	int64_t *ids = mem_array(p->streams.n + 1, sizeof(*ids));
	const void *key;
	void *value;
	size_t n = 0;
	int rc;

	if (ids == NULL)
		return out_of_memory(e);
	for (size_t i = 0; map_next(&p->streams, &i, &key, &value);) {
		const struct known *k = value;

		if (k->whole)
			memcpy(&ids[n++], key, sizeof(*ids));
	}
	if (n > 1)
		qsort(ids, n, sizeof(*ids), compare_ids);
	rc = walk_streams(p, ids, n, e);
	mem_free(ids);
	return rc;
}

static void
sort_places(struct pick *p, struct places *s)
{
	size_t n = 0;

	if (s->n > 1)
		qsort(s->off, s->n, sizeof(*s->off), compare_places);
	for (size_t i = 0; i < s->n; i++)
		if (n == 0 || s->off[n - 1] != s->off[i])
			s->off[n++] = s->off[i];
	p->packets -= s->n - n;
	s->n = n;
}

int
pick_finish(struct pick *p, struct err *e)
{
	int rc;

	if (p->nmarks > 1)
		qsort(p->mark, p->nmarks, sizeof(*p->mark), compare_marks);
	p->e = e;
	rc = add_streams(p, e);
	for (size_t i = 0; i < p->nsources && rc == 0; i++)
		sort_places(p, &p->source[i]);
	return rc;
}

/* ---- afterwards ---- */

const uint64_t *
pick_offsets(const struct pick *p, uint32_t source, size_t *ret_n)
{
	if (source >= p->nsources) {
		*ret_n = 0;
		return NULL;
	}
	*ret_n = p->source[source].n;
	return p->source[source].off;
}

const struct pick_mark *
pick_marks(const struct pick *p, uint32_t source, uint64_t off, size_t *ret_n)
{
	struct position begin = { .source = source, .record = 0 };
	struct position end = { .source = source,
		                .record = POSITION_RECORD_MAX };
	size_t lo = mark_at(p, position_id(begin, 0));
	size_t hi = mark_at(p, position_id(end, POSITION_SEQ_MAX));
	size_t n = 0, last = hi;

	/* In a file, places are in the order of ids. */
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (p->mark[mid].off < off)
			lo = mid + 1;
		else
			hi = mid;
	}
	while (lo + n < last && p->mark[lo + n].off == off)
		n++;
	*ret_n = n;
	return p->mark + lo;
}

bool
pick_has_addr(const struct pick *p, const struct addr *ip)
{
	return map_find(&p->addrs, ip) != NULL;
}
