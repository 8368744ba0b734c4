/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seal_dict: what dictionary ids stand for, while a digest is computed.
 *
 * A value is represented by the first SEAL_DICT bytes of its SHA-256. A cache
 * stands in front, for the same few are asked for over and over.
 */
#ifndef INDEX_SEAL_DICT_H
#define INDEX_SEAL_DICT_H

#include <sqlite3.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"

enum { SEAL_DICT = 16 };

enum seal_kind {
	SEAL_TEXT,
	SEAL_ADDR,
	SEAL_POINT, /* of node and label */
	SEAL_KINDS
};

struct seal_dict;

int seal_dict_new(sqlite3 *db, struct err *e,
                  struct seal_dict **ret_dict) WARN_UNUSED;
void seal_dict_free(struct seal_dict *d);

/* ERR_CORRUPT when there is no such id, ERR_DB when the file cannot be read. */
int seal_dict_get(struct seal_dict *d, enum seal_kind kind, int64_t id,
                  uint8_t ret_value[SEAL_DICT]) WARN_UNUSED;

#endif /* INDEX_SEAL_DICT_H */
