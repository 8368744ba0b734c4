/* SPDX-License-Identifier: Apache-2.0 */
#include "console/term.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/err.h"
#include "base/utf8.h"

/* A body preview or the longest header, with every byte escaped. */
#define TERM_SCRATCH ((size_t)8 << 20)

static size_t
columns_of(int fd)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		return size.ws_col;
	return 80;
}

static bool
wants_colour(void)
{
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here sets it. */
	const char *no = getenv("NO_COLOR");
	/* NOLINTNEXTLINE(concurrency-mt-unsafe) */
	const char *kind = getenv("TERM");

	if (no != NULL && no[0] != '\0')
		return false;
	return kind != NULL && strcmp(kind, "dumb") != 0;
}

void
term_init(struct term *t, FILE *f)
{
	int fd = fileno(f);

	*t = (struct term){ .f = f, .tty = isatty(fd) == 1 };
	if (t->tty) {
		t->width = columns_of(fd);
		t->colour = wants_colour();
	}
	buf_init(&t->scratch, TERM_SCRATCH);
}

void
term_release(struct term *t)
{
	buf_release(&t->scratch);
}

static void
failed(struct term *t)
{
	if (t->error == 0)
		t->error = errno != 0 ? -errno : ERR_IO;
}

void
term_bytes(struct term *t, struct str s)
{
	if (t->error != 0 || s.n == 0)
		return;
	errno = 0;
	if (fwrite(s.p, 1, s.n, t->f) != s.n)
		failed(t);
}

void
term_printf(struct term *t, const char *fmt, ...)
{
	va_list ap;

	if (t->error != 0)
		return;
	errno = 0;
	va_start(ap, fmt);
	if (vfprintf(t->f, fmt, ap) < 0)
		failed(t);
	va_end(ap);
}

/* s escaped, borrowed until the next call; what does not fit is cut. */
static struct str
escape(struct term *t, struct str s)
{
	buf_clear(&t->scratch);
	/* An escaped byte is at most four long, a character six. */
	s = str_head(s, TERM_SCRATCH / 8);
	if (utf8_escape(&t->scratch, s) != 0)
		return STR("(out of memory)");
	return buf_str(&t->scratch);
}

void
term_text(struct term *t, struct str s)
{
	term_bytes(t, escape(t, s));
}

static void
put_line(struct term *t, const char *indent, struct str line)
{
	struct str rest = line, field;
	bool more = true;

	if (str_ends(rest, STR("\r")))
		rest = str_head(rest, rest.n - 1);
	term_bytes(t, str_from_c(indent));
	while (more) {
		more = str_split1(rest, '\t', &field, &rest);
		term_text(t, field);
		if (more)
			term_bytes(t, STR("\t"));
	}
	term_bytes(t, STR("\n"));
}

void
term_block(struct term *t, const char *indent, struct str s)
{
	struct str line;
	bool more = s.n > 0;

	while (more) {
		more = str_split1(s, '\n', &line, &s) && s.n > 0;
		put_line(t, indent, line);
	}
}

/* The first n characters of valid UTF-8, and how many there are. */
static struct str
head_chars(struct str s, size_t n, size_t *ret_n)
{
	size_t at = 0, chars = 0;
	uint32_t cp;

	while (at < s.n && chars < n) {
		size_t len = utf8_decode(str_tail(s, at), &cp);

		at += len > 0 ? len : 1;
		chars++;
	}
	*ret_n = chars;
	return str_head(s, at);
}

void
term_cell(struct term *t, int width, struct str s)
{
	size_t want = (size_t)(width < 0 ? -width : width);
	size_t n, all;
	struct str head;
	int pad;

	s = escape(t, s);
	(void)head_chars(s, SIZE_MAX, &all);
	n = all;
	head = s;
	if (t->width > 0 && all > want && want > 1)
		head = head_chars(s, want - 1, &n);
	pad = n < all ? 0 : n < want ? (int)(want - n) : 0;
	if (width > 0)
		term_printf(t, "%*s", pad, "");
	term_bytes(t, head);
	if (n < all)
		term_bytes(t, STR("\xe2\x80\xa6"));
	term_printf(t, "%*s", width < 0 ? pad + 1 : 1, "");
}

void
term_style(struct term *t, enum term_style style)
{
	static const char *const codes[] = {
		[TERM_PLAIN] = "0", [TERM_BOLD] = "1",  [TERM_DIM] = "2",
		[TERM_GOOD] = "32", [TERM_WARN] = "33", [TERM_BAD] = "31",
	};

	if (t->colour)
		term_printf(t, "\x1b[%sm", codes[style]);
}

int
term_flush(struct term *t)
{
	errno = 0;
	if (t->error == 0 && fflush(t->f) != 0)
		failed(t);
	return t->error;
}

bool
term_failed(const struct term *t)
{
	return t->error != 0;
}

static int
write_json(void *ctx, const char *p, size_t n)
{
	struct term *t = ctx;

	term_bytes(t, str_make(p, n));
	return t->error;
}

void
term_json(struct term *t, struct json_out *ret_json)
{
	jout_init(ret_json, write_json, t);
}
