/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/cmd/problems.h"

#include <inttypes.h>

#include "base/clock.h"

enum { KIND_WIDTH = 18 };

/* The file that it is about, "" when none. */
static struct str
file_of(const struct opened *o, const struct diag *d)
{
	if (d->at.source == DIAG_NO_SOURCE)
		return STR_NONE;
	return opened_source(o, d->at.source);
}

/* What else it is about: a member that is no capture, a limit, a field. */
static bool
has_name(const struct diag *d, struct str file)
{
	return d->name.n > 0 && d->text.n > 0 && !str_eq(d->name, file);
}

void
problems_text(struct term *t, const struct opened *o, const struct diag *d)
{
	struct str file = file_of(o, d);
	char time[CLOCK_TEXT_MAX];

	term_printf(t, "  ");
	term_cell(t, -KIND_WIDTH, str_from_c(diag_name(d->kind)));
	term_text(t, d->text.n > 0 ? d->text : d->name);
	term_style(t, TERM_DIM);
	if (has_name(d, file)) {
		term_printf(t, "  ");
		term_text(t, d->name);
	}
	if (file.n > 0) {
		term_printf(t, "  [");
		term_text(t, file);
		if (d->at.record > 0)
			term_printf(t, " packet %" PRIu64, d->at.record);
		term_printf(t, "]");
	}
	if (d->stream != 0)
		term_printf(t, "  stream %" PRId64, d->stream);
	if (d->stream != 0 && d->side >= 0)
		term_printf(t, " side %d", d->side);
	if (d->len > 0)
		term_printf(t, "  %" PRIu64 " at %" PRIu64, d->len, d->off);
	if (d->ts != 0)
		term_printf(t, "  " STR_FMT,
		            STR_ARG(clock_format(d->ts, time)));
	term_style(t, TERM_PLAIN);
	term_printf(t, "\n");
}

void
problems_json(struct json_out *j, const struct opened *o, const struct diag *d)
{
	char text[CLOCK_TEXT_MAX];

	jout_begin_object(j);
	jout_put_str(j, "kind", str_from_c(diag_name(d->kind)));
	jout_put_str(j, "severity",
	             str_from_c(diag_severity_name(diag_severity(d->kind))));
	jout_put_str(j, "source", file_of(o, d));
	jout_put_uint(j, "record", d->at.record);
	if (d->stream != 0) {
		(void)snprintf(text, sizeof(text), "%" PRId64, d->stream);
		jout_put_str(j, "stream", str_from_c(text));
	}
	jout_put_int(j, "side", d->side);
	jout_put_uint(j, "off", d->off);
	jout_put_uint(j, "len", d->len);
	if (d->ts != 0)
		jout_put_str(j, "time", clock_format(d->ts, text));
	jout_put_str(j, "name", d->name);
	jout_put_str(j, "text", d->text);
	jout_end_object(j);
}
