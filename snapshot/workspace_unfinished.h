/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workspace_unfinished: folders of workspaces that nobody may open: those being
 * made, and those being removed.
 */
#ifndef SNAPSHOT_WORKSPACE_UNFINISHED_H
#define SNAPSHOT_WORKSPACE_UNFINISHED_H

#include "base/compiler.h"
#include "snapshot/workspace.h"

#define WORKSPACE_UNFINISHED "tmp-" /* what their names begin with */

/* That and 32 random hex digits. ERR_IO. */
int workspace_unfinished_name(char ret_name[WORKSPACE_KEY + 1]) WARN_UNUSED;

/*
 * Remove those whose lock nobody holds: what interrupted runs have left. The
 * root, open as rootfd, is locked.
 */
void workspace_unfinished_sweep(int rootfd);

#endif /* SNAPSHOT_WORKSPACE_UNFINISHED_H */
