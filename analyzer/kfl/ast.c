/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/kfl/ast.h"

static const char *const names[KFL_H_COUNT] = {
#define HELPER(id, name) [KFL_H_##id] = (name),
#include "analyzer/kfl/helpers.def"
#undef HELPER
};

const char *
kfl_helper_name(enum kfl_helper h)
{
	return names[h];
}

enum kfl_helper
kfl_helper_find(struct str name)
{
	unsigned h = 0;

	while (h < KFL_H_COUNT && !str_eq(name, str_from_c(names[h])))
		h++;
	return (enum kfl_helper)h;
}
