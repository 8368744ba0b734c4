/* SPDX-License-Identifier: Apache-2.0 */
/* What became of a packet; the list and its meanings are in disposition.def. */
#ifndef ENTRY_DISPOSITION_H
#define ENTRY_DISPOSITION_H

#include <stdbool.h>

enum disposition {
#define DISPOSITION(id, name, in_stream, what) DISPOSITION_##id,
#include "analyzer/entry/disposition.def"
#undef DISPOSITION
	DISPOSITION_COUNT
};

const char *disposition_name(enum disposition d);
const char *disposition_what(enum disposition d);
bool disposition_in_stream(enum disposition d);

#endif /* ENTRY_DISPOSITION_H */
