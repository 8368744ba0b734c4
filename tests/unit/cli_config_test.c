/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/config.h"

#include "base/err.h"
#include "tests/tap/tap.h"

static int
put(struct config *c, enum config_key key, const char *value)
{
	struct str s = str_from_c(value);

	return config_put(c, key, &s, 1, CONFIG_FLAG);
}

static void
test_defaults(void)
{
	struct config c;

	is_int(config_init(&c), 0, "a configuration");
	is_str(config_text(&c, CONFIG_REGISTRY), "docker.io/kubeshark",
	       "the registry");
	is_int(config_port(&c, CONFIG_FRONT_PORT), 8899, "the port");
	ok(config_bool(&c, CONFIG_TLS), "tls");
	ok(!config_bool(&c, CONFIG_HEADLESS), "headless");
	is_int(c.value[CONFIG_NAMESPACES].n, 0, "no namespaces");
	ok(!config_given(&c, CONFIG_TAG), "nothing was given");
	config_release(&c);
}

static void
test_put(void)
{
	struct str two[] = { STR("a"), STR("b") };
	struct str evil = STR("a\0b");
	struct config c;

	is_int(config_init(&c), 0, "a configuration");
	is_int(put(&c, CONFIG_TAG, "v1"), 0, "a text");
	is_str(config_text(&c, CONFIG_TAG), "v1", "is there");
	ok(config_given(&c, CONFIG_TAG), "and given");
	is_int(put(&c, CONFIG_TLS, "F"), 0, "a bool as Go writes it");
	ok(!config_bool(&c, CONFIG_TLS), "is false");
	is_int(put(&c, CONFIG_TLS, "yes"), ERR_SYNTAX, "Go knows no yes");
	is_int(put(&c, CONFIG_HUB_PORT, "65536"), ERR_SYNTAX, "no port");
	is_int(put(&c, CONFIG_HUB_PORT, "-1"), ERR_SYNTAX, "nor this");
	is_int(config_port(&c, CONFIG_HUB_PORT), 8898, "it is what it was");
	is_int(config_put(&c, CONFIG_TAG, two, 2, CONFIG_FLAG), ERR_SYNTAX,
	       "two of what is one");
	is_int(config_put(&c, CONFIG_NAMESPACES, two, 2, CONFIG_FLAG), 0,
	       "a list");
	is_str(c.value[CONFIG_NAMESPACES].item[1], "b", "has both");
	is_int(config_put(&c, CONFIG_TAG, &evil, 1, CONFIG_FLAG), ERR_SYNTAX,
	       "a NUL in a text");
	config_release(&c);
}

static void
test_names(void)
{
	bool good = true;

	for (unsigned i = 0; i < CONFIG_COUNT; i++)
		good &= config_find(
			    str_from_c(config_path((enum config_key)i))) == i;
	ok(good, "keys are found by their paths");
	is_int(config_find(STR("tap.docker")), CONFIG_COUNT, "a group is none");
	ok(config_is_group(STR("tap.docker")), "but a group");
	ok(config_is_group(STR("tap")), "like this one");
	ok(!config_is_group(STR("tap.dock")), "half a name is none");
	ok(!config_is_group(STR("tap.docker.tag")), "nor is a key");
	is_str(config_kind(CONFIG_NAMESPACES), "slice", "as Go calls a list");
	is_str(config_kind(CONFIG_HUB_PORT), "uint16", "and a port");
}

static void
test_template(void)
{
	struct buf b;

	buf_init(&b, 100000);
	is_int(config_template(&b), 0, "the template");
	ok(str_starts(buf_str(&b), STR("tap:\n  docker:\n    registry: "
	                               "docker.io/kubeshark\n")),
	   "begins with the first key");
	ok(str_find(buf_str(&b), STR("    host: 127.0.0.1\n  regex: .*\n")) <
	       b.n,
	   "goes back to the group it is in");
	ok(str_find(buf_str(&b), STR("\nheadless: false\n")) < b.n,
	   "and out of all");
	ok(str_find(buf_str(&b), STR("configpath:")) ==
	       str_find(buf_str(&b), STR("configpath: \"\"\n  context")),
	   "keys that are only read are not there");
	is_int(str_find_char(buf_str(&b), '#'), b.n, "there are no comments");
	buf_release(&b);
}

int
main(void)
{
	test_defaults();
	test_put();
	test_names();
	test_template();
	return tap_done();
}
