/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/index/seal.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/entry/position.h"
#include "analyzer/index/db.h"
#include "base/buf.h"
#include "base/mem.h"

enum {
	SEAL_BUFFER = 1 << 16, /* bytes hashed at once */
	SEAL_ROW = 1 << 24,    /* bytes of one row that is to be sorted */
	ID_SHIFT = POSITION_RECORD_BITS + POSITION_SEQ_BITS,
};

#define ID_LOW ((INT64_C(1) << ID_SHIFT) - 1)

struct seal {
	sqlite3 *db;
	struct sha256 sha;
	struct buf buf;    /* serialised, not hashed yet */
	uint32_t *place;   /* of a source, by ordinal, in order of names */
	uint32_t *sources; /* ordinals in order of names */
	size_t nsources;
	int error;
};

/* ---- serialisation ---- */

static void
put(struct seal *s, const void *p, size_t n)
{
	if (s->error != 0)
		return;
	if (s->buf.n + n > SEAL_BUFFER) {
		s->error = sha256_update(&s->sha, s->buf.p, s->buf.n);
		buf_clear(&s->buf);
	}
	if (s->error == 0 && n > SEAL_BUFFER)
		s->error = sha256_update(&s->sha, p, n);
	else if (s->error == 0)
		s->error = buf_append(&s->buf, p, n);
}

static void
le64(uint8_t to[8], int64_t v)
{
	uint64_t u = (uint64_t)v;

	for (size_t i = 0; i < 8; i++)
		to[i] = (uint8_t)(u >> (8 * i));
}

static void
put_int(struct seal *s, int64_t v)
{
	uint8_t b[8];

	le64(b, v);
	put(s, b, sizeof(b));
}

static void
put_bytes(struct seal *s, const void *p, int n)
{
	put_int(s, n);
	put(s, p, (size_t)n);
}

/* An id with the source's place in order of names instead of its ordinal. */
static int64_t
canonical_id(const struct seal *s, int64_t id)
{
	uint64_t source = (uint64_t)id >> ID_SHIFT;

	if (source >= s->nsources)
		return id;
	return (int64_t)s->place[source] << ID_SHIFT | (id & ID_LOW);
}

/* Columns from `from` on, by their type. */
static void
put_columns(struct seal *s, sqlite3_stmt *st, int from)
{
	for (int i = from; i < sqlite3_column_count(st); i++) {
		switch (sqlite3_column_type(st, i)) {
		case SQLITE_INTEGER:
			put_int(s, sqlite3_column_int64(st, i));
			break;
		case SQLITE_NULL:
			put_int(s, 0);
			break;
		default: {
			const void *p = sqlite3_column_blob(st, i);

			put_bytes(s, p, sqlite3_column_bytes(st, i));
		}
		}
	}
}

/* ---- sources ---- */

static int
load_sources(struct seal *s, struct err *e)
{
	sqlite3_stmt *st;
	size_t n = 0;
	int rc = db_prepare(
	    s->db, "SELECT id FROM source WHERE id>=0 ORDER BY name,id", e,
	    &st);

	if (rc != 0)
		return rc;
	while (sqlite3_step(st) == SQLITE_ROW)
		n++;
	(void)sqlite3_reset(st);
	s->place = mem_array(n + 1, sizeof(*s->place));
	s->sources = mem_array(n + 1, sizeof(*s->sources));
	if (s->place == NULL || s->sources == NULL)
		rc = err_set(e, ERR_NOMEM, "out of memory");
	while (rc == 0 && s->nsources < n && sqlite3_step(st) == SQLITE_ROW) {
		int64_t id = sqlite3_column_int64(st, 0);

		if (id >= (int64_t)n)
			rc = err_set(e, ERR_CORRUPT, "index: source ids");
		else
			s->place[id] = (uint32_t)s->nsources;
		s->sources[s->nsources++] = (uint32_t)id;
	}
	(void)sqlite3_finalize(st);
	return rc;
}

static int
put_sources(struct seal *s, struct err *e)
{
	sqlite3_stmt *st;
	int rc = db_prepare(
	    s->db,
	    "SELECT s.name,s.bytes,s.sha256,s.records,p.node,p.node_ip,p.label,"
	    "(SELECT group_concat(disposition||':'||n) FROM packet_count c "
	    "WHERE c.source=s.id) FROM source s LEFT JOIN point p "
	    "ON p.id=s.point AND s.id>=0 ORDER BY s.name",
	    e, &st);

	if (rc != 0)
		return rc;
	while (sqlite3_step(st) == SQLITE_ROW) {
		put(s, "S", 1);
		put_columns(s, st, 0);
	}
	(void)sqlite3_finalize(st);
	return s->error;
}

/* ---- streams, positions, entries: per source, by id ---- */

struct section {
	char tag;
	const char *sql; /* first column is an id; two parameters: its range */
	bool second_id;  /* the second column is a stream id as well */
};

static const struct section sections[] = {
	{ 'T',
	  "SELECT s.id,p.node,p.label,s.l4,s.state,a.ip,s.port_0,b.ip,s.port_1,"
	  "s.client,s.flags,s.first_ts,s.last_ts,s.handshake_rtt,"
	  "s.packets_0,s.bytes_0,s.payload_0,s.retransmissions_0,"
	  "s.out_of_order_0,s.duplicate_acks_0,s.zero_windows_0,s.gaps_0,"
	  "s.gap_bytes_0,s.tcp_flags_0,s.packets_1,s.bytes_1,s.payload_1,"
	  "s.retransmissions_1,s.out_of_order_1,s.duplicate_acks_1,"
	  "s.zero_windows_1,s.gaps_1,s.gap_bytes_1,s.tcp_flags_1,s.entries,"
	  "t.value,r.value FROM stream s JOIN point p ON p.id=s.point "
	  "JOIN addr a ON a.id=s.addr_0 JOIN addr b ON b.id=s.addr_1 "
	  "JOIN text t ON t.id=s.protocol JOIN text r ON r.id=s.reason "
	  "WHERE s.id BETWEEN ? AND ? ORDER BY s.id",
	  false },
	{ 'P',
	  "SELECT stream,part,first_packet,off_0,off_1,packets,map_0,map_1 "
	  "FROM stream_part WHERE stream BETWEEN ? AND ? ORDER BY stream,part",
	  false },
	{ 'E',
	  "SELECT e.id,e.stream,e.ordinal,o.key,e.flags,e.status,m.value,"
	  "t.value,h.value,e.ts,e.elapsed,e.req_lead,e.res_first,e.res_last,"
	  "e.req_size,e.res_size,e.req_off,e.req_len,e.res_off,e.res_len,"
	  "c.ip,e.client_port,d.ip,e.server_port,e.tls,e.spans "
	  "FROM entry e JOIN protocol o ON o.id=e.proto "
	  "JOIN text m ON m.id=e.method JOIN text t ON t.id=e.target "
	  "JOIN text h ON h.id=e.host JOIN addr c ON c.id=e.client "
	  "JOIN addr d ON d.id=e.server "
	  "WHERE e.id BETWEEN ? AND ? ORDER BY e.id",
	  true },
	{ 'K',
	  "SELECT entry,side,bytes FROM kept WHERE entry BETWEEN ? AND ? "
	  "ORDER BY entry,side",
	  false },
};

static void
put_row(struct seal *s, const struct section *sec, sqlite3_stmt *st)
{
	int from = 1;

	put(s, &sec->tag, 1);
	put_int(s, canonical_id(s, sqlite3_column_int64(st, 0)));
	if (sec->second_id)
		put_int(s, canonical_id(s, sqlite3_column_int64(st, from++)));
	put_columns(s, st, from);
}

static int
put_section(struct seal *s, const struct section *sec, struct err *e)
{
	sqlite3_stmt *st;
	int rc = db_prepare(s->db, sec->sql, e, &st);

	for (size_t i = 0; i < s->nsources && rc == 0; i++) {
		int64_t base = (int64_t)s->sources[i] << ID_SHIFT;

		(void)sqlite3_bind_int64(st, 1, base);
		(void)sqlite3_bind_int64(st, 2, base | ID_LOW);
		while (s->error == 0 && sqlite3_step(st) == SQLITE_ROW)
			put_row(s, sec, st);
		if (sqlite3_reset(st) != SQLITE_OK)
			rc = db_error(s->db, "digest", e);
	}
	if (rc == 0)
		rc = s->error;
	(void)sqlite3_finalize(st);
	return rc;
}

/* ---- sections that SQLite sorts ---- */

static int
put_sorted(struct seal *s, char tag, const char *sql, struct err *e)
{
	sqlite3_stmt *st;
	int rc = db_prepare(s->db, sql, e, &st);

	if (rc != 0)
		return rc;
	while (s->error == 0 && sqlite3_step(st) == SQLITE_ROW) {
		put(s, &tag, 1);
		put_columns(s, st, 0);
	}
	if (sqlite3_finalize(st) != SQLITE_OK)
		return db_error(s->db, "digest", e);
	return s->error;
}

static int
put_rest(struct seal *s, struct err *e)
{
	int rc = put_sorted(
	    s, 'I',
	    "SELECT a.ip,i.port,d.value,i.from_ts,i.to_ts,i.early,n.value,"
	    "s.value FROM identity i JOIN addr a ON a.id=i.addr "
	    "JOIN text d ON d.id=i.node JOIN text n ON n.id=i.name "
	    "JOIN text s ON s.id=i.ns ORDER BY 1,2,3,4,5,6,7,8",
	    e);

	if (rc == 0)
		rc = put_sorted(
		    s, 'F',
		    "SELECT s.name,f.iface,f.name,f.linktype,f.snaplen,"
		    "f.drops FROM iface f JOIN source s ON s.id=f.source "
		    "ORDER BY 1,2",
		    e);
	if (rc == 0)
		rc = put_sorted(
		    s, 'D',
		    "SELECT d.kind,coalesce(s.name,''),d.record,"
		    "coalesce(t.name,''),d.stream & 35184372088831,d.side,"
		    "d.off,d.len,d.ts,d.name,d.text FROM diag d "
		    "LEFT JOIN source s ON s.id=d.source AND d.source>=0 "
		    "LEFT JOIN source t ON t.id=d.stream>>45 AND d.stream>0 "
		    "ORDER BY 1,2,3,4,5,6,7,8,9,10,11",
		    e);
	return rc;
}

static int
serialise(struct seal *s, struct err *e)
{
	int rc = load_sources(s, e);

	if (rc == 0)
		rc = put_sources(s, e);
	for (size_t i = 0; i < ARRAY_LEN(sections) && rc == 0; i++)
		rc = put_section(s, &sections[i], e);
	if (rc == 0)
		rc = put_rest(s, e);
	if (rc == 0 && s->buf.n > 0)
		rc = sha256_update(&s->sha, s->buf.p, s->buf.n);
	return rc;
}

int
seal_digest(const char *path, struct err *e, uint8_t ret_digest[SHA256_SIZE])
{
	struct seal s = { .error = 0 };
	int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX |
	            SQLITE_OPEN_EXRESCODE;
	int rc = sha256_init(&s.sha);

	buf_init(&s.buf, SEAL_BUFFER);
	if (rc == 0 && sqlite3_open_v2(path, &s.db, flags, NULL) != SQLITE_OK)
		rc = db_error(s.db, path, e);
	if (rc == 0)
		rc = serialise(&s, e);
	if (rc == 0)
		rc = sha256_final(&s.sha, ret_digest);
	if (rc != 0 && e != NULL && e->code == 0)
		err_set(e, rc, "index: digest: %s", err_text(rc));
	(void)sqlite3_close(s.db);
	sha256_release(&s.sha);
	buf_release(&s.buf);
	mem_free(s.place);
	mem_free(s.sources);
	return rc;
}
