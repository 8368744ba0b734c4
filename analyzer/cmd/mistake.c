/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/cmd/mistake.h"

#include <string.h>

/* The line of the query with a mistake, escaped, and another below it. */
#define CARETS_MAX ((size_t)1 << 20)

/* A last argument that looks like the name of a file that is not there. */
static bool
is_word(const struct options *o, const char *text)
{
	return o->nargs > 1 && o->args[o->nargs - 1] == text &&
	       strpbrk(text, "/.") != NULL &&
	       strpbrk(text, " \t\n\"'()=<>!") == NULL;
}

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
	if (is_word(c->opt, text))
		return err_set(e, ERR_USAGE,
		               "the query was not run, and no file is called "
		               "%s either; see 'analyzer help query'",
		               text);
	return err_set(e, ERR_USAGE,
	               "the query was not run; see 'analyzer help query'");
}
