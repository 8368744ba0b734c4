/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/frames.h"

#include <stdint.h>
#include <wslay/wslay.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/sha1.h"

enum { KEY_BYTES = 16 };

struct frames {
	struct frames_io io;
	wslay_event_context_ptr ws;
	struct buf first;
	bool has_first;
	bool broken;
};

/* ---- libwslay's callbacks ---- */

static ssize_t
on_read(wslay_event_context_ptr ws, uint8_t *p, size_t n, int flags, void *user)
{
	struct frames *f = user;
	ssize_t got = f->io.read(f->io.ctx, p, n);

	(void)flags;
	if (got > 0)
		return got;
	f->broken |= got != ERR_AGAIN;
	wslay_event_set_error(ws, got == ERR_AGAIN
	                              ? WSLAY_ERR_WOULDBLOCK
	                              : WSLAY_ERR_CALLBACK_FAILURE);
	return -1;
}

static ssize_t
on_write(wslay_event_context_ptr ws, const uint8_t *p, size_t n, int flags,
         void *user)
{
	struct frames *f = user;
	ssize_t put = f->io.write(f->io.ctx, p, n);

	(void)flags;
	if (put >= 0)
		return put;
	f->broken |= put != ERR_AGAIN;
	wslay_event_set_error(ws, put == ERR_AGAIN
	                              ? WSLAY_ERR_WOULDBLOCK
	                              : WSLAY_ERR_CALLBACK_FAILURE);
	return -1;
}

static void
on_message(wslay_event_context_ptr ws,
           const struct wslay_event_on_msg_recv_arg *m, void *user)
{
	struct frames *f = user;

	(void)ws;
	if (f->has_first || wslay_is_ctrl_frame(m->opcode))
		return;
	f->has_first = true;
	if (buf_append(&f->first, m->msg, m->msg_length) != 0)
		f->broken = true;
}

static const struct wslay_event_callbacks callbacks = {
	.recv_callback = on_read,
	.send_callback = on_write,
	.on_msg_recv_callback = on_message,
};

/* ---- the whole ---- */

int
frames_new(const struct frames_io *io, size_t max, struct frames **ret_frames)
{
	struct frames *f = mem_zalloc(sizeof(*f));

	if (f == NULL)
		return ERR_NOMEM;
	f->io = *io;
	buf_init(&f->first, max);
	if (wslay_event_context_server_init(&f->ws, &callbacks, f) != 0) {
		mem_free(f);
		return ERR_NOMEM;
	}
	wslay_event_config_set_max_recv_msg_length(f->ws, max);
	*ret_frames = f;
	return 0;
}

void
frames_free(struct frames *f)
{
	if (f == NULL)
		return;
	wslay_event_context_free(f->ws);
	buf_release(&f->first);
	mem_free(f);
}

int
frames_step(struct frames *f)
{
	if (wslay_event_want_read(f->ws) && wslay_event_recv(f->ws) != 0)
		f->broken = true;
	if (wslay_event_want_write(f->ws) && wslay_event_send(f->ws) != 0)
		f->broken = true;
	/* After a close, also the one that a bad frame is answered with. */
	if (f->broken ||
	    (!wslay_event_want_read(f->ws) && !wslay_event_want_write(f->ws)))
		return ERR_CANCELLED;
	return 0;
}

bool
frames_pending(const struct frames *f)
{
	return wslay_event_want_write(f->ws) != 0;
}

bool
frames_first(const struct frames *f, struct str *ret_message)
{
	*ret_message = buf_str(&f->first);
	return f->has_first;
}

static int
code_of(int rc)
{
	if (rc == 0)
		return 0;
	return rc == WSLAY_ERR_NOMEM ? ERR_NOMEM : ERR_CANCELLED;
}

int
frames_put(struct frames *f, struct str text)
{
	struct wslay_event_msg m = { .opcode = WSLAY_TEXT_FRAME,
		                     .msg = (const uint8_t *)text.p,
		                     .msg_length = text.n };

	return code_of(wslay_event_queue_msg(f->ws, &m));
}

int
frames_close(struct frames *f, unsigned code)
{
	return code_of(wslay_event_queue_close(f->ws, (uint16_t)code, NULL, 0));
}

/* ---- the handshake ---- */

int
frames_accept(struct str key, char out[FRAMES_ACCEPT])
{
	static const struct str magic =
	    STR_INIT("258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
	uint8_t digest[SHA1_SIZE];
	struct buf b;
	int rc;

	buf_init(&b, 256);
	key = str_trim(key);
	rc = base64_decode(&b, key, BASE64_STD);
	if (rc != 0 || b.n != KEY_BYTES)
		rc = ERR_SYNTAX;
	buf_clear(&b);
	if (rc == 0)
		rc = buf_append_str(&b, key);
	if (rc == 0)
		rc = buf_append_str(&b, magic);
	if (rc == 0)
		rc = sha1_of(buf_str(&b), digest);
	buf_clear(&b);
	if (rc == 0)
		rc = base64_encode(&b, str_make(digest, sizeof(digest)));
	if (rc == 0)
		(void)str_to_c(buf_str(&b), out, FRAMES_ACCEPT);
	buf_release(&b);
	return rc;
}
