/* SPDX-License-Identifier: Apache-2.0 */
/*
 * interrupt: SIGINT, SIGTERM, SIGHUP and, for those who ask, SIGQUIT while
 * something must be cleaned up.
 *
 * Between start and stop these signals are waited for by a thread that sets a
 * flag; there is no signal handler, and no state but the struct. Threads that
 * are to be spared have to be started after it. A signal that was ignored
 * (nohup) stays so. A second one ends the program at once.
 */
#ifndef CONSOLE_INTERRUPT_H
#define CONSOLE_INTERRUPT_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/compiler.h"

struct interrupt {
	pthread_t thread;
	sigset_t waited;
	sigset_t before;
	atomic_bool *cancel;
	atomic_int signal;
	atomic_bool stopping;
};

/* *cancel is set by the first signal. Negative errno. The struct must not move
 * until it is stopped. interrupt_start_quit() waits for SIGQUIT as well. */
int interrupt_start(struct interrupt *i, atomic_bool *cancel) WARN_UNUSED;
int interrupt_start_quit(struct interrupt *i, atomic_bool *cancel) WARN_UNUSED;
/* The signal that came, or 0. */
int interrupt_stop(struct interrupt *i);

/* End the program by the signal, as if it had never been waited for. */
void interrupt_die(int sig);

#endif /* CONSOLE_INTERRUPT_H */
