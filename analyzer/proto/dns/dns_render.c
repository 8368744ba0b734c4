/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/dns/dns_render.h"

#include "analyzer/proto/dns/dns_rdata.h"
#include "analyzer/proto/dns/dns_text.h"
#include "analyzer/proto/dns/dns_view.h"

enum { CLASS_TOP = 0x8000, EDNS_DO = 0x8000 };

/* An array that is begun when its first element comes. */
struct list {
	struct dns_view *v;
	struct sink *out;
	bool begun;
};

static void
list_begin(struct list *l)
{
	if (!l->begun)
		sink_begin_array(l->out);
	l->begun = true;
}

static void
render_class(struct list *l, const struct dns_record *r, const char *top)
{
	char text[DNS_TEXT_NUMBER];
	uint16_t rclass = r->rclass;

	if (l->v->multicast) {
		sink_member_boolean(l->out, top, (rclass & CLASS_TOP) != 0);
		rclass &= CLASS_TOP - 1;
	}
	/* OPT has the size of datagrams in the place of a class. */
	sink_member_string(l->out, "class",
	                   r->type == DNS_TYPE_OPT
	                       ? STR("Unknown")
	                       : dns_text_class(rclass, text));
}

static void
render_name(struct list *l, const struct dns_record *r)
{
	char text[DNS_NAME_TEXT];

	sink_member_string(l->out, "name", dns_name_text(&r->name, text));
}

static void
render_type(struct list *l, const struct dns_record *r)
{
	char text[DNS_TEXT_NUMBER];

	sink_member_string(l->out, "type", dns_text_type(r->type, text));
}

static int
render_question(void *ctx, const struct dns_item *item)
{
	struct list *l = ctx;

	list_begin(l);
	sink_begin_object(l->out);
	render_class(l, item->r, "unicastResponse");
	render_name(l, item->r);
	render_type(l, item->r);
	sink_end_object(l->out);
	return l->out->error;
}

static int
render_part(struct list *l, const struct dns_item *item, const char *key,
            enum dns_part part)
{
	struct buf *text = &l->v->text;
	int err;

	if (!sink_want(l->out, str_from_c(key)))
		return 0;
	buf_clear(text);
	err = part == DNS_PARTS
	          ? dns_rdata_text(item->msg, item->r, text)
	          : dns_rdata_part(item->msg, item->r, part, text);
	sink_string(l->out, buf_str(text));
	return err;
}

static int
render_record(void *ctx, const struct dns_item *item)
{
	static const struct {
		const char *key;
		enum dns_part part;
	} before[] = { { "cname", DNS_PART_CNAME },
		       { "data", DNS_PARTS },
		       { "ip", DNS_PART_IP },
		       { "mx", DNS_PART_MX } },
	  between[] = { { "ns", DNS_PART_NS },
		        { "opt", DNS_PART_OPT },
		        { "ptr", DNS_PART_PTR },
		        { "soa", DNS_PART_SOA },
		        { "srv", DNS_PART_SRV } };
	struct list *l = ctx;
	int err = 0;

	list_begin(l);
	sink_begin_object(l->out);
	render_class(l, item->r, "cacheFlush");
	for (size_t i = 0; err == 0 && i < ARRAY_LEN(before); i++)
		err = render_part(l, item, before[i].key, before[i].part);
	render_name(l, item->r);
	for (size_t i = 0; err == 0 && i < ARRAY_LEN(between); i++)
		err = render_part(l, item, between[i].key, between[i].part);
	sink_member_integer(l->out, "ttl", item->r->ttl);
	if (err == 0)
		err = render_part(l, item, "txts", DNS_PART_TXTS);
	render_type(l, item->r);
	if (err == 0)
		err = render_part(l, item, "uri", DNS_PART_URI);
	sink_end_object(l->out);
	return err != 0 ? err : l->out->error;
}

/* An array, null when there is nothing in it; or no member at all then. */
static int
render_section(struct dns_view *v, const char *key, enum dns_section section,
               struct sink *out)
{
	struct list l = { .v = v, .out = out };
	bool always = v->side == SIDE_RESPONSE || section == DNS_QUESTION;
	int err;

	if ((!always && v->g.h.count[section] == 0) ||
	    !sink_want(out, str_from_c(key)))
		return 0;
	err = dns_view_each(
	    v, section,
	    section == DNS_QUESTION ? render_question : render_record, &l);
	if (l.begun)
		sink_end_array(out);
	else
		sink_null(out);
	return err;
}

static int
render_options(struct dns_view *v, struct str msg, struct sink *out)
{
	struct str data = str_head(str_tail(msg, v->g.opt.off), v->g.opt.len);
	struct cursor c = cur_from_str(data, false);
	struct dns_option o;
	int err = 0;

	sink_key(out, STR("options"));
	sink_begin_array(out);
	while (err == 0 && dns_rdata_option(&c, &o)) {
		buf_clear(&v->text);
		err = dns_rdata_option_text(&o, &v->text);
		sink_begin_object(out);
		sink_member_integer(out, "code", o.code);
		sink_member_string(out, "name", dns_text_option(o.code));
		sink_member_string(out, "value", buf_str(&v->text));
		sink_end_object(out);
	}
	sink_end_array(out);
	return err;
}

static int
render_edns(void *ctx, const struct dns_item *item)
{
	struct list *l = ctx;
	const struct dns_record *r = item->r;
	int err;

	if (l->begun || r->type != DNS_TYPE_OPT)
		return 0;
	l->begun = true;
	if (!sink_want(l->out, STR("edns")))
		return 0;
	sink_begin_object(l->out);
	sink_member_boolean(l->out, "dnssecOk", (r->ttl & EDNS_DO) != 0);
	err = render_options(l->v, item->msg, l->out);
	sink_member_integer(l->out, "udpSize", r->rclass);
	sink_member_integer(l->out, "version", r->ttl >> 16 & 0xff);
	sink_end_object(l->out);
	return err;
}

static void
render_bit(struct dns_view *v, const char *key, enum dns_flag bit,
           struct sink *out)
{
	sink_member_boolean(out, key, (v->g.h.flags & bit) != 0);
}

/* The members up to "code", which both sides may have. */
static int
render_front(struct dns_view *v, struct sink *out)
{
	int err = render_section(v, "additionals", DNS_ADDITIONAL, out);

	if (err == 0)
		err = render_section(v, "answers", DNS_ANSWER, out);
	render_bit(v, "authenticData", DNS_AD, out);
	if (v->side == SIDE_RESPONSE)
		render_bit(v, "authoritative", DNS_AA, out);
	if (err == 0)
		err = render_section(v, "authorities", DNS_AUTHORITY, out);
	render_bit(v, "checkingDisabled", DNS_CD, out);
	return err;
}

static int
render_message(struct dns_view *v, struct sink *out)
{
	struct list edns = { .v = v, .out = out };
	bool response = v->side == SIDE_RESPONSE;
	bool asks = !response || !v->x->entry->request.present;
	int err = render_front(v, out);

	if (response)
		sink_member_string(out, "code", dns_text_rcode(v->g.rcode));
	if (err == 0 && v->g.edns)
		err = dns_view_each(v, DNS_ADDITIONAL, render_edns, &edns);
	sink_member_integer(out, "id", v->g.h.id);
	if (v->malformed)
		sink_member_boolean(out, "malformed", true);
	if (asks) {
		sink_member_string(out, "opCode",
		                   dns_text_opcode(v->g.h.opcode));
		if (err == 0)
			err = render_section(v, "questions", DNS_QUESTION, out);
	}
	if (response) {
		sink_member_integer(out, "rcode", v->g.rcode);
		render_bit(v, "recursionAvailable", DNS_RA, out);
	}
	render_bit(v, "recursionDesired", DNS_RD, out);
	render_bit(v, "truncated", DNS_TC, out);
	return err;
}

int
dns_render(const struct exchange *x, enum side side, struct sink *out)
{
	struct dns_view v;
	int err = dns_view_open(&v, x, side);

	sink_begin_object(out);
	if (err == 0 && v.readable)
		err = render_message(&v, out);
	sink_end_object(out);
	dns_view_release(&v);
	return err != 0 ? err : out->error;
}

int
dns_render_body(const struct exchange *x, enum side side, bool decoded,
                struct body_range range, const struct body_out *out)
{
	(void)x, (void)side, (void)decoded, (void)range, (void)out;
	return 0;
}
