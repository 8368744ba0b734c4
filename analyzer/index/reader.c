/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/index/reader.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/index/db.h"
#include "analyzer/index/reader_impl.h"
#include "analyzer/index/schema.h"
#include "base/buf.h"
#include "base/mem.h"

enum { READER_URI = 16384 };

int
reader_corrupt(const char *table, struct err *e)
{
	return err_set(e, ERR_CORRUPT,
	               "index: a row of table %s is damaged; delete the "
	               "workspace to have it made again",
	               table);
}

/* ---- opening ---- */

/* "file:<path, escaped><query>". */
static int
uri_of(struct buf *b, const char *path, const char *query)
{
	static const char hex[] = "0123456789abcdef";
	int rc = buf_append_str(b, STR("file:"));

	for (const char *p = path; *p != '\0' && rc == 0; p++) {
		unsigned char c = (unsigned char)*p;
		char esc[3] = { '%', hex[c >> 4], hex[c & 15] };

		if (c == '%' || c == '?' || c == '#')
			rc = buf_append(b, esc, sizeof(esc));
		else
			rc = buf_append_byte(b, *p);
	}
	if (rc == 0)
		rc = buf_append_str(b, str_from_c(query));
	return rc == 0 ? buf_append_byte(b, '\0') : rc;
}

static int
open_with(struct index_reader *r, const char *path, const char *query,
          struct err *e)
{
	int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI |
	            SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	struct buf uri;
	int rc;

	(void)sqlite3_close(r->db);
	r->db = NULL;
	buf_init(&uri, READER_URI);
	rc = uri_of(&uri, path, query);
	if (rc != 0)
		err_set(e, rc, "%s: %s", path, err_text(rc));
	else if (sqlite3_open_v2(uri.p, &r->db, flags, NULL) != SQLITE_OK)
		rc = db_error(r->db, path, e);
	buf_release(&uri);
	if (rc != 0)
		return rc;
	(void)sqlite3_db_config(r->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(r->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	(void)sqlite3_busy_timeout(r->db, DB_BUSY_MS);
	return db_exec(r->db,
	               "PRAGMA query_only=1;PRAGMA cell_size_check=1;"
	               "PRAGMA cache_size=-16384;",
	               e);
}

static int
pragma_int(struct index_reader *r, const char *sql, struct err *e,
           int64_t *ret_value)
{
	sqlite3_stmt *st;
	int rc = db_prepare(r->db, sql, e, &st);

	if (rc != 0)
		return rc;
	if (sqlite3_step(st) == SQLITE_ROW)
		*ret_value = sqlite3_column_int64(st, 0);
	else
		rc = db_error(r->db, "reading the version", e);
	(void)sqlite3_finalize(st);
	return rc;
}

static int
check_version(struct index_reader *r, const char *path, struct err *e)
{
	int64_t app = 0, version = 0;
	int rc = pragma_int(r, "PRAGMA application_id", e, &app);

	if (rc == 0)
		rc = pragma_int(r, "PRAGMA user_version", e, &version);
	if (rc != 0)
		return rc;
	if (app != SCHEMA_APPLICATION)
		return err_set(e, ERR_UNSUPPORTED, "%s: not an index", path);
	if (version != SCHEMA_VERSION)
		return err_set(e, ERR_UNSUPPORTED,
		               "%s: index format %" PRId64
		               ", this program reads %d",
		               path, version, SCHEMA_VERSION);
	return 0;
}

static int
prepare(struct index_reader *r, struct err *e)
{
	int rc = db_prepare(r->db, "SELECT value FROM meta WHERE key=?", e,
	                    &r->meta);

	if (rc == 0)
		rc = db_prepare(r->db,
		                "SELECT max(part) FROM stream_part "
		                "WHERE stream=?",
		                e, &r->part_last);
	if (rc == 0)
		rc = db_prepare(r->db,
		                "SELECT part,off_0,off_1 FROM stream_part "
		                "WHERE stream=? AND part<=? "
		                "ORDER BY part DESC LIMIT 1",
		                e, &r->part_before);
	if (rc == 0)
		rc = reader_judge(r, e);
	return rc;
}

static int
open_reader(struct index_reader *r, const char *path, struct err *e)
{
	char wal[4096];
	int n = snprintf(wal, sizeof(wal), "%s-wal", path);
	int rc;

	if (access(path, R_OK) != 0)
		return err_set(e, ERR_NOENT, "%s: no index there", path);
	/* A sealed file has no WAL beside it and never changes. */
	r->sealed = n < 0 || (size_t)n >= sizeof(wal) || access(wal, F_OK) != 0;
	rc = open_with(r, path, r->sealed ? "?immutable=1" : "", e);
	if (rc == 0)
		rc = check_version(r, path, e);
	return rc == 0 ? prepare(r, e) : rc;
}

int
index_open(const char *path, struct err *e, struct index_reader **ret_reader)
{
	struct index_reader *r = mem_zalloc(sizeof(*r));
	int rc;

	if (r == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	rc = open_reader(r, path, e);
	if (rc != 0) {
		index_reader_free(r);
		return rc;
	}
	*ret_reader = r;
	return 0;
}

void
index_reader_free(struct index_reader *r)
{
	if (r == NULL)
		return;
	(void)sqlite3_finalize(r->meta);
	(void)sqlite3_finalize(r->part_last);
	(void)sqlite3_finalize(r->part_before);
	(void)sqlite3_finalize(r->stream);
	(void)sqlite3_finalize(r->parts);
	(void)sqlite3_close(r->db);
	mem_free(r->addrs);
	mem_free(r);
}

bool
index_sealed(const struct index_reader *r)
{
	return r->sealed;
}

void
index_interrupt(struct index_reader *r)
{
	sqlite3_interrupt(r->db);
}

/* Instructions of SQLite's between two looks at the flag: about a ms. */
enum { WATCH_EVERY = 20000 };

static int
watch(void *ctx)
{
	const struct index_reader *r = ctx;

	return r->cancel != NULL &&
	       atomic_load_explicit(r->cancel, memory_order_relaxed);
}

void
index_watch(struct index_reader *r, const atomic_bool *cancel)
{
	r->cancel = cancel;
	sqlite3_progress_handler(r->db, WATCH_EVERY,
	                         cancel != NULL ? watch : NULL, r);
}

struct str
index_meta(struct index_reader *r, const char *key)
{
	struct db_row row = db_row_of(r->meta);

	(void)sqlite3_reset(r->meta);
	db_bind_str(r->meta, 1, str_from_c(key));
	if (sqlite3_step(r->meta) != SQLITE_ROW)
		return STR("");
	return db_text(&row);
}

/* A part and where it begins, in either direction. */
struct part_begin {
	int64_t part;
	uint64_t off[2];
};

/* The number of the stream's last part. */
static int
part_last(struct index_reader *r, int64_t stream, struct err *e,
          int64_t *ret_last)
{
	sqlite3_stmt *st = r->part_last;
	int rc = 0;

	(void)sqlite3_bind_int64(st, 1, stream);
	if (sqlite3_step(st) != SQLITE_ROW)
		rc = db_error(r->db, "finding a part", e);
	else if (sqlite3_column_type(st, 0) == SQLITE_NULL)
		rc = ERR_NOTFOUND;
	else
		*ret_last = sqlite3_column_int64(st, 0);
	(void)sqlite3_reset(st);
	return rc;
}

/* The part of the highest number up to `max`; 0 when there is none, or 1. */
static int
part_before(struct index_reader *r, int64_t stream, int64_t max, struct err *e,
            struct part_begin *ret_begin)
{
	sqlite3_stmt *st = r->part_before;
	int rc = 0;
	int step;

	(void)sqlite3_bind_int64(st, 1, stream);
	(void)sqlite3_bind_int64(st, 2, max);
	step = sqlite3_step(st);
	if (step == SQLITE_ROW) {
		ret_begin->part = sqlite3_column_int64(st, 0);
		ret_begin->off[0] = (uint64_t)sqlite3_column_int64(st, 1);
		ret_begin->off[1] = (uint64_t)sqlite3_column_int64(st, 2);
		rc = 1;
	} else if (step != SQLITE_DONE) {
		rc = db_error(r->db, "finding a part", e);
	}
	(void)sqlite3_reset(st);
	return rc;
}

int
index_part_at(struct index_reader *r, int64_t stream, int side, uint64_t off,
              struct err *e, uint32_t *ret_part)
{
	struct part_begin begin = { .part = 0 };
	int64_t low = 0, high = 0, found = -1;
	int rc = part_last(r, stream, e, &high);

	/* Numbers may be missing; what they had is a hole. */
	while (rc == 0 && low <= high) {
		int64_t middle = low + (high - low) / 2;
		int there = part_before(r, stream, middle, e, &begin);

		if (there < 0)
			return there;
		if (there == 0 || begin.off[side] <= off) {
			found = there == 0 ? found : begin.part;
			low = middle + 1;
		} else {
			high = begin.part - 1;
		}
	}
	if (rc == 0 && found < 0)
		rc = ERR_NOTFOUND;
	if (rc == 0)
		*ret_part = (uint32_t)found;
	return rc;
}
