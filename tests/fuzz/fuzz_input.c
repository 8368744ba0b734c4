/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An archive from a stranger, through the whole input: every member is read,
 * and what is promised about members holds whatever the bytes are. The first
 * byte chooses the sizes of the reads.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/io.h"
#include "base/path.h"
#include "snapshot/input.h"

/* Enough for every corner; more only makes the fuzzer slow. */
#define BYTES_MAX   (4u << 20)
#define MEMBERS_MAX 200u

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

struct count {
	unsigned notes;
};

static void
check(int good)
{
	if (!good)
		abort();
}

static void
note(void *ctx, const struct input_note *note)
{
	struct count *c = (struct count *)ctx;

	c->notes++;
	check(note->code < 0 && note->text[0] != '\0');
	for (size_t i = 0; i < note->name.n; i++)
		check((unsigned char)note->name.p[i] >= ' ');
	for (const char *t = note->text; *t != '\0'; t++)
		check((unsigned char)*t >= ' ');
}

static void
read_all(struct input *in, size_t chunk, struct count *c)
{
	static uint8_t buf[8192];
	struct member m;
	int rc;

	while ((rc = input_next(in, &m)) == 1) {
		uint64_t total = 0;
		size_t got = 1;

		check(path_is_safe(m.name, NULL));
		while (got > 0) {
			rc = input_read(in, buf, chunk, &got);
			if (rc != 0)
				break;
			check(got <= chunk);
			total += got;
		}
		check(total <= BYTES_MAX + sizeof(buf));
		check(rc != 0 || m.size == UINT64_MAX || total == m.size);
		check(rc == 0 || c->notes > 0);
	}
	check(rc == 0 || c->notes > 0);
	check(input_next(in, &m) == rc);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct count c = { 0 };
	struct input_notes notes = { .note = note, .ctx = &c };
	struct snapshot_limits l;
	struct input *in = NULL;
	struct err e = ERR_INIT;
	char path[64];
	size_t chunk;
	int fd;

	if (n == 0)
		return 0;
	chunk = 1 + (size_t)p[0] * 32;
	fd = memfd_create("fuzz", 0);
	if (fd < 0 || io_write_full(fd, p + 1, n - 1) != 0)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	snapshot_limits_init(&l);
	l.bytes = BYTES_MAX;
	l.members = MEMBERS_MAX;
	l.ratio_floor = 1u << 20;
	if (input_open(path, &l, notes, &e, &in) == 0)
		read_all(in, chunk, &c);
	else
		check(e.text[0] != '\0');
	input_free(in);
	close(fd);
	return 0;
}
