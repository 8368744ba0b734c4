/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "analyzer/api/dispatch.h"
#include "analyzer/api/server_impl.h"
#include "analyzer/api/visit.h"
#include "base/addr.h"
#include "base/io.h"
#include "base/mem.h"

enum { BACKLOG = 128 };

/* ---- addresses ---- */

static int
parse_host(const char *host, struct addr *ret_addr, struct err *e)
{
	struct str s = str_from_c(host);

	if (str_eq_nocase(s, STR("localhost")))
		s = STR("127.0.0.1");
	if (addr_parse(s, ret_addr) == 0)
		return 0;
	return err_set(e, ERR_USAGE,
	               "--host %s: an address of this machine is wanted, such "
	               "as 127.0.0.1, ::1 or 0.0.0.0",
	               host);
}

static bool
is_loopback(const struct addr *a)
{
	static const uint8_t one[16] = { [15] = 1 };

	return addr_is_v4(a) ? a->b[12] == 127
	                     : memcmp(a->b, one, sizeof(one)) == 0;
}

union place {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t
place_of(const struct addr *a, uint16_t port, union place *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (addr_is_v4(a)) {
		ret->v4.sin_family = AF_INET;
		ret->v4.sin_port = htons(port);
		memcpy(&ret->v4.sin_addr, a->b + 12, 4);
		return sizeof(ret->v4);
	}
	ret->v6.sin6_family = AF_INET6;
	ret->v6.sin6_port = htons(port);
	memcpy(&ret->v6.sin6_addr, a->b, 16);
	return sizeof(ret->v6);
}

/* ---- ports ---- */

static int
bind_port(struct server_port *p, const struct addr *a)
{
	union place at;
	socklen_t n = place_of(a, p->port, &at);
	int on = 1;

	p->fd = socket(at.any.sa_family, SOCK_STREAM, 0);
	if (p->fd < 0)
		return -errno;
	(void)fcntl(p->fd, F_SETFD, FD_CLOEXEC);
	(void)setsockopt(p->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(p->fd, &at.any, n) != 0 || listen(p->fd, BACKLOG) != 0 ||
	    getsockname(p->fd, &at.any, &n) != 0)
		return -errno;
	p->port = ntohs(at.any.sa_family == AF_INET ? at.v4.sin_port
	                                            : at.v6.sin6_port);
	return 0;
}

static int
open_port(struct server_port *p, const struct addr *a, struct err *e)
{
	const char *option = p->hub ? "--hub-port" : "--front-port";
	const char *host = p->server->opt.host;
	uint16_t wanted = p->port;
	int rc = bind_port(p, a);

	if (rc == -EADDRINUSE)
		return err_set(e, rc,
		               "port %u of %s is taken, perhaps by another "
		               "analyzer; choose one with %s, 0 for any that "
		               "is free",
		               wanted, host, option);
	if (rc != 0)
		return err_set(e, rc, "cannot listen on %s, port %u: %s", host,
		               wanted, err_text(rc));
	return 0;
}

/* Errors of single connections are theirs, not the program's. */
static void
discard(void *cls, const char *fmt, va_list ap)
{
	(void)cls;
	(void)fmt;
	(void)ap;
}

static int
start_daemon(struct server_port *p, bool v6, struct err *e)
{
	const struct server *s = p->server;
	const struct api_limits *l = &s->opt.limits;
	unsigned flags = MHD_USE_THREAD_PER_CONNECTION |
	                 MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL |
	                 MHD_USE_ERROR_LOG | MHD_ALLOW_UPGRADE;
	/* NOLINTBEGIN(performance-no-int-to-ptr): texts that are only read */
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_KEY, 0,
		  (void *)(uintptr_t)s->opt.tls_key.p },
		{ MHD_OPTION_HTTPS_MEM_CERT, 0,
		  (void *)(uintptr_t)s->opt.tls_cert.p },
		{ MHD_OPTION_END, 0, NULL },
	};
	/* NOLINTEND(performance-no-int-to-ptr) */

	/* One more: it is visit_accept() that refuses. */
	uint64_t most = l->connections < INT32_MAX ? l->connections + 1
	                                           : INT32_MAX;

	flags |= v6 ? MHD_USE_IPv6 : 0u;
	flags |= s->tls ? MHD_USE_TLS : 0u;
	p->daemon = MHD_start_daemon(
	    flags, p->port, visit_accept, p, dispatch_request, p,
	    MHD_OPTION_EXTERNAL_LOGGER, discard, NULL, MHD_OPTION_LISTEN_SOCKET,
	    p->fd, MHD_OPTION_CONNECTION_LIMIT, (unsigned)most,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)l->idle_seconds,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)l->head_bytes,
	    MHD_OPTION_NOTIFY_COMPLETED, dispatch_completed, p,
	    MHD_OPTION_NOTIFY_CONNECTION, visit_notify, p,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_ARRAY,
	    s->tls ? tls : tls + 2, MHD_OPTION_END);
	if (p->daemon != NULL)
		return 0;
	return err_set(e, ERR_UNSUPPORTED,
	               "the server on port %u cannot be "
	               "started%s",
	               p->port,
	               s->tls ? ": the certificate and the key of --tls-cert "
	                        "and --tls-key do not serve"
	                      : "");
}

static void
close_port(struct server_port *p)
{
	/* The daemon closes the socket that it was given. */
	if (p->daemon != NULL)
		MHD_stop_daemon(p->daemon);
	else
		(void)io_close(p->fd);
}

/* ---- the whole ---- */

static int
start(struct server *s, struct err *e)
{
	struct addr host;
	int rc = parse_host(s->opt.host, &host, e);

	if (rc != 0)
		return rc;
	rc = guard_init(&s->guard, s->opt.host, !is_loopback(&host),
	                s->opt.token);
	if (rc == ERR_USAGE)
		return err_set(e, rc,
		               "ANALYZER_TOKEN: %d to %d letters, digits, - "
		               "and _ are wanted",
		               GUARD_TOKEN_MIN, GUARD_TOKEN_MAX);
	if (rc == 0)
		rc = watch_new(s->catalog, &s->watch);
	if (rc != 0)
		return err_set(e, rc, "the server cannot be started: %s",
		               err_text(rc));
	rc = open_port(&s->front, &host, e);
	if (rc == 0)
		rc = open_port(&s->hub, &host, e);
	if (rc == 0)
		rc = start_daemon(&s->front, !addr_is_v4(&host), e);
	if (rc == 0)
		rc = start_daemon(&s->hub, !addr_is_v4(&host), e);
	return rc;
}

int
server_start(const struct server_options *o, struct catalog *catalog,
             struct err *e, struct server **ret_server)
{
	struct server *s = mem_zalloc(sizeof(*s));
	int rc;

	if (s == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	s->opt = *o;
	s->catalog = catalog;
	s->tls = o->tls_cert.n > 0;
	s->front =
	    (struct server_port){ .server = s, .port = o->front, .fd = -1 };
	s->hub = (struct server_port){
		.server = s, .hub = true, .port = o->hub, .fd = -1
	};
	atomic_init(&s->visits, 0);
	gate_init(&s->queries, o->limits.queries);
	sockets_init(&s->sockets);
	rc = start(s, e);
	if (rc != 0) {
		server_stop(s);
		return rc;
	}
	*ret_server = s;
	return 0;
}

void
server_stop(struct server *s)
{
	if (s == NULL)
		return;
	if (s->watch != NULL)
		watch_stop(s->watch);
	sockets_stop(&s->sockets);
	close_port(&s->front);
	close_port(&s->hub);
	watch_free(s->watch);
	gate_release(&s->queries);
	sockets_release(&s->sockets);
	mem_free(s);
}

/* ---- looking ---- */

/* "http://127.0.0.1:8899/": one that a browser here can open. */
static int
url(const struct server *s, const struct server_port *p, char out[SERVER_URL])
{
	const char *host = s->opt.host;
	bool v6 = strchr(host, ':') != NULL;

	if (strcmp(host, "0.0.0.0") == 0)
		host = "127.0.0.1";
	if (strcmp(host, "::") == 0)
		host = "::1";
	return snprintf(out, SERVER_URL, "%s://%s%s%s:%u/",
	                s->tls ? "https" : "http", v6 ? "[" : "", host,
	                v6 ? "]" : "", p->port);
}

void
server_front_url(const struct server *s, char out[SERVER_URL])
{
	int n = url(s, &s->front, out);

	if (s->guard.token[0] != '\0' && n > 0 && n < SERVER_URL)
		(void)snprintf(out + n, (size_t)(SERVER_URL - n), "?token=%s",
		               s->guard.token);
}

void
server_hub_url(const struct server *s, char out[SERVER_URL])
{
	(void)url(s, &s->hub, out);
}

const char *
server_token(const struct server *s)
{
	return s->guard.token;
}
