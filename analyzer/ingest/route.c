/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/ingest/route.h"

#include <string.h>

#include "analyzer/ingest/chain.h"
#include "analyzer/ingest/file_notes.h"
#include "analyzer/ingest/tally.h"
#include "analyzer/net/frag.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"

#define ROUTE_BACK (60 * CLOCK_SEC) /* a step back in time worth telling */

/* The capture file at hand. */
struct route_file {
	struct job_source *source;
	struct layout layout;
	const struct capture *capture;
	/* What the latest packet was seen by. */
	struct chain *chain; /* NULL: a one-stream file, a point by itself */
	struct tally *tally;
	uint32_t iface, point;
	bool has_point, overlap_told, points_told;
	uint32_t first_point; /* that of its first packet */
	struct chain *first_chain;
	int64_t prev_ts;
	uint64_t unknown_links;
	uint16_t unknown_link;
	uint64_t steps_back;
};

/* Packets of several interfaces are mixed: what each was found to be. */
enum { SEATS = 64 };

struct seat {
	uint32_t file, iface;
	struct chain *chain;
};

struct route {
	struct job *job;
	struct worker **workers;
	size_t nworkers;
	struct batch_pool *batches;
	struct out **out;
	struct frag_table *frags;
	struct job_counts counts;
	struct chain_table *chains;
	uint32_t npoints, nfiles;
	struct seat seats[SEATS]; /* by iface */
	struct block *block;
	struct batch **open; /* one a worker, NULL when empty */
	struct route_file file;
	struct tally_list tallies; /* of its interfaces */
};

int
route_new(struct job *j, struct worker **workers, size_t nworkers,
          struct batch_pool *batches, struct out **out,
          struct route **ret_route)
{
	struct route *r = mem_zalloc(sizeof(*r));

	if (r == NULL)
		return ERR_NOMEM;
	r->job = j;
	r->workers = workers;
	r->nworkers = nworkers;
	r->batches = batches;
	r->out = out;
	r->chains = chain_table_new();
	r->frags = frag_table_new(&j->opt->net);
	r->open = mem_zalloc(nworkers * sizeof(struct batch *));
	if (r->chains == NULL || r->frags == NULL || r->open == NULL) {
		route_free(r);
		return ERR_NOMEM;
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
	chain_table_free(r->chains);
	tally_list_release(&r->tallies);
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

/* Were they in order of names, they might follow each other. */
static struct str
why_overlap(const struct route *r, const struct chain *c)
{
	if (path_compare(r->file.source->row.name, c->name) < 0)
		return STR(
		    "starts before the file in front of it ended, whose "
		    "name comes later; its packets are a capture point "
		    "of their own unless the snapshot is packed in order "
		    "of names");
	return STR("starts before the file in front of it ended; its "
	           "packets are a capture point of their own");
}

static int
diag_overlap(struct route *r, const struct chain *c, int64_t first_ts)
{
	struct diag d = {
		.kind = DIAG_CAPTURE_OVERLAP,
		.at = { .source = r->file.source->row.id },
		.side = -1,
		.ts = first_ts,
		.name = r->file.source->row.name,
		.text = why_overlap(r, c),
	};

	return out_diag(*r->out, &d);
}

/* The interface of the file at hand; one that it has not told has no name. */
static struct capture_iface
iface_of(const struct route_file *f, uint32_t iface)
{
	const struct capture_iface *i = capture_iface(f->capture, iface);

	return i != NULL ? *i : (struct capture_iface){ .name = STR_NONE };
}

/* A point for what that interface sees from now on. */
static int
begin_point(struct route *r, uint32_t iface, uint32_t *ret_point)
{
	const struct route_file *f = &r->file;
	struct capture_iface i = iface_of(f, iface);
	char buf[CHAIN_LABEL];
	struct str label = f->layout.single_stream
	                       ? f->source->row.name
	                       : chain_label(f->layout.folder, i.name, i.no,
	                                     buf);

	return new_point(r, label, ret_point);
}

static int
chain_of(struct route *r, uint32_t iface, struct chain **ret_chain)
{
	struct capture_iface i = iface_of(&r->file, iface);

	return chain_get(r->chains, r->file.layout.folder, i.name, i.no,
	                 ret_chain);
}

/* The first packet of a file decides whether its chain goes on. */
static int
join_chain(struct route *r, struct chain *c, const struct record *rec)
{
	bool overlaps = c->begun && rec->ts < c->last_ts - LAYOUT_SLACK;
	int rc = 0;

	c->file = r->nfiles;
	if (c->begun && !overlaps) {
		c->name = r->file.source->row.name;
		return 0;
	}
	if (overlaps) {
		end_point(r, c->point);
		if (!r->file.overlap_told)
			rc = diag_overlap(r, c, rec->ts);
		r->file.overlap_told = true;
	}
	if (rc == 0)
		rc = begin_point(r, rec->iface, &c->point);
	c->begun = true;
	c->name = r->file.source->row.name;
	c->last_ts = rec->ts;
	return rc;
}

/* There are too many points: this interface is taken for the first one. */
static int
share_point(struct route *r)
{
	struct route_file *f = &r->file;
	struct diag d = {
		.kind = DIAG_LIMIT,
		.at = { .source = f->source->row.id },
		.side = -1,
		.name = STR("capture-points"),
		.text = STR("its interfaces are not told apart; raise it with "
		            "--limit capture-points=N"),
	};

	if (f->points_told)
		return 0;
	f->points_told = true;
	return out_diag(*r->out, &d);
}

/* The chain of the interface of this packet. */
static int
take_seat(struct route *r, const struct record *rec, struct chain **ret_chain)
{
	struct route_file *f = &r->file;
	int rc = chain_of(r, rec->iface, ret_chain);

	if (rc != 0 || (*ret_chain)->file == r->nfiles)
		return rc;
	if (f->first_chain == NULL || r->npoints < r->job->opt->net.points)
		return join_chain(r, *ret_chain, rec);
	*ret_chain = f->first_chain;
	return share_point(r);
}

/* The packet at hand was seen by another interface than the one before. */
static int
change_point(struct route *r, const struct record *rec)
{
	struct route_file *f = &r->file;
	struct seat *s = &r->seats[rec->iface % SEATS];
	int rc = 0;

	f->iface = rec->iface;
	if (!f->layout.single_stream &&
	    (s->file != r->nfiles || s->iface != rec->iface)) {
		s->file = r->nfiles;
		s->iface = rec->iface;
		rc = take_seat(r, rec, &s->chain);
	}
	if (rc == 0)
		rc = tally_list_get(&r->tallies, rec->iface, &f->tally);
	if (rc != 0)
		return rc;
	if (!f->layout.single_stream) {
		f->chain = s->chain;
		f->point = f->chain->point;
	}
	f->tally->point = f->point;
	return 0;
}

/* Which point a file belongs to is that of its first packet. */
static int
first_point(struct route *r, const struct record *rec)
{
	struct route_file *f = &r->file;
	int rc = f->layout.single_stream ? begin_point(r, rec->iface, &f->point)
	                                 : 0;

	if (rc == 0)
		rc = change_point(r, rec);
	f->has_point = true;
	f->first_point = f->point;
	f->first_chain = f->chain;
	f->prev_ts = rec->ts;
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
	tally_add(f->tally, ts);
	if (f->chain != NULL && ts > f->chain->last_ts)
		f->chain->last_ts = ts;
}

int
route_record(struct route *r, const struct record *rec)
{
	struct route_file *f = &r->file;
	struct packet pkt;
	int rc = 0;

	if (!f->has_point)
		rc = first_point(r, rec);
	else if (rec->iface != f->iface)
		rc = change_point(r, rec);
	if (rc != 0)
		return rc;
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
	tally_list_clear(&r->tallies);
	r->nfiles++;
	source->row.tls = layout->tls;
	return 0;
}

/* A file without packets has a point too, but begins no chain. */
static int
empty_file_point(struct route *r)
{
	struct chain *c;
	int rc = chain_of(r, 0, &c);

	if (rc != 0)
		return rc;
	if (!c->begun)
		return begin_point(r, 0, &r->file.first_point);
	r->file.first_point = c->point;
	return 0;
}

int
route_file_end(struct route *r)
{
	struct route_file *f = &r->file;
	struct index_source *row = &f->source->row;
	struct tally saw = tally_list_sum(&r->tallies);
	struct file_notes notes = {
		.source = row,
		.capture = f->capture,
		.tallies = &r->tallies,
		.unknown_links = f->unknown_links,
		.unknown_link = f->unknown_link,
		.steps_back = f->steps_back,
	};
	int rc;

	row->records = capture_records(f->capture);
	if (!f->has_point) {
		rc = empty_file_point(r);
		if (rc != 0)
			return rc;
	}
	row->point = f->first_point;
	row->first_ts = saw.first_ts;
	row->last_ts = saw.last_ts;
	if (f->layout.single_stream)
		end_point(r, f->point);
	count(r, row->id, DISPOSITION_OVERSIZED,
	      (int64_t)capture_oversized(f->capture));
	rc = file_notes_put(&notes, *r->out);
	route_block_end(r);
	return rc;
}
