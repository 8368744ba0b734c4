/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/archive_out.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdbool.h>

#include "base/mem.h"

enum { MODE = 0644 };

struct archive_out {
	struct outlet *out;
	struct archive *ar;
	struct archive_entry *entry;
	uint64_t left; /* bytes of the member that are still to come */
	bool given_up;
};

static la_ssize_t
pass(struct archive *ar, void *ctx, const void *p, size_t n)
{
	struct archive_out *a = ctx;

	if (a->given_up)
		return -1;
	outlet_put(a->out, p, n);
	if (a->out->error == 0)
		return (la_ssize_t)n;
	archive_set_error(ar, -a->out->error, "%s", err_text(a->out->error));
	return -1;
}

static int
fail(struct archive_out *a, const char *doing, struct err *e)
{
	const char *text = archive_error_string(a->ar);

	if (a->out->error != 0)
		return err_set(e, a->out->error, "%s", err_text(a->out->error));
	return err_set(e, ERR_IO, "%s an archive: %s", doing,
	               text != NULL ? text : "unknown failure");
}

int
archive_out_new(struct outlet *out, struct err *e,
                struct archive_out **ret_archive)
{
	struct archive_out *a = mem_zalloc(sizeof(*a));
	bool ready;

	if (a == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	a->out = out;
	a->ar = archive_write_new();
	a->entry = archive_entry_new();
	if (a->ar == NULL || a->entry == NULL) {
		archive_out_free(a);
		return err_set(e, ERR_NOMEM, "out of memory");
	}
	ready = archive_write_set_format_pax_restricted(a->ar) == ARCHIVE_OK &&
	        archive_write_add_filter_gzip(a->ar) == ARCHIVE_OK &&
	        archive_write_set_filter_option(a->ar, "gzip", "timestamp",
	                                        NULL) == ARCHIVE_OK &&
	        archive_write_set_bytes_in_last_block(a->ar, 1) == ARCHIVE_OK &&
	        archive_write_open(a->ar, a, NULL, pass, NULL) == ARCHIVE_OK;
	if (!ready) {
		int rc = fail(a, "beginning", e);

		archive_out_free(a);
		return rc;
	}
	*ret_archive = a;
	return 0;
}

void
archive_out_free(struct archive_out *a)
{
	if (a == NULL)
		return;
	if (a->ar != NULL) {
		/* It would write an end to what has none; and told to fail, it
		 * would not free the compressor. */
		a->given_up = true;
		(void)archive_write_free(a->ar);
	}
	archive_entry_free(a->entry);
	mem_free(a);
}

int
archive_out_member(struct archive_out *a, struct str name, uint64_t size,
                   int64_t mtime_sec, struct err *e)
{
	char *path = mem_dup_text(name.p, name.n);
	int rc = 0;

	if (path == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	ENSURE(a->left == 0 && size <= INT64_MAX);
	archive_entry_clear(a->entry);
	archive_entry_set_pathname(a->entry, path);
	archive_entry_set_filetype(a->entry, AE_IFREG);
	archive_entry_set_perm(a->entry, MODE);
	archive_entry_set_uid(a->entry, 0);
	archive_entry_set_gid(a->entry, 0);
	archive_entry_set_mtime(a->entry, mtime_sec, 0);
	archive_entry_set_size(a->entry, (int64_t)size);
	if (archive_write_header(a->ar, a->entry) != ARCHIVE_OK)
		rc = fail(a, "writing", e);
	a->left = size;
	mem_free(path);
	return rc;
}

int
archive_out_data(struct archive_out *a, const void *p, size_t n, struct err *e)
{
	/* The header told how much there will be. */
	if (n > a->left)
		return err_set(e, ERR_CHANGED,
		               "a member of the archive grew meanwhile");
	if (n > 0 && archive_write_data(a->ar, p, n) != (la_ssize_t)n)
		return fail(a, "writing", e);
	a->left -= n;
	return 0;
}

int
archive_out_finish(struct archive_out *a, struct err *e)
{
	if (a->left > 0)
		return err_set(e, ERR_CHANGED,
		               "a member of the archive shrank meanwhile");
	if (archive_write_close(a->ar) != ARCHIVE_OK)
		return fail(a, "finishing", e);
	return 0;
}
