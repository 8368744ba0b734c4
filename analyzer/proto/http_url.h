/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_url: request targets, read the way Go's net/url reads them.
 *
 * The compatible API shows targets as the original did, which parsed the
 * target, wrote it out again, and parsed that once more; paths come out of the
 * second pass. So "//a//b/" has the path "//b/", CONNECT's "host:port" is shown
 * as "//host:port" with an empty path, and what cannot be parsed is shown as it
 * is, as target and as path. RFC 3986; RFC 9112, section 3.2.
 */
#ifndef HTTP_URL_H
#define HTTP_URL_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

struct http_url {
	struct str uri;   /* the target, written out again */
	struct str path;  /* percent-decoded */
	struct str query; /* behind the first '?', as it was sent */
	struct str host;  /* authority; empty for a plain path */
};

/*
 * Parts of the result lie in `target`, others in the arena. When the arena
 * fails (arena_error() tells), the parts are those of a target that cannot be
 * parsed.
 */
struct http_url http_url_parse(struct str target, bool connect,
                               struct arena *a);

/*
 * Is the path of this target simply what is before its '?'? Most are, and need
 * neither the parser nor an arena. *ret_path is set only when it is.
 */
bool http_url_plain(struct str target, struct str *ret_path);

/*
 * Percent-decode s; with `form`, '+' is a blank. False when an escape is
 * broken, or no memory. The result may be s itself.
 */
bool http_url_decode(struct str s, bool form, struct arena *a,
                     struct str *ret_text);

#endif /* HTTP_URL_H */
