/* SPDX-License-Identifier: Apache-2.0 */
/* kubeshark logs: what the analyzers of tap -p logged, in one file. */
#include "cli/logs.h"

enum { LOGS_MAX = 1000, MEMORY = 1 << 20 };

struct gathering {
	struct arena arena;
	struct zip_member *members;
	size_t n;
};

static int
gather(void *ctx, const struct runs_found *f)
{
	struct gathering *g = ctx;

	if (g->n == LOGS_MAX)
		return 0;
	g->members[g->n++] = (struct zip_member){
		.name = arena_printf(&g->arena, "%s.log", f->name).p,
		.path = arena_dup(&g->arena, str_from_c(f->log)).p,
	};
	return arena_error(&g->arena);
}

int
logs_write(struct cli *c, const char *path, struct err *e)
{
	struct gathering g = { .n = 0 };
	size_t written = 0;
	int rc;

	arena_init(&g.arena, MEMORY, 0);
	/* One more for the configuration. */
	g.members = arena_array(&g.arena, LOGS_MAX + 1, sizeof(*g.members));
	rc = arena_error(&g.arena);
	if (rc == 0)
		rc = runs_each(gather, &g);
	if (rc == 0) {
		g.members[g.n++] = (struct zip_member){
			.name = "config.yaml", .path = c->config_path
		};
		rc = zip_write(path, g.members, g.n, e, &written);
	} else {
		(void)err_set(e, rc, "%s", err_text(rc));
	}
	arena_release(&g.arena);
	if (rc == 0)
		CLI_SAY(c, INFO, "The logs are in %s files=%zu", path, written);
	return rc;
}

int
cli_logs(struct cli *c, struct err *e)
{
	const char *path = config_text(&c->config, CONFIG_LOGS_FILE);
	int rc = cli_arguments(c, 0, e);

	if (rc != 0)
		return rc;
	CLI_SAY(c, INFO,
	        "Logs of a cluster's pods are not available in this "
	        "build yet: only those of `tap -p`.");
	return logs_write(c, path[0] != '\0' ? path : "./kubeshark_logs.zip",
	                  e);
}
