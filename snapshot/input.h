/* SPDX-License-Identifier: Apache-2.0 */
/*
 * input: a snapshot as a sequence of members, whatever it is packed in.
 *
 * One reader over an archive (tar or zip; gzip, bzip2, xz, lzma, lzip, zstd,
 * lz4 or compress around it), a folder, or a single capture (also compressed).
 * What a path is, is decided by its content, never by its name. Members come
 * in a fixed order: that of the archive, or for a folder the lexical walk
 * (names compared bytewise, path component by component), which is the order
 * in which exporters write.
 *
 * Everything in an archive is hostile. A member whose name is unsafe, or that
 * is a link, a device, a sparse trick, encrypted, a duplicate or over a limit
 * is *refused*: the caller is told through input_note and goes on with the
 * next. The rules, in the order in which they are looked at:
 *
 *   kind    a regular file, whole; folders are passed over in silence
 *   name    relative, no "." or "..", no backslash, at most `name_bytes`;
 *           UTF-8 without control characters and marks that reorder text
 *   size    `bytes` for all members together, as declared and as unpacked
 *   unique  each name once, and not as a file and a folder
 *   ratio   unpacked to packed bytes below `ratio`, once `ratio_floor` bytes
 *           have been unpacked; of each member alone and of all together
 *
 * After `members` entries, refused ones included, nothing more is read. A bomb
 * that was refused is unpacked for nothing, to reach the members behind it,
 * but not without end. The checksum of gzip is verified when the end has been
 * reached (with ISA-L); a wrong one is ERR_CORRUPT for all.
 *
 * Nothing here writes to disk. One input belongs to one thread.
 *
 * Ownership: names and paths are borrowed until the next input_next().
 */
#ifndef SNAPSHOT_INPUT_H
#define SNAPSHOT_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/err.h"
#include "base/str.h"
#include "snapshot/limits.h"

enum input_kind {
	INPUT_ARCHIVE, /* members are unpacked from one file or stream */
	INPUT_FOLDER,  /* members are files below a folder, read in place */
	INPUT_SINGLE,  /* the file is itself one capture, uncompressed */
	/* One capture that has to be unpacked, or that comes from a pipe. */
	INPUT_SINGLE_PACKED,
};

/* What a member is, told from its first bytes and its base name. */
enum member_kind {
	MEMBER_CAPTURE,  /* pcap or pcapng magic */
	MEMBER_HISTORY,  /* name_resolution_history.json */
	MEMBER_SNAPSHOT, /* snapshot.json at the root */
	MEMBER_MANIFEST, /* manifest.json at the root */
	MEMBER_OTHER,    /* kept and hashed, not read */
	MEMBER_PACKED,   /* compressed once more, or an archive: the same */
};

struct member {
	struct str name;  /* relative, '/' separated, "./" removed */
	const char *path; /* absolute, to read in place; NULL when unpacked */
	uint64_t size;    /* bytes; UINT64_MAX when the archive does not say */
	int64_t mtime;    /* nanoseconds since the epoch, 0 if unknown */
	uint64_t inode;   /* of a file read in place, else 0 */
	enum member_kind kind;
};

/*
 * A member, or the rest of an archive, that was refused or unreadable. Name
 * and text are borrowed during the call and can be shown as they are: bytes
 * that are no plain text are spelled \xNN, and a name of more than some 500
 * bytes is cut.
 */
struct input_note {
	int code;         /* ERR_REFUSED, ERR_LIMIT, ERR_CORRUPT, ERR_IO, ... */
	struct str name;  /* member, or the input's own path */
	uint64_t off;     /* bytes of the member that were read before */
	const char *text; /* what, why, what to do; to follow the name */
};

/* Called from input_next() and input_read(); must not call back into them. */
struct input_notes {
	void (*note)(void *ctx, const struct input_note *n);
	void *ctx;
};

struct input;

/*
 * Open `path` ("-" is standard input). A single capture has its base name,
 * without ".gz" and its like, or "stdin". notes.note may be NULL. On failure e
 * tells what, where and what to do; ERR_NOENT, ERR_UNSUPPORTED (not a
 * snapshot, with what it looks like), ERR_CORRUPT (not even the first member),
 * ERR_REFUSED (compressed twice), ERR_LIMIT, ERR_IO, ERR_NOMEM.
 */
int input_open(const char *path, const struct snapshot_limits *limits,
               struct input_notes notes, struct err *e,
               struct input **ret_input) WARN_UNUSED;
void input_free(struct input *in);

enum input_kind input_kind(const struct input *in);

/*
 * Advance to the next readable member; the rest of the present one is passed
 * over. Returns 1 with *ret_member, 0 at the end, or a negative code when
 * nothing further can be read (the note has been given); both for ever after.
 */
int input_next(struct input *in, struct member *ret_member) WARN_UNUSED;

/*
 * Read up to n bytes of the present member; fewer only at its end, where
 * *ret_n is 0. A member that breaks off gives what was readable first, then a
 * negative code once (the note has been given).
 */
int input_read(struct input *in, void *buf, size_t n,
               size_t *ret_n) WARN_UNUSED;

/*
 * Bytes of the input (packed, if it is packed) taken so far, and in all (0
 * when unknown): for progress.
 */
uint64_t input_taken(const struct input *in);
uint64_t input_total(const struct input *in);

#endif /* SNAPSHOT_INPUT_H */
