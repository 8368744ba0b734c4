/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of dissectors and variants, from registry.def. */
#include "analyzer/proto/overlay.h"
#include "analyzer/proto/proto.h"

const struct dissector *const proto_registry[] = {
#define PROTO(id) &proto_##id,
#include "analyzer/proto/registry.def"
#undef PROTO
	NULL,
};

const struct dissector *
proto_find(struct str name)
{
	for (size_t i = 0; proto_registry[i] != NULL; i++) {
		if (str_eq(str_from_c(proto_registry[i]->name), name))
			return proto_registry[i];
	}
	return NULL;
}

static const struct protocol *
find_key(const struct protocol *const *variants, struct str key)
{
	for (; *variants != NULL; variants++) {
		if (str_eq(str_from_c((*variants)->key), key))
			return *variants;
	}
	return NULL;
}

const struct protocol *
proto_variant(struct str key, const struct dissector **ret_owner)
{
	const struct protocol *p;

	for (size_t i = 0; proto_registry[i] != NULL; i++) {
		p = find_key(proto_registry[i]->protocols, key);
		if (p != NULL) {
			*ret_owner = proto_registry[i];
			return p;
		}
	}
	for (size_t i = 0; overlay_registry[i] != NULL; i++) {
		p = find_key(overlay_registry[i]->protocols, key);
		if (p != NULL) {
			*ret_owner = p->over != NULL
			                 ? proto_find(str_from_c(p->over))
			                 : NULL;
			return p;
		}
	}
	return NULL;
}
