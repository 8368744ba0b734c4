/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/overlay.h"

/* One entry an overlay, in the order of overlays.def. */
const struct overlay *const overlay_registry[] = {
#define OVERLAY(id) &overlay_##id,
#include "analyzer/proto/overlays.def"
#undef OVERLAY
	NULL,
};

const struct overlay *
overlay_of(const struct protocol *p)
{
	for (size_t i = 0; overlay_registry[i] != NULL; i++) {
		const struct overlay *o = overlay_registry[i];

		for (size_t k = 0; o->protocols[k] != NULL; k++) {
			if (o->protocols[k] == p)
				return o;
		}
	}
	return NULL;
}
