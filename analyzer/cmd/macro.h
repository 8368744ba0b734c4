/* SPDX-License-Identifier: Apache-2.0 */
/*
 * macro: queries that are one protocol macro, such as "http".
 *
 * Macros are the `macro` names of the registered protocols; one stands for
 * all protocols with the same abbreviation.
 */
#ifndef CMD_MACRO_H
#define CMD_MACRO_H

#include "analyzer/index/reader.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

struct macro {
	struct index_where where; /* borrows `bind` */
	struct index_bind bind;
};

/*
 * The condition of `query`, which may be empty or blank: then every entry
 * matches. *ret_macro must not move. ERR_USAGE with what would be understood.
 */
int macro_find(struct str query, struct err *e,
               struct macro *ret_macro) WARN_UNUSED;

#endif /* CMD_MACRO_H */
