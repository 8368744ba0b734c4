/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/redis/redis_resp.h"

/* Lines have no bound of their own: a server may send one of any length. */
#define RESP_LINE_MAX PTRDIFF_MAX

static const struct cur_set resp_digits = {
	.in = { ['0' ... '9'] = 1 },
};

static const struct cur_set resp_double = {
	.in = { ['0' ... '9'] = 1,
	        ['+'] = 1,
	        ['-'] = 1,
	        ['.'] = 1,
	        ['e'] = 1,
	        ['E'] = 1,
	        ['i'] = 1,
	        ['n'] = 1,
	        ['f'] = 1,
	        ['a'] = 1,
	        ['I'] = 1,
	        ['N'] = 1 },
};

/* A line that consists of these characters, after an optional sign. */
static struct str
resp_number(struct cursor *c, const struct cur_set *set)
{
	struct str line = cur_line(c, REDIS_NUMBER_MAX);
	struct cursor digits;

	if (!cur_ok(c))
		return STR_NONE;
	digits = cur_from_str(line, false);
	if (str_starts(line, STR("-")) || str_starts(line, STR("+")))
		(void)cur_skip(&digits, 1);
	if (cur_token(&digits, set, REDIS_NUMBER_MAX).n == 0 ||
	    !cur_at_end(&digits))
		cur_bad(c);
	return line;
}

/* One of two values, or the only one. */
static struct str
resp_choice(struct cursor *c, struct str one, struct str other)
{
	struct str line = cur_line(c, 1);

	if (cur_ok(c) && !str_eq(line, one) && !str_eq(line, other))
		cur_bad(c);
	return line;
}

/* Digits and a line end, all there: what nearly every length is. */
static bool
resp_usual_length(struct cursor *c, uint64_t max, uint64_t *io_n)
{
	struct cursor d = *c;
	uint64_t n = cur_decimal(&d, max);

	if (!cur_ok(&d) || cur_left(c) - cur_left(&d) > REDIS_LENGTH_MAX ||
	    !cur_expect(&d, STR("\r\n")))
		return false;
	*c = d;
	*io_n = n;
	return true;
}

/* A length: digits, "-1" for no value, "?" for a length not known yet. */
static void
resp_length(struct cursor *c, uint64_t max, struct redis_item *io,
            uint64_t *io_n)
{
	struct str line;

	if (resp_usual_length(c, max, io_n))
		return;
	line = cur_line(c, REDIS_LENGTH_MAX);
	if (!cur_ok(c))
		return;
	if (str_eq(line, STR("-1"))) {
		io->null = true;
		io->shape = REDIS_LINE;
	} else if (str_eq(line, STR("?"))) {
		io->shape = io->shape == REDIS_CONTENT ? REDIS_CHUNKS
		                                       : REDIS_UNTIL_END;
	} else if (str_u64(line, io_n) != 0 || *io_n > max) {
		cur_bad(c);
	}
}

static void
resp_string(struct cursor *c, struct redis_item *io)
{
	io->shape = REDIS_CONTENT;
	resp_length(c, REDIS_SIZE_MAX, io, &io->size);
	/* Only RESP2 has a null string; only plain strings come in chunks. */
	if (io->type != REDIS_BULK && io->shape != REDIS_CONTENT)
		cur_bad(c);
	if (io->type == REDIS_VERBATIM && io->size < 4)
		cur_bad(c);
}

static void
resp_aggregate(struct cursor *c, struct redis_item *io)
{
	io->shape = REDIS_ELEMENTS;
	resp_length(c, REDIS_COUNT_MAX, io, &io->count);
	if (io->null && io->type != REDIS_ARRAY)
		cur_bad(c);
	if (io->type == REDIS_MAP || io->type == REDIS_ATTRIBUTE)
		io->count *= 2;
}

void
redis_resp_item(struct cursor *c, struct redis_item *ret_item)
{
	struct redis_item it = { .type = (enum redis_type)cur_u8(c) };

	if (!cur_ok(c))
		return;
	switch (it.type) {
	case REDIS_SIMPLE:
	case REDIS_ERROR:
		it.text = cur_line(c, RESP_LINE_MAX);
		break;
	case REDIS_INTEGER:
	case REDIS_BIG_NUMBER:
		it.text = resp_number(c, &resp_digits);
		break;
	case REDIS_DOUBLE:
		it.text = resp_number(c, &resp_double);
		break;
	case REDIS_BOOLEAN:
		it.text = resp_choice(c, STR("t"), STR("f"));
		break;
	case REDIS_NULL:
	case REDIS_END:
		it.null = it.type == REDIS_NULL;
		it.text = resp_choice(c, STR(""), STR(""));
		break;
	case REDIS_BULK:
	case REDIS_BULK_ERROR:
	case REDIS_VERBATIM:
	case REDIS_CHUNK:
		resp_string(c, &it);
		break;
	case REDIS_ARRAY:
	case REDIS_MAP:
	case REDIS_ATTRIBUTE:
	case REDIS_SET:
	case REDIS_PUSH:
		resp_aggregate(c, &it);
		break;
	default:
		cur_bad(c);
	}
	if (cur_ok(c))
		*ret_item = it;
}

struct str
redis_resp_content(struct cursor *c, uint64_t size)
{
	struct str text;

	if (!cur_ok(c))
		return STR_NONE;
	if (size > cur_left(c)) {
		text = cur_rest(c);
		cur_short(c, 1);
		return text;
	}
	text = cur_take(c, (size_t)size);
	(void)cur_expect(c, STR("\r\n"));
	return text;
}

struct str
redis_resp_name(enum redis_type type)
{
	switch (type) {
	case REDIS_SIMPLE:
		return STR("Simple String");
	case REDIS_ERROR:
		return STR("Error");
	case REDIS_INTEGER:
		return STR("Integer");
	case REDIS_BULK:
	case REDIS_CHUNK:
		return STR("Bulk String");
	case REDIS_ARRAY:
		return STR("Array");
	case REDIS_NULL:
		return STR("Null");
	case REDIS_BOOLEAN:
		return STR("Boolean");
	case REDIS_DOUBLE:
		return STR("Double");
	case REDIS_BIG_NUMBER:
		return STR("Big Number");
	case REDIS_BULK_ERROR:
		return STR("Bulk Error");
	case REDIS_VERBATIM:
		return STR("Verbatim String");
	case REDIS_MAP:
		return STR("Map");
	case REDIS_ATTRIBUTE:
		return STR("Attribute");
	case REDIS_SET:
		return STR("Set");
	case REDIS_PUSH:
		return STR("Push");
	case REDIS_END:
		break;
	}
	return STR("End");
}
