/* SPDX-License-Identifier: Apache-2.0 */
/* home: the folder ~/.kubeshark, and folders in general. */
#ifndef CLI_HOME_H
#define CLI_HOME_H

#include "base/arena.h"
#include "base/compiler.h"

/* "~/.kubeshark/name" in `a`; NULL without a home, or memory. */
const char *home_path(struct arena *a, const char *name);

/* Make the folder, and those it is in. 0 also when it is there. */
int home_make(const char *path) WARN_UNUSED;
/* Make the folder that the file `path` is to be in. */
int home_make_parent(const char *path) WARN_UNUSED;

#endif /* CLI_HOME_H */
