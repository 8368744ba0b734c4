/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/offline.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/engine.h"
#include "cli/home.h"
#include "cli/local.h"
#include "cli/logs.h"
#include "cli/meter.h"
#include "cli/runs.h"
#include "cli/runtime.h"
#include "cli/source.h"
#include "console/browser.h"
#include "console/interrupt.h"

enum { DUMP_NAME = 64 };

struct offline {
	struct cli *c;
	atomic_bool cancel;
	struct source source;
	struct runtime_watch watch;
	struct runtime *runtime;
	struct run run;
	struct meter meter;
};

/* ---- what is heard on the way ---- */

static void
note(void *ctx, const char *text)
{
	struct offline *o = ctx;

	meter_clear(&o->meter);
	CLI_SAY(o->c, INFO, "%s", text);
}

/* The analyzer's log: kept, and shown to those who want to see it. */
static void
hear(void *ctx, struct str line)
{
	struct offline *o = ctx;

	run_log(&o->run, line);
	if (o->c->log.level < LOG_DEBUG)
		return;
	meter_clear(&o->meter);
	CLI_SAY(o->c, DEBUG, STR_FMT, STR_ARG(line));
}

static void
fetching(void *ctx, uint64_t done, uint64_t total)
{
	struct offline *o = ctx;

	meter_show(&o->meter, "reading", done, total);
}

static void
progress(void *ctx, const char *what, uint64_t done, uint64_t total)
{
	struct offline *o = ctx;

	meter_show(&o->meter, what, done, total);
}

/* ---- the steps ---- */

static int
get_source(struct offline *o, struct err *e)
{
	const struct source_watch watch = { .ctx = o,
		                            .note = note,
		                            .progress = fetching,
		                            .cancel = &o->cancel };
	int rc = source_fetch(&o->source, &watch, e);

	meter_clear(&o->meter);
	return rc;
}

static int
open_local(struct offline *o, const char *why, struct err *e)
{
	char program[LOCAL_PATH];
	int rc = local_find(cli_env("KUBESHARK_ANALYZER"), o->c->argv0,
	                    cli_env("PATH"), e, program);

	if (rc == 0)
		rc = local_open(program, &o->c->flags->limits, &o->watch, e,
		                &o->runtime);
	if (rc == 0)
		CLI_SAY(o->c, INFO,
		        "Running the analyzer as a local process, %s "
		        "program=%s",
		        why, program);
	return rc;
}

static int
open_docker(struct offline *o, bool optional, struct err *e)
{
	const struct config *config = &o->c->config;
	int rc = engine_open(config, optional, &o->watch, e, &o->runtime);

	if (rc == 0)
		CLI_SAY(o->c, INFO, "Using Docker: registry=%s tag=%s",
		        config_text(config, CONFIG_REGISTRY),
		        config_text(config, CONFIG_TAG));
	return rc;
}

static int
open_runtime(struct offline *o, struct err *e)
{
	const char *wanted = config_text(&o->c->config, CONFIG_RUNTIME);
	int rc;

	if (strcmp(wanted, "docker") == 0)
		return open_docker(o, false, e);
	if (strcmp(wanted, "local") == 0)
		return open_local(o, "as --runtime local says", e);
	rc = open_docker(o, true, e);
	if (rc != ERR_ABSENT && rc != ERR_NOTFOUND)
		return rc;
	CLI_SAY(o->c, INFO, "Docker is not used: %s", e->text);
	return open_local(o,
	                  rc == ERR_ABSENT
	                      ? "because no Docker engine answers"
	                      : "because the Docker engine has no image",
	                  e);
}

static int
start(struct offline *o, struct err *e)
{
	const struct config *config = &o->c->config;
	const struct runtime_job job = {
		.path = o->source.path,
		.host = config_text(config, CONFIG_HOST),
		.front_port = config_port(config, CONFIG_FRONT_PORT),
		.hub_port = config_port(config, CONFIG_HUB_PORT),
		.debug = config_bool(config, CONFIG_DEBUG),
	};
	int rc = o->runtime->ops->start(o->runtime, &job, e);

	meter_clear(&o->meter);
	return rc;
}

static void
announce(struct offline *o)
{
	struct run_facts facts = { .runtime = "" };
	struct runtime_urls urls;
	struct err e;

	o->runtime->ops->urls(o->runtime, &urls);
	(void)snprintf(facts.runtime, sizeof(facts.runtime), "%s",
	               o->runtime->ops->name);
	(void)snprintf(facts.source, sizeof(facts.source), "%s",
	               o->source.shown);
	(void)snprintf(facts.front, sizeof(facts.front), "%s", urls.front);
	(void)snprintf(facts.hub, sizeof(facts.hub), "%s", urls.hub);
	run_describe(&o->run, &facts);
	CLI_SAY(o->c, INFO, "Hub is available at: url=%s", urls.hub);
	CLI_SAY(o->c, INFO, "Kubeshark is available at: url=%s", urls.front);
	if (!config_bool(&o->c->config, CONFIG_HEADLESS) &&
	    browser_open(urls.front, &e) != 0)
		CLI_SAY(o->c, WARN, "no browser was opened: %s", e.text);
}

static int
show(struct offline *o, struct err *e)
{
	struct err late = ERR_INIT;
	int status = 0, ended = 0;
	int rc = start(o, e);

	if (rc != 0)
		return rc;
	announce(o);
	rc = o->runtime->ops->wait(o->runtime, e, &ended);
	if (rc == 0)
		CLI_SAY(o->c, INFO, "Stopping the analyzer...");
	if (o->runtime->ops->stop(o->runtime, &late, &status) != 0 && rc == 0)
		CLI_SAY(o->c, WARN, "%s", late.text);
	o->c->status = status != 0 ? status : ended;
	if (o->c->status == STATUS_PARTIAL)
		CLI_SAY(o->c, WARN,
		        "part of the snapshot was unreadable, refused or over "
		        "a limit: `analyzer diag` tells");
	return rc;
}

static int
run(struct offline *o, struct err *e)
{
	int rc = get_source(o, e);

	if (rc == 0)
		rc = open_runtime(o, e);
	if (rc == 0) {
		rc = show(o, e);
		o->runtime->ops->close(o->runtime);
	}
	return rc;
}

/* The key dumplogs: what was logged goes to a file of its own. */
static void
dump_logs(struct cli *c)
{
	char name[DUMP_NAME] = "kubeshark_logs_", when[CLOCK_TEXT_MAX];
	struct str now = clock_format_fixed(clock_wall(), when);
	size_t n = strlen(name);
	struct err e = ERR_INIT;
	const char *path;

	for (size_t i = 0; i < now.n && now.p[i] != '.'; i++) {
		name[n++] = now.p[i] == '-' || now.p[i] == ':' ||
		                    now.p[i] == 'T'
		                ? '_'
		                : now.p[i];
		if (now.p[i] == 'T')
			name[n++] = '_';
	}
	(void)snprintf(name + n, sizeof(name) - n, ".zip");
	path = home_path(&c->config.arena, name);
	if (path == NULL || logs_write(c, path, &e) != 0)
		CLI_SAY(c, WARN, "the logs were not dumped: %s",
		        path == NULL ? "there is no home" : e.text);
}

int
offline_run(struct cli *c, struct err *e)
{
	const char *endpoint = config_text(&c->config, CONFIG_S3_ENDPOINT);
	struct offline o = { .c = c };
	struct interrupt interrupt;
	int rc = source_open(&o.source, config_text(&c->config, CONFIG_PCAP),
	                     &c->flags->limits,
	                     endpoint[0] != '\0' ? endpoint : NULL, e);

	if (rc != 0)
		return rc;
	atomic_init(&o.cancel, false);
	o.watch = (struct runtime_watch){ .ctx = &o,
		                          .note = note,
		                          .log = hear,
		                          .progress = progress,
		                          .cancel = &o.cancel };
	meter_init(&o.meter, &c->err);
	rc = interrupt_start_quit(&interrupt, &o.cancel);
	if (rc != 0) {
		source_release(&o.source);
		return err_set(e, rc, "cannot start a thread: %s",
		               err_text(rc));
	}
	run_begin(&o.run, c->flags->limits.log_bytes);
	rc = run(&o, e);
	run_end(&o.run);
	if (config_bool(&c->config, CONFIG_DUMP_LOGS))
		dump_logs(c);
	source_release(&o.source);
	c->signal = interrupt_stop(&interrupt);
	/* A signal while it is shown is the usual end. */
	if (rc != ERR_CANCELLED)
		c->signal = 0;
	return rc;
}
