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

static bool
head_is_blank(uint8_t b)
{
	return b == ' ' || b == '\t';
}

/* Blanks and line ends at both ends: a folded value may have either. */
static struct str
head_trim(struct str s)
{
	for (;;) {
		struct str t = str_trim(s);

		while (t.n != 0 &&
		       (str_starts(t, STR("\r")) || str_starts(t, STR("\n"))))
			t = str_tail(t, 1);
		while (t.n != 0 &&
		       (str_ends(t, STR("\r")) || str_ends(t, STR("\n"))))
			t = str_head(t, t.n - 1);
		if (t.n == s.n)
			return t;
		s = t;
	}
}

/* A field with its continuation lines; the empty str when there is none. */
static struct str
head_field(struct cursor *fields)
{
	struct cursor c = *fields;
	struct str line = cur_line_lf(&c, SIZE_MAX);

	if (!cur_ok(&c)) {
		/* The head was cut here: what there is of the line counts. */
		c = *fields;
		line = cur_rest(&c);
	}
	while (line.n != 0 && !cur_at_end(&c)) {
		struct cursor next = c;

		if (!head_is_blank(cur_peek_u8(&next)))
			break;
		(void)cur_line_lf(&next, SIZE_MAX);
		if (!cur_ok(&next)) {
			next = c;
			(void)cur_rest(&next);
		}
		c = next;
		line = str_make(fields->p, cur_left(fields) - cur_left(&c));
	}
	*fields = c;
	return line;
}

/* The next field with its value untrimmed: trimming costs, and few are used. */
static bool
head_next(struct cursor *fields, struct http1_field *ret_field)
{
	struct str line;

	while (cur_ok(fields) && !cur_at_end(fields)) {
		line = head_field(fields);
		if (line.n == 0)
			return false;
		if (str_split1(line, ':', &ret_field->name,
		               &ret_field->value) &&
		    ret_field->name.n != 0)
			return true;
	}
	return false;
}

bool
http1_head_next(struct cursor *fields, struct http1_field *ret_field)
{
	if (!head_next(fields, ret_field))
		return false;
	ret_field->value = head_trim(ret_field->value);
	return true;
}

struct str
http1_head_find(struct str head, struct str name)
{
	struct http1_field f;
	struct cursor fields;

	(void)http1_head_line(head, &fields);
	while (head_next(&fields, &f))
		if (str_eq_nocase(str_trim(f.name), name))
			return head_trim(f.value);
	return STR_NONE;
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
		if (str_u64(head_trim(one), &n) != 0 || n > INT64_MAX) {
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
		one = head_trim(one);
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
		one = head_trim(one);
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
	struct http1_field field;
	struct cursor fields;

	(void)http1_head_line(head, &fields);
	while (head_next(&fields, &field)) {
		struct str name = str_trim(field.name);

		f.fields++;
		switch (name.n) {
		case sizeof("Host") - 1:
			if (f.has_host || !str_eq_nocase(name, STR("host")))
				break;
			f.has_host = true;
			f.host = head_trim(field.value);
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
