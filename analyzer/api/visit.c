/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/visit.h"

#include "analyzer/api/server_impl.h"
#include "base/clock.h"
#include "base/mem.h"

struct visit {
	struct server *server;
	struct watched watched;
	bool waits; /* for a request */
};

static void
await(struct visit *v, int fd)
{
	uint64_t seconds = v->server->opt.limits.idle_seconds;

	/* 0: the library does not mind how long, nor do we. */
	if (seconds == 0)
		return;
	if (seconds > INT32_MAX)
		seconds = INT32_MAX;
	v->watched = (struct watched){
		.fd = fd,
		.deadline = clock_mono() + 2 * (int64_t)seconds * CLOCK_SEC,
	};
	watch_add(v->server->watch, &v->watched);
	v->waits = true;
}

static void
arrived(struct visit *v)
{
	if (v->waits)
		watch_remove(v->server->watch, &v->watched);
	v->waits = false;
}

enum MHD_Result
visit_accept(void *cls, const struct sockaddr *from, socklen_t n)
{
	struct server *s = ((struct server_port *)cls)->server;

	(void)from;
	(void)n;
	return atomic_load(&s->visits) < s->opt.limits.connections ? MHD_YES
	                                                           : MHD_NO;
}

void
visit_notify(void *cls, struct MHD_Connection *conn, void **visit,
             enum MHD_ConnectionNotificationCode what)
{
	struct server *s = ((struct server_port *)cls)->server;
	struct visit *v = *visit;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		atomic_fetch_add(&s->visits, 1);
		v = mem_zalloc(sizeof(*v));
		*visit = v;
		/* Without memory it has the library's timeout alone. */
		if (v == NULL)
			return;
		v->server = s;
		await(v, visit_fd(conn));
		return;
	}
	atomic_fetch_sub(&s->visits, 1);
	if (v != NULL)
		arrived(v);
	mem_free(v);
	*visit = NULL;
}

/* NULL: there is none. */
static struct visit *
visit_of(struct MHD_Connection *conn)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(conn, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info != NULL ? info->socket_context : NULL;
}

void
visit_arrived(struct MHD_Connection *conn)
{
	struct visit *v = visit_of(conn);

	if (v != NULL)
		arrived(v);
}

void
visit_await(struct MHD_Connection *conn)
{
	struct visit *v = visit_of(conn);

	if (v == NULL)
		return;
	/* One that was refused by its head had a deadline until now. */
	arrived(v);
	await(v, visit_fd(conn));
}

int
visit_fd(struct MHD_Connection *conn)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CONNECTION_FD);

	return info != NULL ? info->connect_fd : -1;
}
