/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config: the values of keys.def, from the defaults, the configuration file
 * and the command line, in this order.
 *
 * A value is kept as checked text: "true" or "false", a decimal number, any
 * text; a list is its items, a map its names and values in turn. The struct
 * owns all of them until it is released.
 */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/str.h"

enum config_key {
#define KEY(id, path, type, fallback) CONFIG_##id,
#include "cli/keys.def"
	CONFIG_COUNT
};

enum config_type {
	CONFIG_TYPE_STRING,
	CONFIG_TYPE_BOOL,
	CONFIG_TYPE_UINT16,
	CONFIG_TYPE_LIST,
	CONFIG_TYPE_MAP,
};

/* Where a value came from; a later one replaces those before it. */
enum config_origin { CONFIG_DEFAULT, CONFIG_FILE, CONFIG_FLAG };

struct config_value {
	const char *const *item; /* C strings */
	size_t n;                /* 1 unless it is a list or a map */
	enum config_origin origin;
};

struct config {
	struct arena arena;
	struct config_value value[CONFIG_COUNT];
};

/* All values are the defaults. ERR_NOMEM. */
int config_init(struct config *c) WARN_UNUSED;
void config_release(struct config *c);

/* "tap.docker.tag", and back: CONFIG_COUNT when there is none such. */
const char *config_path(enum config_key key);
enum config_key config_find(struct str path);
/* Is it, followed by a dot, the beginning of a key? */
bool config_is_group(struct str path);
enum config_type config_type(enum config_key key);
/* As Go calls it: "string", "bool", "uint16", "slice", "map". */
const char *config_kind(enum config_key key);

/*
 * Sets a value: of n items (for a map, names and values in turn). ERR_SYNTAX
 * when it does not fit the type, ERR_NOMEM, ERR_BUDGET when all values together
 * are too large; then the value is what it was.
 */
int config_put(struct config *c, enum config_key key, const struct str *items,
               size_t n, enum config_origin origin) WARN_UNUSED;

const char *config_text(const struct config *c, enum config_key key);
bool config_bool(const struct config *c, enum config_key key);
uint16_t config_port(const struct config *c, enum config_key key);
/* Was it given, be it in the file or on the command line? */
bool config_given(const struct config *c, enum config_key key);

/* The defaults as YAML, without comments. ERR_NOMEM, ERR_BUDGET. */
int config_template(struct buf *b) WARN_UNUSED;

#endif /* CLI_CONFIG_H */
