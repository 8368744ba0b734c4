/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every capture of the corpora, indexed: each packet is accounted for, and the
 * HTTP/1 and WebSocket messages are those of the ground truth beside the
 * captures.
 *
 * Messages are compared per direction of a connection, in order: method, target
 * and decoded body length of requests, status and body length of responses;
 * opcode and payload length of WebSocket messages.
 * Each difference has a line with its reason in corpora-differences.tsv. Where
 * we have many messages of a kind that the truth lacks, one line counts them.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/query/full.h"
#include "base/buf.h"
#include "tests/support/explained.h"
#include "tests/support/indexed.h"
#include "tests/tap/tap.h"

#define TABLE "tests/golden/corpora-differences.tsv"

enum {
	TEXT_MAX = 1 << 26,
	COLUMNS = 29, /* of the catalogue */
	SHOWN = 120,  /* bytes of a target, the rest by its length */
	RUN = 4096,   /* messages of one direction */
	MANY = 10,    /* more of a kind are one line */
};

/* One message of either list; `what` is its kind and direction. */
struct message {
	char *what;
	char *text;
	uint64_t order;
};

struct messages {
	struct message *m;
	size_t n, cap;
};

/* A difference of the present capture. */
struct difference {
	char *what, *ours, *truth;
};

struct test {
	struct indexed x;
	char *corpora;
	struct messages ours, truth;
	struct difference *diff;
	size_t ndiff;
	struct explained table;
	const char *capture; /* the present one */
	uint64_t captures, packets, compared, agreed, differ;
	uint64_t unaccounted;
};

static void *
must(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

static void
put(struct buf *b, int rc)
{
	(void)b;
	if (rc != 0)
		abort();
}

/* ---- text ---- */

static int
hex_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = str_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/*
 * A target so that two spellings of it are equal: escapes decoded, what is not
 * plain shown as \xNN, long ones cut.
 */
static void
put_target(struct buf *b, struct str s)
{
	size_t from = b->n, i = 0;

	while (i < s.n && b->n - from < SHOWN) {
		int c = (unsigned char)s.p[i++];

		if (c == '%' && i + 1 < s.n && hex_of(s.p[i]) >= 0 &&
		    hex_of(s.p[i + 1]) >= 0) {
			c = hex_of(s.p[i]) * 16 + hex_of(s.p[i + 1]);
			i += 2;
		}
		if (c > ' ' && c < 0x7f)
			put(b, buf_append_byte(b, (char)c));
		else
			put(b, buf_printf(b, "\\x%02x", (unsigned)c));
	}
	if (i < s.n)
		put(b, buf_printf(b, "...%zu", s.n));
}

static char *
text_of(struct buf *b)
{
	char *p;

	put(b, buf_append_byte(b, '\0'));
	p = must(strdup(b->p));
	buf_clear(b);
	return p;
}

static void
add(struct messages *l, struct message m)
{
	if (l->n == l->cap) {
		l->cap = l->cap != 0 ? l->cap * 2 : 64;
		l->m = must(realloc(l->m, l->cap * sizeof(*l->m)));
	}
	l->m[l->n++] = m;
}

/* The place of a message among those of its direction; 0: nobody knows. */
static uint64_t
place_of(const struct index_entry *e, const struct entry_side *side)
{
	uint64_t off = side->nspans != 0 ? side->spans[0].off : 0;

	/* Connections that reuse a pair of ports follow each other. */
	return ((uint64_t)(e->e.stream >> POSITION_SEQ_BITS) << 32) + off;
}

static void
clear(struct messages *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->m[i].what);
		free(l->m[i].text);
	}
	l->n = 0;
}

static int
by_what(const void *a, const void *b)
{
	const struct message *x = a, *y = b;
	int rc = strcmp(x->what, y->what);

	return rc != 0 ? rc : (x->order > y->order) - (x->order < y->order);
}

/* ---- ours ---- */

struct end {
	const struct addr *ip;
	uint16_t port;
};

static void
put_way(struct buf *b, const char *kind, struct end from, struct end to)
{
	char a[ADDR_TEXT], c[ADDR_TEXT];

	put(b, buf_printf(b, "%s %s %u > %s %u", kind, addr_format(from.ip, a),
	                  from.port, addr_format(to.ip, c), to.port));
}

/* Wants request.targetUri and nothing else. */
struct target_sink {
	struct sink sink;
	struct buf *out;
	bool connect;
	bool hit;
};

static bool
target_want(struct sink *s, struct str key)
{
	((struct target_sink *)(void *)s)->hit = str_eq(key, STR("targetUri"));
	return str_eq(key, STR("request")) || str_eq(key, STR("targetUri"));
}

static void
target_nest(struct sink *s)
{
	(void)s;
}

static void
target_key(struct sink *s, struct str key)
{
	(void)s, (void)key;
}

static void
target_string(struct sink *s, struct str v)
{
	struct target_sink *t = (struct target_sink *)(void *)s;

	/* An authority is rendered as the original does, with slashes. */
	if (t->hit)
		put_target(t->out, t->connect && str_starts(v, STR("//"))
		                       ? str_tail(v, 2)
		                       : v);
	t->hit = false;
}

static void
target_integer(struct sink *s, int64_t v)
{
	(void)s, (void)v;
}

static void
target_number(struct sink *s, double v)
{
	(void)s, (void)v;
}

static void
target_boolean(struct sink *s, bool v)
{
	(void)s, (void)v;
}

static const struct sink_ops target_ops = {
	.want = target_want,
	.begin_object = target_nest,
	.end_object = target_nest,
	.begin_array = target_nest,
	.end_array = target_nest,
	.key = target_key,
	.string = target_string,
	.integer = target_integer,
	.number = target_number,
	.boolean = target_boolean,
	.null = target_nest,
};

/* The length of a body, and what is wrong with it. */
static void
put_body(struct test *t, struct buf *b, const struct index_entry *e,
         enum side side)
{
	uint64_t n;
	int rc = indexed_body(&t->x, e, side, &n);

	put(b, buf_printf(b, " %" PRIu64, n));
	if (rc != 0)
		put(b, buf_printf(b, " %s", err_name(rc)));
}

static void
on_request(struct test *t, const struct index_entry *e, struct end client,
           struct end server)
{
	const struct full_names names = { .snapshot = 0 };
	struct target_sink s = { .sink = { .ops = &target_ops } };
	struct err err = ERR_INIT;
	struct buf b, target;
	char *what;

	buf_init(&b, TEXT_MAX);
	buf_init(&target, TEXT_MAX);
	s.out = &target;
	s.connect = str_eq(e->e.method, STR("CONNECT"));
	put_way(&b, "request", client, server);
	what = text_of(&b);
	if (full_entry(t->x.o, e, &names, NULL, &s.sink, &err) != 0)
		abort();
	put(&b, buf_printf(&b, STR_FMT " " STR_FMT, STR_ARG(e->e.method),
	                   STR_ARG(buf_str(&target))));
	put_body(t, &b, e, SIDE_REQUEST);
	add(&t->ours,
	    (struct message){ what, text_of(&b), place_of(e, &e->e.request) });
	buf_release(&target);
	buf_release(&b);
}

static void
on_response(struct test *t, const struct index_entry *e, struct end client,
            struct end server)
{
	struct buf b;
	char *what;

	buf_init(&b, TEXT_MAX);
	put_way(&b, "response", server, client);
	what = text_of(&b);
	put(&b, buf_printf(&b, "%d", (int)e->e.status));
	put_body(t, &b, e, SIDE_RESPONSE);
	add(&t->ours,
	    (struct message){ what, text_of(&b), place_of(e, &e->e.response) });
	buf_release(&b);
}

/* A WebSocket message, which either side may send. */
static void
on_message(struct test *t, const struct index_entry *e, struct end client,
           struct end server)
{
	bool reversed = (e->e.flags & ENTRY_REVERSED) != 0;
	struct buf b;
	char *what;
	uint64_t n;

	buf_init(&b, TEXT_MAX);
	put_way(&b, "message", reversed ? server : client,
	        reversed ? client : server);
	what = text_of(&b);
	(void)indexed_raw_body(&t->x, e, SIDE_REQUEST, &n);
	put(&b, buf_printf(&b, STR_FMT " %" PRIu64, STR_ARG(e->e.method), n));
	add(&t->ours,
	    (struct message){ what, text_of(&b), place_of(e, &e->e.request) });
	buf_release(&b);
}

static void
on_entry(void *ctx, const struct index_entry *e)
{
	struct test *t = ctx;
	struct end client = { &e->client, e->client_port };
	struct end server = { &e->server, e->server_port };

	if (strcmp(e->e.proto->key, "ws/13") == 0)
		on_message(t, e, client, server);
	if (!indexed_is_http1(e))
		return;
	if (e->e.flags & ENTRY_REVERSED) {
		struct end swap = client;

		client = server;
		server = swap;
	}
	if (e->e.request.present && e->e.method.n != 0)
		on_request(t, e, client, server);
	if (e->e.response.present && e->e.status != 0)
		on_response(t, e, client, server);
}

/* ---- the truth ---- */

static const char *
text_at(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

/* Some captures announce lengths past any integer: numbers are all real. */
static long long
number_at(const json_t *o, const char *key)
{
	return (long long)json_number_value(json_object_get(o, key));
}

static struct str
address_at(const json_t *o, const char *key, char out[ADDR_TEXT])
{
	struct addr a;

	if (addr_parse(str_from_c(text_at(o, key)), &a) != 0)
		return str_from_c(text_at(o, key));
	return str_from_c(addr_format(&a, out));
}

/* Interim responses are part of the final one here. */
static bool
compared(const json_t *o)
{
	const char *kind = text_at(o, "kind");
	long long status = number_at(json_object_get(o, "fields"), "status");

	if (strcmp(text_at(o, "proto"), "http") != 0 ||
	    strcmp(text_at(o, "l4"), "tcp") != 0 ||
	    json_is_true(json_object_get(o, "tls")))
		return false;
	if (strcmp(kind, "request") == 0)
		return true;
	return strcmp(kind, "response") == 0 &&
	       (status < 100 || status >= 200 || status == 101);
}

static char *
way_of(struct buf *b, const json_t *o, const char *kind)
{
	char a[ADDR_TEXT], c[ADDR_TEXT];

	put(b, buf_printf(
		   b, "%s " STR_FMT " %lld > " STR_FMT " %lld", kind,
		   STR_ARG(address_at(o, "src", a)), number_at(o, "sport"),
		   STR_ARG(address_at(o, "dst", c)), number_at(o, "dport")));
	return text_of(b);
}

/* Another fragment of the last data message that went this way. */
static void
add_fragment(struct test *t, const char *what, long long length)
{
	for (size_t i = t->truth.n; i-- > 0;) {
		struct message *m = &t->truth.m[i];
		char *number = strchr(m->text, ' ');
		struct buf b;

		if (strcmp(m->what, what) != 0 ||
		    (m->text[0] != 't' && m->text[0] != 'b'))
			continue;
		buf_init(&b, TEXT_MAX);
		put(&b,
		    buf_printf(&b, "%.*s %lld", (int)(number - m->text),
		               m->text, strtoll(number, NULL, 10) + length));
		free(m->text);
		m->text = text_of(&b);
		buf_release(&b);
		return;
	}
}

static void
on_frame(struct test *t, const json_t *o)
{
	static const char *const names[16] = {
		[1] = "text", [2] = "binary", [8] = "close",
		[9] = "ping", [10] = "pong",
	};
	const json_t *f = json_object_get(o, "fields");
	unsigned opcode = (unsigned)number_at(f, "opcode") % 16;
	long long length = number_at(f, "payload_length");
	struct buf b;
	char *what;

	buf_init(&b, TEXT_MAX);
	what = way_of(&b, o, "message");
	if (opcode == 0) {
		add_fragment(t, what, length);
		free(what);
	} else {
		put(&b,
		    buf_printf(&b, "%s %lld",
		               names[opcode] ? names[opcode] : "?", length));
		add(&t->truth,
		    (struct message){ what, text_of(&b), t->truth.n });
	}
	buf_release(&b);
}

static void
on_truth(struct test *t, const json_t *o)
{
	const json_t *f = json_object_get(o, "fields");
	struct buf b;
	char *what;

	if (strcmp(text_at(o, "proto"), "websocket") == 0 &&
	    !json_is_true(json_object_get(o, "tls")))
		on_frame(t, o);
	if (!compared(o))
		return;
	buf_init(&b, TEXT_MAX);
	what = way_of(&b, o, text_at(o, "kind"));
	if (strcmp(text_at(o, "kind"), "request") == 0) {
		put(&b, buf_printf(&b, "%s ", text_at(f, "method")));
		put_target(&b, str_from_c(text_at(f, "path")));
	} else {
		put(&b, buf_printf(&b, "%lld", number_at(f, "status")));
	}
	put(&b, buf_printf(&b, " %lld", number_at(f, "body_len")));
	add(&t->truth, (struct message){ what, text_of(&b), t->truth.n });
	buf_release(&b);
}

static void
read_truth(struct test *t, struct str name)
{
	char path[1024], *text, *line, *next;
	size_t n;

	(void)snprintf(path, sizeof(path), "%s/" STR_FMT, t->corpora,
	               STR_ARG(name));
	text = name.n != 0 ? must(indexed_slurp(path, &n)) : NULL;
	for (line = text; line != NULL && *line != '\0'; line = next) {
		json_t *o;

		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		if (strstr(line, "\"http\"") == NULL &&
		    strstr(line, "\"websocket\"") == NULL)
			continue;
		o = json_loads(line, JSON_DECODE_INT_AS_REAL, NULL);
		if (o == NULL) {
			ok(false, line);
			continue;
		}
		on_truth(t, o);
		json_decref(o);
	}
	free(text);
}

/* ---- differences ---- */

static void
tell(struct test *t, const char *what, const char *ours, const char *truth)
{
	explained_tell(&t->table, "%s\t%s\t%s\t%s", t->capture, what, ours,
	               truth);
}

static void
differs(struct test *t, const char *what, const char *ours, const char *truth)
{
	t->diff = must(realloc(t->diff, (t->ndiff + 1) * sizeof(*t->diff)));
	t->diff[t->ndiff++] =
	    (struct difference){ .what = must(strdup(what)),
		                 .ours = must(strdup(ours)),
		                 .truth = must(strdup(truth)) };
	t->differ++;
}

/* A message of this kind that only we have. */
static bool
only_ours(const struct difference *d, const char *kind)
{
	return strcmp(d->truth, "-") == 0 &&
	       strncmp(d->what, kind, strlen(kind)) == 0;
}

static bool
tell_many(struct test *t, const char *kind)
{
	char count[32];
	size_t n = 0;

	for (size_t i = 0; i < t->ndiff; i++)
		n += only_ours(&t->diff[i], kind);
	if (n <= MANY)
		return false;
	(void)snprintf(count, sizeof(count), "%zu more", n);
	tell(t, kind, count, "-");
	return true;
}

static void
tell_all(struct test *t)
{
	bool requests = tell_many(t, "request");
	bool responses = tell_many(t, "response");

	for (size_t i = 0; i < t->ndiff; i++) {
		struct difference *d = &t->diff[i];

		if (!(requests && only_ours(d, "request")) &&
		    !(responses && only_ours(d, "response")))
			tell(t, d->what, d->ours, d->truth);
		free(d->what);
		free(d->ours);
		free(d->truth);
	}
	t->ndiff = 0;
}

/* Two runs of messages of one direction, without what they agree upon. */
static void
unequal(struct test *t, const struct message *a, size_t na,
        const struct message *b, size_t nb)
{
	for (size_t i = 0; i < na || i < nb; i++)
		differs(t, i < na ? a[i].what : b[i].what,
		        i < na ? a[i].text : "-", i < nb ? b[i].text : "-");
}

/* Longest common subsequence; what is between its members differs. */
static void
compare(struct test *t, const struct message *a, size_t na,
        const struct message *b, size_t nb)
{
	uint16_t *l = must(calloc((na + 1) * (nb + 1), sizeof(*l)));
	size_t i, j, i0 = 0, j0 = 0, w = nb + 1;

	if (na >= RUN || nb >= RUN)
		abort();
	for (i = na; i-- > 0;) {
		for (j = nb; j-- > 0;) {
			uint16_t down = l[(i + 1) * w + j],
				 right = l[i * w + j + 1];

			l[i * w + j] = down > right ? down : right;
			if (strcmp(a[i].text, b[j].text) == 0)
				l[i * w + j] =
				    (uint16_t)(l[(i + 1) * w + j + 1] + 1);
		}
	}
	i = j = 0;
	while (i < na && j < nb) {
		if (strcmp(a[i].text, b[j].text) == 0) {
			unequal(t, a + i0, i - i0, b + j0, j - j0);
			i0 = ++i;
			j0 = ++j;
			t->agreed++;
		} else if (l[(i + 1) * w + j] >= l[i * w + j + 1]) {
			i++;
		} else {
			j++;
		}
	}
	unequal(t, a + i0, na - i0, b + j0, nb - j0);
	t->compared += na > nb ? na : nb;
	free(l);
}

static size_t
same_what(const struct messages *l, size_t from)
{
	size_t n = 0;

	while (from + n < l->n &&
	       strcmp(l->m[from + n].what, l->m[from].what) == 0)
		n++;
	return n;
}

static void
compare_all(struct test *t)
{
	struct messages *a = &t->ours, *b = &t->truth;
	size_t i = 0, j = 0;

	if (a->n != 0)
		qsort(a->m, a->n, sizeof(*a->m), by_what);
	if (b->n != 0)
		qsort(b->m, b->n, sizeof(*b->m), by_what);
	while (i < a->n || j < b->n) {
		int c = i == a->n   ? 1
		        : j == b->n ? -1
		                    : strcmp(a->m[i].what, b->m[j].what);
		size_t na = c <= 0 ? same_what(a, i) : 0;
		size_t nb = c >= 0 ? same_what(b, j) : 0;

		compare(t, a->m + i, na, b->m + j, nb);
		i += na;
		j += nb;
	}
	clear(a);
	clear(b);
}

/* ---- captures ---- */

static void
check_packets(struct test *t, struct str expected)
{
	uint64_t sum = 0;
	char ours[24], truth[24];

	for (size_t i = 0; i < DISPOSITION_COUNT; i++)
		sum += t->x.result.dispositions[i];
	if (sum != t->x.result.packets)
		t->unaccounted++;
	t->packets += sum;
	(void)snprintf(ours, sizeof(ours), "%" PRIu64, sum);
	(void)snprintf(truth, sizeof(truth), STR_FMT, STR_ARG(expected));
	if (strcmp(ours, truth) != 0)
		differs(t, "packets", ours, truth);
}

static void
check_capture(struct test *t, const struct str *col)
{
	char name[512], path[1024];

	(void)snprintf(name, sizeof(name), STR_FMT "/" STR_FMT, STR_ARG(col[0]),
	               STR_ARG(col[1]));
	(void)snprintf(path, sizeof(path), "%s/%s", t->corpora, name);
	t->capture = name;
	t->captures++;
	if (indexed_run(&t->x, path)) {
		check_packets(t, col[5]);
		indexed_each(&t->x, on_entry, t);
	} else {
		differs(t, "index", err_name(t->x.code), "-");
	}
	read_truth(t, col[24]);
	compare_all(t);
	tell_all(t);
}

static bool
check_catalogue(struct test *t)
{
	char path[1024], *text;
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

static void
release(struct test *t)
{
	explained_release(&t->table);
	free(t->diff);
	free(t->ours.m);
	free(t->truth.m);
	free(t->corpora);
	indexed_end(&t->x);
}

int
main(void)
{
	static struct test t;
	char path[1024];

	(void)snprintf(path, sizeof(path), "%s/corpora", tap_shared());
	t.corpora = must(strdup(path));
	indexed_begin(&t.x);
	explained_read(&t.table, TABLE);
	if (check_catalogue(&t)) {
		printf("# %" PRIu64 " captures, %" PRIu64 " packets, %" PRIu64
		       " messages, %" PRIu64 " agree, %" PRIu64
		       " differences\n",
		       t.captures, t.packets, t.compared, t.agreed, t.differ);
		ok(t.captures > 0, "there are captures");
		is_int(t.unaccounted, 0, "packets sum up by disposition");
		is_int(t.table.unexplained, 0, "each difference is explained");
		is_int(explained_finish(&t.table), 0,
		       "no explanation is out of date");
	} else {
		tap_skip("no corpora here");
	}
	release(&t);
	return tap_done();
}
