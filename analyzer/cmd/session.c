/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/cmd/session.h"

#include <string.h>

#include "analyzer/cmd/progress.h"
#include "analyzer/cmd/schema.h"
#include "base/clock.h"
#include "console/human.h"
#include "console/interrupt.h"
#include "snapshot/workspaces.h"

int
session_place_open(struct session_place *place, const struct options *o,
                   struct err *e)
{
	int rc;

	if (place->root != NULL)
		return 0;
	rc = ingest_salt(&o->ingest, place->salt);
	if (rc != 0)
		return err_set(e, rc, "%s", err_text(rc));
	rc = schema_load(o->proto_set, o->nproto_sets, e, &place->schema);
	if (rc != 0)
		return rc;
	return workspace_root_open(o->workspace, e, &place->root);
}

void
session_place_release(struct session_place *place)
{
	workspace_root_free(place->root);
	place->root = NULL;
	protobuf_set_free(place->schema);
	place->schema = NULL;
}

/* ---- asking the index ---- */

static int
is_refused(void *ctx, const struct diag *d)
{
	(void)ctx;
	return diag_severity(d->kind) == DIAG_SEV_REFUSED;
}

static int
attach(struct session *s, const struct options *o, struct err *e)
{
	int rc = opened_new(workspace_path(s->ws), workspace_index(s->ws),
	                    &o->ingest.proto, e, &s->opened);

	if (rc == 0)
		opened_set_schema(s->opened, s->schema);
	if (rc == 0)
		rc = index_diags(opened_index(s->opened), is_refused, NULL, e);
	if (rc < 0) {
		session_close(s);
		return rc;
	}
	s->refused = rc > 0;
	return 0;
}

/* An index that this program cannot use is made again. */
static bool
unusable(int rc)
{
	return rc == ERR_CORRUPT || rc == ERR_UNSUPPORTED || rc == ERR_DB ||
	       rc == ERR_NOENT || rc == ERR_CHANGED;
}

/* 1: s is open; 0: it has to be made; or a code. */
static int
find(struct session *s, struct session_place *place, const struct options *o,
     struct term *notes, struct err *e)
{
	bool again = o->rehash || o->force || o->command == COMMAND_VERIFY;
	int rc;

	s->replace = o->force;
	/* Asked in any case: publishing wants to know what the input was. */
	rc = workspace_find(place->root, s->input, place->salt, e, &s->ws);
	if (rc != 1)
		return rc;
	if (again) {
		workspace_free(s->ws);
		s->ws = NULL;
		return 0;
	}
	rc = attach(s, o, e);
	if (rc == 0) {
		s->reused = true;
		return 1;
	}
	if (!unusable(rc))
		return rc;
	term_printf(notes, "analyzer: the index of an earlier run cannot be "
	                   "used and is made again: ");
	term_text(notes, str_from_c(e->text));
	term_printf(notes, "\n");
	s->replace = true;
	return 0;
}

/* ---- making it ---- */

/* With the progress on the terminal; a signal stops it. */
static int
ingest(struct session *s, struct session_place *place, const struct options *o,
       struct term *notes, struct err *e)
{
	struct ingest_progress counters;
	struct interrupt interrupt;
	struct progress progress;
	int rc;

	memset(&counters, 0, sizeof(counters));
	rc = interrupt_start(&interrupt, &counters.cancel);
	if (rc != 0)
		return err_set(e, rc, "cannot start a thread: %s",
		               err_text(rc));
	progress_start(&progress, notes, &counters);
	rc = ingest_run(s->input, s->ws, &o->ingest, &counters, e, &s->result);
	progress_stop(&progress);
	place->signal = interrupt_stop(&interrupt);
	if (rc == 0 && place->signal != 0)
		rc = err_set(e, ERR_CANCELLED, "cancelled");
	return rc;
}

/* While others read what there is already. */
static int
ingest_watched(struct session *s, const struct options *o,
               const struct session_watch *watch, struct err *e)
{
	struct ingest_options opt = o->ingest;

	opt.alone = watch->alone;
	opt.alone_ctx = watch->ctx;
	watch->began(watch->ctx, s->ws);
	return ingest_run(s->input, s->ws, &opt, watch->counters, e,
	                  &s->result);
}

static int
publish(struct session *s, struct session_place *place, struct err *e)
{
	char contents[SHA256_HEX_MAX];

	(void)sha256_hex(s->result.contents, contents);
	return s->replace ? workspace_replace(s->ws, s->input, contents,
	                                      place->salt, e)
	                  : workspace_publish(s->ws, s->input, contents,
	                                      place->salt, e);
}

/*
 * What is in the usual place is ours to keep small; a folder that somebody
 * named is theirs. That it does not work is told, and nothing worse.
 */
static void
trim(const struct session_place *place, const struct options *o,
     struct term *notes)
{
	struct workspaces_sum sum;
	struct err e = ERR_INIT;
	char text[HUMAN_TEXT];
	int rc;

	if (o->workspace != NULL)
		return;
	rc = workspaces_trim(place->root, &o->cache, clock_wall(), &e, &sum);
	if (sum.n > 0)
		term_printf(notes,
		            "analyzer: removed what nobody uses any more: "
		            "workspaces %zu, %s; see 'analyzer help "
		            "workspaces'\n",
		            sum.n, human_bytes(sum.bytes, text));
	if (rc != 0) {
		term_printf(notes, "analyzer: ");
		term_text(notes, str_from_c(e.text));
		term_printf(notes, "\n");
	}
	(void)term_flush(notes);
}

/* Publishing gives way to an index that is already there: is it the same? */
static void
compare(struct session *s)
{
	char digest[SHA256_HEX_MAX];
	struct str there = index_meta(opened_index(s->opened), "digest");

	(void)sha256_hex(s->result.digest, digest);
	s->differs = !str_eq(there, str_from_c(digest));
}

int
session_make(struct session *s, struct session_place *place,
             const struct options *o, struct term *notes,
             const struct session_watch *watch, struct err *e)
{
	int64_t start = clock_mono();
	int rc = workspace_begin(place->root, e, &s->ws);

	if (rc != 0)
		return rc;
	rc = watch != NULL ? ingest_watched(s, o, watch, e)
	                   : ingest(s, place, o, notes, e);
	if (rc == 0)
		rc = publish(s, place, e);
	if (rc == 0)
		rc = attach(s, o, e);
	if (rc != 0) {
		session_close(s);
		return rc;
	}
	compare(s);
	s->ns = clock_mono() - start;
	trim(place, o, notes);
	return 0;
}

/* ---- the whole ---- */

int
session_find(struct session_place *place, const struct options *o,
             const char *input, struct term *notes, struct err *e,
             struct session *ret_session)
{
	struct session s = { .input = input };
	int64_t start = clock_mono();
	int rc = session_place_open(place, o, e);

	s.schema = place->schema;
	if (rc == 0)
		rc = find(&s, place, o, notes, e);
	if (rc < 0)
		return rc;
	s.ns = clock_mono() - start;
	*ret_session = s;
	return rc;
}

int
session_open(struct session_place *place, const struct options *o,
             const char *input, struct term *notes, struct err *e,
             struct session *ret_session)
{
	struct session s;
	int rc = session_find(place, o, input, notes, e, &s);

	if (rc == 0)
		rc = session_make(&s, place, o, notes, NULL, e);
	if (rc < 0)
		return rc;
	*ret_session = s;
	return 0;
}

void
session_close(struct session *s)
{
	opened_free(s->opened);
	workspace_free(s->ws);
	s->opened = NULL;
	s->ws = NULL;
}
