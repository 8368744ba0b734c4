/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status: what a program ends with. Of several that are the case, the first of
 * 2, 3, 1, 4 is told.
 */
#ifndef CONSOLE_STATUS_H
#define CONSOLE_STATUS_H

enum status {
	STATUS_OK = 0,
	STATUS_FINDINGS = 1, /* what was looked for is wrong */
	STATUS_USAGE = 2,    /* the command line cannot be understood */
	STATUS_FAILED = 3,   /* it could not be done */
	STATUS_PARTIAL = 4,  /* part of the input was unreadable or refused */
};

#endif /* CONSOLE_STATUS_H */
