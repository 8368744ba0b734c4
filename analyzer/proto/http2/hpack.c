/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/http2/hpack.h"

#include <string.h>

#include "analyzer/proto/http2/hpack_huffman.h"
#include "analyzer/proto/http2/hpack_static.h"
#include "base/err.h"

/* Bytes that an entry counts for besides its strings (section 4.1). */
#define HPACK_OVERHEAD 32u

/* Larger integers mean nothing here, and are malformed. */
#define HPACK_INT_MAX UINT32_MAX

/* The first piece of memory of each kind. */
#define HPACK_FIRST 512u

struct hpack_entry {
	size_t off; /* of the name in `bytes`; the value follows */
	size_t nname;
	size_t nvalue;
	uint8_t static_name;
	bool name_unknown;
};

/* --- integers and strings ------------------------------------------------- */

/* RFC 7541, section 5.1; `first` is the byte that has the prefix. */
static uint64_t
hpack_int(struct cursor *c, uint8_t first, unsigned prefix)
{
	uint64_t mask = (UINT64_C(1) << prefix) - 1;
	uint64_t v = first & mask;
	unsigned shift = 0;
	uint8_t b;

	if (v < mask)
		return v;
	do {
		b = cur_u8(c);
		if (!cur_ok(c))
			return 0;
		v += (uint64_t)(b & 0x7f) << shift;
		shift += 7;
		if (v > HPACK_INT_MAX || shift > 35) {
			cur_bad(c);
			return 0;
		}
	} while (b >= 0x80);
	return v;
}

/* The bytes of a string as they are in the block. */
static struct str
hpack_raw(struct cursor *c, bool *ret_coded)
{
	uint8_t first = cur_u8(c);
	uint64_t n = hpack_int(c, first, 7);

	*ret_coded = first >= 0x80;
	return cur_take(c, (size_t)n);
}

/* Sections 6.1 to 6.3: the first byte says what it is. */
bool
hpack_code(struct cursor *c, struct hpack_code *ret)
{
	struct hpack_code r = { .kind = HPACK_LITERAL };
	uint8_t first;

	if (!cur_ok(c) || cur_at_end(c))
		return false;
	first = cur_u8(c);
	if (first >= 0x80) {
		r.kind = HPACK_INDEXED;
		r.index = hpack_int(c, first, 7);
	} else if (first >= 0x40) {
		r.kind = HPACK_INSERTED;
		r.index = hpack_int(c, first, 6);
	} else if (first >= 0x20) {
		r.kind = HPACK_RESIZED;
		r.index = hpack_int(c, first, 5);
	} else {
		r.index = hpack_int(c, first, 4);
	}
	if (r.kind == HPACK_INSERTED || r.kind == HPACK_LITERAL) {
		if (r.index == 0)
			r.name = hpack_raw(c, &r.name_coded);
		r.value = hpack_raw(c, &r.value_coded);
	} else if (r.kind == HPACK_INDEXED && r.index == 0) {
		cur_bad(c);
	}
	if (!cur_ok(c))
		return false;
	*ret = r;
	return true;
}

static size_t
double_to(size_t have, size_t want)
{
	size_t n = have != 0 ? have : HPACK_FIRST;

	while (n < want)
		n *= 2;
	return n;
}

/* Room for n bytes in scratch, of which nothing is kept. */
static int
scratch_room(struct hpack *h, const struct hpack_memory *m, size_t n)
{
	size_t cap = double_to(h->capscratch, n);
	void *p;

	if (n <= h->capscratch)
		return 0;
	p = m->grow(m->ctx, HPACK_SCRATCH, cap);
	if (p == NULL)
		return ERR_NOMEM;
	h->scratch = p;
	h->capscratch = cap;
	return 0;
}

/* The most of scratch that a string needs. */
static size_t
decoded_max(const struct hpack *h, struct str raw, bool coded)
{
	size_t n = coded ? HPACK_HUFFMAN_MAX(raw.n) : 0;

	return n < h->limit ? n : h->limit;
}

/* A string, decoded to `out` if it has to be; at most `limit` bytes of it. */
static int
decode(const struct hpack *h, struct str raw, bool coded, char *out,
       struct str *ret, bool *ret_cut)
{
	size_t max = decoded_max(h, raw, coded);
	size_t n = raw.n;
	int rc;

	if (!coded) {
		*ret = str_head(raw, h->limit);
		*ret_cut = raw.n > h->limit;
		return 0;
	}
	rc = hpack_huffman(raw, out, max, &n);
	if (rc != 0)
		return rc;
	*ret = str_make(out, n < max ? n : max);
	*ret_cut = n > max;
	return 0;
}

/* --- the dynamic table ---------------------------------------------------- */

void
hpack_lose(struct hpack *h)
{
	h->nbytes = 0;
	h->first = h->count = 0;
	h->size = 0;
	h->lost = true;
}

static size_t
table_max(const struct hpack *h)
{
	size_t max = h->updated ? h->max : HPACK_TABLE_DEFAULT;

	/* The encoder may have asked for more when nobody was looking. */
	if (!h->updated && h->lost)
		max = h->limit;
	return max < h->limit ? max : h->limit;
}

/* The n-th newest entry from 0, or NULL. */
static const struct hpack_entry *
table_get(const struct hpack *h, uint64_t n)
{
	if (n >= h->count)
		return NULL;
	return &h->entries[h->first + h->count - 1 - (size_t)n];
}

static size_t
entry_size(const struct hpack_entry *e)
{
	return e->nname + e->nvalue + HPACK_OVERHEAD;
}

static void
table_evict(struct hpack *h, size_t max)
{
	while (h->count != 0 && h->size > max) {
		h->size -= entry_size(&h->entries[h->first]);
		h->first++;
		h->count--;
	}
	if (h->count == 0)
		h->first = h->nbytes = 0;
}

/* Room for one more entry; those that are gone make it, mostly. */
static bool
room_for_entry(struct hpack *h, const struct hpack_memory *m)
{
	size_t cap = h->capentries != 0 ? h->capentries * 2 : 16;
	void *p;

	if (h->first + h->count < h->capentries)
		return true;
	if (h->first > h->capentries / 4) {
		memmove(h->entries, h->entries + h->first,
		        h->count * sizeof(*h->entries));
		h->first = 0;
		return true;
	}
	p = m->grow(m->ctx, HPACK_ENTRIES, cap * sizeof(*h->entries));
	if (p == NULL)
		return false;
	h->entries = p;
	h->capentries = cap;
	return true;
}

static bool
room_for_bytes(struct hpack *h, const struct hpack_memory *m, size_t n)
{
	size_t from = h->count != 0 ? h->entries[h->first].off : h->nbytes;
	size_t cap = double_to(h->capbytes, h->nbytes + n);
	void *p;

	/* An empty entry points somewhere, too. */
	if (h->capbytes != 0 && h->nbytes + n <= h->capbytes)
		return true;
	if (from > h->capbytes / 4 && h->nbytes - from + n <= h->capbytes) {
		memmove(h->bytes, h->bytes + from, h->nbytes - from);
		h->nbytes -= from;
		for (size_t i = 0; i < h->count; i++)
			h->entries[h->first + i].off -= from;
		return true;
	}
	p = m->grow(m->ctx, HPACK_BYTES, cap);
	if (p == NULL)
		return false;
	h->bytes = p;
	h->capbytes = cap;
	return true;
}

static void
add_bytes(struct hpack *h, struct str s)
{
	if (s.n != 0)
		memcpy(h->bytes + h->nbytes, s.p, s.n);
	h->nbytes += s.n;
}

/* Insert a field, of which no part is in the table. */
static int
table_insert(struct hpack *h, const struct hpack_memory *m,
             const struct hpack_field *f)
{
	size_t max = table_max(h);
	struct hpack_entry e = {
		.nname = f->name.n,
		.nvalue = f->value.n,
		.static_name = (uint8_t)f->static_name,
		.name_unknown = f->name_unknown,
	};
	size_t size = entry_size(&e);

	/* Larger than the table: it is emptied by that (section 4.4). */
	if (size > max || f->cut) {
		table_evict(h, 0);
		return 0;
	}
	table_evict(h, max - size);
	if (!room_for_bytes(h, m, f->name.n + f->value.n) ||
	    !room_for_entry(h, m))
		return ERR_NOMEM;
	e.off = h->nbytes;
	add_bytes(h, f->name);
	add_bytes(h, f->value);
	h->entries[h->first + h->count] = e;
	h->count++;
	h->size += size;
	return 0;
}

static void
table_resize(struct hpack *h, uint64_t max)
{
	h->updated = true;
	h->max = (size_t)max;
	h->over |= h->max > h->limit;
	table_evict(h, table_max(h));
}

/* --- fields --------------------------------------------------------------- */

/* What an index stands for: name and value. */
static int
look_up(const struct hpack *h, uint64_t index, struct hpack_field *ret)
{
	const struct hpack_static *fixed = hpack_static(index);
	const struct hpack_entry *e;

	*ret = (struct hpack_field){ .static_name = 0 };
	if (fixed != NULL) {
		ret->name = fixed->name;
		ret->value = fixed->value;
		ret->static_name = ret->static_pair = (unsigned)index;
		return 0;
	}
	e = table_get(h, index - HPACK_STATIC - 1);
	if (e == NULL) {
		if (!h->lost && !h->over)
			return ERR_MALFORMED;
		ret->name_unknown = ret->value_unknown = true;
		return 0;
	}
	ret->name = str_make(h->bytes + e->off, e->nname);
	ret->value = str_make(h->bytes + e->off + e->nname, e->nvalue);
	ret->static_name = e->static_name;
	ret->name_unknown = e->name_unknown;
	return 0;
}

/* The name of a literal, with a copy if it is in the table. */
static int
literal_name(const struct hpack *h, const struct hpack_code *c,
             struct hpack_field *f, size_t *ret_used)
{
	bool cut = false;
	int rc;

	*ret_used = 0;
	if (c->index == 0) {
		*f = (struct hpack_field){ .static_name = 0 };
		rc = decode(h, c->name, c->name_coded, h->scratch, &f->name,
		            &cut);
		f->cut = cut;
		*ret_used = c->name_coded ? f->name.n : 0;
		return rc;
	}
	rc = look_up(h, c->index, f);
	if (rc != 0)
		return rc;
	f->static_pair = 0;
	f->value_unknown = false;
	if (c->index > HPACK_STATIC && f->name.n != 0) {
		memcpy(h->scratch, f->name.p, f->name.n);
		f->name.p = h->scratch;
		*ret_used = f->name.n;
	}
	return 0;
}

/* Names that are copied are those of entries, and no longer than the table. */
static size_t
scratch_for(const struct hpack *h, const struct hpack_code *c)
{
	struct hpack_field f = { .static_name = 0 };

	if (c->index != 0)
		(void)look_up(h, c->index, &f);
	return f.name.n + decoded_max(h, c->name, c->name_coded) +
	       decoded_max(h, c->value, c->value_coded);
}

static int
literal(struct hpack *h, const struct hpack_memory *m,
        const struct hpack_code *c, struct hpack_field *ret)
{
	struct hpack_field f;
	size_t used;
	bool cut;
	int rc = scratch_room(h, m, scratch_for(h, c) + 1);

	if (rc == 0)
		rc = literal_name(h, c, &f, &used);
	if (rc == 0)
		rc = decode(h, c->value, c->value_coded, h->scratch + used,
		            &f.value, &cut);
	if (rc != 0)
		return rc;
	f.cut |= cut;
	if (c->kind == HPACK_INSERTED)
		rc = table_insert(h, m, &f);
	*ret = f;
	return rc;
}

int
hpack_next(struct hpack *h, const struct hpack_memory *m, struct cursor *block,
           struct hpack_field *ret)
{
	struct hpack_code c;
	int rc;

	while (hpack_code(block, &c)) {
		if (c.kind == HPACK_RESIZED) {
			table_resize(h, c.index);
			continue;
		}
		rc = c.kind == HPACK_INDEXED ? look_up(h, c.index, ret)
		                             : literal(h, m, &c, ret);
		if (rc != 0) {
			hpack_lose(h);
			return rc;
		}
		ret->indexed = c.kind == HPACK_INDEXED;
		return 1;
	}
	if (cur_ok(block))
		return 0;
	hpack_lose(h);
	return ERR_MALFORMED;
}
