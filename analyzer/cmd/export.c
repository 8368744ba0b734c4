/* SPDX-License-Identifier: Apache-2.0 */
/* analyzer export: matches of a query, or their packets, as a file. */
#include "analyzer/export/export.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/cmd/asking.h"
#include "analyzer/cmd/cmd.h"
#include "analyzer/cmd/mistake.h"
#include "analyzer/cmd/outfile.h"
#include "analyzer/query/ask.h"
#include "base/path.h"
#include "console/interrupt.h"
#include "version.h"

enum { COMMENT = 2048 };

struct exporting {
	struct cmd *c;
	struct session session;
	struct ask ask;
	enum export_format format;
	const char *query; /* as typed */
	int64_t stream;
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
	if (str_i64(str_from_c(o->stream), &x->stream) != 0)
		return err_set(e, ERR_USAGE,
		               "--stream %s: no stream id; 'analyzer streams' "
		               "shows them in its first column",
		               o->stream);
	if (o->nargs > 1)
		return err_set(e, ERR_USAGE,
		               "a query or --stream, but not both");
	if (!export_is_packets(x->format))
		return err_set(e, ERR_USAGE,
		               "--stream is for packets; entries are chosen "
		               "by a query");
	return 0;
}

static int
prepare(struct exporting *x, struct err *e)
{
	struct ask_options opt = asking_options(x->c);
	int rc = ask_prepare(str_from_c(x->query), x->session.opened, &opt, e,
	                     &x->ask);

	return rc == ERR_SYNTAX ? mistake_tell(x->c, x->query, &x->ask, e) : rc;
}

/* ---- doing it ---- */

static int
write_to(struct exporting *x, struct outlet *out, struct err *e)
{
	const struct options *o = x->c->opt;
	struct run_query query = { .ask = &x->ask };
	char comment[COMMENT];
	struct export_job job = {
		.o = x->session.opened,
		.query = &query,
		.one_stream = o->stream != NULL,
		.stream = x->stream,
		.exact = o->exact,
		.program = STR("analyzer " VERSION_TEXT),
		.limits = &o->export_limits,
	};
	struct str name = path_base(str_from_c(x->session.input));
	int n = snprintf(comment, sizeof(comment), STR_FMT "%s%s",
	                 STR_ARG(name), x->query[0] != '\0' ? ": " : "",
	                 x->query);

	if (n > 0 && (size_t)n < sizeof(comment))
		job.comment = str_make(comment, (size_t)n);
	return export_write(&job, x->format, out, e, &x->counts);
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
export_session(struct exporting *x, struct err *e)
{
	int rc = prepare(x, e);

	if (rc == 0)
		rc = write_interruptibly(x, e);
	if (rc == 0)
		tell(x);
	ask_release(&x->ask);
	return rc;
}

int
cmd_export(struct cmd *c, struct err *e)
{
	struct exporting x = { .c = c, .query = "" };
	struct buf file;
	int rc = cmd_arguments(c, 1, 2, e);

	if (rc == 0 && c->opt->output == NULL)
		rc = err_set(e, ERR_USAGE,
		             "-o FILE is wanted; '-o -' is standard output");
	if (rc == 0)
		rc = choose_format(&x, e);
	if (rc == 0)
		rc = choose_stream(&x, e);
	if (rc != 0)
		return rc;
	buf_init(&file, 2 * (size_t)KFL_TEXT_MAX);
	if (c->opt->nargs > 1)
		rc = asking_text(c->opt->args[1], &file, e, &x.query);
	if (rc == 0 && cmd_session(c, c->opt->args[0], &x.session)) {
		rc = export_session(&x, e);
		session_close(&x.session);
	}
	buf_release(&file);
	return rc;
}
