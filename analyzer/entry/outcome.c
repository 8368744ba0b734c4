/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/entry/outcome.h"

#include "analyzer/entry/entry.h"

enum { REDIRECTS = 300, CLIENT_ERRORS = 400, SERVER_ERRORS = 500 };

static const struct {
	const char *name;
	bool error;
} outcomes[] = {
#define OUTCOME(id, name, error, what) { name, error },
#include "analyzer/entry/outcome.def"
#undef OUTCOME
};

enum outcome
outcome_of(uint32_t flags, int32_t status)
{
	if ((flags & ENTRY_NO_RESPONSE) != 0 && (flags & ENTRY_ONE_WAY) == 0)
		return OUTCOME_UNANSWERED;
	if (status >= SERVER_ERRORS)
		return OUTCOME_SERVER_ERROR;
	if (status >= CLIENT_ERRORS)
		return OUTCOME_CLIENT_ERROR;
	if ((flags & ENTRY_FAILED) != 0)
		return OUTCOME_FAILED;
	return status >= REDIRECTS ? OUTCOME_REDIRECT : OUTCOME_SUCCESS;
}

const char *
outcome_name(enum outcome o)
{
	return outcomes[o].name;
}

bool
outcome_is_error(enum outcome o)
{
	return outcomes[o].error;
}
