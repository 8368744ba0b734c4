/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_status: the text of a status code, in Go's words, which is what the
 * compatible API shows whatever the server wrote; empty for other codes.
 */
#ifndef HTTP_STATUS_H
#define HTTP_STATUS_H

#include <stdint.h>

#include "base/str.h"

struct str http_status_text(int32_t code);

#endif /* HTTP_STATUS_H */
