/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/amqp_frames.h"

#include <stdlib.h>

#include "base/cursor.h"

enum { NESTED = 16 };

/* Where lengths are still to be filled in: of a frame, then of tables. */
struct writing {
	struct buf *b;
	size_t at[NESTED];
	size_t depth;
};

static void
put(struct writing *w, const void *p, size_t n)
{
	if (buf_append(w->b, p, n) != 0)
		abort();
}

static void
put_be32(struct writing *w, size_t v)
{
	uint8_t octets[] = { (uint8_t)(v >> 24), (uint8_t)(v >> 16),
		             (uint8_t)(v >> 8), (uint8_t)v };

	put(w, octets, sizeof(octets));
}

static void
begin_length(struct writing *w)
{
	if (w->depth == NESTED)
		abort();
	w->at[w->depth++] = w->b->n;
	put_be32(w, 0);
}

static void
end_length(struct writing *w)
{
	size_t at, n;

	if (w->depth == 0)
		abort();
	at = w->at[--w->depth];
	n = w->b->n - at - 4;
	for (int i = 0; i < 4; i++)
		w->b->p[at + (size_t)i] = (char)(n >> (24 - 8 * i));
}

static void
put_octets(struct writing *w, struct str word)
{
	if (word.n % 2 != 0)
		abort();
	for (size_t i = 0; i < word.n; i += 2) {
		struct cursor c = cur_make(word.p + i, 2, false);
		uint8_t octet = (uint8_t)cur_hex(&c, 255);

		if (!cur_ok(&c) || !cur_at_end(&c))
			abort();
		put(w, &octet, 1);
	}
}

static void
begin_frame(struct writing *w, uint8_t type, struct str number)
{
	uint8_t head[3] = { type, 0, 0 };
	uint64_t channel;

	if (str_u64(number, &channel) != 0)
		abort();
	head[1] = (uint8_t)(channel >> 8);
	head[2] = (uint8_t)channel;
	put(w, head, sizeof(head));
	begin_length(w);
}

static void
put_run(struct writing *w, struct str number)
{
	uint64_t n;

	if (str_u64(number, &n) != 0)
		abort();
	while (n-- != 0)
		put(w, "x", 1);
}

static void
put_word(struct writing *w, struct str word)
{
	struct str rest = str_tail(word, 1);
	uint8_t n = (uint8_t)rest.n;

	switch (word.p[0]) {
	case 'M':
		begin_frame(w, 1, rest);
		break;
	case 'H':
		begin_frame(w, 2, rest);
		break;
	case 'B':
		begin_frame(w, 3, rest);
		break;
	case '.':
		end_length(w);
		put(w, "\xce", 1);
		break;
	case '\'':
		put(w, &n, 1);
		put(w, rest.p, rest.n);
		break;
	case '"':
		put_be32(w, rest.n);
		put(w, rest.p, rest.n);
		break;
	case '{':
		begin_length(w);
		break;
	case '}':
		end_length(w);
		break;
	case '=':
	case ':':
		put(w, rest.p, rest.n);
		break;
	case '*':
		put_run(w, rest);
		break;
	default:
		put_octets(w, word);
	}
}

void
amqp_frames_put(struct buf *b, const char *script)
{
	struct writing w = { .b = b };
	struct str rest = str_from_c(script), word;

	while (rest.n != 0) {
		(void)str_split1(rest, ' ', &word, &rest);
		if (str_eq(word, STR("HEAD")))
			put(&w, "AMQP\0\0\x09\x01", 8);
		else if (str_eq(word, STR("BEAT")))
			put(&w, "\x08\0\0\0\0\0\0\xce", 8);
		else if (word.n != 0)
			put_word(&w, word);
	}
	if (w.depth != 0)
		abort();
}
