/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/export/packets.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "snapshot/evidence.h"
#include "snapshot/limits.h"

enum {
	AHEAD_MIN = 4096,
	AHEAD_MAX = 256 * 1024,
	ACROSS = 4096,        /* unwanted bytes that cost less than a call */
	WALK = 256 * 1024,    /* of a pcapng file at once */
	HEAD = 32,            /* enough of a file to know its format */
	WINDOW_MAX = 4 << 20, /* a record, and what a reader wants around it */
};

/* One capture file. */
struct file {
	struct packets_source pub;
	uint64_t bytes;
	int64_t first_ts;
	const uint64_t *off; /* of its packets, picked */
	size_t n, at;
	struct capture *capture; /* NULL: not open yet, or done */
	struct record next;      /* at off[at]; data is not there yet */
	/* Bytes [from, from + have) of the file. */
	uint8_t *window;
	size_t cap, have;
	uint64_t from;
};

struct packets {
	struct packets_setup setup;
	struct file *files;
	size_t n, cap;
	size_t ahead;       /* bytes that each file reads at once */
	size_t begun;       /* files[0..begun) were opened */
	struct file **heap; /* those that are open, the earliest on top */
	size_t nheap;
	bool given; /* the packet on top was handed out */
	struct snapshot_limits limits;
};

/* ---- which files ---- */

static int
add_source(void *ctx, const struct index_source *s)
{
	struct packets *p = ctx;
	struct file f = { .pub = { .id = s->id, .tls = s->tls },
		          .bytes = s->bytes,
		          .first_ts = s->first_ts };

	if (!s->capture)
		return 0;
	f.off = pick_offsets(p->setup.pick, s->id, &f.n);
	if (f.n == 0)
		return 0;
	if (p->setup.filter != NULL && !p->setup.filter(p->setup.ctx, &f.pub))
		return 0;
	if (p->n == p->cap) {
		size_t cap = p->cap > 0 ? p->cap * 2 : 16;
		struct file *grown = mem_regrow(p->files, cap, sizeof(*grown));

		if (grown == NULL)
			return ERR_NOMEM;
		p->files = grown;
		p->cap = cap;
	}
	p->files[p->n++] = f;
	return 0;
}

static int
compare_files(const void *a, const void *b)
{
	const struct file *x = a, *y = b;

	if (x->first_ts != y->first_ts)
		return x->first_ts < y->first_ts ? -1 : 1;
	return x->pub.id < y->pub.id ? -1 : x->pub.id > y->pub.id;
}

/* Format and resolution, from the first bytes. */
static int
look_at(struct packets *p, struct file *f, struct err *e)
{
	static const uint8_t micro[][4] = { { 0xa1, 0xb2, 0xc3, 0xd4 },
		                            { 0xd4, 0xc3, 0xb2, 0xa1 },
		                            { 0xa1, 0xb2, 0xcd, 0x34 },
		                            { 0x34, 0xcd, 0xb2, 0xa1 } };
	uint8_t magic[4];
	int rc = evidence_read(opened_evidence(p->setup.o), f->pub.id, 0, magic,
	                       sizeof(magic), e);

	for (size_t i = 0; rc == 0 && i < ARRAY_LEN(micro); i++)
		f->pub.micro |= memcmp(magic, micro[i], sizeof(magic)) == 0;
	return rc;
}

int
packets_open(const struct packets_setup *setup, struct err *e,
             struct packets **ret_packets)
{
	struct packets *p = mem_zalloc(sizeof(*p));
	int rc;

	if (p == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	p->setup = *setup;
	snapshot_limits_init(&p->limits);
	/* The index has been made: what it names was within the limits. */
	p->limits.record_bytes = WINDOW_MAX;
	rc = index_sources(opened_index(setup->o), add_source, p, e);
	if (rc == 0) {
		p->heap = mem_array(p->n + 1, sizeof(struct file *));
		rc = p->heap == NULL ? ERR_NOMEM : 0;
	}
	if (p->n > 1)
		qsort(p->files, p->n, sizeof(*p->files), compare_files);
	for (size_t i = 0; i < p->n && rc == 0; i++)
		rc = look_at(p, &p->files[i], e);
	if (rc != 0) {
		packets_free(p);
		return e->code == rc ? rc : err_set(e, rc, "%s", err_text(rc));
	}
	p->ahead = p->n > 0 ? (size_t)(setup->limits->window / p->n) : 0;
	if (p->ahead < AHEAD_MIN)
		p->ahead = AHEAD_MIN;
	if (p->ahead > AHEAD_MAX)
		p->ahead = AHEAD_MAX;
	*ret_packets = p;
	return 0;
}

static void
file_close(struct file *f)
{
	capture_free(f->capture);
	mem_free(f->window);
	f->capture = NULL;
	f->window = NULL;
	f->cap = f->have = 0;
}

void
packets_free(struct packets *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->n; i++)
		file_close(&p->files[i]);
	mem_free(p->heap);
	mem_free(p->files);
	mem_free(p);
}

size_t
packets_sources(const struct packets *p)
{
	return p->n;
}

const struct packets_source *
packets_source(const struct packets *p, size_t i)
{
	return &p->files[i].pub;
}

/* ---- bytes of a file ---- */

static int
damaged(struct packets *p, const struct file *f, uint64_t off, struct err *e)
{
	return err_set(e, ERR_CORRUPT,
	               STR_FMT ": no packet at offset %" PRIu64
	                       " where the index says there is one",
	               STR_ARG(opened_source(p->setup.o, f->pub.id)), off);
}

/* Have [from, from + want) in the window, and up to `more` behind it. */
static int
show(struct packets *p, struct file *f, uint64_t from, size_t want, size_t more,
     struct err *e)
{
	size_t n = want;
	int rc;

	if (from >= f->from && from + want <= f->from + f->have)
		return 0;
	if (from > f->bytes || want > f->bytes - from || want > WINDOW_MAX)
		return damaged(p, f, from, e);
	if (n < more)
		n = more;
	if (n > f->bytes - from)
		n = (size_t)(f->bytes - from);
	if (n > f->cap) {
		uint8_t *grown = mem_realloc(f->window, n);

		if (grown == NULL)
			return err_set(e, ERR_NOMEM, "out of memory");
		f->window = grown;
		f->cap = n;
	}
	f->have = 0;
	rc = evidence_read(opened_evidence(p->setup.o), f->pub.id, from,
	                   f->window, n, e);
	if (rc != 0)
		return rc;
	f->from = from;
	f->have = n;
	return 0;
}

/*
 * How far it pays to read from `from` on: through the picked packets that lie
 * close behind each other.
 */
static size_t
worthwhile(const struct packets *p, const struct file *f, uint64_t from)
{
	uint64_t end = from;

	for (size_t i = f->at; i < f->n && f->off[i] >= from; i++) {
		if (f->off[i] - from > p->ahead || f->off[i] - end > ACROSS)
			break;
		end = f->off[i];
	}
	/* The packet there is of unknown length. */
	end += ACROSS;
	return end - from < p->ahead ? (size_t)(end - from) : p->ahead;
}

/* ---- opening a file ---- */

static int
walk_step(struct packets *p, struct file *f, struct cursor *in, bool *ret_more,
          struct err *e)
{
	struct record record;
	struct capture_block block;

	switch (capture_next(f->capture, in, &record, &block)) {
	case CAPTURE_RECORD:
	case CAPTURE_BLOCK:
		return 0;
	case CAPTURE_SKIP: {
		size_t n = capture_need(f->capture);
		size_t left = cur_left(in);

		capture_skipped(f->capture, n < left ? n : left);
		cur_skip(in, n < left ? n : left);
		*ret_more = n >= left;
		return 0;
	}
	case CAPTURE_MORE:
		*ret_more = true;
		return 0;
	default:
		return err_set(e, ERR_CORRUPT, STR_FMT ": %s",
		               STR_ARG(opened_source(p->setup.o, f->pub.id)),
		               capture_reason(f->capture));
	}
}

/*
 * Read what stands in front of the packets: the header of a pcap file; of a
 * pcapng file everything up to the last packet that is wanted.
 */
static int
walk(struct packets *p, struct file *f, struct err *e)
{
	uint64_t end = f->off[f->n - 1];
	int rc = 0;

	while (rc == 0 && capture_offset(f->capture) < end) {
		uint64_t from = capture_offset(f->capture);
		size_t need = capture_need(f->capture);
		bool first = capture_format(f->capture) == CAPTURE_UNKNOWN;
		struct cursor in;
		bool more = false;

		if (capture_format(f->capture) == CAPTURE_PCAP)
			return 0;
		if (p->setup.cancel != NULL && atomic_load(p->setup.cancel))
			return err_set(e, ERR_CANCELLED, "cancelled");
		if (need > f->bytes - from)
			return damaged(p, f, end, e);
		/* What is passed over can be larger than any window. */
		if (need > capture_need_max(f->capture))
			need = capture_need_max(f->capture);
		rc = show(p, f, from, need, first ? HEAD : WALK, e);
		if (rc != 0)
			return rc;
		in = cur_make(f->window + (from - f->from),
		              (size_t)(f->from + f->have - from), true);
		while (rc == 0 && !more && capture_offset(f->capture) < end)
			rc = walk_step(p, f, &in, &more, e);
	}
	return rc;
}

/* The header of the packet at off[at]. */
static int
read_header(struct packets *p, struct file *f, struct err *e)
{
	uint64_t off = f->off[f->at];
	size_t before = off < CAPTURE_BEFORE ? (size_t)off : CAPTURE_BEFORE;
	struct cursor c;
	int rc = show(p, f, off - before, before,
	              before + worthwhile(p, f, off), e);

	if (rc != 0)
		return rc;
	c = cur_make(f->window + (off - before - f->from), before, false);
	if (capture_reread(f->capture, c, off, &f->next) != 0 ||
	    f->next.caplen > f->bytes - off)
		return damaged(p, f, off, e);
	return 0;
}

static int
file_open(struct packets *p, struct file *f, struct err *e)
{
	int rc;

	f->capture = capture_new(&p->limits);
	if (f->capture == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	rc = walk(p, f, e);
	return rc == 0 ? read_header(p, f, e) : rc;
}

/* ---- merging ---- */

static bool
before(const struct file *a, const struct file *b)
{
	if (a->next.ts != b->next.ts)
		return a->next.ts < b->next.ts;
	return a->pub.id < b->pub.id;
}

static void
sift_down(struct packets *p)
{
	struct file **h = p->heap;
	size_t i = 0;

	for (;;) {
		size_t least = i;
		struct file *f = h[i];

		for (size_t k = 2 * i + 1; k <= 2 * i + 2 && k < p->nheap; k++)
			if (before(h[k], h[least]))
				least = k;
		if (least == i)
			return;
		h[i] = h[least];
		h[least] = f;
		i = least;
	}
}

static void
push(struct packets *p, struct file *f)
{
	struct file **h = p->heap;
	size_t i = p->nheap++;

	while (i > 0 && before(f, h[(i - 1) / 2])) {
		h[i] = h[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	h[i] = f;
}

/* The file on top goes on to its next packet, or leaves. */
static int
advance(struct packets *p, struct err *e)
{
	struct file *f = p->heap[0];
	int rc = 0;

	if (++f->at == f->n) {
		file_close(f);
		p->heap[0] = p->heap[--p->nheap];
	} else {
		rc = read_header(p, f, e);
	}
	if (rc == 0 && p->nheap > 0)
		sift_down(p);
	return rc;
}

/* Open the files that may have what comes next. */
static int
admit(struct packets *p, struct err *e)
{
	while (p->begun < p->n) {
		struct file *f = &p->files[p->begun];
		int rc;

		if (p->nheap > 0 && f->first_ts > p->heap[0]->next.ts)
			return 0;
		rc = file_open(p, f, e);
		if (rc != 0)
			return rc;
		push(p, f);
		p->begun++;
	}
	return 0;
}

int
packets_next(struct packets *p, struct packet *ret_packet, struct err *e)
{
	struct file *f;
	int rc = 0;

	if (p->setup.cancel != NULL && atomic_load(p->setup.cancel))
		return err_set(e, ERR_CANCELLED, "cancelled");
	if (p->given)
		rc = advance(p, e);
	p->given = false;
	if (rc == 0)
		rc = admit(p, e);
	if (rc != 0 || p->nheap == 0)
		return rc;
	f = p->heap[0];
	rc = show(p, f, f->next.off, f->next.caplen,
	          worthwhile(p, f, f->next.off), e);
	if (rc != 0)
		return rc;
	p->given = true;
	ret_packet->source = &f->pub;
	ret_packet->record = f->next;
	ret_packet->record.data = f->window + (f->next.off - f->from);
	ret_packet->iface = capture_iface(f->capture, f->next.iface);
	return 1;
}
