/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/http1/http1_line.h"

#include "analyzer/proto/http_field.h"
#include "base/str.h"

/* RFC 9110 and RFC 5789, WebDAV, and what proxies and UPnP use over TCP. */
static const struct str line_methods[] = {
	STR_INIT("GET"),         STR_INIT("POST"),     STR_INIT("PUT"),
	STR_INIT("HEAD"),        STR_INIT("DELETE"),   STR_INIT("PATCH"),
	STR_INIT("OPTIONS"),     STR_INIT("CONNECT"),  STR_INIT("TRACE"),
	STR_INIT("PROPFIND"),    STR_INIT("REPORT"),   STR_INIT("SEARCH"),
	STR_INIT("MKCOL"),       STR_INIT("COPY"),     STR_INIT("MOVE"),
	STR_INIT("LOCK"),        STR_INIT("UNLOCK"),   STR_INIT("PROPPATCH"),
	STR_INIT("SUBSCRIBE"),   STR_INIT("NOTIFY"),   STR_INIT("PURGE"),
	STR_INIT("UNSUBSCRIBE"), STR_INIT("M-SEARCH"),
};

static const struct str line_version = STR_INIT("HTTP/1.");

/* Length of the token that s begins with. */
static size_t
line_token_length(struct str s, size_t max)
{
	struct str head = str_head(s, max);
	size_t n = 0;

	for (const char *p = head.p; n < head.n && http_field_tchar(*p); p++)
		n++;
	return n;
}

/* "HTTP/1.d": the minor version, or -1. */
static int
line_minor(struct str s)
{
	uint64_t minor;

	if (s.n != line_version.n + 1 || !str_starts(s, line_version) ||
	    str_u64(str_tail(s, line_version.n), &minor) != 0)
		return -1;
	return (int)minor;
}

/* HTTP/1.1 SP 200 [SP reason] */
static bool
line_status(struct str line, struct http1_line *ret_line)
{
	struct str version, code;
	uint64_t status;
	int minor;

	if (!str_split1(line, ' ', &version, &code))
		return false;
	minor = line_minor(version);
	(void)str_split1(code, ' ', &code, &line);
	code = str_trim(code);
	if (minor < 0 || code.n != 3 || str_u64(code, &status) != 0 ||
	    status < 100)
		return false;
	*ret_line = (struct http1_line){ .response = true,
		                         .minor = (unsigned)minor,
		                         .status = (int32_t)status };
	return true;
}

static bool
line_has_control(struct str s)
{
	struct cursor c = cur_from_str(s, false);

	while (!cur_at_end(&c)) {
		uint8_t b = cur_u8(&c);

		if (b < ' ' || b == 0x7f)
			return true;
	}
	return false;
}

/*
 * GET SP target SP HTTP/1.1. The version is what follows the last space: a
 * target with a blank inside is wrong, but clients send it and servers answer.
 */
static bool
line_request(struct str line, struct http1_line *ret_line)
{
	struct str version, rest;
	size_t n = line_token_length(line, HTTP1_METHOD_MAX);
	int minor;

	if (n == 0 || line_has_control(line))
		return false;
	line = str_trim(line);
	rest = str_tail(line, n);
	if (!str_starts(rest, STR(" ")) || rest.n < line_version.n + 4)
		return false;
	version = str_tail(rest, rest.n - line_version.n - 2);
	rest = str_trim(str_head(rest, rest.n - version.n));
	minor = line_minor(str_tail(version, 1));
	if (minor < 0 || !str_starts(version, STR(" ")) || rest.n == 0)
		return false;
	*ret_line = (struct http1_line){ .minor = (unsigned)minor,
		                         .method = str_head(line, n),
		                         .target = rest };
	return true;
}

bool
http1_line_parse(struct str line, bool response, struct http1_line *ret_line)
{
	return response ? line_status(line, ret_line)
	                : line_request(line, ret_line);
}

static bool
line_known_method(struct str s)
{
	for (size_t i = 0; i < ARRAY_LEN(line_methods); i++)
		if (str_eq(s, line_methods[i]))
			return true;
	return false;
}

/* A target as browsers and libraries send it, seen from its beginning. */
static bool
line_likely_target(struct str s)
{
	return str_starts(s, STR("/")) || str_starts(s, STR("* HTTP/1")) ||
	       str_starts_nocase(s, STR("http://")) ||
	       str_starts_nocase(s, STR("https://"));
}

enum verdict
http1_line_begins(struct str bytes, bool response)
{
	size_t n;
	struct str method;

	/* The line may have been cut between its CR and its LF. */
	if (str_ends(bytes, STR("\r")))
		bytes = str_head(bytes, bytes.n - 1);
	if (response) {
		struct str want = str_head(line_version, bytes.n);

		if (!str_starts(bytes, want))
			return VERDICT_NO;
		return want.n == line_version.n ? VERDICT_YES : VERDICT_MAYBE;
	}
	n = line_token_length(bytes, HTTP1_METHOD_MAX + 1);
	if (n > HTTP1_METHOD_MAX)
		return VERDICT_NO;
	if (n == bytes.n)
		return VERDICT_MAYBE;
	method = str_head(bytes, n);
	bytes = str_tail(bytes, n);
	if (n == 0 || !str_starts(bytes, STR(" ")) || line_has_control(bytes))
		return VERDICT_NO;
	return line_known_method(method) &&
	               line_likely_target(str_tail(bytes, 1))
	           ? VERDICT_YES
	           : VERDICT_MAYBE;
}

/* --- searching --------------------------------------------------------------
 */

enum { LINE_STATUS_SEEN = 32 }; /* enough of a status line to know it */

static size_t
line_find_status(struct str line)
{
	struct http1_line ignored;
	size_t at = 0, found = line.n;

	while (at < line.n) {
		struct str rest = str_tail(line, at);
		size_t i = str_find(rest, line_version);

		if (i == rest.n)
			break;
		at += i;
		rest = str_head(str_tail(line, at), LINE_STATUS_SEEN);
		if (line_status(rest, &ignored))
			found = at;
		at++;
	}
	return found;
}

/* Length of the longest method in common use that s ends with, or 0. */
static size_t
line_ending_method(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_LEN(line_methods); i++)
		if (line_methods[i].n > n && str_ends(s, line_methods[i]))
			n = line_methods[i].n;
	return n;
}

/* The last one has the shortest target, and so the fewest blanks in it. */
static size_t
line_find_request(struct str line)
{
	struct http1_line ignored;
	size_t version = line_version.n + 1, found = line.n, at = 0;

	if (line.n < version ||
	    line_minor(str_tail(line, line.n - version)) < 0)
		return line.n;
	while (at < line.n) {
		struct str rest = str_tail(line, at);
		size_t word = str_find_char(rest, ' ');
		size_t n;

		/* What was found does not reach to the end, then. */
		if (line_has_control(str_head(rest, word)))
			found = line.n;
		at += word;
		n = line_ending_method(str_head(line, at));
		if (n != 0 && line_likely_target(str_tail(line, at + 1)))
			found = at - n;
		at++;
	}
	return line_request(str_tail(line, found), &ignored) ? found : line.n;
}

size_t
http1_line_find(struct str line, bool response)
{
	return response ? line_find_status(line) : line_find_request(line);
}

/* Where the end of s may be the beginning of `what`, the longest such end. */
static size_t
line_begun(struct str s, struct str what)
{
	size_t n = what.n - 1 < s.n ? what.n - 1 : s.n;

	while (n != 0 && !str_ends(s, str_head(what, n)))
		n--;
	return s.n - n;
}

/* Could a target begin like this, as far as it goes? */
static bool
line_hopeful_target(struct str s)
{
	return s.n < sizeof("https://") || line_likely_target(s);
}

static size_t
line_hope_request(struct str s)
{
	size_t hope = s.n, at;

	for (at = str_find_char(s, ' '); at < s.n;
	     at += 1 + str_find_char(str_tail(s, at + 1), ' ')) {
		size_t n = line_ending_method(str_head(s, at));

		if (n != 0 && line_hopeful_target(str_tail(s, at + 1)))
			return at - n;
	}
	for (size_t i = 0; i < ARRAY_LEN(line_methods); i++) {
		size_t begun = line_begun(s, line_methods[i]);

		if (str_ends(s, line_methods[i]))
			begun = s.n - line_methods[i].n;
		hope = begun < hope ? begun : hope;
	}
	return hope;
}

size_t
http1_line_hope(struct str bytes, bool response)
{
	size_t at;

	if (!response)
		return line_hope_request(bytes);
	at = str_find(bytes, line_version);
	return at < bytes.n ? at : line_begun(bytes, line_version);
}
