/* SPDX-License-Identifier: Apache-2.0 */
/* What server.c shares with the parts that serve. */
#ifndef API_SERVER_IMPL_H
#define API_SERVER_IMPL_H

#include <stdatomic.h>
#include <stdbool.h>

#include "analyzer/api/catalog.h"
#include "analyzer/api/gate.h"
#include "analyzer/api/guard.h"
#include "analyzer/api/server.h"
#include "analyzer/api/socket.h"
#include "analyzer/api/watch.h"

struct MHD_Daemon;

/* A port and what is served there. */
struct server_port {
	struct server *server;
	bool hub; /* the hub's */
	uint16_t port;
	int fd;
	struct MHD_Daemon *daemon;
};

struct server {
	struct server_options opt;
	struct catalog *catalog;
	struct guard guard;
	struct watch *watch;
	struct gate queries;
	struct sockets sockets;
	/* Connections that are open, on both ports. */
	atomic_uint_fast64_t visits;
	/* Scripts that the hub's clients have sent: only their number. */
	atomic_uint_fast64_t scripts;
	struct server_port front, hub;
	bool tls;
};

#endif /* API_SERVER_IMPL_H */
