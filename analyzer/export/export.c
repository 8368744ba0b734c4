/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/export/export.h"

#include "analyzer/export/bundle.h"
#include "analyzer/export/capture_file.h"
#include "analyzer/export/csv.h"
#include "analyzer/export/export_impl.h"
#include "analyzer/export/har.h"
#include "analyzer/export/jsonl.h"
#include "analyzer/kfl/kfl.h"
#include "base/mem.h"

static const struct {
	const char *name, *mime, *suffix;
} formats[] = {
#define FORMAT(id, name, mime, suffix) { name, mime, suffix },
#include "analyzer/export/formats.def"
};

enum export_format
export_find(struct str name)
{
	unsigned i = 0;

	while (i < EXPORT_COUNT && !str_eq(name, str_from_c(formats[i].name)))
		i++;
	return (enum export_format)i;
}

const char *
export_mime(enum export_format format)
{
	return formats[format].mime;
}

const char *
export_suffix(enum export_format format)
{
	return formats[format].suffix;
}

bool
export_is_packets(enum export_format format)
{
	return format == EXPORT_PCAP || format == EXPORT_PCAPNG ||
	       format == EXPORT_ARCHIVE || format == EXPORT_STREAM;
}

int
export_error(struct export *x)
{
	int rc = x->out->error;

	return rc == 0 ? 0 : err_set(x->e, rc, "writing: %s", err_text(rc));
}

void
export_leave_out(struct export *x, int code, const struct err *why)
{
	if (x->counts->left_out++ > 0)
		return;
	x->counts->first = *why;
	if (why->text[0] == '\0')
		(void)err_set(&x->counts->first, code, "%s", err_text(code));
}

/* Entries that the query could not decide count as left out. */
static void
take_counts(struct export *x, const struct merge *m)
{
	struct merge_counts n;

	merge_counts(m, &n);
	x->counts->entries = n.matched;
	if (n.undecided > 0 && x->counts->left_out == 0)
		x->counts->first = n.first;
	x->counts->left_out += n.undecided;
}

/* The parts whose entries are wanted, in their order; `at` has which. */
struct chosen {
	struct merge_source *sources;
	size_t *at;
	size_t n;
};

static void
chosen_release(struct chosen *c)
{
	mem_free(c->sources);
	mem_free(c->at);
}

/* ---- packets ---- */

static int
pick_entry(struct export *x, struct pick *pick, const struct index_entry *row)
{
	int rc;

	if (x->job->exact)
		return pick_message(pick, row, x->e);
	rc = pick_stream(pick, row->e.stream, x->e);
	return rc == 0 ? pick_mark(pick, row->e.id, x->e) : rc;
}

static int
open_merge(struct export *x, struct chosen *c, struct merge **ret_merge)
{
	struct run_query q = *x->job->query;
	size_t n = x->job->nparts;

	c->n = 0;
	c->sources = mem_array(n + 1, sizeof(*c->sources));
	c->at = mem_array(n + 1, sizeof(*c->at));
	if (c->sources == NULL || c->at == NULL)
		return err_set(x->e, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		if (x->job->part[i].listed)
			continue;
		c->at[c->n] = i;
		c->sources[c->n++] = x->job->part[i].source;
	}
	q.cancel = x->out->cancel;
	return merge_open(c->sources, c->n, &q, NULL, x->e, ret_merge);
}

static int
pick_matches(struct export *x)
{
	struct chosen c;
	struct merge_row row;
	struct merge *m = NULL;
	int rc = open_merge(x, &c, &m);

	while (rc == 0 && (rc = merge_next(m, &row, x->e)) == 1)
		rc = pick_entry(x, x->pick[c.at[row.source]], row.entry);
	if (m != NULL)
		take_counts(x, m);
	merge_free(m);
	chosen_release(&c);
	return rc;
}

static int
pick_listed(struct export *x)
{
	int rc = 0;

	for (size_t i = 0; i < x->job->nparts; i++) {
		const struct export_part *p = &x->job->part[i];

		if (!p->listed)
			continue;
		for (size_t k = 0; k < p->nstreams && rc == 0; k++)
			rc = pick_stream(x->pick[i], p->streams[k], x->e);
	}
	return rc;
}

static int
pick_all(struct export *x)
{
	int rc = 0;

	for (size_t i = 0; i < x->job->nparts && rc == 0; i++) {
		rc = pick_new(export_opened(x, i), x->job->limits,
		              x->out->cancel, &x->pick[i]);
		if (rc != 0)
			return err_set(x->e, rc, "%s", err_text(rc));
	}
	rc = pick_listed(x);
	if (rc == 0)
		rc = pick_matches(x);
	for (size_t i = 0; i < x->job->nparts && rc == 0; i++)
		rc = pick_finish(x->pick[i], x->e);
	return rc;
}

static int
write_packets(struct export *x, enum export_format format)
{
	int rc;

	x->pick = mem_array(x->job->nparts + 1, sizeof(struct pick *));
	if (x->pick == NULL)
		return err_set(x->e, ERR_NOMEM, "out of memory");
	rc = pick_all(x);
	if (rc == 0 && format == EXPORT_PCAP)
		rc = capture_file_pcap(x);
	else if (rc == 0 && format == EXPORT_PCAPNG)
		rc = capture_file_pcapng(x);
	else if (rc == 0)
		rc = bundle_write(x, format == EXPORT_STREAM);
	for (size_t i = 0; i < x->job->nparts; i++)
		pick_free(x->pick[i]);
	mem_free(x->pick);
	return rc;
}

/* ---- entries ---- */

static int
write_entries(struct export *x, enum export_format format)
{
	struct chosen c;
	struct merge *m = NULL;
	int rc = open_merge(x, &c, &m);

	if (rc == 0 && format == EXPORT_HAR)
		rc = har_write(x, m);
	else if (rc == 0 && format == EXPORT_JSONL)
		rc = jsonl_write(x, m);
	else if (rc == 0)
		rc = csv_write(x, m);
	if (m != NULL)
		take_counts(x, m);
	merge_free(m);
	chosen_release(&c);
	return rc;
}

/* ---- the whole ---- */

static bool
redacts(const struct export_job *job)
{
	bool any = false;

	for (size_t i = 0; i < job->nparts; i++) {
		const struct export_part *p = &job->part[i];

		any |= !p->listed && p->source.ask->kfl != NULL &&
		       p->source.ask->kfl->redacts;
	}
	return any;
}

int
export_write(const struct export_job *job, enum export_format format,
             struct outlet *out, struct err *e,
             struct export_counts *ret_counts)
{
	struct export_job own = *job;
	struct export x = { .job = &own, .out = out, .counts = ret_counts };
	struct err local = ERR_INIT;
	bool hides = redacts(job);
	int rc;

	x.e = e != NULL ? e : &local;
	*ret_counts = (struct export_counts){ .first = ERR_INIT };
	/* Only whole entries can have something hidden. */
	if (hides && (export_is_packets(format) || format == EXPORT_CSV))
		return err_set(e, ERR_USAGE,
		               "redact() hides parts of whole entries, which "
		               "packets and tables would show; export to har "
		               "or jsonl");
	/* The query may name what it hides. */
	if (hides)
		own.comment = STR_NONE;
	if (export_is_packets(format))
		rc = write_packets(&x, format);
	else
		rc = write_entries(&x, format);
	(void)outlet_flush(out);
	return rc == 0 ? export_error(&x) : rc;
}
