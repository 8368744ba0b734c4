/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/mktar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define BLOCK 512u

void
mktar_free(struct mktar *t)
{
	free(t->p);
	*t = (struct mktar){ NULL, 0, 0 };
}

static uint8_t *
grow(struct mktar *t, size_t n)
{
	if (t->cap - t->n < n) {
		t->cap = (t->n + n) * 2 + 4096;
		t->p = realloc(t->p, t->cap);
		if (t->p == NULL)
			abort();
	}
	t->n += n;
	return t->p + t->n - n;
}

void
mktar_raw(struct mktar *t, const void *p, size_t n)
{
	if (n > 0)
		memcpy(grow(t, n), p, n);
}

void
mktar_zeros(struct mktar *t, size_t n)
{
	if (n > 0)
		memset(grow(t, n), 0, n);
}

static void
copy_field(uint8_t *field, size_t size, const char *text)
{
	size_t n = strlen(text);

	memcpy(field, text, n < size ? n : size);
}

/* POSIX ustar; sizes beyond eight digits in the binary form. */
static void
put_header(struct mktar *t, const struct mktar_entry *e)
{
	uint64_t size = e->claim != 0 ? e->claim : e->n;
	unsigned sum = 0;
	uint8_t h[BLOCK];

	memset(h, 0, sizeof(h));
	copy_field(h, 100, e->name);
	copy_field(h + 100, 8, "0000644");
	copy_field(h + 108, 8, "0000000");
	copy_field(h + 116, 8, "0000000");
	if (size < (UINT64_C(1) << 33)) {
		snprintf((char *)h + 124, 12, "%011llo",
		         (unsigned long long)size);
	} else {
		h[124] = 0x80;
		for (unsigned i = 0; i < 8; i++)
			h[135 - i] = (uint8_t)(size >> (8 * i));
	}
	copy_field(h + 136, 12, "14366100000");
	memset(h + 148, ' ', 8);
	h[156] = (uint8_t)(e->type != 0 ? e->type : '0');
	if (e->link != NULL)
		copy_field(h + 157, 100, e->link);
	memcpy(h + 257, "ustar\00000", 8);
	for (size_t i = 0; i < sizeof(h); i++)
		sum += h[i];
	snprintf((char *)h + 148, 8, "%06o", sum + (e->bad_sum ? 1 : 0));
	mktar_raw(t, h, sizeof(h));
}

/* "30 path=..." with a newline: the length counts itself. */
static void
put_record(struct mktar *t, const char *text)
{
	size_t rest = strlen(text) + 2;
	size_t total = rest + 1;
	char *p;

	while (total != rest + (size_t)snprintf(NULL, 0, "%zu", total))
		total++;
	p = (char *)grow(t, total + 1);
	snprintf(p, total + 1, "%zu %s\n", total, text);
	t->n--;
}

void
mktar_pax(struct mktar *t, const char *const *records)
{
	struct mktar body = { NULL, 0, 0 };
	struct mktar_entry e = { .name = "pax", .type = 'x' };

	for (; *records != NULL; records++)
		put_record(&body, *records);
	e.data = body.p;
	e.n = body.n;
	mktar_entry(t, &e);
	mktar_free(&body);
}

static void
put_long_name(struct mktar *t, const char *name)
{
	size_t n = strlen(name) + sizeof("path=");
	char *record = malloc(n);

	if (record == NULL)
		abort();
	snprintf(record, n, "path=%s", name);
	mktar_pax(t, (const char *const[]){ record, NULL });
	free(record);
}

void
mktar_entry(struct mktar *t, const struct mktar_entry *e)
{
	if (strlen(e->name) > 100)
		put_long_name(t, e->name);
	put_header(t, e);
	mktar_raw(t, e->data, e->n);
	mktar_zeros(t, (BLOCK - e->n % BLOCK) % BLOCK);
}

void
mktar_file(struct mktar *t, const char *name, const void *data, size_t n)
{
	struct mktar_entry e = { .name = name, .data = data, .n = n };

	mktar_entry(t, &e);
}

void
mktar_capture_bytes(uint8_t *p, size_t n)
{
	static const uint8_t magic[4] = { 0xd4, 0xc3, 0xb2, 0xa1 };
	uint32_t x = 1;

	for (size_t i = 0; i < n; i++) {
		x = x * 1664525 + 1013904223;
		p[i] = (uint8_t)(x >> 24);
	}
	memcpy(p, magic, n < 4 ? n : 4);
}

void
mktar_capture(struct mktar *t, const char *name, size_t n)
{
	uint8_t *p = malloc(n + 1);

	if (p == NULL)
		abort();
	mktar_capture_bytes(p, n);
	mktar_file(t, name, p, n);
	free(p);
}

void
mktar_end(struct mktar *t)
{
	mktar_zeros(t, 2 * BLOCK);
}

void
mktar_gzip(struct mktar *t)
{
	struct mktar out = { NULL, 0, 0 };
	z_stream z;
	size_t room;

	memset(&z, 0, sizeof(z));
	if (deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) !=
	    Z_OK)
		abort();
	room = deflateBound(&z, t->n);
	z.next_in = t->p;
	z.avail_in = (uInt)t->n;
	z.next_out = grow(&out, room);
	z.avail_out = (uInt)room;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	out.n = z.total_out;
	deflateEnd(&z);
	mktar_free(t);
	*t = out;
}

void
mktar_save(const struct mktar *t, const char *path)
{
	FILE *f = fopen(path, "wb");

	if (f == NULL || fwrite(t->p, 1, t->n, f) != t->n || fclose(f) != 0)
		abort();
}
