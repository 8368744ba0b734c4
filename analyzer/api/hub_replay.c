/* SPDX-License-Identifier: Apache-2.0 */
/*
 * GET /pcaps/replay/WORKER/STREAM: what the client of a stream sent, sent again
 * to a loopback address, in its packets' rhythm.
 *
 * The bytes are those that reassembly accepted, so nothing is sent twice, and
 * bytes that nobody saw are left out. As in the original, a pause is kept when
 * it is longer than `delay`; it is not longer than PAUSE_MAX, and all of them
 * are not longer than PAUSES_MAX together. `pauses=off` leaves them out.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "analyzer/api/hub.h"
#include "analyzer/api/server_impl.h"
#include "analyzer/export/packets.h"
#include "analyzer/index/part.h"
#include "analyzer/query/layer.h"
#include "base/addr.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/map.h"
#include "base/mem.h"

enum {
	TIMES_MAX = 1000,
	CHUNK = 64 << 10, /* bytes read at once */
	WAIT_S = 1,       /* for a write, as the original does */
	RUNS_MAX = 1 << 20,
	DELAY_US = 100, /* unless told, as in the original */
	STEP_MS = 50,   /* between two looks at whether to stop */
};

#define BYTES_MAX  ((uint64_t)1 << 30) /* of one replay */
#define PAUSE_MAX  (10 * CLOCK_SEC)
#define PAUSES_MAX (60 * CLOCK_SEC)

/* A piece of what the client sent, and when. */
struct beat {
	uint64_t off, len;
	uint32_t source;
	uint64_t packet; /* where its bytes begin in that file */
	int64_t ts;
};

struct replay {
	struct call *c;
	struct opened *o;
	int64_t stream;
	struct layer *layer;
	struct addr host;
	uint64_t port;
	uint64_t count;
	int64_t delay; /* ns; INT64_MAX: no pauses */
	struct beat *beat;
	size_t n, cap;
	int64_t paused; /* so far */
	int fd;
};

/* ---- what was sent, and when ---- */

static int
take_run(void *ctx, const struct part_run *run)
{
	struct replay *r = ctx;

	if (run->gap || run->len == 0)
		return 0;
	if (r->n == RUNS_MAX)
		return ERR_LIMIT;
	if (r->n == r->cap) {
		size_t cap = r->cap > 0 ? r->cap * 2 : 64;
		struct beat *b = mem_regrow(r->beat, cap, sizeof(*b));

		if (b == NULL)
			return ERR_NOMEM;
		r->beat = b;
		r->cap = cap;
	}
	r->beat[r->n++] = (struct beat){ .off = run->off,
		                         .len = run->len,
		                         .source = run->at.source,
		                         .packet = run->file_off - run->skip };
	return 0;
}

static int
take_part(void *ctx, const struct index_part *p)
{
	const struct replay *r = ctx;

	return part_runs(p, layer_stream(r->layer)->client, take_run, ctx);
}

struct place {
	uint64_t source, off;
};

/* Times are in the capture files only. */
static int
read_times(struct replay *r, struct packets *packets, struct map *times)
{
	struct packet p;
	int rc;

	while ((rc = packets_next(packets, &p, &r->c->err)) == 1) {
		struct place at = { .source = p.source->id,
			            .off = p.record.off };
		void *v = NULL;

		rc = map_insert(times, &at, &v);
		if (rc < 0)
			break;
		memcpy(v, &p.record.ts, sizeof(p.record.ts));
	}
	for (size_t i = 0; i < r->n && rc == 0; i++) {
		struct place at = { .source = r->beat[i].source,
			            .off = r->beat[i].packet };
		const void *v = map_find(times, &at);

		if (v != NULL)
			memcpy(&r->beat[i].ts, v, sizeof(r->beat[i].ts));
	}
	return rc;
}

static int
open_times(struct replay *r, const struct pick *pick, struct map *times)
{
	struct packets_setup setup = {
		.o = r->o,
		.pick = pick,
		.limits = &r->c->server->opt.export_limits,
		.cancel = &r->c->cancel,
	};
	struct packets *packets;
	int rc = packets_open(&setup, &r->c->err, &packets);

	if (rc != 0)
		return rc;
	rc = read_times(r, packets, times);
	packets_free(packets);
	return rc;
}

static int
find_times(struct replay *r)
{
	uint8_t key[SIPHASH_KEY_SIZE];
	struct pick *pick = NULL;
	struct map times;
	int rc = map_random_key(key);

	if (rc != 0 || r->delay == INT64_MAX)
		return rc;
	map_init(&times, sizeof(struct place), sizeof(int64_t), MAP_MAX, key);
	rc = pick_new(r->o, &r->c->server->opt.export_limits, &r->c->cancel,
	              &pick);
	if (rc == 0)
		rc = pick_stream(pick, r->stream, &r->c->err);
	if (rc == 0)
		rc = pick_finish(pick, &r->c->err);
	if (rc == 0)
		rc = open_times(r, pick, &times);
	pick_free(pick);
	map_release(&times);
	return rc;
}

/* ---- sending ---- */

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
	struct timeval wait = { .tv_sec = WAIT_S };
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

static int
check_cancel(struct replay *r)
{
	return atomic_load(&r->c->cancel) ? ERR_CANCELLED : 0;
}

/* As long as between two packets, where that is longer than the threshold. */
static int
keep_pause(struct replay *r, int64_t from, int64_t to)
{
	int64_t pause = from != 0 && to > from ? to - from : 0;
	int64_t until;

	if (pause <= r->delay)
		return 0;
	if (pause > PAUSE_MAX)
		pause = PAUSE_MAX;
	if (pause > PAUSES_MAX - r->paused)
		pause = PAUSES_MAX - r->paused;
	r->paused += pause;
	until = clock_mono() + pause;
	while ((pause = until - clock_mono()) > 0 && check_cancel(r) == 0) {
		struct timespec t = { .tv_nsec = (long)(pause % CLOCK_SEC) };

		if (pause > STEP_MS * CLOCK_MSEC)
			t.tv_nsec = STEP_MS * CLOCK_MSEC;
		(void)ppoll(NULL, 0, &t, NULL);
	}
	return check_cancel(r);
}

static int
send_beat(struct replay *r, const struct beat *b, char *chunk)
{
	struct layer_reader reader = layer_reader_of(r->layer);
	struct layer_at at = { .dir = TO_SERVER, .off = b->off };
	int rc = 0;

	while (rc == 0 && at.off < b->off + b->len) {
		uint64_t want = b->off + b->len - at.off, hole = 0;
		size_t n = 0;

		rc = reader.read(reader.ctx, at, chunk,
		                 want < CHUNK ? (size_t)want : CHUNK, &n,
		                 &hole);
		if (rc == 0 && n == 0 && hole == 0)
			break;
		if (rc == 0 && n > 0)
			rc = io_write_full(r->fd, chunk, n);
		if (rc == 0)
			rc = check_cancel(r);
		at.off += n + hole;
	}
	return rc;
}

static int
replay_once(struct replay *r)
{
	char *chunk = arena_alloc(&r->c->arena, CHUNK);
	uint64_t sent = 0;
	int64_t last = 0;
	int rc = chunk != NULL ? connect_to(r) : ERR_NOMEM;

	for (size_t i = 0; i < r->n && rc == 0 && sent < BYTES_MAX; i++) {
		const struct beat *b = &r->beat[i];

		rc = keep_pause(r, last, b->ts);
		if (rc == 0)
			rc = send_beat(r, b, chunk);
		sent += b->len;
		if (b->ts > last)
			last = b->ts;
	}
	if (r->fd >= 0)
		(void)io_close(r->fd);
	r->fd = -1;
	return rc;
}

static int
replay_all(struct replay *r)
{
	struct arena_mark mark;
	int rc = index_parts(opened_index(r->o), r->stream, 0, take_part, r,
	                     &r->c->err);

	if (rc == 0)
		rc = find_times(r);
	for (uint64_t i = 0; i < r->count && rc == 0; i++) {
		mark = arena_mark(&r->c->arena);
		rc = replay_once(r);
		arena_reset(&r->c->arena, mark);
	}
	return rc;
}

/* ---- the request ---- */

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

/* What is no number is the default, as in the original. */
static void
read_numbers(struct replay *r)
{
	uint64_t us;

	if (str_u64(call_param(r->c, "count"), &r->count) != 0 ||
	    r->count > TIMES_MAX)
		r->count = 1;
	if (str_u64(call_param(r->c, "delay"), &us) != 0 ||
	    us > (uint64_t)(PAUSES_MAX / CLOCK_USEC))
		us = DELAY_US;
	r->delay = (int64_t)us * CLOCK_USEC;
	if (str_eq(call_param(r->c, "pauses"), STR("off")))
		r->delay = INT64_MAX;
}

/* 1; or 0: the reply is an error. */
static int
read_target(struct replay *r)
{
	struct call *c = r->c;
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
	read_numbers(r);
	return 1;
}

int
api_pcaps_replay(struct call *c)
{
	struct replay r = { .c = c, .fd = -1 };
	struct json_out *j;
	unsigned snapshot;
	int rc = hub_stream(c, &snapshot, &r.stream);

	if (rc == 1)
		rc = read_target(&r);
	if (rc != 1)
		return rc;
	rc = call_borrow(c, snapshot, &r.o);
	if (rc == 0)
		rc = layer_open(r.o, r.stream, &c->err, &r.layer);
	if (rc == ERR_NOTFOUND)
		return hub_error(c, 404, "there is no such file");
	if (rc == 0)
		rc = replay_all(&r);
	layer_free(r.layer);
	mem_free(r.beat);
	if (rc != 0)
		return hub_error(c, 500, err_text(rc));
	j = call_json(c);
	jout_begin_object(j);
	jout_put_str(j, "status", STR("200 OK"));
	jout_end_object(j);
	return 0;
}
