/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/http_url.h"

#include <stdint.h>
#include <string.h>

#include "base/cursor.h"

/* Where text is, for what has to be escaped there. */
enum part { PART_PATH, PART_USER, PART_HOST };

/* A URL in pieces, after Go's url.URL; all decoded but `query`. */
struct pieces {
	struct str scheme;
	struct str opaque; /* "mailto:x" has no path but this */
	struct str user;
	struct str password;
	struct str host;
	struct str path;
	struct str raw_path; /* set when encoding `path` would differ */
	struct str query;
	bool has_user;
	bool has_password;
	bool has_query;
	bool omit_host; /* "http:/path" */
};

/* --- escapes ------------------------------------------------------------ */

static bool
url_is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z');
}

static bool
url_in(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* May c stand for itself in that part? */
static bool
url_literal(char c, enum part part)
{
	if (url_is_alnum(c) || url_in(c, "-_.~"))
		return true;
	switch (part) {
	case PART_PATH:
		return url_in(c, "$&+,/:;=@");
	case PART_USER:
		return url_in(c, "$&+,;=");
	case PART_HOST:
		break;
	}
	return url_in(c, "!$&'()*+,;=:[]<>\"");
}

static bool
url_has_control(struct str s)
{
	const char *p = s.p;

	for (size_t i = 0; i < s.n; i++, p++)
		if ((uint8_t)*p < ' ' || *p == 0x7f)
			return true;
	return false;
}

bool
http_url_decode(struct str s, bool form, struct arena *a, struct str *ret_text)
{
	struct cursor c = cur_from_str(s, false);
	size_t n = 0;
	char *out;

	if (memchr(s.n != 0 ? s.p : "", '%', s.n) == NULL &&
	    (!form || memchr(s.n != 0 ? s.p : "", '+', s.n) == NULL)) {
		*ret_text = s;
		return true;
	}
	out = arena_alloc(a, s.n);
	if (out == NULL)
		return false;
	while (!cur_at_end(&c)) {
		uint8_t b = cur_u8(&c);

		if (b == '%') {
			unsigned hi = cur_digit(cur_u8(&c));
			unsigned lo = cur_digit(cur_u8(&c));

			if (!cur_ok(&c) || hi > 15 || lo > 15)
				return false;
			b = (uint8_t)(hi << 4 | lo);
		} else if (b == '+' && form) {
			b = ' ';
		}
		out[n++] = (char)b;
	}
	*ret_text = str_make(out, n);
	return true;
}

static struct str
url_encode(struct str s, enum part part, struct arena *a)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t extra = 0, n = 0;
	const char *p = s.p;
	char *out;

	for (size_t i = 0; i < s.n; i++, p++)
		extra += url_literal(*p, part) ? 0 : 2;
	if (extra == 0)
		return s;
	out = arena_alloc(a, s.n + extra);
	if (out == NULL)
		return STR_NONE;
	p = s.p;
	for (size_t i = 0; i < s.n; i++, p++) {
		if (url_literal(*p, part)) {
			out[n++] = *p;
			continue;
		}
		out[n++] = '%';
		out[n++] = hex[(uint8_t)*p >> 4];
		out[n++] = hex[(uint8_t)*p & 15];
	}
	return str_make(out, n);
}

/* Is this text a correctly escaped path already? */
static bool
url_path_valid(struct str s)
{
	const char *p = s.p;

	for (size_t i = 0; i < s.n; i++, p++)
		if (!url_literal(*p, PART_PATH) && !url_in(*p, "!'()*[]%"))
			return false;
	return true;
}

/* --- parsing ------------------------------------------------------------ */

/* The length of "scheme" in "scheme:", 0 without one; false for ":...". */
static bool
url_scheme(struct str s, size_t *ret_n)
{
	const char *p = s.p;

	*ret_n = 0;
	for (size_t i = 0; i < s.n; i++, p++) {
		if (*p == ':') {
			*ret_n = i;
			return i != 0;
		}
		if (!url_is_alnum(*p) && !url_in(*p, "+-."))
			return true;
		if (i == 0 && ((*p >= '0' && *p <= '9') || url_in(*p, "+-.")))
			return true;
	}
	return true;
}

static struct str
url_lower(struct str s, struct arena *a)
{
	char *out = arena_alloc(a, s.n);

	if (out == NULL)
		return STR_NONE;
	for (size_t i = 0; i < s.n; i++)
		out[i] = str_lower(*str_tail(s, i).p);
	return str_make(out, s.n);
}

/* "" or ":" and digits. */
static bool
url_port_valid(struct str s)
{
	const char *p = s.p;

	if (s.n == 0)
		return true;
	if (*p != ':')
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (*++p < '0' || *p > '9')
			return false;
	return true;
}

/* The index behind the last c, or 0. */
static size_t
url_after_last(struct str s, char c)
{
	const char *p = s.p;

	for (size_t n = s.n; n != 0; n--)
		if (p[n - 1] == c)
			return n;
	return 0;
}

static bool
url_host(struct str s, struct arena *a, struct pieces *u)
{
	size_t at;
	const char *p;

	if (str_starts(s, STR("["))) {
		at = url_after_last(s, ']');
		if (at == 0 || !url_port_valid(str_tail(s, at)))
			return false;
	} else {
		at = url_after_last(s, ':');
		if (at != 0 && !url_port_valid(str_tail(s, at - 1)))
			return false;
	}
	p = s.p;
	for (size_t i = 0; i < s.n; i++, p++)
		if ((uint8_t)*p < 0x80 && *p != '%' &&
		    !url_literal(*p, PART_HOST))
			return false;
	return http_url_decode(s, false, a, &u->host);
}

static bool
url_authority(struct str s, struct arena *a, struct pieces *u)
{
	size_t at = url_after_last(s, '@');
	struct str user, password;
	const char *p = s.p;

	if (at == 0)
		return url_host(s, a, u);
	for (size_t i = 0; i < at - 1; i++, p++)
		if (!url_is_alnum(*p) && !url_in(*p, "-._:~!$&'()*+,;=%@"))
			return false;
	u->has_user = true;
	u->has_password = str_split1(str_head(s, at - 1), ':', &user,
	                             &password);
	return http_url_decode(user, false, a, &u->user) &&
	       http_url_decode(password, false, a, &u->password) &&
	       url_host(str_tail(s, at), a, u);
}

static bool
url_set_path(struct str s, struct arena *a, struct pieces *u)
{
	if (!http_url_decode(s, false, a, &u->path))
		return false;
	if (!str_eq(url_encode(u->path, PART_PATH, a), s))
		u->raw_path = s;
	return true;
}

/* Is there a colon in the first segment of a path? It would be a scheme. */
static bool
url_colon_first(struct str s)
{
	return str_find_char(s, ':') < str_find_char(s, '/');
}

/*
 * Go's url.ParseRequestURI() when `request`, else url.Parse() of something that
 * has no fragment.
 */
static bool
url_split(struct str s, bool request, struct arena *a, struct pieces *u)
{
	size_t n;
	size_t at;

	*u = (struct pieces){ .scheme = STR_NONE };
	if (url_has_control(s) || (s.n == 0 && request) || !url_scheme(s, &n))
		return false;
	if (str_eq(s, STR("*"))) {
		u->path = s;
		return true;
	}
	if (n != 0) {
		u->scheme = url_lower(str_head(s, n), a);
		s = str_tail(s, n + 1);
	}
	u->has_query = str_split1(s, '?', &s, &u->query);
	if (!str_starts(s, STR("/"))) {
		if (n != 0) {
			u->opaque = s;
			return true;
		}
		if (request || url_colon_first(s))
			return false;
	}
	if (str_starts(s, STR("//")) &&
	    (n != 0 || (!request && !str_starts(s, STR("///"))))) {
		s = str_tail(s, 2);
		at = str_find_char(s, '/');
		if (!url_authority(str_head(s, at), a, u))
			return false;
		s = str_tail(s, at);
	} else if (n != 0 && str_starts(s, STR("/"))) {
		u->omit_host = true;
	}
	return url_set_path(s, a, u);
}

/* --- writing ------------------------------------------------------------ */

static struct str
url_escaped_path(const struct pieces *u, struct arena *a)
{
	if (u->raw_path.n != 0 && url_path_valid(u->raw_path))
		return u->raw_path;
	if (str_eq(u->path, STR("*")))
		return u->path;
	return url_encode(u->path, PART_PATH, a);
}

/* "//user:password@host", as far as there is any of it. */
static struct str
url_join_authority(const struct pieces *u, struct arena *a)
{
	bool none = u->host.n == 0 && !u->has_user;

	if ((u->scheme.n == 0 && none) || (u->omit_host && none))
		return STR_NONE;
	if (none && u->path.n == 0)
		return STR_NONE;
	return arena_printf(a, "//" STR_FMT "%s" STR_FMT "%s" STR_FMT,
	                    STR_ARG(url_encode(u->user, PART_USER, a)),
	                    u->has_password ? ":" : "",
	                    STR_ARG(url_encode(u->password, PART_USER, a)),
	                    u->has_user ? "@" : "",
	                    STR_ARG(url_encode(u->host, PART_HOST, a)));
}

static struct str
url_join(const struct pieces *u, struct arena *a)
{
	struct str authority = STR_NONE;
	struct str path = u->opaque;
	const char *before = "";

	if (u->opaque.n == 0) {
		authority = url_join_authority(u, a);
		path = url_escaped_path(u, a);
		if (path.n != 0 && u->host.n != 0 &&
		    !str_starts(path, STR("/")))
			before = "/";
		else if (u->scheme.n == 0 && authority.n == 0 &&
		         url_colon_first(path))
			before = "./";
	}
	return arena_printf(a, STR_FMT "%s" STR_FMT "%s" STR_FMT "%s" STR_FMT,
	                    STR_ARG(u->scheme), u->scheme.n != 0 ? ":" : "",
	                    STR_ARG(authority), before, STR_ARG(path),
	                    u->has_query ? "?" : "", STR_ARG(u->query));
}

/* --- targets ------------------------------------------------------------ */

bool
http_url_plain(struct str target, struct str *ret_path)
{
	struct str path = str_head(target, str_find_char(target, '?'));

	if (!str_starts(path, STR("/")) || str_starts(path, STR("//")) ||
	    str_find_char(path, '%') != path.n ||
	    str_find_char(target, '#') != target.n || url_has_control(target))
		return false;
	*ret_path = path;
	return true;
}

/* The path of a URI that url_join() wrote; when it cannot be parsed, the URI.
 */
static struct str
url_path_of(struct str uri, struct arena *a)
{
	struct pieces u;
	struct str rest, fragment;

	(void)str_split1(uri, '#', &rest, &fragment);
	if (!url_split(rest, false, a, &u) ||
	    !http_url_decode(fragment, false, a, &fragment))
		return uri;
	return u.path;
}

struct http_url
http_url_parse(struct str target, bool connect, struct arena *a)
{
	struct http_url r = { .uri = target, .path = target };
	struct pieces u;
	bool authority = connect && !str_starts(target, STR("/"));
	struct str s = target;

	if (authority)
		s = arena_printf(a, "http://" STR_FMT, STR_ARG(target));
	if (!url_split(s, true, a, &u) || arena_error(a) != 0)
		return r;
	if (authority)
		u.scheme = STR_NONE;
	s = url_join(&u, a);
	if (arena_error(a) != 0)
		return r;
	r.uri = s;
	r.query = u.query;
	r.host = u.host;
	r.path = url_path_of(s, a);
	if (arena_error(a) != 0)
		r.path = s;
	return r;
}
