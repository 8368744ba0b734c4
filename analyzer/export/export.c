/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/export/export.h"

#include "analyzer/export/bundle.h"
#include "analyzer/export/capture_file.h"
#include "analyzer/export/csv.h"
#include "analyzer/export/export_impl.h"
#include "analyzer/export/har.h"
#include "analyzer/export/jsonl.h"
#include "analyzer/kfl/kfl.h"

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
take_counts(struct export *x, const struct run *r)
{
	const struct run_counts *n = run_counts(r);

	x->counts->entries = n->matched;
	if (n->undecided > 0 && x->counts->left_out == 0)
		x->counts->first = n->first;
	x->counts->left_out += n->undecided;
}

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
open_run(struct export *x, struct run **ret_run)
{
	struct run_query q = *x->job->query;

	q.cancel = x->out->cancel;
	return run_open(x->job->o, &q, x->e, ret_run);
}

static int
pick_matches(struct export *x, struct pick *pick)
{
	struct index_entry row;
	struct run *r;
	int rc = open_run(x, &r);

	if (rc != 0)
		return rc;
	while ((rc = run_next(r, &row, x->e)) == 1) {
		rc = pick_entry(x, pick, &row);
		if (rc != 0)
			break;
	}
	take_counts(x, r);
	run_free(r);
	return rc;
}

static int
write_packets(struct export *x, enum export_format format)
{
	struct pick *pick;
	int rc = pick_new(x->job->o, x->job->limits, x->out->cancel, &pick);

	if (rc != 0)
		return err_set(x->e, rc, "%s", err_text(rc));
	if (x->job->one_stream)
		rc = pick_stream(pick, x->job->stream, x->e);
	else
		rc = pick_matches(x, pick);
	if (rc == 0)
		rc = pick_finish(pick, x->e);
	if (rc == 0 && format == EXPORT_PCAP)
		rc = capture_file_pcap(x, pick);
	else if (rc == 0 && format == EXPORT_PCAPNG)
		rc = capture_file_pcapng(x, pick);
	else if (rc == 0)
		rc = bundle_write(x, pick, format == EXPORT_STREAM);
	pick_free(pick);
	return rc;
}

static int
write_entries(struct export *x, enum export_format format)
{
	struct run *r;
	int rc = open_run(x, &r);

	if (rc != 0)
		return rc;
	if (format == EXPORT_HAR)
		rc = har_write(x, r);
	else if (format == EXPORT_JSONL)
		rc = jsonl_write(x, r);
	else
		rc = csv_write(x, r);
	take_counts(x, r);
	run_free(r);
	return rc;
}

/* Only whole entries can have something hidden. */
static bool
hides(const struct export_job *job, enum export_format format)
{
	return !job->one_stream && job->query->ask->kfl != NULL &&
	       job->query->ask->kfl->redacts &&
	       (export_is_packets(format) || format == EXPORT_CSV);
}

int
export_write(const struct export_job *job, enum export_format format,
             struct outlet *out, struct err *e,
             struct export_counts *ret_counts)
{
	struct export x = { .job = job, .out = out, .counts = ret_counts };
	struct err local = ERR_INIT;
	int rc;

	x.e = e != NULL ? e : &local;
	*ret_counts = (struct export_counts){ .first = ERR_INIT };
	if (hides(job, format))
		return err_set(e, ERR_USAGE,
		               "redact() hides parts of whole entries, which "
		               "packets and tables would show; export to har "
		               "or jsonl");
	if (export_is_packets(format))
		rc = write_packets(&x, format);
	else
		rc = write_entries(&x, format);
	(void)outlet_flush(out);
	return rc == 0 ? export_error(&x) : rc;
}
