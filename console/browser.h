/* SPDX-License-Identifier: Apache-2.0 */
/* browser: shows a URL in the browser of this desktop. */
#ifndef CONSOLE_BROWSER_H
#define CONSOLE_BROWSER_H

#include "base/compiler.h"
#include "base/err.h"

/*
 * Starts xdg-open, or open on macOS, and does not wait for it; what it prints
 * is dropped. A negative errno and a sentence when it cannot be started.
 */
int browser_open(const char *url, struct err *e) WARN_UNUSED;

#endif /* CONSOLE_BROWSER_H */
