/* SPDX-License-Identifier: Apache-2.0 */
/* kubeshark check: is everything there that tap needs? */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/engine.h"
#include "cli/local.h"
#include "cli/runs.h"

struct checking {
	struct cli *c;
	bool local;  /* the analyzer was found */
	bool docker; /* the engine has the image */
	size_t running;
};

static void
title(struct cli *c, const char *what)
{
	term_printf(&c->out, "\n%s\n--------------------\n", what);
}

enum finding {
	FINDING_GOOD,
	FINDING_BAD,
	FINDING_NEUTRAL, /* missing, but not needed */
};

static void
tell(struct cli *c, enum finding found, const char *what, const char *detail)
{
	static const struct {
		enum term_style style;
		const char *mark;
	} marks[] = {
		[FINDING_GOOD] = { TERM_GOOD, "\xe2\x88\x9a" },
		[FINDING_BAD] = { TERM_BAD, "\xe2\x9c\x97" },
		[FINDING_NEUTRAL] = { TERM_PLAIN, "-" },
	};

	term_style(&c->out, marks[found].style);
	term_printf(&c->out, "%s ", marks[found].mark);
	term_style(&c->out, TERM_PLAIN);
	term_text(&c->out, str_from_c(what));
	if (detail[0] != '\0') {
		term_printf(&c->out, ": ");
		term_text(&c->out, str_from_c(detail));
	}
	term_printf(&c->out, "\n");
}

/* One that is not there: is it missed where --runtime says? */
static enum finding
missed(const struct checking *x, const char *runtime)
{
	const char *wanted = config_text(&x->c->config, CONFIG_RUNTIME);

	if (strcmp(wanted, runtime) == 0)
		return FINDING_BAD;
	/* A local process, which is looked for last, does without Docker. */
	return strcmp(wanted, "auto") == 0 && strcmp(runtime, "local") == 0 &&
	               !x->docker
	           ? FINDING_BAD
	           : FINDING_NEUTRAL;
}

static void
check_config(struct cli *c)
{
	bool there = access(c->config_path, F_OK) == 0;

	title(c, "configuration");
	tell(c, FINDING_GOOD,
	     there ? "the configuration file is valid"
	           : "there is no configuration file, the defaults hold",
	     c->config_path);
}

static void
check_local(struct checking *x)
{
	char program[LOCAL_PATH];
	struct err e = ERR_INIT;

	title(x->c, "local-analyzer");
	x->local = local_find(cli_env("KUBESHARK_ANALYZER"), x->c->argv0,
	                      cli_env("PATH"), &e, program) == 0;
	if (x->local)
		tell(x->c, FINDING_GOOD, "the analyzer was found", program);
	else
		tell(x->c, missed(x, "local"), e.text, "");
}

/* A missing engine is no failure when a local process will do. */
static void
check_docker(struct checking *x)
{
	atomic_bool cancel = false;
	const struct docker_watch watch = { .ctx = x, .cancel = &cancel };
	struct docker_image image;
	struct err e = ERR_INIT;
	char ref[DOCKER_REF];
	struct docker *d;

	title(x->c, "docker-engine");
	if (engine_find(&watch, &e, &d) != 0) {
		tell(x->c, missed(x, "docker"), e.text, "");
		return;
	}
	tell(x->c, FINDING_GOOD, "the engine answers", docker_endpoint(d));
	tell(x->c, FINDING_GOOD, "its version", docker_engine_version(d));
	engine_image(&x->c->config, &image);
	image.policy = DOCKER_NEVER;
	x->docker = docker_image_find(d, &image, &e, ref) == 0;
	tell(x->c, x->docker ? FINDING_GOOD : missed(x, "docker"),
	     x->docker ? "the analyzer's image is there" : e.text,
	     x->docker ? ref : "");
	docker_close(d);
}

/* Can tap --pcap run it where --runtime says? */
static bool
is_good(const struct checking *x)
{
	const char *wanted = config_text(&x->c->config, CONFIG_RUNTIME);

	if (strcmp(wanted, "docker") == 0)
		return x->docker;
	if (strcmp(wanted, "local") == 0)
		return x->local;
	return x->local || x->docker;
}

static int
count_running(void *ctx, const struct runs_found *f)
{
	struct checking *x = ctx;

	if (f->pid == 0)
		return 0;
	x->running++;
	tell(x->c, FINDING_GOOD, f->facts.source, f->facts.front);
	return 0;
}

int
cli_check(struct cli *c, struct err *e)
{
	struct checking x = { .c = c };
	int rc = cli_arguments(c, 0, e);

	if (rc != 0)
		return rc;
	check_config(c);
	check_docker(&x);
	check_local(&x);
	title(c, "running-analyzers");
	rc = runs_each(count_running, &x);
	if (rc != 0)
		return err_set(e, rc, "the runs cannot be listed: %s",
		               err_text(rc));
	if (x.running == 0)
		tell(c, FINDING_GOOD, "none", "");
	title(c, "kubernetes");
	tell(c, FINDING_NEUTRAL,
	     "not available in this build yet, and not needed by "
	     "`kubeshark tap -p`",
	     "");
	if (is_good(&x)) {
		term_printf(&c->out, "\nAll checks are passed.\n");
		return 0;
	}
	term_printf(&c->out,
	            "\nThere are issues in your Kubeshark resources! Run these "
	            "commands:\n  kubeshark clean\n  kubeshark tap\n");
	c->status = STATUS_FINDINGS;
	return 0;
}
