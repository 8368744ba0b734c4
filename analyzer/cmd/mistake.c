/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/cmd/mistake.h"

/* The line of the query with a mistake, escaped, and another below it. */
#define CARETS_MAX ((size_t)1 << 20)

int
mistake_tell(struct cmd *c, const char *text, const struct ask *a,
             struct err *e)
{
	struct buf carets;
	int rc;

	buf_init(&carets, CARETS_MAX);
	rc = kfl_carets(str_from_c(text), &a->mistake, &carets);
	cmd_note(c, "the query: %s", e->text);
	if (rc == 0)
		term_block(&c->err, "  ", buf_str(&carets));
	buf_release(&carets);
	return err_set(e, ERR_USAGE,
	               "the query was not run; see 'analyzer help query'");
}
