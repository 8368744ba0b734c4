/* SPDX-License-Identifier: Apache-2.0 */
#include "console/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include "tests/tap/tap.h"

enum { LOOKS = 3000, LOOK_US = 10000 };

/* The flag is set by another thread; 30 s are more than it needs. */
static bool
is_cancelled(atomic_bool *cancel)
{
	for (int i = 0; i < LOOKS && !atomic_load(cancel); i++)
		(void)usleep(LOOK_US);
	return atomic_load(cancel);
}

static void
test_signal(int sig, int (*start)(struct interrupt *, atomic_bool *))
{
	struct interrupt i;
	atomic_bool cancel;

	atomic_init(&cancel, false);
	is_int(start(&i, &cancel), 0, "the wait begins");
	ok(!atomic_load(&cancel), "nothing has come");
	(void)kill(getpid(), sig);
	ok(is_cancelled(&cancel), "the signal sets the flag");
	is_int(interrupt_stop(&i), sig, "and is told");
}

static void
test_none(void)
{
	struct interrupt i;
	atomic_bool cancel;
	sigset_t before, after;

	atomic_init(&cancel, false);
	(void)pthread_sigmask(SIG_SETMASK, NULL, &before);
	is_int(interrupt_start(&i, &cancel), 0, "the wait begins");
	(void)pthread_sigmask(SIG_SETMASK, NULL, &after);
	ok(sigismember(&after, SIGINT) == 1, "SIGINT is waited for");
	ok(sigismember(&after, SIGQUIT) == 0, "SIGQUIT is not");
	is_int(interrupt_stop(&i), 0, "no signal came");
	(void)pthread_sigmask(SIG_SETMASK, NULL, &after);
	ok(sigismember(&after, SIGINT) == sigismember(&before, SIGINT),
	   "the mask is as it was");
}

int
main(void)
{
	test_signal(SIGINT, interrupt_start);
	test_signal(SIGTERM, interrupt_start);
	test_signal(SIGQUIT, interrupt_start_quit);
	test_none();
	return tap_done();
}
