/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/flags.h"

#include "tests/tap/tap.h"

enum { MAX_ARGS = 16 };

struct line {
	char text[256];
	char *argv[MAX_ARGS];
	int argc;
	struct flags flags;
	struct err e;
};

static int
parse(struct line *l, const char *text)
{
	char *p = l->text;

	*l = (struct line){ .argc = 0 };
	snprintf(l->text, sizeof(l->text), "kubeshark %s", text);
	while (*p != '\0' && l->argc < MAX_ARGS) {
		l->argv[l->argc++] = p;
		p += strcspn(p, " ");
		if (*p != '\0')
			*p++ = '\0';
	}
	return flags_parse(l->argc, l->argv, &l->e, &l->flags);
}

static void
no_warning(void *ctx, const char *text)
{
	(void)ctx;
	tap_note(text);
}

/* Parsed, and applied to the defaults. */
static void
apply(const char *text, struct config *c, int want)
{
	struct line l;
	struct err e = ERR_INIT;

	tap_note(text);
	is_int(config_init(c), 0, "a configuration");
	is_int(parse(&l, text), 0, "is understood");
	is_int(flags_apply(&l.flags, c, no_warning, NULL, &e), want,
	       "is applied");
}

static void
test_apply(void)
{
	struct config c;

	apply("tap -r reg/ -t v1 -p x.tar.gz -n a,b --namespaces c -A", &c, 0);
	is_str(config_text(&c, CONFIG_REGISTRY), "reg/", "-r of tap");
	is_str(config_text(&c, CONFIG_TAG), "v1", "-t");
	is_str(config_text(&c, CONFIG_PCAP), "x.tar.gz", "-p");
	is_int(c.value[CONFIG_NAMESPACES].n, 3, "-n gathers");
	ok(config_bool(&c, CONFIG_ALL_NAMESPACES), "-A");
	ok(!config_given(&c, CONFIG_PULL_POLICY), "the policy was not given");
	config_release(&c);

	apply("tap --tls=false --servicemesh=0 -d -A=true", &c, 0);
	ok(!config_bool(&c, CONFIG_TLS), "--tls=false");
	ok(!config_bool(&c, CONFIG_SERVICE_MESH), "--servicemesh=0");
	ok(config_bool(&c, CONFIG_DEBUG), "-d on tap");
	config_release(&c);

	apply("config -r", &c, 0);
	ok(config_bool(&c, CONFIG_REGENERATE), "-r of config is another one");
	config_release(&c);

	apply("proxy --proxy-front-port 9", &c, 0);
	is_int(config_port(&c, CONFIG_FRONT_PORT), 9, "also of proxy");
	config_release(&c);

	/* --set comes after --docker-tag and before --tls. */
	apply("tap --tls=true --docker-tag x --set "
	      "tap.docker.tag=y,tap.tls=false",
	      &c, 0);
	is_str(config_text(&c, CONFIG_TAG), "y", "--set is later");
	ok(config_bool(&c, CONFIG_TLS), "and earlier, by the alphabet");
	config_release(&c);

	apply("tap --proxy-hub-port 65536", &c, ERR_USAGE);
	config_release(&c);
	apply("tap --tls=perhaps", &c, ERR_USAGE);
	config_release(&c);
}

static void
test_parse(void)
{
	struct line l;

	is_int(parse(&l, "--config-path /x tap"), 0, "before the command");
	is_str(l.flags.config_path, "/x", "the configuration file");
	is_int(parse(&l, "tap --configpath=/y shop-.*"), 0, "its other name");
	is_str(l.flags.config_path, "/y", "is the same");
	is_int(l.flags.nargs, 1, "a plain argument");
	is_str(l.flags.args[0], "shop-.*", "is kept");
	is_int(parse(&l, "tap --limit fetch-bytes=7"), 0, "a limit");
	is_int(l.flags.limits.fetch_bytes, 7, "is set");
	is_int(parse(&l, ""), 0, "nothing at all");
	is_int(l.flags.command, FLAGS_NONE, "has no command");
}

static const struct {
	const char *line;
	const char *says;
} bad[] = {
	{ "frob", "unknown command \"frob\" for \"kubeshark\"" },
	{ "tap --frob", "unknown flag: --frob" },
	{ "tap -x", "unknown shorthand flag: 'x' in -x" },
	{ "clean -p x", "unknown flag: --pcap" },
	{ "tap -p", "flag needs an argument: 'p' in -p" },
	{ "tap --pcap", "flag needs an argument: --pcap" },
	{ "tap --help=1", "flag takes no argument: --help" },
	{ "tap --limit x", "--limit x: NAME=NUMBER is wanted; 'kubeshark help "
	                   "limits' lists the names" },
	{ "tap --limit patience=1", "there is no limit called 'patience'; "
	                            "'kubeshark help limits' lists them" },
};

static void
test_bad(void)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct line l;

		is_int(parse(&l, bad[i].line), ERR_USAGE, bad[i].line);
		is_str(l.e.text, bad[i].says, "in the usual words");
	}
}

int
main(void)
{
	test_apply();
	test_parse();
	test_bad();
	return tap_done();
}
