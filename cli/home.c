/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/home.h"

#include <fcntl.h>
#include <string.h>

#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/path.h"
#include "cli/cli.h"

const char *
home_path(struct arena *a, const char *name)
{
	const char *home = cli_env("HOME");

	if (home == NULL)
		return NULL;
	return arena_printf(a, "%s/.kubeshark/%s", home, name).p;
}

/* Each folder of the path that is not there; `path` is changed meanwhile. */
static int
make_all(char *path)
{
	int rc = 0;

	for (char *p = path + 1; rc == 0; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		rc = io_mkdir_at(AT_FDCWD, path, 0755);
		*p = c;
		if (rc == ERR_EXIST)
			rc = 0;
		if (c == '\0')
			break;
	}
	return rc;
}

int
home_make(const char *path)
{
	char *copy = mem_dup_text(path, strlen(path));
	int rc;

	if (copy == NULL)
		return ERR_NOMEM;
	rc = copy[0] != '\0' ? make_all(copy) : 0;
	mem_free(copy);
	return rc;
}

int
home_make_parent(const char *path)
{
	struct str dir = path_dir(str_from_c(path));
	char *copy;
	int rc;

	if (dir.n == 0)
		return 0;
	copy = mem_dup_text(dir.p, dir.n);
	if (copy == NULL)
		return ERR_NOMEM;
	rc = home_make(copy);
	mem_free(copy);
	return rc;
}
