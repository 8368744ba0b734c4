/* SPDX-License-Identifier: Apache-2.0 */
/*
 * measure COMMAND [ARGUMENT...]: runs a command with its standard output thrown
 * away and prints one line: seconds of wall clock, of user and of system time,
 * the peak of resident memory in KiB, and the exit status (128 and the signal,
 * if one ended it). With `-o FILE` in front, standard output goes to FILE.
 *
 * Memory counts what the process had mapped from files as well, as the kernel
 * does.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double
seconds(const struct timeval *t)
{
	return (double)t->tv_sec + (double)t->tv_usec / 1e6;
}

static void
child(const char *out, char **argv)
{
	int fd = open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0) {
		perror(out);
		_exit(126);
	}
	execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

int
main(int argc, char **argv)
{
	const char *out = "/dev/null";
	struct timespec from, to;
	struct rusage use;
	int status;
	pid_t pid;

	argv++;
	if (argc > 3 && strcmp(argv[0], "-o") == 0) {
		out = argv[1];
		argv += 2;
	}
	if (argv[0] == NULL) {
		fputs("usage: measure [-o FILE] COMMAND [ARGUMENT...]\n",
		      stderr);
		return 2;
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	pid = fork();
	if (pid == 0)
		child(out, argv);
	if (pid < 0 || wait4(pid, &status, 0, &use) != pid) {
		perror("measure");
		return 1;
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%.3f %.3f %.3f %ld %d\n",
	       (double)(to.tv_sec - from.tv_sec) +
	           (double)(to.tv_nsec - from.tv_nsec) / 1e9,
	       seconds(&use.ru_utime), seconds(&use.ru_stime), use.ru_maxrss,
	       WIFEXITED(status) ? WEXITSTATUS(status)
	                         : 128 + WTERMSIG(status));
	return 0;
}
