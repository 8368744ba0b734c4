/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/index/seal.h"

#include <assert.h>
#include <sqlite3.h>
#include <string.h>

#include "analyzer/entry/position.h"
#include "analyzer/index/db.h"
#include "analyzer/index/part.h"
#include "analyzer/index/seal_dict.h"
#include "base/mem.h"

enum {
	SEAL_BUFFER = 1 << 16, /* bytes hashed at once */
	ID_SHIFT = POSITION_RECORD_BITS + POSITION_SEQ_BITS,
};

struct seal {
	sqlite3 *db;
	struct sha256 sha;
	uint32_t *place;   /* of a source, by ordinal, in order of names */
	uint32_t *sources; /* ordinals in order of names */
	size_t nsources;
	bool ordered; /* the ordinals are in order of names */
	struct seal_dict *dict;
	int error;
	size_t n;                   /* of bytes[] */
	uint8_t bytes[SEAL_BUFFER]; /* serialised, not hashed yet */
};

/* ---- serialisation ---- */

static void
flush(struct seal *s)
{
	if (s->error == 0)
		s->error = sha256_update(&s->sha, s->bytes, s->n);
	s->n = 0;
}

static void
put(struct seal *s, const void *p, size_t n)
{
	/* Of nothing, p may be NULL, which memcpy() must not be given. */
	if (n == 0)
		return;
	if (n > SEAL_BUFFER - s->n)
		flush(s);
	if (n <= SEAL_BUFFER) {
		memcpy(s->bytes + s->n, p, n);
		s->n += n;
	} else if (s->error == 0) {
		s->error = sha256_update(&s->sha, p, n);
	}
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
	return (int64_t)s->place[source] << ID_SHIFT |
	       (id & POSITION_IN_SOURCE);
}

/* Columns from `from` on, by their type. */
static void
put_columns(struct seal *s, sqlite3_stmt *st, int from)
{
	int n = sqlite3_column_count(st);

	for (int i = from; i < n; i++) {
		sqlite3_value *v = sqlite3_column_value(st, i);

		switch (sqlite3_value_type(v)) {
		case SQLITE_INTEGER:
			put_int(s, sqlite3_value_int64(v));
			break;
		case SQLITE_NULL:
			put_int(s, 0);
			break;
		default:
			put_bytes(s, sqlite3_column_blob(st, i),
			          sqlite3_column_bytes(st, i));
		}
	}
}

/* The statement's end: what broke it off while it was stepped through. */
static int
finish(struct seal *s, sqlite3_stmt *st, int rc, struct err *e)
{
	if (sqlite3_reset(st) != SQLITE_OK && rc == 0)
		rc = db_error(s->db, "digest", e);
	(void)sqlite3_finalize(st);
	return rc != 0 ? rc : s->error;
}

/* ---- sources ---- */

static int
take_source(struct seal *s, int64_t id, size_t room, struct err *e)
{
	assert(s->place != NULL && s->sources != NULL);
	if (id >= (int64_t)room || s->nsources == room)
		return err_set(e, ERR_CORRUPT, "index: source ids");
	s->place[id] = (uint32_t)s->nsources;
	s->ordered &= id == (int64_t)s->nsources;
	s->sources[s->nsources++] = (uint32_t)id;
	return 0;
}

static int
count_sources(struct seal *s, struct err *e, size_t *ret_n)
{
	sqlite3_stmt *st;
	int rc = db_prepare(s->db, "SELECT count(*) FROM source WHERE id>=0", e,
	                    &st);

	if (rc != 0)
		return rc;
	if (sqlite3_step(st) == SQLITE_ROW)
		*ret_n = (size_t)sqlite3_column_int64(st, 0);
	return finish(s, st, 0, e);
}

static int
load_sources(struct seal *s, struct err *e)
{
	sqlite3_stmt *st;
	size_t n = 0;
	int rc = count_sources(s, e, &n);

	if (rc == 0)
		rc = db_prepare(s->db,
		                "SELECT id FROM source WHERE id>=0 "
		                "ORDER BY name,id",
		                e, &st);
	if (rc != 0)
		return rc;
	s->place = mem_array(n + 1, sizeof(*s->place));
	s->sources = mem_array(n + 1, sizeof(*s->sources));
	if (s->place == NULL || s->sources == NULL)
		rc = err_set(e, ERR_NOMEM, "out of memory");
	while (rc == 0 && sqlite3_step(st) == SQLITE_ROW)
		rc = take_source(s, sqlite3_column_int64(st, 0), n, e);
	return finish(s, st, rc, e);
}

/* ---- streams, positions, entries: per source, by id ---- */

/*
 * Positions name capture files by ordinal. When the files did not come in order
 * of their names, a part is put as it would be if they had.
 */
struct recoding {
	const struct seal *seal;
	struct part_writer w;
	int side;
};

static void
recode_source(const struct seal *s, struct position *at)
{
	if (at->source < s->nsources)
		at->source = s->place[at->source];
}

static int
recode_packet(void *ctx, uint64_t ordinal, const struct part_packet *pkt)
{
	struct recoding *r = ctx;
	struct part_packet p = *pkt;
	uint32_t n;

	(void)ordinal;
	recode_source(r->seal, &p.at);
	return part_add_packet(&r->w, &p, &n);
}

static int
recode_run(void *ctx, const struct part_run *run)
{
	struct recoding *r = ctx;
	struct part_run copy = *run;

	recode_source(r->seal, &copy.at);
	return part_add_run(&r->w, r->side, &copy);
}

static int
recode(struct recoding *r, const struct index_part *p)
{
	int rc = part_packets(p, recode_packet, r);

	for (r->side = 0; r->side < 2 && rc == 0; r->side++)
		rc = part_runs(p, r->side, recode_run, r);
	return rc;
}

static struct str
column_str(sqlite3_stmt *st, int i)
{
	const void *p = sqlite3_column_blob(st, i);

	return str_make(p, (size_t)sqlite3_column_bytes(st, i));
}

static void
put_part(struct seal *s, sqlite3_stmt *st)
{
	struct recoding r = { .seal = s };
	struct index_part p = {
		.first_packet = (uint64_t)sqlite3_column_int64(st, 2),
		.off = { (uint64_t)sqlite3_column_int64(st, 3),
		         (uint64_t)sqlite3_column_int64(st, 4) },
		.packets = column_str(st, 5),
		.map = { column_str(st, 6), column_str(st, 7) },
	};
	int rc;

	part_writer_init(&r.w);
	r.w.first_packet = r.w.npackets = p.first_packet;
	rc = s->ordered ? 0 : recode(&r, &p);
	if (rc == 0 && !s->ordered)
		part_view(&r.w, &p);
	if (rc != 0 && s->error == 0)
		s->error = rc;
	for (int i = 1; i < 5; i++)
		put_int(s, sqlite3_column_int64(st, i));
	put_bytes(s, p.packets.p, (int)p.packets.n);
	put_bytes(s, p.map[0].p, (int)p.map[0].n);
	put_bytes(s, p.map[1].p, (int)p.map[1].n);
	part_writer_release(&r.w);
}

struct section {
	char tag;
	const char *sql; /* first column is an id; two parameters: its range */
	const char *ids; /* dictionary ids in the columns that follow: text,
	                  * address, point */
	bool parts;
};

/* In the order of the format's description. */
static const struct section sections[] = {
	{ 'T',
	  "SELECT id,point,addr_0,addr_1,protocol,reason,l4,state,port_0,"
	  "port_1,client,flags,first_ts,last_ts,handshake_rtt,"
	  "packets_0,bytes_0,payload_0,retransmissions_0,out_of_order_0,"
	  "duplicate_acks_0,zero_windows_0,gaps_0,gap_bytes_0,tcp_flags_0,"
	  "packets_1,bytes_1,payload_1,retransmissions_1,out_of_order_1,"
	  "duplicate_acks_1,zero_windows_1,gaps_1,gap_bytes_1,tcp_flags_1,"
	  "entries FROM stream WHERE id BETWEEN ? AND ? ORDER BY id",
	  "oaatt", false },
	{ 'P',
	  "SELECT stream,part,first_packet,off_0,off_1,packets,map_0,map_1 "
	  "FROM stream_part WHERE stream BETWEEN ? AND ? ORDER BY stream,part",
	  "", true },
};

/* What a dictionary id stands for. */
static void
put_named(struct seal *s, char kind, int64_t id)
{
	uint8_t value[SEAL_DICT];
	enum seal_kind k = kind == 't'   ? SEAL_TEXT
	                   : kind == 'a' ? SEAL_ADDR
	                                 : SEAL_POINT;
	int rc = seal_dict_get(s->dict, k, id, value);

	if (rc != 0 && s->error == 0)
		s->error = rc;
	if (rc == 0)
		put(s, value, sizeof(value));
}

static void
put_row(struct seal *s, const struct section *sec, sqlite3_stmt *st)
{
	int from = 1;

	put(s, &sec->tag, 1);
	put_int(s, canonical_id(s, sqlite3_column_int64(st, 0)));
	for (const char *id = sec->ids; *id != '\0'; id++)
		put_named(s, *id, sqlite3_column_int64(st, from++));
	if (sec->parts)
		put_part(s, st);
	else
		put_columns(s, st, from);
}

static int
put_section(struct seal *s, const struct section *sec, struct err *e)
{
	sqlite3_stmt *st;
	int rc = db_prepare(s->db, sec->sql, e, &st);

	if (rc != 0)
		return rc;
	for (size_t i = 0; i < s->nsources && rc == 0; i++) {
		int64_t base = (int64_t)s->sources[i] << ID_SHIFT;

		(void)sqlite3_bind_int64(st, 1, base);
		(void)sqlite3_bind_int64(st, 2, base | POSITION_IN_SOURCE);
		while (s->error == 0 && sqlite3_step(st) == SQLITE_ROW)
			put_row(s, sec, st);
		if (sqlite3_reset(st) != SQLITE_OK)
			rc = db_error(s->db, "digest", e);
	}
	return finish(s, st, rc, e);
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
	return finish(s, st, 0, e);
}

static int
put_sources(struct seal *s, struct err *e)
{
	return put_sorted(
	    s, 'S',
	    "SELECT s.name,s.bytes,s.sha256,s.records,p.node,p.node_ip,p.label,"
	    "(SELECT group_concat(disposition||':'||n) FROM packet_count c "
	    "WHERE c.source=s.id) FROM source s LEFT JOIN point p "
	    "ON p.id=s.point AND s.id>=0 ORDER BY s.name",
	    e);
}

static int
put_rest(struct seal *s, struct err *e)
{
	int rc = put_sorted(
	    s, 'I',
	    "SELECT a.ip,i.port,d.value,i.from_ts,i.to_ts,i.early,n.value,"
	    "s.value,i.origin FROM identity i JOIN addr a ON a.id=i.addr "
	    "JOIN text d ON d.id=i.node JOIN text n ON n.id=i.name "
	    "JOIN text s ON s.id=i.ns ORDER BY 1,2,3,4,5,6,7,8,9",
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

/* ---- entries ---- */

static void
put_sum(struct seal *s, const struct entry_sum *sum)
{
	put_int(s, (int64_t)sum->n);
	put_int(s, (int64_t)sum->hash[0]);
	put_int(s, (int64_t)sum->hash[1]);
}

static void
put_entries(struct seal *s, const struct entry_sums *sums)
{
	for (size_t i = 0; i < s->nsources; i++) {
		struct entry_sum of = entry_sums_entries(sums, s->sources[i]);
		struct entry_sum streams = entry_sums_streams(sums,
		                                              s->sources[i]);

		put(s, "E", 1);
		put_sum(s, &of);
		put_sum(s, &streams);
	}
}

/* ---- all of it ---- */

static int
serialise(struct seal *s, const struct entry_sums *sums, struct err *e)
{
	int rc = put_sources(s, e);

	for (size_t i = 0; i < ARRAY_LEN(sections) && rc == 0; i++)
		rc = put_section(s, &sections[i], e);
	put_entries(s, sums);
	return rc == 0 ? put_rest(s, e) : rc;
}

static int
open_db(struct seal *s, const char *path, struct err *e)
{
	int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX |
	            SQLITE_OPEN_EXRESCODE;

	if (sqlite3_open_v2(path, &s->db, flags, NULL) != SQLITE_OK)
		return db_error(s->db, path, e);
	/* Who opens a log first looks through it, and others wait for that. */
	(void)sqlite3_busy_timeout(s->db, DB_BUSY_MS);
	return 0;
}

int
seal_digest(const char *path, const struct entry_sums *sums, struct err *e,
            uint8_t ret_digest[SHA256_SIZE])
{
	struct seal *s = mem_zalloc(sizeof(*s));
	int rc;

	if (s == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	s->ordered = true;
	rc = sha256_init(&s->sha);
	if (rc == 0)
		rc = open_db(s, path, e);
	if (rc == 0)
		rc = seal_dict_new(s->db, e, &s->dict);
	if (rc == 0)
		rc = load_sources(s, e);
	if (rc == 0)
		rc = serialise(s, sums, e);
	if (rc == 0) {
		flush(s);
		rc = s->error;
	}
	if (rc == 0)
		rc = sha256_final(&s->sha, ret_digest);
	if (rc != 0 && e != NULL && e->code == 0)
		err_set(e, rc, "index: digest: %s", err_text(rc));
	seal_dict_free(s->dict);
	(void)sqlite3_close(s->db);
	sha256_release(&s->sha);
	mem_free(s->place);
	mem_free(s->sources);
	mem_free(s);
	return rc;
}
