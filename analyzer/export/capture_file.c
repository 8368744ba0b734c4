/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/export/capture_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/export/braid.h"
#include "analyzer/query/ids.h"
#include "base/arena.h"
#include "base/mem.h"
#include "snapshot/pcap_out.h"
#include "snapshot/pcapng_out.h"

enum {
	IFACES_MAX = 1 << 18,
	NAMES_MAX = 16, /* of one address */
	NAMES_BYTES = 1 << 20,
	COMMENT = 64, /* bytes of "entry ID" */
};

/* ---- pcap ---- */

static int
pcap_records(struct export *x, struct braid *b)
{
	enum { ETHERNET = 1 };
	struct pcap_out pcap = { .out = NULL };
	struct packet packet;
	uint16_t linktype = ETHERNET;
	size_t part;
	int rc;

	while ((rc = braid_next(b, &packet, &part, x->e)) == 1) {
		if (x->counts->packets++ == 0) {
			linktype = packet.record.linktype;
			pcap_out_begin(&pcap, x->out, linktype,
			               !braid_micro(b));
		}
		if (packet.record.linktype != linktype)
			return err_set(x->e, ERR_UNSUPPORTED,
			               "there are packets of link types %u "
			               "and %u, and a pcap file has one only; "
			               "export to pcapng",
			               (unsigned)linktype,
			               (unsigned)packet.record.linktype);
		pcap_out_record(&pcap, &packet.record);
		if (export_error(x) != 0)
			return x->out->error;
	}
	/* No packets make an empty file, not none. */
	if (rc == 0 && x->counts->packets == 0)
		pcap_out_begin(&pcap, x->out, linktype, false);
	return rc;
}

int
capture_file_pcap(struct export *x)
{
	struct braid *b;
	int rc = braid_open(x, &b);

	if (rc != 0)
		return rc;
	rc = pcap_records(x, b);
	braid_free(b);
	return rc;
}

/* ---- pcapng: interfaces ---- */

/* An interface of a capture file, and what it is in ours. */
struct iface {
	size_t part;
	uint32_t source, iface;
	int64_t point; /* capture point; -1: it has no packets */
	uint16_t linktype;
	struct str name;
	uint32_t id;
	int64_t drops; /* -1: not told */
};

struct pcapng {
	struct export *x;
	size_t part; /* whose interfaces and names are being read */
	struct arena arena;
	/* By part, source and number, as the indexes have them. */
	struct iface *ifaces;
	size_t n, cap;
	uint32_t used; /* ids given */
	int64_t last_ts;
	/* Names of the address at hand. */
	struct addr ip;
	struct str names[NAMES_MAX];
	size_t nnames;
};

static int
take_iface(void *ctx, const struct index_iface *i)
{
	struct pcapng *w = ctx;
	struct iface *f;

	if (w->n == IFACES_MAX)
		return ERR_LIMIT;
	if (w->n == w->cap) {
		size_t cap = w->cap > 0 ? w->cap * 2 : 16;

		f = mem_regrow(w->ifaces, cap, sizeof(*f));
		if (f == NULL)
			return ERR_NOMEM;
		w->ifaces = f;
		w->cap = cap;
	}
	f = &w->ifaces[w->n++];
	*f = (struct iface){ .part = w->part,
		             .source = i->source,
		             .iface = i->iface,
		             .point = i->point,
		             .linktype = i->linktype,
		             .name = arena_dup(&w->arena, i->name),
		             .id = UINT32_MAX,
		             .drops = i->drops };
	return arena_error(&w->arena);
}

static int
compare(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static struct iface *
find_iface(struct pcapng *w, size_t part, const struct packet *p)
{
	uint32_t source = p->source->id, iface = p->record.iface;
	size_t lo = 0, hi = w->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		struct iface *f = &w->ifaces[mid];

		int d = compare(f->part, part);

		if (d == 0)
			d = compare(f->source, source);
		if (d == 0)
			d = compare(f->iface, iface);
		if (d == 0)
			return f;
		if (d < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static void
begin_iface(struct pcapng *w, struct iface *f, const struct packet *p)
{
	const struct index_point *point =
	    opened_point(export_opened(w->x, f->part), (uint32_t)f->point);
	struct pcapng_out_iface out = {
		.name = f->name,
		.description = point != NULL ? point->label : STR_NONE,
		.linktype = p->record.linktype,
		.snaplen = p->iface != NULL ? p->iface->snaplen : 0,
	};

	/* The consecutive files of a capture point are one interface. */
	for (size_t i = 0; i < w->n; i++) {
		const struct iface *other = &w->ifaces[i];

		if (other->id != UINT32_MAX && other->part == f->part &&
		    other->point == f->point &&
		    other->linktype == f->linktype &&
		    str_eq(other->name, f->name)) {
			f->id = other->id;
			return;
		}
	}
	f->id = w->used++;
	pcapng_out_iface(w->x->out, &out);
}

/* What the files of each interface say was dropped, in all. */
static int
put_drops(struct pcapng *w)
{
	struct {
		uint64_t n;
		bool told;
	} *drops = mem_array((size_t)w->used + 1, sizeof(*drops));

	if (drops == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < w->n; i++) {
		const struct iface *f = &w->ifaces[i];

		if (f->id == UINT32_MAX || f->drops < 0)
			continue;
		drops[f->id].n += (uint64_t)f->drops;
		drops[f->id].told = true;
	}
	for (uint32_t id = 0; id < w->used; id++)
		if (drops[id].told)
			pcapng_out_drops(w->x->out, id, w->last_ts,
			                 drops[id].n);
	mem_free(drops);
	return 0;
}

/* ---- pcapng: names ---- */

static void
flush_names(struct pcapng *w)
{
	if (w->nnames > 0)
		pcapng_out_names(w->x->out, &w->ip, w->names, w->nnames);
	w->nnames = 0;
	arena_clear(&w->arena);
}

/* Intervals come in order of address; all names it ever had are told. */
static int
take_identity(void *ctx, const struct index_identity *i)
{
	struct pcapng *w = ctx;

	if (w->nnames > 0 && !addr_eq(&i->ip, &w->ip))
		flush_names(w);
	if (i->name.n == 0 || !pick_has_addr(w->x->pick[w->part], &i->ip))
		return 0;
	w->ip = i->ip;
	for (size_t k = 0; k < w->nnames; k++)
		if (str_eq(w->names[k], i->name))
			return 0;
	if (w->nnames == NAMES_MAX)
		return 0;
	w->names[w->nnames++] = arena_dup(&w->arena, i->name);
	return arena_error(&w->arena);
}

static int
put_names(struct pcapng *w)
{
	int rc = 0;

	for (w->part = 0; w->part < w->x->job->nparts && rc == 0; w->part++) {
		struct opened *o = export_opened(w->x, w->part);

		rc = index_identities(opened_index(o), take_identity, w,
		                      w->x->e);
		if (rc == 0)
			flush_names(w);
	}
	return rc;
}

/* ---- pcapng: packets ---- */

static void
put_packet(struct pcapng *w, const struct packet *p, size_t part,
           uint32_t iface)
{
	char text[PCAPNG_OUT_COMMENTS][COMMENT], id[IDS_TEXT];
	unsigned snapshot = w->x->job->part[part].source.names.snapshot;
	struct str comments[PCAPNG_OUT_COMMENTS];
	size_t n;
	const struct pick_mark *marks =
	    pick_marks(w->x->pick[part], p->source->id, p->record.off, &n);

	if (n > PCAPNG_OUT_COMMENTS)
		n = PCAPNG_OUT_COMMENTS;
	for (size_t i = 0; i < n; i++) {
		int len =
		    snprintf(text[i], COMMENT, "entry " STR_FMT,
		             STR_ARG(ids_eid(marks[i].entry, snapshot, id)));

		comments[i] = str_make(text[i], (size_t)len);
	}
	pcapng_out_packet(w->x->out, iface, &p->record, comments, n);
}

static int
pcapng_records(struct pcapng *w, struct braid *b)
{
	struct packet p;
	size_t part;
	int rc;

	while ((rc = braid_next(b, &p, &part, w->x->e)) == 1) {
		struct iface *f = find_iface(w, part, &p);

		if (f == NULL)
			return err_set(
			    w->x->e, ERR_CORRUPT,
			    "the index does not know interface "
			    "%" PRIu32 " of " STR_FMT,
			    p.record.iface,
			    STR_ARG(opened_source(export_opened(w->x, part),
			                          p.source->id)));
		if (f->id == UINT32_MAX)
			begin_iface(w, f, &p);
		put_packet(w, &p, part, f->id);
		w->x->counts->packets++;
		if (p.record.ts > w->last_ts)
			w->last_ts = p.record.ts;
		if (export_error(w->x) != 0)
			return w->x->out->error;
	}
	return rc;
}

static int
pcapng_write(struct pcapng *w)
{
	struct export *x = w->x;
	struct braid *b;
	int rc;

	pcapng_out_begin(x->out, x->job->program, x->job->comment);
	rc = put_names(w);
	/* The arena was emptied with the names; now it has interfaces. */
	for (w->part = 0; w->part < x->job->nparts && rc == 0; w->part++)
		rc = index_ifaces(opened_index(export_opened(x, w->part)),
		                  take_iface, w, x->e);
	if (rc == 0)
		rc = braid_open(x, &b);
	if (rc != 0)
		return rc;
	rc = pcapng_records(w, b);
	braid_free(b);
	return rc == 0 ? put_drops(w) : rc;
}

int
capture_file_pcapng(struct export *x)
{
	struct pcapng w = { .x = x };
	int rc;

	arena_init(&w.arena, NAMES_BYTES, 0);
	rc = pcapng_write(&w);
	mem_free(w.ifaces);
	arena_release(&w.arena);
	if (rc < 0 && x->e->code != rc)
		(void)err_set(x->e, rc, "exporting packets: %s", err_text(rc));
	return rc;
}
