/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/cmd/asking.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"

/* Read at once; a longer query than KFL_TEXT_MAX is refused later. */
enum { ASKING_CHUNK = 4096 };

static int
read_all(int fd, struct buf *room)
{
	char chunk[ASKING_CHUNK];
	size_t n = 0;
	int rc = 0;

	while (rc == 0 && room->n <= KFL_TEXT_MAX) {
		rc = io_read(fd, chunk, sizeof(chunk), &n);
		if (rc != 0 || n == 0)
			break;
		rc = buf_append(room, chunk, n);
	}
	/* A NUL would end it where nobody sees it. */
	if (rc == 0 && room->n > 0 && memchr(room->p, '\0', room->n) != NULL)
		rc = ERR_SYNTAX;
	return rc == 0 ? buf_append_byte(room, '\0') : rc;
}

int
asking_text(const char *arg, struct buf *room, struct err *e,
            const char **ret_text)
{
	const char *path = arg + 1;
	int fd = STDIN_FILENO;
	int rc = 0;

	if (arg[0] != '@') {
		*ret_text = arg;
		return 0;
	}
	if (strcmp(path, "-") != 0)
		rc = io_open_at(AT_FDCWD, path, O_RDONLY, 0, &fd);
	if (rc == 0)
		rc = read_all(fd, room);
	if (fd >= 0 && fd != STDIN_FILENO)
		(void)io_close(fd);
	if (rc == ERR_SYNTAX)
		return err_set(e, ERR_USAGE, "%s is not text", path);
	if (rc != 0)
		return err_set(e, ERR_USAGE,
		               "the query cannot be read from %s: %s", path,
		               err_text(rc));
	*ret_text = room->p;
	return 0;
}

struct ask_options
asking_options(const struct cmd *c)
{
	int64_t ms = c->opt->now / CLOCK_MSEC;

	return (struct ask_options){
		.mode = c->opt->lenient ? ASK_LENIENT : ASK_STRICT,
		.now_given = c->opt->now_given,
		.now_ms = ms - (c->opt->now % CLOCK_MSEC < 0),
	};
}
