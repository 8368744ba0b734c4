/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/io.h"

enum { BLOCK = 1 << 16 };

static int
fail(struct archive *a, const char *path, struct err *e)
{
	const char *why = archive_error_string(a);

	return err_set(e, ERR_IO, "%s: %s", path,
	               why != NULL ? why : "cannot be written");
}

/* As many bytes as the file had when its entry was made. */
static int
copy(struct archive *a, int fd, uint64_t size)
{
	char block[BLOCK];

	while (size > 0) {
		size_t n = size < sizeof(block) ? (size_t)size : sizeof(block);
		size_t got = 0;
		int rc = io_read_full(fd, block, n, &got);

		if (rc != 0 || got == 0)
			return rc;
		if (archive_write_data(a, block, got) < 0)
			return ERR_IO;
		size -= got;
	}
	return 0;
}

static int
put(struct archive *a, const struct zip_member *m, int fd)
{
	struct archive_entry *entry;
	struct stat st;
	int rc = io_stat(fd, &st);

	if (rc != 0)
		return rc;
	entry = archive_entry_new();
	if (entry == NULL)
		return ERR_NOMEM;
	archive_entry_set_pathname(entry, m->name);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_size(entry, st.st_size);
	archive_entry_set_mtime(entry, st.st_mtime, 0);
	rc = archive_write_header(a, entry) == ARCHIVE_OK ? 0 : ERR_IO;
	archive_entry_free(entry);
	return rc == 0 ? copy(a, fd, (uint64_t)st.st_size) : rc;
}

static int
put_all(struct archive *a, const struct zip_member *members, size_t n,
        size_t *written)
{
	for (size_t i = 0; i < n; i++) {
		int fd, rc;

		rc = io_open_at(AT_FDCWD, members[i].path, O_RDONLY, 0, &fd);
		if (rc == ERR_NOENT)
			continue;
		if (rc != 0)
			return rc;
		rc = put(a, &members[i], fd);
		(void)io_close(fd);
		if (rc != 0)
			return rc;
		++*written;
	}
	return 0;
}

int
zip_write(const char *path, const struct zip_member *members, size_t n,
          struct err *e, size_t *ret_written)
{
	struct archive *a = archive_write_new();
	size_t written = 0;
	int rc = 0;

	if (a == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	if (archive_write_set_format_zip(a) != ARCHIVE_OK ||
	    archive_write_open_filename(a, path) != ARCHIVE_OK) {
		rc = fail(a, path, e);
		(void)archive_write_free(a);
		return rc;
	}
	rc = put_all(a, members, n, &written);
	if (rc == ERR_IO)
		(void)fail(a, path, e);
	else if (rc != 0)
		(void)err_set(e, rc, "%s: %s", path, err_text(rc));
	if (rc == 0 && archive_write_close(a) != ARCHIVE_OK)
		rc = fail(a, path, e);
	(void)archive_write_free(a);
	if (rc != 0)
		(void)!io_unlink_at(AT_FDCWD, path, 0);
	else
		*ret_written = written;
	return rc;
}
