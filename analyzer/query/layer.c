/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/query/layer.h"

#include <assert.h>
#include <string.h>

#include "analyzer/index/part.h"
#include "analyzer/query/blocks.h"
#include "base/mem.h"

enum {
	/* Runs of a side that are kept: many layers are open at a time, and
	 * decoding a part again for its rest is cheap. */
	WINDOW_RUNS = 256,
	WINDOW_FIRST = 16, /* what most streams need */
	STOP = 1,          /* of a walk, once there is enough */
};

/* Consecutive runs of one side, decoded. */
struct window {
	size_t n, cap;
	size_t at; /* where the last read ended, to begin with */
	struct part_run *runs;
};

struct layer {
	struct opened *o;
	struct stream stream;
	struct err err;
	struct window side[2];
};

/* The first failure is kept for layer_error(). */
static int
fail(struct layer *l, const struct err *e, int code)
{
	if (l->err.code != 0)
		return code;
	if (e->code == code)
		l->err = *e;
	else
		err_set(&l->err, code, "reading a stream: %s", err_text(code));
	return code;
}

static int
corrupt(struct layer *l, const char *what)
{
	struct err e;

	err_set(&e, ERR_CORRUPT,
	        "the index is damaged (%s); remove it to have it made again",
	        what);
	return fail(l, &e, ERR_CORRUPT);
}

/* ---- opening ---- */

static int
take_stream(void *ctx, const struct stream *s)
{
	struct layer *l = ctx;

	l->stream = *s;
	l->stream.protocol = l->stream.reason = "";
	return STOP;
}

int
layer_open(struct opened *o, int64_t stream, struct err *e,
           struct layer **ret_layer)
{
	struct layer *l = mem_zalloc(sizeof(*l));
	int rc;

	if (l == NULL)
		return err_set(e, ERR_NOMEM, "no memory to read a stream");
	l->o = o;
	rc = index_stream(opened_index(o), stream, take_stream, l, e);
	if (rc == STOP) {
		*ret_layer = l;
		return 0;
	}
	mem_free(l);
	if (rc == 0)
		rc = err_set(e, ERR_NOTFOUND, "there is no stream %lld",
		             (long long)stream);
	return rc;
}

void
layer_free(struct layer *l)
{
	if (l == NULL)
		return;
	mem_free(l->side[0].runs);
	mem_free(l->side[1].runs);
	mem_free(l);
}

const struct stream *
layer_stream(const struct layer *l)
{
	return &l->stream;
}

const struct err *
layer_error(const struct layer *l)
{
	return &l->err;
}

/* ---- finding runs ---- */

struct filling {
	struct window *w;
	int side;
	uint64_t off; /* the first byte that matters */
};

static int
widen(struct window *w)
{
	size_t cap = w->cap > 0 ? w->cap * 2 : WINDOW_FIRST;
	struct part_run *runs = mem_regrow(w->runs, cap, sizeof(*runs));

	if (runs == NULL)
		return ERR_NOMEM;
	w->runs = runs;
	w->cap = cap;
	return 0;
}

static int
fill_run(void *ctx, const struct part_run *r)
{
	struct filling *f = ctx;
	struct window *w = f->w;

	if (r->off + r->len <= f->off)
		return 0;
	if (w->n == w->cap && widen(w) != 0)
		return ERR_NOMEM;
	w->runs[w->n++] = *r;
	return w->n == WINDOW_RUNS ? STOP : 0;
}

/* Parts that have nothing of this side are passed over. */
static int
fill_part(void *ctx, const struct index_part *p)
{
	struct filling *f = ctx;
	int rc = part_runs(p, f->side, fill_run, f);

	return rc == 0 && f->w->n > 0 ? STOP : rc;
}

/* Decode runs of a side from off on; none are there beyond the end. */
static int
fill(struct layer *l, int side, uint64_t off)
{
	struct index_reader *index = opened_index(l->o);
	struct filling f = { .w = &l->side[side], .side = side, .off = off };
	struct err e = ERR_INIT;
	uint32_t part;
	int rc;

	f.w->n = f.w->at = 0;
	rc = index_part_at(index, l->stream.id, side, off, &e, &part);
	if (rc == ERR_NOTFOUND)
		return 0;
	if (rc == 0)
		rc = index_parts(index, l->stream.id, part, fill_part, &f, &e);
	if (rc == 0 || rc == STOP)
		return 0;
	f.w->n = 0;
	return fail(l, &e, rc);
}

static bool
holds(const struct part_run *r, uint64_t off)
{
	return off >= r->off && off - r->off < r->len;
}

/* The run of the window that has the byte at off, or NULL. */
static const struct part_run *
look(struct window *w, uint64_t off)
{
	size_t lo = 0, hi = w->n;

	/* Most often it is the same as before, or the next one. */
	for (size_t i = w->at; i < w->n && i < w->at + 2; i++) {
		if (holds(&w->runs[i], off)) {
			w->at = i;
			return &w->runs[i];
		}
	}
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct part_run *r = &w->runs[mid];

		if (holds(r, off)) {
			w->at = mid;
			return r;
		}
		if (r->off > off)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

/* The same, whichever window it is in; NULL at the end of the stream. */
static int
find(struct layer *l, int side, uint64_t off, const struct part_run **ret_run)
{
	struct window *w = &l->side[side];
	const struct part_run *r = look(w, off);
	int rc;

	if (r == NULL && off <= INT64_MAX) {
		rc = fill(l, side, off);
		if (rc != 0)
			return rc;
		r = look(w, off);
		if (r == NULL && w->n > 0)
			return corrupt(l, "positions of a stream are missing");
	}
	*ret_run = r;
	return 0;
}

/* ---- reading bytes ---- */

static int
blocks_failed(struct layer *l, const struct err *why, int rc)
{
	struct err e = *why;

	if (rc == ERR_NOTFOUND && !index_sealed(opened_index(l->o)))
		rc = err_set(&e, ERR_AGAIN,
		             "the packets can be read once the snapshot is "
		             "indexed to its end");
	return fail(l, &e, rc);
}

/* Up to n bytes at off, which lies in run r; *ret_n is at least 1. */
static int
read_run(struct layer *l, const struct part_run *r, uint64_t off, uint8_t *buf,
         size_t n, size_t *ret_n)
{
	uint64_t skip = off - r->off;
	struct err e = ERR_INIT;
	struct str bytes;
	int rc;

	if (n > r->len - skip)
		n = (size_t)(r->len - skip);
	rc = blocks_at(opened_blocks(l->o), r->at.source, r->file_off + skip, n,
	               &e, &bytes);
	if (rc != 0)
		return blocks_failed(l, &e, rc);
	memcpy(buf, bytes.p, bytes.n);
	*ret_n = bytes.n;
	return 0;
}

static int
layer_read(void *ctx, struct layer_at at, void *buf, size_t n, size_t *ret_n,
           uint64_t *ret_hole)
{
	struct layer *l = ctx;
	int side = (int)at.dir ^ l->stream.client;
	size_t done = 0;

	*ret_n = 0;
	*ret_hole = 0;
	if (at.layer != 0)
		return corrupt(l, "a message lies in an unknown layer");
	while (done < n) {
		const struct part_run *r = NULL;
		size_t got = 0;
		int rc = find(l, side, at.off + done, &r);

		if (rc != 0)
			return rc;
		if (r == NULL)
			break;
		if (r->gap) {
			if (done == 0)
				*ret_hole = r->len - (at.off - r->off);
			break;
		}
		rc = read_run(l, r, at.off + done, (uint8_t *)buf + done,
		              n - done, &got);
		if (rc != 0)
			return rc;
		done += got;
	}
	*ret_n = done;
	return 0;
}

struct layer_reader
layer_reader_of(struct layer *l)
{
	return (struct layer_reader){ .read = layer_read, .ctx = l };
}

int
layer_locate(struct layer *l, enum dir dir, uint64_t off,
             struct position *ret_at)
{
	const struct part_run *r = NULL;
	int rc = find(l, (int)dir ^ l->stream.client, off, &r);

	if (rc != 0)
		return rc;
	if (r == NULL || r->gap)
		return ERR_NOTFOUND;
	*ret_at = r->at;
	return 0;
}
