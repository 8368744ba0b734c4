/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/http1/http1_head.h"

size_t
http1_head_end(const struct cursor *in, size_t *scanned)
{
	struct cursor c = *in;

	if (!cur_skip(&c, *scanned))
		return 0;
	for (;;) {
		const uint8_t *lf = cur_scan(&c, '\n', cur_left(&c));
		struct cursor after;
		uint8_t b;

		if (lf == NULL) {
			*scanned = cur_left(in);
			return 0;
		}
		(void)cur_skip(&c, (size_t)(lf - c.p));
		after = c;
		(void)cur_skip(&after, 1);
		b = cur_u8(&after);
		if (b == '\r')
			b = cur_u8(&after);
		if (!cur_ok(&after)) {
			/* Look at this line end once more, with what follows.
			 */
			*scanned = cur_left(in) - cur_left(&c);
			return 0;
		}
		if (b == '\n')
			return cur_left(in) - cur_left(&after);
		(void)cur_skip(&c, 1);
	}
}

struct str
http1_head_line(struct str head, struct cursor *ret_fields)
{
	struct str line;

	*ret_fields = cur_from_str(head, false);
	line = cur_line_lf(ret_fields, SIZE_MAX);
	if (cur_ok(ret_fields))
		return line;
	/* Cut off within its first line. */
	*ret_fields = cur_make(NULL, 0, false);
	return head;
}

struct str
http1_head_find(struct str head, struct str name)
{
	struct cursor fields;

	(void)http1_head_line(head, &fields);
	return http_field_find(fields, name);
}

/* --- framing ------------------------------------------------------------ */

/* "5", or "5, 5" as some proxies make of two equal fields. */
static void
head_length(struct str value, struct http1_framing *f)
{
	struct str one;
	uint64_t n;

	do {
		(void)str_split1(value, ',', &one, &value);
		if (str_u64(http_field_trim(one), &n) != 0 || n > INT64_MAX) {
			f->faults |= HTTP1_FAULT_LENGTH_BAD;
		} else if (!f->sized) {
			f->sized = true;
			f->length = n;
		} else if (f->length != n) {
			f->faults |= HTTP1_FAULT_LENGTH_CONFLICT;
		}
	} while (value.n != 0);
}

static void
head_codings(struct str value, struct http1_framing *f)
{
	struct str one;

	while (value.n != 0) {
		(void)str_split1(value, ',', &one, &value);
		one = http_field_trim(one);
		if (one.n == 0 || str_eq_nocase(one, STR("identity")))
			continue;
		if (f->chunked)
			f->faults |= HTTP1_FAULT_CODING;
		f->coded = true;
		f->chunked = str_eq_nocase(one, STR("chunked"));
	}
}

static void
head_upgrade(struct str value, struct http1_framing *f)
{
	struct str one;

	while (value.n != 0 && f->upgrade == HTTP1_UPGRADE_NONE) {
		(void)str_split1(value, ',', &one, &value);
		one = http_field_trim(one);
		if (str_eq_nocase(one, STR("websocket")))
			f->upgrade = HTTP1_UPGRADE_WEBSOCKET;
		else if (str_eq_nocase(one, STR("h2c")))
			f->upgrade = HTTP1_UPGRADE_H2C;
		else if (one.n != 0)
			f->upgrade = HTTP1_UPGRADE_OTHER;
	}
}

void
http1_head_framing(struct str head, struct http1_framing *ret_framing)
{
	struct http1_framing f = { .coded = false };
	struct http_field field;
	struct cursor fields;

	(void)http1_head_line(head, &fields);
	while (http_field_next_raw(&fields, &field)) {
		struct str name = str_trim(field.name);

		f.fields++;
		switch (name.n) {
		case sizeof("Host") - 1:
			if (f.has_host || !str_eq_nocase(name, STR("host")))
				break;
			f.has_host = true;
			f.host = http_field_trim(field.value);
			break;
		case sizeof("Content-Type") - 1:
			if (f.content_type.n == 0 &&
			    str_eq_nocase(name, STR("content-type")))
				f.content_type = http_field_trim(field.value);
			break;
		case sizeof("Upgrade") - 1:
			if (str_eq_nocase(name, STR("upgrade")))
				head_upgrade(field.value, &f);
			break;
		case sizeof("Content-Length") - 1:
			if (str_eq_nocase(name, STR("content-length")))
				head_length(field.value, &f);
			break;
		case sizeof("Transfer-Encoding") - 1:
			if (str_eq_nocase(name, STR("transfer-encoding")))
				head_codings(field.value, &f);
			break;
		default:
			break;
		}
	}
	if (f.coded && f.sized)
		f.faults |= HTTP1_FAULT_LENGTH_CODED;
	*ret_framing = f;
}
