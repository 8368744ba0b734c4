/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/config_file.h"

#include "tests/tap/tap.h"

struct told {
	char text[1024];
	size_t n;
};

static void
tell(void *ctx, const char *text)
{
	struct told *t = ctx;

	t->n += (size_t)snprintf(t->text + t->n, sizeof(t->text) - t->n, "[%s]",
	                         text);
}

struct case_ {
	struct config config;
	struct told told;
	struct err e;
	int rc;
};

static void
read_text(struct case_ *x, const char *text)
{
	struct config_file_warn warn = { tell, &x->told };
	struct cli_limits limits;

	*x = (struct case_){ .rc = 0 };
	cli_limits_init(&limits);
	is_int(config_init(&x->config), 0, "a configuration");
	x->rc = config_file_parse(&x->config, "f.yaml", str_from_c(text),
	                          &limits, &warn, &x->e);
}

static void
test_values(void)
{
	struct case_ x;

	read_text(&x, "# mine\n"
	              "tap:\n"
	              "  docker:\n"
	              "    tag: 'v 1'\n"
	              "    imagepullsecrets: [a, b]\n"
	              "  namespaces:\n"
	              "  - shop\n"
	              "  - default\n"
	              "  proxy: {front: {port: 9000}, host: }\n"
	              "  tls: off\n"
	              "scripting:\n"
	              "  env:\n"
	              "    A: 1\n"
	              "    B: two\n"
	              "logs: ~\n"
	              "headless: true\n");
	is_int(x.rc, 0, "is read");
	tap_note(x.e.text);
	is_str(x.told.text, "", "nothing is unknown");
	is_str(config_text(&x.config, CONFIG_TAG), "v 1", "a quoted text");
	is_int(x.config.value[CONFIG_PULL_SECRETS].n, 2, "a list in a line");
	is_str(x.config.value[CONFIG_NAMESPACES].item[1], "default",
	       "a list without indent");
	is_int(config_port(&x.config, CONFIG_FRONT_PORT), 9000, "a number");
	is_str(config_text(&x.config, CONFIG_HOST), "127.0.0.1",
	       "nothing behind a key is the default");
	ok(!config_bool(&x.config, CONFIG_TLS), "YAML's off");
	ok(config_bool(&x.config, CONFIG_HEADLESS), "true");
	is_int(x.config.value[CONFIG_SCRIPTING_ENV].n, 4, "a map in turn");
	is_str(x.config.value[CONFIG_SCRIPTING_ENV].item[3], "two", "its end");
	config_release(&x.config);
	read_text(&x, "");
	is_int(x.rc, 0, "an empty file");
	config_release(&x.config);
	read_text(&x, "--- \n");
	is_int(x.rc, 0, "an empty document");
	config_release(&x.config);
}

static void
test_unknown(void)
{
	struct case_ x;

	read_text(&x, "tap:\n"
	              "  colour: red\n"
	              "  docker: {x: [1, {y: 2}], tag: v2}\n"
	              "frob:\n"
	              "  a: {b: c}\n"
	              "headless: true\n");
	is_int(x.rc, 0, "unknown keys are no failure");
	is_str(x.told.text,
	       "[f.yaml:2: unknown key tap.colour]"
	       "[f.yaml:3: unknown key tap.docker.x]"
	       "[f.yaml:4: unknown key frob]",
	       "each is told with its line");
	is_str(config_text(&x.config, CONFIG_TAG), "v2", "what follows counts");
	ok(config_bool(&x.config, CONFIG_HEADLESS), "to the end");
	config_release(&x.config);
}

/* What is wrong, and how the message begins. */
static const struct {
	const char *yaml;
	const char *says;
} bad[] = {
	{ "headless: \"", "f.yaml:1:12: " },
	{ "tap:\n\t- x\n", "f.yaml:2:1: " },
	{ "tap:\n  tls: maybe\n", "f.yaml:2:8: tap.tls: cannot take maybe" },
	{ "tap: {proxy: {hub: {port: 70000}}}", "f.yaml:1:27: tap.proxy.hub" },
	{ "tap: 1\n", "f.yaml:1:6: tap: keys below it" },
	{ "headless: [true]\n", "f.yaml:1:11: headless: bool is wanted" },
	{ "tap: {namespaces: shop}", "f.yaml:1:19: tap.namespaces: slice" },
	{ "tap: {namespaces: [[a]]}", "f.yaml:1:20: a plain value" },
	{ "headless: true\nheadless: false\n", "f.yaml:2:1: the key headless" },
	{ "a: &x 1\nheadless: *x\n", "f.yaml:2:11: aliases" },
	{ "just text", "f.yaml:1:1: keys with values" },
	{ "[a]: b", "f.yaml:1:1: the name of a key" },
	{ "x: [[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]", "f.yaml:1:20: deeper" },
	{ "tap: {docker: {tag: \"a\\0b\"}}", "f.yaml:1:21: tap.docker.tag" },
};

static void
test_bad(void)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct case_ x;

		tap_note("next");
		read_text(&x, bad[i].yaml);
		ok(x.rc < 0, "is refused");
		ok(str_starts(str_from_c(x.e.text), str_from_c(bad[i].says)),
		   bad[i].says);
		if (!str_starts(str_from_c(x.e.text), str_from_c(bad[i].says)))
			tap_note(x.e.text);
		config_release(&x.config);
	}
}

int
main(void)
{
	test_values();
	test_unknown();
	test_bad();
	return tap_done();
}
