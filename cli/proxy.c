/* SPDX-License-Identifier: Apache-2.0 */
/* kubeshark proxy: the web interface of an analyzer that runs already. */
#include "cli/cli.h"
#include "cli/runs.h"
#include "console/browser.h"

/* The newest one that lives and tells where it is. */
static int
take_newest(void *ctx, const struct runs_found *f)
{
	if (f->pid != 0 && f->facts.front[0] != '\0')
		*(struct run_facts *)ctx = f->facts;
	return 0;
}

int
cli_proxy(struct cli *c, struct err *e)
{
	struct run_facts found = { .front = "" };
	struct err why;
	int rc = cli_arguments(c, 0, e);

	if (rc != 0)
		return rc;
	rc = runs_each(take_newest, &found);
	if (rc != 0)
		return err_set(e, rc, "the runs cannot be listed: %s",
		               err_text(rc));
	if (found.front[0] == '\0')
		return err_set(
		    e, ERR_NOTFOUND,
		    "Service not found! You should run the command "
		    "first: `kubeshark tap -p SNAPSHOT` (services of "
		    "a cluster are not available in this build yet)");
	CLI_SAY(c, INFO, "Found a running service. source=%s", found.source);
	CLI_SAY(c, INFO, "Hub is available at: url=%s", found.hub);
	CLI_SAY(c, INFO, "Kubeshark is available at: url=%s", found.front);
	if (!config_bool(&c->config, CONFIG_HEADLESS) &&
	    browser_open(found.front, &why) != 0)
		CLI_SAY(c, WARN, "no browser was opened: %s", why.text);
	return 0;
}
