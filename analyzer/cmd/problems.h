/* SPDX-License-Identifier: Apache-2.0 */
/* problems: diag rows, for people and as JSON. */
#ifndef CMD_PROBLEMS_H
#define CMD_PROBLEMS_H

#include <stdint.h>

#include "analyzer/entry/diag.h"
#include "analyzer/query/opened.h"
#include "base/json_out.h"
#include "console/term.h"

/* One line: what, then where. */
void problems_text(struct term *t, const struct opened *o,
                   const struct diag *d);
/* One object. */
void problems_json(struct json_out *j, const struct opened *o,
                   const struct diag *d);

#endif /* CMD_PROBLEMS_H */
