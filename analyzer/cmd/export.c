/* SPDX-License-Identifier: Apache-2.0 */
/* analyzer export: matches of a query, or their packets, as a file. */
#include "analyzer/export/export.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>

#include "analyzer/cmd/asked.h"
#include "analyzer/cmd/asking.h"
#include "analyzer/cmd/cmd.h"
#include "analyzer/cmd/outfile.h"
#include "analyzer/query/ids.h"
#include "base/mem.h"
#include "base/path.h"
#include "console/interrupt.h"
#include "version.h"

enum { COMMENT = 2048 };

struct exporting {
	struct cmd *c;
	struct asked asked;
	size_t inputs; /* how many arguments are snapshots */
	enum export_format format;
	int64_t stream;
	unsigned of; /* the snapshot with the stream; 0: a lone one */
	struct export_counts counts;
};

/* ---- what is asked for ---- */

static int
choose_format(struct exporting *x, struct err *e)
{
	const struct options *o = x->c->opt;
	struct str ext = path_ext(str_from_c(o->output));

	if (o->to != NULL)
		x->format = export_find(str_from_c(o->to));
	else
		x->format = export_find(ext);
	if (x->format != EXPORT_COUNT)
		return 0;
	return err_set(e, ERR_USAGE,
	               "--to is wanted: '%s' does not tell a format",
	               o->output);
}

static int
choose_stream(struct exporting *x, struct err *e)
{
	const struct options *o = x->c->opt;

	if (o->stream == NULL)
		return 0;
	if (ids_parse_eid(str_from_c(o->stream), &x->of, &x->stream) != 0)
		return err_set(e, ERR_USAGE,
		               "--stream %s: no stream id; 'analyzer streams' "
		               "shows them in its first column",
		               o->stream);
	if (o->nargs > x->inputs)
		return err_set(e, ERR_USAGE,
		               "a query or --stream, but not both");
	if ((x->inputs > 1) != (x->of > 0) || x->of > x->inputs)
		return err_set(e, ERR_USAGE,
		               "--stream %s: with several snapshots, and only "
		               "then, N:ID is a stream of the N-th",
		               o->stream);
	if (!export_is_packets(x->format))
		return err_set(e, ERR_USAGE,
		               "--stream is for packets; entries are chosen "
		               "by a query");
	return 0;
}

/* ---- doing it ---- */

/* The names of the snapshots and the query, as far as there is room. */
static struct str
comment_of(const struct exporting *x, char out[COMMENT])
{
	const struct asked *a = &x->asked;
	size_t at = 0;

	for (size_t i = 0; i < a->n && at < COMMENT; i++) {
		struct str name =
		    path_base(str_from_c(a->sources[i].session.input));
		int n = snprintf(out + at, COMMENT - at, "%s" STR_FMT,
		                 i > 0 ? ", " : "", STR_ARG(name));

		at += n > 0 ? (size_t)n : 0;
	}
	if (a->text[0] != '\0' && at < COMMENT) {
		int n = snprintf(out + at, COMMENT - at, ": %s", a->text);

		at += n > 0 ? (size_t)n : 0;
	}
	return at < COMMENT ? str_make(out, at) : STR_NONE;
}

static int
write_parts(struct exporting *x, struct export_part *parts, struct outlet *out,
            struct err *e)
{
	const struct options *o = x->c->opt;
	const struct asked *a = &x->asked;
	struct run_query query = { .limit = 0 };
	char comment[COMMENT];
	struct export_job job = {
		.part = parts,
		.query = &query,
		.exact = o->exact,
		.program = STR("analyzer " VERSION_TEXT),
		.comment = comment_of(x, comment),
		.limits = &o->export_limits,
	};

	for (size_t i = 0; i < a->n; i++) {
		struct export_part p = { .source = a->merged[i] };

		p.listed = o->stream != NULL;
		p.streams = &x->stream;
		p.nstreams = 1;
		if (!p.listed || p.source.names.snapshot == x->of)
			parts[job.nparts++] = p;
	}
	return export_write(&job, x->format, out, e, &x->counts);
}

static int
write_to(struct exporting *x, struct outlet *out, struct err *e)
{
	struct export_part *parts = mem_array(x->asked.n + 1, sizeof(*parts));
	int rc;

	if (parts == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	rc = write_parts(x, parts, out, e);
	mem_free(parts);
	return rc;
}

static int
write_file(struct exporting *x, const atomic_bool *cancel, struct err *e)
{
	struct outfile file;
	struct outlet out;
	int rc = outfile_open(&file, x->c->opt->output, e);

	if (rc != 0)
		return rc;
	outlet_init(&out, outfile_write, &file, cancel);
	rc = write_to(x, &out, e);
	if (rc == 0)
		return outfile_commit(&file, e);
	if (file.code != 0 && file.code != -EPIPE)
		rc = outfile_tell(&file, e);
	outfile_abandon(&file);
	return rc;
}

/* A signal ends it, and nothing of the file is left. */
static int
write_interruptibly(struct exporting *x, struct err *e)
{
	struct interrupt interrupt;
	atomic_bool cancel;
	int rc;

	atomic_init(&cancel, false);
	rc = interrupt_start(&interrupt, &cancel);
	if (rc != 0)
		return err_set(e, rc, "cannot start a thread: %s",
		               err_text(rc));
	rc = write_file(x, &cancel, e);
	x->c->place.signal = interrupt_stop(&interrupt);
	return rc;
}

/* ---- telling ---- */

static void
tell(struct exporting *x)
{
	const struct export_counts *n = &x->counts;
	struct cmd *c = x->c;

	if (c->err.tty && x->c->opt->stream != NULL)
		cmd_note(c, "%" PRIu64 " packets", n->packets);
	else if (c->err.tty && export_is_packets(x->format))
		cmd_note(c, "%" PRIu64 " packets of %" PRIu64 " entries",
		         n->packets, n->entries);
	else if (c->err.tty)
		cmd_note(c, "%" PRIu64 " entries", n->entries - n->passed_over);
	if (n->passed_over > 0)
		cmd_note(c,
		         "%" PRIu64 " entries have no HTTP request and are "
		         "not in the archive",
		         n->passed_over);
	if (n->left_out == 0)
		return;
	c->partial = true;
	cmd_note(c,
	         "%" PRIu64 " entries were left out, because they cannot be "
	         "read in full; the first: %s",
	         n->left_out, n->first.text);
}

static int
export_asked(struct exporting *x, const char *text, struct err *e)
{
	int rc = asked_open(&x->asked, x->c, x->inputs, text, e);

	/* Without any, what is wrong has been told. */
	if (rc == 0 && x->asked.n > 0) {
		rc = write_interruptibly(x, e);
		if (rc == 0)
			tell(x);
	}
	asked_release(&x->asked);
	return rc;
}

int
cmd_export(struct cmd *c, struct err *e)
{
	const struct options *o = c->opt;
	struct exporting x = { .c = c, .inputs = asked_inputs(o) };
	const char *text = "";
	struct buf file;
	int rc = cmd_arguments(c, 1, SIZE_MAX, e);

	if (rc == 0 && o->output == NULL)
		rc = err_set(e, ERR_USAGE,
		             "-o FILE is wanted; '-o -' is standard output");
	if (rc == 0)
		rc = choose_format(&x, e);
	if (rc == 0)
		rc = choose_stream(&x, e);
	if (rc != 0)
		return rc;
	buf_init(&file, 2 * (size_t)KFL_TEXT_MAX);
	if (o->nargs > x.inputs)
		rc = asking_text(o->args[x.inputs], &file, e, &text);
	if (rc == 0)
		rc = export_asked(&x, text, e);
	buf_release(&file);
	return rc;
}
