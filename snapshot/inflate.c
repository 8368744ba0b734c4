/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/inflate.h"

#include "base/mem.h"

bool
inflate_sniff(struct str head)
{
	return str_starts(head, STR("\x1f\x8b\x08"));
}

#ifdef HAVE_ISAL

#include <isa-l/igzip_lib.h>

struct inflate {
	struct inflate_source from;
	struct inflate_state st;
	uint64_t got; /* compressed bytes read */
	int code;     /* the failure to report once the bytes are given */
	bool eof;     /* the source has no more */
	bool ended;   /* the last member is complete */
	bool trailing;
	uint8_t in[INFLATE_IN_MAX];
	uint8_t out[INFLATE_OUT_MAX];
};

bool
inflate_available(void)
{
	return true;
}

struct inflate *
inflate_new(struct inflate_source from)
{
	/* Not zeroed: only the state is read before it is written. */
	struct inflate *z = mem_alloc(sizeof(*z));

	if (z == NULL)
		return NULL;
	z->from = from;
	isal_inflate_init(&z->st);
	z->st.crc_flag = ISAL_GZIP;
	z->got = 0;
	z->code = 0;
	z->eof = false;
	z->ended = false;
	z->trailing = false;
	return z;
}

void
inflate_free(struct inflate *z)
{
	mem_free(z);
}

static void
refill(struct inflate *z)
{
	size_t n = 0;
	int rc = z->from.read(z->from.ctx, z->in, sizeof(z->in), &n);

	if (rc != 0) {
		z->code = rc;
		return;
	}
	z->eof = n == 0;
	z->got += n;
	z->st.next_in = z->in;
	z->st.avail_in = (uint32_t)n;
}

/*
 * A member is complete. Is there another? What follows the last one is not
 * ours: tapes and some uploads pad with zeros, anything else is remembered.
 */
static void
next_member(struct inflate *z)
{
	if (z->st.avail_in == 0)
		refill(z);
	if (z->code != 0)
		return;
	if (z->st.avail_in > 0 && z->st.next_in[0] == 0x1f) {
		isal_inflate_reset(&z->st);
		z->st.crc_flag = ISAL_GZIP;
		return;
	}
	z->trailing = z->st.avail_in > 0 && z->st.next_in[0] != 0;
	z->ended = true;
}

/* One step: more input, the next member, or more output. */
static void
step(struct inflate *z)
{
	uint32_t in, out;

	if (z->st.block_state == ISAL_BLOCK_FINISH) {
		next_member(z);
		return;
	}
	if (z->st.avail_in == 0 && !z->eof) {
		refill(z);
		if (z->code != 0)
			return;
	}
	in = z->st.avail_in;
	out = z->st.avail_out;
	if (isal_inflate(&z->st) != ISAL_DECOMP_OK)
		z->code = ERR_CORRUPT;
	else if (z->eof && z->st.avail_in == in && z->st.avail_out == out &&
	         z->st.block_state != ISAL_BLOCK_FINISH)
		z->code = ERR_TRUNCATED;
}

int
inflate_next(struct inflate *z, const void **ret_p, size_t *ret_n)
{
	z->st.next_out = z->out;
	z->st.avail_out = sizeof(z->out);
	while (z->code == 0 && !z->ended && z->st.avail_out > 0)
		step(z);
	if (z->code != 0 && z->st.avail_out == sizeof(z->out))
		return z->code;
	*ret_p = z->out;
	*ret_n = sizeof(z->out) - z->st.avail_out;
	return 0;
}

uint64_t
inflate_taken(const struct inflate *z)
{
	return z->got - z->st.avail_in;
}

bool
inflate_trailing(const struct inflate *z)
{
	return z->trailing;
}

#else /* HAVE_ISAL */

bool
inflate_available(void)
{
	return false;
}

struct inflate *
inflate_new(struct inflate_source from)
{
	(void)from;
	return NULL;
}

void
inflate_free(struct inflate *z)
{
	(void)z;
}

int
inflate_next(struct inflate *z, const void **ret_p, size_t *ret_n)
{
	(void)z, (void)ret_p, (void)ret_n;
	return ERR_UNSUPPORTED;
}

uint64_t
inflate_taken(const struct inflate *z)
{
	(void)z;
	return 0;
}

bool
inflate_trailing(const struct inflate *z)
{
	(void)z;
	return false;
}

#endif /* HAVE_ISAL */
