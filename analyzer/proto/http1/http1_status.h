/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http1_status: the text of a status code, in Go's words, which is what the
 * compatible API shows whatever the server wrote; empty for other codes.
 */
#ifndef HTTP1_STATUS_H
#define HTTP1_STATUS_H

#include <stdint.h>

#include "base/str.h"

struct str http1_status_text(int32_t code);

#endif /* HTTP1_STATUS_H */
