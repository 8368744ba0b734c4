/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <poll.h>
#include <sys/socket.h>

#include "analyzer/api/call.h"
#include "analyzer/api/frames.h"
#include "analyzer/api/header.h"
#include "analyzer/api/server_impl.h"
#include "base/clock.h"
#include "base/mem.h"

enum { TICK_MS = 50 };

struct socket {
	struct server *server;
	void (*run)(struct socket *s);
	struct MHD_UpgradeResponseHandle *urh;
	int fd;
	struct str early; /* what came with the request */
	struct buf early_bytes;
	struct frames *frames;
	atomic_bool over;   /* all of it */
	atomic_bool cancel; /* what goes on */
	struct watched watched;
	struct socket *prev, *next;
};

static void
end(struct socket *s)
{
	atomic_store(&s->over, true);
	atomic_store(&s->cancel, true);
}

/* ---- all of them ---- */

void
sockets_init(struct sockets *all)
{
	*all = (struct sockets){ .n = 0 };
	(void)pthread_mutex_init(&all->lock, NULL);
	(void)pthread_cond_init(&all->changed, NULL);
}

void
sockets_stop(struct sockets *all)
{
	(void)pthread_mutex_lock(&all->lock);
	all->stopping = true;
	for (struct socket *s = all->first; s != NULL; s = s->next)
		end(s);
	while (all->n > 0)
		(void)pthread_cond_wait(&all->changed, &all->lock);
	(void)pthread_mutex_unlock(&all->lock);
}

void
sockets_release(struct sockets *all)
{
	(void)pthread_cond_destroy(&all->changed);
	(void)pthread_mutex_destroy(&all->lock);
}

/* False: there are too many, or the server stops. */
static bool
enlist(struct sockets *all, struct socket *s, uint64_t max)
{
	bool room;

	(void)pthread_mutex_lock(&all->lock);
	room = !all->stopping && all->n < max;
	if (room) {
		s->next = all->first;
		if (s->next != NULL)
			s->next->prev = s;
		all->first = s;
		all->n++;
	}
	(void)pthread_mutex_unlock(&all->lock);
	return room;
}

static void
strike(struct sockets *all, struct socket *s)
{
	(void)pthread_mutex_lock(&all->lock);
	if (s->prev != NULL)
		s->prev->next = s->next;
	else
		all->first = s->next;
	if (s->next != NULL)
		s->next->prev = s->prev;
	all->n--;
	(void)pthread_cond_broadcast(&all->changed);
	(void)pthread_mutex_unlock(&all->lock);
}

/* ---- bytes ---- */

static ssize_t
read_fd(void *ctx, void *p, size_t n)
{
	struct socket *s = ctx;
	ssize_t got;

	if (s->early.n > 0) {
		n = n < s->early.n ? n : s->early.n;
		memcpy(p, s->early.p, n);
		s->early = str_tail(s->early, n);
		return (ssize_t)n;
	}
	got = recv(s->fd, p, n, MSG_DONTWAIT);
	if (got >= 0)
		return got;
	return errno == EINTR ? ERR_AGAIN : -errno;
}

static ssize_t
write_fd(void *ctx, const void *p, size_t n)
{
	struct socket *s = ctx;
	ssize_t put = send(s->fd, p, n, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (put >= 0)
		return put;
	return errno == EINTR ? ERR_AGAIN : -errno;
}

/* ---- for those who run ---- */

struct server *
socket_server(const struct socket *s)
{
	return s->server;
}

atomic_bool *
socket_cancel(struct socket *s)
{
	return &s->cancel;
}

int
socket_resume(struct socket *s)
{
	if (atomic_load(&s->over))
		return ERR_CANCELLED;
	atomic_store(&s->cancel, false);
	return 0;
}

/* One round: what can be read and written now, then wait for more. */
static int
step(struct socket *s, int ms)
{
	struct pollfd p = { .fd = s->fd, .events = POLLIN };

	if (atomic_load(&s->over) || frames_step(s->frames) != 0) {
		end(s);
		return ERR_CANCELLED;
	}
	if (frames_pending(s->frames))
		p.events |= POLLOUT;
	if (ms > 0)
		(void)poll(&p, 1, ms);
	return 0;
}

int
socket_first(struct socket *s, struct str *ret_message)
{
	int rc = 0;

	while (rc == 0 && !frames_first(s->frames, ret_message))
		rc = step(s, TICK_MS);
	return rc;
}

int
socket_send(struct socket *s, struct str text)
{
	int64_t patience = (int64_t)s->server->opt.limits.idle_seconds;
	int64_t until = clock_mono() + patience * CLOCK_SEC;
	int rc = frames_put(s->frames, text);

	if (rc == 0)
		rc = step(s, 0);
	while (rc == 0 && frames_pending(s->frames)) {
		rc = step(s, TICK_MS);
		/* Somebody who takes nothing is as good as gone. */
		if (clock_mono() > until)
			rc = ERR_CANCELLED;
	}
	if (rc != 0)
		end(s);
	return rc;
}

int
socket_wait(struct socket *s, int64_t ns)
{
	int64_t until = clock_mono() + ns;
	int rc = 0;

	do {
		rc = step(s, TICK_MS);
	} while (rc == 0 && clock_mono() < until);
	return rc;
}

void
socket_close(struct socket *s, unsigned code)
{
	int64_t until = clock_mono() + CLOCK_SEC;

	if (atomic_load(&s->over) || frames_close(s->frames, code) != 0)
		return;
	/* Until the client has answered, but not for ever. */
	while (frames_step(s->frames) == 0 && clock_mono() < until) {
		struct pollfd p = { .fd = s->fd, .events = POLLIN };

		(void)poll(&p, 1, TICK_MS);
	}
}

/* ---- becoming one ---- */

static void
socket_free(struct socket *s)
{
	frames_free(s->frames);
	buf_release(&s->early_bytes);
	mem_free(s);
}

static void *
socket_main(void *ctx)
{
	struct socket *s = ctx;
	struct sockets *all = &s->server->sockets;

	s->watched = (struct watched){ .fd = s->fd, .cancel = &s->cancel };
	watch_add(s->server->watch, &s->watched);
	s->run(s);
	watch_remove(s->server->watch, &s->watched);
	(void)MHD_upgrade_action(s->urh, MHD_UPGRADE_ACTION_CLOSE);
	strike(all, s);
	socket_free(s);
	return NULL;
}

static bool
start(struct socket *s)
{
	struct frames_io io = { read_fd, write_fd, s };
	pthread_attr_t attr;
	pthread_t thread;
	int rc = frames_new(&io, (size_t)s->server->opt.limits.socket_message,
	                    &s->frames);

	if (rc != 0)
		return false;
	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	rc = pthread_create(&thread, &attr, socket_main, s);
	(void)pthread_attr_destroy(&attr);
	return rc == 0;
}

/* NOLINTBEGIN(readability-function-size): as many as the library gives */
/* NOLINTNEXTLINE(parameters): libmicrohttpd's type */
static void
on_upgrade(void *cls, struct MHD_Connection *conn, void *con_cls,
           const char *extra, size_t extra_size, MHD_socket fd,
           struct MHD_UpgradeResponseHandle *urh)
{
	struct socket *s = cls;

	(void)conn;
	/* From now on it is its own. */
	((struct call *)con_cls)->socket = NULL;
	s->urh = urh;
	s->fd = fd;
	buf_init(&s->early_bytes, extra_size + 1);
	if (buf_append(&s->early_bytes, extra, extra_size) == 0) {
		s->early = buf_str(&s->early_bytes);
		if (start(s))
			return;
	}
	(void)MHD_upgrade_action(urh, MHD_UPGRADE_ACTION_CLOSE);
	strike(&s->server->sockets, s);
	socket_free(s);
}
/* NOLINTEND(readability-function-size) */

static bool
is_handshake(struct call *c, char accept[FRAMES_ACCEPT])
{
	return header_lists(call_field(c, "Upgrade"), STR("websocket")) &&
	       header_lists(call_field(c, "Connection"), STR("Upgrade")) &&
	       str_eq(call_field(c, "Sec-WebSocket-Version"), STR("13")) &&
	       frames_accept(call_field(c, "Sec-WebSocket-Key"), accept) == 0;
}

int
socket_upgrade(struct call *c, void (*run)(struct socket *s))
{
	char accept[FRAMES_ACCEPT];
	struct server *server = c->server;
	struct socket *s;

	if (!is_handshake(c, accept)) {
		call_header(c, "Sec-WebSocket-Version", "13");
		call_status(c, MHD_HTTP_BAD_REQUEST);
		call_bytes(c, "text/plain; charset=utf-8", STR("Bad Request"));
		return 0;
	}
	s = mem_zalloc(sizeof(*s));
	if (s == NULL)
		return ERR_NOMEM;
	s->server = server;
	s->run = run;
	atomic_init(&s->over, false);
	atomic_init(&s->cancel, false);
	if (!enlist(&server->sockets, s, server->opt.limits.sockets)) {
		mem_free(s);
		return call_error(c, CALL_BUSY, "too many WebSockets are open");
	}
	call_header(c, "Upgrade", "websocket");
	call_header(c, "Sec-WebSocket-Accept", "%s", accept);
	c->status = MHD_HTTP_SWITCHING_PROTOCOLS;
	c->kind = CALL_SOCKET;
	c->response = MHD_create_response_for_upgrade(on_upgrade, s);
	c->socket = s;
	return c->response != NULL ? 0 : ERR_NOMEM;
}

void
socket_forget(struct socket *s)
{
	if (s == NULL)
		return;
	strike(&s->server->sockets, s);
	socket_free(s);
}
