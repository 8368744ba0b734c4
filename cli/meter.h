/* SPDX-License-Identifier: Apache-2.0 */
/*
 * meter: how far a transfer is, as one line on the terminal, drawn a few times
 * a second. Where there is no terminal, nothing is drawn.
 */
#ifndef CLI_METER_H
#define CLI_METER_H

#include <stdbool.h>
#include <stdint.h>

#include "console/term.h"

struct meter {
	struct term *term;
	int64_t start; /* of what is shown */
	int64_t drawn; /* when the last time; 0: nothing is there */
	uint64_t before;
};

void meter_init(struct meter *m, struct term *term);
/* `what` is a word or two; total 0: not known. */
void meter_show(struct meter *m, const char *what, uint64_t done,
                uint64_t total);
/* Away with the line, before something else is printed. */
void meter_clear(struct meter *m);

#endif /* CLI_METER_H */
