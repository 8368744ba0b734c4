/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/index/seal.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/index/db.h"
#include "analyzer/index/part.h"
#include "analyzer/index/recode.h"
#include "base/mem.h"

enum {
	SEAL_BUFFER = 1 << 16, /* bytes hashed at once */
	SEAL_POINTS = 1 << 18, /* capture points; the ingest has no more */
};

struct seal {
	sqlite3 *db;
	struct sha256 sha;
	uint32_t *place;   /* of a source, by ordinal, in order of names */
	uint32_t *sources; /* ordinals in order of names */
	size_t nsources;
	bool ordered; /* the ordinals are in order of names */
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

/* A row's columns, by their type. */
static void
put_columns(struct seal *s, sqlite3_stmt *st)
{
	int n = sqlite3_column_count(st);

	for (int i = 0; i < n; i++) {
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
		put_columns(s, st);
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
		    "f.drops,f.records,f.first_ts,f.last_ts,p.label "
		    "FROM iface f JOIN source s ON s.id=f.source "
		    "LEFT JOIN point p ON p.id=f.point ORDER BY 1,2",
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

/* ---- entries, streams, positions ---- */

/* An unchanged column is no copy: valid until the next step. */
static struct str
column_str(sqlite3_stmt *st, int i)
{
	const void *p = sqlite3_column_blob(st, i);

	return str_make(p, (size_t)sqlite3_column_bytes(st, i));
}

static int
sum_part(const struct seal *s, sqlite3_stmt *st, struct sums *parts)
{
	const struct index_part had = {
		.stream = sqlite3_column_int64(st, 0),
		.part = (uint32_t)sqlite3_column_int64(st, 1),
		.first_packet = (uint64_t)sqlite3_column_int64(st, 2),
		.off = { (uint64_t)sqlite3_column_int64(st, 3),
		         (uint64_t)sqlite3_column_int64(st, 4) },
		.packets = column_str(st, 5),
		.map = { column_str(st, 6), column_str(st, 7) },
	};
	struct index_part p;
	struct part_writer w;
	int rc;

	part_writer_init(&w);
	rc = recode_part(&had, s->place, s->nsources, &w, &p);
	if (rc == 0)
		rc = sums_part(parts, &p);
	part_writer_release(&w);
	return rc;
}

/* What was summed up while it was written, with the files' places now known. */
static int
sum_parts(struct seal *s, struct sums *parts, struct err *e)
{
	sqlite3_stmt *st;
	int rc = db_prepare(s->db,
	                    "SELECT stream,part,first_packet,off_0,off_1,"
	                    "packets,map_0,map_1 FROM stream_part",
	                    e, &st);

	if (rc != 0)
		return rc;
	while (s->error == 0 && sqlite3_step(st) == SQLITE_ROW)
		s->error = sum_part(s, st, parts);
	return finish(s, st, 0, e);
}

static void
put_sum(struct seal *s, struct sum sum)
{
	put_int(s, (int64_t)sum.n);
	put_int(s, (int64_t)sum.hash[0]);
	put_int(s, (int64_t)sum.hash[1]);
}

static int
put_sums(struct seal *s, const struct sums *sums, struct err *e)
{
	struct sums again;
	int rc = 0;

	sums_init(&again);
	if (!s->ordered)
		rc = sum_parts(s, &again, e);
	for (size_t i = 0; i < s->nsources && rc == 0; i++) {
		size_t source = s->sources[i];

		put(s, "E", 1);
		put_sum(s, sums_of(sums, SUM_ENTRIES, source));
		put_sum(s, sums_of(sums, SUM_STREAM_ENTRIES, source));
		put_sum(s, sums_of(sums, SUM_STREAMS, source));
		put_sum(s,
		        sums_of(s->ordered ? sums : &again, SUM_PARTS, source));
	}
	sums_release(&again);
	return rc;
}

/* A capture point: what it is called, and the sum of its streams. */
struct point_sum {
	uint8_t name[SHA256_SIZE];
	struct sum sum;
};

static int
compare_points(const void *a, const void *b)
{
	const struct point_sum *x = a, *y = b;
	int order = memcmp(x->name, y->name, sizeof(x->name));

	if (order == 0)
		order = (x->sum.hash[0] > y->sum.hash[0]) -
		        (x->sum.hash[0] < y->sum.hash[0]);
	return order;
}

static int
load_points(struct seal *s, const struct sums *sums, struct buf *points,
            struct err *e)
{
	sqlite3_stmt *st;
	int rc = db_prepare(s->db, "SELECT id,node||char(10)||label FROM point",
	                    e, &st);

	if (rc != 0)
		return rc;
	while (s->error == 0 && sqlite3_step(st) == SQLITE_ROW) {
		struct str name = column_str(st, 1);
		struct point_sum p = {
			.sum = sums_of(sums, SUM_POINT,
			               (size_t)sqlite3_column_int64(st, 0)),
		};

		s->error = sha256_of(name, p.name);
		if (s->error == 0)
			s->error = buf_append(points, &p, sizeof(p));
	}
	return finish(s, st, 0, e);
}

/* Points have numbers in the order of an archive: by name instead. */
static int
put_points(struct seal *s, const struct sums *sums, struct err *e)
{
	struct buf points;
	const struct point_sum *p;
	size_t n;
	int rc;

	buf_init(&points, SEAL_POINTS * sizeof(*p));
	rc = load_points(s, sums, &points, e);
	p = (const void *)points.p;
	n = points.n / sizeof(*p);
	if (rc == 0 && n > 1)
		qsort(points.p, n, sizeof(*p), compare_points);
	for (size_t i = 0; i < n && rc == 0; i++) {
		put(s, "V", 1);
		put(s, p[i].name, sizeof(p[i].name));
		put_sum(s, p[i].sum);
	}
	buf_release(&points);
	return rc;
}

/* ---- all of it ---- */

static int
serialise(struct seal *s, const struct sums *sums, struct err *e)
{
	int rc = put_sources(s, e);

	if (rc == 0)
		rc = put_sums(s, sums, e);
	if (rc == 0)
		rc = put_points(s, sums, e);
	return rc == 0 ? put_rest(s, e) : rc;
}

int
seal_digest(sqlite3 *db, const struct sums *sums, struct err *e,
            uint8_t ret_digest[SHA256_SIZE])
{
	struct seal *s = mem_zalloc(sizeof(*s));
	int rc;

	if (s == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	s->db = db;
	s->ordered = true;
	rc = sha256_init(&s->sha);
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
	sha256_release(&s->sha);
	mem_free(s->place);
	mem_free(s->sources);
	mem_free(s);
	return rc;
}
