/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/kafka/kafka_represent.h"

#include "analyzer/proto/kafka/kafka_batch.h"
#include "analyzer/proto/kafka/kafka_rows.h"
#include "analyzer/proto/kafka/kafka_show.h"
#include "base/utf8.h"

/* What all functions here work on. */
struct page {
	const struct kafka_view *v;
	struct kafka_show show;
	struct arena *mem;
	struct sink *out;
};

/* Where a set of records is. */
struct place {
	struct str title;  /* in front of all titles */
	struct str topic;  /* " (topic: T)" */
	struct str prefix; /* selector of the set */
	bool request;      /* its titles are somewhat different */
};

/* --- tables --------------------------------------------------------------- */

static void
page_members(struct page *p, struct str title, struct str prefix,
             const char *skip, const struct kafka_slots *slots)
{
	struct kafka_rows r = { .title = title,
		                .prefix = prefix,
		                .skip = skip };

	kafka_rows_begin(&r, p->out);
	kafka_show_members(&p->show, slots, &r.sink);
	kafka_rows_end(&r);
}

static void
page_header(struct page *p)
{
	const struct kafka_view *v = p->v;
	struct kafka_rows r = {
		.title = v->request ? STR("Request Header")
		                    : STR("Response Header"),
		.prefix = v->request ? STR("request") : STR("response"),
		.plain = true,
		.dotted = true,
	};
	struct sink *s = &r.sink;

	kafka_rows_begin(&r, p->out);
	if (v->request && !v->token) {
		kafka_rows_named(&r, "ApiKeyName", "apiKeyName");
		sink_string(s, str_from_c(v->form.api.name));
		r.plain = false;
		kafka_rows_named(&r, "ApiKey", "apiKey");
		sink_integer(s, v->form.api.key);
		r.plain = true;
		kafka_rows_named(&r, "ApiVersion", "apiVersion");
		sink_integer(s, v->form.version);
		kafka_rows_named(&r, "Client ID", "clientID");
		sink_string(s, v->head.client);
	}
	if (!v->token) {
		kafka_rows_named(&r, "Correlation ID", "correlationID");
		sink_integer(s, v->head.correlation);
	}
	if (v->request || v->token) {
		kafka_rows_named(&r, "Size", "size");
		sink_integer(s, v->head.size);
	}
	kafka_rows_end(&r);
}

/* The seven APIs of which the compatible API has all rows, always. */
static bool
page_is_compatible(const struct kafka_view *v)
{
	int16_t key = v->form.api.key;

	return key <= 3 || (key >= 18 && key <= 20);
}

static void
page_row(struct page *p, struct kafka_rows *r, const struct kafka_slots *slots,
         size_t at)
{
	const struct kafka_field *f = &slots->fields.f[at];
	struct cursor c = slots->at[at];
	struct str name;

	if (!slots->present[at]) {
		if (page_is_compatible(p->v) && f->tag < 0)
			kafka_rows_empty(r, f->title, f->name);
		return;
	}
	kafka_rows_named(r, f->title, f->name);
	kafka_show_value(&p->show, f, c, &r->sink);
	name = f->type == KAFKA_ERROR
	           ? kafka_schema_error((int16_t)cur_be16(&c))
	           : STR_NONE;
	if (name.n != 0 && !str_eq(name, STR("NONE"))) {
		kafka_rows_named(r, "", "errorName");
		sink_string(&r->sink, name);
	}
}

/* The payload's members, without those that get sections of their own. */
static void
page_payload(struct page *p, const struct kafka_slots *slots)
{
	struct kafka_rows r = {
		.title = STR("Payload"),
		.prefix = p->v->request ? STR("request.payload")
		                        : STR("response.payload"),
		.plain = true,
		.dotted = true,
	};

	for (size_t i = 0; i < slots->fields.n; i++) {
		if (slots->fields.f[i].flags & KAFKA_SECTIONS)
			r.title = STR("Transaction Details");
	}
	kafka_rows_begin(&r, p->out);
	for (size_t i = 0; i < slots->fields.n; i++) {
		if ((slots->fields.f[i].flags & KAFKA_SECTIONS) == 0)
			page_row(p, &r, slots, i);
	}
	kafka_rows_end(&r);
}

/* --- records -------------------------------------------------------------- */

static void
page_value(struct page *p, struct str title, struct str selector,
           struct str value)
{
	bool text = utf8_valid(value);

	sink_begin_object(p->out);
	sink_member_string(p->out, "type", STR("body"));
	sink_member_string(p->out, "title", title);
	if (text) {
		sink_member_string(p->out, "data", value);
	} else {
		sink_key(p->out, STR("data"));
		kafka_show_base64(value, p->out);
		sink_member_string(p->out, "encoding", STR("base64"));
	}
	sink_member_string(p->out, "selector", selector);
	sink_end_object(p->out);
}

static void
page_record(struct page *p, const struct place *at, struct str batch,
            const struct kafka_batch *b, const struct kafka_record *rec,
            size_t n)
{
	struct kafka_rows r = {
		.title = arena_printf(p->mem, STR_FMT "Record [%zu]%s" STR_FMT,
		                      STR_ARG(at->title), n,
		                      at->request ? " Details" : "",
		                      STR_ARG(at->topic)),
		.prefix = arena_printf(p->mem, STR_FMT ".record[%zu]",
		                       STR_ARG(batch), n),
		.skip = "value",
	};

	kafka_rows_begin(&r, p->out);
	kafka_batch_record(b, rec, &r.sink);
	kafka_rows_end(&r);
	page_value(p,
	           arena_printf(p->mem, STR_FMT "Record [%zu] Value" STR_FMT,
	                        STR_ARG(at->title), n,
	                        STR_ARG(at->request ? STR_NONE : at->topic)),
	           arena_printf(p->mem, STR_FMT ".value", STR_ARG(r.prefix)),
	           rec->value.s);
}

/* `n` batches came before it. */
static void
page_batch(struct page *p, const struct place *at, const struct kafka_batch *b,
           size_t n)
{
	struct place inside = *at;
	struct kafka_rows r = { .skip = "record" };
	struct kafka_inside in;
	struct kafka_record rec;

	if (n == 0) {
		r.title = arena_printf(p->mem, STR_FMT "Record Batch" STR_FMT,
		                       STR_ARG(at->title), STR_ARG(at->topic));
		r.prefix = arena_printf(p->mem, STR_FMT ".recordBatch",
		                        STR_ARG(at->prefix));
	} else {
		inside.title = arena_printf(p->mem, STR_FMT "Batch [%zu] ",
		                            STR_ARG(at->title), n);
		r.title =
		    arena_printf(p->mem, STR_FMT "Record Batch [%zu]" STR_FMT,
		                 STR_ARG(at->title), n, STR_ARG(at->topic));
		r.prefix = arena_printf(p->mem,
		                        STR_FMT ".moreRecordBatches[%zu]",
		                        STR_ARG(at->prefix), n - 1);
	}
	kafka_rows_begin(&r, p->out);
	kafka_batch_members(&p->show, b, &r.sink);
	kafka_rows_end(&r);
	kafka_batch_open(&p->show, b, &in);
	for (size_t i = 0; sink_ok(p->out) && kafka_records_record(&in.c, &rec);
	     i++)
		page_record(p, &inside, r.prefix, b, &rec, i);
	kafka_batch_close(&in);
}

static void
page_message(struct page *p, const struct place *at,
             const struct kafka_batch *b, size_t n)
{
	struct kafka_rows r = {
		.title = arena_printf(p->mem, STR_FMT "Message [%zu]" STR_FMT,
		                      STR_ARG(at->title), n,
		                      STR_ARG(at->topic)),
		.prefix = arena_printf(p->mem, STR_FMT ".messageSet[%zu]",
		                       STR_ARG(at->prefix), n),
		.skip = "value",
	};

	kafka_rows_begin(&r, p->out);
	kafka_batch_message(&p->show, b, &r.sink);
	kafka_rows_end(&r);
	if (kafka_records_codec(b) != 0)
		return;
	page_value(p,
	           arena_printf(p->mem, STR_FMT "Message [%zu] Value" STR_FMT,
	                        STR_ARG(at->title), n, STR_ARG(at->topic)),
	           arena_printf(p->mem, STR_FMT ".value", STR_ARG(r.prefix)),
	           b->value.s);
}

static void
page_set(struct page *p, const struct place *at, struct cursor field)
{
	struct cursor c = cur_from_str(kafka_show_records(&p->show, field),
	                               false);
	size_t batches = 0, messages = 0;
	struct kafka_batch b;

	while (sink_ok(p->out) && kafka_records_next(&c, &b)) {
		if (b.magic == 2)
			page_batch(p, at, &b, batches++);
		else
			page_message(p, at, &b, messages++);
	}
}

/* --- topics, responses, partitions ---------------------------------------- */

/* A list's element, and what is known about where it is. */
struct part {
	struct page *p;
	struct str title, topic, prefix;
};

static struct str
page_topic(struct page *p, const struct kafka_slots *slots)
{
	char text[KAFKA_UUID_TEXT];
	struct str name = kafka_show_text(&p->show, slots, "topic", text);

	if (name.n == 0)
		name = kafka_show_text(&p->show, slots, "topicID", text);
	return arena_printf(p->mem, " (topic: " STR_FMT ")", STR_ARG(name));
}

static int
page_produced_partition(void *ctx, const struct kafka_element *e)
{
	const struct part *up = ctx;
	struct page *p = up->p;
	struct place at = { .topic = up->topic, .request = true };
	struct cursor c;

	if (kafka_show_find(&e->slots, "records", &c) == NULL)
		return 0;
	if (e->index == 0) {
		at.prefix = arena_printf(p->mem,
		                         STR_FMT ".partitionData.records",
		                         STR_ARG(up->prefix));
	} else {
		at.title = arena_printf(p->mem, "Partition [%lld] ",
		                        (long long)e->index);
		at.prefix = arena_printf(
		    p->mem, STR_FMT ".morePartitionData[%lld].records",
		    STR_ARG(up->prefix), (long long)e->index - 1);
	}
	page_set(p, &at, c);
	return p->out->error;
}

static int
page_produced_topic(void *ctx, const struct kafka_element *e)
{
	struct page *p = ctx;
	struct part down = {
		.p = p,
		.topic = page_topic(p, &e->slots),
		.prefix = arena_printf(
		    p->mem, "request.payload.topicData[%lld].partitions",
		    (long long)e->index),
	};
	struct kafka_rows r = {
		.title = arena_printf(p->mem, "Partitions" STR_FMT,
		                      STR_ARG(down.topic)),
		.prefix = down.prefix,
		.dotted = true,
	};
	struct cursor c, look;
	const struct kafka_field *f = kafka_show_find(&e->slots, "partitions",
	                                              &c);

	if (f == NULL)
		return 0;
	look = c;
	kafka_rows_begin(&r, p->out);
	kafka_rows_named(&r, "Length", "length");
	sink_integer(&r.sink, kafka_wire_length(&look, f->type, true,
	                                        p->v->form.flexible));
	kafka_rows_end(&r);
	return kafka_show_each(&p->show, f, c, page_produced_partition, &down);
}

static int
page_fetched_partition(void *ctx, const struct kafka_element *e)
{
	const struct part *up = ctx;
	struct page *p = up->p;
	struct str prefix = arena_printf(p->mem, STR_FMT ".partitions[%lld]",
	                                 STR_ARG(up->prefix),
	                                 (long long)e->index);

	page_members(p,
	             arena_printf(p->mem, "Partition [%lld]" STR_FMT,
	                          (long long)e->index, STR_ARG(up->topic)),
	             prefix, NULL, &e->slots);
	return p->out->error;
}

static int
page_fetched_topic(void *ctx, const struct kafka_element *e)
{
	struct page *p = ctx;
	struct part down = {
		.p = p,
		.topic = page_topic(p, &e->slots),
		.prefix = arena_printf(p->mem, "request.payload.topics[%lld]",
		                       (long long)e->index),
	};
	struct cursor c;
	const struct kafka_field *f = kafka_show_find(&e->slots, "partitions",
	                                              &c);

	return f != NULL ? kafka_show_each(&p->show, f, c,
	                                   page_fetched_partition, &down)
	                 : 0;
}

static int
page_response_partition(void *ctx, const struct kafka_element *e)
{
	const struct part *up = ctx;
	struct page *p = up->p;
	struct str title =
	    arena_printf(p->mem, STR_FMT " Partition Response [%lld]",
	                 STR_ARG(up->title), (long long)e->index);
	struct str prefix =
	    arena_printf(p->mem, STR_FMT ".partitionResponses[%lld]",
	                 STR_ARG(up->prefix), (long long)e->index);
	struct place at = {
		.title = arena_printf(p->mem, STR_FMT " ", STR_ARG(title)),
		.topic = up->topic,
		.prefix = arena_printf(p->mem, STR_FMT ".recordSet",
		                       STR_ARG(prefix)),
	};
	struct cursor c;

	page_members(p,
	             arena_printf(p->mem, STR_FMT STR_FMT, STR_ARG(title),
	                          STR_ARG(up->topic)),
	             prefix, "recordSet", &e->slots);
	if (kafka_show_find(&e->slots, "recordSet", &c) != NULL)
		page_set(p, &at, c);
	return p->out->error;
}

static int
page_response(void *ctx, const struct kafka_element *e)
{
	struct page *p = ctx;
	bool produced = p->v->form.api.key == KAFKA_PRODUCE;
	struct part down = {
		.p = p,
		.title = arena_printf(p->mem, "Response [%lld]",
		                      (long long)e->index),
		.topic = produced ? STR_NONE : page_topic(p, &e->slots),
		.prefix = arena_printf(p->mem,
		                       "response.payload.responses[%lld]",
		                       (long long)e->index),
	};
	struct cursor c;
	const struct kafka_field *f = kafka_show_find(&e->slots,
	                                              "partitionResponses", &c);

	if (produced)
		page_members(p, down.title, down.prefix, "partitionResponses",
		             &e->slots);
	return f != NULL ? kafka_show_each(&p->show, f, c,
	                                   page_response_partition, &down)
	                 : 0;
}

static int
page_created_topic(void *ctx, const struct kafka_element *e)
{
	struct page *p = ctx;

	page_members(p,
	             arena_printf(p->mem, "Topic [%lld]", (long long)e->index),
	             arena_printf(p->mem, "%s.payload.topics[%lld]",
	                          p->v->request ? "request" : "response",
	                          (long long)e->index),
	             NULL, &e->slots);
	return p->out->error;
}

static kafka_element_fn *
page_section(const struct kafka_view *v)
{
	switch (v->form.api.key) {
	case KAFKA_PRODUCE:
		return v->request ? page_produced_topic : page_response;
	case KAFKA_FETCH:
		return v->request ? page_fetched_topic : page_response;
	default:
		return page_created_topic;
	}
}

static int
page_all(struct page *p)
{
	struct cursor c = p->v->body;
	struct kafka_slots slots;
	int rc = 0;

	page_header(p);
	if (kafka_view_fields(p->v).n == 0)
		return 0;
	kafka_view_struct(&p->v->form, kafka_view_fields(p->v), &c, &slots);
	page_payload(p, &slots);
	for (size_t i = 0; rc == 0 && i < slots.fields.n; i++) {
		const struct kafka_field *f = &slots.fields.f[i];

		if (f->flags & KAFKA_SECTIONS && slots.present[i])
			rc = kafka_show_each(&p->show, f, slots.at[i],
			                     page_section(p->v), p);
	}
	return rc;
}

int
kafka_represent(const struct exchange *x, enum side side, struct sink *out)
{
	struct page p = { .mem = x->scratch, .out = out };
	struct kafka_view v;
	int rc = kafka_view_open(&v, x, side, x->limits->render_bytes);

	if (rc != 0)
		return rc;
	p.v = &v;
	kafka_show_init(&p.show, &v);
	sink_begin_array(out);
	if (v.readable)
		rc = page_all(&p);
	sink_end_array(out);
	if (rc == 0)
		rc = arena_error(x->scratch);
	return rc != 0 ? rc : out->error;
}
