/* SPDX-License-Identifier: Apache-2.0 */
/* analyzer verify: compare snapshots with their manifests. */
#include <inttypes.h>
#include <string.h>

#include "analyzer/cmd/cmd.h"
#include "analyzer/cmd/problems.h"
#include "analyzer/cmd/summary.h"

struct verify {
	struct cmd *c;
	const struct session *session;
	struct json_out json;
};

/* Is it about members, as opposed to what the packets in them say? */
static bool
is_difference(enum diag_kind k)
{
	switch (k) {
	case DIAG_MEMBER_REFUSED:
	case DIAG_MEMBER_UNREADABLE:
	case DIAG_CAPTURE_BROKEN:
	case DIAG_CAPTURE_TRUNCATED:
	case DIAG_HISTORY_BAD:
	case DIAG_MANIFEST_BAD:
	case DIAG_MANIFEST_MISMATCH:
	case DIAG_MANIFEST_MISSING:
	case DIAG_MANIFEST_EXTRA:
	case DIAG_NODE_MISSING:
		return true;
	default:
		return false;
	}
}

static int
put_text(void *ctx, const struct diag *d)
{
	struct verify *v = ctx;

	if (is_difference(d->kind))
		problems_text(&v->c->out, v->session->opened, d);
	return 0;
}

static int
put_json(void *ctx, const struct diag *d)
{
	struct verify *v = ctx;

	if (is_difference(d->kind))
		problems_json(&v->json, v->session->opened, d);
	return 0;
}

static int
report_text(struct verify *v, const struct summary *s, struct err *e)
{
	struct term *t = &v->c->out;
	bool sealed = strcmp(s->seal, "sealed") == 0;

	term_text(t, str_from_c(s->session->input));
	term_printf(t, ": ");
	term_style(t, sealed ? TERM_GOOD : TERM_BAD);
	term_printf(t, "%s", s->seal);
	term_style(t, TERM_PLAIN);
	term_printf(t, " (%" PRIu64 " members, evidence %s)\n", s->members,
	            s->evidence);
	return index_diags(opened_index(s->session->opened), put_text, v, e);
}

static int
report_json(struct verify *v, const struct summary *s, struct err *e)
{
	struct json_out *j = &v->json;
	int rc;

	term_json(&v->c->out, j);
	jout_begin_object(j);
	jout_put_str(j, "snapshot", str_from_c(s->session->input));
	jout_put_str(j, "seal", str_from_c(s->seal));
	jout_put_uint(j, "members", s->members);
	jout_put_uint(j, "bytes", s->bytes);
	jout_put_str(j, "evidence", str_from_c(s->evidence));
	jout_put_str(j, "digest", str_from_c(s->digest));
	jout_put(j, "differences");
	jout_begin_array(j);
	rc = index_diags(opened_index(s->session->opened), put_json, v, e);
	jout_end_array(j);
	jout_end_object(j);
	jout_newline(j);
	/* A failed write is remembered by the term. */
	(void)jout_flush(j);
	return rc;
}

static int
report(struct cmd *c, const struct session *session, struct err *e)
{
	struct verify v = { .c = c, .session = session };
	struct summary s;
	int rc = summary_read(session, e, &s);

	if (rc != 0)
		return rc;
	c->findings |= strcmp(s.seal, "broken") == 0;
	return c->opt->json ? report_json(&v, &s, e) : report_text(&v, &s, e);
}

int
cmd_verify(struct cmd *c, struct err *e)
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
