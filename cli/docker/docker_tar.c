/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/docker/docker_tar.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/path.h"
#include "snapshot/folder.h"

/* Places in a header, by the field's name in the standard. */
enum {
	AT_MODE = 100,
	AT_UID = 108,
	AT_GID = 116,
	AT_SIZE = 124,
	AT_MTIME = 136,
	AT_CHKSUM = 148,
	AT_TYPEFLAG = 156,
	AT_MAGIC = 257,
	LEN_NAME = 100,
	LEN_NUMBER = 8,
	LEN_SIZE = 12,
	EXTENDED = 'x',
};

/* The most that eleven octal digits hold. */
#define SIZE_FITS ((UINT64_C(1) << 33) - 1)

struct docker_tar {
	const struct docker_tap *tap;
	struct folder *folder; /* NULL: one file, or a source */
	char name[DOCKER_NAME_MAX + 1];
	int fd;          /* of the file that goes on; -1: none */
	size_t next;     /* member of the folder, or 0 and 1 */
	struct str last; /* name of the member before it */
	struct buf head; /* made and not yet read */
	uint64_t left;   /* bytes of the member's content */
	unsigned pad;    /* zeros behind it */
	uint64_t size;   /* of the one file */
	int64_t mtime;
	uint64_t sent, total;
	size_t refused;
	bool ended;
	struct err error;
};

/* ---- headers ---- */

static void
put_octal(uint8_t *at, size_t n, uint64_t v)
{
	for (size_t i = n - 1; i > 0; i--) {
		at[i - 1] = (uint8_t)('0' + (v & 7));
		v >>= 3;
	}
}

static int
put_block(struct buf *out, char kind, struct str name, uint64_t size,
          uint64_t mtime)
{
	uint8_t b[DOCKER_TAR_BLOCK] = { 0 };
	unsigned sum = 0;

	memcpy(b, name.p, name.n < LEN_NAME ? name.n : LEN_NAME);
	put_octal(b + AT_MODE, LEN_NUMBER,
	          kind == DOCKER_TAR_FOLDER ? 0755 : 0444);
	put_octal(b + AT_UID, LEN_NUMBER, 0);
	put_octal(b + AT_GID, LEN_NUMBER, 0);
	put_octal(b + AT_SIZE, LEN_SIZE, size <= SIZE_FITS ? size : 0);
	put_octal(b + AT_MTIME, LEN_SIZE, mtime <= SIZE_FITS ? mtime : 0);
	b[AT_TYPEFLAG] = (uint8_t)kind;
	memcpy(b + AT_MAGIC, "ustar\00000", 8);
	/* Counted with its own place full of blanks. */
	memset(b + AT_CHKSUM, ' ', LEN_NUMBER);
	for (size_t i = 0; i < sizeof(b); i++)
		sum += b[i];
	put_octal(b + AT_CHKSUM, LEN_NUMBER - 1, sum);
	b[AT_CHKSUM + LEN_NUMBER - 2] = '\0';
	return buf_append(out, b, sizeof(b));
}

/* "LENGTH KEY=VALUE\n", where the length counts itself. */
static int
put_record(struct buf *out, const char *key, struct str value)
{
	/* The blank, the sign and the newline. */
	size_t n = strlen(key) + value.n + 3;
	size_t digits = 1;
	size_t whole = n + digits;
	int rc;

	for (size_t limit = 10; whole >= limit; limit *= 10) {
		digits++;
		whole = n + digits;
	}
	rc = buf_printf(out, "%zu %s=", whole, key);
	if (rc == 0)
		rc = buf_append_str(out, value);
	return rc == 0 ? buf_append_byte(out, '\n') : rc;
}

static unsigned
padding(uint64_t size)
{
	return (unsigned)(-size & (DOCKER_TAR_BLOCK - 1));
}

static int
put_zeros(struct buf *out, size_t n)
{
	static const char zeros[DOCKER_TAR_BLOCK];

	return buf_append(out, zeros, n);
}

static int
put_extended(struct buf *out, struct str name, uint64_t size)
{
	struct buf records;
	char digits[24];
	int rc = 0;
	int n = snprintf(digits, sizeof(digits), "%" PRIu64, size);

	buf_init(&records, DOCKER_TAR_HEAD_MAX);
	if (name.n > LEN_NAME)
		rc = put_record(&records, "path", name);
	if (rc == 0 && size > SIZE_FITS)
		rc = put_record(&records, "size", str_make(digits, (size_t)n));
	if (rc == 0)
		rc = put_block(out, EXTENDED, STR("PaxHeader"), records.n, 0);
	if (rc == 0)
		rc = buf_append_str(out, buf_str(&records));
	if (rc == 0)
		rc = put_zeros(out, padding(records.n));
	buf_release(&records);
	return rc;
}

int
docker_tar_header(struct buf *out, enum docker_tar_kind kind, struct str name,
                  uint64_t size, int64_t mtime_sec)
{
	int rc = 0;

	if (name.n > LEN_NAME || size > SIZE_FITS)
		rc = put_extended(out, name, size);
	if (rc == 0)
		rc = put_block(out, (char)kind, name, size,
		               mtime_sec > 0 ? (uint64_t)mtime_sec : 0);
	return rc;
}

/* ---- opening ---- */

static int
take_name(struct docker_tar *t, struct err *e)
{
	const char *given = t->tap->name;
	struct str name;
	const char *why = "empty";

	if (given != NULL)
		name = str_from_c(given);
	else
		name = path_base(path_clean(str_from_c(t->tap->path)));
	/* ".", "..": a folder's own name is not in its path. */
	if (given == NULL &&
	    (name.n == 0 || str_eq(name, STR(".")) || str_eq(name, STR(".."))))
		name = t->folder != NULL
		           ? path_base(str_from_c(folder_path(t->folder)))
		           : name;
	if (name.n == 0)
		name = STR("snapshot");
	if (path_is_safe(name, &why) && str_find_char(name, '/') == name.n &&
	    str_to_c(name, t->name, sizeof(t->name)))
		return 0;
	return err_set(e, ERR_USAGE,
	               "the name '" STR_FMT "' cannot be that of a snapshot",
	               STR_ARG(name));
}

static int
open_folder(struct docker_tar *t, struct err *e)
{
	int rc = folder_list(t->tap->path, DOCKER_FILES_MAX, e, &t->folder);

	if (rc != 0)
		return rc;
	for (size_t i = 0; i < folder_count(t->folder); i++) {
		const struct folder_file *f = folder_at(t->folder, i);

		if (f->code != 0)
			t->refused++;
		else
			t->total += f->size;
	}
	return 0;
}

static int
open_path(struct docker_tar *t, struct err *e)
{
	const char *path = t->tap->path;
	struct stat st;
	int rc = io_open_at(AT_FDCWD, path, O_RDONLY, 0, &t->fd);

	if (rc == 0)
		rc = io_stat(t->fd, &st);
	if (rc != 0)
		return err_set(e, rc, "%s: %s", path, err_text(rc));
	if (S_ISDIR(st.st_mode)) {
		(void)io_close(t->fd);
		t->fd = -1;
		return open_folder(t, e);
	}
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_USAGE, "%s: neither a file nor a folder",
		               path);
	t->size = (uint64_t)st.st_size;
	t->total = t->size;
	t->mtime = st.st_mtime;
	return 0;
}

int
docker_tar_new(const struct docker_tap *tap, struct err *e,
               struct docker_tar **ret_tar)
{
	struct docker_tar *t = mem_zalloc(sizeof(*t));
	int rc = 0;

	if (t == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	t->tap = tap;
	t->fd = -1;
	buf_init(&t->head, DOCKER_TAR_HEAD_MAX);
	if (tap->path != NULL) {
		rc = open_path(t, e);
	} else {
		t->size = tap->source.size;
		t->total = t->size;
	}
	if (rc == 0)
		rc = take_name(t, e);
	if (rc != 0) {
		docker_tar_free(t);
		return rc;
	}
	*ret_tar = t;
	return 0;
}

void
docker_tar_free(struct docker_tar *t)
{
	if (t == NULL)
		return;
	(void)io_close(t->fd);
	folder_free(t->folder);
	buf_release(&t->head);
	mem_free(t);
}

/* ---- reading ---- */

static int
put_member(struct docker_tar *t, struct str name, uint64_t size, int64_t mtime)
{
	int rc = docker_tar_header(&t->head, DOCKER_TAR_FILE, name, size,
	                           mtime);

	t->left = size;
	t->pad = padding(size);
	return rc;
}

/* The folders of `name` that the member before it was not in. */
static int
put_folders(struct docker_tar *t, const struct buf *path, struct str name)
{
	int rc = 0;

	for (size_t i = 0; i < name.n && rc == 0; i++) {
		struct str folder = str_head(name, i + 1);

		if (name.p[i] != '/' || str_starts(t->last, folder))
			continue;
		rc = docker_tar_header(
		    &t->head, DOCKER_TAR_FOLDER,
		    str_head(buf_str(path), path->n - name.n + folder.n), 0, 0);
	}
	return rc;
}

static int
begin_file(struct docker_tar *t, const struct folder_file *f, size_t i)
{
	struct buf path;
	int rc;

	buf_init(&path, DOCKER_TAR_HEAD_MAX);
	rc = buf_printf(&path, "%s/", t->name);
	if (rc == 0 && t->last.p == NULL)
		rc = docker_tar_header(&t->head, DOCKER_TAR_FOLDER,
		                       buf_str(&path), 0, 0);
	if (rc == 0)
		rc = buf_append_str(&path, f->name);
	if (rc == 0)
		rc = put_folders(t, &path, f->name);
	if (rc == 0)
		rc = put_member(t, buf_str(&path), f->size,
		                f->mtime / CLOCK_SEC);
	buf_release(&path);
	t->last = f->name;
	if (rc == 0)
		rc = folder_open(t->folder, i, &t->fd);
	if (rc != 0)
		rc = err_set(&t->error, rc, "%s/%s: %s", folder_path(t->folder),
		             f->name.p, err_text(rc));
	return rc;
}

/* Makes the header of the next member, or the end of the stream. */
static int
next_member(struct docker_tar *t)
{
	size_t i = t->next;
	int rc;

	if (t->folder == NULL && i == 0) {
		t->next = 1;
		return put_member(t, str_from_c(t->name), t->size, t->mtime);
	}
	if (t->folder != NULL) {
		(void)io_close(t->fd);
		t->fd = -1;
		while (i < folder_count(t->folder) &&
		       folder_at(t->folder, i)->code != 0)
			i++;
		t->next = i + 1;
		if (i < folder_count(t->folder))
			return begin_file(t, folder_at(t->folder, i), i);
	}
	t->ended = true;
	rc = put_zeros(&t->head, DOCKER_TAR_BLOCK);
	return rc == 0 ? put_zeros(&t->head, DOCKER_TAR_BLOCK) : rc;
}

static int
read_content(struct docker_tar *t, void *p, size_t n, size_t *ret_n)
{
	const struct docker_source *s = &t->tap->source;
	size_t want = n < t->left ? n : (size_t)t->left;
	int rc = t->tap->path != NULL ? io_read(t->fd, p, want, ret_n)
	                              : s->read(s->ctx, p, want, ret_n);

	if (rc == 0 && *ret_n == 0)
		rc = ERR_CHANGED;
	if (rc != 0)
		return err_set(&t->error, rc, "%s: %s",
		               t->tap->path != NULL ? t->tap->path : t->name,
		               rc == ERR_CHANGED ? "it got shorter meanwhile"
		                                 : err_text(rc));
	t->left -= *ret_n;
	t->sent += *ret_n;
	return 0;
}

int
docker_tar_read(void *tar, void *p, size_t n, size_t *ret_n)
{
	struct docker_tar *t = tar;
	int rc = 0;

	*ret_n = 0;
	while (t->head.n == 0 && t->left == 0) {
		if (t->pad > 0) {
			rc = put_zeros(&t->head, t->pad);
			t->pad = 0;
		} else if (t->ended) {
			return 0;
		} else {
			rc = next_member(t);
		}
		if (rc != 0)
			return rc;
	}
	if (t->head.n == 0)
		return read_content(t, p, n, ret_n);
	*ret_n = n < t->head.n ? n : t->head.n;
	memcpy(p, t->head.p, *ret_n);
	buf_consume(&t->head, *ret_n);
	return 0;
}

/* ---- looking ---- */

const char *
docker_tar_error(const struct docker_tar *t)
{
	return t->error.text;
}

const char *
docker_tar_name(const struct docker_tar *t)
{
	return t->name;
}

uint64_t
docker_tar_sent(const struct docker_tar *t)
{
	return t->sent;
}

uint64_t
docker_tar_total(const struct docker_tar *t)
{
	return t->total;
}

size_t
docker_tar_refused(const struct docker_tar *t)
{
	return t->refused;
}
