/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/wire.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum {
	SAID_MAX = 1 << 24,
	ETHERNET = 14,
	IP = 20,
	TCP = 32, /* with timestamps */
	UDP = 8,
	HEADERS = ETHERNET + IP + TCP,
	SNAPLEN = 262144,
	RTO = 210 * 1000, /* microseconds until a lost tail is sent again */
};

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

static void
die(const char *what)
{
	perror(what);
	_Exit(1);
}

uint64_t
wire_random(struct wire_rng *r)
{
	uint64_t z = (r->state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

unsigned
wire_below(struct wire_rng *r, unsigned n)
{
	return (unsigned)((wire_random(r) >> 32) * n >> 32);
}

bool
wire_chance(struct wire_rng *r, unsigned permille)
{
	return wire_below(r, 1000) < permille;
}

void
wire_put(struct buf *b, const void *p, size_t n)
{
	if (buf_append(b, p, n) != 0)
		die("buffer");
}

void
wire_text(struct buf *b, const char *s)
{
	wire_put(b, s, strlen(s));
}

void
wire_8(struct buf *b, unsigned v)
{
	wire_put(b, &(uint8_t){ (uint8_t)v }, 1);
}

void
wire_16(struct buf *b, unsigned v)
{
	wire_8(b, v >> 8);
	wire_8(b, v);
}

void
wire_32(struct buf *b, uint32_t v)
{
	wire_16(b, v >> 16);
	wire_16(b, v & 0xffff);
}

void
wire_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = buf_vprintf(b, fmt, ap);
	va_end(ap);
	if (rc != 0)
		die("buffer");
}

static void
set_le32(uint8_t *p, uint32_t v)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static void
set_16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void
set_32(uint8_t *p, uint32_t v)
{
	set_16(p, v >> 16);
	set_16(p + 2, v & 0xffff);
}

void
wire_file_open(struct wire_file *w, const char *path)
{
	uint8_t header[24] = { 0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4 };

	set_le32(header + 16, SNAPLEN);
	set_le32(header + 20, 1);
	*w = (struct wire_file){ .f = fopen(path, "wb") };
	if (w->f == NULL || fwrite(header, sizeof(header), 1, w->f) != 1)
		die(path);
}

void
wire_file_close(struct wire_file *w)
{
	if (fclose(w->f) != 0)
		die("close");
	w->f = NULL;
}

void
wire_init(struct wire *w)
{
	*w = (struct wire){ .mss = 1448, .trip = 120 };
	buf_init(&w->said, SAID_MAX);
}

void
wire_release(struct wire *w)
{
	buf_release(&w->said);
	free(w->segment);
}

static struct wire_segment *
add(struct wire *w, enum wire_side side, unsigned flags)
{
	struct wire_segment *s;

	if (w->segments == w->room) {
		w->room = w->room == 0 ? 16 : 2 * w->room;
		w->segment = realloc(w->segment, w->room * sizeof(*s));
		if (w->segment == NULL)
			die("segments");
	}
	w->now += 2 + wire_below(w->rng, 9);
	s = &w->segment[w->segments++];
	*s = (struct wire_segment){
		.when = w->now,
		.seq = w->end[side].seq,
		.ack = w->end[!side].seq,
		.flags = (uint8_t)flags,
		.side = (uint8_t)side,
	};
	return s;
}

static void
repeat(struct wire *w, struct wire_segment held)
{
	struct wire_segment *s = add(w, held.side, held.flags);

	held.when = s->when;
	*s = held;
}

void
wire_open(struct wire *w)
{
	add(w, WIRE_CLIENT, SYN);
	w->end[WIRE_CLIENT].seq++;
	w->now += w->trip;
	add(w, WIRE_SERVER, SYN | ACK);
	w->end[WIRE_SERVER].seq++;
	w->now += w->trip;
	add(w, WIRE_CLIENT, ACK);
}

void
wire_close(struct wire *w, enum wire_side side, bool reset)
{
	add(w, side, reset ? RST | ACK : FIN | ACK);
	w->end[side].seq++;
	if (reset)
		return;
	w->now += w->trip;
	add(w, !side, FIN | ACK);
	w->end[!side].seq++;
	w->now += w->trip;
	add(w, side, ACK);
}

static void
say_datagram(struct wire *w, enum wire_side side)
{
	struct wire_segment *s = add(w, side, 0);

	s->off = w->spoken;
	s->n = (uint32_t)(w->said.n - w->spoken);
	w->spoken = w->said.n;
}

/*
 * What becomes of one segment on a link that loses some: three times out of
 * four it was lost before the capture and comes again after `until` others, or
 * was overtaken by the next one; otherwise it was captured and lost afterwards,
 * and the capture shows it twice. Returns true when it is held back.
 */
static bool
disturbed(struct wire *w, const struct wire_segment *s, bool last,
          unsigned *ret_until)
{
	unsigned kind;

	if (w->loss == 0 || !wire_chance(w->rng, w->loss))
		return false;
	kind = wire_below(w->rng, 4);
	if (kind == 3 || last) {
		w->now += RTO;
		repeat(w, *s);
		return false;
	}
	*ret_until = kind == 2 ? 1 : 3;
	return true;
}

void
wire_say(struct wire *w, enum wire_side side)
{
	struct wire_segment held = { .n = 0 };
	unsigned until = 0, count = 0;

	if (w->udp) {
		say_datagram(w, side);
		return;
	}
	while (w->spoken < w->said.n) {
		size_t left = w->said.n - w->spoken;
		size_t n = left < w->mss ? left : w->mss;
		struct wire_segment *s = add(w, side, ACK);

		s->off = w->spoken;
		s->n = (uint32_t)n;
		s->flags |= n == left ? PSH : 0;
		w->end[side].seq += (uint32_t)n;
		w->spoken += n;
		if (n < left && count > 0 && wire_chance(w->rng, w->blind)) {
			w->segments--;
		} else if (held.n == 0 && disturbed(w, s, n == left, &until)) {
			held = w->segment[--w->segments];
			continue;
		}
		if (held.n > 0) {
			/* The other end asks for what is missing. */
			add(w, !side, ACK)->ack = held.seq;
			if (--until == 0 || n == left) {
				w->now += 2 * w->trip;
				repeat(w, held);
				held.n = 0;
			}
		} else if (++count % 2 == 0) {
			add(w, !side, ACK);
		}
	}
	w->now += w->trip;
	if (wire_chance(w->rng, 350))
		add(w, !side, ACK);
}

bool
wire_pending(const struct wire *w)
{
	return w->next < w->segments;
}

int64_t
wire_when(const struct wire *w)
{
	return w->segment[w->next].when;
}

static uint32_t
sum(uint32_t start, const uint8_t *p, size_t n)
{
	uint64_t s = start;
	size_t i = 0;

	for (; i + 1 < n; i += 2)
		s += (uint32_t)(p[i] << 8 | p[i + 1]);
	if (i < n)
		s += (uint32_t)(p[i] << 8);
	while (s >> 16 != 0)
		s = (s & 0xffff) + (s >> 16);
	return (uint32_t)s;
}

static void
ip_header(uint8_t *p, const struct wire *w, const struct wire_segment *s,
          size_t total)
{
	const struct wire_end *from = &w->end[s->side], *to = &w->end[!s->side];

	p[0] = 0x45;
	set_16(p + 2, (unsigned)total);
	set_16(p + 4, (s->seq ^ (uint32_t)s->when) & 0xffff);
	p[6] = 0x40;
	p[8] = 64;
	p[9] = w->udp ? 17 : 6;
	memcpy(p + 12, from->ip, 4);
	memcpy(p + 16, to->ip, 4);
	set_16(p + 10, ~sum(0, p, IP) & 0xffff);
}

static void
tcp_header(uint8_t *p, const struct wire *w, const struct wire_segment *s)
{
	set_16(p, w->end[s->side].port);
	set_16(p + 2, w->end[!s->side].port);
	set_32(p + 4, s->seq);
	set_32(p + 8, s->flags & ACK ? s->ack : 0);
	p[12] = TCP / 4 << 4;
	p[13] = s->flags;
	set_16(p + 14, 502);
	p[20] = 1; /* two NOPs, then the timestamps */
	p[21] = 1;
	p[22] = 8;
	p[23] = 10;
	set_32(p + 24, (uint32_t)(s->when / 1000));
	set_32(p + 28, (uint32_t)(s->when / 1000) - 1);
}

static void
write_packet(struct wire_file *file, const struct wire *w,
             const struct wire_segment *s)
{
	size_t transport = w->udp ? UDP : TCP;
	size_t head = ETHERNET + IP + transport;
	size_t n = head + s->n;
	const uint8_t *data = (const uint8_t *)w->said.p + s->off;
	uint8_t p[16 + HEADERS] = { 0 };
	uint8_t *frame = p + 16, *ip = frame + ETHERNET, *l4 = ip + IP;
	uint32_t check;

	set_le32(p, (uint32_t)(s->when / 1000000));
	set_le32(p + 4, (uint32_t)(s->when % 1000000));
	set_le32(p + 8, (uint32_t)n);
	set_le32(p + 12, (uint32_t)n);
	memcpy(frame, (uint8_t[]){ 0x0a, 0x58 }, 2);
	memcpy(frame + 2, w->end[!s->side].ip, 4);
	memcpy(frame + 6, (uint8_t[]){ 0x0a, 0x58 }, 2);
	memcpy(frame + 8, w->end[s->side].ip, 4);
	set_16(frame + 12, 0x0800);
	ip_header(ip, w, s, n - ETHERNET);
	if (w->udp) {
		set_16(l4, w->end[s->side].port);
		set_16(l4 + 2, w->end[!s->side].port);
		set_16(l4 + 4, (unsigned)(UDP + s->n));
	} else {
		tcp_header(l4, w, s);
	}
	check = sum(ip[9] + (uint32_t)(transport + s->n), ip + 12, 8);
	check = sum(check, l4, transport);
	check = s->n > 0 ? sum(check, data, s->n) : check;
	set_16(l4 + (w->udp ? 6 : 16), ~check & 0xffff);
	if (fwrite(p, 16 + head, 1, file->f) != 1 ||
	    (s->n > 0 && fwrite(data, s->n, 1, file->f) != 1))
		die("write");
	file->packets++;
	file->bytes += n;
}

void
wire_emit(struct wire *w, struct wire_file *file)
{
	write_packet(file, w, &w->segment[w->next++]);
	if (w->next == w->segments) {
		w->next = w->segments = w->spoken = 0;
		buf_clear(&w->said);
	}
}
