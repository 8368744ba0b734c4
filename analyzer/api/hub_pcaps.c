/* SPDX-License-Identifier: Apache-2.0 */
/* The hub's /pcaps/: how many streams, one of them, many of them, replay. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "analyzer/api/hub.h"
#include "analyzer/api/server_impl.h"
#include "analyzer/export/export.h"
#include "analyzer/kfl/json.h"
#include "analyzer/query/ids.h"
#include "analyzer/query/layer.h"
#include "base/addr.h"
#include "base/clock.h"
#include "base/io.h"
#include "version.h"

enum {
	REPLAY_TIMES = 1000,     /* at most */
	REPLAY_CHUNK = 64 << 10, /* bytes read at once */
	REPLAY_WAIT_MS = 1000,   /* for a write, as the original does */
	REPLAY_MAX = 1 << 30,    /* bytes of one replay */
};

/* ---- how many ---- */

int
api_total_streams(struct call *c)
{
	struct index_stream_totals totals;
	struct json_out *j;
	struct opened *o;
	uint64_t total = 0;
	int rc = 0;

	for (unsigned n = 1; n <= catalog_count(call_catalog(c)) && rc == 0;
	     n++) {
		/* As the original: what does not answer is not counted. */
		if (call_borrow(c, n, &o) != 0)
			continue;
		rc = index_stream_totals(opened_index(o), &c->err, &totals);
		if (rc == 0)
			total += totals.with_entries;
	}
	if (rc != 0)
		return rc;
	j = call_json(c);
	jout_begin_object(j);
	jout_put_uint(j, "total", total);
	jout_end_object(j);
	return 0;
}

/* ---- archives ---- */

struct packing {
	struct call *c;
	struct export_job job;
	enum export_format format;
	struct run_query query;
	struct ask ask;
	struct outlet out;
	struct stream *stream;
};

static int
write_out(void *ctx, const char *p, size_t n)
{
	return stream_write(((struct packing *)ctx)->stream, p, n);
}

static int
pack(void *ctx, struct stream *s, struct err *e)
{
	struct packing *p = ctx;
	struct export_counts *counts = arena_zalloc(&p->c->arena,
	                                            sizeof(*counts));

	if (counts == NULL)
		return ERR_NOMEM;
	p->stream = s;
	outlet_init(&p->out, write_out, p, &p->c->cancel);
	return export_write(&p->job, p->format, &p->out, e, counts);
}

static void
release_ask(void *ctx)
{
	ask_release(&((struct packing *)ctx)->ask);
}

static int
packing_new(struct call *c, unsigned snapshot, struct packing **ret)
{
	struct packing *p = arena_zalloc(&c->arena, sizeof(*p));
	int rc;

	if (p == NULL)
		return ERR_NOMEM;
	*ret = p;
	p->c = c;
	p->query.cancel = &c->cancel;
	p->query.ask = &p->ask;
	p->job.query = &p->query;
	p->job.program = STR("analyzer " VERSION_TEXT);
	p->job.limits = &c->server->opt.export_limits;
	call_defer(c, release_ask, p);
	rc = call_borrow(c, snapshot, &p->job.o);
	return rc;
}

static int
send_archive(struct call *c, struct packing *p)
{
	call_header(c, "Content-Description", "File Transfer");
	call_header(c, "Content-Transfer-Encoding", "binary");
	call_header(c, "Content-Disposition",
	            "attachment; filename=kubeshark_%lld.tar.gz",
	            (long long)(clock_wall() / CLOCK_SEC));
	return call_stream(c, "application/octet-stream", pack, p);
}

/* The stream of a path WORKER/FILE. 1; or 0: the reply is an error. */
static int
parse_stream(struct call *c, unsigned *ret_snapshot, int64_t *ret_stream)
{
	*ret_snapshot = hub_snapshot(c, c->part[0]);
	if (*ret_snapshot == 0)
		return hub_error(c, 500, "there is no such worker");
	if (ids_parse_stream(c->part[1], ret_stream) != 0)
		return hub_error(c, 404, "there is no such file");
	return 1;
}

static int
nothing(void *ctx, const struct stream *s)
{
	(void)s;
	*(bool *)ctx = true;
	return 0;
}

int
api_pcaps_download(struct call *c)
{
	struct packing *p = NULL;
	unsigned snapshot;
	int64_t stream = 0;
	bool there = false;
	int rc = parse_stream(c, &snapshot, &stream);

	if (rc != 1)
		return rc;
	rc = packing_new(c, snapshot, &p);
	if (rc == 0)
		rc = index_stream(opened_index(p->job.o), stream, nothing,
		                  &there, &c->err);
	if (rc != 0)
		return rc;
	if (!there)
		return hub_error(c, 404, "there is no such file");
	p->format = EXPORT_STREAM;
	p->job.one_stream = true;
	p->job.stream = stream;
	return send_archive(c, p);
}

/* ---- merge ---- */

struct merge_body {
	struct str query;
	unsigned snapshot;
};

/* 1; or 0: the reply is an error. */
static int
parse_merge(struct call *c, struct merge_body *ret)
{
	const struct kfl_value *query, *pcaps;
	struct kfl_value *v;

	if (kfl_json_parse(c->body, &c->arena, &v) != 0 ||
	    v->type != KFL_V_OBJECT) {
		call_status(c, 400);
		call_bytes(c, "application/json; charset=utf-8", STR("{}"));
		return 0;
	}
	query = kfl_value_member(v, STR("query"));
	pcaps = kfl_value_member(v, STR("pcaps"));
	*ret = (struct merge_body){ .query = STR("") };
	if (query != NULL && query->type == KFL_V_STRING)
		ret->query = query->u.text;
	if (pcaps == NULL || pcaps->type != KFL_V_OBJECT)
		return 1;
	for (const struct kfl_value *w = pcaps->u.list.first; w != NULL;
	     w = w->next) {
		unsigned n = hub_snapshot(c, w->key);

		if (n == 0)
			return hub_error(c, 500, "there is no such worker");
		if (ret->snapshot != 0 && ret->snapshot != n)
			return hub_error(c, 500,
			                 "an archive is of one snapshot, and "
			                 "these workers are of several");
		ret->snapshot = n;
	}
	return 1;
}

/*
 * The streams of what matches now; those that the client lists are the ones
 * that it has been told of so far, with the same query.
 */
int
api_pcaps_merge(struct call *c)
{
	struct ask_options opt = { .mode = ASK_COMPATIBLE };
	struct merge_body body;
	struct packing *p;
	int rc = parse_merge(c, &body);

	if (rc != 1)
		return rc;
	if (body.snapshot == 0 && catalog_count(call_catalog(c)) != 1)
		return hub_error(c, 500, "no worker is named");
	if (body.snapshot == 0)
		body.snapshot = 1;
	rc = packing_new(c, body.snapshot, &p);
	if (rc == 0)
		rc = ask_prepare(body.query, p->job.o, &opt, &c->err, &p->ask);
	if (rc != 0)
		return hub_error(c, 500, c->err.text);
	p->format = EXPORT_ARCHIVE;
	return send_archive(c, p);
}

/* ---- replay ---- */

struct replay {
	struct call *c;
	struct layer *layer;
	struct addr host;
	uint64_t port;
	int fd;
};

static bool
is_loopback(const struct addr *a)
{
	static const uint8_t one[16] = { [15] = 1 };

	return addr_is_v4(a) ? a->b[12] == 127
	                     : memcmp(a->b, one, sizeof(one)) == 0;
}

static int
connect_to(struct replay *r)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
		                  .sin_port = htons((uint16_t)r->port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
		                   .sin6_port = htons((uint16_t)r->port) };
	struct timeval wait = { .tv_sec = 1 };
	bool is_v4 = addr_is_v4(&r->host);
	int rc;

	memcpy(&v4.sin_addr, r->host.b + 12, 4);
	memcpy(&v6.sin6_addr, r->host.b, 16);
	r->fd = socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC,
	               0);
	if (r->fd < 0)
		return -errno;
	(void)setsockopt(r->fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	rc = is_v4 ? connect(r->fd, (const void *)&v4, sizeof(v4))
	           : connect(r->fd, (const void *)&v6, sizeof(v6));
	return rc == 0 ? 0 : -errno;
}

/* What the client of the stream sent, without what is missing. */
static int
send_requests(struct replay *r)
{
	struct layer_reader reader = layer_reader_of(r->layer);
	struct layer_at at = { .dir = TO_SERVER };
	char *chunk = arena_alloc(&r->c->arena, REPLAY_CHUNK);
	int rc = chunk != NULL ? 0 : ERR_NOMEM;

	while (rc == 0 && at.off < REPLAY_MAX) {
		uint64_t hole = 0;
		size_t n = 0;

		rc = reader.read(reader.ctx, at, chunk, REPLAY_CHUNK, &n,
		                 &hole);
		if (rc == 0 && n == 0 && hole == 0)
			break;
		if (rc == 0 && n > 0)
			rc = io_write_full(r->fd, chunk, n);
		if (rc == 0 && atomic_load(&r->c->cancel))
			rc = ERR_CANCELLED;
		at.off += n + hole;
	}
	return rc;
}

static int
replay_once(struct replay *r)
{
	int rc = connect_to(r);

	if (rc == 0)
		rc = send_requests(r);
	(void)io_close(r->fd);
	return rc;
}

static int
missing(struct call *c, const char *what, const char *text)
{
	struct json_out *j;

	call_status(c, 400);
	j = call_json(c);
	jout_begin_object(j);
	/* In order of name, as the original's maps are. */
	if (strcmp(what, "host") == 0)
		jout_put_str(j, what, STR(""));
	jout_put_str(j, "msg", str_from_c(text));
	if (strcmp(what, "port") == 0)
		jout_put_str(j, what, STR(""));
	jout_end_object(j);
	return 0;
}

/* 1; or 0: the reply is an error. */
static int
parse_replay(struct call *c, struct replay *r, uint64_t *ret_count)
{
	struct str host = call_param(c, "host"), port = call_param(c, "port");

	if (host.n == 0)
		return missing(c, "host",
		               "Destination host is empty. Set `host` query "
		               "parameter.");
	if (port.n == 0)
		return missing(c, "port",
		               "Destination port is empty. Set `port` query "
		               "parameter.");
	if (!c->server->opt.allow_replay)
		return hub_error(c, 500,
		                 "replay is off; start the server with "
		                 "--allow-replay");
	if (str_eq(host, STR("localhost")))
		host = STR("127.0.0.1");
	if (addr_parse(host, &r->host) != 0 || !is_loopback(&r->host) ||
	    str_u64(port, &r->port) != 0 || r->port > UINT16_MAX)
		return hub_error(c, 500,
		                 "replay goes to loopback addresses only");
	if (str_u64(call_param(c, "count"), ret_count) != 0 ||
	    *ret_count > REPLAY_TIMES)
		*ret_count = 1;
	return 1;
}

int
api_pcaps_replay(struct call *c)
{
	struct replay r = { .c = c, .fd = -1 };
	struct opened *o;
	struct json_out *j;
	unsigned snapshot;
	int64_t stream = 0;
	uint64_t count = 0;
	int rc = parse_stream(c, &snapshot, &stream);

	if (rc == 1)
		rc = parse_replay(c, &r, &count);
	if (rc != 1)
		return rc;
	rc = call_borrow(c, snapshot, &o);
	if (rc == 0)
		rc = layer_open(o, stream, &c->err, &r.layer);
	if (rc == ERR_NOTFOUND)
		return hub_error(c, 404, "there is no such file");
	for (uint64_t i = 0; i < count && rc == 0; i++)
		rc = replay_once(&r);
	layer_free(r.layer);
	if (rc != 0)
		return hub_error(c, 500, err_text(rc));
	j = call_json(c);
	jout_begin_object(j);
	jout_put_str(j, "status", STR("200 OK"));
	jout_end_object(j);
	return 0;
}
