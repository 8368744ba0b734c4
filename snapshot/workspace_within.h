/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workspace_within: is a folder below another one?
 *
 * A workspace that lies in the folder that is being read would become part of
 * the evidence, and a different part each time.
 */
#ifndef SNAPSHOT_WORKSPACE_WITHIN_H
#define SNAPSHOT_WORKSPACE_WITHIN_H

#include "base/compiler.h"

/*
 * 1 when the folder open as dirfd is the one called path or lies below it, by
 * whatever names and links they are reached; 0 when not, or when path is no
 * folder; or a code.
 */
int workspace_within(int dirfd, const char *path) WARN_UNUSED;

#endif /* SNAPSHOT_WORKSPACE_WITHIN_H */
