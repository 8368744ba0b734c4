/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/input_archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#if defined(__APPLE__)
#include <xlocale.h>
#endif

#include "base/io.h"
#include "base/mem.h"
#include "snapshot/inflate.h"

/* Result for an entry whose header is damaged; others may follow. */
#define HEADER_DAMAGED 2

struct source {
	int fd;
	uint64_t total;
	uint64_t ratio;
	char *head; /* read from a stream before; given first */
	size_t head_n;
	bool head_given;
	struct inflate *z; /* NULL: libarchive's filters */
	int code;          /* why the feed failed */
	struct archive *a;
	struct archive_entry *entry;
	locale_t utf8; /* names are UTF-8 whatever the user's locale */
	int ahead;     /* what next_header() said, looked at too early */
	bool looked;   /* ... and not given yet */
	bool ended;    /* all entries were given */

	/* The present entry. */
	bool open;
	int broken; /* its code, to be given once its bytes are */
	uint64_t size;
	uint64_t at;
	const char *run; /* bytes libarchive gave, not copied yet */
	size_t run_n;

	int dead; /* nothing further can be read */
	uint64_t passed;
	uint64_t passed_packed;
	char reason[ERR_TEXT_MAX];
	uint8_t in[INPUT_ARCHIVE_READ];
};

/* The feed: what libarchive reads. */

static int
raw_read(void *ctx, void *buf, size_t n, size_t *ret_n)
{
	struct source *s = ctx;

	if (!s->head_given) {
		s->head_given = true;
		if (s->head_n > 0) {
			ENSURE(s->head_n <= n);
			memcpy(buf, s->head, s->head_n);
			*ret_n = s->head_n;
			return 0;
		}
	}
	return io_read(s->fd, buf, n, ret_n);
}

static const char *
feed_text(int code)
{
	switch (code) {
	case ERR_CORRUPT:
		return "the compressed data is damaged";
	case ERR_TRUNCATED:
		return "the compressed data ends too early";
	default:
		return err_text(code);
	}
}

static la_ssize_t
feed_read(struct archive *a, void *ctx, const void **ret_p)
{
	struct source *s = ctx;
	size_t n = 0;
	int rc;

	if (s->z != NULL) {
		rc = inflate_next(s->z, ret_p, &n);
	} else {
		*ret_p = s->in;
		rc = raw_read(s, s->in, sizeof(s->in), &n);
	}
	if (rc == 0)
		return (la_ssize_t)n;
	s->code = rc;
	archive_set_error(a, EIO, "%s", feed_text(rc));
	return ARCHIVE_FATAL;
}

static la_int64_t
feed_seek(struct archive *a, void *ctx, la_int64_t off, int whence)
{
	struct source *s = ctx;
	off_t at = lseek(s->fd, off, whence);

	if (at >= 0)
		return at;
	s->code = -errno;
	archive_set_error(a, errno, "cannot seek");
	return ARCHIVE_FATAL;
}

/* Never beyond the end, where a truncated archive would look complete. */
static la_int64_t
feed_skip(struct archive *a, void *ctx, la_int64_t request)
{
	struct source *s = ctx;
	off_t at = lseek(s->fd, 0, SEEK_CUR);
	off_t left = at >= 0 ? (off_t)s->total - at : 0;
	off_t n = request < left ? request : left;

	(void)a;
	if (n <= 0 || lseek(s->fd, n, SEEK_CUR) < 0)
		return 0;
	return n;
}

/* Opening. */

/*
 * Filters that this libarchive has built in. For others it would start a
 * program and feed it hostile bytes.
 */
static int
allow_filters(struct archive *a)
{
	int bad = 0;

	if (archive_zlib_version() != NULL) {
		bad |= archive_read_support_filter_gzip(a);
		bad |= archive_read_support_filter_compress(a);
	}
	if (archive_bzlib_version() != NULL)
		bad |= archive_read_support_filter_bzip2(a);
	if (archive_liblzma_version() != NULL) {
		bad |= archive_read_support_filter_xz(a);
		bad |= archive_read_support_filter_lzma(a);
		bad |= archive_read_support_filter_lzip(a);
	}
	if (archive_libzstd_version() != NULL)
		bad |= archive_read_support_filter_zstd(a);
	if (archive_liblz4_version() != NULL)
		bad |= archive_read_support_filter_lz4(a);
	return bad != ARCHIVE_OK ? ERR_NOMEM : 0;
}

static int
set_up(struct source *s, struct str sniff)
{
	struct inflate_source from = { .read = raw_read, .ctx = s };
	int bad = 0;

	s->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	s->a = archive_read_new();
	if (s->a == NULL)
		return ERR_NOMEM;
	if (inflate_available() && inflate_sniff(sniff)) {
		s->z = inflate_new(from);
		if (s->z == NULL)
			return ERR_NOMEM;
	} else if (allow_filters(s->a) != 0) {
		return ERR_NOMEM;
	} else if (s->total > 0) {
		bad |= archive_read_set_seek_callback(s->a, feed_seek);
		bad |= archive_read_set_skip_callback(s->a, feed_skip);
	}
	bad |= archive_read_support_format_tar(s->a);
	bad |= archive_read_support_format_zip(s->a);
	bad |= archive_read_support_format_raw(s->a);
	bad |= archive_read_support_format_empty(s->a);
	bad |= archive_read_set_read_callback(s->a, feed_read);
	bad |= archive_read_set_callback_data(s->a, s);
	return bad != ARCHIVE_OK ? ERR_NOMEM : 0;
}

static uint64_t
source_taken(const void *src)
{
	const struct source *s = src;
	la_int64_t n;

	if (s->z != NULL)
		return inflate_taken(s->z);
	n = archive_filter_bytes(s->a, -1);
	return n > 0 ? (uint64_t)n : 0;
}

/* The code for libarchive's last failure; the words are kept as the reason. */
static int
failure(struct source *s)
{
	const char *text = archive_error_string(s->a);
	int code = ERR_CORRUPT;

	if (s->code != 0) {
		/* What it makes of the lack of bytes is of no interest. */
		code = s->code;
		text = feed_text(code);
	} else if (archive_errno(s->a) == ENOMEM) {
		code = ERR_NOMEM;
	}
	(void)snprintf(s->reason, sizeof(s->reason),
	               "%s, near byte %llu of the file",
	               text != NULL ? text : "it is damaged",
	               (unsigned long long)source_taken(s));
	return code == ERR_TRUNCATED ? ERR_CORRUPT : code;
}

static void
source_free(void *src)
{
	struct source *s = src;

	if (s == NULL)
		return;
	if (s->a != NULL)
		(void)archive_read_free(s->a);
	if (s->utf8 != (locale_t)0)
		freelocale(s->utf8);
	inflate_free(s->z);
	(void)io_close(s->fd);
	mem_free(s->head);
	mem_free(s);
}

/* Find the next header; names are read as UTF-8. */
static int
next_header(struct source *s)
{
	locale_t old = (locale_t)0;
	int rc;

	if (s->utf8 != (locale_t)0)
		old = uselocale(s->utf8);
	rc = archive_read_next_header(s->a, &s->entry);
	if (old != (locale_t)0)
		(void)uselocale(old);
	if (rc == ARCHIVE_EOF)
		return 0;
	if (rc == ARCHIVE_RETRY)
		return HEADER_DAMAGED;
	return rc == ARCHIVE_OK || rc == ARCHIVE_WARN ? 1 : failure(s);
}

/* What libarchive has next of the entry; *ret_n is 0 at the end. */
static int
next_block(struct source *s, const char **ret_p, size_t *ret_n,
           la_int64_t *ret_off)
{
	const void *p = NULL;
	int code;
	int rc;

	*ret_off = (la_int64_t)s->at;
	*ret_n = 0;
	do {
		rc = archive_read_data_block(s->a, &p, ret_n, ret_off);
	} while (rc == ARCHIVE_OK && *ret_n == 0);
	*ret_p = p;
	if (rc == ARCHIVE_OK)
		return 0;
	*ret_n = 0;
	if (rc == ARCHIVE_EOF) {
		s->open = false;
		*ret_off = (la_int64_t)s->at;
		return 0;
	}
	code = failure(s);
	if (rc == ARCHIVE_FATAL)
		s->dead = code;
	return code;
}

/*
 * The next bytes of the entry, without copying; *ret_n is 0 at the end. Bytes
 * that are not where the last ones ended are a hole: a sparse file.
 */
static int
next_run(struct source *s, const char **ret_p, size_t *ret_n)
{
	la_int64_t off;
	int rc = next_block(s, ret_p, ret_n, &off);

	if (rc != 0)
		return rc;
	if (off < 0 || (uint64_t)off != s->at) {
		(void)snprintf(s->reason, sizeof(s->reason),
		               "it has holes, as a sparse file");
		return ERR_REFUSED;
	}
	if (*ret_n == 0 && s->size != INPUT_SIZE_UNKNOWN && s->at < s->size) {
		(void)snprintf(s->reason, sizeof(s->reason),
		               "its header promised %llu bytes",
		               (unsigned long long)s->size);
		return ERR_CORRUPT;
	}
	s->at += *ret_n;
	return 0;
}

static void
begin_entry(struct source *s)
{
	s->open = true;
	s->broken = 0;
	s->at = 0;
	s->run_n = 0;
	s->size = INPUT_SIZE_UNKNOWN;
	if (archive_entry_size_is_set(s->entry) &&
	    archive_entry_size(s->entry) >= 0)
		s->size = (uint64_t)archive_entry_size(s->entry);
}

/* There is not one byte to be had, which may be the end of a broken one. */
static int
nothing_in_it(struct source *s)
{
	if (s->code != 0)
		return failure(s);
	(void)snprintf(s->reason, sizeof(s->reason),
	               "it is compressed, and there is nothing in it");
	return ERR_UNSUPPORTED;
}

/* Open, and say whether there is an archive or just one packed file. */
static int
probe(struct source *s, struct str sniff, struct err *e, bool *ret_raw)
{
	int rc = set_up(s, sniff);

	if (rc != 0)
		return err_set(e, rc, "%s", err_text(rc));
	if (archive_read_open1(s->a) != ARCHIVE_OK) {
		rc = failure(s);
		return err_set(e, rc, "%s", s->reason);
	}
	/* The filters, and one more for the feed itself. */
	if (archive_filter_count(s->a) > 2)
		return err_set(e, ERR_REFUSED,
		               "it is compressed more than once; unpack the "
		               "outer layer first");
	s->ahead = next_header(s);
	s->looked = true;
	if (s->ahead == 0 && archive_format(s->a) == ARCHIVE_FORMAT_EMPTY)
		s->ahead = nothing_in_it(s);
	if (s->ahead < 0)
		return err_set(e, s->ahead, "%s", s->reason);
	*ret_raw = s->ahead == 1 && archive_format(s->a) == ARCHIVE_FORMAT_RAW;
	if (s->ahead == 1)
		begin_entry(s);
	if (!*ret_raw)
		return 0;
	rc = next_run(s, &s->run, &s->run_n);
	return rc == 0 ? 0 : err_set(e, rc, "%s", s->reason);
}

int
input_archive_new(const struct input_archive_file *file, struct err *e,
                  bool *ret_raw, struct str *ret_first, void **ret_src)
{
	struct source *s = mem_zalloc(sizeof(*s));
	int rc;

	if (s == NULL)
		return err_set(e, ERR_NOMEM, "%s: out of memory", file->path);
	s->fd = -1;
	s->total = file->total;
	s->ratio = file->ratio > 0 ? file->ratio : 1;
	s->head = mem_dup(file->head.p, file->head.n);
	if (s->head == NULL) {
		rc = err_set(e, ERR_NOMEM, "out of memory");
		goto fail;
	}
	s->head_n = file->head.n;
	s->fd = file->fd;
	rc = probe(s, file->sniff, e, ret_raw);
	if (rc == 0) {
		*ret_first = str_make(s->run, s->run_n);
		*ret_src = s;
		return 0;
	}
fail:
	s->fd = -1;
	source_free(s);
	err_add_context(e, "%s", file->path);
	return rc;
}

/* Entries. */

static const char *
odd_kind(struct archive_entry *entry)
{
	if (archive_entry_hardlink(entry) != NULL)
		return "is a hard link";
	switch (archive_entry_filetype(entry)) {
	case AE_IFREG:
		break;
	case AE_IFLNK:
		return "is a symbolic link";
	case AE_IFIFO:
		return "is a named pipe";
	case AE_IFSOCK:
		return "is a socket";
	case AE_IFBLK:
	case AE_IFCHR:
		return "is a device";
	default:
		return "is no file";
	}
	if (archive_entry_sparse_count(entry) > 0)
		return "is a sparse file";
	if (archive_entry_is_encrypted(entry))
		return "is encrypted";
	return NULL;
}

static struct input_entry
describe(const struct source *s)
{
	struct archive_entry *entry = s->entry;
	const char *name = archive_entry_pathname(entry);
	struct input_entry r = { .size = s->size };

	r.name = str_from_c(name);
	if (archive_entry_mtime_is_set(entry) &&
	    archive_entry_mtime(entry) > INT64_MIN / 1000000000 &&
	    archive_entry_mtime(entry) < INT64_MAX / 1000000000)
		r.mtime = (int64_t)archive_entry_mtime(entry) * 1000000000 +
		          archive_entry_mtime_nsec(entry);
	if (name == NULL) {
		r.code = ERR_REFUSED;
		r.why = "has a name that is no UTF-8";
	} else if (archive_entry_filetype(entry) == AE_IFDIR) {
		r.folder = true;
	} else {
		r.why = odd_kind(entry);
		r.code = r.why != NULL ? ERR_REFUSED : 0;
	}
	return r;
}

/* Was more thrown away than its packed size explains? */
static bool
is_bomb(const struct source *s, uint64_t passed, uint64_t packed)
{
	return passed > INPUT_ARCHIVE_PASS_MAX && passed / s->ratio > packed;
}

/* Unpack the rest of an entry for nothing, as long as that is bearable. */
static void
discard(struct source *s, uint64_t packed)
{
	la_int64_t off;
	const char *p;
	size_t n;

	while (s->open && next_block(s, &p, &n, &off) == 0) {
		s->passed += n;
		if (is_bomb(s, s->passed,
		            s->passed_packed + source_taken(s) - packed))
			return;
	}
}

static int
pass_over(struct source *s)
{
	uint64_t packed = source_taken(s);
	bool sparse;

	if (!s->open)
		return 0;
	/* What a sparse entry says about its size is not what it takes. */
	sparse = archive_entry_sparse_count(s->entry) > 0;
	if (!sparse && s->size - s->at <= INPUT_ARCHIVE_PASS_MAX) {
		s->passed += s->size - s->at;
		if (archive_read_data_skip(s->a) == ARCHIVE_FATAL)
			s->dead = failure(s);
	} else {
		discard(s, packed);
	}
	s->open = false;
	s->passed_packed += source_taken(s) - packed;
	if (s->dead != 0 || !is_bomb(s, s->passed, s->passed_packed))
		return s->dead;
	(void)snprintf(s->reason, sizeof(s->reason),
	               "what was refused in it goes on unpacking to more than "
	               "%llu times its size; --limit archive-ratio=N raises "
	               "the limit",
	               (unsigned long long)s->ratio);
	return ERR_LIMIT;
}

static int
feed_failed(struct source *s, int code)
{
	(void)snprintf(s->reason, sizeof(s->reason), "%s", feed_text(code));
	return code == ERR_TRUNCATED ? ERR_CORRUPT : code;
}

/*
 * The archive is over. What gzip says about it comes last, so read on to it:
 * a tar ends in zeros up to the size of a tape block.
 */
static int
read_tail(struct source *s)
{
	size_t tail = 0;
	const void *p;
	size_t n = 1;

	/* Some filters take a failure of the feed for its end. */
	if (s->code != 0)
		return feed_failed(s, s->code);
	while (s->z != NULL && n > 0 && tail < INPUT_ARCHIVE_TAIL_MAX) {
		int rc = inflate_next(s->z, &p, &n);

		if (rc != 0)
			return feed_failed(s, rc);
		tail += n;
	}
	if (s->z != NULL && (n > 0 || inflate_trailing(s->z)))
		(void)snprintf(s->reason, sizeof(s->reason),
		               "there is more behind the archive's end, which "
		               "was not read");
	return 0;
}

/* 1, 0, a code, or HEADER_DAMAGED. */
static int
find_next(struct source *s)
{
	int rc;

	if (s->looked) {
		s->looked = false;
		rc = s->ahead;
	} else {
		s->reason[0] = '\0';
		rc = pass_over(s);
		if (rc == 0)
			rc = next_header(s);
	}
	if (rc == 1 && !s->open)
		begin_entry(s);
	return rc;
}

static int
source_next(void *src, struct input_entry *ret_entry)
{
	static const struct input_entry damaged = {
		.size = INPUT_SIZE_UNKNOWN,
		.code = ERR_CORRUPT,
		.why = "has a damaged header, and what it belonged to was "
		       "passed over",
	};
	struct source *s = src;
	int rc;

	if (s->dead != 0 || s->ended)
		return s->dead;
	rc = find_next(s);
	if (rc == HEADER_DAMAGED) {
		/* All of what cannot be understood is one thing. */
		do {
			s->ahead = next_header(s);
		} while (s->ahead == HEADER_DAMAGED);
		s->looked = true;
		*ret_entry = damaged;
		return 1;
	}
	if (rc == 0) {
		s->ended = true;
		rc = read_tail(s);
	}
	if (rc < 0)
		s->dead = rc;
	if (rc == 1)
		*ret_entry = describe(s);
	return rc;
}

static int
source_read(void *src, void *buf, size_t n, size_t *ret_n)
{
	struct source *s = src;
	size_t done = 0;

	while (done < n) {
		size_t part = n - done < s->run_n ? n - done : s->run_n;

		if (part > 0) {
			memcpy((char *)buf + done, s->run, part);
			s->run += part;
			s->run_n -= part;
			done += part;
			continue;
		}
		if (s->broken != 0 || !s->open)
			break;
		s->broken = next_run(s, &s->run, &s->run_n);
	}
	if (done == 0 && s->broken != 0)
		return s->broken;
	*ret_n = done;
	return 0;
}

static const char *
source_reason(const void *src)
{
	const struct source *s = src;

	return s->reason[0] != '\0' ? s->reason : NULL;
}

static uint64_t
source_total(const void *src)
{
	return ((const struct source *)src)->total;
}

const struct input_ops input_archive_ops = {
	.next = source_next,
	.read = source_read,
	.reason = source_reason,
	.taken = source_taken,
	.total = source_total,
	.release = source_free,
};
