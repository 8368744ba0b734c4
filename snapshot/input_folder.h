/* SPDX-License-Identifier: Apache-2.0 */
/*
 * input_folder: files read in place, those of a folder or a single one.
 */
#ifndef SNAPSHOT_INPUT_FOLDER_H
#define SNAPSHOT_INPUT_FOLDER_H

#include "base/compiler.h"
#include "base/err.h"
#include "snapshot/folder.h"
#include "snapshot/input_source.h"

extern const struct input_ops input_folder_ops;

/* Takes `f` when it succeeds. ERR_NOMEM. */
int input_folder_new(struct folder *f, void **ret_src) WARN_UNUSED;

/* One file, open at its start; takes fd when it succeeds. */
int input_folder_new_single(int fd, const char *path, struct err *e,
                            void **ret_src) WARN_UNUSED;

#endif /* SNAPSHOT_INPUT_FOLDER_H */
