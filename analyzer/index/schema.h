/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schema: the tables of an index, in SQL. docs/formats/index.md explains them.
 */
#ifndef INDEX_SCHEMA_H
#define INDEX_SCHEMA_H

#define SCHEMA_APPLICATION 0x4B534958 /* "KSIX" */
#define SCHEMA_VERSION     4

extern const char schema_pragmas[];       /* of a new file, before any table */
extern const char schema_log[];           /* others read while it is written */
extern const char schema_no_log[];        /* nobody does */
extern const char *const schema_tables[]; /* statements; NULL ends */
extern const char schema_parts[];         /* how parts are found; made when
                                           * somebody reads, or for sealing */
extern const char schema_indexes[];       /* made when it is sealed */

#endif /* INDEX_SCHEMA_H */
