/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/entry/diag.h"

#include "base/compiler.h"

struct diag_row {
	const char *name;
	enum diag_severity severity;
	const char *what;
};

static const struct diag_row rows[] = {
#define DIAG(id, name, severity, what) { name, DIAG_SEV_##severity, what },
#include "analyzer/entry/diag.def"
#undef DIAG
};

static const char *const severities[] = {
	[DIAG_SEV_INFO] = "info",
	[DIAG_SEV_LOSS] = "loss",
	[DIAG_SEV_REFUSED] = "refused",
};

const char *
diag_name(enum diag_kind k)
{
	ENSURE((unsigned)k < ARRAY_LEN(rows));
	return rows[k].name;
}

const char *
diag_what(enum diag_kind k)
{
	ENSURE((unsigned)k < ARRAY_LEN(rows));
	return rows[k].what;
}

enum diag_severity
diag_severity(enum diag_kind k)
{
	ENSURE((unsigned)k < ARRAY_LEN(rows));
	return rows[k].severity;
}

const char *
diag_severity_name(enum diag_severity s)
{
	ENSURE((unsigned)s < ARRAY_LEN(severities));
	return severities[s];
}
