/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/dns/dns_represent.h"

#include <stdio.h>

#include "analyzer/proto/dns/dns_rdata.h"
#include "analyzer/proto/dns/dns_text.h"
#include "analyzer/proto/dns/dns_view.h"
#include "base/json_out.h"

/* Room for a title or a selector; both are made of our own words. */
#define SELECTOR_MAX 64u

/* Tables of a section being written; rows are JSON text within a string. */
struct table {
	struct dns_view *v;
	struct sink *out;
	struct json_out rows;
	const char *title; /* "Answer" */
	const char *path;  /* "response.answers" */
	size_t index;
};

static int
table_write(void *ctx, const char *p, size_t n)
{
	struct table *t = ctx;

	sink_text(t->out, str_make(p, n));
	return t->out->error;
}

static struct str
formatted(int n, const char *text)
{
	return str_make(text, n > 0 ? (size_t)n : 0);
}

static void
table_begin(struct table *t, struct str title)
{
	sink_begin_object(t->out);
	sink_member_string(t->out, "type", STR("table"));
	sink_member_string(t->out, "title", title);
	sink_key(t->out, STR("data"));
	sink_text_begin(t->out);
	jout_init(&t->rows, table_write, t);
	jout_begin_array(&t->rows);
}

/* The table of one record: "Answer [0]". */
static void
table_begin_item(struct table *t, size_t index)
{
	char text[SELECTOR_MAX];
	int n = snprintf(text, sizeof(text), "%s [%zu]", t->title, index);

	t->index = index;
	table_begin(t, formatted(n, text));
}

static void
table_end(struct table *t)
{
	int err;

	jout_end_array(&t->rows);
	err = jout_finish(&t->rows);
	sink_text_end(t->out);
	if (err != 0)
		sink_fail(t->out, err);
	sink_end_object(t->out);
}

static void
row_begin(struct table *t, const char *name)
{
	jout_begin_object(&t->rows);
	jout_put_str(&t->rows, "name", str_from_c(name));
	jout_put(&t->rows, "value");
}

static void
row_end(struct table *t, const char *selector)
{
	jout_put_str(&t->rows, "selector", str_from_c(selector));
	jout_end_object(&t->rows);
}

static void
row(struct table *t, const char *name, struct str value, const char *selector)
{
	row_begin(t, name);
	jout_str(&t->rows, value);
	row_end(t, selector);
}

/* A row about the table's item: response.answers[0].ip */
static void
item_end(struct table *t, const char *member)
{
	char text[SELECTOR_MAX];

	(void)snprintf(text, sizeof(text), "%s[%zu].%s", t->path, t->index,
	               member);
	row_end(t, text);
}

static void
item(struct table *t, const char *name, struct str value, const char *member)
{
	row_begin(t, name);
	jout_str(&t->rows, value);
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
	table_end(t);
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
	row_begin(t, "TTL");
	jout_uint(&t->rows, it->r->ttl);
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
	table_end(t);
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
	struct table t = { .v = v, .out = out };
	bool response = v->side == SIDE_RESPONSE;
	char text[SELECTOR_MAX];

	table_begin(&t, STR("Details"));
	if (response)
		row(&t, "Code", dns_text_rcode(v->g.rcode), "response.code");
	else
		row(&t, "OpCode", dns_text_opcode(v->g.h.opcode),
		    "request.opCode");
	row_begin(&t, "ID");
	jout_uint(&t.rows, v->g.h.id);
	row_end(&t, response ? "response.id" : "request.id");
	row(&t, "Flags", flags_text(v, text), "");
	table_end(&t);
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
