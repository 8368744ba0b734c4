/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/io.h"
#include "base/siphash.h"
#include "base/utf8.h"

/* How much of a message is kept when its line is too long. */
#define LOG_CUT     256u
#define LOG_CUT_MOD 32u

static const char *const log_names[] = { "fatal", "error", "warn", "info",
	                                 "debug" };
static const char *const log_letters[] = { "FTL", "ERR", "WRN", "INF", "DBG" };

/* A line in the making. What does not fit makes it `over`. */
struct log_line {
	char p[LOG_LINE_MAX];
	size_t n;
	bool over;
};

/* What a line is made of. */
struct log_record {
	int64_t now;
	enum log_level level;
	struct str mod;
	struct str msg;
	const struct log_field *field;
	size_t fields;
	uint64_t suppressed;
};

void
log_init(struct log *l, int fd, enum log_level level, enum log_format format)
{
	*l = (struct log){
		.fd = fd,
		.level = level,
		.format = format,
		.now = clock_wall,
	};
	ENSURE(pthread_mutex_init(&l->lock, NULL) == 0);
}

void
log_release(struct log *l)
{
	ENSURE(pthread_mutex_destroy(&l->lock) == 0);
}

int
log_level_parse(struct str s, enum log_level *ret_level)
{
	for (size_t i = 0; i < ARRAY_LEN(log_names); i++) {
		if (str_eq(s, str_from_c(log_names[i]))) {
			*ret_level = (enum log_level)i;
			return 0;
		}
	}
	return ERR_USAGE;
}

static void
log_put(struct log_line *line, struct str s)
{
	if (s.n > sizeof(line->p) - line->n) {
		line->over = true;
		return;
	}
	if (s.n != 0)
		memcpy(line->p + line->n, s.p, s.n);
	line->n += s.n;
}

/* One byte or character that is not plain. */
static void
log_put_escape(struct log_line *line, enum log_format format, uint32_t cp,
               bool valid)
{
	char text[16];
	int n;

	/* JSON has no way to say "this byte", so it says U+FFFD. */
	if (format == LOG_JSON)
		n = snprintf(text, sizeof(text), "\\u%04x", cp);
	else if (!valid || cp < 0x80)
		n = snprintf(text, sizeof(text), "\\x%02x", cp);
	else
		n = snprintf(text, sizeof(text), "\\u%04x", cp);
	log_put(line, str_make(text, (size_t)n));
}

/* Text in quotes, or without them, when quotes in it mean nothing. */
static void
log_put_text(struct log_line *line, enum log_format format, struct str s,
             bool quotes)
{
	if (quotes)
		log_put(line, STR("\""));
	while (s.n != 0 && !line->over) {
		uint32_t cp;
		size_t len = utf8_decode(s, &cp);

		if (len == 0 && format != LOG_JSON)
			cp = (uint8_t)s.p[0];
		if (len == 0 || !utf8_is_plain(cp))
			log_put_escape(line, format, cp, len != 0);
		else if (quotes && (cp == '"' || cp == '\\'))
			log_put(line, cp == '"' ? STR("\\\"") : STR("\\\\"));
		else
			log_put(line, str_head(s, len));
		s = str_tail(s, len != 0 ? len : 1);
	}
	if (quotes)
		log_put(line, STR("\""));
}

static void
log_put_quoted(struct log_line *line, enum log_format format, struct str s)
{
	log_put_text(line, format, s, true);
}

/* May a logfmt value stand without quotes? */
static bool
log_is_bare(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c <= ' ' || c >= 0x7f || c == '"' || c == '=' || c == '\\')
			return false;
	}
	return s.n != 0;
}

static void
log_put_field(struct log_line *line, enum log_format format, struct str key,
              struct str value)
{
	if (format == LOG_JSON) {
		log_put(line, line->n == 0 ? STR("{") : STR(","));
		log_put_quoted(line, format, key);
		log_put(line, STR(":"));
		log_put_quoted(line, format, value);
		return;
	}
	if (line->n != 0)
		log_put(line, STR(" "));
	log_put(line, key);
	log_put(line, STR("="));
	if (log_is_bare(value))
		log_put(line, value);
	else
		log_put_quoted(line, format, value);
}

/* What stands in front of the fields of a line for people. */
static void
log_put_console(struct log_line *line, const struct log_record *r)
{
	char ts[CLOCK_TEXT_MAX];

	log_put(line, clock_format(r->now - r->now % CLOCK_SEC, ts));
	log_put(line, STR(" "));
	log_put(line, str_from_c(log_letters[r->level]));
	log_put(line, STR(" "));
	log_put_text(line, LOG_CONSOLE, r->mod, false);
	log_put(line, STR(" > "));
	log_put_text(line, LOG_CONSOLE, r->msg, false);
}

/* The same for programs. */
static void
log_put_head(struct log_line *line, enum log_format format,
             const struct log_record *r)
{
	char ts[CLOCK_TEXT_MAX];

	log_put_field(line, format, STR("ts"), clock_format(r->now, ts));
	log_put_field(line, format, STR("level"),
	              str_from_c(log_names[r->level]));
	log_put_field(line, format, STR("mod"), r->mod);
	log_put_field(line, format, STR("msg"), r->msg);
}

static void
log_render(struct log_line *line, enum log_format format,
           const struct log_record *r)
{
	char count[24];
	int n;

	line->n = 0;
	line->over = false;
	if (format == LOG_CONSOLE)
		log_put_console(line, r);
	else
		log_put_head(line, format, r);
	for (size_t i = 0; i < r->fields; i++)
		log_put_field(line, format, str_from_c(r->field[i].key),
		              r->field[i].value);
	if (r->suppressed != 0) {
		n = snprintf(count, sizeof(count), "%llu",
		             (unsigned long long)r->suppressed);
		log_put_field(line, format, STR("suppressed"),
		              str_make(count, (size_t)n));
	}
	log_put(line, format == LOG_JSON ? STR("}\n") : STR("\n"));
}

/* Without its fields and with a message of bounded length, anything fits. */
static void
log_render_cut(struct log_line *line, enum log_format format,
               const struct log_record *r)
{
	struct log_record cut = *r;
	char msg[LOG_CUT + 4];
	struct str head = str_head(r->msg, LOG_CUT);
	int n = snprintf(msg, sizeof(msg), STR_FMT "...", STR_ARG(head));

	cut.msg = str_make(msg, (size_t)n);
	cut.mod = str_head(r->mod, LOG_CUT_MOD);
	cut.fields = 0;
	log_render(line, format, &cut);
	ENSURE(!line->over);
}

/*
 * The slot of a message, which it may have to take from another one: then the
 * one that has been quiet for longest.
 */
static struct log_slot *
log_slot_of(struct log *l, uint64_t id, int64_t now)
{
	struct log_slot *oldest = &l->slot[0];

	for (size_t i = 0; i < ARRAY_LEN(l->slot); i++) {
		struct log_slot *s = &l->slot[i];

		if (s->id == id)
			return s;
		if (oldest->id != 0 && (s->id == 0 || s->start < oldest->start))
			oldest = s;
	}
	*oldest = (struct log_slot){ .id = id, .start = now };
	return oldest;
}

/* May this message be written now? The lock is held. */
static bool
log_admit(struct log *l, enum log_level level, uint64_t id, int64_t now,
          uint64_t *ret_suppressed)
{
	struct log_slot *s;

	*ret_suppressed = 0;
	if (level <= LOG_ERROR)
		return true;
	s = log_slot_of(l, id, now);
	/* A clock that was set back must not silence a message for long. */
	if (now < s->start || now - s->start >= LOG_WINDOW) {
		s->start = now;
		s->count = 0;
	}
	if (s->count >= LOG_BURST) {
		s->suppressed++;
		return false;
	}
	s->count++;
	*ret_suppressed = s->suppressed;
	s->suppressed = 0;
	return true;
}

static uint64_t
log_id(const char *mod, const char *text)
{
	static const uint8_t key[SIPHASH_KEY_SIZE] = { 0 };
	uint64_t id = siphash13(key, mod, strlen(mod)) * 31 +
	              siphash13(key, text, strlen(text));

	return id != 0 ? id : 1;
}

static void
log_write(struct log *l, uint64_t id, struct log_record *r)
{
	struct log_line line;

	ENSURE(pthread_mutex_lock(&l->lock) == 0);
	r->now = l->now();
	if (log_admit(l, r->level, id, r->now, &r->suppressed)) {
		log_render(&line, l->format, r);
		if (line.over)
			log_render_cut(&line, l->format, r);
		/* A log that cannot be written to has nobody to complain to. */
		(void)!io_write_full(l->fd, line.p, line.n);
	}
	ENSURE(pthread_mutex_unlock(&l->lock) == 0);
}

void
log_msg(struct log *l, enum log_level level, const char *mod, const char *fmt,
        ...)
{
	char text[LOG_LINE_MAX];
	struct log_record r = { .level = level };
	va_list ap;
	int n;

	if (l == NULL || level > l->level)
		return;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	r.mod = str_from_c(mod);
	r.msg = str_from_c(text);
	log_write(l, log_id(mod, fmt), &r);
}

void
log_event(struct log *l, enum log_level level, const char *mod, const char *msg,
          const struct log_field *field, size_t n)
{
	struct log_record r = {
		.level = level,
		.mod = str_from_c(mod),
		.msg = str_from_c(msg),
		.field = field,
		.fields = n,
	};

	if (l == NULL || level > l->level)
		return;
	log_write(l, log_id(mod, msg), &r);
}
