/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/ingest/reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "snapshot/history.h"

/* A member while it is read. */
struct reading {
	struct reader *r;
	const struct member *m;
	struct layout layout;
	struct disk_member *disk;
	struct capture *capture; /* captures that are not broken */
	struct block *prev;      /* its tail is not parsed yet */
	size_t left;             /* bytes of that tail */
	uint64_t skip;           /* bytes still to be passed over */
	struct buf text;         /* JSON members, whole */
	bool text_lost;          /* longer than the limit */
	uint64_t bytes;
	int code; /* the member broke off with this */
};

/* ---- diag rows ---- */

static int
diag_member(struct reader *r, enum diag_kind kind, struct str name,
            uint64_t off, struct str text)
{
	struct diag d = {
		.kind = kind,
		.at = { .source = DIAG_NO_SOURCE },
		.side = -1,
		.off = off,
		.name = name,
		.text = text,
	};

	return out_diag(*r->out, &d);
}

/* It is part of what the evidence is, and so of its digest. */
static int
remember_refusal(struct reader *r, const struct input_note *n)
{
	struct arena *a = &r->job->names;
	struct check_refusal *refusal = arena_zalloc(a, sizeof(*refusal));
	struct str name = arena_dup(a, n->name);

	if (arena_error(a) != 0)
		return arena_error(a);
	refusal->name = name;
	refusal->code = n->code;
	refusal->next = r->refusals;
	r->refusals = refusal;
	return 0;
}

void
reader_note(void *ctx, const struct input_note *n)
{
	struct reader *r = ctx;
	enum diag_kind kind = n->code == ERR_REFUSED || n->code == ERR_LIMIT
	                          ? DIAG_MEMBER_REFUSED
	                          : DIAG_MEMBER_UNREADABLE;
	int rc;

	/* An archive may have nothing else than what is refused. */
	if (out_full(*r->out))
		*r->out = store_swap(r->store, *r->out);
	rc = diag_member(r, kind, n->name, n->off, str_from_c(n->text));
	if (rc == 0)
		rc = remember_refusal(r, n);
	if (rc != 0)
		job_fail_code(r->job, rc, "noting what was refused");
}

static int
diag_capture(struct reading *rd, enum diag_kind kind, const char *what)
{
	char text[320];
	int n = snprintf(text, sizeof(text),
	                 "%s (after record %" PRIu64 ", at byte %" PRIu64 ")",
	                 what, capture_records(rd->capture),
	                 capture_offset(rd->capture));
	struct diag d = {
		.kind = kind,
		.at = { .source = rd->disk->source->row.id },
		.side = -1,
		.off = capture_offset(rd->capture),
		.name = rd->m->name,
		.text = str_make(text, n < 0 ? 0
		                       : (size_t)n < sizeof(text)
		                           ? (size_t)n
		                           : sizeof(text) - 1),
	};

	return out_diag(*rd->r->out, &d);
}

/* ---- captures ---- */

static int
packets_broken(struct reading *rd)
{
	int rc;

	/* A shortage of ours says nothing about the file. */
	if (capture_error(rd->capture) == ERR_NOMEM)
		return ERR_NOMEM;
	rc = diag_capture(rd, DIAG_CAPTURE_BROKEN, capture_reason(rd->capture));
	rd->left = 0;
	rd->skip = UINT64_MAX; /* the rest is stored, not parsed */
	return rc;
}

/* Pass over what a CAPTURE_SKIP asked for, as far as the window goes. */
static void
skip_some(struct reading *rd, struct cursor *c)
{
	size_t n = cur_left(c);

	if (rd->skip < n)
		n = (size_t)rd->skip;
	cur_skip(c, n);
	if (rd->skip == UINT64_MAX)
		return;
	capture_skipped(rd->capture, n);
	rd->skip -= n;
}

/* One step of the parser; *ret_more: it needs further bytes. */
static int
packets_one(struct reading *rd, struct cursor *c, bool *ret_more)
{
	struct capture_block blk;
	struct record rec;

	switch (capture_next(rd->capture, c, &rec, &blk)) {
	case CAPTURE_RECORD:
		if (rec.no > POSITION_RECORD_MAX) {
			rd->skip = UINT64_MAX;
			return diag_capture(rd, DIAG_LIMIT,
			                    "more records than an id can tell "
			                    "apart; the rest is not indexed");
		}
		return route_record(rd->r->route, &rec);
	case CAPTURE_BLOCK:
		return 0;
	case CAPTURE_SKIP:
		rd->skip = capture_need(rd->capture);
		return 0;
	case CAPTURE_MORE:
		*ret_more = true;
		return 0;
	case CAPTURE_BROKEN:
		break;
	}
	return packets_broken(rd);
}

/* Parse what lies in the block; what is left over is kept for the next. */
static int
packets_block(struct reading *rd, struct block *b)
{
	struct cursor c = cur_make(b->data, b->n, true);
	uint64_t records = capture_records(rd->capture);
	bool more = false;
	int rc = 0;

	route_block(rd->r->route, b);
	while (rc == 0 && !more && cur_left(&c) > 0) {
		if (rd->skip > 0)
			skip_some(rd, &c);
		else
			rc = packets_one(rd, &c, &more);
	}
	route_block_end(rd->r->route);
	rd->left = cur_left(&c);
	if (rc == 0 && rd->left == b->cap)
		rc = ERR_LIMIT; /* a step never needs that much */
	atomic_fetch_add_explicit(&rd->r->job->progress->packets,
	                          capture_records(rd->capture) - records,
	                          memory_order_relaxed);
	return rc;
}

static int
packets_end(struct reading *rd)
{
	struct reader *r = rd->r;
	int rc = 0;

	if (rd->capture == NULL)
		return 0;
	if (rd->skip != UINT64_MAX && capture_end(rd->capture, rd->left) != 0)
		rc = diag_capture(rd, DIAG_CAPTURE_TRUNCATED,
		                  capture_reason(rd->capture));
	if (rc == 0)
		rc = route_file_end(r->route);
	rd->disk->records = capture_records(rd->capture);
	return rc;
}

static int
packets_begin(struct reading *rd)
{
	struct reader *r = rd->r;
	struct job_source *source;
	int rc = job_source_new(r->job, rd->m->name, STR(""), &source);

	if (rc == ERR_LIMIT)
		return diag_member(r, DIAG_LIMIT, rd->m->name, 0,
		                   STR("more capture files than can be told "
		                       "apart; this one is not indexed"));
	if (rc != 0)
		return rc;
	rd->disk->source = source;
	rd->capture = capture_new(&r->job->opt->snapshot);
	if (rd->capture == NULL)
		return ERR_NOMEM;
	source->row.path = rd->disk->path;
	source->row.mtime = rd->disk->mtime;
	source->row.inode = rd->disk->inode;
	/* A first row, so that details can be read while we go on. */
	rc = out_source(*r->out, &source->row);
	if (rc != 0)
		return rc;
	return route_file(r->route, source, &rd->layout, rd->capture);
}

static const char *
format_name(enum capture_format f)
{
	return f == CAPTURE_PCAP ? "pcap" : f == CAPTURE_PCAPNG ? "pcapng" : "";
}

/* ---- histories and manifests ---- */

static int
take_history(struct reading *rd)
{
	struct reader *r = rd->r;
	struct err e = ERR_INIT;
	struct history *h;
	int rc = history_parse(buf_str(&rd->text), &r->job->opt->snapshot, &e,
	                       &h);

	if (rc == ERR_NOMEM)
		return rc;
	if (rc != 0)
		return diag_member(r, DIAG_HISTORY_BAD, rd->m->name, 0,
		                   str_from_c(e.text));
	for (size_t i = 0; i < history_count(h) && rc == 0; i++) {
		const struct identity *id = history_at(h, i);
		struct index_identity row = {
			.ip = addr_v6(id->ip),
			.port = id->port,
			.node = route_node(&rd->layout),
			.from = id->from,
			.to = id->to,
			.early = id->early,
			.name = id->name,
			.ns = id->ns,
		};

		rc = out_identity(*r->out, &row);
		if (rc == 0 && out_full(*r->out))
			*r->out = store_swap(r->store, *r->out);
	}
	history_free(h);
	return rc;
}

static int
take_manifest(struct reading *rd)
{
	struct reader *r = rd->r;
	struct err e = ERR_INIT;
	int rc;

	if (rd->m->kind == MEMBER_MANIFEST)
		rc = manifest_parse(buf_str(&rd->text), &r->job->opt->snapshot,
		                    &e, &r->manifest);
	else
		rc = snapshot_info_parse(buf_str(&rd->text),
		                         &r->job->opt->snapshot, &e, &r->info);
	if (rc == 0 || rc == ERR_NOMEM)
		return rc;
	r->manifest_bad = true;
	return diag_member(r, DIAG_MANIFEST_BAD, rd->m->name, 0,
	                   str_from_c(e.text));
}

static int
text_end(struct reading *rd)
{
	if (rd->text_lost) {
		rd->r->manifest_bad |= rd->m->kind == MEMBER_MANIFEST;
		return diag_member(rd->r, DIAG_LIMIT, rd->m->name, 0,
		                   STR("longer than the limit; raise it with "
		                       "--limit json-bytes=N"));
	}
	switch (rd->m->kind) {
	case MEMBER_HISTORY:
		return take_history(rd);
	case MEMBER_SNAPSHOT:
	case MEMBER_MANIFEST:
		return take_manifest(rd);
	case MEMBER_CAPTURE:
	case MEMBER_PACKED:
	case MEMBER_OTHER:
		break;
	}
	return 0;
}

static bool
wants_text(const struct reading *rd)
{
	return rd->m->kind == MEMBER_HISTORY ||
	       rd->m->kind == MEMBER_SNAPSHOT || rd->m->kind == MEMBER_MANIFEST;
}

static int
text_block(struct reading *rd, const struct block *b)
{
	int rc;

	if (rd->text_lost)
		return 0;
	rc = buf_append(&rd->text, b->data + b->fresh, b->n - b->fresh);
	if (rc == ERR_BUDGET) {
		rd->text_lost = true;
		buf_release(&rd->text);
		return 0;
	}
	return rc;
}

/* ---- members ---- */

/* Fill a block from the input, behind what was left of the one before. */
static int
fill(struct reading *rd, struct block *b)
{
	struct reader *r = rd->r;
	int64_t start = clock_mono();
	int rc = 0;

	b->n = b->fresh = rd->left;
	if (rd->left > 0)
		memcpy(b->data, rd->prev->data + rd->prev->n - rd->left,
		       rd->left);
	while (b->n < b->cap && rc == 0) {
		size_t n = 0;

		rc = input_read(r->input, b->data + b->n, b->cap - b->n, &n);
		if (rc != 0 || n == 0)
			break;
		b->n += n;
	}
	rd->code = rc;
	rd->bytes += b->n - b->fresh;
	atomic_store(&r->job->progress->taken, input_taken(r->input));
	atomic_fetch_add(&r->job->progress->bytes, b->n - b->fresh);
	r->read_ns += clock_mono() - start;
	return rc == ERR_NOMEM ? rc : 0;
}

static int
take_block(struct reading *rd, struct block *b)
{
	int rc = disk_block(rd->r->disk, b);

	rd->left = 0;
	if (rc == 0 && rd->capture != NULL)
		rc = packets_block(rd, b);
	else if (rc == 0 && wants_text(rd))
		rc = text_block(rd, b);
	if (rc == 0 && out_rows(*rd->r->out) > 0)
		*rd->r->out = store_swap(rd->r->store, *rd->r->out);
	return rc;
}

static int
member_bytes(struct reading *rd)
{
	struct reader *r = rd->r;
	int rc = 0;

	while (rc == 0 && rd->code == 0 && !job_stopped(r->job)) {
		struct block *b = block_get(r->blocks);

		if (b == NULL)
			return ERR_CANCELLED;
		rc = fill(rd, b);
		if (rd->prev != NULL)
			block_unref(rd->prev);
		rd->prev = b;
		if (rc == 0 && b->n == b->fresh)
			break;
		if (rc == 0)
			rc = take_block(rd, b);
	}
	return rc;
}

static int
member_end(struct reading *rd)
{
	int rc = disk_end(rd->r->disk);

	if (rc == 0)
		rc = packets_end(rd);
	if (rc == 0 && wants_text(rd))
		rc = text_end(rd);
	return rc;
}

static void
reading_release(struct reading *rd)
{
	if (rd->capture != NULL && rd->disk != NULL && rd->disk->source != NULL)
		rd->disk->source->row.format =
		    str_from_c(format_name(capture_format(rd->capture)));
	if (rd->prev != NULL)
		block_unref(rd->prev);
	capture_free(rd->capture);
	buf_release(&rd->text);
}

/* Captures are compressed with the whole, not one by one. */
static int
tell_packed(struct reader *r, const struct member *m)
{
	struct diag d = {
		.kind = DIAG_MEMBER_PACKED,
		.at = { .source = DIAG_NO_SOURCE },
		.side = -1,
		.name = m->name,
		.text = STR("is compressed or an archive itself and was not "
		            "looked into; open it by itself, or unpack it"),
	};

	return out_diag(*r->out, &d);
}

/* Where a member is that stays where it was. */
static int
keep_path(struct reading *rd)
{
	struct arena *a = &rd->r->job->names;

	if (rd->m->path == NULL)
		return 0;
	rd->disk->path = arena_dup(a, str_from_c(rd->m->path));
	rd->disk->mtime = rd->m->mtime;
	rd->disk->inode = rd->m->inode;
	return arena_error(a);
}

static int
read_member(struct reader *r, const struct member *m)
{
	struct reading rd = { .r = r, .m = m, .layout = layout_of(m->name) };
	int rc = disk_begin(r->disk, m->name, m->path == NULL, &rd.disk);

	if (rc == 0)
		rc = keep_path(&rd);
	buf_init(&rd.text, r->job->opt->snapshot.json_bytes);
	if (rc == 0 && m->kind == MEMBER_CAPTURE)
		rc = packets_begin(&rd);
	if (rc == 0 && m->kind == MEMBER_PACKED)
		rc = tell_packed(r, m);
	if (rc == 0)
		rc = member_bytes(&rd);
	if (rc == 0 && !job_stopped(r->job))
		rc = member_end(&rd);
	reading_release(&rd);
	return rc;
}

/* Is there room for the member where it will be written? */
static int
check_room(struct reader *r, const struct member *m, struct err *e)
{
	if (m->path != NULL || m->size == UINT64_MAX)
		return 0;
	return workspace_room(r->job->ws, m->size, e);
}

/* Nothing at all to look at is most likely the wrong file. */
static int
tell_no_capture(struct reader *r)
{
	struct diag d = {
		.kind = DIAG_NO_CAPTURE,
		.at = { .source = DIAG_NO_SOURCE },
		.side = -1,
		.text = STR("there is no capture file (pcap, pcapng) in it; is "
		            "it the right one?"),
	};

	return out_diag(*r->out, &d);
}

int
reader_run(struct reader *r, struct err *e)
{
	int64_t start = clock_mono();
	struct member m;
	int rc;

	atomic_store(&r->job->progress->total, input_total(r->input));
	while ((rc = input_next(r->input, &m)) == 1) {
		if (job_stopped(r->job))
			return 0;
		rc = check_room(r, &m, e);
		if (rc != 0)
			return rc;
		rc = read_member(r, &m);
		if (rc != 0)
			return err_set(e, rc, "'" STR_FMT "': %s",
			               STR_ARG(m.name), err_text(rc));
	}
	if (rc == 0 && r->job->nsources == 0)
		rc = tell_no_capture(r);
	r->decode_ns = clock_mono() - start - r->read_ns;
	if (rc == ERR_NOMEM)
		return err_set(e, rc, "reading the input: %s", err_text(rc));
	return 0;
}

void
reader_release(struct reader *r)
{
	manifest_free(r->manifest);
	snapshot_info_free(r->info);
}
