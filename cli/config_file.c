/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/config_file.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <yaml.h>

#include "base/buf.h"
#include "base/io.h"

/* The longest path of a key, with dots; longer ones are unknown anyway. */
enum { PATH_MAX_TEXT = 256 };

struct reader {
	yaml_parser_t parser;
	yaml_event_t event; /* the present one */
	bool has_event;
	struct config *config;
	const char *name;
	const struct cli_limits *limits;
	const struct config_file_warn *warn;
	struct err *e;
	bool seen[CONFIG_COUNT];
};

/* ---- telling ---- */

PRINTF_LIKE(4, 5)
static int
fail_at(struct reader *r, const yaml_mark_t *mark, int code, const char *fmt,
        ...)
{
	struct err why;
	va_list ap;

	va_start(ap, fmt);
	(void)err_vset(&why, code, fmt, ap);
	va_end(ap);
	(void)err_set(r->e, code, "%s:%zu:%zu: %s", r->name, mark->line + 1,
	              mark->column + 1, why.text);
	return err_at(r->e, code, (uint32_t)mark->line + 1,
	              (uint32_t)mark->column + 1);
}

static void
warn_unknown(struct reader *r, const yaml_mark_t *mark, struct str path)
{
	struct err text;

	(void)err_set(&text, 0, "%s:%zu: unknown key " STR_FMT, r->name,
	              mark->line + 1, STR_ARG(path));
	r->warn->tell(r->warn->ctx, text.text);
}

/* ---- events ---- */

static int
next(struct reader *r)
{
	if (r->has_event)
		yaml_event_delete(&r->event);
	r->has_event = yaml_parser_parse(&r->parser, &r->event) == 1;
	if (r->has_event) {
		if (r->event.type != YAML_ALIAS_EVENT)
			return 0;
		return fail_at(r, &r->event.start_mark, ERR_SYNTAX,
		               "aliases are not understood here");
	}
	if (r->parser.error == YAML_MEMORY_ERROR)
		return err_set(r->e, ERR_NOMEM, "%s: out of memory", r->name);
	return fail_at(r, &r->parser.problem_mark, ERR_SYNTAX, "%s",
	               r->parser.problem != NULL ? r->parser.problem
	                                         : "not understood");
}

static struct str
scalar(const struct reader *r)
{
	return str_make(r->event.data.scalar.value,
	                r->event.data.scalar.length);
}

static bool
is_scalar(const struct reader *r)
{
	return r->event.type == YAML_SCALAR_EVENT;
}

/* Nothing behind the key, or null: as if the key were not there. */
static bool
is_null(const struct reader *r)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL" };

	if (!is_scalar(r) ||
	    r->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(nulls); i++) {
		if (str_eq(scalar(r), str_from_c(nulls[i])))
			return true;
	}
	return false;
}

/* The whole node that begins with the present event. */
static int
skip_node(struct reader *r)
{
	uint64_t depth = 0;
	int rc;

	for (;;) {
		switch (r->event.type) {
		case YAML_MAPPING_START_EVENT:
		case YAML_SEQUENCE_START_EVENT:
			if (++depth > r->limits->config_depth)
				return fail_at(
				    r, &r->event.start_mark, ERR_LIMIT,
				    "deeper than config-depth=%" PRIu64,
				    r->limits->config_depth);
			break;
		case YAML_MAPPING_END_EVENT:
		case YAML_SEQUENCE_END_EVENT:
			depth--;
			break;
		default:
			break;
		}
		if (depth == 0)
			return 0;
		rc = next(r);
		if (rc != 0)
			return rc;
	}
}

/* ---- values ---- */

static int
put(struct reader *r, enum config_key key, const yaml_mark_t *mark,
    const struct str *items, size_t n)
{
	int rc = config_put(r->config, key, items, n, CONFIG_FILE);

	if (rc == 0)
		return 0;
	if (rc != ERR_SYNTAX)
		return err_set(r->e, rc, "%s: %s", r->name, err_text(rc));
	if (n == 0)
		return fail_at(r, mark, rc, "%s: %s is wanted",
		               config_path(key), config_kind(key));
	return fail_at(r, mark, rc, "%s: cannot take %.*s as %s",
	               config_path(key),
	               (int)(items[0].n < 80 ? items[0].n : 80), items[0].p,
	               config_kind(key));
}

/* YAML has more words for true and false than Go's ParseBool. */
static struct str
plain_bool(struct str s)
{
	static const char *const yes[] = {
		"yes", "Yes", "YES", "on", "On", "ON"
	};
	static const char *const no[] = {
		"no", "No", "NO", "off", "Off", "OFF"
	};

	for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
		if (str_eq(s, str_from_c(yes[i])))
			return STR("true");
		if (str_eq(s, str_from_c(no[i])))
			return STR("false");
	}
	return s;
}

/*
 * The scalars of a sequence, or of a mapping in turn, up to its end; copied,
 * because an event's text goes with it.
 */
static int
gather(struct reader *r, yaml_event_type_t end, struct buf *items,
       size_t *ret_n)
{
	size_t n = 0;

	for (;;) {
		struct str s;
		int rc = next(r);

		if (rc != 0)
			return rc;
		if (r->event.type == end)
			break;
		if (!is_scalar(r))
			return fail_at(r, &r->event.start_mark, ERR_SYNTAX,
			               "a plain value is wanted");
		s = arena_dup(&r->config->arena, scalar(r));
		rc = arena_error(&r->config->arena);
		if (rc == 0)
			rc = buf_append(items, &s, sizeof(s));
		if (rc != 0)
			return err_set(r->e, rc, "%s: %s", r->name,
			               err_text(rc));
		n++;
	}
	*ret_n = n;
	return 0;
}

static int
read_many(struct reader *r, enum config_key key, yaml_event_type_t end)
{
	yaml_mark_t mark = r->event.start_mark;
	struct buf items;
	size_t n = 0;
	int rc;

	buf_init(&items, (size_t)r->limits->config_bytes * sizeof(struct str));
	rc = gather(r, end, &items, &n);
	if (rc == 0)
		rc = put(r, key, &mark, (const void *)items.p, n);
	buf_release(&items);
	return rc;
}

/* The present event begins the value. */
static int
read_value(struct reader *r, enum config_key key)
{
	yaml_mark_t mark = r->event.start_mark;
	struct str s;

	if (is_null(r))
		return 0;
	switch (config_type(key)) {
	case CONFIG_TYPE_LIST:
		if (r->event.type == YAML_SEQUENCE_START_EVENT)
			return read_many(r, key, YAML_SEQUENCE_END_EVENT);
		break;
	case CONFIG_TYPE_MAP:
		if (r->event.type == YAML_MAPPING_START_EVENT)
			return read_many(r, key, YAML_MAPPING_END_EVENT);
		break;
	default:
		if (!is_scalar(r))
			break;
		s = scalar(r);
		if (config_type(key) == CONFIG_TYPE_BOOL)
			s = plain_bool(s);
		return put(r, key, &mark, &s, 1);
	}
	return fail_at(r, &mark, ERR_SYNTAX, "%s: %s is wanted",
	               config_path(key), config_kind(key));
}

static int read_group(struct reader *r, struct str group, uint64_t depth);

/* The value of the key `path`, which begins with the next event. */
static int
read_key(struct reader *r, struct str path, const yaml_mark_t *mark,
         uint64_t depth)
{
	enum config_key key = config_find(path);
	int rc = next(r);

	if (rc != 0)
		return rc;
	if (key != CONFIG_COUNT) {
		if (r->seen[key])
			return fail_at(r, mark, ERR_SYNTAX,
			               "the key %s is there twice",
			               config_path(key));
		r->seen[key] = true;
		return read_value(r, key);
	}
	if (!config_is_group(path)) {
		warn_unknown(r, mark, path);
		return skip_node(r);
	}
	if (is_null(r))
		return 0;
	if (r->event.type != YAML_MAPPING_START_EVENT)
		return fail_at(r, &r->event.start_mark, ERR_SYNTAX,
		               STR_FMT ": keys below it are wanted",
		               STR_ARG(path));
	return read_group(r, path, depth + 1);
}

/* The keys of a mapping whose start is the present event. */
/* As deep as the keys of keys.def. NOLINTNEXTLINE(misc-no-recursion) */
static int
read_group(struct reader *r, struct str group, uint64_t depth)
{
	char text[PATH_MAX_TEXT];

	ENSURE(depth < PATH_MAX_TEXT);
	for (;;) {
		yaml_mark_t mark;
		int n, rc = next(r);

		if (rc != 0 || r->event.type == YAML_MAPPING_END_EVENT)
			return rc;
		mark = r->event.start_mark;
		if (!is_scalar(r))
			return fail_at(r, &mark, ERR_SYNTAX,
			               "the name of a key is wanted");
		n = snprintf(text, sizeof(text), STR_FMT "%s" STR_FMT,
		             STR_ARG(group), group.n > 0 ? "." : "",
		             STR_ARG(scalar(r)));
		if (n < 0 || (size_t)n >= sizeof(text))
			n = (int)sizeof(text) - 1;
		rc = read_key(r, str_make(text, (size_t)n), &mark, depth);
		if (rc != 0)
			return rc;
	}
}

static int
read_document(struct reader *r)
{
	int rc = next(r); /* the stream begins */

	if (rc == 0)
		rc = next(r); /* a document, or nothing at all */
	if (rc != 0 || r->event.type == YAML_STREAM_END_EVENT)
		return rc;
	rc = next(r);
	if (rc != 0 || is_null(r))
		return rc;
	if (r->event.type != YAML_MAPPING_START_EVENT)
		return fail_at(r, &r->event.start_mark, ERR_SYNTAX,
		               "keys with values are wanted");
	return read_group(r, STR_NONE, 0);
}

int
config_file_parse(struct config *c, const char *name, struct str text,
                  const struct cli_limits *limits,
                  const struct config_file_warn *warn, struct err *e)
{
	struct reader r = { .config = c,
		            .name = name,
		            .limits = limits,
		            .warn = warn,
		            .e = e };
	int rc;

	if (text.n > limits->config_bytes)
		return err_set(e, ERR_LIMIT,
		               "%s: larger than config-bytes=%" PRIu64, name,
		               limits->config_bytes);
	if (yaml_parser_initialize(&r.parser) != 1)
		return err_set(e, ERR_NOMEM, "%s: out of memory", name);
	yaml_parser_set_input_string(
	    &r.parser, (const unsigned char *)(text.n > 0 ? text.p : ""),
	    text.n);
	rc = read_document(&r);
	if (r.has_event)
		yaml_event_delete(&r.event);
	yaml_parser_delete(&r.parser);
	return rc;
}

int
config_file_read(struct config *c, const char *path,
                 const struct cli_limits *limits,
                 const struct config_file_warn *warn, struct err *e)
{
	/* One byte more tells a file that is too large. */
	size_t max = (size_t)limits->config_bytes + 1, n = 0;
	struct buf b;
	int fd;
	int rc = io_open_at(AT_FDCWD, path, O_RDONLY, 0, &fd);

	if (rc != 0)
		return err_set(e, rc, "open %s: %s", path, err_text(rc));
	buf_init(&b, max);
	rc = buf_reserve(&b, max);
	if (rc == 0)
		rc = io_read_full(fd, buf_tail(&b), max, &n);
	(void)io_close(fd);
	if (rc == 0) {
		buf_added(&b, n);
		rc = config_file_parse(c, path, buf_str(&b), limits, warn, e);
	} else {
		(void)err_set(e, rc, "read %s: %s", path, err_text(rc));
	}
	buf_release(&b);
	return rc;
}
