/* SPDX-License-Identifier: Apache-2.0 */
/* analyzer: opens network snapshots of Kubernetes clusters, offline. */
#include "analyzer/cmd/cmd.h"

int
main(int argc, char **argv)
{
	return cmd_main(argc, argv);
}
