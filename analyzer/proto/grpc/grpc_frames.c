/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/grpc/grpc_frames.h"

#include "analyzer/proto/coding.h"
#include "base/base64.h"
#include "base/err.h"

enum {
	FRAMES_PREFIX = 5,
	FRAMES_COMPRESSED = 0x01,
	FRAMES_TRAILERS = 0x80, /* gRPC-Web */
};

/* A body being taken apart. */
struct walk {
	struct http_view *v;
	struct grpc_frames *to;
	bool data; /* bytes are held */
	bool lost; /* nobody knows where the next message begins */
	bool text; /* base64 */
	uint8_t prefix[FRAMES_PREFIX];
	size_t nprefix;
	uint64_t left;      /* of the present message */
	struct buf message; /* what is held of it */
	uint64_t held;      /* bytes of all messages */
	bool holed;         /* some of it is missing */
	bool trailers;      /* it is none, but trailers */
	struct buf decode;  /* base64 that is no whole group yet */
};

static bool
is_inside(const struct walk *w)
{
	return w->nprefix == FRAMES_PREFIX;
}

/* A prefix is whole. */
static void
begin(struct walk *w)
{
	struct cursor c = cur_make(w->prefix, FRAMES_PREFIX, false);
	uint8_t flags = cur_u8(&c);

	w->left = cur_be32(&c);
	w->trailers = (flags & FRAMES_TRAILERS) != 0;
	w->holed = false;
	buf_clear(&w->message);
	if (w->trailers)
		return;
	w->to->count++;
	w->to->bytes += w->left;
	if (w->to->n == GRPC_FRAMES_SHOWN)
		return;
	w->to->v[w->to->n++] = (struct grpc_frame){
		.length = w->left,
		.compressed = (flags & FRAMES_COMPRESSED) != 0,
	};
}

/* The message being read, if its bytes are to be held. */
static struct grpc_frame *
present(struct walk *w)
{
	if (w->trailers || w->to->count > GRPC_FRAMES_SHOWN ||
	    w->to->count == 0)
		return NULL;
	return &w->to->v[w->to->n - 1];
}

static int
end(struct walk *w)
{
	struct grpc_frame *f = present(w);
	struct arena *a = w->v->x->scratch;
	struct str bytes = buf_str(&w->message);

	w->nprefix = 0;
	if (w->trailers && w->to->trailers.n == 0)
		w->to->trailers = arena_dup(a, bytes);
	if (f != NULL && w->data) {
		f->data = arena_dup(a, bytes);
		f->whole = !w->holed && bytes.n == f->length && w->left == 0;
	}
	return arena_error(a);
}

/* Bytes of the present message. */
static int
hold(struct walk *w, struct str bytes)
{
	uint64_t max = w->v->x->limits->render_bytes;
	int rc;

	if ((present(w) == NULL || !w->data) && !w->trailers)
		return 0;
	if (bytes.n > max - w->held || w->holed)
		return 0;
	rc = buf_append_str(&w->message, bytes);
	if (rc == 0)
		w->held += bytes.n;
	return rc == ERR_BUDGET ? 0 : rc;
}

static int
take(struct walk *w, struct str bytes)
{
	struct cursor c = cur_from_str(bytes, false);
	int rc = 0;

	while (rc == 0 && !w->lost && !cur_at_end(&c)) {
		size_t n = cur_left(&c);

		if (!is_inside(w)) {
			w->prefix[w->nprefix++] = cur_u8(&c);
			if (!is_inside(w))
				continue;
			begin(w);
			n = 0;
		}
		n = w->left < n ? (size_t)w->left : n;
		rc = hold(w, cur_take(&c, n));
		w->left -= n;
		if (rc == 0 && w->left == 0)
			rc = end(w);
	}
	return rc;
}

/*
 * The whole groups of four characters in front, up to one that is padded: each
 * part of a body is coded by itself.
 */
static struct str
text_run(struct str text)
{
	size_t pad = str_find(text, STR("="));
	size_t n = pad < text.n ? pad - pad % 4 + 4 : text.n;

	n = n < text.n ? n : text.n;
	return str_head(text, n - n % 4);
}

static int
take_text(struct walk *w, struct str bytes)
{
	int rc = w->lost ? 0 : buf_append_str(&w->decode, bytes);
	struct str run;
	struct buf out;

	buf_init(&out, w->decode.n + 4);
	for (;;) {
		run = text_run(buf_str(&w->decode));
		if (rc != 0 || run.n == 0 || w->lost)
			break;
		buf_clear(&out);
		rc = base64_decode(&out, run, BASE64_STD);
		if (rc == ERR_SYNTAX) {
			w->lost = w->to->cut = true;
			rc = 0;
		} else if (rc == 0) {
			rc = take(w, buf_str(&out));
		}
		buf_consume(&w->decode, run.n);
	}
	buf_release(&out);
	return rc;
}

static int
on_bytes(void *ctx, const uint8_t *p, size_t n)
{
	struct walk *w = ctx;

	return w->text ? take_text(w, str_make(p, n)) : take(w, str_make(p, n));
}

static int
on_hole(void *ctx, uint64_t n)
{
	struct walk *w = ctx;

	w->to->cut = true;
	w->holed = true;
	if (!is_inside(w) || n > w->left || w->text) {
		w->lost = true;
		return 0;
	}
	w->left -= n;
	return w->left == 0 ? end(w) : 0;
}

/* --- compression ---------------------------------------------------------- */

static int
append(void *ctx, const uint8_t *p, size_t n)
{
	return buf_append(ctx, p, n);
}

static int
no_hole(void *ctx, uint64_t n)
{
	(void)ctx, (void)n;
	return 0;
}

static int
inflate_all(struct grpc_frame *f, struct str coding,
            const struct proto_limits *limits, struct buf *out)
{
	struct body_out to = { .bytes = append, .hole = no_hole, .ctx = out };
	struct str unknown;
	struct coding *c;
	int rc = coding_new(coding, limits->render_bytes, limits->render_ratio,
	                    &to, &unknown, &c);

	if (rc != 0)
		return rc;
	rc = coding_write(c, (const uint8_t *)f->data.p, f->data.n);
	if (rc == 0)
		rc = coding_end(c);
	coding_free(c);
	return rc;
}

static int
decompress(struct walk *w, struct grpc_frame *f, struct str coding)
{
	struct arena *a = w->v->x->scratch;
	struct buf out;
	int rc;

	if (!f->compressed || f->data.n == 0)
		return 0;
	if (coding.n == 0) {
		f->trouble = STR("the encoding is not known");
		return 0;
	}
	buf_init(&out, (size_t)w->v->x->limits->render_bytes);
	rc = inflate_all(f, coding, w->v->x->limits, &out);
	if (rc != 0 && rc != ERR_NOMEM) {
		f->trouble = arena_printf(a, STR_FMT ": %s", STR_ARG(coding),
		                          err_text(rc));
		f->whole = false;
		rc = 0;
	} else if (rc == 0) {
		f->data = arena_dup(a, buf_str(&out));
		rc = arena_error(a);
	}
	buf_release(&out);
	return rc;
}

/* --- the whole body ------------------------------------------------------- */

static bool
is_body_trouble(int rc)
{
	return rc == ERR_MALFORMED || rc == ERR_UNSUPPORTED ||
	       rc == ERR_TRUNCATED || rc == ERR_LIMIT;
}

static int
walk_body(struct walk *w, struct str coding)
{
	static const struct body_range all = { .off = 0, .len = UINT64_MAX };
	struct body_out out = { .bytes = on_bytes, .hole = on_hole, .ctx = w };
	int rc = w->v->carrier->body(w->v, true, all, &out);

	if (is_body_trouble(rc)) {
		w->to->cut = true;
		rc = 0;
	}
	if (rc == 0 && w->nprefix != 0) {
		w->to->cut = true;
		rc = is_inside(w) ? end(w) : 0;
	}
	for (size_t i = 0; rc == 0 && w->data && i < w->to->n; i++)
		rc = decompress(w, &w->to->v[i], coding);
	return rc;
}

int
grpc_frames_read(struct http_view *v, struct str coding, bool data,
                 struct grpc_frames *ret)
{
	struct walk w = { .v = v, .to = ret, .data = data };
	size_t max = (size_t)v->x->limits->render_bytes;
	int rc;

	*ret = (struct grpc_frames){ .n = 0 };
	w.text = str_starts_nocase(http_view_content_type(v),
	                           STR("application/grpc-web-text"));
	ret->v = arena_array(v->x->scratch, GRPC_FRAMES_SHOWN, sizeof(*ret->v));
	if (ret->v == NULL)
		return arena_error(v->x->scratch);
	buf_init(&w.message, max);
	buf_init(&w.decode, max);
	rc = walk_body(&w, coding);
	buf_release(&w.message);
	buf_release(&w.decode);
	return rc;
}
