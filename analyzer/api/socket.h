/* SPDX-License-Identifier: Apache-2.0 */
/*
 * socket: a request that becomes a WebSocket, with a thread of its own.
 *
 * The thread ends when its function returns; the function has to return when
 * socket_send() or socket_wait() say that it is over: the client has gone or
 * takes nothing, or the server stops.
 */
#ifndef API_SOCKET_H
#define API_SOCKET_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/str.h"

struct call;
struct server;
struct socket;

/* All sockets of a server. */
struct sockets {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct socket *first;
	uint64_t n;
	bool stopping;
};

void sockets_init(struct sockets *all);
/* Ends all and waits for them; nobody gets a new one. */
void sockets_stop(struct sockets *all);
void sockets_release(struct sockets *all);

/*
 * The reply is a WebSocket that `run` serves. Always 0: when the request is no
 * good handshake, or there are too many, the reply is an error.
 */
int socket_upgrade(struct call *c, void (*run)(struct socket *s));

/* The handshake was not completed. `s` may be NULL. */
void socket_forget(struct socket *s);

/* ---- for `run` ---- */

struct server *socket_server(const struct socket *s);
/*
 * Set when what goes on is to end: because it is all over, or because a
 * snapshot is wanted back. socket_resume() is 0 in the second case, and clears
 * it.
 */
atomic_bool *socket_cancel(struct socket *s);
int socket_resume(struct socket *s) WARN_UNUSED;

/* Waits until the first message of the client has come. ERR_CANCELLED. */
int socket_first(struct socket *s, struct str *ret_message) WARN_UNUSED;
/* Sends a text and waits until little of it is left. ERR_CANCELLED. */
int socket_send(struct socket *s, struct str text) WARN_UNUSED;
/* Waits for ns, answering the client meanwhile. ERR_CANCELLED. */
int socket_wait(struct socket *s, int64_t ns) WARN_UNUSED;
/* A close with this code (RFC 6455, 7.4), and what was queued before it. */
void socket_close(struct socket *s, unsigned code);

#endif /* API_SOCKET_H */
