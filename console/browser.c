/* SPDX-License-Identifier: Apache-2.0 */
#include "console/browser.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

/* POSIX wants this of the program. NOLINTNEXTLINE(*-redundant-declaration) */
extern char **environ;

#ifdef __APPLE__
#define PROGRAM "open"
#else
#define PROGRAM "xdg-open"
#endif

/* Signals that this program waits for are none of the browser's business. */
static int
set_signals(posix_spawnattr_t *attr)
{
	sigset_t none, all;
	int rc;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	rc = posix_spawnattr_setsigmask(attr, &none);
	if (rc == 0)
		rc = posix_spawnattr_setsigdefault(attr, &all);
	if (rc == 0)
		rc = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK |
		                                        POSIX_SPAWN_SETSIGDEF);
	return rc;
}

static int
set_files(posix_spawn_file_actions_t *files)
{
	int rc = 0;

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO && rc == 0; fd++)
		rc = posix_spawn_file_actions_addopen(files, fd, "/dev/null",
		                                      O_RDWR, 0);
	return rc;
}

static int
spawn(char *url)
{
	char program[] = PROGRAM;
	char *args[] = { program, url, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	pid_t pid;
	int rc = posix_spawn_file_actions_init(&files);

	if (rc != 0)
		return rc;
	rc = posix_spawnattr_init(&attr);
	if (rc == 0) {
		rc = set_files(&files);
		if (rc == 0)
			rc = set_signals(&attr);
		if (rc == 0)
			rc = posix_spawnp(&pid, program, &files, &attr, args,
			                  environ);
		(void)posix_spawnattr_destroy(&attr);
	}
	(void)posix_spawn_file_actions_destroy(&files);
	return rc;
}

int
browser_open(const char *url, struct err *e)
{
	char *copy = mem_dup_text(url, strlen(url));
	int rc = copy != NULL ? -spawn(copy) : ERR_NOMEM;

	mem_free(copy);
	return rc == 0 ? 0
	               : err_set(e, rc, "%s cannot be started: %s", PROGRAM,
	                         err_text(rc));
}
