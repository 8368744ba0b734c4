/* SPDX-License-Identifier: Apache-2.0 */
/*
 * embed FOLDER: the files below it as a C source on standard output, for
 * analyzer/api/assets.h: each as it is, and compressed with gzip and brotli
 * where that makes it smaller. The build runs it. Same files, same output.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <brotli/encode.h>
#include <zlib.h>

enum { FILES_MAX = 4096, PATH_BYTES = 1024, LINE = 20 };

/* With less, the fields of the head weigh more than what is saved. */
#define PACK_MIN ((size_t)256)

static char *files[FILES_MAX];
static size_t nfiles;

static void
die(const char *what, const char *path)
{
	fprintf(stderr, "embed: %s: %s: %s\n", path, what, strerror(errno));
	exit(1);
}

static void *
need(void *p)
{
	if (p == NULL)
		die("no memory", "-");
	return p;
}

/* Paths below the folder, with a slash in front. */
static void
walk(const char *root, const char *below)
{
	char path[PATH_BYTES];
	struct dirent *d;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "%s%s", root, below);
	dir = opendir(path);
	if (dir == NULL)
		die("cannot be listed", path);
	while ((d = readdir(dir)) != NULL) {
		char full[2 * PATH_BYTES], name[PATH_BYTES];
		struct stat st;

		if (d->d_name[0] == '.')
			continue;
		(void)snprintf(name, sizeof(name), "%s/%s", below, d->d_name);
		(void)snprintf(full, sizeof(full), "%s%s", root, name);
		if (stat(full, &st) != 0)
			die("cannot be read", full);
		if (S_ISDIR(st.st_mode))
			walk(root, name);
		else if (nfiles < FILES_MAX)
			files[nfiles++] = need(strdup(name));
	}
	(void)closedir(dir);
}

static int
compare(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static unsigned char *
slurp(const char *path, size_t *ret_n)
{
	FILE *f = fopen(path, "rb");
	struct stat st;
	unsigned char *p;

	if (f == NULL || fstat(fileno(f), &st) != 0)
		die("cannot be read", path);
	p = need(malloc((size_t)st.st_size + 1));
	*ret_n = fread(p, 1, (size_t)st.st_size, f);
	(void)fclose(f);
	return p;
}

static void
put_bytes(const char *kind, size_t i, const unsigned char *p, size_t n)
{
	printf("static const unsigned char %s_%zu[] = {", kind, i);
	for (size_t k = 0; k < n; k++)
		printf("%s%u,", k % LINE == 0 ? "\n" : "", p[k]);
	printf("%s};\n", n == 0 ? "0" : "");
}

static size_t
put_gzip(size_t i, unsigned char *p, size_t n)
{
	size_t room = n + 64;
	unsigned char *out = need(malloc(room));
	z_stream z;
	size_t packed = 0;

	memset(&z, 0, sizeof(z));
	if (deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) !=
	    Z_OK)
		exit(1);
	z.next_in = p;
	z.avail_in = (uInt)n;
	z.next_out = out;
	z.avail_out = (uInt)room;
	if (deflate(&z, Z_FINISH) == Z_STREAM_END && z.total_out < n)
		packed = z.total_out;
	(void)deflateEnd(&z);
	if (n < PACK_MIN)
		packed = 0;
	put_bytes("gzip", i, out, packed);
	free(out);
	return packed;
}

static size_t
put_brotli(size_t i, const unsigned char *p, size_t n)
{
	size_t packed = n;
	unsigned char *out = need(malloc(n + 1));

	if (n < PACK_MIN ||
	    !BrotliEncoderCompress(BROTLI_MAX_QUALITY, BROTLI_DEFAULT_WINDOW,
	                           BROTLI_MODE_TEXT, n, p, &packed, out))
		packed = 0;
	put_bytes("brotli", i, out, packed);
	free(out);
	return packed;
}

/* FNV-1a: tells versions of one file apart, no more. */
static uint64_t
digest(const unsigned char *p, size_t n)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * UINT64_C(1099511628211);
	return h;
}

int
main(int argc, char **argv)
{
	char rows[FILES_MAX][192];

	if (argc != 2) {
		fprintf(stderr, "usage: embed FOLDER\n");
		return 2;
	}
	walk(argv[1], "");
	qsort(files, nfiles, sizeof(files[0]), compare);
	printf("/* Made by mk/embed.c; do not edit. */\n"
	       "#include \"analyzer/api/assets.h\"\n");
	for (size_t i = 0; i < nfiles; i++) {
		char path[2 * PATH_BYTES];
		size_t n, gz, br;
		unsigned char *p;

		(void)snprintf(path, sizeof(path), "%s%s", argv[1], files[i]);
		p = slurp(path, &n);
		put_bytes("plain", i, p, n);
		gz = put_gzip(i, p, n);
		br = put_brotli(i, p, n);
		(void)snprintf(rows[i], sizeof(rows[i]),
		               "\"\\\"%016llx\\\"\","
		               "{(const char *)plain_%zu,%zu},"
		               "{(const char *)gzip_%zu,%zu},"
		               "{(const char *)brotli_%zu,%zu}},\n",
		               (unsigned long long)digest(p, n), i, n, i, gz, i,
		               br);
		free(p);
	}
	printf("const struct asset assets_table[] = {\n");
	for (size_t i = 0; i < nfiles; i++)
		printf("{ \"%s\", %s", files[i], rows[i]);
	printf("};\nconst size_t assets_count = %zu;\n", nfiles);
	return ferror(stdout) != 0 || fflush(stdout) != 0;
}
