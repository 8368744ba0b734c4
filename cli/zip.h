/* SPDX-License-Identifier: Apache-2.0 */
/* zip: writes files of this machine into a zip file. */
#ifndef CLI_ZIP_H
#define CLI_ZIP_H

#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"

struct zip_member {
	const char *name; /* in the zip file */
	const char *path; /* of the file to put there */
};

/*
 * Write `path` anew, with the n members; one that is not there is left out.
 * *ret_written of them are in it. Nothing is left behind on failure.
 */
int zip_write(const char *path, const struct zip_member *members, size_t n,
              struct err *e, size_t *ret_written) WARN_UNUSED;

#endif /* CLI_ZIP_H */
