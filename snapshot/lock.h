/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lock: files that processes hold to tell each other what they are doing.
 *
 * A lock is flock() on the file "lock" of a folder: it ends with the process
 * that holds it, however that ends. The file stays.
 */
#ifndef SNAPSHOT_LOCK_H
#define SNAPSHOT_LOCK_H

#include <stdbool.h>

#include "base/compiler.h"

#define LOCK_FILE "lock"

enum lock_how {
	LOCK_NEW,    /* make the file, which must not be there; alone */
	LOCK_ALONE,  /* make the file if it is missing; alone */
	LOCK_TRY,    /* alone, or ERR_AGAIN when somebody holds it */
	LOCK_SHARED, /* together with others; the file is not written to */
};

/*
 * Take the lock of the folder open as dirfd; closing *ret_fd gives it back. All
 * but LOCK_TRY wait for it. ERR_NOENT when the file is missing.
 */
int lock_take(int dirfd, enum lock_how how, int *ret_fd) WARN_UNUSED;

/* Let others share a lock that was held alone. */
int lock_share(int fd) WARN_UNUSED;

/* Does somebody hold the lock of the folder `name` below dirfd? When in doubt,
 * yes. */
bool lock_is_held(int dirfd, const char *name);

#endif /* SNAPSHOT_LOCK_H */
