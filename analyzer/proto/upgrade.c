/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/upgrade.h"

#include <inttypes.h>

#include "base/cursor.h"

enum { UPGRADE_PARTS = 6 };

/* Each part is the number of its bytes in four, and then the bytes. */
struct str
upgrade_write(const struct upgrade *u, struct arena *a)
{
	struct str off = arena_printf(a, "%" PRIu64, u->off);
	const struct str part[UPGRADE_PARTS] = { u->target,     u->host,
		                                 u->extensions, u->protocol,
		                                 u->request,    off };
	size_t n = 0, at = 0;
	char *out;

	for (size_t i = 0; i < UPGRADE_PARTS; i++)
		n += 4 + part[i].n;
	out = arena_alloc(a, n);
	if (out == NULL)
		return STR_NONE;
	for (size_t i = 0; i < UPGRADE_PARTS; i++) {
		for (int shift = 24; shift >= 0; shift -= 8)
			out[at++] = (char)(part[i].n >> shift & 0xff);
		if (part[i].n != 0)
			memcpy(out + at, part[i].p, part[i].n);
		at += part[i].n;
	}
	return str_make(out, n);
}

bool
upgrade_read(struct str handed, struct upgrade *ret_upgrade)
{
	struct cursor c = cur_from_str(handed, false);
	struct str part[UPGRADE_PARTS];
	uint64_t off = 0;

	for (size_t i = 0; i < UPGRADE_PARTS; i++) {
		uint32_t n = cur_be32(&c);

		part[i] = cur_take(&c, n);
	}
	*ret_upgrade = (struct upgrade){ .target = STR_NONE };
	if (!cur_ok(&c) || !cur_at_end(&c) || str_u64(part[5], &off) != 0)
		return false;
	*ret_upgrade = (struct upgrade){ part[0], part[1], part[2],
		                         part[3], part[4], off };
	return true;
}
