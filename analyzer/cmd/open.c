/* SPDX-License-Identifier: Apache-2.0 */
/* analyzer open: what is in snapshots, and their first calls. */
#include <inttypes.h>

#include "analyzer/cmd/cmd.h"
#include "analyzer/cmd/listing.h"
#include "analyzer/cmd/summary.h"

/* As many entries as leave the summary on the screen. */
#define OPEN_ENTRIES 20u

static int
list(struct cmd *c, const struct session *s, uint64_t limit, struct err *e)
{
	struct index_select select = { .order = INDEX_BY_TIME, .limit = limit };
	struct index_cursor *cursor;
	struct index_entry row;
	struct listing listing;
	bool sure;
	int rc;

	if (limit == 0)
		return 0;
	listing_init(&listing, &c->out, false);
	rc = index_entries(opened_index(s->opened), &select, e, &cursor);
	if (rc != 0)
		return rc;
	while ((rc = index_next(cursor, &row, &sure, e)) == 1)
		listing_row(&listing, s->opened, &row, 0, NULL);
	index_cursor_free(cursor);
	return rc;
}

static int
show(struct cmd *c, const struct session *s, struct err *e)
{
	uint64_t limit = c->opt->limited ? c->opt->limit : OPEN_ENTRIES;
	struct summary summary;
	int rc = summary_read(s, e, &summary);

	if (rc != 0)
		return rc;
	summary_text(&summary, &c->out);
	term_printf(&c->out, "\n");
	rc = list(c, s, limit, e);
	if (rc == 0 && summary.entries > limit)
		term_printf(&c->out,
		            "... and %" PRIu64 " more; see 'analyzer help "
		            "query'\n",
		            summary.entries - limit);
	return rc;
}

int
cmd_open(struct cmd *c, struct err *e)
{
	int rc = cmd_arguments(c, 1, SIZE_MAX, e);

	for (size_t i = 0; i < c->opt->nargs && rc == 0; i++) {
		struct session s;

		if (!cmd_session(c, c->opt->args[i], &s))
			continue;
		rc = show(c, &s, e);
		session_close(&s);
		(void)term_flush(&c->out);
	}
	return rc;
}
