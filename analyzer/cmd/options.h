/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options: the command line, parsed after the tables of options.def.
 *
 * How options are written is told in console/walk.h. The first plain argument
 * is the command; when it is none but names something that exists, the command
 * is `serve`.
 */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/api/limits.h"
#include "analyzer/export/limits.h"
#include "analyzer/ingest/ingest.h"
#include "base/compiler.h"
#include "base/err.h"
#include "console/table.h"
#include "snapshot/cache_limits.h"

enum command_id {
#define COMMAND(id, name, args, summary, text) COMMAND_##id,
#include "analyzer/cmd/options.def"
	COMMAND_COUNT,
	COMMAND_NONE = COMMAND_COUNT, /* options that stand alone */
};

enum option_id {
#define OPTION(id, long_, short_, argument, commands, help) OPTION_##id,
#include "analyzer/cmd/options.def"
	OPTION_END
};

/* COMMAND_COUNT and OPTION_END rows, in the order of the enums. */
extern const struct table options_table;

/* --proto-set may be given this often. */
enum { OPTIONS_PROTO_SETS = 64 };

struct options {
	enum command_id command;
	bool json, full, count, lenient, digest, rehash, force, exact;
	bool explain, fail_if_found, fail_if_empty;
	bool remove, remove_all, trim;
	bool help, version, man;
	bool limited; /* --limit N was given */
	uint64_t limit;
	bool now_given;         /* --now TIME was */
	int64_t now;            /* ns since 1970 */
	const char *body;       /* "request", "response" or NULL */
	const char *workspace;  /* NULL: the default */
	const char *completion; /* name of a shell or NULL */
	const char *to;         /* a format, or NULL */
	const char *output;     /* a file, or NULL */
	const char *stream;     /* an id, or NULL */
	struct export_limits export_limits;
	struct cache_limits cache;
	struct ingest_options ingest;
	struct api_limits api;
	const char *host; /* NULL: the default */
	uint16_t front_port, hub_port;
	bool browser, hub_strict, allow_replay, until_eof;
	const char *ui_dir, *tls_cert, *tls_key; /* NULL: none */
	const char *proto_set[OPTIONS_PROTO_SETS];
	size_t nproto_sets;
	size_t nargs;
	char **args; /* what is not an option, the command left out */
};

/*
 * Parse argv, which is reordered and has to live as long as *ret_options.
 * ERR_USAGE with what is wrong and what would be right.
 */
int options_parse(int argc, char **argv, struct err *e,
                  struct options *ret_options) WARN_UNUSED;

#endif /* CMD_OPTIONS_H */
