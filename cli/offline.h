/* SPDX-License-Identifier: Apache-2.0 */
/* offline: kubeshark tap -p, from the check of the source to the clean-up. */
#ifndef CLI_OFFLINE_H
#define CLI_OFFLINE_H

#include "base/compiler.h"
#include "base/err.h"
#include "cli/cli.h"

/*
 * Open the snapshot that the key tap.pcap names and show it until a signal
 * comes or the analyzer ends. Leaves the analyzer's exit status in c->status.
 */
int offline_run(struct cli *c, struct err *e) WARN_UNUSED;

#endif /* CLI_OFFLINE_H */
