/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/stalls.h"

#include "analyzer/api/page.h"
#include "analyzer/export/packets.h"
#include "analyzer/export/pick.h"
#include "analyzer/query/stall.h"
#include "base/clock.h"

enum { SPANS = 100 }; /* the longest list that is sent */

/* What is made for one side, until it is told. */
struct reading {
	struct stall *stall;
	struct pick *pick;
	struct packets *packets;
};

static void
release(struct reading *r)
{
	packets_free(r->packets);
	pick_free(r->pick);
	stall_free(r->stall);
}

static int
pick_wanted(struct call *c, const struct picked *p,
            const struct export_limits *limits, struct reading *r)
{
	size_t n;
	const struct stall_packet *wanted = stall_wanted(r->stall, &n);
	int rc = pick_new(p->opened, limits, &c->cancel, &r->pick);

	for (size_t i = 0; i < n && rc == 0; i++)
		rc = pick_packet(r->pick, wanted[i].at.source, wanted[i].off,
		                 &c->err);
	return rc == 0 ? pick_finish(r->pick, &c->err) : rc;
}

static int
read_wanted(struct call *c, const struct picked *p, struct reading *r)
{
	struct export_limits limits;
	struct packets_setup setup = { .o = p->opened,
		                       .limits = &limits,
		                       .cancel = &c->cancel };
	struct packet packet;
	int rc;

	export_limits_init(&limits);
	rc = pick_wanted(c, p, &limits, r);
	setup.pick = r->pick;
	if (rc == 0)
		rc = packets_open(&setup, &c->err, &r->packets);
	if (rc != 0)
		return rc;
	while ((rc = packets_next(r->packets, &packet, &c->err)) == 1) {
		const struct record *record = &packet.record;
		struct stall_bytes b = { .data = str_make(record->data,
			                                  record->caplen),
			                 .linktype = record->linktype,
			                 .origlen = record->origlen,
			                 .ts = record->ts };

		stall_take(r->stall, packet.source->id, record->off, &b);
	}
	return rc;
}

static void
put_sum(struct json_out *j, const struct stall_sum *sum)
{
	jout_begin_object(j);
	jout_put(j, "ms");
	jout_double(j, (double)sum->ns / (double)CLOCK_MSEC);
	jout_put_uint(j, "bytes", sum->bytes);
	jout_put_uint(j, "missing", sum->missing);
	jout_put_uint(j, "times", sum->n);
	jout_put_bool(j, "complete", sum->complete);
	jout_put(j, "spans");
	jout_begin_array(j);
	for (size_t i = 0; i < sum->n && i < SPANS; i++) {
		jout_begin_object(j);
		page_put_time(j, "from", sum->span[i].from);
		page_put_time(j, "to", sum->span[i].to);
		jout_end_object(j);
	}
	jout_end_array(j);
	jout_end_object(j);
}

static int
put_side(struct call *c, struct json_out *j, const struct picked *p,
         enum side side)
{
	struct reading r = { .stall = NULL };
	struct stall_sum sum;
	size_t n;
	int rc = stall_new(p->opened, &p->row, side, &c->err, &r.stall);

	if (rc != 0)
		return rc;
	if (r.stall == NULL) {
		jout_null(j);
		return 0;
	}
	(void)stall_wanted(r.stall, &n);
	if (n > 0)
		rc = read_wanted(c, p, &r);
	if (rc == 0) {
		stall_sum(r.stall, &sum);
		put_sum(j, &sum);
	}
	release(&r);
	return rc;
}

int
stalls_put(struct call *c, struct json_out *j, const struct picked *p)
{
	int rc = 0;

	jout_put(j, "stalls");
	jout_begin_object(j);
	for (int side = SIDE_REQUEST; side <= SIDE_RESPONSE && rc == 0;
	     side++) {
		jout_put(j, side == SIDE_REQUEST ? "request" : "response");
		if (p->redacted)
			jout_null(j);
		else
			rc = put_side(c, j, p, (enum side)side);
	}
	/* After an error a member may have no value yet. */
	if (rc == 0)
		jout_end_object(j);
	return rc;
}
