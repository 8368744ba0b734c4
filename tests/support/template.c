/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/template.h"

/* No library has it, so it comes along as text. */
/* NOLINTNEXTLINE(bugprone-suspicious-include) */
#include "analyzer/proto/_template/template.c"
