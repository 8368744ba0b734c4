/* SPDX-License-Identifier: Apache-2.0 */
/*
 * visit: one connection of a client, from its acceptance to its end.
 *
 * The library's timeout begins anew with every byte that arrives, so that a
 * client could hold a connection for ever by sending one now and then. Here a
 * request, its handshake included, has a time in which it has to be whole:
 * twice the limit api-idle-seconds, since a connection may be silent for as
 * long before a request begins. Then it is shut down.
 *
 * And the connections are counted, on both ports together: when there are
 * api-connections of them, another one is closed at once.
 */
#ifndef API_VISIT_H
#define API_VISIT_H

#include <microhttpd.h>

/* libmicrohttpd's callbacks; cls is a struct server_port. */
enum MHD_Result visit_accept(void *cls, const struct sockaddr *from,
                             socklen_t n);
void visit_notify(void *cls, struct MHD_Connection *conn, void **visit,
                  enum MHD_ConnectionNotificationCode what);

/* A request is whole. */
void visit_arrived(struct MHD_Connection *conn);
/* It has been answered; the next one may come. */
void visit_await(struct MHD_Connection *conn);

/* Of the connection, or -1. */
int visit_fd(struct MHD_Connection *conn);

#endif /* API_VISIT_H */
