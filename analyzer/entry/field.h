/* SPDX-License-Identifier: Apache-2.0 */
/*
 * field: one name that a query may use.
 *
 * The only source of names: KFL's checker and suggestions, the API's
 * completion, the documentation and the UI all read these tables. A name is a
 * path in the entry's JSON ("request.method"). An *open* field (headers,
 * bodies) allows any member below it.
 */
#ifndef ENTRY_FIELD_H
#define ENTRY_FIELD_H

#include <stdbool.h>

enum field_type {
	FIELD_STRING,
	FIELD_NUMBER,
	FIELD_BOOL,
	FIELD_TIME, /* RFC 3339 text or milliseconds, as the field says */
	FIELD_OBJECT,
	FIELD_ARRAY,
};

struct field {
	const char *path;
	enum field_type type;
	bool open;
	const char *column; /* index column that answers it, NULL: payload */
	const char *doc;    /* one line */
};

/* Fields that every entry has, whatever its protocol; ends with NULL path. */
extern const struct field entry_fields[];

#endif /* ENTRY_FIELD_H */
