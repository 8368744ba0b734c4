/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/input.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/siphash.h"
#include "base/utf8.h"
#include "snapshot/capture.h"
#include "snapshot/folder.h"
#include "snapshot/input_archive.h"
#include "snapshot/input_folder.h"
#include "snapshot/layout.h"

/* First bytes of a file or member: enough to tell what it is. */
#define PEEK_MAX 512u

/* Longest name in a note; hostile bytes take four each. */
#define SHOWN_MAX 512u

/* A name, hashed twice with secret keys: no two names will ever agree. */
struct name_id {
	uint64_t a;
	uint64_t b;
};

enum seen { SEEN_NEW, SEEN_FILE, SEEN_FOLDER };

struct input {
	enum input_kind kind;
	char *path;
	const struct input_ops *ops;
	void *src;
	struct input_notes notes;
	struct snapshot_limits limits;
	int dead;  /* nothing further can be read */
	bool over; /* everything has been given */

	uint64_t members;
	uint64_t names;  /* bytes of what they are called */
	struct map seen; /* struct name_id -> enum seen */
	uint8_t key_a[SIPHASH_KEY_SIZE];
	uint8_t key_b[SIPHASH_KEY_SIZE];

	/* The present member. */
	struct str name;
	bool open;
	int broken; /* code to give after what was peeked at */
	uint64_t at;
	uint64_t packed_before;
	uint8_t peek[PEEK_MAX];
	size_t peek_n;
	size_t peek_at;

	/* Unpacked and packed bytes of the members that were given. */
	uint64_t given;
	uint64_t given_packed;
};

/* Notes. */

/*
 * Printable, and in the order in which it is read: no controls of either
 * range, no line or paragraph separators, no marks that reorder text.
 */
static bool
is_plain_char(uint32_t cp)
{
	if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0))
		return false;
	return !((cp >= 0x2028 && cp <= 0x202e) ||
	         (cp >= 0x2066 && cp <= 0x2069) || cp == 0x200e ||
	         cp == 0x200f || cp == 0xfeff);
}

/* A name as it can be shown: nothing in it moves a cursor. */
static void
show_name(struct str name, char out[SHOWN_MAX])
{
	static const char hex[] = "0123456789abcdef";
	size_t o = 0;

	while (name.n > 0 && o + 4 * UTF8_MAX + 4 < SHOWN_MAX) {
		uint32_t cp;
		size_t n = utf8_decode(name, &cp);
		bool plain = n > 0 && is_plain_char(cp);

		/* What is no character is one byte. */
		n = n > 0 ? n : 1;
		if (plain) {
			memcpy(out + o, name.p, n);
			o += n;
		}
		for (size_t i = 0; i < n && !plain; i++) {
			unsigned char c = (unsigned char)name.p[i];

			out[o++] = '\\';
			out[o++] = 'x';
			out[o++] = hex[c >> 4];
			out[o++] = hex[c & 15];
		}
		name = str_tail(name, n);
	}
	if (name.n > 0) {
		memcpy(out + o, "...", 3);
		o += 3;
	}
	out[o] = '\0';
}

/* Tell the caller; returns the code. */
static int PRINTF_LIKE(5, 6) tell(struct input *in, int code, struct str name,
                                  uint64_t off, const char *fmt, ...)
{
	char shown[SHOWN_MAX];
	struct err e;
	va_list ap;

	if (in->notes.note == NULL)
		return code;
	va_start(ap, fmt);
	(void)err_vset(&e, code, fmt, ap);
	va_end(ap);
	show_name(name, shown);
	in->notes.note(in->notes.ctx,
	               &(struct input_note){ .code = code,
	                                     .name = str_from_c(shown),
	                                     .off = off,
	                                     .text = e.text });
	return code;
}

/* A failure of the source that is about one member, or about all the rest. */
static int
tell_reason(struct input *in, int code, struct str name, const char *what)
{
	const char *reason = in->ops->reason(in->src);
	char shown[SHOWN_MAX];

	show_name(str_from_c(reason != NULL ? reason : err_text(code)), shown);
	return tell(in, code, name, in->at, "%s: %s", what, shown);
}

/* Opening. */

static int
init(struct input *in, const char *path)
{
	size_t max = MAP_MAX;
	int rc;

	/* Each member brings its own name and, usually, no new folder. */
	if (in->limits.members < MAP_MAX / 2)
		max = (size_t)in->limits.members * 2 + PATH_DEPTH_MAX;
	rc = map_random_key(in->key_a);
	if (rc == 0)
		rc = map_random_key(in->key_b);
	map_init(&in->seen, sizeof(struct name_id), sizeof(uint8_t), max,
	         in->key_a);
	in->path = mem_dup_text(path, strlen(path));
	return in->path == NULL ? ERR_NOMEM : rc;
}

static int
open_folder(struct input *in, struct err *e)
{
	struct folder *f;
	int rc = folder_list(in->path, in->limits.members, e, &f);

	if (rc != 0)
		return rc;
	rc = input_folder_new(f, &in->src);
	if (rc != 0) {
		folder_free(f);
		return err_set(e, rc, "%s: %s", in->path, err_text(rc));
	}
	in->kind = INPUT_FOLDER;
	in->ops = &input_folder_ops;
	return 0;
}

/* What a file that is no snapshot looks like, for people. */
static const char *
looks_like(struct str head)
{
	static const struct {
		struct str magic;
		const char *what;
	} known[] = {
		{ STR_INIT("\x1f\x8b"), "gzip inside another compression" },
		{ STR_INIT("SQLite format 3"), "a SQLite database" },
		{ STR_INIT("{"), "JSON text" },
		{ STR_INIT("<"), "HTML or XML, perhaps an error page" },
		{ STR_INIT("%PDF"), "a PDF document" },
		{ STR_INIT("\x7f"
		           "ELF"),
		  "a program" },
		{ STR_INIT("\x89PNG"), "an image" },
		{ STR_INIT("Rar!"), "a RAR archive" },
		{ STR_INIT("7z\xbc\xaf"), "a 7-Zip archive" },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (str_starts(head, known[i].magic))
			return known[i].what;
	}
	for (size_t i = 0; i < head.n; i++) {
		unsigned char c = (unsigned char)head.p[i];

		if (c < ' ' && c != '\n' && c != '\r' && c != '\t')
			return "none of the formats known here";
	}
	return "text";
}

static int
refuse_format(const struct input *in, struct str head, struct err *e)
{
	return err_set(e, ERR_UNSUPPORTED,
	               "%s is not a snapshot: it looks like %s. A snapshot is "
	               "a .tar.gz, .tar or .zip of captures, a folder of them, "
	               "or one .pcap or .pcapng",
	               in->path, looks_like(head));
}

static bool
is_capture(struct str head)
{
	return capture_sniff((const uint8_t *)head.p, head.n) !=
	       CAPTURE_UNKNOWN;
}

static int
open_packed(struct input *in, const struct input_archive_file *file,
            struct err *e)
{
	struct str first;
	bool raw = false;
	int rc = input_archive_new(file, e, &raw, &first, &in->src);

	if (rc != 0)
		return rc;
	in->ops = &input_archive_ops;
	in->kind = raw ? INPUT_SINGLE_PACKED : INPUT_ARCHIVE;
	if (raw && !is_capture(first))
		return refuse_format(in, first, e);
	return 0;
}

/*
 * The first bytes of a regular file are only looked at; those of a stream are
 * gone from it and have to be given again. Standard input is a stream even
 * when it is a file: it has no path, and may not be at its start.
 */
static int
open_file(struct input *in, int fd, const struct stat *st, struct err *e)
{
	bool regular = S_ISREG(st->st_mode) && strcmp(in->path, "-") != 0;
	struct input_archive_file file = { .path = in->path, .fd = fd };
	char head[PEEK_MAX];
	size_t n = 0;
	int rc = regular ? io_pread_full(fd, head, sizeof(head), 0, &n)
	                 : io_read_full(fd, head, sizeof(head), &n);

	if (rc != 0)
		return err_set(e, rc, "%s: %s", in->path, err_text(rc));
	if (n == 0)
		return err_set(e, ERR_UNSUPPORTED, "%s is empty", in->path);
	file.sniff = str_make(head, n);
	file.ratio = in->limits.ratio;
	if (regular && is_capture(file.sniff)) {
		in->kind = INPUT_SINGLE;
		in->ops = &input_folder_ops;
		return input_folder_new_single(fd, in->path, e, &in->src);
	}
	if (regular)
		file.total = (uint64_t)st->st_size;
	else
		file.head = file.sniff;
#ifdef POSIX_FADV_SEQUENTIAL
	(void)posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
#endif
	return open_packed(in, &file, e);
}

static int
open_any(struct input *in, struct err *e)
{
	struct stat st;
	int fd = -1;
	int rc;

	if (strcmp(in->path, "-") == 0) {
		fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
		rc = fd < 0 ? -errno : 0;
	} else {
		rc = io_open_at(AT_FDCWD, in->path, O_RDONLY, 0, &fd);
	}
	if (rc == 0)
		rc = io_stat(fd, &st);
	if (rc != 0)
		rc = err_set(e, rc, "%s: %s", in->path, err_text(rc));
	else if (S_ISDIR(st.st_mode))
		rc = open_folder(in, e);
	else
		rc = open_file(in, fd, &st, e);
	/* A folder is opened anew; a file now belongs to the source. */
	if (in->src == NULL || in->kind == INPUT_FOLDER)
		(void)io_close(fd);
	return rc;
}

int
input_open(const char *path, const struct snapshot_limits *limits,
           struct input_notes notes, struct err *e, struct input **ret_input)
{
	struct input *in = mem_zalloc(sizeof(*in));
	int rc;

	if (in == NULL)
		return err_set(e, ERR_NOMEM, "%s: out of memory", path);
	in->notes = notes;
	in->limits = *limits;
	rc = init(in, path);
	if (rc != 0)
		rc = err_set(e, rc, "%s: %s", path, err_text(rc));
	else
		rc = open_any(in, e);
	if (rc != 0) {
		input_free(in);
		return rc;
	}
	*ret_input = in;
	return 0;
}

void
input_free(struct input *in)
{
	if (in == NULL)
		return;
	if (in->src != NULL)
		in->ops->release(in->src);
	map_release(&in->seen);
	mem_free(in->path);
	mem_free(in);
}

enum input_kind
input_kind(const struct input *in)
{
	return in->kind;
}

/* Judging. */

static bool
is_plain(struct str name)
{
	while (name.n > 0) {
		uint32_t cp;
		size_t n = utf8_decode(name, &cp);

		if (n == 0 || !is_plain_char(cp))
			return false;
		name = str_tail(name, n);
	}
	return true;
}

/* Mark a name as seen; *ret_was is what it was before. */
static int
mark(struct input *in, struct str name, enum seen as, enum seen *ret_was)
{
	struct name_id id = { .a = siphash24(in->key_a, name.p, name.n),
		              .b = siphash24(in->key_b, name.p, name.n) };
	void *val;
	int rc = map_insert(&in->seen, &id, &val);

	if (rc < 0)
		return rc;
	*ret_was = *(uint8_t *)val;
	if (rc == 1)
		*(uint8_t *)val = (uint8_t)as;
	return 0;
}

/* A name can be used once, and is a file or a folder but not both. */
static int
judge_unique(struct input *in, struct str name)
{
	struct str dir = path_dir(name);
	enum seen was = SEEN_NEW;
	int rc = mark(in, name, SEEN_FILE, &was);

	if (rc == 0 && was == SEEN_FILE)
		return tell(in, ERR_REFUSED, name, 0,
		            "there was a member of this name before, and that "
		            "one is kept");
	if (rc == 0 && was == SEEN_FOLDER)
		return tell(in, ERR_REFUSED, name, 0,
		            "earlier members lie in a folder of this name");
	while (rc == 0 && dir.n > 0 && was != SEEN_FOLDER) {
		rc = mark(in, dir, SEEN_FOLDER, &was);
		if (rc == 0 && was == SEEN_FILE)
			return tell(in, ERR_REFUSED, name, 0,
			            "an earlier member has the name of its "
			            "folder");
		dir = path_dir(dir);
	}
	if (rc == ERR_BUDGET)
		return tell(in, ERR_LIMIT, name, 0,
		            "too many names; --limit archive-members=N raises "
		            "the limit, now %llu",
		            (unsigned long long)in->limits.members);
	return rc != 0 ? tell(in, rc, name, 0, "%s", err_text(rc)) : 0;
}

static int
judge_name(struct input *in, struct str name)
{
	const char *why = NULL;

	if (name.n > in->limits.name_bytes)
		return tell(in, ERR_LIMIT, name, 0,
		            "the name has %zu bytes; --limit member-name=N "
		            "raises the limit, now %llu",
		            name.n, (unsigned long long)in->limits.name_bytes);
	if (!path_is_safe(name, &why))
		return tell(in, ERR_REFUSED, name, 0,
		            in->kind == INPUT_ARCHIVE
		                ? "the name %s; pack the snapshot again with "
		                  "plain relative names"
		                : "the name %s; give it another one",
		            why);
	if (!is_plain(name))
		return tell(in, ERR_REFUSED, name, 0,
		            "the name has characters that cannot be shown");
	return 0;
}

static int
judge_size(struct input *in, const struct input_entry *entry)
{
	uint64_t left = 0;

	if (entry->path != NULL || entry->size == INPUT_SIZE_UNKNOWN)
		return 0;
	if (in->given < in->limits.bytes)
		left = in->limits.bytes - in->given;
	if (entry->size <= left)
		return 0;
	return tell(in, ERR_LIMIT, in->name, 0,
	            "it has %llu bytes; --limit archive-bytes=N raises the "
	            "limit for all members together, now %llu",
	            (unsigned long long)entry->size,
	            (unsigned long long)in->limits.bytes);
}

/* 0 when the entry may be a member; otherwise the caller has been told. */
static int
judge(struct input *in, const struct input_entry *entry)
{
	int rc;

	if (entry->code != 0 && in->name.n == 0)
		return tell(in, entry->code, str_from_c(in->path), 0, "it %s",
		            entry->why);
	if (entry->code != 0 && entry->why != NULL)
		return tell(in, entry->code, in->name, 0, "it %s%s", entry->why,
		            entry->code == ERR_REFUSED
		                ? "; only plain files are read"
		                : "");
	rc = judge_name(in, in->name);
	if (rc == 0 && entry->code != 0)
		return tell(in, entry->code, in->name, 0, "%s",
		            err_text(entry->code));
	if (rc == 0)
		rc = judge_size(in, entry);
	if (rc == 0 && in->kind == INPUT_ARCHIVE)
		rc = judge_unique(in, in->name);
	return rc;
}

/* Folders in an archive are named by their files; only a bad name matters. */
static void
judge_folder(struct input *in)
{
	if (in->name.n > 0)
		(void)judge_name(in, in->name);
}

/* The magic numbers of gzip, zstd, xz, bzip2 and zip. */
static bool
is_packed(struct str head)
{
	return str_starts(head, STR("\x1f\x8b\x08")) ||
	       str_starts(head, STR("\x28\xb5\x2f\xfd")) ||
	       str_starts(head, STR("\xfd"
	                            "7zXZ")) ||
	       str_starts(head, STR("BZh")) ||
	       str_starts(head, STR("PK\x03\x04"));
}

static enum member_kind
kind_of(const struct input *in)
{
	struct str head = str_make(in->peek, in->peek_n);

	if (is_capture(head))
		return MEMBER_CAPTURE;
	if (str_eq(in->name, STR(LAYOUT_SNAPSHOT)))
		return MEMBER_SNAPSHOT;
	if (str_eq(in->name, STR(LAYOUT_MANIFEST)))
		return MEMBER_MANIFEST;
	if (str_eq(path_base(in->name), STR(LAYOUT_HISTORY)))
		return MEMBER_HISTORY;
	return is_packed(head) ? MEMBER_PACKED : MEMBER_OTHER;
}

/* Reading. */

static bool
over_ratio(const struct input *in, uint64_t unpacked, uint64_t packed)
{
	return unpacked > in->limits.ratio_floor &&
	       unpacked / (packed > 0 ? packed : 1) >= in->limits.ratio;
}

/* Is what has been unpacked still in proportion? Alone, and all together. */
static int
check_limits(struct input *in)
{
	uint64_t packed = in->ops->taken(in->src) - in->packed_before;

	if (in->kind == INPUT_FOLDER || in->kind == INPUT_SINGLE)
		return 0;
	if (in->given + in->at > in->limits.bytes)
		return tell(in, ERR_LIMIT, in->name, in->at,
		            "more than %llu bytes in all; --limit "
		            "archive-bytes=N raises the limit",
		            (unsigned long long)in->limits.bytes);
	if (over_ratio(in, in->at, packed) ||
	    over_ratio(in, in->given + in->at, in->given_packed + packed))
		return tell(in, ERR_LIMIT, in->name, in->at,
		            "it unpacks to more than %llu times its size; "
		            "--limit archive-ratio=N raises the limit",
		            (unsigned long long)in->limits.ratio);
	return 0;
}

/* Fill buf from the source until it is full or the member over or broken. */
static size_t
pull(struct input *in, uint8_t *buf, size_t n)
{
	size_t done = 0;

	while (done < n && in->open && in->broken == 0) {
		size_t got = 0;
		int rc = in->ops->read(in->src, buf + done, n - done, &got);

		if (rc != 0) {
			in->broken = tell_reason(in, rc, in->name,
			                         "the rest of it cannot be "
			                         "read");
			break;
		}
		if (got == 0)
			in->open = false;
		done += got;
		in->at += got;
		in->broken = check_limits(in);
	}
	return done;
}

int
input_read(struct input *in, void *buf, size_t n, size_t *ret_n)
{
	size_t done = in->peek_n - in->peek_at;
	int rc;

	if (done > n)
		done = n;
	if (done > 0)
		memcpy(buf, in->peek + in->peek_at, done);
	in->peek_at += done;
	done += pull(in, (uint8_t *)buf + done, n - done);
	if (done > 0 || in->broken == 0) {
		*ret_n = done;
		return 0;
	}
	rc = in->broken;
	in->broken = 0;
	in->open = false;
	in->at = 0; /* not among what was given */
	return rc;
}

/* Leave the present member, and count it unless it was cut off. */
static void
leave(struct input *in)
{
	if (in->broken == 0 && in->at > 0) {
		in->given += in->at;
		in->given_packed += in->ops->taken(in->src) - in->packed_before;
	}
	in->at = 0;
	in->open = false;
	in->broken = 0;
	in->peek_n = 0;
	in->peek_at = 0;
}

/* ".gz" and its like: what a packed capture's name has too much. */
static struct str
unpacked_name(struct str name)
{
	static const struct str packers[] = {
		STR_INIT("gz"),  STR_INIT("bz2"), STR_INIT("xz"),
		STR_INIT("zst"), STR_INIT("lz4"), STR_INIT("lzma"),
		STR_INIT("lz"),  STR_INIT("Z"),
	};
	struct str ext = path_ext(name);

	for (size_t i = 0; i < ARRAY_LEN(packers); i++) {
		if (str_eq(ext, packers[i]) && name.n > ext.n + 1)
			return str_head(name, name.n - ext.n - 1);
	}
	return name;
}

/* A capture by itself is read whatever it is called. */
static struct str
single_name(const struct input *in, struct str name)
{
	bool fit = path_is_safe(name, NULL) && is_plain(name) &&
	           name.n <= in->limits.name_bytes;

	return fit ? name : STR("capture");
}

static struct str
name_of(const struct input *in, const struct input_entry *entry)
{
	if (in->kind == INPUT_SINGLE)
		return single_name(in, entry->name);
	if (in->kind != INPUT_SINGLE_PACKED)
		return path_clean(entry->name);
	if (strcmp(in->path, "-") == 0)
		return STR("stdin");
	return single_name(in, unpacked_name(path_base(str_from_c(in->path))));
}

/* Of members, refused or not, we remember what they are called. */
static int
count_member(struct input *in)
{
	in->names += in->name.n;
	if (++in->members > in->limits.members)
		return tell(in, ERR_LIMIT, str_from_c(in->path), 0,
		            "more than %llu members; --limit "
		            "archive-members=N raises the limit",
		            (unsigned long long)in->limits.members);
	if (in->names > in->limits.names)
		return tell(in, ERR_LIMIT, str_from_c(in->path), 0,
		            "names of more than %llu bytes in all; --limit "
		            "archive-names=N raises the limit",
		            (unsigned long long)in->limits.names);
	return 0;
}

/* The next entry that may be a member: 1, 0 at the end, or a code. */
static int
next_entry(struct input *in, struct input_entry *ret_entry)
{
	for (;;) {
		int rc;

		leave(in);
		rc = in->ops->next(in->src, ret_entry);
		if (rc < 0)
			return tell_reason(in, rc, str_from_c(in->path),
			                   "the rest cannot be read");
		if (rc == 0 && in->ops->reason(in->src) != NULL)
			(void)tell_reason(in, ERR_CORRUPT, str_from_c(in->path),
			                  "everything was read, but");
		if (rc == 0)
			return 0;
		in->name = name_of(in, ret_entry);
		rc = count_member(in);
		if (rc != 0)
			return rc;
		if (ret_entry->folder)
			judge_folder(in);
		else if (judge(in, ret_entry) == 0)
			return 1;
	}
}

int
input_next(struct input *in, struct member *ret_member)
{
	struct input_entry entry;
	int rc;

	if (in->dead != 0 || in->over)
		return in->dead;
	rc = next_entry(in, &entry);
	if (rc <= 0) {
		in->dead = rc;
		in->over = true;
		return rc;
	}
	in->open = true;
	in->packed_before = in->ops->taken(in->src);
	in->peek_n = pull(in, in->peek, sizeof(in->peek));
	*ret_member = (struct member){
		.name = in->name,
		.path = entry.path,
		.size = entry.size,
		.mtime = entry.mtime,
		.inode = entry.inode,
		.kind = kind_of(in),
	};
	return 1;
}

uint64_t
input_taken(const struct input *in)
{
	return in->ops->taken(in->src);
}

uint64_t
input_total(const struct input *in)
{
	return in->ops->total(in->src);
}
