/* SPDX-License-Identifier: Apache-2.0 */
/* The snapshots that are open, and how far the indexing is. */
#include <inttypes.h>
#include <poll.h>

#include "analyzer/api/call.h"
#include "analyzer/api/page.h"
#include "analyzer/api/snapshot_detail.h"
#include "analyzer/entry/protocol.h"
#include "analyzer/query/overview.h"
#include "analyzer/query/vocabulary.h"
#include "base/clock.h"

enum { WAIT_MAX_MS = 30000, WAIT_STEP_MS = 50 };

/* ---- pieces ---- */

static void
put_id(struct json_out *j, unsigned n)
{
	char id[16];

	(void)snprintf(id, sizeof(id), "%u", n);
	jout_put_str(j, "id", str_from_c(id));
}

static void
put_problem(struct json_out *j, const struct catalog_view *v)
{
	jout_put(j, "error");
	if (v->state == CATALOG_FAILED)
		call_put_error(j, call_code_of(v->problem.code),
		               str_from_c(v->problem.text), NULL, STR_NONE);
	else
		jout_null(j);
}

/* ---- snapshots ---- */

/* The word that selects entries of an abbreviation. */
static struct str
macro_of(struct str abbr)
{
	struct vocabulary v[VOCABULARY_MAX];
	size_t n = vocabulary_all(v);

	for (size_t i = 0; i < n; i++) {
		const struct protocol *const *p = v[i].protocols;

		for (; p != NULL && *p != NULL; p++) {
			if (str_eq(str_from_c((*p)->abbr), abbr))
				return str_from_c((*p)->macro);
		}
	}
	return STR("");
}

static void
put_protocols(struct json_out *j, const struct overview *v)
{
	jout_put(j, "protocols");
	jout_begin_array(j);
	for (size_t i = 0; i < v->nprotocols; i++) {
		jout_begin_object(j);
		jout_put_str(j, "abbr", v->protocols[i].abbr);
		jout_put_str(j, "macro", macro_of(v->protocols[i].abbr));
		jout_put_uint(j, "entries", v->protocols[i].entries);
		jout_end_object(j);
	}
	jout_end_array(j);
}

static void
put_problems(struct json_out *j, const struct overview *v)
{
	uint64_t n[DIAG_SEV_REFUSED + 1] = { 0 };

	for (unsigned i = 0; i < DIAG_COUNT; i++)
		n[diag_severity((enum diag_kind)i)] += v->diags[i];
	jout_put(j, "problems");
	jout_begin_object(j);
	jout_put_uint(j, "information", n[DIAG_SEV_INFO]);
	jout_put_uint(j, "loss", n[DIAG_SEV_LOSS]);
	jout_put_uint(j, "refused", n[DIAG_SEV_REFUSED]);
	jout_end_object(j);
}

static void
put_overview(struct json_out *j, const struct overview *v)
{
	page_put_time(j, "from", v->from);
	page_put_time(j, "to", v->to);
	jout_put_uint(j, "bytes", v->bytes);
	jout_put_uint(j, "files", v->members);
	jout_put_uint(j, "captures", v->captures);
	jout_put_uint(j, "packets", v->packets);
	jout_put_uint(j, "streams", v->streams);
	jout_put_uint(j, "entries", v->entries);
	jout_put_uint(j, "incomplete", v->incomplete);
	jout_put_uint(j, "gapStreams", v->gap_streams);
	jout_put_uint(j, "undecrypted", v->undecrypted);
	put_protocols(j, v);
	put_problems(j, v);
	jout_put(j, "nodes");
	jout_begin_array(j);
	for (size_t i = 0; i < v->nnodes; i++)
		jout_str(j, v->nodes[i]);
	jout_end_array(j);
}

static void
put_meta(struct json_out *j, struct opened *o)
{
	static const char *const keys[] = { "seal", "digest", "evidence",
		                            "tool", "cluster" };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		jout_put_str(j, keys[i],
		             o != NULL ? index_meta(opened_index(o), keys[i])
		                       : STR(""));
}

/* What is in it; of what cannot be read yet, nothing. */
static int
look_into(struct call *c, unsigned n, const struct catalog_view *view,
          struct opened **ret_opened, const struct overview **ret_overview)
{
	struct overview *v = arena_zalloc(&c->arena, sizeof(*v));
	struct opened *o = NULL;
	int rc = ERR_AGAIN;

	if (v == NULL)
		return ERR_NOMEM;
	*ret_overview = v;
	*ret_opened = NULL;
	if (view->state != CATALOG_WAITING && view->state != CATALOG_FAILED)
		rc = call_borrow(c, n, &o);
	if (rc == 0 && view->state == CATALOG_READY)
		rc = catalog_overview(call_catalog(c), n, o, &c->err,
		                      ret_overview);
	else if (rc == 0)
		rc = overview_read(o, &c->arena, &c->err, v);
	if (rc != 0 && view->state == CATALOG_READY)
		return rc;
	if (v->packets == 0)
		v->packets = view->counts.packets;
	*ret_opened = rc == 0 ? o : NULL;
	return 0;
}

static int
put_snapshot(struct call *c, struct json_out *j, unsigned n, bool whole)
{
	const struct overview *v;
	struct catalog_view view;
	struct opened *o;
	int rc;

	if (!catalog_look(call_catalog(c), n, &view))
		return ERR_NOTFOUND;
	rc = look_into(c, n, &view, &o, &v);
	if (rc != 0)
		return rc;
	jout_begin_object(j);
	put_id(j, n);
	jout_put_str(j, "name", str_from_c(view.name));
	jout_put_str(j, "state", str_from_c(catalog_state_name(view.state)));
	put_problem(j, &view);
	put_meta(j, o);
	put_overview(j, v);
	if (whole && o != NULL)
		rc = snapshot_detail_put(c, j, o, v);
	jout_end_object(j);
	return rc;
}

int
api_snapshot(struct call *c)
{
	uint64_t n;

	if (str_u64(c->part[0], &n) != 0 || n < 1 ||
	    n > catalog_count(call_catalog(c)))
		return call_error(c, CALL_NOT_FOUND,
		                  "there is no snapshot " STR_FMT,
		                  STR_ARG(str_head(c->part[0], 40)));
	return put_snapshot(c, call_json(c), (unsigned)n, true);
}

int
api_snapshots(struct call *c)
{
	struct json_out *j = call_json(c);
	int rc = 0;

	jout_begin_object(j);
	jout_put(j, "snapshots");
	jout_begin_array(j);
	for (unsigned n = 1; n <= catalog_count(call_catalog(c)) && rc == 0;
	     n++)
		rc = put_snapshot(c, j, n, false);
	jout_end_array(j);
	jout_end_object(j);
	return rc;
}

/* ---- progress ---- */

/* The state of all together. */
static const char *
overall(struct catalog *k)
{
	struct catalog_view v;
	bool failed = false;

	for (unsigned n = 1; catalog_look(k, n, &v); n++) {
		if (v.state < CATALOG_READY)
			return "indexing";
		failed |= v.state == CATALOG_FAILED;
	}
	return failed ? "failed" : "ready";
}

static void
put_progress(struct json_out *j, unsigned n, const struct catalog_view *v)
{
	jout_begin_object(j);
	put_id(j, n);
	jout_put_str(j, "state", str_from_c(catalog_state_name(v->state)));
	jout_put_uint(j, "bytes", v->counts.taken);
	if (v->counts.total > 0)
		jout_put_uint(j, "bytesTotal", v->counts.total);
	else
		jout_put_null(j, "bytesTotal");
	jout_put_uint(j, "packets", v->counts.packets);
	jout_put_uint(j, "streams", v->counts.streams);
	jout_put_uint(j, "entries", v->counts.entries);
	jout_put_int(j, "elapsedMs", v->elapsed / CLOCK_MSEC);
	put_problem(j, v);
	jout_end_object(j);
}

/* A number that changes with what progress tells. */
static uint64_t
version_of(struct catalog *k)
{
	uint64_t version = catalog_version(k);
	struct catalog_view v;

	for (unsigned n = 1; catalog_look(k, n, &v); n++)
		version += v.counts.taken + v.counts.packets + v.counts.entries;
	return version;
}

static void
put_all(struct call *c)
{
	struct catalog *k = call_catalog(c);
	struct json_out *j = call_json(c);
	struct catalog_view v;

	jout_begin_object(j);
	jout_put_uint(j, "version", version_of(k));
	jout_put_str(j, "state", str_from_c(overall(k)));
	jout_put(j, "snapshots");
	jout_begin_array(j);
	for (unsigned n = 1; catalog_look(k, n, &v); n++)
		put_progress(j, n, &v);
	jout_end_array(j);
	jout_end_object(j);
}

int
api_progress(struct call *c)
{
	struct call_range any = { 0, UINT64_MAX, UINT64_MAX };
	struct call_range ms = { 0, WAIT_MAX_MS, 0 };
	struct catalog *k = call_catalog(c);
	uint64_t since, wait;
	int64_t until;

	if (!call_number(c, "since", any, &since) ||
	    !call_number(c, "wait", ms, &wait))
		return 0;
	until = clock_mono() + (int64_t)wait * CLOCK_MSEC;
	while (since == version_of(k) && clock_mono() < until &&
	       !atomic_load(&c->cancel))
		(void)poll(NULL, 0, WAIT_STEP_MS);
	put_all(c);
	return 0;
}

/* ---- health ---- */

int
api_livez(struct call *c)
{
	call_bytes(c, "text/plain; charset=utf-8", STR("ok\n"));
	return 0;
}

int
api_readyz(struct call *c)
{
	if (!catalog_settled(call_catalog(c)))
		call_status(c, 503);
	put_all(c);
	return 0;
}
