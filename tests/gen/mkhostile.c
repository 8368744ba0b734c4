/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mkhostile KIND FILE: an archive that means no good. Around whatever is wrong
 * with it lie two honest captures of one packet each, before.pcap and
 * after.pcap, so that a test can tell whether the rest was still read.
 * `mkhostile list` prints the kinds, one a line, with the member that is to be
 * refused ("-" when it is not about one member).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/mktar.h"

#define MIB (1024u * 1024u)

/* A pcap file with an ARP request in it. */
static void
honest(struct mktar *t, const char *name)
{
	static const uint8_t header[24] = { 0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4,
		                            0,    0,    0,    0,    0, 0, 0,
		                            0,    0,    0,    0,    4, 0, 1 };
	static const uint8_t record[16] = { 0x80, 0x3c, 0xd6, 0x63, 1, 0, 0,
		                            0,    42,   0,    0,    0, 42 };
	static const uint8_t frame[42] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		                           2,    0,    0,    0,    0,    1,
		                           8,    6,    0,    1,    8,    0,
		                           6,    4,    0,    1,    2 };
	uint8_t file[sizeof(header) + sizeof(record) + sizeof(frame)];

	memcpy(file, header, sizeof(header));
	memcpy(file + sizeof(header), record, sizeof(record));
	memcpy(file + sizeof(header) + sizeof(record), frame, sizeof(frame));
	mktar_file(t, name, file, sizeof(file));
}

static void
put_absolute(struct mktar *t)
{
	honest(t, "/tmp/absolute.pcap");
}

static void
put_up(struct mktar *t)
{
	honest(t, "node/../../up.pcap");
}

static void
put_control(struct mktar *t)
{
	honest(t, "esc\x1b[2Jape.pcap");
}

static void
put_symlink(struct mktar *t)
{
	mktar_entry(t, &(struct mktar_entry){ .name = "symlink.pcap",
	                                      .type = '2',
	                                      .link = "/etc/passwd" });
}

static void
put_hardlink(struct mktar *t)
{
	mktar_entry(t, &(struct mktar_entry){ .name = "hardlink.pcap",
	                                      .type = '1',
	                                      .link = "before.pcap" });
}

static void
put_device(struct mktar *t)
{
	mktar_entry(
	    t, &(struct mktar_entry){ .name = "device.pcap", .type = '3' });
}

static void
put_pipe(struct mktar *t)
{
	mktar_entry(t,
	            &(struct mktar_entry){ .name = "pipe.pcap", .type = '6' });
}

static void
put_duplicate(struct mktar *t)
{
	honest(t, "./before.pcap");
}

static void
put_file_as_folder(struct mktar *t)
{
	honest(t, "before.pcap/below.pcap");
}

static void
put_sparse(struct mktar *t)
{
	static const uint8_t data[1024] = { 0xd4, 0xc3, 0xb2, 0xa1 };

	mktar_pax(t, (const char *const[]){ "GNU.sparse.major=0",
	                                    "GNU.sparse.minor=1",
	                                    "GNU.sparse.name=sparse.pcap",
	                                    "GNU.sparse.map=0,512,1048576,512",
	                                    "GNU.sparse.size=1049088", NULL });
	mktar_file(t, "s/sparse.pcap", data, sizeof(data));
}

/* A capture header, then 192 MiB of zeros. */
static void
put_bomb(struct mktar *t)
{
	size_t n = 192u * MIB;
	uint8_t *zeros = calloc(1, n);

	if (zeros == NULL)
		abort();
	mktar_file(t, "bomb.bin", zeros, n);
	free(zeros);
}

static void
put_header(struct mktar *t)
{
	mktar_entry(
	    t, &(struct mktar_entry){ .name = "damaged.pcap", .bad_sum = 1 });
}

static const struct kind {
	const char *name;
	const char *refused; /* as a note spells it */
	void (*put)(struct mktar *t);
} kinds[] = {
	{ "absolute", "/tmp/absolute.pcap", put_absolute },
	{ "up", "node/../../up.pcap", put_up },
	{ "control", "esc\\x1b[2Jape.pcap", put_control },
	{ "symlink", "symlink.pcap", put_symlink },
	{ "hardlink", "hardlink.pcap", put_hardlink },
	{ "device", "device.pcap", put_device },
	{ "pipe", "pipe.pcap", put_pipe },
	{ "duplicate", "before.pcap", put_duplicate },
	{ "file-as-folder", "before.pcap/below.pcap", put_file_as_folder },
	{ "sparse", "sparse.pcap", put_sparse },
	{ "bomb", "bomb.bin", put_bomb },
	{ "header", "-", put_header },
};

int
main(int argc, char **argv)
{
	struct mktar t = { NULL, 0, 0 };
	size_t count = sizeof(kinds) / sizeof(kinds[0]);

	if (argc == 2 && strcmp(argv[1], "list") == 0) {
		for (size_t i = 0; i < count; i++)
			printf("%s %s\n", kinds[i].name, kinds[i].refused);
		return 0;
	}
	for (size_t i = 0; argc == 3 && i < count; i++) {
		if (strcmp(argv[1], kinds[i].name) != 0)
			continue;
		honest(&t, "before.pcap");
		kinds[i].put(&t);
		honest(&t, "after.pcap");
		mktar_end(&t);
		mktar_gzip(&t);
		mktar_save(&t, argv[2]);
		mktar_free(&t);
		return 0;
	}
	fprintf(stderr, "usage: mkhostile list | mkhostile KIND FILE\n");
	return 2;
}
