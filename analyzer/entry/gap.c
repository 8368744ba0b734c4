/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/entry/gap.h"

#include "base/compiler.h"

static const char *const names[] = {
#define GAP(id, name, what) name,
#include "analyzer/entry/gap.def"
#undef GAP
};

const char *
gap_name(enum gap_cause c)
{
	ENSURE((unsigned)c < ARRAY_LEN(names));
	return names[c];
}
