/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outcome: how an exchange ended, in one word, for colours and charts.
 *
 * The first that fits, in the order of outcome.def.
 */
#ifndef ENTRY_OUTCOME_H
#define ENTRY_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

enum outcome {
#define OUTCOME(id, name, error, what) OUTCOME_##id,
#include "analyzer/entry/outcome.def"
#undef OUTCOME
	OUTCOME_COUNT
};

/* Of an entry with these flags (enum entry_flag) and status. */
enum outcome outcome_of(uint32_t flags, int32_t status);

const char *outcome_name(enum outcome o);
/* Does it count as an error? */
bool outcome_is_error(enum outcome o);

#endif /* ENTRY_OUTCOME_H */
