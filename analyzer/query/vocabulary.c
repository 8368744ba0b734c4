/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/query/vocabulary.h"

#include "analyzer/entry/field.h"
#include "analyzer/proto/overlay.h"
#include "analyzer/proto/proto.h"

size_t
vocabulary_all(struct vocabulary out[VOCABULARY_MAX])
{
	size_t n = 0;

	out[n++] = (struct vocabulary){ entry_fields, NULL };
	for (size_t i = 0; proto_registry[i] != NULL && n < VOCABULARY_MAX; i++)
		out[n++] = (struct vocabulary){ proto_registry[i]->fields,
			                        proto_registry[i]->protocols };
	for (size_t i = 0; overlay_registry[i] != NULL && n < VOCABULARY_MAX;
	     i++)
		out[n++] =
		    (struct vocabulary){ overlay_registry[i]->fields,
			                 overlay_registry[i]->protocols };
	return n;
}
