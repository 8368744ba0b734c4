/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/bad_sqlite.h"

#include <sqlite3.h>
#include <stddef.h>

struct counter {
	int64_t n, fail_at;
};

static struct counter counters[BAD_SQLITE_KINDS];
static sqlite3_mem_methods memory;
static sqlite3_vfs shim;
static sqlite3_vfs *files;

/* What SQLite has of a file, the system's own behind it. */
struct shim_file {
	sqlite3_file base;
	sqlite3_file *real;
};

static bool
fails(enum bad_sqlite what)
{
	struct counter *c = &counters[what];

	return ++c->n == c->fail_at;
}

/* ---- memory ---- */

static void *
shim_malloc(int n)
{
	return fails(BAD_SQLITE_MEMORY) ? NULL : memory.xMalloc(n);
}

static void *
shim_realloc(void *p, int n)
{
	return fails(BAD_SQLITE_MEMORY) ? NULL : memory.xRealloc(p, n);
}

/* ---- files ---- */

static sqlite3_file *
real(sqlite3_file *f)
{
	return ((struct shim_file *)(void *)f)->real;
}

static int
shim_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	return fails(BAD_SQLITE_IO)
	           ? SQLITE_IOERR_READ
	           : real(f)->pMethods->xRead(real(f), p, n, at);
}

static int
shim_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	return fails(BAD_SQLITE_IO)
	           ? SQLITE_FULL
	           : real(f)->pMethods->xWrite(real(f), p, n, at);
}

static int
shim_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	return fails(BAD_SQLITE_IO)
	           ? SQLITE_IOERR_TRUNCATE
	           : real(f)->pMethods->xTruncate(real(f), size);
}

static int
shim_sync(sqlite3_file *f, int flags)
{
	return fails(BAD_SQLITE_IO) ? SQLITE_IOERR_FSYNC
	                            : real(f)->pMethods->xSync(real(f), flags);
}

static int
shim_close(sqlite3_file *f)
{
	int rc = real(f)->pMethods->xClose(real(f));

	f->pMethods = NULL;
	return rc;
}

static int
shim_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return real(f)->pMethods->xFileSize(real(f), size);
}

static int
shim_lock(sqlite3_file *f, int how)
{
	return real(f)->pMethods->xLock(real(f), how);
}

static int
shim_unlock(sqlite3_file *f, int how)
{
	return real(f)->pMethods->xUnlock(real(f), how);
}

static int
shim_reserved(sqlite3_file *f, int *ret)
{
	return real(f)->pMethods->xCheckReservedLock(real(f), ret);
}

static int
shim_control(sqlite3_file *f, int op, void *arg)
{
	return real(f)->pMethods->xFileControl(real(f), op, arg);
}

static int
shim_sector(sqlite3_file *f)
{
	return real(f)->pMethods->xSectorSize(real(f));
}

static int
shim_traits(sqlite3_file *f)
{
	return real(f)->pMethods->xDeviceCharacteristics(real(f));
}

/* Version 1 has neither shared memory nor mapped files: all is read. */
static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = shim_close,
	.xRead = shim_read,
	.xWrite = shim_write,
	.xTruncate = shim_truncate,
	.xSync = shim_sync,
	.xFileSize = shim_size,
	.xLock = shim_lock,
	.xUnlock = shim_unlock,
	.xCheckReservedLock = shim_reserved,
	.xFileControl = shim_control,
	.xSectorSize = shim_sector,
	.xDeviceCharacteristics = shim_traits,
};

static int
shim_open(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *f, int flags,
          int *ret_flags)
{
	struct shim_file *s = (void *)f;
	int rc;

	(void)vfs;
	s->real = (void *)(s + 1);
	s->base.pMethods = NULL;
	rc = files->xOpen(files, name, s->real, flags, ret_flags);
	if (rc == SQLITE_OK)
		s->base.pMethods = &methods;
	return rc;
}

/* ---- the test's ---- */

bool
bad_sqlite_begin(void)
{
	sqlite3_mem_methods mine;

	if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory) != SQLITE_OK)
		return false;
	mine = memory;
	mine.xMalloc = shim_malloc;
	mine.xRealloc = shim_realloc;
	if (sqlite3_config(SQLITE_CONFIG_MALLOC, &mine) != SQLITE_OK ||
	    sqlite3_initialize() != SQLITE_OK)
		return false;
	files = sqlite3_vfs_find(NULL);
	if (files == NULL)
		return false;
	shim = *files;
	shim.zName = "bad";
	shim.szOsFile = (int)sizeof(struct shim_file) + files->szOsFile;
	shim.xOpen = shim_open;
	return sqlite3_vfs_register(&shim, 1) == SQLITE_OK;
}

void
bad_sqlite_fail_at(enum bad_sqlite what, int64_t nth)
{
	counters[what] = (struct counter){ .fail_at = nth };
}

int64_t
bad_sqlite_count(enum bad_sqlite what)
{
	return counters[what].n;
}
