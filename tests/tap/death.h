/* SPDX-License-Identifier: Apache-2.0 */
/*
 * death: does this function end the program, as BUG() and ENSURE() should?
 *
 * The function runs in a child process with its messages thrown away. Under
 * ThreadSanitizer a fork is not worth the trouble; test elsewhere.
 */
#ifndef TESTS_TAP_DEATH_H
#define TESTS_TAP_DEATH_H

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static inline bool
death_aborts(void (*run)(void))
{
	int status = 0;
	pid_t pid;

	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY);

		(void)dup2(null, STDERR_FILENO);
		run();
		_exit(0);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid &&
	       WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

#endif /* TESTS_TAP_DEATH_H */
