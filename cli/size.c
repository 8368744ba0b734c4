/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/size.h"

#include <stdbool.h>

#include "base/err.h"

static bool
take_any(struct str *s, const char *chars)
{
	for (const char *c = chars; *c != '\0'; c++) {
		if (s->n > 0 && s->p[0] == *c) {
			*s = str_tail(*s, 1);
			return true;
		}
	}
	return false;
}

/* Digits, and perhaps a point with more of them. */
static int
take_number(struct str *s, double *ret)
{
	double value = 0, unit = 1;
	bool fraction = false, digit = false;

	for (; s->n > 0; *s = str_tail(*s, 1)) {
		char c = s->p[0];

		if (c == '.' && !fraction && digit) {
			fraction = true;
			digit = false;
			continue;
		}
		if (c < '0' || c > '9')
			break;
		digit = true;
		if (fraction)
			unit /= 10;
		value = fraction ? value + (c - '0') * unit
		                 : value * 10 + (c - '0');
	}
	*ret = value;
	return digit ? 0 : ERR_SYNTAX;
}

int
size_parse(struct str s, uint64_t *ret_bytes)
{
	static const char *const units[] = { "kK", "mM", "gG", "tT", "pP" };
	double value, factor = 1;
	bool found = false;
	int rc = take_number(&s, &value);

	if (rc != 0)
		return rc;
	(void)take_any(&s, " ");
	for (size_t i = 0; i < ARRAY_LEN(units) && !found; i++) {
		factor *= 1000;
		found = take_any(&s, units[i]);
	}
	if (!found)
		factor = 1;
	(void)take_any(&s, "iI");
	(void)take_any(&s, "bB");
	if (s.n != 0)
		return ERR_SYNTAX;
	value *= factor;
	if (value >= (double)INT64_MAX)
		return ERR_LIMIT;
	*ret_bytes = (uint64_t)value;
	return 0;
}
