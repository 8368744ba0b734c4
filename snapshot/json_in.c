/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/json_in.h"

#include <stdarg.h>

#include "base/utf8.h"

void
jin_init(struct json_in *j, struct str text, uint64_t max_depth, struct err *e)
{
	*j = (struct json_in){
		.text = text,
		.in = cur_from_str(text, false),
		.max_depth = max_depth < JIN_DEPTH_MAX ? max_depth
		                                       : JIN_DEPTH_MAX,
		.e = e,
	};
	buf_init(&j->scratch, text.n);
}

bool
jin_ok(const struct json_in *j)
{
	return j->code == 0;
}

size_t
jin_offset(const struct json_in *j)
{
	return j->text.n - cur_left(&j->in);
}

void
jin_seek(struct json_in *j, size_t offset)
{
	if (!jin_ok(j))
		return;
	j->in = cur_from_str(j->text, false);
	cur_skip(&j->in, offset);
}

/* Line and column, both from 1; columns count bytes. */
static void
jin_place(const struct json_in *j)
{
	struct str before = str_head(j->text, j->at);
	uint32_t line = 1;
	size_t eol;

	for (;;) {
		eol = str_find_char(before, '\n');
		if (eol == before.n)
			break;
		before = str_tail(before, eol + 1);
		line += line < UINT32_MAX;
	}
	err_at(j->e, j->code, line,
	       before.n < UINT32_MAX ? (uint32_t)before.n + 1 : UINT32_MAX);
}

void
jin_fail(struct json_in *j, int code, const char *fmt, ...)
{
	va_list ap;

	if (!jin_ok(j))
		return;
	j->code = code;
	if (j->e == NULL)
		return;
	va_start(ap, fmt);
	(void)err_vset(j->e, code, fmt, ap);
	va_end(ap);
	jin_place(j);
}

/* --- tokens -------------------------------------------------------------- */

/* The byte the next token begins with; 0 at the end and after an error. */
static uint8_t
jin_look(struct json_in *j)
{
	static const struct cur_set space = {
		.in = { [' '] = 1, ['\t'] = 1, ['\n'] = 1, ['\r'] = 1 },
	};

	if (!jin_ok(j))
		return 0;
	(void)cur_token(&j->in, &space, SIZE_MAX);
	j->at = jin_offset(j);
	return cur_at_end(&j->in) ? 0 : cur_peek_u8(&j->in);
}

/* What was found instead of `wanted`. */
static void
jin_unexpected(struct json_in *j, const char *wanted)
{
	if (cur_at_end(&j->in))
		jin_fail(j, ERR_SYNTAX, "ends where %s should be", wanted);
	else
		jin_fail(j, ERR_SYNTAX, "expected %s", wanted);
}

static bool
jin_punct(struct json_in *j, char punct, const char *wanted)
{
	if (jin_look(j) != (uint8_t)punct) {
		jin_unexpected(j, wanted);
		return false;
	}
	return cur_skip(&j->in, 1);
}

enum jin_type
jin_peek(struct json_in *j)
{
	uint8_t b = jin_look(j);

	switch (b) {
	case '{':
		return JIN_OBJECT;
	case '[':
		return JIN_ARRAY;
	case '"':
		return JIN_STRING;
	case 't':
		return JIN_TRUE;
	case 'f':
		return JIN_FALSE;
	case 'n':
		return JIN_NULL;
	default:
		return b == '-' || (b >= '0' && b <= '9') ? JIN_NUMBER
		                                          : JIN_NONE;
	}
}

/* --- strings ------------------------------------------------------------- */

/* The four digits of a \u escape. */
static uint32_t
jin_hex4(struct json_in *j)
{
	struct str s = cur_take(&j->in, 4);
	uint32_t v = 0;

	if (s.n == 0)
		jin_fail(j, ERR_SYNTAX, "unfinished escape in a string");
	for (size_t i = 0; i < s.n; i++) {
		unsigned d = cur_digit((uint8_t)s.p[i]);

		if (d > 15)
			jin_fail(j, ERR_SYNTAX, "bad \\u escape in a string");
		v = v << 4 | d;
	}
	return v;
}

/* What follows "\u": one unit, or two that make one character. */
static uint32_t
jin_unicode(struct json_in *j)
{
	uint32_t hi = jin_hex4(j);
	uint32_t lo;

	if (hi < 0xd800 || hi > 0xdfff)
		return hi;
	if (hi < 0xdc00 && cur_expect(&j->in, STR("\\u"))) {
		lo = jin_hex4(j);
		if (lo >= 0xdc00 && lo <= 0xdfff)
			return 0x10000 + ((hi - 0xd800) << 10) + (lo - 0xdc00);
	}
	jin_fail(j, ERR_SYNTAX, "half of a surrogate pair in a string");
	return 0;
}

static void
jin_append(struct json_in *j, struct str s)
{
	int rc = buf_append_str(&j->scratch, s);

	if (rc != 0)
		jin_fail(j, rc, "%s", err_text(rc));
}

/* The escape behind a backslash, appended as what it stands for. */
static void
jin_escape(struct json_in *j)
{
	static const struct str from = STR_INIT("\"\\/bfnrt");
	static const struct str to = STR_INIT("\"\\/\b\f\n\r\t");
	uint8_t b = cur_u8(&j->in);
	char out[UTF8_MAX];
	size_t i;
	uint32_t cp;

	if (b == 'u') {
		cp = jin_unicode(j);
		if (cp == 0)
			jin_fail(j, ERR_SYNTAX, "NUL in a string");
		jin_append(j, str_make(out, utf8_encode(cp, out)));
		return;
	}
	i = str_find_char(from, (char)b);
	if (i == from.n)
		jin_fail(j, ERR_SYNTAX, "unknown escape in a string");
	else
		jin_append(j, str_make(&to.p[i], 1));
}

/* The run of plain characters up to a quote, a backslash or the end. */
static struct str
jin_plain(struct json_in *j)
{
	struct str all = cur_peek(&j->in, cur_left(&j->in));
	struct str run;
	size_t n;

	for (n = 0; n < all.n; n++) {
		uint8_t b = (uint8_t)all.p[n];

		if (b == '"' || b == '\\')
			break;
		if (b < 0x20) {
			jin_fail(j, ERR_SYNTAX,
			         "control character in a string");
			return STR_NONE;
		}
	}
	run = cur_take(&j->in, n);
	if (!utf8_valid(run))
		jin_fail(j, ERR_SYNTAX, "string that is not UTF-8");
	return run;
}

/* Behind the opening quote. */
static struct str
jin_string(struct json_in *j)
{
	struct str run = jin_plain(j);
	uint8_t b = jin_ok(j) ? cur_u8(&j->in) : 0;

	if (b == '"')
		return run;
	buf_clear(&j->scratch);
	jin_append(j, run);
	while (jin_ok(j) && b == '\\') {
		jin_escape(j);
		if (jin_ok(j))
			jin_append(j, jin_plain(j));
		b = jin_ok(j) ? cur_u8(&j->in) : 0;
	}
	if (b != '"')
		jin_fail(j, ERR_SYNTAX, "string without an end");
	return jin_ok(j) ? buf_str(&j->scratch) : STR_NONE;
}

struct str
jin_str(struct json_in *j)
{
	struct str s;

	if (!jin_punct(j, '"', "a string"))
		return STR_NONE;
	s = jin_string(j);
	j->fresh = false;
	return s;
}

/* --- numbers and words --------------------------------------------------- */

static const struct cur_set digits = {
	.in = { ['0'] = 1,
	        ['1'] = 1,
	        ['2'] = 1,
	        ['3'] = 1,
	        ['4'] = 1,
	        ['5'] = 1,
	        ['6'] = 1,
	        ['7'] = 1,
	        ['8'] = 1,
	        ['9'] = 1 },
};

static bool
jin_try(struct json_in *j, char a, char b)
{
	uint8_t next = cur_at_end(&j->in) ? 0 : cur_peek_u8(&j->in);

	return (next == (uint8_t)a || next == (uint8_t)b) &&
	       cur_skip(&j->in, 1);
}

static struct str
jin_digits(struct json_in *j)
{
	struct str s = cur_token(&j->in, &digits, SIZE_MAX);

	if (s.n == 0)
		jin_unexpected(j, "a digit");
	return s;
}

/* A number's digits before the point; *ret_whole when that is all of it. */
static struct str
jin_number(struct json_in *j, bool *ret_whole)
{
	bool minus = jin_try(j, '-', '-');
	struct str s = jin_digits(j);

	*ret_whole = !minus;
	if (s.n > 1 && s.p[0] == '0')
		jin_fail(j, ERR_SYNTAX, "number with a leading zero");
	if (jin_try(j, '.', '.')) {
		*ret_whole = false;
		(void)jin_digits(j);
	}
	if (jin_try(j, 'e', 'E')) {
		*ret_whole = false;
		(void)jin_try(j, '+', '-');
		(void)jin_digits(j);
	}
	j->fresh = false;
	return s;
}

uint64_t
jin_u64(struct json_in *j)
{
	uint64_t v = 0;
	struct str s;
	bool whole;

	if (jin_peek(j) != JIN_NUMBER) {
		jin_unexpected(j, "a number");
		return 0;
	}
	s = jin_number(j, &whole);
	if (!jin_ok(j))
		return 0;
	if (!whole)
		jin_fail(j, ERR_SYNTAX, "expected a whole number, not below 0");
	else if (str_u64(s, &v) != 0)
		jin_fail(j, ERR_SYNTAX, "number too large");
	return jin_ok(j) ? v : 0;
}

static void
jin_word(struct json_in *j, struct str word)
{
	if (!cur_expect(&j->in, word))
		jin_fail(j, ERR_SYNTAX, "expected a value");
	j->fresh = false;
}

/* --- structure ----------------------------------------------------------- */

static void
jin_enter(struct json_in *j, char open, const char *wanted)
{
	if (!jin_punct(j, open, wanted))
		return;
	if (j->depth >= j->max_depth) {
		jin_fail(j, ERR_LIMIT, "nested deeper than %u levels",
		         (unsigned)j->max_depth);
		return;
	}
	j->depth++;
	j->fresh = true;
}

void
jin_object(struct json_in *j)
{
	jin_enter(j, '{', "an object");
}

void
jin_array(struct json_in *j)
{
	jin_enter(j, '[', "an array");
}

/* Past the comma, or past the closing bracket and then false. */
static bool
jin_step(struct json_in *j, char close, const char *wanted)
{
	if (jin_look(j) == (uint8_t)close) {
		ENSURE(j->depth > 0);
		j->depth--;
		j->fresh = false;
		cur_skip(&j->in, 1);
		return false;
	}
	if (j->fresh)
		return jin_ok(j);
	return jin_punct(j, ',', wanted);
}

bool
jin_member(struct json_in *j, struct str *ret_key)
{
	struct str key;

	if (!jin_step(j, '}', "',' or '}'"))
		return false;
	if (!jin_punct(j, '"', "a member's name"))
		return false;
	key = jin_string(j);
	if (!jin_punct(j, ':', "':'"))
		return false;
	*ret_key = key;
	return true;
}

bool
jin_item(struct json_in *j)
{
	return jin_step(j, ']', "',' or ']'");
}

void
jin_skip(struct json_in *j)
{
	struct str key;
	bool whole;

	switch (jin_peek(j)) {
	case JIN_OBJECT:
		jin_object(j);
		while (jin_member(j, &key))
			jin_skip(j);
		break;
	case JIN_ARRAY:
		jin_array(j);
		while (jin_item(j))
			jin_skip(j);
		break;
	case JIN_STRING:
		(void)jin_str(j);
		break;
	case JIN_NUMBER:
		(void)jin_number(j, &whole);
		break;
	case JIN_TRUE:
		jin_word(j, STR("true"));
		break;
	case JIN_FALSE:
		jin_word(j, STR("false"));
		break;
	case JIN_NULL:
		jin_word(j, STR("null"));
		break;
	case JIN_NONE:
		jin_unexpected(j, "a value");
		break;
	}
}

int
jin_finish(struct json_in *j)
{
	if (jin_ok(j) && (jin_look(j) != 0 || !cur_at_end(&j->in)))
		jin_fail(j, ERR_SYNTAX, "text behind the document");
	buf_release(&j->scratch);
	return j->code;
}
