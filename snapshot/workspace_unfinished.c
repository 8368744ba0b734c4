/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/workspace_unfinished.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/io.h"
#include "base/map.h"
#include "base/str.h"
#include "snapshot/lock.h"
#include "snapshot/tree.h"

int
workspace_unfinished_name(char ret_name[WORKSPACE_KEY + 1])
{
	uint8_t random[SIPHASH_KEY_SIZE];
	size_t n = sizeof(WORKSPACE_UNFINISHED) - 1;
	int rc = map_random_key(random);

	if (rc != 0)
		return rc;
	memcpy(ret_name, WORKSPACE_UNFINISHED, n);
	for (size_t i = 0; i < sizeof(random); i++)
		(void)snprintf(ret_name + n + 2 * i, 3, "%02x", random[i]);
	return 0;
}

void
workspace_unfinished_sweep(int rootfd)
{
	struct dirent *d;
	DIR *dir;
	int fd;

	if (io_open_at(rootfd, ".", O_RDONLY | O_DIRECTORY, 0, &fd) != 0)
		return;
	dir = fdopendir(fd);
	if (dir == NULL) {
		(void)io_close(fd);
		return;
	}
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): dir is ours alone. */
	while ((d = readdir(dir)) != NULL) {
		if (str_starts(str_from_c(d->d_name),
		               STR(WORKSPACE_UNFINISHED)) &&
		    !lock_is_held(rootfd, d->d_name))
			(void)tree_remove(rootfd, d->d_name);
	}
	(void)closedir(dir);
}
