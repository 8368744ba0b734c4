/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/ingest/file_notes.h"

#include <inttypes.h>
#include <stdio.h>

#include "analyzer/net/packet.h"

/* "<n> <what><name>" about the file. */
static int
put_note(const struct file_notes *f, struct out *out, enum diag_kind kind,
         uint64_t n, const char *what, const char *name)
{
	char text[256];
	int len = snprintf(text, sizeof(text), "%" PRIu64 " %s%s", n, what,
	                   name);
	struct diag d = {
		.kind = kind,
		.at = { .source = f->source->id },
		.side = -1,
		.len = n,
		.name = f->source->name,
		.text = str_make(text, len < 0 ? 0 : (size_t)len),
	};

	return out_diag(out, &d);
}

static int
put_oddities(const struct file_notes *f, struct out *out)
{
	uint64_t over = capture_oversized(f->capture);
	uint64_t unknown = capture_unknown_blocks(f->capture);
	int rc = 0;

	if (f->unknown_links > 0)
		rc = put_note(f, out, DIAG_LINK_UNKNOWN, f->unknown_links,
		              "packets have a link type that is not read: ",
		              net_link_name(f->unknown_link));
	if (rc == 0 && over > 0)
		rc = put_note(f, out, DIAG_LIMIT, over,
		              "records are longer than the limit; raise it "
		              "with --limit record-bytes=N",
		              "");
	if (rc == 0 && unknown > 0)
		rc = put_note(f, out, DIAG_BLOCKS_UNKNOWN, unknown,
		              "pcapng blocks were passed over", "");
	if (rc == 0 && f->steps_back > 0)
		rc = put_note(f, out, DIAG_TIME_ODD, f->steps_back,
		              "times the clock goes back by over a minute", "");
	return rc;
}

static int
put_iface(const struct file_notes *f, struct out *out, size_t i)
{
	const struct capture_iface *cf = capture_iface(f->capture, i);
	struct tally saw = tally_list_of(f->tallies, i);
	struct index_iface row = {
		.source = f->source->id,
		.iface = (uint32_t)i,
		.point = saw.point,
		.name = cf->name,
		.linktype = cf->linktype,
		.snaplen = cf->snaplen,
		.records = saw.records,
		.first_ts = saw.first_ts,
		.last_ts = saw.last_ts,
		.drops = cf->has_drops ? (int64_t)cf->drops : -1,
	};
	int rc = out_iface(out, &row);

	if (rc == 0 && cf->has_drops && cf->drops > 0)
		rc = put_note(f, out, DIAG_AGENT_DROPS, cf->drops,
		              "packets were dropped by the capture", "");
	return rc;
}

int
file_notes_put(const struct file_notes *n, struct out *out)
{
	int rc = put_oddities(n, out);

	for (size_t i = 0; i < capture_iface_count(n->capture) && rc == 0; i++)
		rc = put_iface(n, out, i);
	return rc;
}
