/* SPDX-License-Identifier: Apache-2.0 */
/* kubeshark clean: what earlier runs of tap left behind. */
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/engine.h"
#include "cli/runs.h"
#include "cli/spool.h"
#include "console/human.h"
#include "snapshot/workspaces.h"

enum { LOOK_US = 50000 };

struct cleaning {
	struct cli *c;
	size_t removed;
	size_t left;
};

struct look {
	const char *name;
	bool lives;
};

static int
look_at(void *ctx, const struct runs_found *f)
{
	struct look *l = ctx;

	if (strcmp(f->name, l->name) == 0)
		l->lives = f->pid != 0;
	return 0;
}

static bool
lives(const char *name)
{
	struct look l = { .name = name };

	(void)!runs_each(look_at, &l);
	return l.lives;
}

/* Its kubeshark ends the analyzer, wherever that runs, and then itself. */
static bool
end_run(const struct cli *c, const struct runs_found *f)
{
	/* It may have to kill its analyzer after as long a wait. */
	int64_t until = clock_mono() +
	                2 * (int64_t)c->flags->limits.stop_seconds * CLOCK_SEC;

	if (kill(f->pid, SIGTERM) != 0)
		return !lives(f->name);
	while (lives(f->name)) {
		if (clock_mono() > until)
			return false;
		(void)usleep(LOOK_US);
	}
	return true;
}

static int
clean_one(void *ctx, const struct runs_found *f)
{
	struct cleaning *x = ctx;
	int rc;

	if (f->pid != 0) {
		CLI_SAY(x->c, INFO, "Ending the analyzer of %s pid=%ld",
		        f->facts.source, (long)f->pid);
		if (!end_run(x->c, f)) {
			CLI_SAY(x->c, WARN, "it does not end pid=%ld",
			        (long)f->pid);
			x->left++;
			return 0;
		}
	}
	rc = runs_remove(f->name);
	if (rc != 0) {
		CLI_SAY(x->c, WARN, "%s: %s", f->log, err_text(rc));
		x->left++;
		return 0;
	}
	x->removed++;
	return 0;
}

/* Containers of runs that could not do it themselves. */
static int
sweep(struct cli *c, struct err *e)
{
	atomic_bool cancel = false;
	const struct docker_watch watch = { .ctx = c, .cancel = &cancel };
	struct docker *d;
	size_t n = 0;
	int rc = engine_find(&watch, e, &d);

	if (rc != 0) {
		CLI_SAY(c, DEBUG, "no containers were looked for: %s", e->text);
		return rc == ERR_ABSENT ? 0 : rc;
	}
	rc = docker_sweep(d, true, e, &n);
	docker_close(d);
	if (rc == 0)
		CLI_SAY(c, INFO, "Removed containers: %zu", n);
	return rc;
}

/* Indexes and unpacked captures, where the analyzer keeps them. */
static int
clean_cache(struct cli *c, struct err *e)
{
	const struct cache_limits none = { .bytes = 0 };
	struct workspaces_sum sum = { .n = 0 };
	struct workspace_root *root;
	char text[HUMAN_TEXT];
	int rc = workspace_root_open(NULL, e, &root);

	if (rc != 0)
		return rc;
	rc = workspaces_trim(root, &none, clock_wall(), e, &sum);
	CLI_SAY(c, INFO, "Removed workspaces: %zu, %s folder=%s", sum.n,
	        human_bytes(sum.bytes, text), workspace_root_path(root));
	workspace_root_free(root);
	return rc;
}

int
cli_clean(struct cli *c, struct err *e)
{
	struct cleaning x = { .c = c };
	int rc = cli_arguments(c, 0, e);

	if (rc != 0)
		return rc;
	CLI_SAY(c, INFO, "Removing Kubeshark resources...");
	rc = runs_each(clean_one, &x);
	if (rc != 0)
		return err_set(e, rc, "the runs cannot be listed: %s",
		               err_text(rc));
	CLI_SAY(c, INFO, "Removed runs and their logs: %zu", x.removed);
	CLI_SAY(c, INFO, "Removed folders of fetched snapshots: %zu",
	        spool_sweep(cli_env("TMPDIR")));
	rc = sweep(c, e);
	if (rc == 0 && config_bool(&c->config, CONFIG_CLEAN_CACHE))
		rc = clean_cache(c, e);
	if (rc == 0 && x.left > 0)
		rc = err_set(e, ERR_IO, "not everything could be removed");
	return rc;
}
