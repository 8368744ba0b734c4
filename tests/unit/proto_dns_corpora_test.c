/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DNS, mDNS and LLMNR of every capture of the corpora against the ground truth
 * beside them, and nothing else taken for DNS.
 *
 * Messages are compared as a set, by direction: of requests the id and the
 * first question, of responses the id, the response code and how many records
 * the sections have. Names that are not plain are not compared, because their
 * spelling differs. A truth without ports is a message in IP fragments. Each
 * difference has a line with its reason in dns-differences.tsv; many of a kind
 * in a capture have one line.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/proto/dns/dns_text.h"
#include "tests/support/explained.h"
#include "tests/support/indexed.h"
#include "tests/tap/tap.h"

#define TABLE "tests/golden/dns-differences.tsv"

enum { COLUMNS = 29, LINE = 1024, MANY = 4 };

struct message {
	char *ways;  /* kind and both addresses */
	char *ports; /* "" in a truth without them */
	char *text;
	bool matched;
};

struct messages {
	struct message *m;
	size_t n, cap;
};

struct test {
	struct indexed x;
	struct explained table;
	char *corpora;
	const char *capture;
	struct messages ours, truth;
	size_t captures, compared, agreed;
};

static void *
must(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

static void
add(struct messages *l, const char *ways, const char *ports, const char *text)
{
	if (l->n == l->cap) {
		l->cap = l->cap != 0 ? l->cap * 2 : 64;
		l->m = must(realloc(l->m, l->cap * sizeof(*l->m)));
	}
	l->m[l->n++] = (struct message){ must(strdup(ways)),
		                         must(strdup(ports)),
		                         must(strdup(text)), false };
}

static void
clear(struct messages *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->m[i].ways);
		free(l->m[i].ports);
		free(l->m[i].text);
	}
	l->n = 0;
}

static const char *
text_at(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

static long long
number_at(const json_t *o, const char *key)
{
	return (long long)json_number_value(json_object_get(o, key));
}

/* In lower case, or "*" when it is spelt in more than one way. */
static void
put_name(char out[LINE], const char *name)
{
	size_t i = 0;

	if (strcmp(name, "<Root>") == 0)
		name = "";
	for (; name[i] != '\0' && i < LINE - 1; i++) {
		out[i] = str_lower(name[i]);
		if (strchr("abcdefghijklmnopqrstuvwxyz0123456789.-_", out[i]) ==
		    NULL) {
			out[0] = '*';
			i = 1;
			break;
		}
	}
	out[i] = '\0';
}

/* ---- ours ---- */

static void
describe_request(const json_t *o, char out[LINE])
{
	const json_t *q = json_array_get(json_object_get(o, "questions"), 0);
	char name[LINE];

	put_name(name, text_at(q, "name"));
	(void)snprintf(out, LINE, "%lld %.500s %s", number_at(o, "id"), name,
	               text_at(q, "type"));
}

static void
describe_response(const json_t *o, char out[LINE])
{
	(void)snprintf(out, LINE, "%lld %lld %zu/%zu/%zu", number_at(o, "id"),
	               number_at(o, "rcode") & 15,
	               json_array_size(json_object_get(o, "answers")),
	               json_array_size(json_object_get(o, "authorities")),
	               json_array_size(json_object_get(o, "additionals")));
}

static void
on_side(struct test *t, const json_t *full, bool request, bool to_server)
{
	const json_t *from = json_object_get(full, to_server ? "src" : "dst");
	const json_t *to = json_object_get(full, to_server ? "dst" : "src");
	const json_t *side = json_object_get(full,
	                                     request ? "request" : "response");
	char ways[LINE], ports[LINE], text[LINE];

	(void)snprintf(ways, LINE, "%s %s %.100s > %.100s",
	               text_at(json_object_get(full, "protocol"), "name"),
	               request ? "request" : "response", text_at(from, "ip"),
	               text_at(to, "ip"));
	(void)snprintf(ports, LINE, "%s %s", text_at(from, "port"),
	               text_at(to, "port"));
	if (request)
		describe_request(side, text);
	else
		describe_response(side, text);
	add(&t->ours, ways, ports, text);
}

static void
on_entry(void *ctx, const struct index_entry *e)
{
	struct test *t = ctx;
	/* src and dst of an entry follow the message, reversed or not. */
	bool to_server = true;
	const struct dissector *owner = NULL;
	json_t *full;

	(void)proto_variant(str_from_c(e->e.proto->key), &owner);
	if (owner == NULL || owner->render != proto_dns.render)
		return;
	full = indexed_full(&t->x, e);
	if (e->e.request.present)
		on_side(t, full, true, to_server);
	if (e->e.response.present)
		on_side(t, full, false, !to_server);
	json_decref(full);
}

/* ---- the truth ---- */

static void
truth_text(const json_t *o, bool request, char out[LINE])
{
	const json_t *f = json_object_get(o, "fields");
	const json_t *q = json_array_get(json_object_get(f, "questions"), 0);
	const json_t *counts = json_object_get(f, "counts");
	long long n[4];
	char name[LINE], type[DNS_TEXT_NUMBER];

	for (size_t i = 0; i < 4; i++)
		n[i] = (long long)json_number_value(json_array_get(counts, i));
	if (!request) {
		(void)snprintf(out, LINE, "%lld %lld %lld/%lld/%lld",
		               number_at(f, "id"), number_at(f, "rcode"), n[1],
		               n[2], n[3]);
		return;
	}
	put_name(name,
	         q != NULL ? json_string_value(json_array_get(q, 0)) : "");
	(void)snprintf(
	    out, LINE, "%lld %.500s " STR_FMT, number_at(f, "id"), name,
	    STR_ARG(q == NULL ? STR("")
	                      : dns_text_type((uint16_t)json_number_value(
						  json_array_get(q, 1)),
	                                      type)));
}

static void
address_at(const json_t *o, const char *key, char out[ADDR_TEXT])
{
	struct addr a;

	out[0] = '\0';
	if (addr_parse(str_from_c(text_at(o, key)), &a) == 0)
		(void)addr_format(&a, out);
}

static void
on_truth(struct test *t, const json_t *o)
{
	bool request = strcmp(text_at(o, "kind"), "request") == 0;
	bool whole = json_is_number(json_object_get(o, "sport"));
	char ways[LINE], ports[LINE] = "", text[LINE];
	char from[ADDR_TEXT], to[ADDR_TEXT];

	address_at(o, "src", from);
	address_at(o, "dst", to);
	(void)snprintf(ways, LINE, "%s %s %s > %s", text_at(o, "proto"),
	               request ? "request" : "response", from, to);
	if (whole)
		(void)snprintf(ports, LINE, "%lld %lld", number_at(o, "sport"),
		               number_at(o, "dport"));
	truth_text(o, request, text);
	add(&t->truth, ways, ports, text);
}

static bool
is_compared(const char *line)
{
	return strstr(line, "\"proto\": \"dns\"") != NULL ||
	       strstr(line, "\"proto\": \"mdns\"") != NULL ||
	       strstr(line, "\"proto\": \"llmnr\"") != NULL;
}

static void
read_truth(struct test *t, struct str name)
{
	char path[LINE], *text, *line, *next;
	size_t n;

	(void)snprintf(path, sizeof(path), "%s/" STR_FMT, t->corpora,
	               STR_ARG(name));
	text = name.n != 0 ? must(indexed_slurp(path, &n)) : NULL;
	for (line = text; line != NULL && *line != '\0'; line = next) {
		json_t *o;

		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		if (!is_compared(line))
			continue;
		o = must(json_loads(line, JSON_DECODE_INT_AS_REAL, NULL));
		on_truth(t, o);
		json_decref(o);
	}
	free(text);
}

/* ---- comparing ---- */

static bool
same(const struct message *a, const struct message *b, bool any_port)
{
	return !a->matched && !b->matched && strcmp(a->ways, b->ways) == 0 &&
	       strcmp(a->text, b->text) == 0 &&
	       (any_port ? b->ports[0] == '\0'
	                 : strcmp(a->ports, b->ports) == 0);
}

static void
match(struct test *t, bool any_port)
{
	for (size_t i = 0; i < t->ours.n; i++) {
		for (size_t j = 0; j < t->truth.n; j++) {
			if (!same(&t->ours.m[i], &t->truth.m[j], any_port))
				continue;
			t->ours.m[i].matched = t->truth.m[j].matched = true;
			t->agreed++;
			break;
		}
	}
}

static void
tell(struct test *t, const struct messages *l, bool ours)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		n += !l->m[i].matched;
	if (n > MANY)
		explained_tell(&t->table, "%s\t%s\t%zu messages", t->capture,
		               ours ? "ours" : "truth", n);
	for (size_t i = 0; i < l->n && n <= MANY; i++) {
		const struct message *m = &l->m[i];

		if (!m->matched)
			explained_tell(&t->table, "%s\t%s\t%s %s: %s",
			               t->capture, ours ? "ours" : "truth",
			               m->ways, m->ports, m->text);
	}
}

static void
check_capture(struct test *t, const struct str *col)
{
	char name[512], path[LINE];

	(void)snprintf(name, sizeof(name), STR_FMT "/" STR_FMT, STR_ARG(col[0]),
	               STR_ARG(col[1]));
	(void)snprintf(path, sizeof(path), "%s/%s", t->corpora, name);
	t->capture = name;
	t->captures++;
	if (indexed_run(&t->x, path))
		indexed_each(&t->x, on_entry, t);
	read_truth(t, col[24]);
	match(t, false);
	match(t, true);
	t->compared += t->truth.n;
	tell(t, &t->ours, true);
	tell(t, &t->truth, false);
	clear(&t->ours);
	clear(&t->truth);
}

static bool
check_catalogue(struct test *t)
{
	char path[LINE], *text;
	struct str rest, line, col[COLUMNS];
	size_t n;

	(void)snprintf(path, sizeof(path), "%s/catalogue.tsv", t->corpora);
	text = indexed_slurp(path, &n);
	if (text == NULL)
		return false;
	rest = str_make(text, n);
	(void)str_split1(rest, '\n', &line, &rest);
	while (rest.n != 0) {
		(void)str_split1(rest, '\n', &line, &rest);
		for (size_t i = 0; i < COLUMNS; i++)
			(void)str_split1(line, '\t', &col[i], &line);
		check_capture(t, col);
	}
	free(text);
	return true;
}

int
main(void)
{
	static struct test t;
	char path[LINE];

	(void)snprintf(path, sizeof(path), "%s/corpora", tap_shared());
	t.corpora = must(strdup(path));
	indexed_begin(&t.x);
	explained_read(&t.table, TABLE);
	if (check_catalogue(&t)) {
		printf("# %zu captures, %zu messages, %zu agree\n", t.captures,
		       t.compared, t.agreed);
		ok(t.captures > 0, "there are captures");
		is_int(t.table.unexplained, 0, "each difference is explained");
		is_int(explained_finish(&t.table), 0,
		       "no explanation is out of date");
	} else {
		tap_skip("no corpora here");
	}
	explained_release(&t.table);
	free(t.ours.m);
	free(t.truth.m);
	free(t.corpora);
	indexed_end(&t.x);
	return tap_done();
}
