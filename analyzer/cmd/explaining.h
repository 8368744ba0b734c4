/* SPDX-License-Identifier: Apache-2.0 */
/* explaining: how a query was answered, for people to read. */
#ifndef CMD_EXPLAINING_H
#define CMD_EXPLAINING_H

#include "analyzer/query/explain.h"
#include "console/term.h"

void explaining_text(struct term *t, const struct explain *x);

#endif /* CMD_EXPLAINING_H */
