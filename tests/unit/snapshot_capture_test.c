/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What captures are, classic pcap files, and all of the corpora.
 */
#include "snapshot/capture.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "tests/support/mkcap.h"
#include "tests/tap/tap.h"

/* --- pcap ---------------------------------------------------------------- */

static void
pcap_head(struct mkcap *f, uint32_t magic, unsigned minor, uint32_t network)
{
	f->n = 0;
	mkcap_32(f, magic);
	mkcap_16(f, 2);
	mkcap_16(f, minor);
	mkcap_32(f, 0);
	mkcap_32(f, 0);
	mkcap_32(f, 262144);
	mkcap_32(f, network);
}

static void
pcap_record(struct mkcap *f, const uint32_t head[4], size_t extra,
            const char *data)
{
	for (int i = 0; i < 4; i++)
		mkcap_32(f, head[i]);
	for (size_t i = 0; i < extra; i++)
		mkcap_put(f, "\x99", 1);
	mkcap_put(f, data, strlen(data));
}

static void
pcap_form(struct mkcap *f, uint32_t magic, bool big, const char *what)
{
	const uint32_t one[] = { 1675000000, 123456, 5, 5 };
	const uint32_t two[] = { 0xffffffff, 999999, 3, 1500 };
	const uint32_t none[] = { 1675000001, 0, 0, 0 };
	const uint32_t odd[] = { 1675000002, 1, 4, 2 };
	bool nano = magic == 0xa1b23c4d;
	size_t extra = magic == 0xa1b2cd34 ? 8 : 0;
	struct snapshot_limits l = mkcap_limits(0);
	struct mkcap_seen s;
	char text[120];
	size_t clean;

	f->big = big;
	pcap_head(f, magic, 4, 0x04000000 | 113);
	pcap_record(f, one, extra, "hello");
	pcap_record(f, two, extra, "abc");
	pcap_record(f, none, extra, "");
	pcap_record(f, odd, extra, "wxyz");

	(void)snprintf(text, sizeof(text), "%s: every window", what);
	ok(mkcap_windows(f, &l, &s), text);
	(void)snprintf(text, sizeof(text), "%s: four records", what);
	is_int(s.records, 4, text);
	is_int(s.end, 0, "it ends cleanly");
	is_int(s.r[0].ts,
	       1675000000 * INT64_C(1000000000) + (nano ? 123456 : 123456000),
	       "the first time");
	is_int(s.r[1].ts,
	       4294967295 * INT64_C(1000000000) + (nano ? 999999 : 999999000),
	       "seconds are unsigned");
	is_int(s.r[1].no, 2, "records are numbered from 1");
	is_int(s.r[0].off, 24 + 16 + (intmax_t)extra, "first packet's offset");
	is_int(s.r[1].caplen, 3, "captured length");
	is_int(s.r[1].origlen, 1500, "length on the wire");
	is_int(s.r[3].origlen, 4, "the wire had at least what we have");
	is_int(s.r[0].linktype, 113, "bits above the link type are cut off");
	is_int(s.first[0], 'h', "the packet's bytes");
	is_int(s.first[3], 'w', "the last packet's bytes");
	(void)snprintf(text, sizeof(text), "%s: every truncation", what);
	ok(mkcap_truncations(f, &l, &clean), text);
	is_int(clean, 4, "clean ends: behind the header and three records");
	(void)snprintf(text, sizeof(text), "%s: read again", what);
	ok(mkcap_reread(f, &l), text);
}

static void
test_pcap_forms(struct mkcap *f)
{
	pcap_form(f, 0xa1b2c3d4, false, "micro, little");
	pcap_form(f, 0xa1b2c3d4, true, "micro, big");
	pcap_form(f, 0xa1b23c4d, false, "nano, little");
	pcap_form(f, 0xa1b23c4d, true, "nano, big");
	pcap_form(f, 0xa1b2cd34, false, "modified, little");
	pcap_form(f, 0xa1b2cd34, true, "modified, big");
}

static void
test_pcap_old(struct mkcap *f)
{
	const uint32_t swapped[] = { 1, 0, 60, 3 };
	const uint32_t straight[] = { 2, 0, 2, 60 };
	struct snapshot_limits l = mkcap_limits(0);
	struct mkcap_seen s;

	f->big = false;
	pcap_head(f, 0xa1b2c3d4, 3, 1);
	pcap_record(f, swapped, 0, "abc");
	pcap_record(f, straight, 0, "de");
	mkcap_walk_new(f, &l, f->n, &s);
	is_int(s.records, 2, "version 2.3: both orders of the lengths");
	is_int(s.r[0].caplen, 3, "exchanged: captured");
	is_int(s.r[0].origlen, 60, "exchanged: on the wire");
	is_int(s.r[1].caplen, 2, "straight: captured");
	ok(mkcap_reread(f, &l), "version 2.3: read again");
}

static void
test_pcap_oversized(struct mkcap *f)
{
	const uint32_t small[] = { 1, 0, 2, 2 };
	const uint32_t large[] = { 2, 0, 300, 300 };
	struct snapshot_limits l = mkcap_limits(256);
	char bytes[301];
	struct mkcap_seen s;

	memset(bytes, 'L', 300);
	bytes[300] = '\0';
	f->big = false;
	pcap_head(f, 0xa1b2c3d4, 4, 1);
	pcap_record(f, small, 0, "ab");
	pcap_record(f, large, 0, bytes);
	pcap_record(f, small, 0, "cd");
	mkcap_walk_new(f, &l, f->n, &s);
	is_int(s.records, 2, "an oversized record is passed over");
	ok(s.skips > 1, "by CAPTURE_SKIP, in parts");
	is_int(s.r[1].no, 3, "and counted among the records");
	is_int(s.counted, 3, "three records in all");
	is_int(s.first[1], 'c', "the one behind it is right");
	f->n -= 18 + 100;
	mkcap_walk_new(f, &l, f->n, &s);
	is_int(s.end, ERR_TRUNCATED, "the file ends inside it");
	is_str(s.reason,
	       "the file ends 100 bytes before the end of record 2, which is "
	       "over the limit record-bytes",
	       "and says so");
}

static void
test_pcap_broken(struct mkcap *f)
{
	const uint32_t small[] = { 1, 0, 2, 2 };
	static const uint32_t bad[][4] = {
		{ 1, 0, 0x10000001, 0x10000001 }, /* no link has such frames */
		{ 1, 1000000, 1000000, 1000000 }, /* no fraction of a second */
		{ 1, 0, 1000000, 999999 },
	};
	struct snapshot_limits l = mkcap_limits(0);
	struct mkcap_seen s;

	for (size_t i = 0; i < 3; i++) {
		f->big = false;
		pcap_head(f, 0xa1b2c3d4, 4, 1);
		pcap_record(f, small, 0, "ab");
		pcap_record(f, bad[i], 0, "xxxxxxxxxxxxxxxxxxxxxxxxx");
		mkcap_walk_new(f, &l, f->n, &s);
		is_int(s.end, ERR_MALFORMED, "what is no record header");
		is_int(s.records, 1, "what was in front of it is read");
		is_int(s.stopped, 42, "the place is known");
		ok(strstr(s.reason, "at byte 42") != NULL, "and told");
	}
}

static void
test_start(struct mkcap *f)
{
	struct snapshot_limits l = mkcap_limits(0);
	struct mkcap_seen s;

	f->n = 0;
	mkcap_walk_new(f, &l, 100, &s);
	is_int(s.end, ERR_TRUNCATED, "an empty file");
	is_str(s.reason, "the file is empty", "it is called so");
	mkcap_put(f, "\xd4\xc3\xb2", 3);
	mkcap_walk_new(f, &l, 100, &s);
	is_int(s.end, ERR_TRUNCATED, "three bytes");
	f->n = 0;
	mkcap_put(f, "GET / HTTP/1.1\r\n\r\n", 18);
	mkcap_walk_new(f, &l, 100, &s);
	is_int(s.end, ERR_UNSUPPORTED, "something else altogether");
	is_int(s.stopped, 0, "nothing of it is taken");
}

static void
test_sniff(void)
{
	is_int(capture_sniff((const uint8_t *)"\xd4\xc3\xb2\xa1", 4),
	       CAPTURE_PCAP, "sniff little-endian pcap");
	is_int(capture_sniff((const uint8_t *)"\xa1\xb2\xc3\xd4", 4),
	       CAPTURE_PCAP, "sniff big-endian pcap");
	is_int(capture_sniff((const uint8_t *)"\x4d\x3c\xb2\xa1", 4),
	       CAPTURE_PCAP, "sniff nanosecond pcap");
	is_int(capture_sniff((const uint8_t *)"\x34\xcd\xb2\xa1", 4),
	       CAPTURE_PCAP, "sniff modified pcap");
	is_int(capture_sniff((const uint8_t *)"\x0a\x0d\x0d\x0a", 4),
	       CAPTURE_PCAPNG, "sniff pcapng");
	is_int(capture_sniff((const uint8_t *)"\x0a\x0d\x0d", 3),
	       CAPTURE_UNKNOWN, "three bytes are too few");
	is_int(capture_sniff((const uint8_t *)"PK\x03\x04", 4), CAPTURE_UNKNOWN,
	       "a zip is no capture");
	is_int(capture_sniff(NULL, 0), CAPTURE_UNKNOWN, "nor is nothing");
}

/* --- the corpora --------------------------------------------------------- */

static bool
load(const char *path, uint8_t **ret_p, size_t *ret_n)
{
	FILE *fp = fopen(path, "rb");
	uint8_t *p = NULL;
	long n = -1;

	if (fp == NULL)
		return false;
	if (fseek(fp, 0, SEEK_END) == 0)
		n = ftell(fp);
	if (n > 0 && fseek(fp, 0, SEEK_SET) == 0)
		p = malloc((size_t)n);
	if (p != NULL && fread(p, 1, (size_t)n, fp) != (size_t)n) {
		free(p);
		p = NULL;
	}
	(void)fclose(fp);
	*ret_p = p;
	*ret_n = p != NULL ? (size_t)n : 0;
	return p != NULL;
}

static uint64_t
count_records(const uint8_t *p, size_t n, int *ret_end)
{
	struct snapshot_limits l = mkcap_limits(0);
	struct capture *c = capture_new(&l);
	struct cursor in = cur_make(p, n, true);
	struct capture_block b;
	enum capture_step step;
	struct record r;
	uint64_t count;

	do {
		step = capture_next(c, &in, &r, &b);
		if (step == CAPTURE_SKIP) {
			size_t need = capture_need(c);

			if (!cur_skip(&in, need))
				break;
			capture_skipped(c, need);
		}
	} while (step != CAPTURE_BROKEN && step != CAPTURE_MORE);
	*ret_end = capture_end(c, cur_left(&in));
	count = capture_records(c);
	if (*ret_end != 0)
		printf("# ended: %s\n", capture_reason(c));
	capture_free(c);
	return count;
}

/* Tab-separated field `want` (from 0) of a line; modifies the line. */
static char *
field(char *line, int want)
{
	for (int i = 0; i < want && line != NULL; i++) {
		line = strchr(line, '\t');
		if (line != NULL)
			line++;
	}
	if (line != NULL)
		line[strcspn(line, "\t\n")] = '\0';
	return line;
}

/*
 * Files for which the catalogue counts a packet that cannot be had; capinfos
 * agrees with the counts here.
 */
static const struct {
	const char *name;
	uint64_t records;
	const char *why;
} known[] = {
	{ "eth_cut_midpacket.pcap", 86, "the last record is cut" },
	{ "crash-81dba690a3f67ee41a41390a625db732fa1413a1", 11,
	  "the last record is cut" },
	{ "crash-pcapng-epb-unbounded-length", 0,
	  "the packet is larger than its block" },
	{ "pcapng-invalid-vers-1.pcapng", 0, "a section of version 0.1" },
};

static uint64_t
expected_records(const char *path, const char *catalogued)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strstr(path, known[i].name) != NULL) {
			printf("# %s: %s\n", known[i].name, known[i].why);
			return known[i].records;
		}
	}
	return strtoull(catalogued, NULL, 10);
}

/* One line of the catalogue: as many records as it says. */
static bool
check_line(const char *dir, const char *line)
{
	char part[6][512], path[2048];
	uint8_t *p;
	size_t n;
	int end;
	uint64_t got;
	bool good;

	for (int i = 0; i < 6; i++) {
		char *copy = strdup(line);
		char *s = copy != NULL ? field(copy, i) : NULL;

		(void)snprintf(part[i], sizeof(part[i]), "%s", s ? s : "");
		free(copy);
	}
	if (strncmp(part[4], "pcap", 4) != 0 || strstr(part[4], "gz") != NULL)
		return true;
	(void)snprintf(path, sizeof(path), "%s/%s/%s", dir, part[0], part[1]);
	if (!load(path, &p, &n))
		return true;
	got = count_records(p, n, &end);
	good = got == expected_records(path, part[5]);
	if (!good)
		printf("# %s: %llu records, the catalogue has %s\n", path,
		       (unsigned long long)got, part[5]);
	free(p);
	return good;
}

static void
test_corpora(void)
{
	char dir[1024], path[1100];
	static char line[16384];
	size_t lines = 0, bad = 0;
	FILE *fp;

	(void)snprintf(dir, sizeof(dir), "%s/corpora", tap_shared());
	(void)snprintf(path, sizeof(path), "%s/catalogue.tsv", dir);
	fp = fopen(path, "r");
	if (fp == NULL) {
		tap_skip("no corpora beside the repository");
		return;
	}
	while (fgets(line, sizeof(line), fp) != NULL) {
		if (lines++ > 0)
			bad += !check_line(dir, line);
	}
	(void)fclose(fp);
	is_int(bad, 0, "the corpora have as many records as catalogued");
}

int
main(void)
{
	struct mkcap *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return 1;
	test_sniff();
	test_start(f);
	test_pcap_forms(f);
	test_pcap_old(f);
	test_pcap_oversized(f);
	test_pcap_broken(f);
	test_corpora();
	free(f);
	return tap_done();
}
