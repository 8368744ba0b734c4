/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/entry/disposition.h"

#include "base/compiler.h"

struct disposition_row {
	const char *name;
	const char *what;
	bool in_stream;
};

static const struct disposition_row rows[] = {
#define DISPOSITION(id, name, in_stream, what) { name, what, in_stream },
#include "analyzer/entry/disposition.def"
#undef DISPOSITION
};

const char *
disposition_name(enum disposition d)
{
	ENSURE((unsigned)d < ARRAY_LEN(rows));
	return rows[d].name;
}

const char *
disposition_what(enum disposition d)
{
	ENSURE((unsigned)d < ARRAY_LEN(rows));
	return rows[d].what;
}

bool
disposition_in_stream(enum disposition d)
{
	ENSURE((unsigned)d < ARRAY_LEN(rows));
	return rows[d].in_stream;
}
