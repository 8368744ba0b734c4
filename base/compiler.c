/* SPDX-License-Identifier: Apache-2.0 */
#include "base/compiler.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void
compiler_bug(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	/* What main() has printed so far should not come after the end. */
	(void)fflush(stdout);
	(void)fprintf(stderr, "bug: %s:%d: ", file, line);
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fputc('\n', stderr);
	abort();
}
