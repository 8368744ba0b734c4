/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/index/narrow_set.h"

#include <string.h>

#include "analyzer/index/db.h"
#include "analyzer/index/reader_impl.h"
#include "base/mem.h"

enum {
	KEY_MAX = 1 << 16, /* bytes of a condition that is remembered */
	SQL_MAX = 1 << 20,
	WORD = 64,
};

struct narrow_set {
	char *key; /* both conditions with their parameters */
	size_t nkey;
	unsigned refs; /* of those who have it, and of the table */
	uint64_t used; /* the larger, the later */
	uint32_t words;
	uint64_t *over, *sure; /* a bit a row, in one allocation */
};

void
narrow_set_init(struct narrow_sets *s)
{
	(void)pthread_mutex_init(&s->lock, NULL);
}

static void
set_free(struct narrow_set *set)
{
	if (set == NULL)
		return;
	mem_free(set->key);
	mem_free(set->over);
	mem_free(set);
}

void
narrow_set_release(struct narrow_sets *s)
{
	for (size_t i = 0; i < NARROW_SETS; i++)
		set_free(s->set[i]);
	(void)pthread_mutex_destroy(&s->lock);
}

static uint64_t
words_of(uint64_t n)
{
	return (n + WORD - 1) / WORD;
}

uint64_t
narrow_set_bytes(uint64_t n)
{
	return NARROW_SETS * (2 * words_of(n) * sizeof(uint64_t) + KEY_MAX);
}

/* ---- conditions as keys ---- */

static int
put_bind(struct buf *b, const struct index_bind *bind)
{
	int rc = buf_append(b, &bind->kind, sizeof(bind->kind));

	if (rc == 0 && bind->kind == INDEX_BIND_INT)
		rc = buf_append(b, &bind->i, sizeof(bind->i));
	else if (rc == 0 && bind->kind == INDEX_BIND_REAL)
		rc = buf_append(b, &bind->d, sizeof(bind->d));
	if (rc != 0 || bind->kind != INDEX_BIND_TEXT)
		return rc;
	rc = buf_append(b, &bind->s.n, sizeof(bind->s.n));
	return rc == 0 ? buf_append_str(b, bind->s) : rc;
}

static int
put_where(struct buf *b, const struct index_where *w)
{
	int rc = 0;

	if (w->sql != NULL)
		rc = buf_append_str(b, str_from_c(w->sql));
	if (rc == 0)
		rc = buf_append_byte(b, '\0');
	for (size_t i = 0; i < w->nbinds && rc == 0; i++)
		rc = put_bind(b, &w->binds[i]);
	return rc;
}

/* Both; what is the same twice is put once, and there is no `under` then. */
static int
key_of(struct buf *b, struct narrow_asked *io_asked)
{
	size_t n;
	int rc = put_where(b, io_asked->over);

	n = b->n;
	if (rc == 0 && io_asked->under != NULL)
		rc = put_where(b, io_asked->under);
	if (rc == 0 && b->n == 2 * n && memcmp(b->p, b->p + n, n) == 0) {
		buf_truncate(b, n);
		io_asked->under = NULL;
	}
	return rc;
}

/* ---- filling ---- */

static void
set_bit(uint64_t *bits, uint32_t i)
{
	bits[i / WORD] |= UINT64_C(1) << i % WORD;
}

static void
set_row(struct narrow_set *set, uint32_t i, bool sure)
{
	set_bit(set->over, i);
	if (sure && set->sure != set->over)
		set_bit(set->sure, i);
}

struct filling {
	struct narrow_set *set;
	const struct narrow_rows *rows;
	uint32_t at;
};

/* Ids come in the order of the rows. */
static int
take_row(struct db_row *row, void *ctx)
{
	struct filling *f = ctx;
	const struct narrow_rows *rows = f->rows;
	int64_t id = sqlite3_column_int64(row->st, 0);

	while (f->at < rows->n && rows->row[f->at].id < id)
		f->at++;
	if (f->at == rows->n || rows->row[f->at].id != id)
		row->bad = true;
	else
		set_row(f->set, f->at, sqlite3_column_int(row->st, 1) != 0);
	return 0;
}

static int
select_rows(struct index_reader *r, const struct narrow_asked *asked,
            struct err *e, sqlite3_stmt **ret_stmt)
{
	struct index_where all = *asked->over, sure = { .sql = NULL };
	struct buf sql;
	int i = 1;
	int rc;

	if (asked->under != NULL)
		sure = *asked->under;
	all.ranged = sure.ranged = false;
	buf_init(&sql, SQL_MAX);
	rc = buf_printf(&sql, "SELECT e.id,(%s) FROM entry e",
	                sure.sql != NULL ? sure.sql : "0");
	if (rc == 0)
		rc = reader_where(&sql, &all);
	if (rc == 0)
		rc = buf_printf(&sql, " ORDER BY e.id%c", 0);
	if (rc != 0)
		err_set(e, rc, "index: condition: %s", err_text(rc));
	else
		rc = db_prepare(r->db, sql.p, e, ret_stmt);
	buf_release(&sql);
	if (rc != 0)
		return rc;
	reader_bind(*ret_stmt, &i, &sure);
	reader_bind(*ret_stmt, &i, &all);
	return 0;
}

/* Row by row, by SQL. */
static int
scan(struct index_reader *r, const struct narrow_rows *rows,
     const struct narrow_asked *asked, struct err *e, struct narrow_set *set)
{
	struct filling f = { .set = set, .rows = rows };
	sqlite3_stmt *st = NULL;
	int rc = select_rows(r, asked, e, &st);

	return rc == 0 ? reader_walk(r, st, "entry", take_row, &f, e) : rc;
}

static int
fill(struct index_reader *r, const struct narrow_rows *rows,
     const struct narrow_asked *asked, struct err *e, struct narrow_set *set)
{
	uint8_t *verdicts = mem_alloc((size_t)rows->n + 1);
	int rc;

	if (verdicts == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	rc = narrow_judge(r, rows, asked, e, verdicts);
	for (uint32_t i = 0; rc == 1 && i < rows->n; i++) {
		if (verdicts[i] != 0)
			set_row(set, i, (verdicts[i] & NARROW_SURE) != 0);
	}
	mem_free(verdicts);
	if (rc == 0)
		return scan(r, rows, asked, e, set);
	return rc == 1 ? 0 : rc;
}

static int
set_new(struct str key, uint32_t n, bool two, struct narrow_set **ret_set)
{
	struct narrow_set *set = mem_zalloc(sizeof(*set));

	if (set == NULL)
		return ERR_NOMEM;
	set->refs = 1;
	set->words = (uint32_t)words_of(n);
	set->key = mem_dup(key.p, key.n);
	set->nkey = key.n;
	set->over = mem_array(2 * (size_t)set->words + 1, sizeof(*set->over));
	if (set->key == NULL || set->over == NULL) {
		set_free(set);
		return ERR_NOMEM;
	}
	set->sure = two ? set->over + set->words : set->over;
	*ret_set = set;
	return 0;
}

/* ---- the table ---- */

static struct narrow_set *
find(struct narrow_sets *s, struct str key)
{
	struct narrow_set *found = NULL;

	(void)pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < NARROW_SETS && found == NULL; i++) {
		struct narrow_set *set = s->set[i];

		if (set != NULL && str_eq(str_make(set->key, set->nkey), key))
			found = set;
	}
	if (found != NULL) {
		found->refs++;
		found->used = ++s->clock;
	}
	(void)pthread_mutex_unlock(&s->lock);
	return found;
}

/* In place of the one that nobody has asked for the longest. */
static void
keep(struct narrow_sets *s, struct narrow_set *set)
{
	struct narrow_set **slot = &s->set[0];
	struct narrow_set *out;

	(void)pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < NARROW_SETS && *slot != NULL; i++) {
		if (s->set[i] == NULL || s->set[i]->used < (*slot)->used)
			slot = &s->set[i];
	}
	out = *slot;
	*slot = set;
	set->refs++;
	set->used = ++s->clock;
	(void)pthread_mutex_unlock(&s->lock);
	narrow_set_drop(s, out);
}

void
narrow_set_drop(struct narrow_sets *s, struct narrow_set *set)
{
	bool last;

	if (set == NULL)
		return;
	(void)pthread_mutex_lock(&s->lock);
	last = --set->refs == 0;
	(void)pthread_mutex_unlock(&s->lock);
	if (last)
		set_free(set);
}

/* Makes one and keeps it. */
static int
make(struct narrow_sets *s, struct index_reader *r, struct str key,
     const struct narrow_asked *asked, struct err *e,
     struct narrow_set **ret_set)
{
	struct narrow_set *set = NULL;
	int rc = set_new(key, s->rows.n, asked->under != NULL, &set);

	if (rc != 0)
		return err_set(e, rc, "out of memory");
	rc = fill(r, &s->rows, asked, e, set);
	if (rc != 0) {
		set_free(set);
		return rc;
	}
	keep(s, set);
	*ret_set = set;
	return 0;
}

int
narrow_set_get(struct narrow_sets *s, struct index_reader *r,
               const struct narrow_asked *asked, struct err *e,
               struct narrow_set **ret_set)
{
	struct narrow_asked simpler = *asked;
	struct narrow_set *set = NULL;
	struct buf key;
	int rc;

	buf_init(&key, KEY_MAX);
	rc = key_of(&key, &simpler);
	if (rc == 0)
		set = find(s, buf_str(&key));
	if (rc == 0 && set == NULL)
		rc = make(s, r, buf_str(&key), &simpler, e, &set);
	buf_release(&key);
	if (rc == ERR_BUDGET)
		return 0;
	if (rc != 0)
		return rc;
	*ret_set = set;
	return 1;
}

/* ---- looking ---- */

static bool
bit(const uint64_t *bits, uint32_t i)
{
	return (bits[i / WORD] >> i % WORD & 1) != 0;
}

bool
narrow_set_has(const struct narrow_set *s, uint32_t i, bool *ret_sure)
{
	*ret_sure = bit(s->sure, i);
	return bit(s->over, i);
}

uint32_t
narrow_set_seek(const struct narrow_set *s, uint32_t i, uint32_t n)
{
	uint32_t w = i / WORD;
	uint64_t rest;

	if (i >= n)
		return n;
	rest = s->over[w] >> i % WORD << i % WORD;
	while (rest == 0 && ++w < s->words)
		rest = s->over[w];
	return rest == 0 ? n : w * WORD + (uint32_t)__builtin_ctzll(rest);
}
