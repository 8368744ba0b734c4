/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs a fuzz target without a fuzzer over the files given, and over the files
 * in the folders given: the corpus as a regression test in every build. Prints
 * TAP, one line per file. Each input is also given cut in half and without its
 * last byte, which costs nothing and finds what lengths are mishandled.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/tap/guard.h"
#include "tests/tap/tap.h"

/* Inputs beyond this are not what a corpus is for. */
#define REPLAY_MAX      ((size_t)16 << 20)

#define REPLAY_PATH_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
replay_bytes(const uint8_t *p, size_t n)
{
	struct guard g = guard_make(p, n);

	(void)LLVMFuzzerTestOneInput((const uint8_t *)g.p, n);
	guard_free(&g);
}

static void
replay_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *b = malloc(REPLAY_MAX + 1);
	size_t n = 0;
	bool good = f != NULL && b != NULL;

	if (good) {
		n = fread(b, 1, REPLAY_MAX + 1, f);
		good = ferror(f) == 0 && n <= REPLAY_MAX;
	}
	if (f != NULL)
		(void)fclose(f);
	if (good) {
		/* For whoever looks at a crash: which file it was. */
		printf("# %s\n", path);
		(void)fflush(stdout);
		replay_bytes(b, n);
		replay_bytes(b, n / 2);
		replay_bytes(b, n != 0 ? n - 1 : 0);
	}
	free(b);
	ok(good, path);
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void
replay_path(const char *path)
{
	struct dirent **entry = NULL;
	struct stat st;
	int n;

	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
		replay_file(path);
		return;
	}
	n = scandir(path, &entry, NULL, by_name);
	ok(n > 2, "the folder has files in it");
	for (int i = 0; i < n; i++) {
		char name[REPLAY_PATH_MAX];
		int len = snprintf(name, sizeof(name), "%s/%s", path,
		                   entry[i]->d_name);

		if (entry[i]->d_name[0] != '.' && len > 0 &&
		    (size_t)len < sizeof(name))
			replay_file(name);
		free(entry[i]);
	}
	free(entry);
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		replay_path(argv[i]);
	return tap_done();
}
