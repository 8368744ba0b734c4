/* SPDX-License-Identifier: Apache-2.0 */
/* The reader's walks over the other tables (reader.h). */
#include <string.h>

#include "analyzer/index/db.h"
#include "analyzer/index/part.h"
#include "analyzer/index/reader.h"
#include "analyzer/index/reader_impl.h"
#include "analyzer/index/stream_flag.h"

static int
step_walk(struct index_reader *r, sqlite3_stmt *st, const char *table,
          int (*row)(struct db_row *row, void *ctx), void *ctx, struct err *e)
{
	int step;
	int rc = 0;

	while (rc == 0 && (step = sqlite3_step(st)) != SQLITE_DONE) {
		struct db_row cols = db_row_of(st);

		if (step != SQLITE_ROW)
			rc = db_error(r->db, table, e);
		else
			rc = row(&cols, ctx);
		if (cols.bad)
			rc = reader_corrupt(table, e);
	}
	return rc;
}

int
reader_walk(struct index_reader *r, sqlite3_stmt *st, const char *table,
            int (*row)(struct db_row *row, void *ctx), void *ctx, struct err *e)
{
	int rc = step_walk(r, st, table, row, ctx, e);

	(void)sqlite3_finalize(st);
	return rc;
}

static int
walk(struct index_reader *r, const char *sql, const char *table,
     int (*row)(struct db_row *row, void *ctx), void *ctx, struct err *e)
{
	sqlite3_stmt *st;
	int rc = db_prepare(r->db, sql, e, &st);

	return rc == 0 ? reader_walk(r, st, table, row, ctx, e) : rc;
}

/*
 * Takes the statement out of its place, so that a callback that asks the same
 * gets one of its own, or prepares it.
 */
static int
take(struct index_reader *r, sqlite3_stmt **place, const char *sql,
     struct err *e, sqlite3_stmt **ret_stmt)
{
	if (*place == NULL)
		return db_prepare(r->db, sql, e, ret_stmt);
	*ret_stmt = *place;
	*place = NULL;
	return 0;
}

static void
put_back(sqlite3_stmt **place, sqlite3_stmt *st)
{
	(void)sqlite3_reset(st);
	if (*place != NULL)
		(void)sqlite3_finalize(*place);
	*place = st;
}

/* ---- streams ---- */

#define STREAM_SQL                                                         \
	"SELECT s.id,s.point,s.l4,s.state,a.ip,s.port_0,b.ip,s.port_1,"    \
	"s.client,s.flags,s.first_ts,s.last_ts,s.handshake_rtt,"           \
	"s.packets_0,s.bytes_0,s.payload_0,s.retransmissions_0,"           \
	"s.out_of_order_0,s.duplicate_acks_0,s.zero_windows_0,s.gaps_0,"   \
	"s.gap_bytes_0,s.tcp_flags_0,s.packets_1,s.bytes_1,s.payload_1,"   \
	"s.retransmissions_1,s.out_of_order_1,s.duplicate_acks_1,"         \
	"s.zero_windows_1,s.gaps_1,s.gap_bytes_1,s.tcp_flags_1,s.entries," \
	"t.value,r.value FROM stream s JOIN addr a ON a.id=s.addr_0 "      \
	"JOIN addr b ON b.id=s.addr_1 JOIN text t ON t.id=s.protocol "     \
	"JOIN text r ON r.id=s.reason "

struct stream_walk {
	int (*f)(void *ctx, const struct stream *s);
	void *ctx;
};

static void
get_addr(struct db_row *row, struct addr *a)
{
	struct str b = db_blob(row);

	if (b.n == sizeof(a->b))
		memcpy(a->b, b.p, sizeof(a->b));
	else
		row->bad = true;
}

static uint64_t
get_u64(struct db_row *row)
{
	return (uint64_t)db_int_in(row, 0, INT64_MAX);
}

static void
get_stream_side(struct db_row *row, struct stream_side *s)
{
	int64_t flags;

	s->packets = get_u64(row);
	s->bytes = get_u64(row);
	s->payload = get_u64(row);
	s->retransmissions = get_u64(row);
	s->out_of_order = get_u64(row);
	s->duplicate_acks = get_u64(row);
	s->zero_windows = get_u64(row);
	s->gaps = get_u64(row);
	s->gap_bytes = get_u64(row);
	flags = db_int(row);
	s->syn = (flags & SIDE_SYN) != 0;
	s->fin = (flags & SIDE_FIN) != 0;
	s->rst = (flags & SIDE_RST) != 0;
}

static void
get_stream(struct db_row *row, struct stream *s)
{
	int64_t flags;

	*s = (struct stream){ .id = db_int(row) };
	s->first = position_of_id(s->id);
	s->point = (uint32_t)db_int_in(row, 0, UINT32_MAX);
	s->l4 = (uint8_t)db_int_in(row, 0, UINT8_MAX);
	s->state = (enum stream_state)db_int_in(row, 0, STREAM_STATE_COUNT - 1);
	for (int side = 0; side < 2; side++) {
		get_addr(row, &s->addr[side]);
		s->port[side] = (uint16_t)db_int_in(row, 0, UINT16_MAX);
	}
	s->client = (uint8_t)db_int_in(row, 0, 1);
	flags = db_int(row);
	s->role_guessed = (flags & STREAM_ROLE_GUESSED) != 0;
	s->late_join = (flags & STREAM_LATE_JOIN) != 0;
	s->tls = (flags & STREAM_TLS) != 0;
	s->tls_wire = (flags & STREAM_TLS_WIRE) != 0;
	s->first_ts = db_int(row);
	s->last_ts = db_int(row);
	s->handshake_rtt = db_int(row);
	get_stream_side(row, &s->side[0]);
	get_stream_side(row, &s->side[1]);
	s->entries = get_u64(row);
	/* NUL-terminated by SQLite, and valid until the next row. */
	s->protocol = db_text(row).p;
	s->reason = db_text(row).p;
}

static int
stream_row(struct db_row *row, void *ctx)
{
	const struct stream_walk *w = ctx;
	struct stream s;

	get_stream(row, &s);
	return row->bad ? 0 : w->f(w->ctx, &s);
}

static int
totals_row(struct db_row *row, void *ctx)
{
	struct index_stream_totals *t = ctx;

	t->streams = get_u64(row);
	t->with_entries = get_u64(row);
	t->with_gaps = get_u64(row);
	t->undecrypted = get_u64(row);
	return 0;
}

int
index_stream_totals(struct index_reader *r, struct err *e,
                    struct index_stream_totals *ret_totals)
{
	memset(ret_totals, 0, sizeof(*ret_totals));
	/* 8 is STREAM_TLS_WIRE. */
	return walk(r,
	            "SELECT count(*),coalesce(sum(entries>0),0),"
	            "coalesce(sum(gaps_0+gaps_1>0),0),"
	            "coalesce(sum((flags&8)>0),0) FROM stream",
	            "stream", totals_row, ret_totals, e);
}

int
index_streams(struct index_reader *r,
              int (*f)(void *ctx, const struct stream *s), void *ctx,
              struct err *e)
{
	struct stream_walk w = { .f = f, .ctx = ctx };

	return walk(r, STREAM_SQL "ORDER BY s.id", "stream", stream_row, &w, e);
}

int
index_stream(struct index_reader *r, int64_t id,
             int (*f)(void *ctx, const struct stream *s), void *ctx,
             struct err *e)
{
	struct stream_walk w = { .f = f, .ctx = ctx };
	sqlite3_stmt *st;
	int rc = take(r, &r->stream, STREAM_SQL "WHERE s.id=?", e, &st);

	if (rc != 0)
		return rc;
	(void)sqlite3_bind_int64(st, 1, id);
	rc = step_walk(r, st, "stream", stream_row, &w, e);
	put_back(&r->stream, st);
	return rc;
}

/* ---- positions ---- */

struct part_walk {
	int (*f)(void *ctx, const struct index_part *p);
	void *ctx;
};

static struct str
get_list(struct db_row *row)
{
	struct str s = db_blob(row);

	if (s.n > PART_MAP_MAX)
		row->bad = true;
	return s;
}

static int
part_row(struct db_row *row, void *ctx)
{
	const struct part_walk *w = ctx;
	struct index_part p;

	p.stream = db_int(row);
	p.part = (uint32_t)db_int_in(row, 0, UINT32_MAX);
	p.first_packet = get_u64(row);
	p.off[0] = get_u64(row);
	p.off[1] = get_u64(row);
	p.packets = get_list(row);
	p.map[0] = get_list(row);
	p.map[1] = get_list(row);
	return row->bad ? 0 : w->f(w->ctx, &p);
}

int
index_parts(struct index_reader *r, int64_t stream, uint32_t from_part,
            int (*f)(void *ctx, const struct index_part *p), void *ctx,
            struct err *e)
{
	struct part_walk w = { .f = f, .ctx = ctx };
	sqlite3_stmt *st;
	int rc = take(r, &r->parts,
	              "SELECT stream,part,first_packet,off_0,off_1,packets,"
	              "map_0,map_1 FROM stream_part WHERE stream=? AND part>=? "
	              "ORDER BY part",
	              e, &st);

	if (rc != 0)
		return rc;
	(void)sqlite3_bind_int64(st, 1, stream);
	(void)sqlite3_bind_int64(st, 2, from_part);
	rc = step_walk(r, st, "stream_part", part_row, &w, e);
	put_back(&r->parts, st);
	return rc;
}

/* ---- sources, interfaces, points ---- */

struct source_walk {
	struct index_reader *r;
	int (*f)(void *ctx, const struct index_source *s);
	void *ctx;
	struct err *e;
};

static int
count_row(struct db_row *row, void *ctx)
{
	struct index_source *s = ctx;
	int64_t d = db_int_in(row, 0, DISPOSITION_COUNT - 1);

	s->dispositions[d] = get_u64(row);
	return 0;
}

static int
source_counts(const struct source_walk *w, struct index_source *s)
{
	sqlite3_stmt *st;
	int rc = db_prepare(w->r->db,
	                    "SELECT disposition,n FROM packet_count "
	                    "WHERE source=?",
	                    w->e, &st);

	if (rc != 0)
		return rc;
	(void)sqlite3_bind_int64(st, 1, s->id);
	return reader_walk(w->r, st, "packet_count", count_row, s, w->e);
}

static int
source_row(struct db_row *row, void *ctx)
{
	const struct source_walk *w = ctx;
	struct index_source s = { .id = 0 };
	int64_t id = db_int(row);
	int rc = 0;

	s.capture = id >= 0;
	s.id = s.capture ? (uint32_t)id : 0;
	s.name = db_text(row);
	s.path = db_text(row);
	s.sha256 = db_text(row);
	s.format = db_text(row);
	s.point = (uint32_t)db_int_in(row, 0, UINT32_MAX);
	s.bytes = get_u64(row);
	s.inode = (uint64_t)db_int(row);
	s.mtime = db_int(row);
	s.records = get_u64(row);
	s.first_ts = db_int(row);
	s.last_ts = db_int(row);
	s.tls = db_int(row) != 0;
	if (row->bad)
		return 0;
	if (s.capture)
		rc = source_counts(w, &s);
	return rc == 0 ? w->f(w->ctx, &s) : rc;
}

int
index_sources(struct index_reader *r,
              int (*f)(void *ctx, const struct index_source *s), void *ctx,
              struct err *e)
{
	struct source_walk w = { .r = r, .f = f, .ctx = ctx, .e = e };

	return walk(r,
	            "SELECT id,name,path,sha256,format,point,bytes,inode,"
	            "mtime,records,first_ts,last_ts,tls FROM source "
	            "ORDER BY id<0,abs(id)",
	            "source", source_row, &w, e);
}

struct iface_walk {
	int (*f)(void *ctx, const struct index_iface *i);
	void *ctx;
};

static int
iface_row(struct db_row *row, void *ctx)
{
	const struct iface_walk *w = ctx;
	struct index_iface i;

	i.source = (uint32_t)db_int_in(row, 0, UINT32_MAX);
	i.iface = (uint32_t)db_int_in(row, 0, UINT32_MAX);
	i.point = db_int_in(row, -1, UINT32_MAX);
	i.name = db_text(row);
	i.linktype = (uint16_t)db_int_in(row, 0, UINT16_MAX);
	i.snaplen = (uint32_t)db_int_in(row, 0, UINT32_MAX);
	i.records = (uint64_t)db_int_in(row, 0, INT64_MAX);
	i.first_ts = db_int(row);
	i.last_ts = db_int(row);
	i.drops = db_int(row);
	return row->bad ? 0 : w->f(w->ctx, &i);
}

int
index_ifaces(struct index_reader *r,
             int (*f)(void *ctx, const struct index_iface *i), void *ctx,
             struct err *e)
{
	struct iface_walk w = { .f = f, .ctx = ctx };

	return walk(r,
	            "SELECT source,iface,point,name,linktype,snaplen,records,"
	            "first_ts,last_ts,drops FROM iface ORDER BY 1,2",
	            "iface", iface_row, &w, e);
}

struct point_walk {
	int (*f)(void *ctx, const struct index_point *p);
	void *ctx;
};

static int
point_row(struct db_row *row, void *ctx)
{
	const struct point_walk *w = ctx;
	struct index_point p;

	p.id = (uint32_t)db_int_in(row, 0, UINT32_MAX);
	p.node = db_text(row);
	p.node_ip = db_text(row);
	p.label = db_text(row);
	return row->bad ? 0 : w->f(w->ctx, &p);
}

int
index_points(struct index_reader *r,
             int (*f)(void *ctx, const struct index_point *p), void *ctx,
             struct err *e)
{
	struct point_walk w = { .f = f, .ctx = ctx };

	return walk(r, "SELECT id,node,node_ip,label FROM point ORDER BY id",
	            "point", point_row, &w, e);
}

/* ---- identities, diag rows, tallies ---- */

struct identity_walk {
	int (*f)(void *ctx, const struct index_identity *i);
	void *ctx;
};

static int
identity_row(struct db_row *row, void *ctx)
{
	const struct identity_walk *w = ctx;
	struct index_identity i;

	get_addr(row, &i.ip);
	i.port = (uint16_t)db_int_in(row, 0, UINT16_MAX);
	i.node = db_text(row);
	i.from = db_int(row);
	i.to = db_int(row);
	i.early = db_int(row) != 0;
	i.name = db_text(row);
	i.ns = db_text(row);
	i.origin = (enum index_origin)db_int_in(row, 0, INDEX_ORIGINS - 1);
	return row->bad ? 0 : w->f(w->ctx, &i);
}

int
index_identities(struct index_reader *r,
                 int (*f)(void *ctx, const struct index_identity *i), void *ctx,
                 struct err *e)
{
	struct identity_walk w = { .f = f, .ctx = ctx };

	return walk(r,
	            "SELECT a.ip,i.port,d.value,i.from_ts,i.to_ts,i.early,"
	            "n.value,s.value,i.origin FROM identity i JOIN addr a ON "
	            "a.id=i.addr JOIN text d ON d.id=i.node JOIN text n ON "
	            "n.id=i.name JOIN text s ON s.id=i.ns "
	            "ORDER BY 1,2,3,4",
	            "identity", identity_row, &w, e);
}

struct diag_walk {
	int (*f)(void *ctx, const struct diag *d);
	void *ctx;
};

static int
diag_row(struct db_row *row, void *ctx)
{
	const struct diag_walk *w = ctx;
	struct diag d;
	int64_t source;

	d.kind = (enum diag_kind)db_int_in(row, 0, DIAG_COUNT - 1);
	source = db_int_in(row, -1, POSITION_SOURCE_MAX);
	d.at.source = source < 0 ? DIAG_NO_SOURCE : (uint32_t)source;
	d.at.record = get_u64(row);
	d.stream = db_int(row);
	d.side = (int)db_int_in(row, -1, 1);
	d.off = (uint64_t)db_int(row);
	d.len = (uint64_t)db_int(row);
	d.ts = db_int(row);
	d.name = db_text(row);
	d.text = db_text(row);
	return row->bad ? 0 : w->f(w->ctx, &d);
}

int
index_diags(struct index_reader *r, int (*f)(void *ctx, const struct diag *d),
            void *ctx, struct err *e)
{
	struct diag_walk w = { .f = f, .ctx = ctx };

	return walk(r,
	            "SELECT kind,source,record,stream,side,off,len,ts,name,"
	            "text FROM diag ORDER BY source,record,kind,stream,side,"
	            "off,name",
	            "diag", diag_row, &w, e);
}

struct protocol_walk {
	int (*f)(void *ctx, struct str key);
	void *ctx;
};

static int
protocol_row(struct db_row *row, void *ctx)
{
	const struct protocol_walk *w = ctx;
	struct str key = db_text(row);

	return row->bad ? 0 : w->f(w->ctx, key);
}

int
index_protocols(struct index_reader *r, int (*f)(void *ctx, struct str key),
                void *ctx, struct err *e)
{
	struct protocol_walk w = { .f = f, .ctx = ctx };

	return walk(r, "SELECT key FROM protocol ORDER BY key", "protocol",
	            protocol_row, &w, e);
}

struct tally_walk {
	int (*f)(void *ctx, struct str abbr, uint64_t n);
	void *ctx;
};

static int
tally_row(struct db_row *row, void *ctx)
{
	const struct tally_walk *w = ctx;
	struct str abbr = db_text(row);
	uint64_t n = get_u64(row);

	return row->bad ? 0 : w->f(w->ctx, abbr, n);
}

int
index_tally(struct index_reader *r,
            int (*f)(void *ctx, struct str abbr, uint64_t n), void *ctx,
            struct err *e)
{
	struct tally_walk w = { .f = f, .ctx = ctx };

	/* A sealed index has counted. */
	const char *sql =
	    r->sealed
		? "SELECT abbr,sum(entries) FROM protocol GROUP BY abbr "
		  "HAVING sum(entries)>0 ORDER BY abbr"
		: "SELECT p.abbr,count(*) FROM entry e JOIN protocol p ON "
		  "p.id=e.proto GROUP BY p.abbr ORDER BY p.abbr";

	return walk(r, sql, "entry", tally_row, &w, e);
}
