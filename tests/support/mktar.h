/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mktar: archives for tests, made byte by byte.
 *
 * A library that writes archives will not write the wrong ones; this does. A
 * test ends when there is no memory, so nothing here fails.
 */
#ifndef TESTS_SUPPORT_MKTAR_H
#define TESTS_SUPPORT_MKTAR_H

#include <stddef.h>
#include <stdint.h>

struct mktar {
	uint8_t *p;
	size_t n;
	size_t cap;
};

/* One header and what follows it. Zeros and NULLs give a plain file. */
struct mktar_entry {
	const char *name; /* longer than 100 bytes: a pax header before it */
	char type;        /* '0' file, '1' hard link, '2' link, '5' folder.. */
	const char *link;
	const void *data;
	size_t n;
	uint64_t claim; /* size in the header when not n */
	int bad_sum;    /* a wrong header checksum */
};

void mktar_free(struct mktar *t);
void mktar_raw(struct mktar *t, const void *p, size_t n);
void mktar_zeros(struct mktar *t, size_t n);

void mktar_entry(struct mktar *t, const struct mktar_entry *e);
void mktar_file(struct mktar *t, const char *name, const void *data, size_t n);
/* A file of n bytes that start like a capture and go on with noise. */
void mktar_capture(struct mktar *t, const char *name, size_t n);
/* A pax header for the entry that follows: "key=value" texts up to a NULL. */
void mktar_pax(struct mktar *t, const char *const *records);
/* The two empty blocks. */
void mktar_end(struct mktar *t);

/* Replace the contents by a gzip member of them. */
void mktar_gzip(struct mktar *t);
/* Write them to a file. */
void mktar_save(const struct mktar *t, const char *path);

/* The n bytes of mktar_capture(); p has room for them. */
void mktar_capture_bytes(uint8_t *p, size_t n);

#endif /* TESTS_SUPPORT_MKTAR_H */
