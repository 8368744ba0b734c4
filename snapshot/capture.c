/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/capture.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/err.h"
#include "base/mem.h"
#include "snapshot/capture_impl.h"
#include "snapshot/pcap_in.h"
#include "snapshot/pcapng_in.h"

enum {
	MAGIC = 4,
	/* Blocks this large are looked at whatever record-bytes says. */
	BLOCK_MIN = 64 * 1024,
	/* What the limits may be set to, so that sums of sizes fit. */
	RECORD_MAX = 1 << 30,
	TABLE_MAX = 1 << 24,
};

enum capture_format
capture_sniff(const uint8_t *p, size_t n)
{
	struct cursor c = cur_make(p, n, false);
	uint32_t magic = cur_be32(&c);

	if (!cur_ok(&c))
		return CAPTURE_UNKNOWN;
	if (magic == PCAPNG_MAGIC)
		return CAPTURE_PCAPNG;
	return pcap_in_magic(magic) ? CAPTURE_PCAP : CAPTURE_UNKNOWN;
}

static size_t
table_max(uint64_t limit)
{
	return limit < TABLE_MAX ? (size_t)limit : TABLE_MAX;
}

struct capture *
capture_new(const struct snapshot_limits *limits)
{
	struct capture *c = mem_zalloc(sizeof(*c));

	if (c == NULL)
		return NULL;
	c->state = CAPTURE_AT_START;
	c->max_record = limits->record_bytes < RECORD_MAX
	                    ? (uint32_t)limits->record_bytes
	                    : RECORD_MAX;
	c->max_block = c->max_record > BLOCK_MIN ? c->max_record : BLOCK_MIN;
	c->max_ifaces = table_max(limits->interfaces);
	c->max_sections = table_max(limits->sections);
	arena_init(&c->names, (size_t)CAPTURE_NAME_MAX * c->max_ifaces, 0);
	return c;
}

void
capture_free(struct capture *c)
{
	if (c == NULL)
		return;
	arena_release(&c->names);
	mem_free(c->iface);
	mem_free(c->section);
	mem_free(c);
}

bool
capture_more(struct capture *c, size_t need)
{
	c->need = need;
	c->step = CAPTURE_MORE;
	return false;
}

bool
capture_skip(struct capture *c, size_t n, bool record)
{
	c->resume = c->state;
	c->state = CAPTURE_AT_SKIP;
	c->need = n;
	c->skips_record = record;
	c->records += record;
	c->oversized += record;
	c->step = CAPTURE_SKIP;
	return false;
}

bool
capture_broken(struct capture *c, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(c->reason, sizeof(c->reason), fmt, ap);
	va_end(ap);
	c->error = code;
	c->state = CAPTURE_AT_BREAK;
	c->need = 0;
	c->step = CAPTURE_BROKEN;
	return false;
}

void *
capture_grow(struct capture *c, struct capture_table t, size_t max,
             const char *what)
{
	size_t cap = *t.cap > 0 ? *t.cap * 2 : 1;
	void *p;

	if (t.count < *t.cap)
		return t.items;
	if (t.count >= max) {
		capture_broken(c, ERR_LIMIT, "more than %zu %s", max, what);
		return NULL;
	}
	p = mem_regrow(t.items, cap, t.size);
	if (p == NULL) {
		capture_broken(c, ERR_NOMEM, "no memory for its %s", what);
		return NULL;
	}
	*t.cap = cap;
	return p;
}

struct capture_entry *
capture_add_iface(struct capture *c)
{
	struct capture_table t = { c->iface, c->iface_count, &c->iface_cap,
		                   sizeof(*c->iface) };
	struct capture_entry *grown;

	grown = capture_grow(c, t, c->max_ifaces, "interfaces");
	if (grown == NULL)
		return NULL;
	c->iface = grown;
	grown += c->iface_count++;
	*grown = (struct capture_entry){ .pub = { .linktype = 0 } };
	return grown;
}

/* What the file is; from then on `state` tells where we are in it. */
static bool
capture_begin(struct capture *c, struct cursor *in)
{
	struct cursor h = *in;
	struct str magic = cur_take(&h, MAGIC);

	if (!cur_ok(&h))
		return capture_more(c, MAGIC);
	c->format = capture_sniff((const uint8_t *)magic.p, magic.n);
	switch (c->format) {
	case CAPTURE_PCAP:
		return pcap_in_open(c, in);
	case CAPTURE_PCAPNG:
		c->state = CAPTURE_AT_PCAPNG;
		return true;
	case CAPTURE_UNKNOWN:
		break;
	}
	return capture_broken(c, ERR_UNSUPPORTED,
	                      "neither pcap nor pcapng by its first bytes");
}

enum capture_step
capture_next(struct capture *c, struct cursor *in, struct record *ret_record,
             struct capture_block *ret_block)
{
	if (unlikely(c->state == CAPTURE_AT_START) && !capture_begin(c, in))
		return c->step;
	switch (c->state) {
	case CAPTURE_AT_PCAP:
		return pcap_in_next(c, in, ret_record);
	case CAPTURE_AT_PCAPNG:
		return pcapng_in_next(c, in, ret_record, ret_block);
	case CAPTURE_AT_SKIP:
		return CAPTURE_SKIP;
	case CAPTURE_AT_START:
	case CAPTURE_AT_BREAK:
		break;
	}
	return CAPTURE_BROKEN;
}

size_t
capture_need(const struct capture *c)
{
	return c->need;
}

size_t
capture_need_max(const struct capture *c)
{
	size_t packet = (size_t)c->max_record + PCAPNG_ROOM;

	return packet > c->max_block ? packet : c->max_block;
}

void
capture_skipped(struct capture *c, size_t n)
{
	ENSURE(c->state == CAPTURE_AT_SKIP && n <= c->need);
	c->off += n;
	c->need -= n;
	if (c->need == 0)
		c->state = c->resume;
}

uint64_t
capture_offset(const struct capture *c)
{
	return c->off;
}

int
capture_end(struct capture *c, size_t left)
{
	switch (c->state) {
	case CAPTURE_AT_BREAK:
		return c->error;
	case CAPTURE_AT_START:
		if (c->off + left == 0)
			capture_broken(c, ERR_TRUNCATED, "the file is empty");
		else
			capture_broken(c, ERR_TRUNCATED,
			               "the file ends after %zu bytes, within "
			               "its header",
			               left);
		return c->error;
	case CAPTURE_AT_SKIP:
		if (c->skips_record)
			capture_broken(c, ERR_TRUNCATED,
			               "the file ends %zu bytes before the end "
			               "of record %" PRIu64
			               ", which is over the limit record-bytes",
			               c->need - left, c->records);
		else
			capture_broken(c, ERR_TRUNCATED,
			               "the file ends %zu bytes before the end "
			               "of a block that was passed over, after "
			               "%" PRIu64 " records",
			               c->need - left, c->records);
		return c->error;
	case CAPTURE_AT_PCAP:
	case CAPTURE_AT_PCAPNG:
		break;
	}
	if (left == 0)
		return 0;
	capture_broken(c, ERR_TRUNCATED,
	               "the file ends %zu bytes into %s at byte %" PRIu64
	               ", after %" PRIu64 " records",
	               left,
	               c->format == CAPTURE_PCAP ? "the record" : "the block",
	               c->off, c->records);
	return c->error;
}

int
capture_error(const struct capture *c)
{
	return c->error;
}

const char *
capture_reason(const struct capture *c)
{
	return c->reason;
}

enum capture_format
capture_format(const struct capture *c)
{
	return c->format;
}

uint64_t
capture_records(const struct capture *c)
{
	return c->records;
}

uint64_t
capture_oversized(const struct capture *c)
{
	return c->oversized;
}

uint64_t
capture_unknown_blocks(const struct capture *c)
{
	return c->unknown_blocks;
}

size_t
capture_iface_count(const struct capture *c)
{
	return c->iface_count;
}

const struct capture_iface *
capture_iface(const struct capture *c, size_t i)
{
	return i < c->iface_count ? &c->iface[i].pub : NULL;
}

int
capture_reread(const struct capture *c, struct cursor before, uint64_t off,
               struct record *ret_record)
{
	struct record r = { .off = off };
	int rc = ERR_UNSUPPORTED;

	if (c->format == CAPTURE_PCAP && c->iface_count > 0)
		rc = pcap_in_reread(c, before, &r);
	else if (c->format == CAPTURE_PCAPNG)
		rc = pcapng_in_reread(c, before, &r);
	if (rc == 0)
		*ret_record = r;
	return rc;
}
