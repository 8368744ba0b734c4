/* SPDX-License-Identifier: Apache-2.0 */
/* kubeshark config: the defaults, printed or written to the file. */
#include <fcntl.h>
#include <string.h>

#include "base/io.h"
#include "cli/cli.h"
#include "cli/home.h"

enum { TEMPLATE_MAX = 65536 };

static int
write_template(struct cli *c, struct str text, struct err *e)
{
	int fd;
	int rc = home_make_parent(c->config_path);

	if (rc == 0)
		rc = io_open_at(AT_FDCWD, c->config_path,
		                O_WRONLY | O_CREAT | O_TRUNC, 0644, &fd);
	if (rc == 0) {
		int closed;

		rc = io_write_full(fd, text.p, text.n);
		closed = io_close(fd);
		rc = rc != 0 ? rc : closed;
	}
	if (rc != 0)
		return err_set(e, rc, "cannot write %s: %s", c->config_path,
		               err_text(rc));
	CLI_SAY(c, INFO, "Template file written to config path. path=%s",
	        c->config_path);
	return 0;
}

int
cli_config(struct cli *c, struct err *e)
{
	struct buf b;
	int rc = cli_arguments(c, 0, e);

	if (rc != 0)
		return rc;
	buf_init(&b, TEMPLATE_MAX);
	rc = config_template(&b);
	if (rc != 0)
		(void)err_set(e, rc, "%s", err_text(rc));
	else if (config_bool(&c->config, CONFIG_REGENERATE))
		rc = write_template(c, buf_str(&b), e);
	else
		term_bytes(&c->out, buf_str(&b));
	buf_release(&b);
	return rc;
}
