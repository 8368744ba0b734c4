/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/meter.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "console/human.h"

#define PERIOD (200 * CLOCK_MSEC)

enum { LINE = 256 };

void
meter_init(struct meter *m, struct term *term)
{
	*m = (struct meter){ .term = term };
}

/* "reading  12.3 MB of 45.6 MB  27 %  1.2 MB/s  28 s left" */
static void
format(const struct meter *m, const char *what, uint64_t done, uint64_t total,
       char out[LINE])
{
	char a[HUMAN_TEXT], b[HUMAN_TEXT], r[HUMAN_TEXT], t[HUMAN_TEXT];
	double seconds = (double)(clock_mono() - m->start) / (double)CLOCK_SEC;
	double rate = seconds > 0 ? (double)done / seconds : 0;

	if (total == 0 || done == 0 || rate <= 0) {
		(void)snprintf(out, LINE, "%s  %s  %s/s", what,
		               human_bytes(done, a),
		               human_bytes((uint64_t)rate, r));
		return;
	}
	done = done < total ? done : total;
	(void)snprintf(out, LINE, "%s  %s of %s  %.0f %%  %s/s  %s left", what,
	               human_bytes(done, a), human_bytes(total, b),
	               (double)done * 100 / (double)total,
	               human_bytes((uint64_t)rate, r),
	               human_duration((int64_t)((double)(total - done) / rate *
	                                        (double)CLOCK_SEC),
	                              t));
}

void
meter_show(struct meter *m, const char *what, uint64_t done, uint64_t total)
{
	int64_t now = clock_mono();
	char line[LINE];

	/* Another thing begins at its beginning. */
	if (done < m->before || m->start == 0)
		m->start = now;
	m->before = done;
	if (!m->term->tty || now - m->drawn < PERIOD)
		return;
	m->drawn = now;
	format(m, what, done, total, line);
	term_printf(m->term, "\r\x1b[K");
	term_text(m->term, str_head(str_from_c(line), m->term->width - 1));
	(void)term_flush(m->term);
}

void
meter_clear(struct meter *m)
{
	if (m->drawn == 0)
		return;
	m->drawn = 0;
	term_printf(m->term, "\r\x1b[K");
	(void)term_flush(m->term);
}
