/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/conversation.h"

#include <stdlib.h>
#include <string.h>

enum {
	EVERYTHING = WORLD_LINE | WORLD_JSON | WORLD_BODIES | WORLD_DIAGS,
	HOLE = 7,
};

static struct str
bytes_of(const struct conversation *c, size_t i)
{
	const char *text = c->turn[i].text;

	return c->bytes != NULL ? c->bytes(text) : str_from_c(text);
}

static size_t
length(const struct conversation *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n; i++)
		n += bytes_of(c, i).n;
	return n;
}

void
conversation_open(const struct conversation *c, struct world *w, unsigned show,
                  int opener)
{
	http1_world_init(w, show);
	w->table[0] = c->dissector;
	w->port = c->port;
	if (!http1_world_open(w, opener))
		abort();
}

/* Up to byte `end`, with a cut in packets at byte `cut`. */
static void
send_cut(const struct conversation *c, struct world *w, size_t cut, size_t end)
{
	size_t at = 0;

	for (size_t i = 0; i < c->n && at < end; i++) {
		struct str s = str_head(bytes_of(c, i), end - at);
		size_t first = cut > at && cut < at + s.n ? cut - at : s.n;

		http1_world_send(w, c->turn[i].side, s.p, first);
		if (first < s.n)
			http1_world_send(w, c->turn[i].side, s.p + first,
			                 s.n - first);
		at += s.n;
	}
}

static const char *
finish(const struct conversation *c, struct world *w)
{
	if (c->ends)
		http1_world_end(w, 1, WHY_FIN);
	return http1_world_finish(w, WHY_FIN);
}

static const char *
run_cut(const struct conversation *c, struct world *w, unsigned show,
        size_t cut)
{
	conversation_open(c, w, show, 0);
	send_cut(c, w, cut, SIZE_MAX);
	return finish(c, w);
}

const char *
conversation_run(const struct conversation *c, struct world *w, unsigned show)
{
	return run_cut(c, w, show, 0);
}

/* Could all of it be rendered, and is nothing left? */
static bool
release(struct world *w)
{
	bool good = w->sides_agree && w->failed == 0;

	http1_world_release(w);
	return good && w->budget.used == 0;
}

bool
conversation_splits(const struct conversation *c)
{
	size_t n = length(c);
	struct world whole, w;
	const char *want = conversation_run(c, &whole, EVERYTHING);
	bool good = true;

	for (size_t cut = 1; cut < n; cut++) {
		const char *got = run_cut(c, &w, EVERYTHING, cut);

		good &= strcmp(got, want) == 0;
		good &= release(&w);
	}
	return release(&whole) && good;
}

bool
conversation_single_bytes(const struct conversation *c)
{
	struct world whole, w;
	const char *want = conversation_run(c, &whole, EVERYTHING);
	bool good;

	conversation_open(c, &w, EVERYTHING, 0);
	for (size_t i = 0; i < c->n; i++) {
		struct str s = bytes_of(c, i);

		for (size_t k = 0; k < s.n; k++)
			http1_world_send(&w, c->turn[i].side, s.p + k, 1);
	}
	good = strcmp(finish(c, &w), want) == 0;
	good &= release(&w);
	return release(&whole) && good;
}

/* --- broken off ----------------------------------------------------------- */

static bool
has_line(const char *lines, struct str line)
{
	for (const char *p = lines; *p != '\0'; p = strchr(p, '\n') + 1) {
		if (str_eq(str_make(p, strcspn(p, "\n")), line))
			return true;
	}
	return false;
}

static bool
has_excuse(const struct conversation *c, struct str line)
{
	for (const char *const *e = c->excuses; *e != NULL; e++) {
		if (str_find(line, str_from_c(*e)) < line.n)
			return true;
	}
	return false;
}

/* The first lines are those of the whole; the others say what is wrong. */
static bool
is_front(const struct conversation *c, const char *got)
{
	const char *want = c->lines;
	size_t n;

	for (; (n = strcspn(got, "\n")) != 0; want += n + 1, got += n + 1) {
		if (strncmp(got, want, n + 1) != 0)
			break;
	}
	for (; (n = strcspn(got, "\n")) != 0; got += n + 1) {
		struct str line = str_make(got, n);

		if (!has_excuse(c, line) &&
		    !(c->shuffled && has_line(c->lines, line)))
			return false;
	}
	return true;
}

bool
conversation_truncations(const struct conversation *c)
{
	size_t n = length(c);
	bool good = true;

	for (size_t end = 0; end < n; end++) {
		struct world w;

		conversation_open(c, &w, WORLD_LINE, 0);
		send_cut(c, &w, 0, end);
		good &= is_front(c, http1_world_finish(&w, WHY_SNAPSHOT_END));
		good &= release(&w);
	}
	return good;
}

/* --- holes ---------------------------------------------------------------- */

static bool
gap_in(const struct conversation *c, size_t turn, size_t at)
{
	struct world w;
	size_t before = 0;
	bool good;

	conversation_open(c, &w, WORLD_LINE | WORLD_JSON, 0);
	for (size_t i = 0; i < c->n; i++) {
		struct str s = bytes_of(c, i);

		if (i == turn) {
			before = w.entries;
			s = str_head(s, at);
		}
		http1_world_send(&w, c->turn[i].side, s.p, s.n);
		if (i == turn)
			http1_world_lose(&w, c->turn[i].side, HOLE);
	}
	(void)http1_world_finish(&w, WHY_FIN);
	good = w.entries >= before;
	return release(&w) && good;
}

bool
conversation_gaps(const struct conversation *c)
{
	bool good = true;

	for (size_t i = 0; i < c->n; i++) {
		for (size_t at = 0; at <= bytes_of(c, i).n; at++)
			good &= gap_in(c, i, at);
	}
	return good;
}
