/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/dns/dns_represent.h"

#include <stdio.h>

#include "analyzer/proto/dns/dns_rdata.h"
#include "analyzer/proto/dns/dns_text.h"
#include "analyzer/proto/dns/dns_view.h"
#include "analyzer/proto/section.h"

/* Room for a title or a selector; both are made of our own words. */
#define SELECTOR_MAX 64u

/* Tables of a section of the message being written. */
struct table {
	struct dns_view *v;
	struct sink *out;
	struct section s;
	const char *title; /* "Answer" */
	const char *path;  /* "response.answers" */
	size_t index;
};

static struct str
formatted(int n, const char *text)
{
	return str_make(text, n > 0 ? (size_t)n : 0);
}

/* The table of one record: "Answer [0]". */
static void
table_begin_item(struct table *t, size_t index)
{
	char text[SELECTOR_MAX];
	int n = snprintf(text, sizeof(text), "%s [%zu]", t->title, index);

	t->index = index;
	section_begin(&t->s, formatted(n, text), t->out);
}

/* A row about the table's item: response.answers[0].ip */
static void
item_end(struct table *t, const char *member)
{
	char text[SELECTOR_MAX];

	(void)snprintf(text, sizeof(text), "%s[%zu].%s", t->path, t->index,
	               member);
	section_row_end(&t->s, str_from_c(text));
}

static void
item(struct table *t, const char *name, struct str value, const char *member)
{
	section_row_begin(&t->s, str_from_c(name));
	jout_str(&t->s.rows, value);
	item_end(t, member);
}

static void
item_head(struct table *t, const struct dns_record *r)
{
	char text[DNS_NAME_TEXT];
	char number[DNS_TEXT_NUMBER];
	uint16_t mask = t->v->multicast ? 0x7fff : 0xffff;

	item(t, "Name", dns_name_text(&r->name, text), "name");
	item(t, "Type", dns_text_type(r->type, number), "type");
	item(t, "Class",
	     r->type == DNS_TYPE_OPT ? STR("Unknown")
	                             : dns_text_class(r->rclass & mask, number),
	     "class");
}

static int
represent_question(void *ctx, const struct dns_item *it)
{
	struct table *t = ctx;

	table_begin_item(t, it->index);
	item_head(t, it->r);
	section_end(&t->s);
	return t->out->error;
}

static int
represent_record(void *ctx, const struct dns_item *it)
{
	static const struct {
		const char *name, *member;
		enum dns_part part;
	} rows[] = {
		{ "IP", "ip", DNS_PART_IP },
		{ "NS", "ns", DNS_PART_NS },
		{ "CNAME", "cname", DNS_PART_CNAME },
		{ "PTR", "ptr", DNS_PART_PTR },
		{ "TXTs", "txts", DNS_PART_TXTS },
		{ "SOA", "soa", DNS_PART_SOA },
		{ "SRV", "srv", DNS_PART_SRV },
		{ "MX", "mx", DNS_PART_MX },
		{ "OPT", "opt", DNS_PART_OPT },
		{ "URI", "uri", DNS_PART_URI },
	};
	struct table *t = ctx;
	struct buf *text = &t->v->text;
	int err = 0;

	table_begin_item(t, it->index);
	item_head(t, it->r);
	section_row_begin(&t->s, STR("TTL"));
	jout_uint(&t->s.rows, it->r->ttl);
	item_end(t, "ttl");
	for (size_t i = 0; err == 0 && i < ARRAY_LEN(rows); i++) {
		buf_clear(text);
		err = dns_rdata_part(it->msg, it->r, rows[i].part, text);
		item(t, rows[i].name, buf_str(text), rows[i].member);
	}
	if (err == 0 && dns_rdata_has_more(it->r)) {
		buf_clear(text);
		err = dns_rdata_text(it->msg, it->r, text);
		item(t, "Data", buf_str(text), "data");
	}
	section_end(&t->s);
	return err != 0 ? err : t->out->error;
}

static int
represent_section(struct dns_view *v, enum dns_section section,
                  struct sink *out)
{
	static const char *const titles[DNS_SECTIONS] = { "Question", "Answer",
		                                          "Authorities",
		                                          "Additionals" };
	static const char *const paths[2][DNS_SECTIONS] = {
		{ "request.questions", "request.answers", "request.authorities",
		  "request.additionals" },
		{ "response.questions", "response.answers",
		  "response.authorities", "response.additionals" },
	};
	struct table t = {
		.v = v,
		.out = out,
		.title = titles[section],
		.path = paths[v->side == SIDE_RESPONSE][section],
	};

	return dns_view_each(v, section,
	                     section == DNS_QUESTION ? represent_question
	                                             : represent_record,
	                     &t);
}

/* The header's bits as dig shows them. */
static struct str
flags_text(const struct dns_view *v, char out[SELECTOR_MAX])
{
	static const struct {
		enum dns_flag bit;
		const char *name;
	} rows[] = { { DNS_QR, "qr" }, { DNS_AA, "aa" }, { DNS_TC, "tc" },
		     { DNS_RD, "rd" }, { DNS_RA, "ra" }, { DNS_AD, "ad" },
		     { DNS_CD, "cd" } };
	int n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if ((v->g.h.flags & rows[i].bit) != 0)
			n += snprintf(out + n, SELECTOR_MAX - (size_t)n, "%s%s",
			              n != 0 ? " " : "", rows[i].name);
	}
	return formatted(n, out);
}

static void
represent_details(struct dns_view *v, struct sink *out)
{
	bool response = v->side == SIDE_RESPONSE;
	char text[SELECTOR_MAX];
	struct section t;

	section_begin(&t, STR("Details"), out);
	if (response)
		section_text(&t, "Code", dns_text_rcode(v->g.rcode),
		             "response.code");
	else
		section_text(&t, "OpCode", dns_text_opcode(v->g.h.opcode),
		             "request.opCode");
	section_number(&t, "ID", v->g.h.id,
	               response ? "response.id" : "request.id");
	section_text(&t, "Flags", flags_text(v, text), "");
	section_end(&t);
}

static int
represent_message(struct dns_view *v, struct sink *out)
{
	bool asks = v->side == SIDE_REQUEST || !v->x->entry->request.present;
	int err = 0;

	represent_details(v, out);
	for (int i = asks ? DNS_QUESTION : DNS_ANSWER;
	     err == 0 && i < DNS_SECTIONS; i++)
		err = represent_section(v, (enum dns_section)i, out);
	return err;
}

int
dns_represent(const struct exchange *x, enum side side, struct sink *out)
{
	struct dns_view v;
	int err = dns_view_open(&v, x, side);

	sink_begin_array(out);
	if (err == 0 && v.readable)
		err = represent_message(&v, out);
	sink_end_array(out);
	dns_view_release(&v);
	return err != 0 ? err : out->error;
}
