/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/export/har.h"

#include <stdio.h>

#include "analyzer/kfl/gather.h"
#include "analyzer/kfl/value.h"
#include "analyzer/query/ids.h"
#include "base/json_out.h"

/* An entry with both bodies at their limit. */
#define HAR_DOC ((size_t)384 << 20)

struct har {
	struct export *x;
	struct json_out out;
	struct kfl_doc doc;
	struct kfl_gather gather;
};

/* ---- values ---- */

/* The member of an object that may be missing, or NULL. */
static const struct kfl_value *
member(const struct kfl_value *v, const char *key)
{
	if (v == NULL || v->type != KFL_V_OBJECT)
		return NULL;
	return kfl_value_member(v, str_from_c(key));
}

static struct str
text_of(const struct kfl_value *v)
{
	return v != NULL && v->type == KFL_V_STRING ? v->u.text : STR_NONE;
}

static struct str
text(const struct kfl_value *v, const char *key)
{
	return text_of(member(v, key));
}

static int64_t
integer(const struct kfl_value *v, const char *key, int64_t otherwise)
{
	const struct kfl_value *m = member(v, key);

	return m != NULL && m->type == KFL_V_INT ? m->u.integer : otherwise;
}

/* Milliseconds, which HAR wants to be positive; 0 when not known. */
static double
milliseconds(const struct kfl_value *v, const char *key)
{
	const struct kfl_value *m = member(v, key);
	double ms = m != NULL ? kfl_value_number(m) : 0;

	return ms > 0 ? ms : 0;
}

static void
put_text(struct har *h, const char *key, struct str s)
{
	jout_put_str(&h->out, key, s);
}

static void
put_number(struct har *h, const char *key, double v)
{
	jout_put(&h->out, key);
	jout_double(&h->out, v);
}

/* ---- lists of names and values ---- */

static void
put_pair(struct har *h, struct str name, struct str value)
{
	jout_begin_object(&h->out);
	put_text(h, "name", name);
	put_text(h, "value", value);
	jout_end_object(&h->out);
}

/* {"name":"value", "other":["a","b"]} as [{name, value}, ...]. */
static void
put_pairs(struct har *h, const char *key, const struct kfl_value *list)
{
	char room[KFL_FLOAT_TEXT];

	jout_put(&h->out, key);
	jout_begin_array(&h->out);
	if (list != NULL && list->type == KFL_V_OBJECT) {
		for (const struct kfl_value *v = list->u.list.first; v != NULL;
		     v = v->next) {
			if (v->type != KFL_V_ARRAY) {
				put_pair(h, v->key, kfl_value_text(v, room));
				continue;
			}
			for (const struct kfl_value *i = v->u.list.first;
			     i != NULL; i = i->next)
				put_pair(h, v->key, kfl_value_text(i, room));
		}
	}
	jout_end_array(&h->out);
}

/* ---- the URL ---- */

static bool
is_in_url(unsigned char c)
{
	static const char marks[] = "-._~:/?#[]@!$&'()*+,;=%";

	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr(marks, c) != NULL);
}

/* Everything that may not be in a URL (RFC 3986) as %XX. */
static void
put_escaped(struct har *h, struct str s)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		const char esc[] = { '%', hex[c >> 4], hex[c & 15] };

		if (is_in_url(c))
			jout_str_part(&h->out, str_make(&s.p[i], 1));
		else
			jout_str_part(&h->out, str_make(esc, sizeof(esc)));
	}
}

static struct str
header(const struct kfl_value *request, const char *name)
{
	const struct kfl_value *list = member(request, "headers");

	if (list == NULL || list->type != KFL_V_OBJECT)
		return STR_NONE;
	for (const struct kfl_value *v = list->u.list.first; v != NULL;
	     v = v->next)
		if (str_eq_nocase(v->key, str_from_c(name)))
			return text_of(v);
	return STR_NONE;
}

/* host, host:port or [address]:port of who was asked. */
static void
put_authority(struct har *h, const struct kfl_value *request)
{
	const struct kfl_value *dst = member(h->doc.root, "dst");
	struct str host = header(request, "host");
	struct str ip = text(dst, "ip");
	bool v6 = str_find_char(ip, ':') < ip.n;

	if (host.n == 0)
		host = header(request, ":authority");
	if (host.n > 0) {
		put_escaped(h, host);
		return;
	}
	if (text(dst, "name").n > 0) {
		put_escaped(h, text(dst, "name"));
	} else {
		jout_str_part(&h->out, v6 ? STR("[") : STR_NONE);
		jout_str_part(&h->out, ip);
		jout_str_part(&h->out, v6 ? STR("]") : STR_NONE);
	}
	jout_str_part(&h->out, STR(":"));
	jout_str_part(&h->out, text(dst, "port"));
}

static void
put_url(struct har *h, const struct kfl_value *request)
{
	const struct kfl_value *tls = member(h->doc.root, "tls");
	bool secure = tls != NULL && kfl_value_truth(tls);
	struct str url = text(request, "url");
	bool absolute = str_find(url, STR("://")) < str_find_char(url, '/');

	jout_put(&h->out, "url");
	jout_str_begin(&h->out);
	if (!absolute) {
		jout_str_part(&h->out,
		              secure ? STR("https://") : STR("http://"));
		put_authority(h, request);
		if (!str_starts(url, STR("/")))
			jout_str_part(&h->out, STR("/"));
	}
	put_escaped(h, url);
	jout_str_end(&h->out);
}

/* ---- the two sides ---- */

static void
put_params(struct har *h, const struct kfl_value *list)
{
	static const char *const members[] = { "name", "value", "fileName",
		                               "contentType" };

	jout_put(&h->out, "params");
	jout_begin_array(&h->out);
	for (const struct kfl_value *v = list->u.list.first; v != NULL;
	     v = v->next) {
		jout_begin_object(&h->out);
		for (size_t i = 0; i < ARRAY_LEN(members); i++) {
			struct str s = text(v, members[i]);

			if (s.n > 0 || i == 0)
				put_text(h, members[i], s);
		}
		jout_end_object(&h->out);
	}
	jout_end_array(&h->out);
}

static void
put_post_data(struct har *h, const struct kfl_value *data)
{
	const struct kfl_value *params = member(data, "params");

	if (data == NULL)
		return;
	jout_put(&h->out, "postData");
	jout_begin_object(&h->out);
	put_text(h, "mimeType", text(data, "mimeType"));
	/* Either the one or the other, says the format. */
	if (params != NULL && params->type == KFL_V_ARRAY &&
	    params->u.list.n > 0)
		put_params(h, params);
	put_text(h, "text", text(data, "text"));
	if (text(data, "encoding").n > 0)
		put_text(h, "_encoding", text(data, "encoding"));
	jout_end_object(&h->out);
}

static void
put_request(struct har *h, const struct kfl_value *request)
{
	jout_put(&h->out, "request");
	jout_begin_object(&h->out);
	put_text(h, "method", text(request, "method"));
	put_url(h, request);
	put_text(h, "httpVersion", text(request, "httpVersion"));
	put_pairs(h, "cookies", member(request, "cookies"));
	put_pairs(h, "headers", member(request, "headers"));
	put_pairs(h, "queryString", member(request, "queryString"));
	put_post_data(h, member(request, "postData"));
	jout_put_int(&h->out, "headersSize", -1);
	jout_put_int(&h->out, "bodySize", integer(request, "bodySize", -1));
	jout_end_object(&h->out);
}

static void
put_content(struct har *h, const struct kfl_value *content)
{
	struct str mime = text(content, "mimeType");
	struct str body = text(content, "text");

	jout_put(&h->out, "content");
	jout_begin_object(&h->out);
	jout_put_int(&h->out, "size", integer(content, "size", 0));
	put_text(h, "mimeType", mime.n > 0 ? mime : STR("x-unknown"));
	if (body.n > 0) {
		put_text(h, "text", body);
		put_text(h, "encoding", text(content, "encoding"));
	}
	jout_end_object(&h->out);
}

static void
put_response(struct har *h, const struct kfl_value *response)
{
	jout_put(&h->out, "response");
	jout_begin_object(&h->out);
	jout_put_int(&h->out, "status", integer(response, "status", 0));
	put_text(h, "statusText", text(response, "statusText"));
	put_text(h, "httpVersion", text(response, "httpVersion"));
	put_pairs(h, "cookies", member(response, "cookies"));
	put_pairs(h, "headers", member(response, "headers"));
	put_content(h, member(response, "content"));
	put_text(h, "redirectURL", text(response, "redirectURL"));
	jout_put_int(&h->out, "headersSize", -1);
	jout_put_int(&h->out, "bodySize", integer(response, "bodySize", -1));
	jout_end_object(&h->out);
}

/* ---- entries ---- */

static void
put_timings(struct har *h)
{
	const struct kfl_value *timing = member(h->doc.root, "timing");
	double send = milliseconds(timing, "requestMs");
	double wait = milliseconds(timing, "waitMs");
	double receive = milliseconds(timing, "responseMs");

	put_number(h, "time", send + wait + receive);
	jout_put(&h->out, "timings");
	jout_begin_object(&h->out);
	put_number(h, "send", send);
	put_number(h, "wait", wait);
	put_number(h, "receive", receive);
	jout_end_object(&h->out);
}

static void
put_entry(struct har *h, const struct merge_row *row)
{
	const struct kfl_value *root = h->doc.root;
	const struct kfl_value *timing = member(root, "timing");
	struct str start = text(timing, "requestStart");
	unsigned snapshot = h->x->job->part[row->source].source.names.snapshot;
	char id[IDS_TEXT], comment[IDS_TEXT + 8];

	(void)snprintf(comment, sizeof(comment), "entry " STR_FMT,
	               STR_ARG(ids_eid(row->entry->e.id, snapshot, id)));
	jout_begin_object(&h->out);
	put_text(h, "startedDateTime",
	         start.n > 0 ? start : text(root, "startTime"));
	put_timings(h);
	put_request(h, member(root, "request"));
	put_response(h, member(root, "response"));
	jout_put(&h->out, "cache");
	jout_begin_object(&h->out);
	jout_end_object(&h->out);
	put_text(h, "serverIPAddress", text(member(root, "dst"), "ip"));
	put_text(h, "connection", text(member(root, "src"), "port"));
	put_text(h, "_protocol", text(member(root, "protocol"), "abbr"));
	put_text(h, "comment", str_from_c(comment));
	jout_end_object(&h->out);
}

/* Has it what HAR is about? */
static bool
is_http(const struct har *h)
{
	const struct kfl_value *request = member(h->doc.root, "request");

	return text(request, "method").n > 0 && text(request, "url").n > 0 &&
	       member(request, "headers") != NULL;
}

/* A protocol that is no HTTP by its name need not be rendered. */
static bool
may_be_http(const struct index_entry *row)
{
	return row->e.request.present && row->e.method.n > 0;
}

static int
write_entry(struct har *h, struct merge *m, const struct merge_row *row)
{
	struct err why = ERR_INIT;
	int rc;

	if (!may_be_http(row->entry)) {
		h->x->counts->passed_over++;
		return 0;
	}
	kfl_doc_clear(&h->doc);
	kfl_gather_init(&h->gather, &h->doc, NULL);
	rc = merge_entry(m, &h->gather.sink, &why);
	if (rc == ERR_NOMEM)
		return err_set(h->x->e, rc, "out of memory");
	if (rc != 0) {
		export_leave_out(h->x, rc, &why);
		return 0;
	}
	if (is_http(h))
		put_entry(h, row);
	else
		h->x->counts->passed_over++;
	return export_error(h->x);
}

static void
put_head(struct har *h)
{
	const struct export_job *job = h->x->job;
	struct str name, version;

	(void)str_split1(job->program, ' ', &name, &version);
	jout_begin_object(&h->out);
	jout_put(&h->out, "log");
	jout_begin_object(&h->out);
	put_text(h, "version", STR("1.2"));
	jout_put(&h->out, "creator");
	jout_begin_object(&h->out);
	put_text(h, "name", name);
	put_text(h, "version", version);
	jout_end_object(&h->out);
	if (job->comment.n > 0)
		put_text(h, "comment", job->comment);
	jout_put(&h->out, "entries");
	jout_begin_array(&h->out);
}

int
har_write(struct export *x, struct merge *m)
{
	struct har h = { .x = x };
	struct merge_row row;
	int rc;

	jout_init(&h.out, outlet_write, x->out);
	kfl_doc_init(&h.doc, HAR_DOC);
	put_head(&h);
	while ((rc = merge_next(m, &row, x->e)) == 1) {
		rc = write_entry(&h, m, &row);
		if (rc != 0)
			break;
	}
	if (rc == 0) {
		jout_end_array(&h.out);
		jout_end_object(&h.out);
		jout_end_object(&h.out);
		jout_newline(&h.out);
		rc = jout_finish(&h.out);
		if (rc != 0)
			rc = err_set(x->e, rc, "writing: %s", err_text(rc));
	}
	kfl_doc_release(&h.doc);
	return rc;
}
