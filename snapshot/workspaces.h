/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workspaces: all that is in a root, and what may go.
 *
 * Only folders whose names are those of workspaces are looked at, and only
 * those that nobody uses are removed: an opened workspace holds its lock
 * (snapshot/workspace.h). One that is to be removed gets the name of an
 * unfinished one first, under the lock of the root; so nobody finds half of it,
 * and what is left when the removal is interrupted is swept up by the next.
 */
#ifndef SNAPSHOT_WORKSPACES_H
#define SNAPSHOT_WORKSPACES_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "snapshot/cache_limits.h"
#include "snapshot/workspace.h"

/* In one root; those beyond are neither listed nor removed. */
#define WORKSPACES_MAX 4096u

enum workspaces_state {
	WORKSPACES_UNUSED,
	WORKSPACES_USED,   /* open in some process, this one perhaps */
	WORKSPACES_MAKING, /* not finished, its process is at work */
	WORKSPACES_LEFT,   /* not finished, its process is gone */
	WORKSPACES_GONE,   /* removed since */
};

struct workspaces_item {
	struct str name;  /* of the folder: the key, or tmp-... */
	struct str input; /* what it was made of, empty when not known */
	enum workspaces_state state;
	uint64_t bytes; /* of all files */
	int64_t made;   /* ns since 1970 */
	int64_t used;   /* the last time that it was opened or closed */
};

struct workspaces;

const char *workspaces_state_name(enum workspaces_state s);

/* What is there now, the most recently used first. */
int workspaces_list(const struct workspace_root *r, struct err *e,
                    struct workspaces **ret_list) WARN_UNUSED;
void workspaces_free(struct workspaces *l);
size_t workspaces_count(const struct workspaces *l);
const struct workspaces_item *workspaces_at(const struct workspaces *l,
                                            size_t i);

/*
 * Remove one of a list. ERR_AGAIN when it is in use; 0 also when somebody else
 * has removed it meanwhile.
 */
int workspaces_remove(const struct workspace_root *r,
                      const struct workspaces_item *item,
                      struct err *e) WARN_UNUSED;

/* What was removed. */
struct workspaces_sum {
	size_t n;
	uint64_t bytes;
};

/*
 * Remove what nobody uses: what interrupted runs have left; what was last used
 * longer ago than limits->days, as of `now`; and of the rest the least recently
 * used until all together are within limits->bytes. Goes on after a failure and
 * returns the first one.
 */
int workspaces_trim(const struct workspace_root *r,
                    const struct cache_limits *limits, int64_t now,
                    struct err *e, struct workspaces_sum *ret_sum) WARN_UNUSED;

#endif /* SNAPSHOT_WORKSPACES_H */
