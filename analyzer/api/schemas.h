/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schemas: the table schemas.def as JSON Schema (2020-12, which OpenAPI 3.1
 * uses). Unknown members may be added to any object: docs/api.md.
 */
#ifndef API_SCHEMAS_H
#define API_SCHEMAS_H

#include "base/json_out.h"

/* An object: the schemas by their names. */
void schemas_put(struct json_out *j);

/* One of the table's types: a word, or a reference to a schema. */
void schemas_put_type(struct json_out *j, struct str type);

#endif /* API_SCHEMAS_H */
