/* SPDX-License-Identifier: Apache-2.0 */
#include "console/interrupt.h"

#include <stddef.h>

/* What ends the waiting thread; ours, sent to it alone. */
#define WAKE SIGUSR1

static bool
is_ignored(int signal)
{
	struct sigaction action;

	return sigaction(signal, NULL, &action) == 0 &&
	       action.sa_handler == SIG_IGN;
}

void
interrupt_die(int sig)
{
	struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t set;

	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(sig, &action, NULL);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, sig);
	(void)pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	(void)raise(sig);
}

static void *
wait_for_signals(void *ctx)
{
	struct interrupt *i = ctx;
	int sig;

	while (sigwait(&i->waited, &sig) == 0) {
		if (sig == WAKE) {
			if (atomic_load(&i->stopping))
				break;
			continue;
		}
		if (atomic_exchange(&i->signal, sig) != 0)
			interrupt_die(sig);
		atomic_store(i->cancel, true);
	}
	return NULL;
}

static int
start(struct interrupt *i, atomic_bool *cancel, size_t n)
{
	static const int ending[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	int rc;

	i->cancel = cancel;
	atomic_init(&i->signal, 0);
	atomic_init(&i->stopping, false);
	(void)sigemptyset(&i->waited);
	(void)sigaddset(&i->waited, WAKE);
	for (size_t k = 0; k < n && k < ARRAY_LEN(ending); k++) {
		if (!is_ignored(ending[k]))
			(void)sigaddset(&i->waited, ending[k]);
	}
	rc = pthread_sigmask(SIG_BLOCK, &i->waited, &i->before);
	if (rc != 0)
		return -rc;
	rc = pthread_create(&i->thread, NULL, wait_for_signals, i);
	if (rc != 0)
		(void)pthread_sigmask(SIG_SETMASK, &i->before, NULL);
	return -rc;
}

int
interrupt_start(struct interrupt *i, atomic_bool *cancel)
{
	return start(i, cancel, 3);
}

int
interrupt_start_quit(struct interrupt *i, atomic_bool *cancel)
{
	return start(i, cancel, 4);
}

int
interrupt_stop(struct interrupt *i)
{
	atomic_store(&i->stopping, true);
	(void)pthread_kill(i->thread, WAKE);
	(void)pthread_join(i->thread, NULL);
	(void)pthread_sigmask(SIG_SETMASK, &i->before, NULL);
	return atomic_load(&i->signal);
}
