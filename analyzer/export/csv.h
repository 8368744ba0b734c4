/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv: entries as a table, RFC 4180, UTF-8, with a header line.
 *
 * A spreadsheet takes a cell that begins with = + - @, a tab or a carriage
 * return for a formula, and what is in a capture was written by strangers: such
 * a text gets an apostrophe in front. Numbers of ours do not begin so. Control
 * characters become spaces, what is not UTF-8 becomes U+FFFD. The columns and
 * their order are part of the interface; new ones come at the end.
 */
#ifndef EXPORT_CSV_H
#define EXPORT_CSV_H

#include "analyzer/export/export_impl.h"
#include "base/compiler.h"
#include "base/str.h"

int csv_write(struct export *x, struct merge *m) WARN_UNUSED;

/* One quoted cell of text of unknown origin. */
void csv_put_text(struct outlet *o, struct str s);

#endif /* EXPORT_CSV_H */
