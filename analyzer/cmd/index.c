/* SPDX-License-Identifier: Apache-2.0 */
/* analyzer index: make the index of snapshots, or find it. */
#include "analyzer/cmd/cmd.h"
#include "analyzer/cmd/summary.h"

static int
report(struct cmd *c, const struct session *s, struct err *e)
{
	struct summary summary;
	int rc = summary_read(s, e, &summary);

	if (rc != 0)
		return rc;
	if (c->opt->digest)
		term_printf(&c->out, "%s\n", summary.digest);
	else if (c->opt->json)
		summary_json(&summary, &c->out);
	else
		summary_text(&summary, &c->out);
	return 0;
}

int
cmd_index(struct cmd *c, struct err *e)
{
	int rc = cmd_arguments(c, 1, SIZE_MAX, e);

	for (size_t i = 0; i < c->opt->nargs && rc == 0; i++) {
		struct session s;

		if (!cmd_session(c, c->opt->args[i], &s))
			continue;
		rc = report(c, &s, e);
		session_close(&s);
		(void)term_flush(&c->out);
	}
	return rc;
}
