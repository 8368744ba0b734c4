/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/parked.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

void
parked_init(struct parked_bytes *f)
{
	*f = (struct parked_bytes){ .reads = 0 };
	buf_init(&f->b, (size_t)256 << 20);
}

void
parked_release(struct parked_bytes *f)
{
	buf_release(&f->b);
}

static bool
fails(const struct parked_bytes *f)
{
	return f->fail_at != 0 && f->reads + f->writes == f->fail_at;
}

int
parked_read(struct parked_bytes *f, uint64_t off, void *p, size_t n)
{
	f->reads++;
	if (fails(f) || off + n > f->b.n)
		return ERR_IO;
	memcpy(p, f->b.p + off, n);
	return 0;
}

int
parked_write(struct parked_bytes *f, uint64_t off, const void *p, size_t n)
{
	f->writes++;
	if (fails(f))
		return ERR_IO;
	while (f->b.n < off + n) {
		if (buf_append_byte(&f->b, 0) != 0)
			abort();
	}
	memcpy(f->b.p + off, p, n);
	return 0;
}
