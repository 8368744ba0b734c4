/* SPDX-License-Identifier: Apache-2.0 */
/* analyzer diag: what is missing, refused or odd in the evidence. */
#include <inttypes.h>

#include "analyzer/cmd/cmd.h"
#include "analyzer/cmd/problems.h"

struct list {
	struct cmd *c;
	struct opened *opened;
	enum diag_severity severity; /* text: the group being printed */
	uint64_t n;                  /* in this group */
};

static const char *
heading(enum diag_severity s)
{
	switch (s) {
	case DIAG_SEV_REFUSED:
		return "Refused, unreadable or over a limit";
	case DIAG_SEV_LOSS:
		return "Evidence that is missing";
	default:
		return "Worth knowing";
	}
}

static int
put_text(void *ctx, const struct diag *d)
{
	static const enum term_style styles[] = {
		[DIAG_SEV_INFO] = TERM_BOLD,
		[DIAG_SEV_LOSS] = TERM_WARN,
		[DIAG_SEV_REFUSED] = TERM_BAD,
	};
	struct list *l = ctx;
	struct term *t = &l->c->out;

	if (diag_severity(d->kind) != l->severity)
		return 0;
	if (l->n++ == 0) {
		term_style(t, styles[l->severity]);
		term_printf(t, "%s:\n", heading(l->severity));
		term_style(t, TERM_PLAIN);
	}
	problems_text(t, l->opened, d);
	return cmd_stopped(l->c) ? 1 : 0;
}

static int
put_json(void *ctx, const struct diag *d)
{
	struct list *l = ctx;
	struct json_out j;

	term_json(&l->c->out, &j);
	problems_json(&j, l->opened, d);
	jout_newline(&j);
	/* A failed write is remembered by the term. */
	(void)jout_flush(&j);
	return cmd_stopped(l->c) ? 1 : 0;
}

/* The gravest first. */
static int
list_text(struct list *l, struct err *e)
{
	static const enum diag_severity order[] = { DIAG_SEV_REFUSED,
		                                    DIAG_SEV_LOSS,
		                                    DIAG_SEV_INFO };
	uint64_t total = 0;
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(order) && rc == 0; i++) {
		l->severity = order[i];
		l->n = 0;
		rc = index_diags(opened_index(l->opened), put_text, l, e);
		total += l->n;
	}
	if (rc == 0 && total == 0)
		term_printf(&l->c->out,
		            "Nothing is missing, refused or odd.\n");
	return rc;
}

int
cmd_diag(struct cmd *c, struct err *e)
{
	struct list l = { .c = c };
	struct session s;
	int rc = cmd_arguments(c, 1, 1, e);

	if (rc != 0 || !cmd_session(c, c->opt->args[0], &s))
		return rc;
	l.opened = s.opened;
	if (c->opt->json)
		rc = index_diags(opened_index(s.opened), put_json, &l, e);
	else
		rc = list_text(&l, e);
	session_close(&s);
	return rc < 0 ? rc : 0;
}
