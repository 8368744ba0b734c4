/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/ingest/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "tests/tap/tap.h"

static void
test_use(const char *folder)
{
	struct scratch a, b;
	char got[8] = "";

	scratch_init(&a, folder);
	scratch_init(&b, folder);
	is_int(scratch_read(&a, 0, got, 1), ERR_CORRUPT,
	       "nothing is there before it is written");
	is_int(scratch_write(&a, 100, "first", 5), 0, "it can be written");
	is_int(scratch_write(&b, 100, "other", 5), 0, "and so can another");
	is_int(scratch_read(&a, 100, got, 5), 0, "and read");
	is_bytes(got, 5, "first", 5, "each is its own");
	is_int(scratch_read(&a, 103, got, 5), ERR_CORRUPT,
	       "what is not there in full is not read");
	is_int(rmdir(folder), 0, "it has no name in its folder");
	scratch_release(&a);
	scratch_release(&b);
}

static void
test_failures(const char *folder)
{
	struct scratch s;

	scratch_init(&s, folder);
	is_int(scratch_write(&s, 0, "x", 1), ERR_NOENT, "no such folder");
	is_int(mkdir(folder, 0700), 0, "now there is one");
	for (int i = 1; i <= 3; i++) {
		io_fail_at(i, ENOSPC);
		is_int(scratch_write(&s, 0, "x", 1), ERR_NOSPC, "it fails");
		io_fail_at(-1, 0);
		is_int(s.fd, -1, "and is not there");
		(void)unlinkat(AT_FDCWD, "scratch-0", 0);
	}
	is_int(scratch_write(&s, 0, "x", 1), 0, "and then it does not");
	scratch_release(&s);
}

int
main(void)
{
	char folder[] = "/tmp/scratch-XXXXXX";

	if (mkdtemp(folder) == NULL)
		return EXIT_FAILURE;
	test_use(folder);
	test_failures(folder);
	(void)rmdir(folder);
	return tap_done();
}
