/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recode: positions, with their capture files called by something else.
 *
 * The lists of a stream's packets name capture files by ordinal, which is the
 * order in which an archive happens to have them. What has to be the same for
 * every archive calls them by their place in order of names instead.
 */
#ifndef INDEX_RECODE_H
#define INDEX_RECODE_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/index/part.h"
#include "base/compiler.h"

/*
 * The part with place[i] for file i; files from n on keep their number. `w` is
 * initialised by the caller and holds the lists of *ret_part. 0, ERR_NOMEM, or
 * ERR_CORRUPT for lists that cannot be read.
 */
int recode_part(const struct index_part *part, const uint32_t *place, size_t n,
                struct part_writer *w, struct index_part *ret_part) WARN_UNUSED;

#endif /* INDEX_RECODE_H */
