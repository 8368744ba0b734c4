/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration file: whatever is in it, all values stay usable. */
#include "base/compiler.h"
#include "cli/config_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
drop(void *ctx, const char *text)
{
	ENSURE(text[0] != '\0');
	++*(size_t *)ctx;
}

static void
check_value(const struct config *c, enum config_key key)
{
	enum config_type type = config_type(key);

	if (type == CONFIG_TYPE_BOOL)
		(void)config_bool(c, key);
	else if (type == CONFIG_TYPE_UINT16)
		(void)config_port(c, key);
	else if (type == CONFIG_TYPE_MAP)
		ENSURE(c->value[key].n % 2 == 0);
	for (size_t i = 0; i < c->value[key].n; i++)
		ENSURE(c->value[key].item[i] != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	size_t told = 0;
	const struct config_file_warn warn = { drop, &told };
	struct cli_limits limits;
	struct config c;
	struct err e = ERR_INIT;
	int rc;

	cli_limits_init(&limits);
	limits.config_bytes = 10000;
	ENSURE(config_init(&c) == 0);
	rc = config_file_parse(&c, "f", str_make(p, n), &limits, &warn, &e);
	ENSURE(rc == e.code);
	ENSURE(told <= n);
	for (unsigned i = 0; i < CONFIG_COUNT; i++)
		check_value(&c, (enum config_key)i);
	config_release(&c);
	return 0;
}
