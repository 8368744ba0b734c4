/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reply: what a call holds becomes a response on its connection.
 *
 * Every response gets the fields that keep browsers from doing more with it
 * than was meant; a large text is compressed when the client takes gzip.
 */
#ifndef API_REPLY_H
#define API_REPLY_H

#include "analyzer/api/call.h"

/*
 * Queue it. The call lives until the response was sent. An enum MHD_Result:
 * MHD_NO closes the connection.
 */
int reply_send(struct call *c);

#endif /* API_REPLY_H */
