/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/redis/redis_command.h"

#include <assert.h>

#include "base/cursor.h"

static const struct redis_command command_table[] = {
#define PLAIN(name) { STR_INIT(name), 1, 1, 1, 0, REDIS_WORD_NONE },
#define KEYED(name, first, last, step, count, word) \
	{ STR_INIT(name), first, last, step, count, REDIS_WORD_##word },
#include "analyzer/proto/redis/redis_commands.def"
#undef PLAIN
#undef KEYED
};

/* Commands that are not known have their key where most have it. */
static const struct redis_command command_plain = {
	STR_INIT(""), 1, 1, 1, 0, REDIS_WORD_NONE,
};

/* The contract's list, in its order of use; replies that are one of these are
 * shown as a keyword instead of a value. */
static const char *const command_keywords[] = {
	"AGGREGATE",  "ALPHA",        "ASC",         "BLOCK",    "BY",
	"COUNT",      "CREATE",       "DELCONSUMER", "DESC",     "DESTROY",
	"DOCTOR",     "ENCODING",     "EXISTS",      "FLUSH",    "FORCE",
	"GET",        "GETNAME",      "GROUP",       "IDLE",     "IDLETIME",
	"KEY",        "KEYS",         "KILL",        "LEN",      "LIMIT",
	"LIST",       "LOAD",         "MATCH",       "MAXLEN",   "MESSAGE",
	"MKSTREAM",   "NO",           "NOACK",       "NOSORT",   "OK",
	"ONE",        "PAUSE",        "PING",        "PMESSAGE", "PONG",
	"PSUBSCRIBE", "PUNSUBSCRIBE", "QUEUED",      "REFCOUNT", "REPLACE",
	"RESET",      "RESETSTAT",    "RETRYCOUNT",  "REWRITE",  "SET",
	"SETID",      "SETNAME",      "STORE",       "STREAMS",  "SUBSCRIBE",
	"TIME",       "UNLOAD",       "UNSUBSCRIBE", "WEIGHTS",  "WITHSCORES",
};

static const struct cur_set command_chars = {
	.in = { ['a' ... 'z'] = 1,
	        ['A' ... 'Z'] = 1,
	        ['0' ... '9'] = 1,
	        ['.'] = 1,
	        ['_'] = 1,
	        ['-'] = 1,
	        [':'] = 1 },
};

/* --- names ---------------------------------------------------------------- */

static char
command_upper_char(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

struct str
redis_command_upper(struct str name, char out[REDIS_NAME_MAX])
{
	struct cursor c = cur_from_str(str_head(name, REDIS_NAME_MAX), false);
	size_t n = 0;

	while (!cur_at_end(&c))
		out[n++] = command_upper_char((char)cur_u8(&c));
	return str_make(out, n);
}

const struct redis_command *
redis_command_find(struct str name)
{
	char buf[REDIS_NAME_MAX];
	struct str upper = redis_command_upper(name, buf);
	size_t from = 0, to = ARRAY_LEN(command_table);

	while (from < to && upper.n == name.n) {
		size_t mid = from + (to - from) / 2;
		int rc = str_cmp(upper, command_table[mid].name);

		if (rc == 0)
			return &command_table[mid];
		if (rc < 0)
			to = mid;
		else
			from = mid + 1;
	}
	return NULL;
}

bool
redis_command_named(struct str name)
{
	struct cursor c = cur_from_str(name, false);
	char first = str_lower((char)cur_peek_u8(&c));

	return first >= 'a' && first <= 'z' &&
	       cur_token(&c, &command_chars, REDIS_NAME_MAX).n == name.n;
}

bool
redis_command_keyword(struct str upper)
{
	for (size_t i = 0; i < ARRAY_LEN(command_keywords); i++) {
		if (str_eq(upper, str_from_c(command_keywords[i])))
			return true;
	}
	return false;
}

/* --- keys ----------------------------------------------------------------- */

void
redis_keys_begin(struct redis_keys *k, struct str name, uint64_t argc)
{
	const struct redis_command *cmd = redis_command_find(name);
	uint64_t back;

	if (cmd == NULL)
		cmd = &command_plain;
	*k = (struct redis_keys){ .cmd = cmd, .argc = argc, .at = 1 };
	k->step = cmd->step > 0 ? (uint64_t)cmd->step : 1;
	k->first = 1;
	if (cmd->first == 0)
		return;
	k->first = (uint64_t)cmd->first;
	back = cmd->last < 0 ? (uint64_t)-cmd->last : 0;
	if (back == 0)
		k->last = (uint64_t)cmd->last;
	else if (argc > back)
		k->last = argc - back;
}

/* The keys are the next n arguments, as far as there are so many. */
static void
keys_follow(struct redis_keys *k, uint64_t n)
{
	uint64_t left = k->argc > k->at ? k->argc - k->at : 0;

	k->first = k->at;
	k->last = k->at + (n < left ? n : left) - 1;
	k->step = 1;
}

static void
keys_count(struct redis_keys *k, struct str arg)
{
	uint64_t n;

	if (str_u64(arg, &n) == 0 && n != 0)
		keys_follow(k, n);
}

/* The word has to come before the keys; but for STORE it only counts once. */
static void
keys_word(struct redis_keys *k, struct str arg)
{
	uint64_t left = k->argc > k->at ? k->argc - k->at : 0;

	if (k->last >= k->at || left == 0)
		return;
	switch (k->cmd->word) {
	case REDIS_WORD_KEYS:
		if (str_eq_nocase(arg, STR("KEYS")))
			keys_follow(k, left);
		break;
	case REDIS_WORD_STREAMS:
		if (str_eq_nocase(arg, STR("STREAMS")))
			keys_follow(k, left / 2);
		break;
	case REDIS_WORD_STORE:
		if (str_eq_nocase(arg, STR("STORE")) ||
		    str_eq_nocase(arg, STR("STOREDIST")))
			keys_follow(k, 1);
		break;
	case REDIS_WORD_NONE:
		break;
	}
}

bool
redis_keys_next(struct redis_keys *k, struct str arg)
{
	uint64_t at = k->at++;

	if (at >= k->first && at <= k->last && (at - k->first) % k->step == 0) {
		/* MIGRATE has an empty key where KEYS come later. */
		if (arg.n != 0 || k->cmd->word == REDIS_WORD_NONE)
			return true;
	}
	if (k->cmd->count != 0 && at == (uint64_t)k->cmd->count)
		keys_count(k, arg);
	else if (k->cmd->word != REDIS_WORD_NONE)
		keys_word(k, arg);
	return false;
}

/* --- inline commands ------------------------------------------------------ */

static const struct cur_set inline_space = {
	.in = { [' '] = 1, ['\t'] = 1, ['\v'] = 1, ['\f'] = 1 },
};

static bool
inline_is_space(uint8_t b)
{
	return inline_space.in[b] != 0;
}

/* Passes over a quoted part, of which the opening quote was read. */
static void
inline_quoted(struct cursor *c, uint8_t quote)
{
	while (!cur_at_end(c)) {
		uint8_t b = cur_u8(c);

		if (b == quote)
			return;
		if (b == '\\' && !cur_at_end(c) &&
		    (quote == '"' || cur_peek_u8(c) == '\''))
			(void)cur_skip(c, 1);
	}
}

bool
redis_inline_next(struct str *io_line, struct str *ret_word)
{
	struct cursor c = cur_from_str(*io_line, false);
	struct str rest;

	(void)cur_token(&c, &inline_space, REDIS_INLINE_MAX);
	if (cur_at_end(&c)) {
		*io_line = STR_NONE;
		return false;
	}
	rest = str_tail(*io_line, io_line->n - cur_left(&c));
	while (!cur_at_end(&c) && !inline_is_space(cur_peek_u8(&c))) {
		uint8_t b = cur_u8(&c);

		if (b == '"' || b == '\'')
			inline_quoted(&c, b);
	}
	*ret_word = str_head(rest, rest.n - cur_left(&c));
	*io_line = str_tail(rest, ret_word->n);
	return true;
}

/* What follows a backslash within double quotes. */
static char
inline_escape(struct cursor *c)
{
	static const char from[] = "nrtba", to[] = "\n\r\t\b\a";
	uint8_t b = cur_u8(c);

	if (b == 'x' && cur_left(c) >= 2) {
		struct cursor hex = *c;
		unsigned high = cur_digit(cur_u8(&hex));
		unsigned low = cur_digit(cur_u8(&hex));

		if (high < 16 && low < 16) {
			*c = hex;
			return (char)(high << 4 | low);
		}
	}
	for (size_t i = 0; i + 1 < sizeof(from); i++) {
		if (b == (uint8_t)from[i])
			return to[i];
	}
	return (char)b;
}

struct str
redis_inline_plain(struct str word, char *out, size_t size)
{
	struct cursor c = cur_from_str(word, false);
	uint8_t quote = 0;
	size_t n = 0;

	if (str_find_char(word, '"') == word.n &&
	    str_find_char(word, '\'') == word.n)
		return word;
	while (!cur_at_end(&c) && n < size) {
		uint8_t b = cur_u8(&c);

		if (b == quote && quote != 0)
			quote = 0;
		else if (quote == 0 && (b == '"' || b == '\''))
			quote = b;
		else if (quote == '"' && b == '\\' && !cur_at_end(&c))
			out[n++] = inline_escape(&c);
		else if (quote == '\'' && b == '\\' && !cur_at_end(&c) &&
		         cur_peek_u8(&c) == '\'')
			out[n++] = (char)cur_u8(&c);
		else
			out[n++] = (char)b;
	}
	return str_make(out, n);
}
