/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/known.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/io.h"
#include "base/json_out.h"
#include "base/mem.h"
#include "snapshot/folder.h"
#include "snapshot/json_in.h"
#include "snapshot/limits.h"

#define KNOWN_TEMP   "known.json.new"
#define KNOWN_FORMAT 1u
/* object, array, object; one more to tell a stranger's file politely. */
#define KNOWN_DEPTH 4u
/* Four numbers of up to 20 digits. */
#define NUMBERS_MAX 96u

struct entry {
	struct str path;
	struct str identity;
	struct str evidence;
};

struct known {
	struct arena text;
	struct entry *entries; /* the oldest first; room for KNOWN_MAX */
	size_t count;
};

/* Identities. */

/* A name, which holds no NUL, and what makes it this very file. */
static int
add_line(struct sha256 *sha, struct str name, const uint64_t numbers[4])
{
	char line[NUMBERS_MAX];
	int n = snprintf(line, sizeof(line),
	                 "%c%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
	                 '\0', numbers[0], numbers[1], numbers[2], numbers[3]);
	int rc = sha256_update(sha, name.p, name.n);

	return rc != 0 ? rc : sha256_update(sha, line, (size_t)n);
}

static int
add_input(struct sha256 *sha, struct str kind, const struct stat *st)
{
	return add_line(sha, kind,
	                (const uint64_t[]){ (uint64_t)st->st_dev,
	                                    (uint64_t)st->st_ino,
	                                    (uint64_t)st->st_size,
	                                    (uint64_t)folder_mtime(st) });
}

static int
add_folder(struct sha256 *sha, const struct folder *f)
{
	int rc = 0;

	for (size_t i = 0; i < folder_count(f) && rc == 0; i++) {
		const struct folder_file *file = folder_at(f, i);

		rc = add_line(
		    sha, file->name,
		    (const uint64_t[]){ file->size, (uint64_t)file->mtime,
		                        file->inode, file->code != 0 });
	}
	return rc;
}

static int
identify_folder(struct sha256 *sha, const char *input)
{
	struct snapshot_limits limits;
	struct folder *f;
	int rc;

	snapshot_limits_init(&limits);
	rc = folder_list(input, limits.members, NULL, &f);
	if (rc != 0)
		return rc;
	rc = add_folder(sha, f);
	folder_free(f);
	return rc;
}

static int
identify(struct sha256 *sha, const char *path, const struct stat *st)
{
	/* The folder's own size and mtime say nothing about its files. */
	static const uint64_t none[4] = { 0 };
	int rc = S_ISREG(st->st_mode) ? add_input(sha, str_from_c(path), st)
	                              : add_line(sha, str_from_c(path), none);

	if (rc != 0 || S_ISREG(st->st_mode))
		return rc;
	return identify_folder(sha, path);
}

static int
identify_path(const char *path, char ret_identity[SHA256_HEX_MAX])
{
	struct sha256 sha = SHA256_INIT;
	uint8_t digest[SHA256_SIZE];
	struct stat st;
	int rc;

	if (stat(path, &st) != 0 ||
	    (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)))
		return 0;
	rc = sha256_init(&sha);
	if (rc == 0)
		rc = identify(&sha, path, &st);
	if (rc == 0)
		rc = sha256_final(&sha, digest);
	sha256_release(&sha);
	if (rc == 0)
		(void)sha256_hex(digest, ret_identity);
	if (rc == 0 || rc == ERR_NOMEM || rc == ERR_CRYPTO)
		return rc == 0 ? 1 : rc;
	/* A folder that cannot be listed; opening it will tell why. */
	return 0;
}

int
known_identify(const char *input, char ret_identity[SHA256_HEX_MAX])
{
	char *path = realpath(input, NULL);
	int rc = path != NULL ? identify_path(path, ret_identity) : 0;

	mem_free(path);
	return rc;
}

/* The table. */

void
known_free(struct known *k)
{
	if (k == NULL)
		return;
	arena_release(&k->text);
	mem_free(k->entries);
	mem_free(k);
}

static struct known *
known_new(void)
{
	struct known *k = mem_zalloc(sizeof(*k));

	if (k == NULL)
		return NULL;
	/* The file's texts, and one more entry than it holds. */
	arena_init(&k->text, 2 * (size_t)KNOWN_BYTES_MAX, 0);
	k->entries = mem_array(KNOWN_MAX, sizeof(struct entry));
	if (k->entries == NULL) {
		known_free(k);
		return NULL;
	}
	return k;
}

static bool
is_digest(struct str hex)
{
	uint8_t digest[SHA256_SIZE];

	return sha256_parse(hex, digest) == 0;
}

static void
drop(struct known *k, size_t i)
{
	for (; i + 1 < k->count; i++)
		k->entries[i] = k->entries[i + 1];
	k->count--;
}

static void
add(struct known *k, const struct entry *entry)
{
	if (k->count == KNOWN_MAX)
		drop(k, 0);
	k->entries[k->count++] = *entry;
}

static void
read_entry(struct known *k, struct json_in *j)
{
	struct entry entry = { .path = STR_NONE };
	struct str key;

	jin_object(j);
	while (jin_member(j, &key)) {
		if (str_eq(key, STR("path")))
			entry.path = arena_dup(&k->text, jin_str(j));
		else if (str_eq(key, STR("identity")))
			entry.identity = arena_dup(&k->text, jin_str(j));
		else if (str_eq(key, STR("evidence")))
			entry.evidence = arena_dup(&k->text, jin_str(j));
		else
			jin_skip(j);
	}
	if (jin_ok(j) && arena_error(&k->text) == 0 && entry.path.n > 0 &&
	    is_digest(entry.identity) && is_digest(entry.evidence))
		add(k, &entry);
}

/* 0 when all of it was understood. */
static int
read_text(struct known *k, struct str text)
{
	uint64_t format = 0;
	struct json_in j;
	struct str key;
	int rc;

	jin_init(&j, text, KNOWN_DEPTH, NULL);
	jin_object(&j);
	while (jin_member(&j, &key)) {
		if (str_eq(key, STR("format"))) {
			format = jin_u64(&j);
		} else if (str_eq(key, STR("known"))) {
			jin_array(&j);
			while (jin_item(&j))
				read_entry(k, &j);
		} else {
			jin_skip(&j);
		}
	}
	rc = jin_finish(&j);
	if (rc == 0 && format != KNOWN_FORMAT)
		rc = ERR_UNSUPPORTED;
	return rc == 0 ? arena_error(&k->text) : rc;
}

/* The bytes of the file; empty when there are none to be had. */
static int
read_file(int dirfd, struct buf *b)
{
	struct stat st;
	size_t n = 0;
	int fd;
	int rc = io_open_at(dirfd, KNOWN_FILE,
	                    O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0, &fd);

	if (rc != 0)
		return rc == ERR_NOMEM ? rc : 0;
	rc = io_stat(fd, &st);
	if (rc == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
	    (uint64_t)st.st_size <= KNOWN_BYTES_MAX) {
		rc = buf_reserve(b, (size_t)st.st_size);
		if (rc == 0)
			rc = io_read_full(fd, buf_tail(b), (size_t)st.st_size,
			                  &n);
		if (rc == 0)
			buf_added(b, n);
	}
	(void)io_close(fd);
	return rc == ERR_NOMEM ? rc : 0;
}

int
known_load(int dirfd, struct known **ret_known)
{
	struct known *k = known_new();
	struct buf b;
	int rc;

	if (k == NULL)
		return ERR_NOMEM;
	buf_init(&b, KNOWN_BYTES_MAX);
	rc = read_file(dirfd, &b);
	if (rc == 0 && b.n > 0 && read_text(k, buf_str(&b)) != 0) {
		/* Not ours, or damaged: begin anew. */
		k->count = 0;
		arena_clear(&k->text);
	}
	buf_release(&b);
	if (rc != 0) {
		known_free(k);
		return rc;
	}
	*ret_known = k;
	return 0;
}

size_t
known_count(const struct known *k)
{
	return k->count;
}

struct str
known_find(const struct known *k, struct str identity)
{
	for (size_t i = k->count; i > 0; i--) {
		if (str_eq(k->entries[i - 1].identity, identity))
			return k->entries[i - 1].evidence;
	}
	return STR_NONE;
}

int
known_put(struct known *k, struct str path, struct str identity,
          struct str evidence)
{
	struct entry entry = { .path = arena_dup(&k->text, path) };

	entry.identity = arena_dup(&k->text, identity);
	entry.evidence = arena_dup(&k->text, evidence);
	if (arena_error(&k->text) != 0)
		return arena_error(&k->text);
	for (size_t i = k->count; i > 0; i--) {
		if (str_eq(k->entries[i - 1].path, path))
			drop(k, i - 1);
	}
	add(k, &entry);
	return 0;
}

static int
write_text(const struct known *k, struct buf *b)
{
	struct json_out j;

	jout_init_buf(&j, b);
	jout_begin_object(&j);
	jout_put_uint(&j, "format", KNOWN_FORMAT);
	jout_put(&j, "known");
	jout_begin_array(&j);
	for (size_t i = 0; i < k->count; i++) {
		const struct entry *entry = &k->entries[i];

		jout_begin_object(&j);
		jout_put_str(&j, "path", entry->path);
		jout_put_str(&j, "identity", entry->identity);
		jout_put_str(&j, "evidence", entry->evidence);
		jout_end_object(&j);
	}
	jout_end_array(&j);
	jout_end_object(&j);
	jout_newline(&j);
	return jout_finish(&j);
}

static int
replace_file(int dirfd, struct str text)
{
	int fd;
	int closed;
	int rc = io_open_at(dirfd, KNOWN_TEMP,
	                    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600,
	                    &fd);

	if (rc != 0)
		return rc;
	rc = io_write_full(fd, text.p, text.n);
	if (rc == 0)
		rc = io_fsync(fd);
	closed = io_close(fd);
	if (rc == 0)
		rc = closed;
	if (rc == 0)
		rc = io_rename_at(dirfd, KNOWN_TEMP, KNOWN_FILE);
	return rc != 0 ? rc : io_fsync(dirfd);
}

int
known_save(const struct known *k, int dirfd)
{
	struct buf b;
	int rc;

	buf_init(&b, KNOWN_BYTES_MAX);
	rc = write_text(k, &b);
	if (rc == 0)
		rc = replace_file(dirfd, buf_str(&b));
	buf_release(&b);
	return rc;
}
