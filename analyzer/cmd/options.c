/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/cmd/options.h"

#include <string.h>
#include <unistd.h>

#include "analyzer/proto/proto.h"
#include "base/clock.h"
#include "console/walk.h"
#include "version.h"

enum { JOBS_MAX = 64 };

#define IN(id)      (1u << COMMAND_##id)
#define IN_NONE     (1u << COMMAND_NONE)
#define IN_ALL      (IN_NONE - 1)
#define IN_SNAPSHOT (IN_ALL & ~IN(HELP) & ~IN(HEALTH) & ~IN(WORKSPACES))
#define IN_READING  (IN_SNAPSHOT & ~IN(OPEN) & ~IN(EXPORT))

static const struct table_command commands[] = {
#define COMMAND(id, name, args, summary, text) { #name, args, summary, text },
#include "analyzer/cmd/options.def"
};

static const struct table_option options[] = {
#define OPTION(id, long_, short_, argument_, commands_, help_) \
	{ .name = (long_),                                     \
	  .letter = (short_),                                  \
	  .argument = (argument_),                             \
	  .commands = (commands_),                             \
	  .help = (help_) },
#include "analyzer/cmd/options.def"
};

static const struct table_limit limits[] = {
#define LIMIT(field, option, value, unit, why) { option, value, unit, why },
#include "analyzer/api/limits.def"
#include "analyzer/export/limits.def"
#include "analyzer/net/limits.def"
#include "analyzer/proto/limits.def"
#include "snapshot/cache_limits.def"
#include "snapshot/limits.def"
#undef LIMIT
};

const struct table options_table = {
	.program = "analyzer",
	.usage = "analyzer COMMAND [OPTION...] [ARGUMENT...]\n"
		 "       analyzer SNAPSHOT...",
	.about = "Opens snapshots of the network traffic of a Kubernetes "
		 "cluster, offline.\n"
		 "A snapshot is an archive, a folder, or a capture file "
		 "(pcap, pcapng); - is\nstandard input.",
	.more = "'analyzer help COMMAND' tells its options, 'analyzer help "
		"limits' the limits.",
	.completion = "analyzer --completion",
	.commands = commands,
	.ncommands = COMMAND_COUNT,
	.options = options,
	.noptions = OPTION_END,
	.limits_about = "An index made with other limits is another\nindex. "
			"What is over a limit is told by 'analyzer diag'.",
	.limits = limits,
	.nlimits = ARRAY_LEN(limits),
};

/* "analyzer query", for messages. */
static const char *
command_name(enum command_id id)
{
	return id < COMMAND_COUNT ? commands[id].name : "";
}

/* ---- values ---- */

static int
set_named_limit(struct options *o, struct str name, struct str value,
                struct err *e)
{
	uint64_t v;
	int rc = str_u64(value, &v);

	if (rc != 0)
		return err_set(e, ERR_USAGE,
		               "--limit " STR_FMT ": '" STR_FMT "' is not a "
		               "whole number",
		               STR_ARG(name), STR_ARG(value));
	rc = snapshot_limits_set(&o->ingest.snapshot, name, v);
	if (rc == ERR_NOTFOUND)
		rc = net_limits_set(&o->ingest.net, name, v);
	if (rc == ERR_NOTFOUND)
		rc = proto_limits_set(&o->ingest.proto, name, v);
	if (rc == ERR_NOTFOUND)
		rc = api_limits_set(&o->api, name, v);
	if (rc == ERR_NOTFOUND)
		rc = cache_limits_set(&o->cache, name, v);
	if (rc == ERR_NOTFOUND)
		rc = export_limits_set(&o->export_limits, name, v);
	if (rc != 0)
		return err_set(e, ERR_USAGE,
		               "there is no limit called '" STR_FMT
		               "'; 'analyzer help limits' lists them",
		               STR_ARG(name));
	return 0;
}

static int
set_limit(struct options *o, const char *value, struct err *e)
{
	struct str name, number;

	if (str_split1(str_from_c(value), '=', &name, &number))
		return set_named_limit(o, name, number, e);
	if (o->command != COMMAND_QUERY && o->command != COMMAND_OPEN)
		return err_set(e, ERR_USAGE,
		               "--limit %s: %s wants NAME=VALUE here; "
		               "'analyzer help limits' lists the names",
		               value, command_name(o->command));
	o->limited = true;
	if (str_u64(name, &o->limit) != 0)
		return err_set(e, ERR_USAGE,
		               "--limit %s: neither a whole number nor "
		               "NAME=VALUE",
		               value);
	return 0;
}

static int
set_jobs(struct options *o, const char *value, struct err *e)
{
	uint64_t n;

	if (str_u64(str_from_c(value), &n) != 0 || n > JOBS_MAX)
		return err_set(e, ERR_USAGE,
		               "--jobs %s: a number from 0 to %d is wanted",
		               value, JOBS_MAX);
	o->ingest.jobs = (unsigned)n;
	return 0;
}

static int
add_proto_set(struct options *o, const char *value, struct err *e)
{
	if (o->nproto_sets == OPTIONS_PROTO_SETS)
		return err_set(e, ERR_USAGE,
		               "--proto-set %s: only %d of them are taken",
		               value, OPTIONS_PROTO_SETS);
	o->proto_set[o->nproto_sets++] = value;
	return 0;
}

static int
set_port(const struct table_option *row, const char *value, uint16_t *ret_port,
         struct err *e)
{
	uint64_t n;

	if (str_u64(str_from_c(value), &n) != 0 || n > UINT16_MAX)
		return err_set(e, ERR_USAGE,
		               "--%s %s: a number from 0 to 65535 is wanted",
		               row->name, value);
	*ret_port = (uint16_t)n;
	return 0;
}

static int
set_only(struct options *o, const char *value, struct err *e)
{
	if (proto_find(str_from_c(value)) != NULL) {
		o->ingest.only = value;
		return 0;
	}
	err_set(e, ERR_USAGE, "--only %s: no such protocol; there is", value);
	for (size_t i = 0; proto_registry[i] != NULL; i++) {
		char known[ERR_TEXT_MAX];

		memcpy(known, e->text, sizeof(known));
		err_set(e, ERR_USAGE, "%s %s", known, proto_registry[i]->name);
	}
	return ERR_USAGE;
}

static int
set_choice(const struct table_option *row, const char *value,
           const char **ret_value, struct err *e)
{
	if (!table_is_choice(row->argument, value))
		return err_set(e, ERR_USAGE, "--%s %s: it is one of %s",
		               row->name, value, row->argument);
	*ret_value = value;
	return 0;
}

/* A value that is taken as it is. */
static const char **
text_of(struct options *o, enum option_id id)
{
	switch (id) {
	case OPTION_WORKSPACE:
		return &o->workspace;
	case OPTION_HOST:
		return &o->host;
	case OPTION_UI_DIR:
		return &o->ui_dir;
	case OPTION_TLS_CERT:
		return &o->tls_cert;
	case OPTION_TLS_KEY:
		return &o->tls_key;
	case OPTION_OUTPUT:
		return &o->output;
	case OPTION_STREAM:
		return &o->stream;
	default:
		return NULL;
	}
}

static int
set_now(struct options *o, const char *value, struct err *e)
{
	o->now_given = true;
	if (clock_parse(str_from_c(value), &o->now) == 0)
		return 0;
	return err_set(e, ERR_USAGE,
	               "--now %s: a time is wanted, as in "
	               "2024-01-31T18:05:09Z or 2024-01-31T18:05:09.5+01:00",
	               value);
}

static int
set_value(struct options *o, enum option_id id, const char *value,
          struct err *e)
{
	const struct table_option *row = &options[id];
	const char **text = text_of(o, id);

	if (text != NULL) {
		*text = value;
		return 0;
	}
	switch (id) {
	case OPTION_FRONT_PORT:
		return set_port(row, value, &o->front_port, e);
	case OPTION_HUB_PORT:
		return set_port(row, value, &o->hub_port, e);
	case OPTION_PROTO_SET:
		return add_proto_set(o, value, e);
	case OPTION_LIMIT:
		return set_limit(o, value, e);
	case OPTION_NOW:
		return set_now(o, value, e);
	case OPTION_JOBS:
		return set_jobs(o, value, e);
	case OPTION_ONLY:
		return set_only(o, value, e);
	case OPTION_BODY:
		return set_choice(row, value, &o->body, e);
	case OPTION_COMPLETION:
		return set_choice(row, value, &o->completion, e);
	case OPTION_TO:
		return set_choice(row, value, &o->to, e);
	default:
		BUG("option --%s takes no value", row->name);
	}
}

static void
set_flag(struct options *o, enum option_id id)
{
	bool *const flags[OPTION_END] = {
		[OPTION_JSON] = &o->json,
		[OPTION_FULL] = &o->full,
		[OPTION_COUNT] = &o->count,
		[OPTION_LENIENT] = &o->lenient,
		[OPTION_EXPLAIN] = &o->explain,
		[OPTION_FAIL_IF_FOUND] = &o->fail_if_found,
		[OPTION_FAIL_IF_EMPTY] = &o->fail_if_empty,
		[OPTION_DIGEST] = &o->digest,
		[OPTION_REHASH] = &o->rehash,
		[OPTION_FORCE] = &o->force,
		[OPTION_REMOVE] = &o->remove,
		[OPTION_REMOVE_ALL] = &o->remove_all,
		[OPTION_TRIM] = &o->trim,
		[OPTION_HELP] = &o->help,
		[OPTION_VERSION] = &o->version,
		[OPTION_MAN] = &o->man,
		[OPTION_BROWSER] = &o->browser,
		[OPTION_UNTIL_EOF] = &o->until_eof,
		[OPTION_HUB_STRICT] = &o->hub_strict,
		[OPTION_ALLOW_REPLAY] = &o->allow_replay,
		[OPTION_EXACT] = &o->exact,
	};

	*flags[id] = true;
}

/* ---- walking over the arguments ---- */

/* What is wrong with the option, in our words. */
static int
fail_walk(const struct walk *w, struct err *e)
{
	char letter[] = { '-', w->letter, '\0' };
	const char *dashes = w->name.n != 0 ? "--" : letter;

	switch (w->fault) {
	case WALK_UNKNOWN:
		return err_set(e, ERR_USAGE, "there is no option %s" STR_FMT,
		               dashes, STR_ARG(w->name));
	case WALK_NO_VALUE:
		return err_set(e, ERR_USAGE, "%s" STR_FMT " takes no value",
		               dashes, STR_ARG(w->name));
	case WALK_WANTS_VALUE:
		break;
	}
	return err_set(e, ERR_USAGE, "%s" STR_FMT " wants a value behind it",
	               dashes, STR_ARG(w->name));
}

static int
next_argument(struct walk *w, struct walk_found *ret_found, struct err *e)
{
	int rc = walk_next(w, ret_found);

	return rc < 0 ? fail_walk(w, e) : rc;
}

/* ---- the whole ---- */

static bool
exists(const char *path)
{
	return strcmp(path, "-") == 0 || access(path, F_OK) == 0;
}

/* Does the command come from `first`, and is it then to be left out? */
static int
choose_command(const char *first, struct options *o, bool *ret_named,
               struct err *e)
{
	*ret_named = false;
	o->command = COMMAND_NONE;
	if (first == NULL)
		return 0;
	o->command = (enum command_id)table_command(&options_table, first);
	*ret_named = o->command != COMMAND_NONE;
	if (*ret_named)
		return 0;
	if (!exists(first))
		return err_set(e, ERR_USAGE,
		               "'%s' is neither a command nor a file; "
		               "'analyzer help' lists the commands",
		               first);
	o->command = COMMAND_SERVE;
	return 0;
}

static int
find_command(int argc, char **argv, struct options *o, bool *ret_named,
             struct err *e)
{
	struct walk w = { .table = &options_table,
		          .command = COMMAND_NONE,
		          .argc = argc,
		          .argv = argv,
		          .at = 1 };
	struct walk_found f = { .option = OPTION_END };
	int rc = next_argument(&w, &f, e);

	while (rc == 1 && f.option != OPTION_END)
		rc = next_argument(&w, &f, e);
	return rc < 0
	           ? rc
	           : choose_command(rc == 1 ? f.value : NULL, o, ret_named, e);
}

static int
apply(struct options *o, const struct walk_found *f, struct err *e)
{
	if (f->option == OPTION_END) {
		o->args[o->nargs++] = f->value;
		return 0;
	}
	if (!table_has(&options_table, f->option, o->command)) {
		const char *name = command_name(o->command);

		return err_set(e, ERR_USAGE,
		               "--%s cannot be used %s%s; see 'analyzer "
		               "help%s%s'",
		               options[f->option].name,
		               *name != '\0' ? "with " : "without a command",
		               name, *name != '\0' ? " " : "", name);
	}
	if (options[f->option].argument != NULL)
		return set_value(o, (enum option_id)f->option, f->value, e);
	set_flag(o, (enum option_id)f->option);
	return 0;
}

int
options_parse(int argc, char **argv, struct err *e, struct options *ret_options)
{
	struct options *o = ret_options;
	struct walk w = { .table = &options_table,
		          .command = COMMAND_NONE,
		          .argc = argc,
		          .argv = argv,
		          .at = 1 };
	struct walk_found f;
	bool named;
	int rc;

	*o = (struct options){ .args = argv + 1 };
	o->front_port = 8899;
	o->hub_port = 8898;
	api_limits_init(&o->api);
	ingest_options_init(&o->ingest);
	export_limits_init(&o->export_limits);
	cache_limits_init(&o->cache);
	o->ingest.tool = "analyzer " VERSION_TEXT;
	rc = find_command(argc, argv, o, &named, e);
	if (rc != 0)
		return rc;
	/* Plain arguments move to the front, over what was walked already. */
	while ((rc = next_argument(&w, &f, e)) == 1) {
		rc = apply(o, &f, e);
		if (rc != 0)
			return rc;
	}
	if (rc == 0 && named) {
		o->args++;
		o->nargs--;
	}
	return rc;
}
