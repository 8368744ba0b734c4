/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What we take for JSON, jansson takes for JSON, and the other way round; only
 * numbers that fit no C type are a matter of opinion. (jansson passes over a
 * NUL byte behind a number, so texts with NUL are only checked for refusal.)
 */
#include "base/compiler.h"
#include "snapshot/json_in.h"

#include <jansson.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct err e = ERR_INIT;
	json_error_t theirs;
	struct json_in j;
	json_t *v;
	int rc;

	jin_init(&j, str_make(p, n), JIN_DEPTH_MAX, &e);
	jin_skip(&j);
	rc = jin_finish(&j);
	ENSURE(rc == e.code);
	if (rc == ERR_LIMIT)
		return 0;
	if (n > 0 && memchr(p, 0, n) != NULL) {
		ENSURE(rc != 0);
		return 0;
	}
	v = json_loadb(n > 0 ? (const char *)p : "", n, JSON_DECODE_ANY,
	               &theirs);
	if (v != NULL ||
	    json_error_code(&theirs) != json_error_numeric_overflow)
		ENSURE((rc == 0) == (v != NULL));
	json_decref(v);
	return 0;
}
