/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of files: the right bytes, whatever was read before. */
#include "analyzer/query/blocks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "tests/tap/tap.h"

#define SMALL 100u
/* More pieces than are kept, the last one not whole. */
#define LARGE ((uint64_t)BLOCKS_SIZE * (BLOCKS_MAX + 9) + 77)

static uint8_t
byte_at(uint32_t source, uint64_t off)
{
	return (uint8_t)(off * 31 + (off >> 16) * 7 + source);
}

static void
make(const char *path, uint32_t source, uint64_t n)
{
	FILE *f = fopen(path, "wb");

	if (f == NULL)
		abort();
	for (uint64_t i = 0; i < n; i++)
		(void)fputc(byte_at(source, i), f);
	(void)fclose(f);
}

static bool
is_right(struct blocks *b, uint32_t source, uint64_t off, size_t n)
{
	struct err e = ERR_INIT;

	while (n > 0) {
		struct str got;

		if (blocks_at(b, source, off, n, &e, &got) != 0 || got.n == 0 ||
		    got.n > n)
			return false;
		for (size_t i = 0; i < got.n; i++) {
			if ((uint8_t)got.p[i] != byte_at(source, off + i))
				return false;
		}
		off += got.n;
		n -= got.n;
	}
	return true;
}

static void
test_reads(struct blocks *b)
{
	uint64_t seed = 88172645463325252u;
	int wrong = 0;

	for (int i = 0; i < 3000; i++) {
		uint64_t off;

		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		off = seed % (LARGE - 1000);
		wrong += !is_right(b, 1, off, seed % 1000 + 1);
		wrong += !is_right(b, 0, seed % SMALL, 1);
	}
	is_int(wrong, 0, "reads here and there");
	ok(is_right(b, 1, 0, LARGE), "the whole, through all places");
	ok(is_right(b, 1, LARGE - 1, 1), "the last byte");
}

static void
test_refusals(struct blocks *b, const char *large)
{
	struct err e = ERR_INIT;
	struct str got;

	is_int(blocks_at(b, 1, LARGE, 1, &e, &got), ERR_TRUNCATED,
	       "behind the end, in its piece");
	is_int(blocks_at(b, 0, UINT64_C(1) << 40, 1, &e, &got), ERR_TRUNCATED,
	       "far behind it");
	is_int(blocks_at(b, 7, 0, 1, &e, &got), ERR_NOTFOUND,
	       "a source that there is not");
	ok(is_right(b, 0, 0, SMALL), "others can be read all the same");
	ok(truncate(large, 10) == 0, "a file is cut");
	is_int(blocks_at(b, 1, 0, 1, &e, &got), ERR_TRUNCATED,
	       "which the next piece notices");
}

static void
test_no_memory(struct evidence *ev)
{
	struct err e = ERR_INIT;
	struct blocks *b;
	struct str got;

	mem_fail_at(1, false);
	b = blocks_new(ev);
	mem_fail_at(-1, false);
	ok(b == NULL, "no memory for the table");
	b = blocks_new(ev);
	mem_fail_at(1, false);
	is_int(blocks_at(b, 0, 0, 1, &e, &got), ERR_NOMEM,
	       "no memory for a piece");
	mem_fail_at(-1, false);
	ok(is_right(b, 0, 0, SMALL), "and then there is");
	blocks_free(b);
	blocks_free(NULL);
}

int
main(void)
{
	char dir[] = "/tmp/blocks.XXXXXX";
	char small[64], large[64];
	struct evidence_file files[2] = { { .path = small, .size = SMALL },
		                          { .path = large, .size = LARGE } };
	struct evidence *ev = evidence_new();
	struct blocks *b;

	if (mkdtemp(dir) == NULL || ev == NULL)
		return 1;
	(void)snprintf(small, sizeof(small), "%s/small", dir);
	(void)snprintf(large, sizeof(large), "%s/large", dir);
	make(small, 0, SMALL);
	make(large, 1, LARGE);
	ok(evidence_add(ev, 0, &files[0]) == 0 &&
	       evidence_add(ev, 1, &files[1]) == 0,
	   "two files");
	is_int((intmax_t)evidence_size(ev, 1), LARGE, "have sizes");
	is_int((intmax_t)evidence_size(ev, 2), 0, "others have none");
	b = blocks_new(ev);
	test_reads(b);
	test_no_memory(ev);
	test_refusals(b, large);
	blocks_free(b);
	evidence_free(ev);
	(void)unlink(small);
	(void)unlink(large);
	(void)rmdir(dir);
	return tap_done();
}
