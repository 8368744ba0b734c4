/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/cmd/schema.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"

enum { SCHEMA_PIECE = 65536 };

static int
read_all(int fd, struct buf *b)
{
	size_t n = 1;
	int rc = 0;

	while (rc == 0 && n != 0) {
		rc = buf_reserve(b, SCHEMA_PIECE);
		if (rc == 0)
			rc = io_read(fd, buf_tail(b), SCHEMA_PIECE, &n);
		if (rc == 0)
			buf_added(b, n);
	}
	return rc;
}

static int
load_one(struct protobuf_set *set, const char *file, struct err *e)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	struct buf b;
	int rc;

	if (fd < 0)
		return err_set(e, ERR_NOENT, "--proto-set %s: cannot be read",
		               file);
	buf_init(&b, PROTOBUF_SET_MAX + SCHEMA_PIECE);
	rc = read_all(fd, &b);
	(void)close(fd);
	if (rc == 0)
		rc = protobuf_set_add(set, buf_str(&b));
	buf_release(&b);
	if (rc == ERR_NOMEM)
		return err_set(e, rc, "out of memory");
	if (rc == ERR_MALFORMED)
		return err_set(e, rc,
		               "--proto-set %s: not a descriptor set; protoc "
		               "--include_imports --descriptor_set_out=%s "
		               "makes one",
		               file, file);
	return rc == 0
	           ? 0
	           : err_set(e, rc, "--proto-set %s: %s", file, err_text(rc));
}

int
schema_load(const char *const *files, size_t n, struct err *e,
            struct protobuf_set **ret_set)
{
	struct protobuf_set *set;
	int rc = 0;

	*ret_set = NULL;
	if (n == 0)
		return 0;
	set = protobuf_set_new();
	if (set == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = load_one(set, files[i], e);
	if (rc != 0) {
		protobuf_set_free(set);
		return rc;
	}
	*ret_set = set;
	return 0;
}
