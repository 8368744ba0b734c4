/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/graphql/graphql_multipart.h"

#include "base/cursor.h"

/* --- uploads -------------------------------------------------------------- */

/* How much of `text` matches, when one more byte has come. */
static uint8_t
upload_match(struct str text, uint8_t n, uint8_t byte)
{
	struct cursor c = cur_from_str(str_tail(text, n), false);

	if (cur_u8(&c) == byte)
		return (uint8_t)(n + 1);
	c = cur_from_str(text, false);
	return cur_u8(&c) == byte ? 1 : 0;
}

bool
graphql_upload_feed(struct graphql_upload *u, struct str bytes,
                    struct str *ret_json)
{
	const struct str name = STR("name=\"operations\"");
	const struct str blank = STR("\r\n\r\n");
	struct cursor c = cur_from_str(bytes, false);

	while (!u->inside && !cur_at_end(&c)) {
		uint8_t b = cur_u8(&c);

		if (u->n++ == GRAPHQL_MULTIPART_HEAD)
			return false;
		if (!u->named)
			u->name = upload_match(name, u->name, b);
		u->named |= u->name == name.n;
		u->blank = upload_match(blank, u->blank, b);
		if (u->blank < blank.n)
			continue;
		if (!u->named)
			return false;
		u->inside = true;
	}
	*ret_json = cur_rest(&c);
	return true;
}

/* --- results -------------------------------------------------------------- */

enum graphql_delivery
graphql_multipart_delivery(struct str content_type)
{
	struct str type, rest;

	(void)str_split1(content_type, ';', &type, &rest);
	type = str_trim(type);
	if (str_eq_nocase(type, STR("multipart/mixed")))
		return GRAPHQL_MIXED;
	return str_eq_nocase(type, STR("text/event-stream")) ? GRAPHQL_EVENTS
	                                                     : GRAPHQL_AT_ONCE;
}

/* The next line, without its end; false when there is none. */
static bool
take_line(struct str *io, struct str *ret)
{
	if (io->n == 0)
		return false;
	(void)str_split1(*io, '\n', ret, io);
	if (str_ends(*ret, STR("\r")))
		*ret = str_head(*ret, ret->n - 1);
	return true;
}

/* "data: JSON"; of an event with several such lines, the first. */
static bool
next_event(struct str *io, struct str *ret)
{
	struct str line;

	while (take_line(io, &line)) {
		if (!str_starts(line, STR("data:")))
			continue;
		*ret = str_trim(str_tail(line, 5));
		if (ret->n != 0)
			return true;
	}
	return false;
}

/* What is between a blank line and the next line that begins with "--". */
static bool
next_mixed(struct str *io, struct str *ret)
{
	struct str line, body;

	do {
		if (!take_line(io, &line))
			return false;
	} while (line.n != 0 || str_starts(*io, STR("--")));
	body = *io;
	while (io->n != 0 && !str_starts(*io, STR("--")))
		(void)take_line(io, &line);
	*ret = str_trim(str_head(body, body.n - io->n));
	return true;
}

bool
graphql_multipart_next(enum graphql_delivery delivery, struct str *io_rest,
                       struct str *ret_json)
{
	return delivery == GRAPHQL_EVENTS ? next_event(io_rest, ret_json)
	                                  : next_mixed(io_rest, ret_json);
}
