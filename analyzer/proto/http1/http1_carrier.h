/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http1_carrier: how HTTP/1 messages are read when they are shown; see
 * http_view.h.
 */
#ifndef HTTP1_CARRIER_H
#define HTTP1_CARRIER_H

#include "analyzer/proto/http_view.h"

extern const struct http_carrier http1_carrier;

#endif /* HTTP1_CARRIER_H */
