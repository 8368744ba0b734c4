/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/catalog.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "analyzer/index/narrow.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"

enum {
	IDLE_MAX = 16, /* opened and not lent, for each snapshot */
	LENT_MAX = 1024,
	OVERVIEW_TEXTS = 16 << 20, /* bytes of names */
	STALE_MS = 250,     /* age at which a growing index is read again */
	PATIENCE_MS = 2000, /* for borrowers of an index that is finished */
	MOVING_MS = 15000,  /* that a borrower waits meanwhile */
};

struct kept {
	struct opened *opened;
	int64_t fresh; /* when its tables were read */
};

struct lent {
	struct kept kept;
	atomic_bool *cancel;
	unsigned generation;
	bool interrupted;
};

struct shelf {
	char *input;
	const char *name; /* in input */
	enum catalog_state state;
	bool withdrawn;
	struct err problem;
	char *workspace, *index;
	unsigned generation; /* of the places */
	void (*look)(void *ctx, struct catalog_counts *ret);
	void *look_ctx;
	struct catalog_counts counts; /* the last ones */
	int64_t start, end;
	char digest[SHA256_HEX_MAX];
	struct narrow *narrow; /* of the finished index */
	struct kept idle[IDLE_MAX];
	size_t nidle;
	struct lent lent[LENT_MAX];
	size_t nlent;
	size_t opening; /* on their way to be lent */
	pthread_mutex_t overview_lock;
	bool has_overview;
	struct overview overview;
	struct arena texts; /* of it */
};

struct catalog {
	struct proto_limits limits;
	const struct protobuf_set *schema;
	uint64_t memory; /* bytes for each snapshot's narrow */
	struct shelf **shelves;
	unsigned n;
	int64_t made; /* when, by clock_wall(): of this run alone */
	uint64_t version;
	pthread_mutex_t lock;
	pthread_cond_t changed;
};

const char *
catalog_state_name(enum catalog_state s)
{
	static const char *const names[] = {
		[CATALOG_WAITING] = "waiting", [CATALOG_INDEXING] = "indexing",
		[CATALOG_SEALING] = "sealing", [CATALOG_READY] = "ready",
		[CATALOG_FAILED] = "failed",
	};

	return names[s];
}

struct catalog *
catalog_new(const struct proto_limits *limits)
{
	struct catalog *c = mem_zalloc(sizeof(*c));

	if (c == NULL)
		return NULL;
	c->limits = *limits;
	c->version = 1;
	c->made = clock_wall();
	(void)pthread_cond_init(&c->changed, NULL);
	(void)pthread_mutex_init(&c->lock, NULL);
	return c;
}

void
catalog_set_schema(struct catalog *c, const struct protobuf_set *set)
{
	c->schema = set;
}

void
catalog_set_memory(struct catalog *c, uint64_t bytes)
{
	c->memory = bytes;
}

static void
drop_idle(struct shelf *s)
{
	while (s->nidle > 0)
		opened_free(s->idle[--s->nidle].opened);
}

void
catalog_free(struct catalog *c)
{
	if (c == NULL)
		return;
	for (unsigned i = 0; i < c->n; i++) {
		struct shelf *s = c->shelves[i];

		ENSURE(s->nlent == 0);
		drop_idle(s);
		narrow_free(s->narrow);
		arena_release(&s->texts);
		(void)pthread_mutex_destroy(&s->overview_lock);
		mem_free(s->input);
		mem_free(s->workspace);
		mem_free(s->index);
		mem_free(s);
	}
	mem_free(c->shelves);
	(void)pthread_cond_destroy(&c->changed);
	(void)pthread_mutex_destroy(&c->lock);
	mem_free(c);
}

int
catalog_add(struct catalog *c, const char *input)
{
	size_t n = strlen(input);
	struct shelf *s = mem_zalloc(sizeof(*s));
	struct shelf **more = mem_regrow(c->shelves, c->n + 1u, sizeof(*more));
	struct str base;

	if (more != NULL)
		c->shelves = more;
	if (s != NULL) {
		s->input = mem_dup_text(input, n);
		s->narrow = narrow_new(c->memory);
	}
	if (s == NULL || more == NULL || s->input == NULL ||
	    s->narrow == NULL) {
		if (s != NULL) {
			narrow_free(s->narrow);
			mem_free(s->input);
		}
		mem_free(s);
		return ERR_NOMEM;
	}
	while (n > 1 && s->input[n - 1] == '/')
		s->input[--n] = '\0';
	base = path_base(str_make(s->input, n));
	s->name = base.n > 0 ? s->input + (n - base.n) : s->input;
	arena_init(&s->texts, OVERVIEW_TEXTS, 0);
	(void)pthread_mutex_init(&s->overview_lock, NULL);
	c->shelves[c->n++] = s;
	return 0;
}

static struct shelf *
shelf_of(const struct catalog *c, unsigned n)
{
	return n >= 1 && n <= c->n ? c->shelves[n - 1] : NULL;
}

/* ---- time ---- */

/* Waits for a change until `until`, by clock_mono(). False: it is over. */
static bool
wait_until(struct catalog *c, int64_t until)
{
	int64_t at = clock_wall() + (until - clock_mono());
	struct timespec t = { .tv_sec = (time_t)(at / CLOCK_SEC),
		              .tv_nsec = (long)(at % CLOCK_SEC) };

	(void)pthread_cond_timedwait(&c->changed, &c->lock, &t);
	return clock_mono() < until;
}

static void
change(struct catalog *c, struct shelf *s, enum catalog_state state)
{
	s->state = state;
	c->version++;
	(void)pthread_cond_broadcast(&c->changed);
}

/* ---- what becomes of them ---- */

static int
set_places(struct shelf *s, const char *workspace, const char *index)
{
	char *w = mem_dup_text(workspace, strlen(workspace));
	char *i = mem_dup_text(index, strlen(index));

	if (w == NULL || i == NULL) {
		mem_free(w);
		mem_free(i);
		return ERR_NOMEM;
	}
	mem_free(s->workspace);
	mem_free(s->index);
	s->workspace = w;
	s->index = i;
	s->generation++;
	drop_idle(s);
	return 0;
}

void
catalog_began(struct catalog *c, unsigned n, const char *workspace,
              const char *index,
              void (*look)(void *ctx, struct catalog_counts *ret), void *ctx)
{
	struct shelf *s = shelf_of(c, n);

	(void)pthread_mutex_lock(&c->lock);
	if (set_places(s, workspace, index) == 0) {
		s->look = look;
		s->look_ctx = ctx;
		s->start = clock_mono();
		change(c, s, CATALOG_INDEXING);
	}
	(void)pthread_mutex_unlock(&c->lock);
}

static void
interrupt(struct lent *l)
{
	l->interrupted = true;
	index_interrupt(opened_index(l->kept.opened));
}

static void
hurry(struct shelf *s)
{
	for (size_t i = 0; i < s->nlent; i++) {
		atomic_store(s->lent[i].cancel, true);
		interrupt(&s->lent[i]);
	}
}

void
catalog_withdraw(struct catalog *c, unsigned n)
{
	struct shelf *s = shelf_of(c, n);
	int64_t until = clock_mono() + PATIENCE_MS * CLOCK_MSEC;

	(void)pthread_mutex_lock(&c->lock);
	s->withdrawn = true;
	change(c, s, CATALOG_SEALING);
	while (s->nlent + s->opening > 0) {
		if (wait_until(c, until))
			continue;
		hurry(s);
		until = clock_mono() + PATIENCE_MS * CLOCK_MSEC / 10;
	}
	drop_idle(s);
	(void)pthread_mutex_unlock(&c->lock);
}

/* Nobody looks any more; what was seen last stays. */
static void
settle(struct shelf *s)
{
	if (s->look != NULL)
		s->look(s->look_ctx, &s->counts);
	s->look = NULL;
	s->end = clock_mono();
	s->withdrawn = false;
}

int
catalog_ready(struct catalog *c, unsigned n, const char *workspace,
              const char *index)
{
	struct shelf *s = shelf_of(c, n);
	struct index_reader *r = NULL;
	struct err e = ERR_INIT;
	int rc = index_open(index, &e, &r);

	(void)pthread_mutex_lock(&c->lock);
	if (rc == 0)
		rc = set_places(s, workspace, index);
	if (rc == 0) {
		(void)str_to_c(index_meta(r, "digest"), s->digest,
		               sizeof(s->digest));
		settle(s);
		change(c, s, CATALOG_READY);
	}
	(void)pthread_mutex_unlock(&c->lock);
	index_reader_free(r);
	return rc;
}

void
catalog_failed(struct catalog *c, unsigned n, const struct err *why)
{
	struct shelf *s = shelf_of(c, n);

	(void)pthread_mutex_lock(&c->lock);
	s->problem = *why;
	settle(s);
	change(c, s, CATALOG_FAILED);
	(void)pthread_mutex_unlock(&c->lock);
}

/* ---- looking ---- */

unsigned
catalog_count(const struct catalog *c)
{
	return c->n;
}

bool
catalog_look(struct catalog *c, unsigned n, struct catalog_view *ret_view)
{
	struct shelf *s = shelf_of(c, n);
	int64_t end;

	if (s == NULL)
		return false;
	(void)pthread_mutex_lock(&c->lock);
	if (s->look != NULL)
		s->look(s->look_ctx, &s->counts);
	if (s->state == CATALOG_INDEXING && s->counts.sealing)
		change(c, s, CATALOG_SEALING);
	end = s->look != NULL ? clock_mono() : s->end;
	*ret_view = (struct catalog_view){ .state = s->state,
		                           .name = s->name,
		                           .problem = s->problem,
		                           .counts = s->counts };
	ret_view->elapsed = s->start > 0 ? end - s->start : 0;
	memcpy(ret_view->digest, s->digest, sizeof(s->digest));
	(void)pthread_mutex_unlock(&c->lock);
	return true;
}

bool
catalog_settled(struct catalog *c)
{
	bool settled = true;

	(void)pthread_mutex_lock(&c->lock);
	for (unsigned i = 0; i < c->n; i++)
		settled &= c->shelves[i]->state >= CATALOG_READY;
	(void)pthread_mutex_unlock(&c->lock);
	return settled;
}

uint64_t
catalog_version(struct catalog *c)
{
	uint64_t v;

	(void)pthread_mutex_lock(&c->lock);
	v = c->version;
	(void)pthread_mutex_unlock(&c->lock);
	return v;
}

int
catalog_digest(struct catalog *c, char ret_hex[SHA256_HEX_MAX])
{
	struct sha256 sha = SHA256_INIT;
	uint8_t digest[SHA256_SIZE];
	int rc = sha256_init(&sha);

	if (rc == 0)
		rc = sha256_update(&sha, &c->made, sizeof(c->made));
	(void)pthread_mutex_lock(&c->lock);
	for (unsigned i = 0; i < c->n && rc == 0; i++) {
		struct shelf *s = c->shelves[i];

		if (s->state < CATALOG_READY)
			rc = ERR_AGAIN;
		else
			rc = sha256_update(&sha, s->digest, sizeof(s->digest));
	}
	(void)pthread_mutex_unlock(&c->lock);
	if (rc == 0)
		rc = sha256_final(&sha, digest);
	sha256_release(&sha);
	if (rc == 0)
		(void)sha256_hex(digest, ret_hex);
	return rc;
}

/* ---- borrowing ---- */

static int
not_there(const struct shelf *s, struct err *e)
{
	if (s->state == CATALOG_FAILED) {
		*e = s->problem;
		return e->code;
	}
	return err_set(e, ERR_AGAIN,
	               "%s: its index is not there yet; try again in a moment",
	               s->name);
}

/* Open it outside of the lock: that takes a while. */
static int
open_new(struct catalog *c, struct shelf *s, struct err *e,
         struct opened **ret_opened)
{
	char *workspace = mem_dup_text(s->workspace, strlen(s->workspace));
	char *index = mem_dup_text(s->index, strlen(s->index));
	bool growing = s->state < CATALOG_READY;
	int rc = ERR_NOMEM;

	(void)pthread_mutex_unlock(&c->lock);
	if (workspace == NULL || index == NULL)
		(void)err_set(e, rc, "out of memory");
	else
		rc = opened_new(workspace, index, &c->limits, e, ret_opened);
	if (rc == 0) {
		opened_set_schema(*ret_opened, c->schema);
		index_lend(opened_index(*ret_opened), s->narrow);
	}
	mem_free(workspace);
	mem_free(index);
	/* In its first moments it has no tables. */
	if (rc != 0 && rc != ERR_NOMEM && growing)
		rc = ERR_AGAIN;
	(void)pthread_mutex_lock(&c->lock);
	return rc;
}

/* Unlocks for a while; s->opening tells that somebody is about. */
static int
take(struct catalog *c, struct shelf *s, struct err *e, struct kept *ret_kept)
{
	bool growing = s->state < CATALOG_READY;
	int64_t now = clock_mono();
	struct kept k = { .fresh = now };
	int rc;

	if (s->nidle == 0) {
		rc = open_new(c, s, e, &k.opened);
		if (rc == 0)
			*ret_kept = k;
		return rc;
	}
	*ret_kept = s->idle[--s->nidle];
	if (!growing || now - ret_kept->fresh < STALE_MS * CLOCK_MSEC)
		return 0;
	(void)pthread_mutex_unlock(&c->lock);
	ret_kept->fresh = now;
	rc = opened_refresh(ret_kept->opened, e);
	if (rc != 0)
		opened_free(ret_kept->opened);
	(void)pthread_mutex_lock(&c->lock);
	return rc;
}

/* Waits while the index is being moved. */
static int
wait_there(struct catalog *c, struct shelf *s, struct err *e)
{
	int64_t until = clock_mono() + MOVING_MS * CLOCK_MSEC;

	while (s->withdrawn && wait_until(c, until))
		;
	if (s->withdrawn || s->workspace == NULL || s->state == CATALOG_FAILED)
		return not_there(s, e);
	if (s->nlent + s->opening >= LENT_MAX)
		return err_set(e, ERR_AGAIN, "%s: too many read it at once",
		               s->name);
	return 0;
}

static int
lend(struct catalog *c, struct shelf *s, struct lent *ret_lent, struct err *e)
{
	int rc = wait_there(c, s, e);

	if (rc != 0)
		return rc;
	ret_lent->generation = s->generation;
	s->opening++;
	rc = take(c, s, e, &ret_lent->kept);
	s->opening--;
	if (rc == 0)
		s->lent[s->nlent++] = *ret_lent;
	(void)pthread_cond_broadcast(&c->changed);
	return rc;
}

int
catalog_borrow(struct catalog *c, unsigned n, atomic_bool *cancel,
               struct err *e, struct opened **ret_opened)
{
	struct shelf *s = shelf_of(c, n);
	struct lent l = { .cancel = cancel };
	int rc;

	if (s == NULL)
		return err_set(e, ERR_NOTFOUND, "there is no snapshot %u", n);
	(void)pthread_mutex_lock(&c->lock);
	rc = lend(c, s, &l, e);
	(void)pthread_mutex_unlock(&c->lock);
	if (rc == 0)
		*ret_opened = l.kept.opened;
	return rc;
}

void
catalog_give_back(struct catalog *c, unsigned n, struct opened *o)
{
	struct shelf *s = shelf_of(c, n);
	struct lent l;
	size_t i = 0;

	(void)pthread_mutex_lock(&c->lock);
	while (i < s->nlent && s->lent[i].kept.opened != o)
		i++;
	ENSURE(i < s->nlent);
	l = s->lent[i];
	s->lent[i] = s->lent[--s->nlent];
	/* One that was interrupted may stay so for whoever borrows it next. */
	if (!s->withdrawn && !l.interrupted && l.generation == s->generation &&
	    s->nidle < IDLE_MAX)
		s->idle[s->nidle++] = l.kept;
	else
		opened_free(o);
	(void)pthread_cond_broadcast(&c->changed);
	(void)pthread_mutex_unlock(&c->lock);
}

/* An index that was there already has been counted by nobody. */
static void
count_overview(struct catalog *c, struct shelf *s)
{
	(void)pthread_mutex_lock(&c->lock);
	s->counts.packets = s->overview.packets;
	s->counts.streams = s->overview.streams;
	s->counts.entries = s->overview.entries;
	(void)pthread_mutex_unlock(&c->lock);
}

int
catalog_overview(struct catalog *c, unsigned n, struct opened *o, struct err *e,
                 const struct overview **ret_overview)
{
	struct shelf *s = shelf_of(c, n);
	int rc = 0;

	/* Who comes meanwhile waits: it is what he would do himself. */
	(void)pthread_mutex_lock(&s->overview_lock);
	if (!s->has_overview) {
		arena_clear(&s->texts);
		rc = overview_read(o, &s->texts, e, &s->overview);
		s->has_overview = rc == 0;
		if (rc == 0)
			count_overview(c, s);
	}
	(void)pthread_mutex_unlock(&s->overview_lock);
	*ret_overview = &s->overview;
	return rc;
}

void
catalog_warm(struct catalog *c, unsigned n)
{
	const struct overview *unused;
	struct err e = ERR_INIT;
	struct opened *o = NULL;
	atomic_bool cancel;

	atomic_init(&cancel, false);
	if (catalog_borrow(c, n, &cancel, &e, &o) != 0)
		return;
	/* Whoever asks is told why it cannot be read. */
	if (catalog_overview(c, n, o, &e, &unused) != 0 ||
	    index_warm(opened_index(o), shelf_of(c, n)->narrow, &e) != 0)
		e.code = 0;
	catalog_give_back(c, n, o);
}

void
catalog_interrupt(struct catalog *c)
{
	(void)pthread_mutex_lock(&c->lock);
	for (unsigned k = 0; k < c->n; k++) {
		struct shelf *s = c->shelves[k];

		for (size_t i = 0; i < s->nlent; i++) {
			if (atomic_load(s->lent[i].cancel))
				interrupt(&s->lent[i]);
		}
	}
	(void)pthread_mutex_unlock(&c->lock);
}
