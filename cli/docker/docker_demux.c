/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/docker/docker_demux.h"

#include <string.h>

#include "base/err.h"

enum { STDERR = 2 };

void
docker_demux_init(struct docker_demux *d,
                  void (*line)(void *ctx, bool is_stderr, struct str line),
                  void *ctx)
{
	memset(d, 0, sizeof(*d));
	d->line = line;
	d->ctx = ctx;
	buf_init(&d->out[0], DOCKER_LINE_MAX);
	buf_init(&d->out[1], DOCKER_LINE_MAX);
}

void
docker_demux_release(struct docker_demux *d)
{
	buf_release(&d->out[0]);
	buf_release(&d->out[1]);
}

static void
pass(struct docker_demux *d, bool is_stderr)
{
	struct buf *b = &d->out[is_stderr];
	struct str line = buf_str(b);

	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	d->line(d->ctx, is_stderr, line);
	buf_clear(b);
}

static int
take(struct docker_demux *d, bool is_stderr, struct str text)
{
	struct buf *b = &d->out[is_stderr];

	while (text.n > 0) {
		size_t end = str_find_char(text, '\n');
		bool whole = end < text.n;
		size_t room = DOCKER_LINE_MAX - b->n;
		int rc;

		if (end > room) {
			end = room;
			whole = false;
		}
		rc = buf_append_str(b, str_head(text, end));
		if (rc != 0)
			return rc;
		if (whole || b->n == DOCKER_LINE_MAX)
			pass(d, is_stderr);
		text = str_tail(text, end + (whole ? 1 : 0));
	}
	return 0;
}

/* How many bytes of it belong to the frame's head. */
static int
take_head(struct docker_demux *d, struct str *bytes)
{
	size_t n = DOCKER_FRAME_HEAD - d->nhead;

	if (n > bytes->n)
		n = bytes->n;
	memcpy(d->head + d->nhead, bytes->p, n);
	d->nhead += (unsigned)n;
	*bytes = str_tail(*bytes, n);
	if (d->nhead < DOCKER_FRAME_HEAD)
		return 0;
	if (d->head[0] > STDERR || d->head[1] != 0 || d->head[2] != 0 ||
	    d->head[3] != 0)
		return ERR_MALFORMED;
	d->left = (uint32_t)d->head[4] << 24 | (uint32_t)d->head[5] << 16 |
	          (uint32_t)d->head[6] << 8 | d->head[7];
	if (d->left == 0)
		d->nhead = 0;
	return 0;
}

int
docker_demux_feed(struct docker_demux *d, struct str bytes)
{
	while (bytes.n > 0) {
		struct str part;
		int rc = 0;

		if (d->nhead < DOCKER_FRAME_HEAD) {
			rc = take_head(d, &bytes);
			if (rc != 0)
				return rc;
			continue;
		}
		part = str_head(bytes, d->left);
		rc = take(d, d->head[0] == STDERR, part);
		if (rc != 0)
			return rc;
		bytes = str_tail(bytes, part.n);
		d->left -= (uint32_t)part.n;
		if (d->left == 0)
			d->nhead = 0;
	}
	return 0;
}

int
docker_demux_end(struct docker_demux *d)
{
	int rc = d->nhead > 0 ? ERR_TRUNCATED : 0;

	for (unsigned i = 0; i < 2; i++) {
		if (d->out[i].n > 0)
			pass(d, i == 1);
	}
	d->nhead = 0;
	d->left = 0;
	return rc;
}
