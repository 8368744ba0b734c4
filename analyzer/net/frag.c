/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/net/frag.h"

#include <assert.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/slab.h"

#define FRAG_WAIT_NS UINT64_C(30000000000)

enum {
	/* The longest IP payload: of IPv6, whose length field is all of it. */
	FRAG_DATAGRAM_MAX = 65535,
	FRAG_UNIT = 8,
	FRAG_PIECES_MAX = 8192, /* FRAG_DATAGRAM_MAX / FRAG_UNIT, at most */
	FRAG_DATAGRAMS_MAX = 1 << 20,
};

struct frag_key {
	struct addr src, dst;
	uint32_t point;
	uint32_t id;
	uint8_t l4;
	uint8_t zero[3];
};

/* One fragment's bytes; the records that only repeat others have none. */
struct frag_run {
	uint32_t off, len;
	uint32_t caplen;
	uint32_t record;
	uint32_t skip; /* bytes of the record in front of the payload */
	uint64_t hash;
	uint8_t *bytes; /* owned; NULL once the datagram was handed out */
};

enum waiting_state { WAITING_OPEN, WAITING_DONE, WAITING_BAD };

struct waiting {
	struct frag_key key;
	struct waiting *older, *newer;
	enum waiting_state state;
	int64_t since;
	uint32_t total; /* bytes; 0 while the last fragment is unknown */
	uint32_t have;
	size_t nruns, nrecords, cap;
	struct frag_run *runs; /* in order of offset */
	struct frag_record *records;
};

struct frag_table {
	struct map map; /* struct frag_key -> struct waiting * */
	struct slab slab;
	uint8_t hash_key[SIPHASH_KEY_SIZE];
	struct waiting *oldest, *newest;
	size_t max_pieces;
	uint64_t dropped;
	/* The datagram handed out last. */
	uint8_t *data;
	struct piece *pieces;
	struct frag_record *records;
};

static uint64_t
at_most(uint64_t v, uint64_t max)
{
	return v < 1 ? 1 : v > max ? max : v;
}

struct frag_table *
frag_table_new(const struct net_limits *limits)
{
	size_t max = at_most(limits->frag_datagrams, FRAG_DATAGRAMS_MAX);
	uint8_t key[SIPHASH_KEY_SIZE];
	struct frag_table *t;

	if (map_random_key(key) != 0)
		return NULL;
	t = mem_zalloc(sizeof(*t));
	if (t == NULL)
		return NULL;
	memcpy(t->hash_key, key, sizeof(key));
	map_init(&t->map, sizeof(struct frag_key), sizeof(struct waiting *),
	         max, key);
	slab_init(&t->slab, sizeof(struct waiting), max);
	t->max_pieces = at_most(limits->frag_pieces, FRAG_PIECES_MAX);
	return t;
}

static void
drop_bytes(struct waiting *w)
{
	for (size_t i = 0; i < w->nruns; i++) {
		mem_free(w->runs[i].bytes);
		w->runs[i].bytes = NULL;
	}
}

/* The records of a datagram that will not be complete. */
static void
give_up(struct frag_table *t, struct waiting *w)
{
	if (w->state == WAITING_OPEN)
		t->dropped += w->nrecords;
	drop_bytes(w);
}

static void
forget(struct frag_table *t, struct waiting *w)
{
	bool found;

	give_up(t, w);
	if (w->older != NULL)
		w->older->newer = w->newer;
	else
		t->oldest = w->newer;
	if (w->newer != NULL)
		w->newer->older = w->older;
	else
		t->newest = w->older;
	found = map_remove(&t->map, &w->key);
	ENSURE(found);
	mem_free(w->runs);
	mem_free(w->records);
	slab_put(&t->slab, w);
}

static void
drop_result(struct frag_table *t)
{
	mem_free(t->data);
	mem_free(t->pieces);
	mem_free(t->records);
	t->data = NULL;
	t->pieces = NULL;
	t->records = NULL;
}

void
frag_table_free(struct frag_table *t)
{
	if (t == NULL)
		return;
	while (t->oldest != NULL)
		forget(t, t->oldest);
	drop_result(t);
	map_release(&t->map);
	slab_release(&t->slab);
	mem_free(t);
}

uint64_t
frag_dropped(const struct frag_table *t)
{
	return t->dropped;
}

static struct waiting *
find(struct frag_table *t, const struct frag_key *key)
{
	struct waiting **slot = map_find(&t->map, key);

	return slot != NULL ? *slot : NULL;
}

static struct waiting *
create(struct frag_table *t, const struct frag_key *key, int64_t now)
{
	struct waiting *w;
	void *slot;

	if (slab_full(&t->slab))
		forget(t, t->oldest);
	w = slab_get(&t->slab);
	if (w == NULL)
		return NULL;
	if (map_insert(&t->map, key, &slot) < 0) {
		slab_put(&t->slab, w);
		return NULL;
	}
	*(struct waiting **)slot = w;
	w->key = *key;
	w->since = now;
	w->older = t->newest;
	if (t->newest != NULL)
		t->newest->newer = w;
	else
		t->oldest = w;
	t->newest = w;
	return w;
}

/* Room for one more run and record. */
static bool
grow(struct waiting *w)
{
	size_t cap = w->cap == 0 ? 4 : w->cap * 2;
	void *p;

	if (w->nrecords < w->cap)
		return true;
	p = mem_regrow(w->runs, cap, sizeof(*w->runs));
	if (p == NULL)
		return false;
	w->runs = p;
	p = mem_regrow(w->records, cap, sizeof(*w->records));
	if (p == NULL)
		return false;
	w->records = p;
	w->cap = cap;
	return true;
}

static uint64_t
hash_of(const struct frag_table *t, const struct packet *pkt)
{
	return pkt->caplen == 0
	           ? 0
	           : siphash13(t->hash_key, pkt->payload, pkt->caplen);
}

/* The first run that ends behind `off`. */
static size_t
run_at(const struct waiting *w, uint32_t off)
{
	size_t i = w->nruns;

	while (i > 0 && w->runs[i - 1].off + w->runs[i - 1].len > off)
		i--;
	return i;
}

static bool
same_run(const struct frag_run *r, const struct packet *pkt, uint64_t hash)
{
	return r->off == pkt->frag.off && r->len == pkt->len &&
	       r->caplen == pkt->caplen && r->hash == hash;
}

/* Does the fragment repeat one that is here? */
static bool
is_copy(const struct frag_table *t, const struct waiting *w,
        const struct packet *pkt)
{
	size_t i = run_at(w, pkt->frag.off);
	uint32_t end = pkt->frag.off + pkt->len;

	return i < w->nruns && same_run(&w->runs[i], pkt, hash_of(t, pkt)) &&
	       pkt->frag.more == (end != w->total);
}

/* Lengths that no sender produces, or that do not fit what is known. */
static bool
is_absurd(const struct waiting *w, const struct packet *pkt)
{
	uint32_t end = pkt->frag.off + pkt->len;
	size_t i = run_at(w, pkt->frag.off);

	if (i < w->nruns && w->runs[i].off < end)
		return true; /* overlap */
	if (w->total != 0)
		return end > w->total || !pkt->frag.more;
	/* The last one, so nothing may lie behind it. */
	return !pkt->frag.more && w->nruns != 0 && i < w->nruns;
}

static void
add_record(struct waiting *w, const struct frag_record *rec)
{
	assert(w->nrecords < w->cap);
	w->records[w->nrecords++] = *rec;
}

static bool
add_run(struct frag_table *t, struct waiting *w, const struct packet *pkt,
        const struct frag_record *rec)
{
	size_t i = run_at(w, pkt->frag.off);
	uint8_t *bytes;

	if (!grow(w))
		return false;
	bytes = mem_dup(pkt->payload, pkt->caplen);
	if (bytes == NULL)
		return false;
	memmove(w->runs + i + 1, w->runs + i,
	        (w->nruns - i) * sizeof(*w->runs));
	w->runs[i] = (struct frag_run){
		.off = pkt->frag.off,
		.len = pkt->len,
		.caplen = pkt->caplen,
		.record = (uint32_t)w->nrecords,
		.skip = pkt->off,
		.hash = hash_of(t, pkt),
		.bytes = bytes,
	};
	w->nruns++;
	w->have += pkt->len;
	if (!pkt->frag.more)
		w->total = pkt->frag.off + pkt->len;
	add_record(w, rec);
	return true;
}

/* Copies the runs together; false when memory is out. */
static bool
assemble(struct frag_table *t, struct waiting *w, struct frag_datagram *ret)
{
	uint32_t caplen = 0;

	t->data = mem_zalloc(w->total);
	t->pieces = mem_array(w->nruns, sizeof(*t->pieces));
	if (t->data == NULL || t->pieces == NULL) {
		drop_result(t);
		return false;
	}
	*ret = (struct frag_datagram){
		.data = t->data,
		.len = w->total,
		.pieces = t->pieces,
		.nrecords = w->nrecords,
		.records = w->records,
	};
	for (size_t i = 0; i < w->nruns; i++) {
		const struct frag_run *r = &w->runs[i];
		const struct frag_record *rec = &w->records[r->record];

		if (r->off != caplen)
			break; /* the one before was cut */
		memcpy(t->data + r->off, r->bytes, r->caplen);
		t->pieces[ret->npieces++] = (struct piece){
			.p = t->data + r->off,
			.n = r->caplen,
			.skip = r->skip,
			.packet = r->record,
			.at = rec->at,
			.ts = rec->ts,
		};
		caplen += r->caplen;
	}
	ret->caplen = caplen;
	t->records = w->records;
	w->records = NULL;
	return true;
}

static enum frag_result
add(struct frag_table *t, struct waiting *w, const struct packet *pkt,
    const struct frag_record *rec, struct frag_datagram *ret_datagram)
{
	bool full = w->nrecords >= t->max_pieces;

	if (is_copy(t, w, pkt)) {
		if (full || !grow(w))
			return FRAG_BAD;
		add_record(w, rec);
		return FRAG_PENDING;
	}
	if (full || is_absurd(w, pkt)) {
		give_up(t, w);
		t->dropped++;
		w->state = WAITING_BAD;
		return FRAG_BAD;
	}
	if (!add_run(t, w, pkt, rec))
		return FRAG_BAD;
	if (w->total == 0 || w->have < w->total)
		return FRAG_PENDING;
	if (!assemble(t, w, ret_datagram)) {
		forget(t, w);
		return FRAG_BAD;
	}
	/* What remains tells late copies from a new datagram of this id. */
	drop_bytes(w);
	w->state = WAITING_DONE;
	return FRAG_DONE;
}

/* Of another time; the difference of two time stamps need not fit. */
static bool
is_stale(const struct waiting *w, int64_t now)
{
	uint64_t apart = now < w->since ? (uint64_t)w->since - (uint64_t)now
	                                : (uint64_t)now - (uint64_t)w->since;

	return apart > FRAG_WAIT_NS;
}

enum frag_result
frag_add(struct frag_table *t, uint32_t point, const struct packet *pkt,
         const struct frag_record *rec, struct frag_datagram *ret_datagram)
{
	struct frag_key key = {
		.src = pkt->src,
		.dst = pkt->dst,
		.point = point,
		.id = pkt->frag.id,
		.l4 = pkt->l4,
	};
	uint32_t end = pkt->frag.off + pkt->len;
	struct waiting *w;

	assert(pkt->kind == PACKET_FRAGMENT);
	drop_result(t);
	if (pkt->len == 0 || pkt->len > FRAG_DATAGRAM_MAX ||
	    end > FRAG_DATAGRAM_MAX ||
	    (pkt->frag.more && pkt->len % FRAG_UNIT != 0))
		return FRAG_BAD;
	w = find(t, &key);
	if (w != NULL && is_stale(w, rec->ts)) {
		forget(t, w);
		w = NULL;
	}
	if (w != NULL && w->state == WAITING_BAD)
		return FRAG_BAD;
	if (w != NULL && w->state == WAITING_DONE) {
		if (is_copy(t, w, pkt))
			return FRAG_BAD;
		forget(t, w);
		w = NULL;
	}
	if (w == NULL)
		w = create(t, &key, rec->ts);
	return w != NULL ? add(t, w, pkt, rec, ret_datagram) : FRAG_BAD;
}
