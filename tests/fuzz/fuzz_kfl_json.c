/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What we take for JSON, jansson takes for JSON as well, and what we write can
 * be read again to the same value. (jansson refuses text that is not UTF-8,
 * NUL characters, and nesting and numbers that we allow.)
 */
#include <jansson.h>

#include "analyzer/kfl/json.h"
#include "base/err.h"
#include "base/utf8.h"

#define CAP ((size_t)4 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
check_again(const struct kfl_value *v, struct arena *a)
{
	struct kfl_value *again;
	struct buf b;

	buf_init(&b, CAP);
	if (kfl_json_write(v, &b) == 0 &&
	    kfl_json_parse(buf_str(&b), a, &again) == 0 &&
	    utf8_valid(buf_str(&b)))
		ENSURE(again->type == v->type ||
		       (v->type == KFL_V_FLOAT && again->type == KFL_V_INT));
	buf_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct str text = str_make(p, n);
	struct kfl_value *v;
	json_error_t theirs;
	struct arena a;
	json_t *j;
	int rc;

	arena_init(&a, CAP, 0);
	rc = kfl_json_parse(text, &a, &v);
	if (rc == 0)
		check_again(v, &a);
	j = json_loadb(n > 0 ? (const char *)p : "", n,
	               JSON_DECODE_ANY | JSON_ALLOW_NUL, &theirs);
	if (rc == ERR_SYNTAX && str_find_char(text, '\0') == n)
		ENSURE(j == NULL);
	json_decref(j);
	arena_release(&a);
	return 0;
}
