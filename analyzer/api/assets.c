/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/api/assets.h"

#include <fcntl.h>

#include "analyzer/api/call.h"
#include "analyzer/api/header.h"
#include "analyzer/api/server_impl.h"
#include "base/io.h"
#include "base/path.h"

enum { ASSETS_FILE = 32 << 20 }; /* bytes of one in --ui-dir */

/* The media type, by the ending of the name. */
static const char *
type_of(struct str path)
{
	static const struct {
		const char *ext, *type;
	} types[] = {
		{ "html", "text/html; charset=utf-8" },
		{ "js", "text/javascript; charset=utf-8" },
		{ "mjs", "text/javascript; charset=utf-8" },
		{ "css", "text/css; charset=utf-8" },
		{ "json", "application/json; charset=utf-8" },
		{ "map", "application/json; charset=utf-8" },
		{ "svg", "image/svg+xml" },
		{ "png", "image/png" },
		{ "ico", "image/x-icon" },
		{ "woff2", "font/woff2" },
		{ "txt", "text/plain; charset=utf-8" },
		{ "webmanifest", "application/manifest+json" },
	};
	struct str ext = path_ext(path);

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		if (str_eq(ext, str_from_c(types[i].ext)))
			return types[i].type;
	}
	return "application/octet-stream";
}

/* ---- built in ---- */

static const struct asset *
find(struct str path)
{
	size_t from = 0, to = assets_count;

	while (from < to) {
		size_t mid = from + (to - from) / 2;
		int d = str_cmp(str_from_c(assets_table[mid].path), path);

		if (d == 0)
			return &assets_table[mid];
		if (d < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return NULL;
}

static bool
takes(struct call *c, const char *coding, struct str packed)
{
	return packed.n > 0 && header_accepts(call_field(c, "Accept-Encoding"),
	                                      str_from_c(coding));
}

static void
serve_built_in(struct call *c, struct str path)
{
	const struct asset *a = find(path);
	struct str bytes;

	if (a == NULL)
		return;
	c->is_page = true;
	call_header(c, "ETag", "W/%s", a->tag);
	call_header(c, "Vary", "Accept-Encoding");
	/* Vite puts a digest into the names of what lies there. */
	call_header(c, "Cache-Control", "%s",
	            str_starts(path, STR("/assets/"))
	                ? "public, max-age=31536000, immutable"
	                : "no-cache");
	if (header_matches(call_field(c, "If-None-Match"),
	                   str_from_c(a->tag))) {
		call_status(c, 304);
		call_bytes(c, NULL, STR(""));
		return;
	}
	bytes = a->plain;
	if (takes(c, "br", a->brotli)) {
		call_header(c, "Content-Encoding", "br");
		bytes = a->brotli;
	} else if (takes(c, "gzip", a->gzip)) {
		call_header(c, "Content-Encoding", "gzip");
		bytes = a->gzip;
	}
	call_static(c, type_of(path), bytes);
}

/* ---- from a folder ---- */

static int
read_all(struct call *c, int fd)
{
	struct stat st;
	size_t n = 0;
	int rc = io_stat(fd, &st);

	if (rc == 0 && (!S_ISREG(st.st_mode) || st.st_size > ASSETS_FILE))
		rc = ERR_REFUSED;
	if (rc == 0)
		rc = buf_reserve(&c->out, (size_t)st.st_size);
	if (rc == 0)
		rc = io_read_full(fd, buf_tail(&c->out), (size_t)st.st_size,
		                  &n);
	if (rc == 0)
		buf_added(&c->out, n);
	return rc;
}

static void
serve_from(struct call *c, const char *folder, struct str path)
{
	int dir, fd;
	int rc = io_open_at(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY, 0, &dir);

	if (rc != 0) {
		(void)call_error(c, CALL_INTERNAL, "--ui-dir %s: %s", folder,
		                 err_text(rc));
		return;
	}
	rc = path_open_below(dir, str_tail(path, 1), &fd);
	(void)io_close(dir);
	if (rc != 0)
		return;
	call_bytes(c, type_of(path), STR(""));
	c->is_page = true;
	rc = read_all(c, fd);
	(void)io_close(fd);
	if (rc != 0)
		(void)call_failed(c, rc);
}

void
assets_serve(struct call *c)
{
	const char *folder = c->server->opt.ui_dir;
	struct str path = c->path;

	if (str_find_char(path, '.') == path.n)
		path = STR("/index.html");
	if (folder != NULL)
		serve_from(c, folder, path);
	else
		serve_built_in(c, path);
}
