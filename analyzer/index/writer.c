/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/index/writer.h"

#include <assert.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "analyzer/entry/protocol.h"
#include "analyzer/index/db.h"
#include "analyzer/index/place.h"
#include "analyzer/index/schema.h"
#include "analyzer/index/seal.h"
#include "analyzer/index/stream_flag.h"
#include "analyzer/index/writer_impl.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"

#define WRITER_COMMIT (200 * CLOCK_MSEC)

enum {
	ENTRY_INTS = 22,  /* columns of an entry before its place */
	STREAM_INTS = 36, /* columns of a stream */
	PART_INTS = 5,    /* columns of a part before its lists */
	PLACE_MAX = 2 * SPAN_MAX * 25, /* bytes of two full lists of spans */
};

/* ---- life ---- */

static const struct feed_shape shapes[FEED_COUNT] = {
	[FEED_TEXT] = { .table = "text", .ints = 1, .blobs = 1, .text = true },
	[FEED_KEPT] = { .table = "kept", .ints = 1, .blobs = 1 },
	[FEED_STREAM] = { .table = "stream",
	                  .ints = STREAM_INTS,
	                  .replace = true },
	[FEED_PART] = { .table = "stream_part", .ints = PART_INTS, .blobs = 3 },
	[FEED_ENTRY] = { .table = "entry", .ints = ENTRY_INTS, .blobs = 1 },
};

static void
finalize(struct index_writer *w)
{
	statements_finalize(w->st);
	for (size_t i = 0; i < FEED_COUNT; i++)
		feed_close(&w->feed[i]);
}

static int
open_db(struct index_writer *w, const char *path, bool watched, struct err *e)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
	            SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	int rc;

	if (sqlite3_open_v2(path, &w->db, flags, NULL) != SQLITE_OK)
		return db_error(w->db, path, e);
	(void)sqlite3_busy_timeout(w->db, DB_BUSY_MS);
	rc = db_exec(w->db, schema_pragmas, e);
	if (rc == 0)
		rc = db_exec(w->db, watched ? schema_log : schema_no_log, e);
	for (size_t i = 0; rc == 0 && schema_tables[i] != NULL; i++)
		rc = db_exec(w->db, schema_tables[i], e);
	if (rc == 0 && watched)
		rc = db_exec(w->db, schema_parts, e);
	if (rc == 0)
		rc = statements_prepare(w->db, w->st, e);
	for (size_t i = 0; i < FEED_COUNT && rc == 0; i++)
		rc = feed_open(&w->feed[i], w->db, &shapes[i], e);
	return rc;
}

int
index_create(const char *path, bool watched, struct err *e,
             struct index_writer **ret_writer)
{
	struct index_writer *w = mem_zalloc(sizeof(*w));
	struct stat st;
	int rc = 0;

	if (w == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	buf_init(&w->place, PLACE_MAX);
	chart_init(&w->chart);
	sums_init(&w->sums);
	w->path = mem_dup_text(path, strlen(path));
	if (w->path == NULL || dict_init_text(&w->texts) != 0 ||
	    dict_init_text(&w->kept) != 0 || dict_init_addr(&w->addrs) != 0)
		rc = err_set(e, ERR_NOMEM, "out of memory");
	if (rc == 0 && stat(path, &st) == 0)
		rc = err_set(e, ERR_EXIST, "%s: already exists", path);
	if (rc == 0)
		rc = open_db(w, path, watched, e);
	if (rc != 0) {
		index_writer_free(w);
		return rc;
	}
	*ret_writer = w;
	return 0;
}

void
index_writer_free(struct index_writer *w)
{
	if (w == NULL)
		return;
	finalize(w);
	(void)sqlite3_close(w->db);
	dict_release(&w->texts);
	dict_release(&w->kept);
	dict_release(&w->addrs);
	buf_release(&w->place);
	chart_release(&w->chart);
	sums_release(&w->sums);
	mem_free(w->path);
	mem_free(w);
}

/* ---- transactions ---- */

static int
begin(struct index_writer *w, struct err *e)
{
	int rc;

	if (w->open)
		return 0;
	rc = db_exec(w->db, "BEGIN", e);
	w->open = rc == 0;
	return rc;
}

/* What a chart needs of the entries since the last block. */
static int
put_chart(struct index_writer *w, struct err *e)
{
	const struct chart_block *b = &w->chart;
	sqlite3_stmt *st = w->st[ST_CHART];
	int rc;

	if (b->n == 0)
		return 0;
	(void)sqlite3_bind_int64(st, 1, b->n);
	(void)sqlite3_bind_int64(st, 2, b->min);
	(void)sqlite3_bind_int64(st, 3, b->max);
	db_bind_blob(st, 4, buf_str(&b->bytes));
	rc = db_run(w->db, st, "adding to the chart", e);
	chart_clear(&w->chart);
	return rc;
}

static int
commit(struct index_writer *w, struct err *e)
{
	int rc;

	if (!w->open)
		return 0;
	rc = put_chart(w, e);
	for (size_t i = 0; i < FEED_COUNT && rc == 0; i++)
		rc = feed_flush(&w->feed[i], e);
	if (rc == 0)
		rc = db_exec(w->db, "COMMIT", e);
	if (rc == 0)
		w->open = false;
	return rc;
}

int
index_tick(struct index_writer *w, int64_t now_ns, struct err *e)
{
	if (now_ns - w->committed < WRITER_COMMIT)
		return 0;
	w->committed = now_ns;
	return commit(w, e);
}

int
index_flush(struct index_writer *w, struct err *e)
{
	return commit(w, e);
}

/* ---- dictionaries ---- */

static int
text_id(struct index_writer *w, struct str s, struct err *e, int64_t *ret_id)
{
	bool is_new;
	int rc = dict_text(&w->texts, s, ret_id, &is_new);

	if (rc != 0)
		return err_set(e, rc, "index: dictionary: %s", err_text(rc));
	if (!is_new)
		return 0;
	*feed_row(&w->feed[FEED_TEXT]) = *ret_id;
	return feed_add(&w->feed[FEED_TEXT], &s, e);
}

static int
addr_id(struct index_writer *w, const struct addr *a, struct err *e,
        int64_t *ret_id)
{
	sqlite3_stmt *st = w->st[ST_ADDR];
	char text[ADDR_TEXT];
	bool is_new;
	int rc = dict_addr(&w->addrs, a, ret_id, &is_new);

	if (rc != 0)
		return err_set(e, rc, "index: dictionary: %s", err_text(rc));
	if (!is_new)
		return 0;
	(void)sqlite3_bind_int64(st, 1, *ret_id);
	db_bind_blob(st, 2, str_make((const char *)a->b, sizeof(a->b)));
	db_bind_str(st, 3, str_from_c(addr_format(a, text)));
	return db_run(w->db, st, "adding an address", e);
}

static int
protocol_id(struct index_writer *w, const struct protocol *p, struct err *e,
            int64_t *ret_id)
{
	sqlite3_stmt *st = w->st[ST_PROTOCOL];
	size_t i = 0;

	while (i < w->nprotocols && w->protocols[i] != p)
		i++;
	*ret_id = (int64_t)i + 1;
	if (i < w->nprotocols)
		return 0;
	if (i == WRITER_PROTOCOLS)
		return err_set(e, ERR_LIMIT, "index: too many protocols");
	w->protocols[w->nprotocols++] = p;
	(void)sqlite3_bind_int64(st, 1, *ret_id);
	db_bind_str(st, 2, str_from_c(p->key));
	db_bind_str(st, 3, str_from_c(p->abbr));
	db_bind_str(st, 4, str_from_c(p->name));
	return db_run(w->db, st, "adding a protocol", e);
}

/* ---- entries ---- */

/* What a message keeps: header lists, mostly, and mostly the same ones. */
static int
kept_id(struct index_writer *w, struct str bytes, struct err *e,
        int64_t *ret_id)
{
	bool is_new;
	int rc = dict_text(&w->kept, bytes, ret_id, &is_new);

	if (rc != 0)
		return err_set(e, rc, "index: dictionary: %s", err_text(rc));
	if (!is_new)
		return 0;
	*feed_row(&w->feed[FEED_KEPT]) = *ret_id;
	return feed_add(&w->feed[FEED_KEPT], &bytes, e);
}

/* Ids of the strings, addresses and the protocol of an entry. */
struct entry_ids {
	int64_t proto, method, target, host, client, server, kept[2];
};

static int
entry_ids(struct index_writer *w, const struct index_entry *r, struct err *e,
          struct entry_ids *ids)
{
	int rc = protocol_id(w, r->e.proto, e, &ids->proto);

	if (rc == 0)
		rc = text_id(w, r->e.method, e, &ids->method);
	if (rc == 0)
		rc = text_id(w, r->e.target, e, &ids->target);
	if (rc == 0)
		rc = text_id(w, r->e.host, e, &ids->host);
	if (rc == 0)
		rc = addr_id(w, &r->client, e, &ids->client);
	if (rc == 0)
		rc = addr_id(w, &r->server, e, &ids->server);
	if (rc == 0)
		rc = kept_id(w, r->e.request.kept, e, &ids->kept[0]);
	if (rc == 0)
		rc = kept_id(w, r->e.response.kept, e, &ids->kept[1]);
	return rc;
}

/* Where its messages are. */
static int
place_of(struct index_writer *w, const struct entry *e,
         const struct entry_ids *ids)
{
	int rc;

	buf_clear(&w->place);
	rc = place_put(&w->place, &e->request, ids->kept[0]);
	return rc == 0 ? place_put(&w->place, &e->response, ids->kept[1]) : rc;
}

static int
put_entry(struct index_writer *w, const struct index_entry *r, struct err *err)
{
	const struct entry *e = &r->e;
	int64_t ts = entry_time(e);
	struct entry_ids ids;
	struct str place;
	int rc = entry_ids(w, r, err, &ids);

	if (rc != 0)
		return rc;
	const int64_t v[ENTRY_INTS] = {
		e->id,
		e->stream,
		(int64_t)e->ordinal,
		ids.proto,
		e->flags,
		e->status,
		ids.method,
		ids.target,
		ids.host,
		ts,
		entry_elapsed_ms(e),
		e->request.present ? e->request.last - e->request.first : 0,
		e->response.present ? e->response.first - ts : 0,
		e->response.present ? e->response.last - ts : 0,
		(int64_t)e->request.size,
		(int64_t)e->response.size,
		ids.client,
		r->client_port,
		ids.server,
		r->server_port,
		r->point,
		r->tls,
	};

	rc = place_of(w, e, &ids);
	if (rc == 0)
		rc = sums_entry(&w->sums, r);
	if (rc != 0)
		return err_set(err, rc, "index: entry: %s", err_text(rc));
	w->tally[ids.proto - 1]++;
	place = buf_str(&w->place);
	memcpy(feed_row(&w->feed[FEED_ENTRY]), v, sizeof(v));
	return feed_add(&w->feed[FEED_ENTRY], &place, err);
}

/* ---- streams ---- */

static int64_t *
fill_side(int64_t *to, const struct stream_side *s)
{
	*to++ = (int64_t)s->packets;
	*to++ = (int64_t)s->bytes;
	*to++ = (int64_t)s->payload;
	*to++ = (int64_t)s->retransmissions;
	*to++ = (int64_t)s->out_of_order;
	*to++ = (int64_t)s->duplicate_acks;
	*to++ = (int64_t)s->zero_windows;
	*to++ = (int64_t)s->gaps;
	*to++ = (int64_t)s->gap_bytes;
	*to++ = (s->syn ? SIDE_SYN : 0) | (s->fin ? SIDE_FIN : 0) |
	        (s->rst ? SIDE_RST : 0);
	return to;
}

static int
stream_flags(const struct stream *s)
{
	return (s->role_guessed ? STREAM_ROLE_GUESSED : 0) |
	       (s->late_join ? STREAM_LATE_JOIN : 0) |
	       (s->tls ? STREAM_TLS : 0) | (s->tls_wire ? STREAM_TLS_WIRE : 0);
}

static int
put_stream(struct index_writer *w, const struct stream *s, struct err *e)
{
	int64_t addr[2], protocol, reason;
	int64_t *row, *to;
	int rc = addr_id(w, &s->addr[0], e, &addr[0]);

	if (rc == 0)
		rc = addr_id(w, &s->addr[1], e, &addr[1]);
	if (rc == 0)
		rc = text_id(w, str_from_c(s->protocol), e, &protocol);
	if (rc == 0)
		rc = text_id(w, str_from_c(s->reason), e, &reason);
	if (rc != 0)
		return rc;
	if (!s->unfinished)
		rc = sums_stream(&w->sums, s);
	if (rc != 0)
		return err_set(e, rc, "index: stream: %s", err_text(rc));
	const int64_t v[] = {
		s->id,
		s->point,
		s->l4,
		s->state,
		addr[0],
		s->port[0],
		addr[1],
		s->port[1],
		s->client,
		stream_flags(s),
		s->first_ts,
		s->last_ts,
		s->handshake_rtt,
	};
	row = feed_row(&w->feed[FEED_STREAM]);
	memcpy(row, v, sizeof(v));
	to = fill_side(row + ARRAY_LEN(v), &s->side[0]);
	to = fill_side(to, &s->side[1]);
	*to++ = (int64_t)s->entries;
	*to++ = protocol;
	*to++ = reason;
	assert(to == row + STREAM_INTS);
	return feed_add(&w->feed[FEED_STREAM], NULL, e);
}

static int
put_part(struct index_writer *w, const struct index_part *p, struct err *e)
{
	const struct str lists[] = { p->packets, p->map[0], p->map[1] };
	const int64_t v[PART_INTS] = {
		p->stream,
		p->part,
		(int64_t)p->first_packet,
		(int64_t)p->off[0],
		(int64_t)p->off[1],
	};

	int rc = sums_part(&w->sums, p);

	if (rc != 0)
		return err_set(e, rc, "index: positions: %s", err_text(rc));
	memcpy(feed_row(&w->feed[FEED_PART]), v, sizeof(v));
	return feed_add(&w->feed[FEED_PART], lists, e);
}

static int
chart_entry(struct index_writer *w, const struct entry *e, struct err *err)
{
	struct chart_point p;
	int64_t proto;
	int rc = protocol_id(w, e->proto, err, &proto);

	if (rc != 0)
		return rc;
	p = chart_point_of(e, proto);
	rc = chart_add(&w->chart, &p);
	if (rc != 0)
		return err_set(err, rc, "index: chart: %s", err_text(rc));
	return chart_full(&w->chart) ? put_chart(w, err) : 0;
}

int
index_put(struct index_writer *w, const struct index_batch *b, struct err *e)
{
	int rc = begin(w, e);

	for (size_t i = 0; i < b->nstreams && rc == 0; i++)
		rc = put_stream(w, &b->streams[i], e);
	for (size_t i = 0; i < b->nparts && rc == 0; i++)
		rc = put_part(w, &b->parts[i], e);
	for (size_t i = 0; i < b->nentries && rc == 0; i++)
		rc = put_entry(w, &b->entries[i], e);
	for (size_t i = 0; i < b->nentries && rc == 0; i++)
		rc = chart_entry(w, &b->entries[i].e, e);
	for (size_t i = 0; i < b->ndiags && rc == 0; i++)
		rc = index_put_diag(w, &b->diags[i], e);
	return rc;
}

/* ---- about the whole ---- */

static int
put_counts(struct index_writer *w, const struct index_source *s, struct err *e)
{
	sqlite3_stmt *st = w->st[ST_COUNT];
	int rc = 0;

	for (int i = 0; i < DISPOSITION_COUNT && rc == 0; i++) {
		if (s->dispositions[i] == 0)
			continue;
		(void)sqlite3_bind_int64(st, 1, s->id);
		(void)sqlite3_bind_int64(st, 2, i);
		(void)sqlite3_bind_int64(st, 3, (int64_t)s->dispositions[i]);
		rc = db_run(w->db, st, "adding packet counts", e);
	}
	return rc;
}

int
index_put_source(struct index_writer *w, const struct index_source *s,
                 struct err *e)
{
	sqlite3_stmt *st = w->st[ST_SOURCE];
	int64_t id = s->capture ? (int64_t)s->id : --w->members;
	const int64_t v[] = { s->point,
		              (int64_t)s->bytes,
		              (int64_t)s->inode,
		              s->mtime,
		              (int64_t)s->records,
		              s->first_ts,
		              s->last_ts,
		              s->tls };
	int rc = begin(w, e);

	if (rc != 0)
		return rc;
	(void)sqlite3_bind_int64(st, 1, id);
	db_bind_str(st, 2, s->name);
	db_bind_str(st, 3, s->path);
	db_bind_str(st, 4, s->sha256);
	db_bind_str(st, 5, s->format);
	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		(void)sqlite3_bind_int64(st, (int)i + 6, v[i]);
	rc = db_run(w->db, st, "adding a source", e);
	return rc == 0 && s->capture ? put_counts(w, s, e) : rc;
}

int
index_put_iface(struct index_writer *w, const struct index_iface *i,
                struct err *e)
{
	sqlite3_stmt *st = w->st[ST_IFACE];
	const int64_t v[] = { i->linktype, i->snaplen, (int64_t)i->records,
		              i->first_ts, i->last_ts, i->drops };
	int rc = begin(w, e);

	if (rc != 0)
		return rc;
	(void)sqlite3_bind_int64(st, 1, i->source);
	(void)sqlite3_bind_int64(st, 2, i->iface);
	(void)sqlite3_bind_int64(st, 3, i->point);
	db_bind_str(st, 4, i->name);
	for (size_t k = 0; k < ARRAY_LEN(v); k++)
		(void)sqlite3_bind_int64(st, (int)k + 5, v[k]);
	return db_run(w->db, st, "adding an interface", e);
}

int
index_put_point(struct index_writer *w, const struct index_point *p,
                struct err *e)
{
	sqlite3_stmt *st = w->st[ST_POINT];
	int rc = begin(w, e);

	if (rc != 0)
		return rc;
	(void)sqlite3_bind_int64(st, 1, p->id);
	db_bind_str(st, 2, p->node);
	db_bind_str(st, 3, p->node_ip);
	db_bind_str(st, 4, p->label);
	return db_run(w->db, st, "adding a capture point", e);
}

int
index_put_identity(struct index_writer *w, const struct index_identity *i,
                   struct err *e)
{
	sqlite3_stmt *st = w->st[ST_IDENTITY];
	int64_t addr, node, name, ns;
	int rc = begin(w, e);

	if (rc == 0)
		rc = addr_id(w, &i->ip, e, &addr);
	if (rc == 0)
		rc = text_id(w, i->node, e, &node);
	if (rc == 0)
		rc = text_id(w, i->name, e, &name);
	if (rc == 0)
		rc = text_id(w, i->ns, e, &ns);
	if (rc != 0)
		return rc;
	const int64_t v[] = { addr,     i->port, node, i->from,  i->to,
		              i->early, name,    ns,   i->origin };
	for (size_t k = 0; k < ARRAY_LEN(v); k++)
		(void)sqlite3_bind_int64(st, (int)k + 1, v[k]);
	return db_run(w->db, st, "adding an identity", e);
}

int
index_put_diag(struct index_writer *w, const struct diag *d, struct err *e)
{
	sqlite3_stmt *st = w->st[ST_DIAG];
	bool whole = d->at.source == DIAG_NO_SOURCE;
	const int64_t v[] = { d->kind,
		              diag_severity(d->kind),
		              whole ? -1 : (int64_t)d->at.source,
		              (int64_t)d->at.record,
		              d->stream,
		              d->side,
		              (int64_t)d->off,
		              (int64_t)d->len,
		              d->ts };
	int rc = begin(w, e);

	if (rc != 0)
		return rc;
	for (size_t i = 0; i < ARRAY_LEN(v); i++)
		(void)sqlite3_bind_int64(st, (int)i + 1, v[i]);
	db_bind_str(st, 10, d->name);
	db_bind_str(st, 11, d->text);
	return db_run(w->db, st, "adding a diag row", e);
}

int
index_put_meta(struct index_writer *w, const char *key, struct str value,
               struct err *e)
{
	sqlite3_stmt *st = w->st[ST_META];
	int rc = begin(w, e);

	if (rc != 0)
		return rc;
	db_bind_str(st, 1, str_from_c(key));
	db_bind_str(st, 2, value);
	return db_run(w->db, st, "adding a fact", e);
}

uint64_t
index_bytes(const struct index_writer *w)
{
	struct stat st;

	return stat(w->path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

/* ---- sealing ---- */

static int
sync_file(const char *path, struct err *e)
{
	int fd;
	int rc = io_open_at(AT_FDCWD, path, O_RDONLY, 0, &fd);

	if (rc == 0) {
		rc = io_fsync(fd);
		(void)io_close(fd);
	}
	return rc == 0 ? 0 : err_set(e, rc, "%s: %s", path, err_text(rc));
}

void
index_writer_alone(struct index_writer *w, void (*f)(void *ctx), void *ctx)
{
	w->alone = f;
	w->alone_ctx = ctx;
}

static int
put_tallies(struct index_writer *w, struct err *e)
{
	sqlite3_stmt *st = w->st[ST_TALLY];
	int rc = begin(w, e);

	for (size_t i = 0; i < w->nprotocols && rc == 0; i++) {
		(void)sqlite3_bind_int64(st, 1, w->tally[i]);
		(void)sqlite3_bind_int64(st, 2, (int64_t)i + 1);
		rc = db_run(w->db, st, "counting entries", e);
	}
	return rc;
}

int
index_seal(struct index_writer *w, struct err *e,
           uint8_t ret_digest[SHA256_SIZE])
{
	char hex[SHA256_HEX_MAX];
	int rc = put_tallies(w, e);

	if (rc == 0)
		rc = commit(w, e);
	if (rc == 0)
		rc = seal_digest(w->db, &w->sums, e, ret_digest);
	if (rc == 0)
		rc = db_exec(w->db, schema_parts, e);
	if (rc == 0)
		rc = db_exec(w->db, schema_indexes, e);
	if (rc == 0)
		rc = index_put_meta(w, "digest", sha256_hex(ret_digest, hex),
		                    e);
	if (rc == 0)
		rc = index_put_meta(w, "sealed", STR("1"), e);
	if (rc == 0)
		rc = commit(w, e);
	finalize(w);
	if (rc == 0 && w->alone != NULL)
		w->alone(w->alone_ctx);
	if (rc == 0)
		rc = db_exec(w->db,
		             "PRAGMA wal_checkpoint(TRUNCATE);"
		             "PRAGMA journal_mode=DELETE;",
		             e);
	return rc == 0 ? sync_file(w->path, e) : rc;
}
