/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A call of gRPC: its messages, its trailers, gRPC-Web in both forms, and
 * bodies whose type is not known.
 *
 * The first byte says what the call is (KIND), how it is cut into frames and
 * what compresses its messages; then each part is behind a byte with its
 * length: request, response, grpc-status, grpc-message and
 * grpc-status-details-bin. While it is indexed, one piece or single bytes tell
 * the same; what is found is rendered.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/proto/grpc/grpc_look.h"
#include "analyzer/proto/protobuf.h"
#include "tests/support/h2.h"
#include "tests/support/http1_world.h"

#define INPUT_MAX 4096u

enum {
	KIND = 7,      /* of the first byte */
	SMALL = 8,     /* frames of three bytes */
	LATE = 16,     /* the first bytes of the connection are not there */
	ENCODING = 96, /* none, gzip, deflate, one that nobody knows */
};

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const char *const kinds[KIND + 1] = {
	"application/grpc",
	"application/grpc+proto",
	"application/grpc+json",
	"application/grpc-web",
	"application/grpc-web+proto",
	"application/grpc-web-text",
	"application/grpc-web-text+proto",
	NULL, /* not known */
};

static const char *const encodings[] = { NULL, "gzip", "deflate", "nothing" };

struct input {
	unsigned how;
	struct str request, response, status, message, details;
};

static struct str
part(struct str *rest)
{
	struct cursor c = cur_from_str(*rest, false);
	struct str s;

	if (rest->n == 0)
		return STR_NONE;
	s = str_head(str_tail(*rest, 1), cur_u8(&c));
	*rest = str_tail(*rest, 1 + s.n);
	return s;
}

/* A literal field of any bytes, shorter than 127. */
static void
literal(struct buf *block, struct str name, struct str value)
{
	uint8_t n[] = { 0, (uint8_t)name.n }, m = (uint8_t)(value.n % 127);

	if (buf_append(block, n, sizeof(n)) != 0 ||
	    buf_append_str(block, name) != 0 || buf_append(block, &m, 1) != 0 ||
	    buf_append_str(block, str_head(value, m)) != 0)
		abort();
}

static void
head(struct buf *block, const struct input *in)
{
	const char *type = kinds[in->how & KIND];
	const char *encoding = encodings[(in->how & ENCODING) >> 5];

	if (type != NULL)
		h2_literal(block, "content-type", type);
	else
		h2_index(block, 100);
	if (encoding != NULL)
		h2_literal(block, "grpc-encoding", encoding);
}

static void
data(struct buf *b, struct str body, const struct input *in)
{
	size_t step = (in->how & SMALL) != 0 ? 3 : SIZE_MAX;

	for (; body.n != 0; body = str_tail(body, step))
		h2_frame(b, HTTP2_DATA, 0, 1, str_head(body, step));
}

static void
trailers(struct buf *b, struct buf *block, const struct input *in)
{
	if (in->status.n != 0)
		literal(block, STR("grpc-status"), in->status);
	if (in->message.n != 0)
		literal(block, STR("grpc-message"), in->message);
	if (in->details.n != 0)
		literal(block, STR("grpc-status-details-bin"), in->details);
	h2_headers(b, 1, block, HTTP2_END_STREAM);
}

static void
call(const struct input *in)
{
	struct buf b, block;
	struct world w;

	http1_world_init(&w, WORLD_LINE | WORLD_JSON | WORLD_SECTIONS |
	                         WORLD_BODIES);
	w.table[0] = &proto_http2;
	w.overlays = overlay_registry;
	w.limits.render_bytes = 20000;
	if (!http1_world_open(&w, (in->how & LATE) != 0 ? -1 : 0))
		abort();
	buf_init(&b, H2_MAX);
	buf_init(&block, H2_MAX);
	if ((in->how & LATE) == 0)
		h2_hello(&b);
	h2_index(&block, 3);
	h2_literal(&block, ":path", "/s.S/M");
	head(&block, in);
	h2_headers(&b, 1, &block, 0);
	data(&b, in->request, in);
	h2_frame(&b, HTTP2_DATA, HTTP2_END_STREAM, 1, STR_NONE);
	http1_world_send(&w, 0, b.p, b.n);
	buf_clear(&b);
	if ((in->how & LATE) == 0)
		h2_welcome(&b);
	h2_index(&block, 8);
	head(&block, in);
	h2_headers(&b, 1, &block, 0);
	data(&b, in->response, in);
	trailers(&b, &block, in);
	http1_world_send(&w, 1, b.p, b.n);
	(void)http1_world_finish(&w, WHY_FIN);
	if (w.failed != 0 || !w.sides_agree)
		abort();
	http1_world_release(&w);
	buf_release(&b);
	buf_release(&block);
}

static struct grpc_look
look(struct str body, size_t step, unsigned how)
{
	struct grpc_look l = { .web = (how & 3) != 0, .text = (how & 2) != 0 };

	for (; body.n != 0; body = str_tail(body, step))
		grpc_look_feed(&l, str_head(body, step));
	return l;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct str rest = str_make(p, n < INPUT_MAX ? n : INPUT_MAX);
	struct input in = { .how = n != 0 ? p[0] : 0 };

	rest = str_tail(rest, 1);
	for (unsigned how = 0; how < 4; how++) {
		struct grpc_look a = look(rest, SIZE_MAX, how);
		struct grpc_look b = look(rest, 1, how);

		if (a.bad != b.bad || a.failed != b.failed ||
		    a.sure != b.sure || grpc_look_end(&a) != grpc_look_end(&b))
			abort();
	}
	in.request = part(&rest);
	in.response = part(&rest);
	in.status = part(&rest);
	in.message = part(&rest);
	in.details = part(&rest);
	call(&in);
	return 0;
}
