/* SPDX-License-Identifier: Apache-2.0 */
/* kubeshark tap: a snapshot (tap_offline.h), or the pods of a cluster. */
#include <stdio.h>
#include <string.h>

#include "analyzer/kfl/re2_shim.h"
#include "cli/cli.h"
#include "cli/offline.h"
#include "cli/size.h"

enum { WHY = 256 };

static int
check_regex(const char *text, struct err *e)
{
	char why[WHY];
	struct kfl_regex *r = kfl_regex_new(text, strlen(text), why,
	                                    sizeof(why));

	if (r != NULL) {
		kfl_regex_free(r);
		return 0;
	}
	return err_set(e, ERR_USAGE, "%s is not a valid regex %s", text, why);
}

static int
check_choice(const struct cli *c, enum config_key key, const char *choices,
             struct err *e)
{
	const char *value = config_text(&c->config, key);

	if (table_is_choice(choices, value))
		return 0;
	return err_set(e, ERR_USAGE, "%s=%s: it is one of %s", config_path(key),
	               value, choices);
}

/* All that can be wrong with what was asked for, whatever is done of it. */
static int
check(struct cli *c, struct err *e)
{
	const char *size = config_text(&c->config, CONFIG_STORAGE_LIMIT);
	uint64_t bytes;
	int rc = cli_arguments(c, 1, e);

	if (rc == 0 && c->flags->nargs == 1) {
		struct str regex = str_from_c(c->flags->args[0]);

		rc = config_put(&c->config, CONFIG_REGEX, &regex, 1,
		                CONFIG_FLAG);
		if (rc != 0)
			(void)err_set(e, rc, "%s", err_text(rc));
	}
	if (rc == 0)
		rc = check_regex(config_text(&c->config, CONFIG_REGEX), e);
	if (rc == 0 && size_parse(str_from_c(size), &bytes) != 0)
		rc = err_set(e, ERR_USAGE,
		             "Could not parse --storagelimit value %s", size);
	if (rc == 0)
		rc = check_choice(c, CONFIG_PULL_POLICY,
		                  "Always|IfNotPresent|Never", e);
	return rc == 0 ? check_choice(c, CONFIG_RUNTIME, "auto|docker|local", e)
	               : rc;
}

int
cli_tap(struct cli *c, struct err *e)
{
	int rc = check(c, e);

	if (rc != 0)
		return rc;
	if (config_text(&c->config, CONFIG_PCAP)[0] != '\0')
		return offline_run(c, e);
	return err_set(e, ERR_UNSUPPORTED,
	               "watching a cluster is not available in this build yet; "
	               "`kubeshark tap -p SNAPSHOT` opens a snapshot");
}
