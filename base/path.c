/* SPDX-License-Identifier: Apache-2.0 */
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "base/utf8.h"

/* Only the owner may look into folders of evidence. */
#define PATH_DIR_MODE 0700

struct str
path_clean(struct str name)
{
	while (str_starts(name, STR("./"))) {
		name = str_tail(name, 2);
		/* ".//x" is x as well, and not the absolute "/x". */
		while (str_starts(name, STR("/")))
			name = str_tail(name, 1);
	}
	/* A name of slashes only stays what it is: absolute. */
	while (name.n > 1 && str_ends(name, STR("/")))
		name.n--;
	return str_eq(name, STR(".")) ? STR_NONE : name;
}

static const char *
path_component_fault(struct str part)
{
	if (part.n == 0)
		return "has an empty component";
	if (str_eq(part, STR(".")) || str_eq(part, STR("..")))
		return "has a \".\" or \"..\" in it";
	if (part.n > PATH_COMPONENT_MAX)
		return "has a component that is too long";
	return NULL;
}

static const char *
path_bytes_fault(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		uint8_t b = (uint8_t)name.p[i];

		if (b < 0x20 || b == 0x7f)
			return "has a control character in it";
		if (b == '\\')
			return "has a backslash in it";
	}
	if (!utf8_valid(name))
		return "is not UTF-8";
	return NULL;
}

/* The reason why a name is unsafe, or NULL. */
static const char *
path_fault(struct str name)
{
	const char *why;
	unsigned depth = 0;
	bool more = true;

	if (name.n == 0)
		return "is empty";
	if (name.n > PATH_NAME_MAX)
		return "is too long";
	if (name.p[0] == '/')
		return "is absolute";
	why = path_bytes_fault(name);
	while (why == NULL && more) {
		struct str part;

		more = str_split1(name, '/', &part, &name);
		why = path_component_fault(part);
		if (++depth > PATH_DEPTH_MAX && why == NULL)
			why = "is nested too deeply";
	}
	return why;
}

bool
path_is_safe(struct str name, const char **ret_why)
{
	const char *why = path_fault(name);

	if (why != NULL && ret_why != NULL)
		*ret_why = why;
	return why == NULL;
}

/* Opens the directory `part` below dirfd; with `make`, creates it first. */
static int
path_enter(int dirfd, struct str part, bool make, int *ret_fd)
{
	char name[PATH_COMPONENT_MAX + 1];
	int rc;

	(void)str_to_c(part, name, sizeof(name));
	if (make) {
		rc = io_mkdir_at(dirfd, name, PATH_DIR_MODE);
		if (rc != 0 && rc != ERR_EXIST)
			return rc;
	}
	return io_open_at(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0,
	                  ret_fd);
}

/*
 * Goes down to the directory that holds the last component. *ret_fd is that
 * directory: dirfd itself, or one that path_leave() closes.
 */
static int
path_descend(int dirfd, struct str *name, bool make, int *ret_fd)
{
	int at = dirfd;
	struct str part, rest;

	if (!path_is_safe(*name, NULL))
		return ERR_REFUSED;
	while (str_split1(*name, '/', &part, &rest)) {
		int next = -1;
		int rc = path_enter(at, part, make, &next);

		if (at != dirfd)
			(void)io_close(at);
		if (rc != 0)
			return rc;
		at = next;
		*name = rest;
	}
	*ret_fd = at;
	return 0;
}

static void
path_leave(int dirfd, int at)
{
	if (at != dirfd)
		(void)io_close(at);
}

static int
path_open(int dirfd, struct str name, int flags, mode_t mode, int *ret_fd)
{
	char last[PATH_COMPONENT_MAX + 1];
	int at = -1;
	int rc = path_descend(dirfd, &name, (flags & O_CREAT) != 0, &at);

	if (rc != 0)
		return rc;
	(void)str_to_c(name, last, sizeof(last));
	rc = io_open_at(at, last, flags | O_NOFOLLOW, mode, ret_fd);
	path_leave(dirfd, at);
	return rc;
}

int
path_create_below(int dirfd, struct str name, mode_t mode, int *ret_fd)
{
	return path_open(dirfd, name, O_RDWR | O_CREAT | O_EXCL, mode, ret_fd);
}

int
path_open_below(int dirfd, struct str name, int *ret_fd)
{
	/* Not to hang on a FIFO that was planted under the name. */
	return path_open(dirfd, name, O_RDONLY | O_NONBLOCK, 0, ret_fd);
}

int
path_mkdir_below(int dirfd, struct str name)
{
	int at = -1;
	int fd = -1;
	int rc = path_descend(dirfd, &name, true, &at);

	if (rc != 0)
		return rc;
	rc = path_enter(at, name, true, &fd);
	if (rc == 0)
		(void)io_close(fd);
	path_leave(dirfd, at);
	return rc;
}

/* The index of the last c, or SIZE_MAX. */
static size_t
path_find_last(struct str s, char c)
{
	for (size_t i = s.n; i > 0; i--) {
		if (s.p[i - 1] == c)
			return i - 1;
	}
	return SIZE_MAX;
}

int
path_compare(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;

	for (size_t i = 0; i < n; i++) {
		if (a.p[i] == b.p[i])
			continue;
		if (a.p[i] == '/' || b.p[i] == '/')
			return a.p[i] == '/' ? -1 : 1;
		return (unsigned char)a.p[i] < (unsigned char)b.p[i] ? -1 : 1;
	}
	return (a.n > b.n) - (a.n < b.n);
}

struct str
path_base(struct str name)
{
	size_t slash = path_find_last(name, '/');

	return slash == SIZE_MAX ? name : str_tail(name, slash + 1);
}

struct str
path_dir(struct str name)
{
	size_t slash = path_find_last(name, '/');

	return slash == SIZE_MAX ? STR_NONE : str_head(name, slash);
}

struct str
path_ext(struct str name)
{
	struct str base = path_base(name);
	size_t dot = path_find_last(base, '.');

	/* ".profile" is a hidden file, not one with an extension. */
	return dot == SIZE_MAX || dot == 0 ? STR_NONE : str_tail(base, dot + 1);
}
