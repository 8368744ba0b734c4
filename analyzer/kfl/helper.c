/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/kfl/helper.h"

#include "analyzer/kfl/json.h"
#include "analyzer/kfl/path.h"
#include "analyzer/kfl/redact.h"
#include "analyzer/kfl/xml.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/err.h"

static int
give_bool(struct kfl_value *ret, bool truth)
{
	*ret = (struct kfl_value){ .type = KFL_V_BOOL, .u.truth = truth };
	return 0;
}

static int
give_int(struct kfl_value *ret, int64_t v)
{
	*ret = (struct kfl_value){ .type = KFL_V_INT, .u.integer = v };
	return 0;
}

/* --- datetime() ----------------------------------------------------------- */

static bool
is_digit(struct str s, size_t i)
{
	return i < s.n && s.p[i] >= '0' && s.p[i] <= '9';
}

/* A number of least to most digits at the front. */
static bool
take_number(struct str *io_s, size_t least, size_t most, int *ret)
{
	size_t n = 0;

	for (*ret = 0; n < most && is_digit(*io_s, n); n++)
		*ret = *ret * 10 + (io_s->p[n] - '0');
	*io_s = str_tail(*io_s, n);
	return n >= least;
}

static bool
take_char(struct str *io_s, char c)
{
	if (io_s->n == 0 || io_s->p[0] != c)
		return false;
	*io_s = str_tail(*io_s, 1);
	return true;
}

/* A blank of the layout: one or more, or none at the very end. */
static bool
take_blank(struct str *io_s)
{
	if (io_s->n > 0 && io_s->p[0] != ' ')
		return false;
	while (take_char(io_s, ' ')) {
	}
	return true;
}

/* Days from 1970-01-01 to a day of the Gregorian calendar. */
static int64_t
days_since_1970(int y, int m, int d)
{
	int64_t year = y - (m <= 2);
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t of_era = year - era * 400;
	int64_t of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	       of_year - 719468;
}

static bool
is_day(int y, int m, int d)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30,
		                    31, 31, 30, 31, 30, 31 };
	bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	return m >= 1 && m <= 12 && d >= 1 &&
	       d <= days[m - 1] + (m == 2 && leap);
}

/* "M/D/YYYY," and the blank behind it; *ret is in days since 1970. */
static bool
take_date(struct str *io_s, int64_t *ret)
{
	int month, day, year;

	if (!take_number(io_s, 1, 2, &month) || !take_char(io_s, '/') ||
	    !take_number(io_s, 1, 2, &day) || !take_char(io_s, '/') ||
	    !take_number(io_s, 4, 4, &year) || !take_char(io_s, ',') ||
	    !take_blank(io_s) || !is_day(year, month, day))
		return false;
	*ret = days_since_1970(year, month, day);
	return true;
}

/* "h:mm:ss.SSS PM"; *ret is in ms. */
static bool
take_time(struct str *io_s, int64_t *ret)
{
	int hour, minute, second, ms;
	bool pm;

	if (!take_number(io_s, 1, 2, &hour) || !take_char(io_s, ':') ||
	    !take_number(io_s, 2, 2, &minute) || !take_char(io_s, ':') ||
	    !take_number(io_s, 2, 2, &second) || !take_char(io_s, '.') ||
	    !take_number(io_s, 3, 3, &ms) || !take_blank(io_s))
		return false;
	pm = str_eq(*io_s, STR("PM"));
	if ((!pm && !str_eq(*io_s, STR("AM"))) || hour > 12 || minute > 59 ||
	    second > 59)
		return false;
	hour = hour % 12 + (pm ? 12 : 0);
	*ret = ((int64_t)(hour * 60 + minute) * 60 + second) * 1000 + ms;
	return true;
}

bool
kfl_helper_datetime(struct str s, int64_t *ret_ms)
{
	int64_t days, ms;

	if (!take_date(&s, &days) || !take_time(&s, &ms))
		return false;
	*ret_ms = days * 86400000 + ms;
	return true;
}

/* --- json(), xml() -------------------------------------------------------- */

/* The text without CR and LF, which Go passes over in base64. */
static struct str
without_breaks(struct str text, struct arena *a)
{
	char *out;
	size_t n = 0;

	if (str_find_char(text, '\n') == text.n &&
	    str_find_char(text, '\r') == text.n)
		return text;
	out = arena_alloc(a, text.n);
	if (out == NULL)
		return STR_NONE;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != '\n' && text.p[i] != '\r')
			out[n++] = text.p[i];
	}
	return str_make(out, n);
}

int
kfl_helper_decoded(struct str text, struct arena *a, bool *ret_was_base64,
                   struct str *ret_bytes)
{
	struct str plain = without_breaks(text, a);
	struct buf b;
	int rc;

	*ret_was_base64 = false;
	*ret_bytes = text;
	if (arena_error(a) != 0)
		return arena_error(a);
	buf_init(&b, plain.n + 4);
	rc = base64_decode(&b, plain, BASE64_STD);
	if (rc == 0) {
		*ret_was_base64 = true;
		*ret_bytes = arena_dup(a, buf_str(&b));
		rc = arena_error(a);
	}
	buf_release(&b);
	return rc == ERR_SYNTAX ? 0 : rc;
}

/* Lack of memory is an error; everything else is "no such thing". */
static int
serious(int rc)
{
	return rc == ERR_NOMEM || rc == ERR_BUDGET ? rc : 0;
}

static int
call_json(const struct kfl_call *c, struct str text, struct arena *a,
          struct kfl_value *ret)
{
	struct kfl_hits hits = { .v = NULL };
	struct kfl_value *root;
	int rc = kfl_json_parse(text, a, &root);

	if (rc == 0)
		rc = kfl_path_get(c->inner, root, a, &hits);
	if (rc == 0 && hits.n > 0)
		*ret = *hits.v[0];
	return serious(rc);
}

static int
call_xml(const struct kfl_call *c, struct str text, struct arena *a,
         struct kfl_value *ret)
{
	struct kfl_value *doc;
	struct kfl_value *v = NULL;
	int rc = kfl_xml_parse(text, a, &doc);

	if (rc == 0)
		v = kfl_xml_get(c->inner, doc);
	if (v != NULL && v->type == KFL_V_OBJECT)
		v = kfl_value_member(v, STR("#text"));
	if (v != NULL && v->type == KFL_V_STRING)
		*ret = *v;
	return serious(rc);
}

static int
call_body(const struct kfl_call *c, const struct kfl_value *receiver,
          struct arena *a, struct kfl_value *ret)
{
	char room[KFL_FLOAT_TEXT];
	struct str text = kfl_value_text(receiver, room);
	bool was_base64;
	int rc;

	(void)give_bool(ret, false);
	if (c->inner == NULL)
		return 0;
	rc = kfl_helper_decoded(text, a, &was_base64, &text);
	if (rc != 0)
		return rc;
	return c->helper == KFL_H_JSON ? call_json(c, text, a, ret)
	                               : call_xml(c, text, a, ret);
}

/* --- all ------------------------------------------------------------------ */

static int
call_redact(const struct kfl_call *c, struct kfl_doc *d, struct kfl_value *ret)
{
	char room[KFL_FLOAT_TEXT];
	int rc = 0;

	for (const struct kfl_arg *a = c->args; a != NULL && rc == 0;
	     a = a->next)
		rc = kfl_redact(kfl_value_text(&a->constant, room), d->root,
		                &d->arena);
	(void)give_bool(ret, true);
	return rc;
}

static int
call_text(const struct kfl_call *c, const struct kfl_value *receiver,
          struct kfl_value *ret)
{
	char room[KFL_FLOAT_TEXT], room_arg[KFL_FLOAT_TEXT];
	struct str s = kfl_value_text(receiver, room);
	struct str arg = kfl_value_text(&c->args->constant, room_arg);

	switch (c->helper) {
	case KFL_H_STARTS_WITH:
		return give_bool(ret, str_starts(s, arg));
	case KFL_H_ENDS_WITH:
		return give_bool(ret, str_ends(s, arg));
	default:
		return give_bool(ret, arg.n == 0 || str_find(s, arg) < s.n);
	}
}

int
kfl_helper_call(const struct kfl_call *c, const struct kfl_value *receiver,
                struct kfl_doc *d, struct kfl_value *ret)
{
	char room[KFL_FLOAT_TEXT];
	int64_t ms;

	switch (c->helper) {
	case KFL_H_STARTS_WITH:
	case KFL_H_ENDS_WITH:
	case KFL_H_CONTAINS:
		return call_text(c, receiver, ret);
	case KFL_H_DATETIME:
		if (!kfl_helper_datetime(
			kfl_value_text(&c->args->constant, room), &ms))
			return give_bool(ret, false);
		return give_int(ret, ms);
	case KFL_H_LIMIT:
		return give_bool(ret, true);
	case KFL_H_JSON:
	case KFL_H_XML:
		return call_body(c, receiver, &d->arena, ret);
	case KFL_H_REDACT:
		return call_redact(c, d, ret);
	default:
		return give_int(ret, c->when);
	}
}
