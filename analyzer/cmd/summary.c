/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/cmd/summary.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "console/human.h"

/* ---- reading ---- */

static int
add_source(void *ctx, const struct index_source *row)
{
	struct summary *s = ctx;

	s->members++;
	s->bytes += row->bytes;
	if (!row->capture)
		return 0;
	s->captures++;
	s->capture_bytes += row->bytes;
	s->packets += row->records;
	for (size_t i = 0; i < DISPOSITION_COUNT; i++)
		s->dispositions[i] += row->dispositions[i];
	if (row->records == 0)
		return 0;
	if (s->from == 0 || row->first_ts < s->from)
		s->from = row->first_ts;
	if (row->last_ts > s->to)
		s->to = row->last_ts;
	return 0;
}

static int
add_stream(void *ctx, const struct stream *row)
{
	struct summary *s = ctx;

	(void)row;
	s->streams++;
	return 0;
}

static int
add_protocol(void *ctx, struct str abbr, uint64_t n)
{
	struct summary *s = ctx;

	s->entries += n;
	if (s->nprotocols == SUMMARY_PROTOCOLS)
		return 0;
	(void)str_to_c(abbr, s->protocols[s->nprotocols].abbr, SUMMARY_ABBR);
	s->protocols[s->nprotocols++].n = n;
	return 0;
}

static int
add_diag(void *ctx, const struct diag *row)
{
	struct summary *s = ctx;

	s->diags[row->kind]++;
	return 0;
}

static void
read_meta(struct summary *s, struct index_reader *r)
{
	struct stat st;

	(void)str_to_c(index_meta(r, "digest"), s->digest, sizeof(s->digest));
	(void)str_to_c(index_meta(r, "evidence"), s->evidence,
	               sizeof(s->evidence));
	(void)str_to_c(index_meta(r, "seal"), s->seal, sizeof(s->seal));
	if (stat(workspace_index(s->session->ws), &st) == 0)
		s->index_bytes = (uint64_t)st.st_size;
}

int
summary_read(const struct session *s, struct err *e,
             struct summary *ret_summary)
{
	struct index_reader *r = opened_index(s->opened);
	struct summary *sum = ret_summary;
	int rc;

	*sum = (struct summary){ .session = s };
	read_meta(sum, r);
	rc = index_sources(r, add_source, sum, e);
	/* Counting a million rows again would take longer than asking. */
	if (rc == 0 && s->reused)
		rc = index_streams(r, add_stream, sum, e);
	else
		sum->streams = s->result.streams;
	if (rc == 0)
		rc = index_tally(r, add_protocol, sum, e);
	if (rc == 0)
		rc = index_diags(r, add_diag, sum, e);
	return rc;
}

/* ---- text ---- */

static void
put_label(struct term *t, const char *label)
{
	term_style(t, TERM_BOLD);
	term_printf(t, "  %-9s ", label);
	term_style(t, TERM_PLAIN);
}

static enum term_style
seal_style(const char *seal)
{
	if (strcmp(seal, "sealed") == 0)
		return TERM_GOOD;
	return strcmp(seal, "broken") == 0 ? TERM_BAD : TERM_PLAIN;
}

static void
put_evidence(const struct summary *s, struct term *t)
{
	char a[HUMAN_TEXT], b[HUMAN_TEXT], day[HUMAN_TEXT];

	put_label(t, "evidence");
	term_printf(t, "%" PRIu64 " files, %" PRIu64 " captures, %s, ",
	            s->members, s->captures, human_bytes(s->bytes, a));
	term_style(t, seal_style(s->seal));
	term_printf(t, "%s\n", s->seal);
	term_style(t, TERM_PLAIN);
	if (s->packets == 0)
		return;
	put_label(t, "time");
	term_printf(t, "%s %s to %s UTC", human_day(s->from, day),
	            human_clock(s->from, a), human_clock(s->to, b));
	term_printf(t, " (%s)\n", human_duration(s->to - s->from, a));
}

static void
put_packets(const struct summary *s, struct term *t)
{
	char n[HUMAN_TEXT];

	put_label(t, "packets");
	term_printf(t, "%s\n", human_count(s->packets, n));
	for (unsigned i = 0; i < DISPOSITION_COUNT; i++) {
		enum disposition d = (enum disposition)i;

		if (s->dispositions[i] == 0)
			continue;
		term_printf(t, "    %14s  %s",
		            human_count(s->dispositions[i], n),
		            disposition_name(d));
		term_style(t, TERM_DIM);
		term_printf(t, "  (%s)\n", disposition_what(d));
		term_style(t, TERM_PLAIN);
	}
}

static void
put_entries(const struct summary *s, struct term *t)
{
	char n[HUMAN_TEXT];

	put_label(t, "streams");
	term_printf(t, "%s\n", human_count(s->streams, n));
	put_label(t, "entries");
	term_printf(t, "%s", human_count(s->entries, n));
	for (size_t i = 0; i < s->nprotocols; i++) {
		term_printf(t, "%s", i == 0 ? ": " : ", ");
		term_text(t, str_from_c(s->protocols[i].abbr));
		term_printf(t, " %s", human_count(s->protocols[i].n, n));
	}
	term_printf(t, "\n");
}

static void
put_problems(const struct summary *s, struct term *t)
{
	static const enum term_style styles[] = {
		[DIAG_SEV_INFO] = TERM_PLAIN,
		[DIAG_SEV_LOSS] = TERM_WARN,
		[DIAG_SEV_REFUSED] = TERM_BAD,
	};
	const char *sep = "";
	char n[HUMAN_TEXT];

	put_label(t, "problems");
	for (unsigned i = 0; i < DIAG_COUNT; i++) {
		if (s->diags[i] == 0)
			continue;
		term_printf(t, "%s", sep);
		term_style(t, styles[diag_severity((enum diag_kind)i)]);
		term_printf(t, "%s %s", human_count(s->diags[i], n),
		            diag_name((enum diag_kind)i));
		term_style(t, TERM_PLAIN);
		sep = ", ";
	}
	term_printf(t, "%s\n", *sep == '\0' ? "none" : "");
}

void
summary_text(const struct summary *s, struct term *t)
{
	char n[HUMAN_TEXT];

	term_style(t, TERM_BOLD);
	term_text(t, str_from_c(s->session->input));
	term_style(t, TERM_PLAIN);
	term_printf(t, ": %s in %s\n",
	            s->session->reused
	                ? "unchanged, the index of an earlier run is used,"
	                : "indexed",
	            human_duration(s->session->ns, n));
	put_evidence(s, t);
	put_packets(s, t);
	put_entries(s, t);
	put_problems(s, t);
	put_label(t, "index");
	term_text(t, str_from_c(workspace_index(s->session->ws)));
	term_printf(t, ", %s", human_bytes(s->index_bytes, n));
	if (s->capture_bytes > 0)
		term_printf(t, " (%.1f %% of the captures)",
		            100 * (double)s->index_bytes /
		                (double)s->capture_bytes);
	term_printf(t, "\n");
	put_label(t, "digest");
	term_printf(t, "%s\n", s->digest);
}

/* ---- JSON ---- */

static void
json_seconds(const struct summary *s, struct json_out *j)
{
	jout_put(j, "seconds");
	jout_begin_object(j);
	for (unsigned i = 0; i < INGEST_TOTAL && !s->session->reused; i++) {
		jout_put(j, ingest_stage_name((enum ingest_stage)i));
		jout_double(j, (double)s->session->result.ns[i] / 1e9);
	}
	jout_put(j, ingest_stage_name(INGEST_TOTAL));
	jout_double(j, (double)s->session->ns / 1e9);
	jout_end_object(j);
}

static void
json_packets(const struct summary *s, struct json_out *j)
{
	jout_put(j, "packets");
	jout_begin_object(j);
	jout_put_uint(j, "total", s->packets);
	jout_put(j, "dispositions");
	jout_begin_object(j);
	for (unsigned i = 0; i < DISPOSITION_COUNT; i++) {
		if (s->dispositions[i] > 0)
			jout_put_uint(j, disposition_name((enum disposition)i),
			              s->dispositions[i]);
	}
	jout_end_object(j);
	jout_end_object(j);
}

static void
json_counts(const struct summary *s, struct json_out *j)
{
	jout_put_uint(j, "streams", s->streams);
	jout_put(j, "entries");
	jout_begin_object(j);
	for (size_t i = 0; i < s->nprotocols; i++)
		jout_put_uint(j, s->protocols[i].abbr, s->protocols[i].n);
	jout_end_object(j);
	jout_put_uint(j, "bytes", s->bytes);
	jout_put_uint(j, "index_bytes", s->index_bytes);
	json_seconds(s, j);
	jout_put(j, "diags");
	jout_begin_object(j);
	for (unsigned i = 0; i < DIAG_COUNT; i++) {
		if (s->diags[i] > 0)
			jout_put_uint(j, diag_name((enum diag_kind)i),
			              s->diags[i]);
	}
	jout_end_object(j);
}

void
summary_json(const struct summary *s, struct term *t)
{
	struct json_out j;

	term_json(t, &j);
	jout_begin_object(&j);
	jout_put_str(&j, "snapshot", str_from_c(s->session->input));
	json_packets(s, &j);
	json_counts(s, &j);
	jout_put_str(&j, "digest", str_from_c(s->digest));
	jout_put_str(&j, "evidence", str_from_c(s->evidence));
	jout_put_str(&j, "seal", str_from_c(s->seal));
	jout_put_bool(&j, "reused", s->session->reused);
	jout_put_str(&j, "index", str_from_c(workspace_index(s->session->ws)));
	jout_end_object(&j);
	jout_newline(&j);
	/* A failed write is remembered by the term. */
	(void)jout_flush(&j);
}
