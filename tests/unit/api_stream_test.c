/* SPDX-License-Identifier: Apache-2.0 */
/* Pushing and pulling, and waiting for a turn. Starts threads. */
#include "analyzer/api/stream.h"

#include <pthread.h>

#include "analyzer/api/gate.h"
#include "base/clock.h"
#include "tests/tap/tap.h"

enum { BYTES = 3 << 20, PART = 1000 };

struct made {
	size_t wanted;
	size_t done;
	int end;
};

static int
produce(void *ctx, struct stream *s, struct err *e)
{
	struct made *m = ctx;
	char part[PART];
	int rc = 0;

	for (m->done = 0; m->done < m->wanted && rc == 0; m->done += PART) {
		for (size_t i = 0; i < PART; i++)
			part[i] = (char)((m->done + i) * 7);
		rc = stream_write(s, part, PART);
	}
	if (rc == 0 && m->end != 0)
		rc = err_set(e, m->end, "it breaks");
	return rc;
}

static void
test_all(void)
{
	struct made m = { .wanted = BYTES };
	atomic_bool cancel;
	struct stream *s;
	struct err e;
	char got[777];
	size_t total = 0, n;
	bool same = true;
	int rc;

	atomic_init(&cancel, false);
	is_int(stream_new(produce, &m, &cancel, &s), 0, "a stream");
	is_int(stream_wait(s, &e), 0, "begins");
	while ((rc = stream_read(s, got, sizeof(got), &n)) == 0 && n > 0) {
		for (size_t i = 0; i < n; i++)
			same &= got[i] == (char)((total + i) * 7);
		total += n;
	}
	is_int(rc, 0, "ends well");
	ok(total >= BYTES && total < BYTES + PART, "with all of it");
	ok(same, "in order");
	stream_free(s);
}

static void
test_ends(void)
{
	struct made m = { .wanted = 0, .end = ERR_CORRUPT };
	atomic_bool cancel;
	struct stream *s;
	struct err e = ERR_INIT;
	char got[PART];
	size_t n;

	atomic_init(&cancel, false);
	is_int(stream_new(produce, &m, &cancel, &s), 0, "one that fails");
	is_int(stream_wait(s, &e), ERR_CORRUPT, "is known before a byte");
	is_str(e.text, "it breaks", "with its words");
	stream_free(s);

	atomic_store(&cancel, false);
	m.wanted = PART;
	is_int(stream_new(produce, &m, &cancel, &s), 0, "one that breaks off");
	is_int(stream_wait(s, &e), 0, "begins");
	is_int(stream_read(s, got, sizeof(got), &n), 0, "gives what it has");
	is_int(stream_read(s, got, sizeof(got), &n), ERR_CORRUPT, "and fails");
	stream_free(s);

	atomic_store(&cancel, false);
	m.wanted = SIZE_MAX - PART;
	is_int(stream_new(produce, &m, &cancel, &s), 0, "one without an end");
	is_int(stream_wait(s, &e), 0, "begins");
	stream_free(s);
	ok(m.done <= 2 * STREAM_WINDOW, "ends when nobody reads on");
}

static void
test_gate(void)
{
	struct gate g;
	atomic_bool cancel;
	int64_t start;

	atomic_init(&cancel, false);
	gate_init(&g, 2);
	is_int(gate_enter(&g, 0, &cancel), 0, "one");
	is_int(gate_enter(&g, 0, &cancel), 0, "two");
	start = clock_mono();
	is_int(gate_enter(&g, 50 * CLOCK_MSEC, &cancel), ERR_AGAIN,
	       "a third has to go");
	ok(clock_mono() - start >= 50 * CLOCK_MSEC, "after a while");
	gate_leave(&g);
	is_int(gate_enter(&g, 0, &cancel), 0, "or comes in when one left");
	atomic_store(&cancel, true);
	is_int(gate_enter(&g, CLOCK_SEC, &cancel), ERR_CANCELLED,
	       "or changes its mind");
	gate_release(&g);
}

int
main(void)
{
	test_all();
	test_ends();
	test_gate();
	return tap_done();
}
