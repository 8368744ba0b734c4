/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/ingest/ingest.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/ingest/check.h"
#include "analyzer/ingest/learnt.h"
#include "analyzer/ingest/reader.h"
#include "analyzer/proto/proto.h"
#include "base/clock.h"
#include "base/mem.h"

enum {
	INGEST_BLOCK = 1 << 20, /* bytes of input handled together */
	INGEST_BLOCK_MAX = 1 << 28,
	INGEST_BLOCKS = 24,  /* how far the reader may run ahead */
	INGEST_WORKERS = 16, /* more than that waits for the reader */
	INGEST_BATCHES = 6,  /* a worker */
	INGEST_OUTS = 16,    /* beside one held by each worker */
};

struct ingest {
	struct job job;
	bool job_ready;
	struct batch_pool batches;
	bool batches_ready;
	struct store *store;
	struct disk *disk;
	struct worker *workers[INGEST_WORKERS];
	size_t nworkers;
	struct block_pool *blocks;
	struct out *out;
	struct reader reader;
	struct ingest_result result;
	int64_t start;
};

void
ingest_options_init(struct ingest_options *o)
{
	*o = (struct ingest_options){ .tool = "" };
	snapshot_limits_init(&o->snapshot);
	net_limits_init(&o->net);
	proto_limits_init(&o->proto);
}

int
ingest_salt(const struct ingest_options *o, char ret_hex[SHA256_HEX_MAX])
{
	struct sha256 sha = SHA256_INIT;
	uint8_t digest[SHA256_SIZE];
	const char *only = o->only != NULL ? o->only : "";
	int rc = sha256_init(&sha);

	/* Limits are plain arrays of 64-bit numbers without padding. */
	if (rc == 0)
		rc = sha256_update(&sha, o->tool, strlen(o->tool) + 1);
	if (rc == 0)
		rc = sha256_update(&sha, only, strlen(only) + 1);
	for (size_t i = 0; rc == 0 && proto_registry[i] != NULL; i++)
		rc = sha256_update(&sha, proto_registry[i]->name,
		                   strlen(proto_registry[i]->name) + 1);
	if (rc == 0)
		rc = sha256_update(&sha, &o->snapshot, sizeof(o->snapshot));
	if (rc == 0)
		rc = sha256_update(&sha, &o->net, sizeof(o->net));
	if (rc == 0)
		rc = sha256_update(&sha, &o->proto, sizeof(o->proto));
	if (rc == 0)
		rc = sha256_final(&sha, digest);
	sha256_release(&sha);
	if (rc == 0)
		(void)sha256_hex(digest, ret_hex);
	return rc;
}

const char *
ingest_stage_name(enum ingest_stage s)
{
	static const char *const names[] = {
		[INGEST_READ] = "read",   [INGEST_DECODE] = "decode",
		[INGEST_STORE] = "store", [INGEST_DISSECT] = "dissect",
		[INGEST_INDEX] = "index", [INGEST_SEAL] = "seal",
		[INGEST_TOTAL] = "total",
	};

	return names[s];
}

/* ---- putting the stages together ---- */

/* Threads in all, this one included; 1: everything in this one. */
static unsigned
jobs_of(const struct ingest_options *o)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (o->jobs > 0)
		return o->jobs;
	return cpus > 1 ? (unsigned)cpus : 2;
}

/* A record and what is in front of it must fit a block. */
static size_t
block_bytes(const struct snapshot_limits *l)
{
	uint64_t need = 2 * l->record_bytes;

	if (need > INGEST_BLOCK_MAX)
		need = INGEST_BLOCK_MAX;
	return need > INGEST_BLOCK ? (size_t)need : INGEST_BLOCK;
}

static int
make_workers(struct ingest *g, size_t n)
{
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		rc = worker_new(&g->job, &g->batches, g->store, &g->workers[i]);
		if (rc == 0)
			g->nworkers++;
	}
	return rc;
}

static int
make_stages(struct ingest *g, unsigned jobs, struct err *e)
{
	size_t n = jobs > 1 ? jobs - 1 : 1;
	int rc;

	if (n > INGEST_WORKERS)
		n = INGEST_WORKERS;
	rc = store_new(&g->job, workspace_index(g->job.ws), n + 1 + INGEST_OUTS,
	               e, &g->store);
	if (rc != 0)
		return rc;
	g->out = store_get(g->store);
	rc = batch_pool_init(&g->batches, n * INGEST_BATCHES);
	g->batches_ready = rc == 0;
	if (rc == 0)
		rc = disk_new(&g->job, &g->disk);
	if (rc == 0)
		rc = make_workers(g, n);
	g->blocks = block_pool_new(INGEST_BLOCKS,
	                           block_bytes(&g->job.opt->snapshot));
	if (rc == 0 && g->blocks == NULL)
		rc = ERR_NOMEM;
	if (rc == 0)
		rc = route_new(&g->job, g->workers, g->nworkers, &g->batches,
		               &g->out, &g->reader.route);
	return rc == 0 ? 0 : err_set(e, rc, "setting up: %s", err_text(rc));
}

static int
start_threads(struct ingest *g, unsigned jobs, struct err *e)
{
	int rc;

	if (jobs == 1)
		return 0;
	rc = store_start(g->store);
	if (rc == 0)
		rc = disk_start(g->disk);
	for (size_t i = 0; i < g->nworkers && rc == 0; i++)
		rc = worker_start(g->workers[i]);
	return rc == 0 ? 0 : err_set(e, rc, "cannot start threads; try -j1");
}

static int
open_input(struct ingest *g, const char *input, struct err *e)
{
	struct input_notes notes = { .note = reader_note, .ctx = &g->reader };
	struct reader *r = &g->reader;

	r->job = &g->job;
	r->blocks = g->blocks;
	r->disk = g->disk;
	r->store = g->store;
	r->out = &g->out;
	return input_open(input, &g->job.opt->snapshot, notes, e, &r->input);
}

/* Stages end in the order in which they feed each other. */
static void
finish_stages(struct ingest *g)
{
	if (g->reader.route != NULL)
		route_block_end(g->reader.route);
	for (size_t i = 0; i < g->nworkers; i++) {
		worker_finish(g->workers[i]);
		g->result.streams += worker_streams(g->workers[i]);
		g->result.entries += worker_entries(g->workers[i]);
	}
	if (g->disk != NULL)
		disk_finish(g->disk);
	if (g->out != NULL)
		g->out = store_swap(g->store, g->out);
	if (g->store != NULL)
		store_finish(g->store);
}

/* ---- rows about the whole ---- */

static int
put_source(struct ingest *g, const struct disk_member *m, struct err *e)
{
	struct job_source *s = m->source;
	struct index_source row = {
		.name = m->name,
		.path = m->path,
		.inode = m->inode,
		.mtime = m->mtime,
	};

	if (s != NULL) {
		row = s->row;
		for (size_t i = 0; i < DISPOSITION_COUNT; i++) {
			row.dispositions[i] = (uint64_t)s->n[i];
			g->result.dispositions[i] += (uint64_t)s->n[i];
		}
		g->result.packets += row.records;
	}
	row.bytes = m->bytes;
	row.sha256 = str_from_c(m->sha256);
	g->result.bytes += m->bytes;
	return index_put_source(store_writer(g->store), &row, e);
}

static int
put_sources(struct ingest *g, struct err *e)
{
	int rc = 0;

	for (const struct disk_member *m = disk_members(g->disk);
	     m != NULL && rc == 0; m = m->next)
		rc = put_source(g, m, e);
	return rc;
}

static int
put_meta_time(struct ingest *g, const char *key, int64_t t, struct err *e)
{
	char text[24];
	int n = snprintf(text, sizeof(text), "%" PRId64, t);

	return index_put_meta(store_writer(g->store), key,
	                      str_make(text, (size_t)n), e);
}

/* First and last packet of all captures. */
static int
put_window(struct ingest *g, struct err *e)
{
	int64_t from = INT64_MAX, to = INT64_MIN;
	int rc;

	for (size_t i = 0; i < g->job.nsources; i++) {
		const struct index_source *s = &g->job.sources[i]->row;

		if (s->records == 0)
			continue;
		from = s->first_ts < from ? s->first_ts : from;
		to = s->last_ts > to ? s->last_ts : to;
	}
	if (from > to)
		return 0;
	rc = put_meta_time(g, "from", from, e);
	return rc != 0 ? rc : put_meta_time(g, "to", to, e);
}

static int
put_meta(struct ingest *g, enum check_seal seal, struct err *e)
{
	struct index_writer *w = store_writer(g->store);
	char hex[SHA256_HEX_MAX];
	int rc;

	rc = index_put_meta(w, "tool", str_from_c(g->job.opt->tool), e);
	if (rc == 0)
		rc = index_put_meta(w, "evidence",
		                    sha256_hex(g->result.evidence, hex), e);
	if (rc == 0)
		rc = index_put_meta(w, "seal",
		                    str_from_c(check_seal_name(seal)), e);
	if (rc == 0 && g->reader.info != NULL)
		rc = index_put_meta(w, "cluster",
		                    snapshot_info_cluster(g->reader.info), e);
	return rc != 0 ? rc : put_window(g, e);
}

/* ---- names from DNS ---- */

/* Names on their way to the index. */
struct naming {
	struct index_writer *writer;
	struct err *e;
};

static int
put_learnt(void *ctx, const struct index_identity *row)
{
	struct naming *n = ctx;

	return index_put_identity(n->writer, row, n->e);
}

/* The same from several shards is one row. */
static int
put_names(struct ingest *g, struct err *e)
{
	struct naming naming = { .writer = store_writer(g->store), .e = e };
	struct learnt all;
	int rc = learnt_init(&all, 0);

	for (size_t i = 0; i < g->nworkers && rc == 0; i++)
		rc = learnt_merge(&all, worker_learnt(g->workers[i]));
	if (rc != 0)
		(void)err_set(e, rc, "gathering names: %s", err_text(rc));
	else
		rc = learnt_each(&all, put_learnt, &naming);
	if (rc != 0 && e->code == 0)
		(void)err_set(e, rc, "telling names: %s", err_text(rc));
	learnt_release(&all);
	return rc;
}

/* One row for all the streams that made room for others. */
static int
tell_put_away(struct ingest *g, struct err *e)
{
	struct diag d = {
		.kind = DIAG_PUT_AWAY,
		.at = { .source = DIAG_NO_SOURCE },
		.side = -1,
		.name = STR("flows"),
		.text = STR("idle streams were put away to make room; what "
		            "followed on them is a stream of its own. More are "
		            "followed with --limit flows=N"),
	};

	for (size_t i = 0; i < g->nworkers; i++)
		d.len += worker_put_away(g->workers[i]);
	return d.len > 0 ? store_diag(g->store, &d, e) : 0;
}

/* Rows of the checks, on their way to the index. */
struct checking {
	struct store *store;
	struct err *e;
};

static int
put_check(void *ctx, const struct diag *d)
{
	struct checking *c = ctx;

	return store_diag(c->store, d, c->e);
}

static int
put_checks(struct ingest *g, enum check_seal *ret_seal, struct err *e)
{
	const struct disk_member *members = disk_members(g->disk);
	struct checking checking = { .store = g->store, .e = e };
	struct check_rows rows = { .put = put_check, .ctx = &checking };
	struct reader *r = &g->reader;
	int rc = check_members(r->manifest, r->manifest_bad, members, &rows,
	                       ret_seal);

	if (rc == 0)
		rc = check_nodes(r->info, members, &rows);
	if (rc == 0)
		rc = tell_put_away(g, e);
	if (rc == 0)
		rc = check_evidence(members, disk_count(g->disk), r->refusals,
		                    g->result.evidence);
	if (rc == 0)
		rc = check_contents(members, g->result.evidence,
		                    g->result.contents);
	/* The index writer has told more than a code can. */
	if (rc != 0 && e->code == 0)
		return err_set(e, rc, "checking the manifest: %s",
		               err_text(rc));
	return rc;
}

/* Every packet of every file has exactly one disposition. */
static int
check_accounts(const struct ingest *g, struct err *e)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < DISPOSITION_COUNT; i++)
		sum += g->result.dispositions[i];
	if (sum == g->result.packets)
		return 0;
	return err_set(e, ERR_CORRUPT,
	               "internal error: %" PRIu64 " packets were read but "
	               "%" PRIu64 " are accounted for; please report this",
	               g->result.packets, sum);
}

static int
seal(struct ingest *g, struct err *e)
{
	int64_t start = clock_mono();
	enum check_seal verdict;
	int rc;

	atomic_store(&g->job.progress->sealing, true);
	rc = put_sources(g, e);
	if (rc == 0)
		rc = put_names(g, e);
	if (rc == 0)
		rc = check_accounts(g, e);
	if (rc == 0)
		rc = put_checks(g, &verdict, e);
	if (rc == 0)
		rc = put_meta(g, verdict, e);
	index_writer_alone(store_writer(g->store), g->job.opt->alone,
	                   g->job.opt->alone_ctx);
	if (rc == 0)
		rc = index_seal(store_writer(g->store), e, g->result.digest);
	g->result.index_bytes = index_bytes(store_writer(g->store));
	g->result.refused = store_refused(g->store);
	g->job.ns[INGEST_SEAL] = clock_mono() - start;
	return rc;
}

static int
run(struct ingest *g, const char *input, struct err *e)
{
	unsigned jobs = jobs_of(g->job.opt);
	int rc = make_stages(g, jobs, e);

	if (rc == 0)
		rc = open_input(g, input, e);
	if (rc == 0)
		rc = start_threads(g, jobs, e);
	if (rc == 0)
		rc = reader_run(&g->reader, e);
	if (rc != 0)
		job_fail(&g->job, e);
	finish_stages(g);
	if (g->job.err.code != 0) {
		*e = g->job.err;
		return e->code;
	}
	if (job_stopped(&g->job))
		return err_set(e, ERR_CANCELLED, "cancelled");
	return seal(g, e);
}

static void
ingest_release(struct ingest *g)
{
	route_free(g->reader.route);
	input_free(g->reader.input);
	reader_release(&g->reader);
	for (size_t i = 0; i < g->nworkers; i++)
		worker_free(g->workers[i]);
	if (g->out != NULL)
		store_give_back(g->store, g->out);
	store_free(g->store);
	disk_free(g->disk);
	if (g->batches_ready)
		batch_pool_release(&g->batches);
	if (g->blocks != NULL)
		block_pool_free(g->blocks);
	if (g->job_ready)
		job_release(&g->job);
	mem_free(g);
}

int
ingest_run(const char *input, struct workspace *ws,
           const struct ingest_options *o, struct ingest_progress *progress,
           struct err *e, struct ingest_result *ret_result)
{
	struct ingest *g = mem_zalloc(sizeof(*g));
	struct err local = ERR_INIT;
	int64_t start = clock_mono();
	int rc;

	if (e == NULL)
		e = &local;
	if (g == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	rc = job_init(&g->job, o, progress, ws);
	g->job_ready = rc == 0;
	rc = rc == 0 ? run(g, input, e) : err_set(e, rc, "out of memory");
	g->job.ns[INGEST_READ] = g->reader.read_ns;
	g->job.ns[INGEST_DECODE] = g->reader.decode_ns;
	g->job.ns[INGEST_TOTAL] = clock_mono() - start;
	memcpy(g->result.ns, g->job.ns, sizeof(g->result.ns));
	if (rc == 0)
		*ret_result = g->result;
	ingest_release(g);
	return rc;
}
