/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/err.h"
#include "tests/tap/tap.h"

/* The log's clock; tests turn it. */
static int64_t now;
static int pipe_in;

static int64_t
fake_now(void)
{
	return now;
}

static void
open_log(struct log *l, enum log_level level, enum log_format format)
{
	int p[2];

	if (pipe(p) != 0 || fcntl(p[0], F_SETFL, O_NONBLOCK) != 0)
		abort();
	log_init(l, p[1], level, format);
	l->now = fake_now;
	pipe_in = p[0];
	now = 1674986400 * CLOCK_SEC;
}

static void
close_log(struct log *l)
{
	(void)close(l->fd);
	(void)close(pipe_in);
	log_release(l);
}

/* What was logged since the last call, as a C string. */
static const char *
logged(void)
{
	static char text[65536];
	ssize_t n = read(pipe_in, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static unsigned
lines(const char *s)
{
	unsigned n = 0;

	for (; *s != '\0'; s++)
		n += *s == '\n';
	return n;
}

#define TS "ts=2023-01-29T10:00:00Z "
#define JS "{\"ts\":\"2023-01-29T10:00:00Z\",\"level\":\"warn\",\"mod\":\"m\","

static void
test_logfmt(void)
{
	const struct log_field fields[] = {
		{ "n", STR_INIT("42") },
		{ "empty", STR_INIT("") },
		{ "path", STR_INIT("a b=\"c\"\\") },
		{ "evil",
		  STR_INIT("\x1b[2J\nlevel=error\xff\xc2\x9b\xc3\xa9") },
	};
	struct log l;

	open_log(&l, LOG_INFO, LOG_LOGFMT);
	log_msg(&l, LOG_INFO, "tcp", "ready");
	is_str(logged(), TS "level=info mod=tcp msg=ready\n", "one word");
	log_msg(&l, LOG_WARN, "tcp", "%d of %s", 3, "four");
	is_str(logged(), TS "level=warn mod=tcp msg=\"3 of four\"\n",
	       "a format");
	log_event(&l, LOG_ERROR, "m", "x", fields, 4);
	is_str(logged(),
	       TS "level=error mod=m msg=x n=42 empty=\"\" "
	          "path=\"a b=\\\"c\\\"\\\\\" "
	          "evil=\"\\x1b[2J\\x0alevel=error\\xff\\u009b\xc3\xa9\"\n",
	       "fields, which cannot forge a line");
	log_msg(&l, LOG_DEBUG, "tcp", "detail");
	is_str(logged(), "", "too detailed");
	log_event(&l, LOG_DEBUG, "tcp", "detail", NULL, 0);
	is_str(logged(), "", "in either way");
	log_msg(NULL, LOG_ERROR, "tcp", "nobody");
	log_event(NULL, LOG_ERROR, "tcp", "nobody", NULL, 0);
	is_str(logged(), "", "without a log there is none");
	close_log(&l);
}

static void
test_json(void)
{
	const struct log_field f = {
		"k", STR_INIT("\"\\\n\x1b\xff\xc2\x9b\xc3\xa9")
	};
	struct log l;

	open_log(&l, LOG_INFO, LOG_JSON);
	log_event(&l, LOG_WARN, "m", "x y", &f, 1);
	is_str(logged(),
	       JS "\"msg\":\"x y\",\"k\":\"\\\"\\\\\\u000a\\u001b\\ufffd"
	          "\\u009b\xc3\xa9\"}\n",
	       "JSON");
	close_log(&l);
}

static void
test_long(void)
{
	char big[3 * LOG_LINE_MAX];
	struct log_field f = { "big", { big, sizeof(big) } };
	struct log l;
	const char *text;

	memset(big, '\x1b', sizeof(big));
	open_log(&l, LOG_INFO, LOG_LOGFMT);
	log_event(&l, LOG_WARN, "m", "short", &f, 1);
	is_str(logged(), TS "level=warn mod=m msg=short...\n",
	       "fields that do not fit are left out");
	big[sizeof(big) - 1] = '\0';
	log_event(&l, LOG_WARN, big, big, NULL, 0);
	text = logged();
	is_int(lines(text), 1, "a long message is one line");
	ok(strlen(text) < LOG_LINE_MAX && strstr(text, "...\"\n") != NULL,
	   "cut to size");
	l.format = LOG_JSON;
	log_msg(&l, LOG_WARN, big, "%s", big);
	text = logged();
	ok(strlen(text) < LOG_LINE_MAX && strstr(text, "...\"}\n") != NULL,
	   "in JSON as well");
	close_log(&l);
}

static void
test_rate(void)
{
	struct log l;

	open_log(&l, LOG_INFO, LOG_LOGFMT);
	for (int i = 0; i < 50; i++)
		log_msg(&l, LOG_WARN, "m", "drop %d", i);
	is_int(lines(logged()), LOG_BURST, "a burst, whatever the arguments");
	log_msg(&l, LOG_WARN, "m", "other");
	is_int(lines(logged()), 1, "another message is another matter");
	log_msg(&l, LOG_WARN, "m2", "drop %d", 1);
	is_int(lines(logged()), 1, "and so is another module");
	for (int i = 0; i < 50; i++)
		log_msg(&l, LOG_ERROR, "m", "fail %d", i);
	is_int(lines(logged()), 50, "errors are never suppressed");
	now += LOG_WINDOW;
	log_msg(&l, LOG_WARN, "m", "drop %d", 99);
	is_str(logged(),
	       "ts=2023-01-29T10:00:10Z level=warn mod=m msg=\"drop 99\" "
	       "suppressed=40\n",
	       "then the suppressed ones are told");
	log_msg(&l, LOG_WARN, "m", "drop %d", 99);
	ok(strstr(logged(), "suppressed") == NULL, "once");
	for (int i = 0; i < 20; i++)
		log_msg(&l, LOG_WARN, "m", "drop %d", i);
	(void)logged();
	now -= 3600 * CLOCK_SEC;
	log_msg(&l, LOG_WARN, "m", "drop %d", 1);
	is_int(lines(logged()), 1, "a clock set back does not silence it");
	for (int i = 0; i < 200; i++) {
		char msg[16];

		(void)snprintf(msg, sizeof(msg), "m%d", i);
		now += CLOCK_MSEC;
		log_event(&l, LOG_INFO, "m", msg, NULL, 0);
	}
	is_int(lines(logged()), 200, "more messages than slots");
	close_log(&l);
}

static void
test_levels(void)
{
	enum log_level level = LOG_DEBUG;

	is_int(log_level_parse(STR("error"), &level), 0, "error");
	is_int(level, LOG_ERROR, "is the lowest");
	is_int(log_level_parse(STR("debug"), &level), 0, "debug");
	is_int(level, LOG_DEBUG, "is the highest");
	is_int(log_level_parse(STR("loud"), &level), ERR_USAGE, "no level");
}

int
main(void)
{
	test_logfmt();
	test_json();
	test_long();
	test_rate();
	test_levels();
	return tap_done();
}
