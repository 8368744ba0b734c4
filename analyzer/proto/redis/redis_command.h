/* SPDX-License-Identifier: Apache-2.0 */
/*
 * redis_command: command names, where their keys are, and inline commands.
 *
 * Arguments are shown to a struct redis_keys one after the other, the command's
 * name not among them, and it says which are keys. Commands that have no key,
 * or are not known, show their first argument in its place, as the compatible
 * API does. Nothing is copied.
 */
#ifndef REDIS_COMMAND_H
#define REDIS_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* Longest name of a command; the longest of Redis 7 has 20 letters. */
#define REDIS_NAME_MAX 64u

/* What indexing looks at of an argument. */
#define REDIS_FRONT 4096u

/* Longest command without an array around it; the server's own limit. */
#define REDIS_INLINE_MAX 65536u

enum redis_word {
	REDIS_WORD_NONE,
	REDIS_WORD_KEYS,    /* keys are all that follows KEYS */
	REDIS_WORD_STREAMS, /* or the first half of what follows STREAMS */
	REDIS_WORD_STORE,   /* or what follows STORE or STOREDIST */
};

struct redis_command {
	struct str name;
	int8_t first, last, step;
	int8_t count;
	enum redis_word word;
};

/* NULL when the name, in any case, is not known. */
const struct redis_command *redis_command_find(struct str name);

/* Can this be the name of a command at all: a word that begins with a letter,
 * at most REDIS_NAME_MAX long? */
bool redis_command_named(struct str name);

/* The name in upper case in out; longer ones are cut. */
struct str redis_command_upper(struct str name, char out[REDIS_NAME_MAX]);

/* A word that the compatible API shows as the keyword of a simple string. */
bool redis_command_keyword(struct str upper);

struct redis_keys {
	const struct redis_command *cmd;
	uint64_t argc;        /* the name included */
	uint64_t at;          /* the next argument */
	uint64_t first, last; /* the present run of keys; none: first > last */
	uint64_t step;
};

void redis_keys_begin(struct redis_keys *k, struct str name, uint64_t argc);

/* The next argument, or the front of it: is it a key? */
bool redis_keys_next(struct redis_keys *k, struct str arg);

/*
 * The next word of an inline command, split as the server does: at white space,
 * except within quotes. Quotes and escapes are still in *ret_word. A quote that
 * is not closed, for which servers refuse the command, reaches to the end.
 * False at the end.
 */
bool redis_inline_next(struct str *io_line, struct str *ret_word);

/* Such a word without its quotes: itself, or written to out, at most `size`
 * bytes of it. */
struct str redis_inline_plain(struct str word, char *out, size_t size);

#endif /* REDIS_COMMAND_H */
