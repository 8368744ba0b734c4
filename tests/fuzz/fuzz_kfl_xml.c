/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any document: what we read of it we can write, and read again. (Names may be
 * such that the second reading differs: "n:a" and "a" become one.)
 */
#include "analyzer/kfl/path.h"
#include "analyzer/kfl/xml.h"

#define CAP ((size_t)4 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct kfl_value *doc, *again = NULL;
	const struct kfl_path *path;
	struct arena a;
	struct buf b;

	arena_init(&a, CAP, 0);
	buf_init(&b, CAP);
	if (kfl_xml_parse(str_make(p, n), &a, &doc) == 0) {
		ENSURE(kfl_path_parse(STR("r.*[0].b"), &a, NULL, &path) == 0);
		(void)kfl_xml_get(path, doc);
		(void)kfl_xml_set(STR(".r.a[1].b"), doc, STR("x"), &a);
		/* Names may hold what XML cannot; read again or refused. */
		if (kfl_xml_write(doc, &b) == 0 &&
		    kfl_xml_parse(buf_str(&b), &a, &again) == 0)
			ENSURE(again != NULL);
	}
	buf_release(&b);
	arena_release(&a);
	return 0;
}
