/* SPDX-License-Identifier: Apache-2.0 */
/*
 * server: snapshots over HTTP and WebSocket, by libmicrohttpd and libwslay.
 *
 * Two ports: the front's, with the web interface, /api/v1 and the hub's
 * routes, and the hub's, with the hub's routes alone. Both are bound to one
 * address. When that is not a loopback address, a token is made that every
 * request needs (api/guard.h).
 *
 * Each connection has a thread (libmicrohttpd's thread-per-connection mode): a
 * request may work for seconds on one opened snapshot, which belongs to one
 * thread, and a slow client holds nothing but its own thread. How many there
 * may be, and how many of them may work at once, are limits.
 *
 * Nothing is written, printed or logged here.
 */
#ifndef API_SERVER_H
#define API_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/api/catalog.h"
#include "analyzer/api/limits.h"
#include "analyzer/export/limits.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"

struct server;

struct server_options {
	const char *host;   /* an address or "localhost" */
	uint16_t front;     /* port; 0: whichever is free */
	uint16_t hub;       /* likewise */
	const char *ui_dir; /* serve this folder; NULL: what is built in */
	const char *token;  /* needed on any address; NULL: see above */
	struct str tls_key; /* PEM; both or none */
	struct str tls_cert;
	bool hub_strict;   /* the hub's face leaves out incomplete entries */
	bool allow_replay; /* to loopback addresses */
	struct api_limits limits;
	struct export_limits export_limits;
};

/*
 * Answers from now on. Everything that `o` points to, and the catalog, must
 * outlive the server. ERR_USAGE (a host that is none), or what binding failed
 * with: a port that is taken is named in *e.
 */
int server_start(const struct server_options *o, struct catalog *catalog,
                 struct err *e, struct server **ret_server) WARN_UNUSED;

/* Cancels what goes on, closes every connection, waits for all threads. */
void server_stop(struct server *s);

enum { SERVER_URL = 400 };

/* Where a browser finds it, with the token if there is one. */
void server_front_url(const struct server *s, char out[SERVER_URL]);
void server_hub_url(const struct server *s, char out[SERVER_URL]);
/* "" when none is needed. */
const char *server_token(const struct server *s);

#endif /* API_SERVER_H */
