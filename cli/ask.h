/* SPDX-License-Identifier: Apache-2.0 */
/* ask: small questions to an analyzer that serves on this machine. */
#ifndef CLI_ASK_H
#define CLI_ASK_H

#include <stdbool.h>

/*
 * Is there a snapshot to look at, indexed or with first packets, behind the
 * front's URL? `token` may be empty. False also when nothing answers within
 * seconds.
 */
bool ask_shows(const char *front, const char *token);

#endif /* CLI_ASK_H */
