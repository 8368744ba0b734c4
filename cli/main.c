/* SPDX-License-Identifier: Apache-2.0 */
/* kubeshark: the command that people type. */
#include "cli/cli.h"

int
main(int argc, char **argv)
{
	return cli_main(argc, argv);
}
