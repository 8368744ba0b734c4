/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/cmd/asked.h"

#include <string.h>
#include <unistd.h>

#include "analyzer/cmd/asking.h"
#include "analyzer/cmd/mistake.h"
#include "base/mem.h"

static bool
is_input(const char *arg)
{
	return strcmp(arg, "-") == 0 || access(arg, F_OK) == 0;
}

size_t
asked_inputs(const struct options *o)
{
	if (o->nargs > 1 && !is_input(o->args[o->nargs - 1]))
		return o->nargs - 1;
	return o->nargs;
}

static int
open_sources(struct asked *a, size_t n, struct err *e)
{
	a->sources = mem_array(n + 1, sizeof(*a->sources));
	a->merged = mem_array(n + 1, sizeof(*a->merged));
	if (a->sources == NULL || a->merged == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		struct asked_source *s = &a->sources[a->n];

		if (!cmd_session(a->c, a->c->opt->args[i], &s->session))
			continue;
		s->number = n > 1 ? (unsigned)i + 1 : 0;
		a->n++;
	}
	return 0;
}

/* With several snapshots, now() is the end of the one that ends last. */
static struct ask_options
options_of(const struct asked *a)
{
	struct ask_options opt = asking_options(a->c);

	if (opt.now_given)
		return opt;
	opt.now_given = true;
	for (size_t i = 0; i < a->n; i++) {
		int64_t end = ask_end(a->sources[i].session.opened);

		if (end > opt.now_ms)
			opt.now_ms = end;
	}
	return opt;
}

static int
prepare(struct asked *a, struct err *e)
{
	struct ask_options opt = options_of(a);
	int rc = 0;

	for (size_t i = 0; i < a->n && rc == 0; i++) {
		struct asked_source *s = &a->sources[i];

		opt.snapshot = s->number;
		rc = ask_prepare(str_from_c(a->text), s->session.opened, &opt,
		                 e, &s->ask);
		if (rc == ERR_SYNTAX)
			rc = mistake_tell(a->c, a->text, &s->ask, e);
		a->merged[i] = (struct merge_source){
			.opened = s->session.opened,
			.ask = &s->ask,
			.names = { .snapshot = s->number },
		};
	}
	return rc;
}

int
asked_open(struct asked *a, struct cmd *c, size_t n, const char *text,
           struct err *e)
{
	int rc;

	*a = (struct asked){ .c = c, .text = text };
	rc = open_sources(a, n, e);
	return rc == 0 ? prepare(a, e) : rc;
}

void
asked_release(struct asked *a)
{
	for (size_t i = 0; i < a->n; i++) {
		ask_release(&a->sources[i].ask);
		session_close(&a->sources[i].session);
	}
	mem_free(a->sources);
	mem_free(a->merged);
}
