/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/repeat.h"

/* Once for each snapshot that is moved. */
enum { AGAIN_MAX = CALL_SNAPSHOTS };

/* Did the catalog take back what was borrowed, and nobody else end it? */
static bool
was_in_the_way(const struct call *c, int rc)
{
	return rc == ERR_CANCELLED &&
	       atomic_load(&c->watched.reason) == WATCH_NONE;
}

int
repeat_run(struct call *c, int (*run)(struct call *c))
{
	size_t nheaders = c->nheaders;
	int rc = run(c);

	for (int i = 0; i < AGAIN_MAX && was_in_the_way(c, rc); i++) {
		call_give_back(c);
		c->kind = CALL_NOTHING;
		c->status = 0;
		c->nheaders = nheaders;
		c->is_json = false;
		c->err = (struct err)ERR_INIT;
		atomic_store(&c->cancel, false);
		rc = run(c);
	}
	return rc;
}
