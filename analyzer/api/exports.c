/* SPDX-License-Identifier: Apache-2.0 */
/* GET /api/v1/export: what a query finds, as a download. */
#include <inttypes.h>
#include <stdio.h>

#include "analyzer/api/scope.h"
#include "analyzer/api/server_impl.h"
#include "analyzer/export/export.h"
#include "version.h"

enum { NAME_MAX_BYTES = 128 };

struct download {
	struct call *c;
	struct scope *s;
	enum export_format format;
	struct export_job job;
	bool one_stream;
	int64_t stream;
	struct stream *to;
};

static int
pass(void *ctx, const char *p, size_t n)
{
	return stream_write(((struct download *)ctx)->to, p, n);
}

static int
produce(void *ctx, struct stream *s, struct err *e)
{
	struct download *d = ctx;
	struct export_counts counts;
	struct outlet out;
	int rc;

	d->to = s;
	outlet_init(&out, pass, d, &d->c->cancel);
	rc = export_write(&d->job, d->format, &out, e, &counts);
	/* What was left out would look like what is not there. */
	if (rc == 0 && counts.left_out > 0)
		rc = err_set(e, ERR_UNREADABLE, "%s", counts.first.text);
	return rc;
}

/* "SNAPSHOT.FORMAT", with letters that are safe everywhere; n 0: several. */
static void
name_file(struct download *d, unsigned n)
{
	char name[NAME_MAX_BYTES];
	struct catalog_view view;
	struct str from = STR("snapshots");
	size_t len = 0;

	if (catalog_look(call_catalog(d->c), n, &view))
		from = str_from_c(view.name);
	for (size_t i = 0; i < from.n && len + 1 < sizeof(name); i++) {
		char ch = from.p[i];
		bool safe = (ch >= 'a' && ch <= 'z') ||
		            (ch >= 'A' && ch <= 'Z') ||
		            (ch >= '0' && ch <= '9') || ch == '-' ||
		            ch == '_' || ch == '.';

		/* A name that begins with a dot would be hidden. */
		if (len == 0 && ch == '.')
			safe = false;
		name[len++] = safe ? ch : '_';
	}
	call_header(d->c, "Content-Disposition",
	            "attachment; filename=\"%.*s.%s\"", (int)len, name,
	            export_suffix(d->format));
}

static int
read_format(struct call *c, enum export_format *ret_format)
{
	struct str format = call_param(c, "format");

	*ret_format = export_find(format);
	if (*ret_format < EXPORT_STREAM)
		return 1;
	return call_error(c, CALL_BAD_PARAMETER,
	                  "format: one of pcap, pcapng, har, jsonl, csv, "
	                  "archive");
}

/* A condition for one entry, in place of a query. */
static int
read_entry(struct call *c, unsigned *ret_snapshot, const char **ret_extra)
{
	struct str entry = call_param(c, "entry");
	int64_t id;
	int rc;

	*ret_extra = NULL;
	if (entry.n == 0)
		return 1;
	rc = scope_id(c, entry, ret_snapshot, &id);
	if (rc != 1)
		return rc;
	*ret_extra = arena_printf(&c->arena, "evidence.eid == \"" STR_FMT "\"",
	                          STR_ARG(entry))
	                 .p;
	return *ret_extra != NULL ? 1 : ERR_NOMEM;
}

static int
read_stream(struct download *d, unsigned *ret_snapshot)
{
	struct str stream = call_param(d->c, "stream");

	if (stream.n == 0)
		return 1;
	d->one_stream = true;
	if (!export_is_packets(d->format))
		return call_error(d->c, CALL_BAD_PARAMETER,
		                  "stream is for packets; entries are chosen "
		                  "by q");
	return scope_id(d->c, stream, ret_snapshot, &d->stream);
}

/* All that were asked for, or the one that an id names. */
static int
choose(struct download *d, unsigned wanted)
{
	struct scope *s = d->s;
	struct export_part *parts = arena_array(&d->c->arena, s->n + 1,
	                                        sizeof(*parts));
	size_t n = 0, at = 0;

	if (parts == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < s->n; i++) {
		if (wanted > 0 && s->numbers[i] != wanted)
			continue;
		at = i;
		parts[n++] = (struct export_part){
			.source = s->sources[i],
			.listed = d->one_stream,
			.streams = &d->stream,
			.nstreams = 1,
		};
	}
	if (n == 0)
		return call_error(d->c, CALL_NOT_READY,
		                  "the snapshot has not been indexed yet");
	d->job.part = parts;
	d->job.nparts = n;
	name_file(d, n == 1 ? s->numbers[at] : 0);
	return 1;
}

static int
prepare(struct download *d, unsigned wanted)
{
	struct call *c = d->c;
	int rc;

	if (d->s->redacts &&
	    (export_is_packets(d->format) || d->format == EXPORT_CSV))
		return call_error(c, CALL_BAD_PARAMETER,
		                  "redact() hides parts of whole entries; "
		                  "export to har or jsonl");
	rc = choose(d, wanted);
	if (rc != 1)
		return rc;
	d->job.query = &d->s->query;
	d->job.exact = str_eq(call_param(c, "exact"), STR("1"));
	d->job.program = STR("analyzer " VERSION_TEXT);
	d->job.comment = d->s->q;
	d->job.limits = &c->server->opt.export_limits;
	return call_stream(c, export_mime(d->format), produce, d);
}

int
api_export(struct call *c)
{
	struct download *d = arena_zalloc(&c->arena, sizeof(*d));
	struct scope_options opt = { .mode = ASK_STRICT };
	unsigned wanted = 0;
	int rc;

	if (d == NULL)
		return ERR_NOMEM;
	d->c = c;
	rc = read_format(c, &d->format);
	if (rc == 1)
		rc = read_entry(c, &wanted, &opt.extra);
	if (rc == 1)
		rc = read_stream(d, &wanted);
	if (rc == 1)
		rc = scope_read(c, &opt, &d->s);
	return rc == 1 ? prepare(d, wanted) : rc;
}
