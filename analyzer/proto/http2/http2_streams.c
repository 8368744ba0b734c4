/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/http2/http2_streams.h"

#include <assert.h>
#include <string.h>

#include "base/siphash.h"

/* The first table has room for this many, one is not used. */
enum { STREAMS_FIRST = 8 };

static uint32_t *
streams_chain(const struct http2_streams *t, uint32_t id)
{
	uint8_t key[SIPHASH_KEY_SIZE] = { 0 };
	uintptr_t secret = (uintptr_t)t;

	memcpy(key, &secret, sizeof(secret));
	return &t->chains[siphash13(key, &id, sizeof(id)) & (t->cap - 1)];
}

struct http2_stream *
http2_streams_find(struct http2_streams *t, uint32_t id)
{
	uint32_t i;

	if (t->count == 0 || id == 0)
		return NULL;
	if (t->v[t->found].id == id)
		return &t->v[t->found];
	for (i = *streams_chain(t, id); i != 0; i = t->v[i].next) {
		if (t->v[i].id == id) {
			t->found = i;
			return &t->v[i];
		}
	}
	return NULL;
}

static uint32_t
streams_next_cap(const struct http2_streams *t)
{
	return t->cap != 0 ? t->cap * 2 : STREAMS_FIRST;
}

size_t
http2_streams_need(const struct http2_streams *t)
{
	size_t cap = streams_next_cap(t);

	return cap * (sizeof(struct http2_stream) + sizeof(uint32_t));
}

static void
streams_chain_in(struct http2_streams *t, uint32_t i)
{
	uint32_t *chain = streams_chain(t, t->v[i].id);

	t->v[i].next = *chain;
	*chain = i;
}

void
http2_streams_grow(struct http2_streams *t, void *memory)
{
	uint32_t had = t->cap;

	t->cap = streams_next_cap(t);
	t->v = memory;
	t->chains = (uint32_t *)(void *)(t->v + t->cap);
	memset(&t->v[had], 0, (t->cap - had) * sizeof(*t->v));
	memset(t->chains, 0, t->cap * sizeof(*t->chains));
	for (uint32_t i = 1; i < had; i++) {
		if (t->v[i].id != 0)
			streams_chain_in(t, i);
	}
	t->free = 0;
	for (uint32_t i = t->cap; i-- > 1;) {
		if (t->v[i].id != 0)
			continue;
		t->v[i].next = t->free;
		t->free = i;
	}
}

struct http2_stream *
http2_streams_add(struct http2_streams *t, uint32_t id)
{
	uint32_t i = t->free;
	struct http2_stream *s = &t->v[i];

	assert(i != 0 && id != 0);
	t->free = s->next;
	*s = (struct http2_stream){ .id = id, .older = t->newest };
	if (t->newest != 0)
		t->v[t->newest].newer = i;
	else
		t->oldest = i;
	t->newest = t->found = i;
	t->count++;
	streams_chain_in(t, i);
	return s;
}

void
http2_streams_remove(struct http2_streams *t, struct http2_stream *s)
{
	uint32_t i = (uint32_t)(s - t->v);
	uint32_t *link = streams_chain(t, s->id);

	while (*link != i)
		link = &t->v[*link].next;
	*link = s->next;
	if (s->older != 0)
		t->v[s->older].newer = s->newer;
	else
		t->oldest = s->newer;
	if (s->newer != 0)
		t->v[s->newer].older = s->older;
	else
		t->newest = s->older;
	*s = (struct http2_stream){ .next = t->free };
	t->free = i;
	t->count--;
}

struct http2_stream *
http2_streams_oldest(const struct http2_streams *t)
{
	return t->oldest != 0 ? &t->v[t->oldest] : NULL;
}

struct http2_stream *
http2_streams_newer(const struct http2_streams *t, const struct http2_stream *s)
{
	return s->newer != 0 ? &t->v[s->newer] : NULL;
}
