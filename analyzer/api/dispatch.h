/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dispatch: the life of a request between libmicrohttpd and its handler.
 *
 * Head: may it be answered (api/guard.h), and by whom (api/route.h)? Body:
 * gathered up to its limit. Then it waits for its turn, is watched while the
 * handler works, and the reply is sent. The struct call lives from the first to
 * the last moment of that.
 */
#ifndef API_DISPATCH_H
#define API_DISPATCH_H

#include <microhttpd.h>

/* libmicrohttpd's callbacks; cls is a struct server_port. */
enum MHD_Result dispatch_request(void *cls, struct MHD_Connection *conn,
                                 const char *url, const char *method,
                                 const char *version, const char *upload,
                                 size_t *upload_size, void **con_cls);
void dispatch_completed(void *cls, struct MHD_Connection *conn, void **con_cls,
                        enum MHD_RequestTerminationCode why);

#endif /* API_DISPATCH_H */
