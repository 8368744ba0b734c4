/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/cmd/options.h"

#include <string.h>
#include <unistd.h>

#include "analyzer/proto/proto.h"
#include "base/clock.h"
#include "version.h"

enum { JOBS_MAX = 64 };

#define IN(id)      (1u << COMMAND_##id)
#define IN_NONE     (1u << COMMAND_NONE)
#define IN_ALL      (IN_NONE - 1)
#define IN_SNAPSHOT (IN_ALL & ~IN(HELP) & ~IN(HEALTH))
#define IN_READING  (IN_SNAPSHOT & ~IN(OPEN) & ~IN(EXPORT))

const struct option_command options_commands[] = {
#define COMMAND(id, name, args, summary, text) { #name, args, summary, text },
#include "analyzer/cmd/options.def"
};

const struct option options_table[] = {
#define OPTION(id, long_, short_, argument, commands, help) \
	{ long_, short_, argument, commands, help },
#include "analyzer/cmd/options.def"
};

enum command_id
options_command(const char *name)
{
	unsigned i = 0;

	while (i < COMMAND_COUNT && strcmp(options_commands[i].name, name) != 0)
		i++;
	return (enum command_id)i;
}

/* "analyzer query", for messages. */
static const char *
command_name(enum command_id id)
{
	return id < COMMAND_COUNT ? options_commands[id].name : "";
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
set_port(const struct option *row, const char *value, uint16_t *ret_port,
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

/* Is `value` one of the words of "a|b|c"? */
static bool
is_choice(const char *choices, const char *value)
{
	struct str rest = str_from_c(choices), word;
	bool more = true;

	while (more) {
		more = str_split1(rest, '|', &word, &rest);
		if (str_eq(word, str_from_c(value)))
			return true;
	}
	return false;
}

static int
set_choice(const struct option *row, const char *value, const char **ret_value,
           struct err *e)
{
	if (!is_choice(row->argument, value))
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
	const struct option *row = &options_table[id];
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
		[OPTION_HELP] = &o->help,
		[OPTION_VERSION] = &o->version,
		[OPTION_MAN] = &o->man,
		[OPTION_BROWSER] = &o->browser,
		[OPTION_HUB_STRICT] = &o->hub_strict,
		[OPTION_ALLOW_REPLAY] = &o->allow_replay,
		[OPTION_EXACT] = &o->exact,
	};

	*flags[id] = true;
}

/* ---- walking over the arguments ---- */

struct walk {
	int argc;
	char **argv;
	int at;
	bool plain;          /* behind "--" */
	const char *cluster; /* rest of "-abc", NULL when there is none */
};

/* What was found: an option with its value, or a plain argument. */
struct found {
	enum option_id id; /* OPTION_END: a plain argument */
	char *value;
};

static enum option_id
find_long(struct str name)
{
	unsigned i = 0;

	while (i < OPTION_END &&
	       !str_eq(str_from_c(options_table[i].name), name))
		i++;
	return (enum option_id)i;
}

static enum option_id
find_letter(char letter)
{
	unsigned i = 0;

	while (i < OPTION_END && options_table[i].letter != letter)
		i++;
	return (enum option_id)i;
}

static int
take_value(struct walk *w, const char *shown, char **ret_value, struct err *e)
{
	if (w->at == w->argc)
		return err_set(e, ERR_USAGE, "%s wants a value behind it",
		               shown);
	*ret_value = w->argv[w->at++];
	return 0;
}

static int
walk_long(struct walk *w, char *arg, struct found *ret_found, struct err *e)
{
	struct str name, value;
	bool given = str_split1(str_from_c(arg + 2), '=', &name, &value);
	enum option_id id = find_long(name);

	if (id == OPTION_END)
		return err_set(e, ERR_USAGE, "there is no option --" STR_FMT,
		               STR_ARG(name));
	ret_found->id = id;
	ret_found->value = NULL;
	if (options_table[id].argument == NULL)
		return given ? err_set(e, ERR_USAGE,
		                       "--" STR_FMT " takes no value",
		                       STR_ARG(name))
		             : 0;
	if (!given)
		return take_value(w, arg, &ret_found->value, e);
	/* The value is the tail of a C string, so it is one as well. */
	ret_found->value = arg + (strlen(arg) - value.n);
	return 0;
}

static int
walk_letter(struct walk *w, struct found *ret_found, struct err *e)
{
	const char shown[] = { '-', *w->cluster, '\0' };
	enum option_id id = find_letter(*w->cluster);
	int rc = 0;

	if (id == OPTION_END)
		return err_set(e, ERR_USAGE, "there is no option %s", shown);
	ret_found->id = id;
	ret_found->value = NULL;
	w->cluster++;
	if (options_table[id].argument == NULL) {
		if (*w->cluster == '\0')
			w->cluster = NULL;
		return 0;
	}
	if (*w->cluster != '\0') {
		char *arg = w->argv[w->at - 1];

		ret_found->value = arg + (strlen(arg) - strlen(w->cluster));
	} else {
		rc = take_value(w, shown, &ret_found->value, e);
	}
	w->cluster = NULL;
	return rc;
}

/* 1 and what was found, 0 at the end, or a code. */
static int
walk_next(struct walk *w, struct found *ret_found, struct err *e)
{
	char *arg;
	int rc;

	if (w->cluster == NULL) {
		if (w->at == w->argc)
			return 0;
		arg = w->argv[w->at++];
		if (!w->plain && strcmp(arg, "--") == 0) {
			w->plain = true;
			return walk_next(w, ret_found, e);
		}
		if (w->plain || arg[0] != '-' || arg[1] == '\0') {
			ret_found->id = OPTION_END;
			ret_found->value = arg;
			return 1;
		}
		if (arg[1] == '-') {
			rc = walk_long(w, arg, ret_found, e);
			return rc == 0 ? 1 : rc;
		}
		w->cluster = arg + 1;
	}
	rc = walk_letter(w, ret_found, e);
	return rc == 0 ? 1 : rc;
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
	o->command = options_command(first);
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
	struct walk w = { .argc = argc, .argv = argv, .at = 1 };
	struct found f = { .id = OPTION_END };
	int rc = walk_next(&w, &f, e);

	while (rc == 1 && f.id != OPTION_END)
		rc = walk_next(&w, &f, e);
	return rc < 0
	           ? rc
	           : choose_command(rc == 1 ? f.value : NULL, o, ret_named, e);
}

static int
apply(struct options *o, const struct found *f, struct err *e)
{
	if (f->id == OPTION_END) {
		o->args[o->nargs++] = f->value;
		return 0;
	}
	if (!option_of(f->id, o->command)) {
		const char *name = command_name(o->command);

		return err_set(e, ERR_USAGE,
		               "--%s cannot be used %s%s; see 'analyzer "
		               "help%s%s'",
		               options_table[f->id].name,
		               *name != '\0' ? "with " : "without a command",
		               name, *name != '\0' ? " " : "", name);
	}
	if (options_table[f->id].argument != NULL)
		return set_value(o, f->id, f->value, e);
	set_flag(o, f->id);
	return 0;
}

int
options_parse(int argc, char **argv, struct err *e, struct options *ret_options)
{
	struct options *o = ret_options;
	struct walk w = { .argc = argc, .argv = argv, .at = 1 };
	struct found f;
	bool named;
	int rc;

	*o = (struct options){ .args = argv + 1 };
	o->front_port = 8899;
	o->hub_port = 8898;
	api_limits_init(&o->api);
	ingest_options_init(&o->ingest);
	export_limits_init(&o->export_limits);
	o->ingest.tool = "analyzer " VERSION_TEXT;
	rc = find_command(argc, argv, o, &named, e);
	if (rc != 0)
		return rc;
	/* Plain arguments move to the front, over what was walked already. */
	while ((rc = walk_next(&w, &f, e)) == 1) {
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
