/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/cmd/options.h"

#include "tests/tap/tap.h"

enum { MAX_ARGS = 12 };

/* Split at spaces into an argv of its own; "_" is an empty argument. */
struct line {
	char text[256];
	char *argv[MAX_ARGS];
	int argc;
};

static void
split(struct line *l, const char *text)
{
	char *p = l->text;

	snprintf(l->text, sizeof(l->text), "analyzer %s", text);
	l->argc = 0;
	while (*p != '\0' && l->argc < MAX_ARGS) {
		l->argv[l->argc++] = p;
		p += strcspn(p, " ");
		if (*p != '\0')
			*p++ = '\0';
		if (strcmp(l->argv[l->argc - 1], "_") == 0)
			l->argv[l->argc - 1][0] = '\0';
	}
}

static int
parse(struct line *l, const char *text, struct options *ret_options)
{
	struct err e = ERR_INIT;
	int rc;

	split(l, text);
	rc = options_parse(l->argc, l->argv, &e, ret_options);
	if (rc != 0)
		tap_note(e.text);
	return rc;
}

static void
is_args(const struct options *o, const char *want)
{
	char got[256] = "";
	size_t n = 0;

	for (size_t i = 0; i < o->nargs; i++)
		n += (size_t)snprintf(got + n, sizeof(got) - n, "[%s]",
		                      o->args[i]);
	is_str(got, want, "the plain arguments");
}

static void
test_places(void)
{
	static const char *const same[] = {
		"query --json -n 5 a b",      "query a --json -n5 b",
		"query a b --limit=5 --json", "--json query -n 5 a b",
		"-n 5 query a --json b",      "query --json --limit 5 -- a b",
	};
	struct options o;
	struct line l;

	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		tap_note(same[i]);
		is_int(parse(&l, same[i], &o), 0, "is understood");
		is_int(o.command, COMMAND_QUERY, "the command");
		ok(o.json && !o.full, "the flag");
		ok(o.limited && o.limit == 5, "the value");
		is_args(&o, "[a][b]");
	}
}

static void
test_plain(void)
{
	struct options o;
	struct line l;

	is_int(parse(&l, "query - -- --json -x", &o), 0, "behind --");
	is_args(&o, "[-][--json][-x]");
	ok(!o.json, "nothing is an option any more");
	is_int(parse(&l, "query a _", &o), 0, "an empty argument");
	is_args(&o, "[a][]");
	is_int(parse(&l, "index -fj2 a", &o), 0, "letters together");
	ok(o.force && o.ingest.jobs == 2, "both count");
	is_int(parse(&l, "index index", &o), 0, "the command's name again");
	is_args(&o, "[index]");
	is_int(parse(&l, "-", &o), 0, "standard input alone");
	is_int(o.command, COMMAND_SERVE, "is served");
	is_args(&o, "[-]");
	is_int(parse(&l, "Makefile Makefile", &o), 0, "files alone");
	is_int(o.command, COMMAND_SERVE, "are served");
	is_args(&o, "[Makefile][Makefile]");
	is_int(parse(&l, "--version", &o), 0, "an option alone");
	ok(o.version && o.command == COMMAND_NONE, "needs no command");
	split(&l, "");
	is_int(options_parse(1, l.argv, NULL, &o), 0, "nothing at all");
	is_int(o.command, COMMAND_NONE, "is no command");
}

static void
test_values(void)
{
	struct options o;
	struct line l;

	is_int(parse(&l, "index --limit headers=7 --limit flows=9 a", &o), 0,
	       "named limits");
	ok(o.ingest.proto.headers == 7 && o.ingest.net.flows == 9, "are set");
	ok(!o.limited, "and no other");
	is_int(parse(&l, "index --limit archive-members=1 a", &o), 0,
	       "of the archive, too");
	ok(o.ingest.snapshot.members == 1, "are set");
	is_int(parse(&l, "query -n 3 -n headers=8 a", &o), 0, "both kinds");
	ok(o.limited && o.limit == 3 && o.ingest.proto.headers == 8,
	   "are told apart");
	is_int(parse(&l, "index --only http1 -w d a", &o), 0, "texts");
	is_str(o.ingest.only, "http1", "the protocol");
	is_str(o.workspace, "d", "the folder");
	is_int(parse(&l, "workspaces --trim --limit cache-days=7", &o), 0,
	       "of the cache");
	ok(o.trim && o.cache.days == 7 && o.cache.bytes == 20ULL << 30,
	   "are set, or as they were");
	is_int(parse(&l, "show --body=response a 1", &o), 0, "a choice");
	is_str(o.body, "response", "is kept");
}

static void
test_mistakes(void)
{
	static const char *const wrong[] = {
		"no-such-command",
		"index --nonsense a",
		"index -z a",
		"index --workspace",
		"index --trim a",
		"workspaces --jobs 2",
		"index -w",
		"index --json=1 a",
		"index --full a",
		"streams --count a",
		"verify --verify a",
		"--force",
		"index -j a",
		"index -j -1 a",
		"index -j 65 a",
		"index --limit 3 a",
		"query --limit x a",
		"query --limit -3 a",
		"query --limit 99999999999999999999 a",
		"index --limit =3 a",
		"index --limit headers= a",
		"index --limit headers=-1 a",
		"index --only _ a",
		"show --body req a 1",
		"show --body _ a 1",
		"show --body request|response a 1",
		"--completion tcsh",
	};
	struct options o;
	struct line l;

	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		is_int(parse(&l, wrong[i], &o), ERR_USAGE, wrong[i]);
}

static void
test_table(void)
{
	bool good = true;

	for (unsigned i = 0; i < OPTION_END; i++) {
		const struct table_option *a = &options_table.options[i];

		good &= a->name[0] != '\0' && a->commands != 0;
		for (unsigned k = 0; k < i; k++) {
			const struct table_option *b =
			    &options_table.options[k];

			good &= strcmp(a->name, b->name) != 0;
			good &= a->letter == '\0' || a->letter != b->letter;
		}
	}
	ok(good, "options have names of their own and a command");
	for (unsigned i = 0; i < COMMAND_COUNT; i++)
		good &= table_command(&options_table,
		                      options_table.commands[i].name) == i;
	ok(good, "commands are found by name");
	is_int(table_command(&options_table, "quer"), COMMAND_NONE,
	       "and not by half of it");
}

int
main(void)
{
	test_places();
	test_plain();
	test_values();
	test_mistakes();
	test_table();
	return tap_done();
}
