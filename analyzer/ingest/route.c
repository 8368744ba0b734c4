/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/ingest/route.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/net/frag.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"

enum {
	ROUTE_LABEL = 1200,     /* bytes of a point's label */
	ROUTE_POINTS = 1 << 18, /* no more than there can be sources */
	ROUTE_KEY = 1 << 20,    /* bytes of a folder and an interface's name */
	ROUTE_KEYS = 1 << 28,   /* of all of them */
};

#define ROUTE_SLACK CLOCK_SEC        /* between consecutive files */
#define ROUTE_BACK  (60 * CLOCK_SEC) /* a step back in time worth telling */

/* The latest capture point of one folder and interface. */
struct chain {
	uint32_t point;
	int64_t last_ts;
};

/* The capture file at hand. */
struct route_file {
	struct job_source *source;
	struct layout layout;
	const struct capture *capture;
	struct chain *chain; /* NULL: a one-stream file, a point by itself */
	bool has_point;
	uint32_t point;
	int64_t first_ts, last_ts, prev_ts;
	uint64_t unknown_links;
	uint16_t unknown_link;
	uint64_t steps_back;
};

struct route {
	struct job *job;
	struct worker **workers;
	size_t nworkers;
	struct batch_pool *batches;
	struct out **out;
	struct frag_table *frags;
	struct job_counts counts;
	struct map chains; /* chain_key() -> struct chain */
	struct arena keys;
	struct buf key; /* the one at hand */
	uint32_t npoints;
	struct block *block;
	struct batch **open; /* one a worker, NULL when empty */
	struct route_file file;
};

int
route_new(struct job *j, struct worker **workers, size_t nworkers,
          struct batch_pool *batches, struct out **out,
          struct route **ret_route)
{
	struct route *r = mem_zalloc(sizeof(*r));
	uint8_t key[SIPHASH_KEY_SIZE];
	int rc = map_random_key(key);

	if (r == NULL)
		return ERR_NOMEM;
	r->job = j;
	r->workers = workers;
	r->nworkers = nworkers;
	r->batches = batches;
	r->out = out;
	arena_init(&r->keys, ROUTE_KEYS, 0);
	buf_init(&r->key, ROUTE_KEY);
	map_init(&r->chains, MAP_STR, sizeof(struct chain), ROUTE_POINTS, key);
	r->frags = frag_table_new(&j->opt->net);
	r->open = mem_zalloc(nworkers * sizeof(struct batch *));
	if (rc == 0 && (r->frags == NULL || r->open == NULL))
		rc = ERR_NOMEM;
	if (rc != 0) {
		route_free(r);
		return rc;
	}
	*ret_route = r;
	return 0;
}

void
route_free(struct route *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; r->open != NULL && i < r->nworkers; i++) {
		if (r->open[i] != NULL)
			batch_put(r->batches, r->open[i]);
	}
	mem_free(r->open);
	frag_table_free(r->frags);
	map_release(&r->chains);
	arena_release(&r->keys);
	buf_release(&r->key);
	mem_free(r);
}

struct str
route_node(const struct layout *l)
{
	return l->node.n > 0 ? l->node : l->folder;
}

/* ---- batches ---- */

static void
send(struct route *r, size_t worker)
{
	struct batch *b = r->open[worker];

	r->open[worker] = NULL;
	if (b != NULL)
		worker_push(r->workers[worker], b);
}

static struct work *
next_work(struct route *r, size_t worker)
{
	struct batch *b = r->open[worker];

	if (b != NULL && b->n == BATCH_PACKETS) {
		send(r, worker);
		b = NULL;
	}
	if (b == NULL) {
		b = batch_get(r->batches);
		b->block = r->block;
		if (b->block != NULL)
			block_ref(b->block);
		r->open[worker] = b;
	}
	return &b->work[b->n++];
}

void
route_block(struct route *r, struct block *b)
{
	r->block = b;
}

void
route_block_end(struct route *r)
{
	for (size_t i = 0; i < r->nworkers; i++)
		send(r, i);
	r->block = NULL;
	job_count(r->job, &r->counts);
}

/* ---- capture points ---- */

static void
end_point(struct route *r, uint32_t point)
{
	for (size_t i = 0; i < r->nworkers; i++) {
		struct work *w = next_work(r, i);

		memset(w, 0, sizeof(*w));
		w->kind = WORK_END_POINT;
		w->key.point = point;
	}
}

static int
new_point(struct route *r, struct str label, uint32_t *ret_point)
{
	struct index_point row = {
		.id = r->npoints,
		.node = route_node(&r->file.layout),
		.node_ip = r->file.layout.node_ip,
		.label = label,
	};
	int rc = out_point(*r->out, &row);

	if (rc == 0)
		*ret_point = r->npoints++;
	return rc;
}

static int
diag_overlap(struct route *r, int64_t first_ts)
{
	struct diag d = {
		.kind = DIAG_CAPTURE_OVERLAP,
		.at = { .source = r->file.source->row.id },
		.side = -1,
		.ts = first_ts,
		.name = r->file.source->row.name,
		.text = STR("starts before the file in front of it ended; its "
		            "packets are a capture point of their own"),
	};

	return out_diag(*r->out, &d);
}

/* The interface, when the file has just one with a name. */
static struct str
iface_of(const struct route_file *f)
{
	return capture_iface_count(f->capture) == 1
	           ? capture_iface(f->capture, 0)->name
	           : STR_NONE;
}

/* How a capture point is called: folder and interface. */
static struct str
label_of(const struct route_file *f, char buf[ROUTE_LABEL])
{
	int n;

	if (f->layout.single_stream)
		return f->source->row.name;
	n = snprintf(buf, ROUTE_LABEL, STR_FMT "/" STR_FMT,
	             STR_ARG(f->layout.folder), STR_ARG(iface_of(f)));
	if (n >= ROUTE_LABEL)
		n = ROUTE_LABEL - 1;
	return str_make(buf, (size_t)n);
}

/*
 * What names a chain: the length of the folder in front keeps "a/b", "c" and
 * "a", "b/c" apart, and nothing is cut. Valid until the next call.
 */
static int
chain_key(struct route *r, struct str *ret_key)
{
	const struct route_file *f = &r->file;
	int rc;

	buf_clear(&r->key);
	rc = buf_printf(&r->key, "%zu/", f->layout.folder.n);
	if (rc == 0)
		rc = buf_append_str(&r->key, f->layout.folder);
	if (rc == 0)
		rc = buf_append_str(&r->key, iface_of(f));
	*ret_key = buf_str(&r->key);
	return rc;
}

static int
new_chain(struct route *r, struct str key)
{
	struct str copy = arena_dup(&r->keys, key);
	void *slot;
	int rc = arena_error(&r->keys);

	if (rc != 0)
		return rc;
	rc = map_insert_str(&r->chains, copy, &slot);
	if (rc < 0)
		return rc;
	r->file.chain = slot;
	return 0;
}

/* Which point a file belongs to is decided by its first packet. */
static int
assign_point(struct route *r, int64_t ts)
{
	struct route_file *f = &r->file;
	char buf[ROUTE_LABEL];
	struct str label = label_of(f, buf);
	struct str key;
	int rc;

	f->has_point = true;
	f->first_ts = f->last_ts = f->prev_ts = ts;
	if (f->layout.single_stream)
		return new_point(r, label, &f->point);
	rc = chain_key(r, &key);
	if (rc != 0)
		return rc;
	f->chain = map_find_str(&r->chains, key);
	if (f->chain != NULL && ts >= f->chain->last_ts - ROUTE_SLACK) {
		f->point = f->chain->point;
		return 0;
	}
	if (f->chain != NULL) {
		end_point(r, f->chain->point);
		rc = diag_overlap(r, ts);
	} else {
		rc = new_chain(r, key);
	}
	if (rc == 0)
		rc = new_point(r, label, &f->point);
	if (rc == 0)
		*f->chain = (struct chain){ .point = f->point, .last_ts = ts };
	return rc;
}

/* ---- packets ---- */

static void
fill_work(struct route *r, const struct packet *pkt, const struct record *rec,
          struct work_datagram *datagram)
{
	struct flow_key key;
	struct work *w;
	bool swapped;
	unsigned shard;

	key = flow_key_of(pkt, r->file.point, &swapped);
	shard = flow_shard(&key);
	w = next_work(r, shard % r->nworkers);
	w->key = key;
	w->kind = WORK_PACKET;
	w->swapped = swapped;
	w->shard = (uint8_t)shard;
	w->tls = r->file.layout.tls;
	w->udp = pkt->kind == PACKET_UDP;
	w->tcp = pkt->tcp;
	w->ip_id = pkt->ip_id;
	w->origlen = rec->origlen;
	w->len = pkt->len;
	w->caplen = pkt->caplen;
	w->skip = pkt->off;
	w->payload = datagram != NULL ? datagram->payload : pkt->payload;
	w->at.source = r->file.source->row.id;
	w->at.record = rec->no;
	w->file_off = rec->off;
	w->ts = rec->ts;
	w->datagram = datagram;
}

static void
count(struct route *r, uint32_t source, enum disposition d, int64_t n)
{
	job_packet(r->job, &r->counts, source, d, n);
}

/* What had been counted as waiting has found its datagram. */
static void
count_fragments(struct route *r, const struct frag_datagram *d)
{
	for (size_t i = 0; i + 1 < d->nrecords; i++) {
		uint32_t source = d->records[i].at.source;

		count(r, source, DISPOSITION_FRAGMENT_PENDING, -1);
		count(r, source, DISPOSITION_FRAGMENT, 1);
	}
}

static int
take_datagram(struct route *r, struct packet *pkt, const struct record *rec,
              const struct frag_datagram *d)
{
	struct work_datagram *copy;

	count_fragments(r, d);
	net_decode_l4(cur_make(d->data, d->caplen, false), d->len, pkt);
	if (pkt->kind == PACKET_NONE) {
		count(r, r->file.source->row.id, pkt->why, 1);
		return 0;
	}
	copy = work_datagram_new(d, pkt->off, pkt->caplen);
	if (copy == NULL)
		return ERR_NOMEM;
	fill_work(r, pkt, rec, copy);
	return 0;
}

static int
take_fragment(struct route *r, struct packet *pkt, const struct record *rec)
{
	uint32_t source = r->file.source->row.id;
	struct frag_record fr = {
		.at = { .source = source, .record = rec->no },
		.file_off = rec->off,
		.ts = rec->ts,
		.origlen = rec->origlen,
	};
	struct frag_datagram d;

	switch (frag_add(r->frags, r->file.point, pkt, &fr, &d)) {
	case FRAG_DONE:
		return take_datagram(r, pkt, rec, &d);
	case FRAG_PENDING:
		count(r, source, DISPOSITION_FRAGMENT_PENDING, 1);
		break;
	case FRAG_BAD:
		count(r, source, DISPOSITION_FRAGMENT_BAD, 1);
		break;
	}
	return 0;
}

static void
note_times(struct route_file *f, int64_t ts)
{
	if (ts < f->prev_ts - ROUTE_BACK)
		f->steps_back++;
	f->prev_ts = ts;
	if (ts < f->first_ts)
		f->first_ts = ts;
	if (ts > f->last_ts)
		f->last_ts = ts;
}

int
route_record(struct route *r, const struct record *rec)
{
	struct route_file *f = &r->file;
	struct packet pkt;
	int rc;

	if (!f->has_point) {
		rc = assign_point(r, rec->ts);
		if (rc != 0)
			return rc;
	}
	note_times(f, rec->ts);
	net_decode(rec->linktype, cur_make(rec->data, rec->caplen, false),
	           rec->origlen, (uint32_t)r->job->opt->net.tunnel_depth, &pkt);
	switch (pkt.kind) {
	case PACKET_TCP:
	case PACKET_UDP:
		fill_work(r, &pkt, rec, NULL);
		return 0;
	case PACKET_FRAGMENT:
		return take_fragment(r, &pkt, rec);
	case PACKET_NONE:
		break;
	}
	if (pkt.why == DISPOSITION_LINK_UNKNOWN) {
		f->unknown_links++;
		f->unknown_link = rec->linktype;
	}
	count(r, f->source->row.id, pkt.why, 1);
	return 0;
}

/* ---- files ---- */

int
route_file(struct route *r, struct job_source *source,
           const struct layout *layout, const struct capture *capture)
{
	r->file = (struct route_file){
		.source = source,
		.layout = *layout,
		.capture = capture,
	};
	source->row.tls = layout->tls;
	return 0;
}

/* "<n> <what><name>" about the file at hand. */
static int
diag_file(struct route *r, enum diag_kind kind, uint64_t n, const char *what,
          const char *name)
{
	char text[256];
	int len = snprintf(text, sizeof(text), "%" PRIu64 " %s%s", n, what,
	                   name);
	struct diag d = {
		.kind = kind,
		.at = { .source = r->file.source->row.id },
		.side = -1,
		.len = n,
		.name = r->file.source->row.name,
		.text = str_make(text, len < 0 ? 0 : (size_t)len),
	};

	return out_diag(*r->out, &d);
}

static int
file_diags(struct route *r)
{
	struct route_file *f = &r->file;
	uint64_t over = capture_oversized(f->capture);
	uint64_t unknown = capture_unknown_blocks(f->capture);
	int rc = 0;

	if (f->unknown_links > 0)
		rc = diag_file(r, DIAG_LINK_UNKNOWN, f->unknown_links,
		               "packets have a link type that is not read: ",
		               net_link_name(f->unknown_link));
	if (rc == 0 && over > 0) {
		count(r, f->source->row.id, DISPOSITION_OVERSIZED,
		      (int64_t)over);
		rc = diag_file(r, DIAG_LIMIT, over,
		               "records are longer than the limit; raise it "
		               "with --limit record-bytes=N",
		               "");
	}
	if (rc == 0 && unknown > 0)
		rc = diag_file(r, DIAG_BLOCKS_UNKNOWN, unknown,
		               "pcapng blocks were passed over", "");
	if (rc == 0 && f->steps_back > 0)
		rc = diag_file(r, DIAG_TIME_ODD, f->steps_back,
		               "times the clock goes back by over a minute",
		               "");
	return rc;
}

static int
file_ifaces(struct route *r)
{
	const struct capture *c = r->file.capture;
	int rc = 0;

	for (size_t i = 0; i < capture_iface_count(c) && rc == 0; i++) {
		const struct capture_iface *cf = capture_iface(c, i);
		struct index_iface row = {
			.source = r->file.source->row.id,
			.iface = (uint32_t)i,
			.name = cf->name,
			.linktype = cf->linktype,
			.snaplen = cf->snaplen,
			.drops = cf->has_drops ? (int64_t)cf->drops : -1,
		};

		rc = out_iface(*r->out, &row);
		if (rc == 0 && cf->has_drops && cf->drops > 0)
			rc = diag_file(r, DIAG_AGENT_DROPS, cf->drops,
			               "packets were dropped by the capture",
			               "");
	}
	return rc;
}

/* A file without packets has a point too, but begins no chain. */
static int
empty_file_point(struct route *r)
{
	char buf[ROUTE_LABEL];
	const struct chain *chain;
	struct str key;
	int rc = chain_key(r, &key);

	if (rc != 0)
		return rc;
	chain = map_find_str(&r->chains, key);
	if (chain == NULL)
		return new_point(r, label_of(&r->file, buf), &r->file.point);
	r->file.point = chain->point;
	return 0;
}

int
route_file_end(struct route *r)
{
	struct route_file *f = &r->file;
	struct index_source *row = &f->source->row;
	int rc;

	row->records = capture_records(f->capture);
	if (!f->has_point) {
		rc = empty_file_point(r);
		if (rc != 0)
			return rc;
	} else if (f->chain != NULL && f->last_ts > f->chain->last_ts) {
		f->chain->last_ts = f->last_ts;
	}
	row->point = f->point;
	row->first_ts = f->first_ts;
	row->last_ts = f->last_ts;
	if (f->layout.single_stream)
		end_point(r, f->point);
	rc = file_diags(r);
	if (rc == 0)
		rc = file_ifaces(r);
	route_block_end(r);
	return rc;
}
