/* SPDX-License-Identifier: Apache-2.0 */
/* The vectors are those of FIPS 180-2, appendix B, and of the empty message. */
#include "base/sha256.h"

#include "base/err.h"
#include "tests/tap/tap.h"

static const char *const digests[] = {
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
	"cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
};

static void
test_one_shot(void)
{
	static const struct str messages[] = {
		STR_INIT(""),
		STR_INIT("abc"),
		STR_INIT("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnop"
		         "nopq"),
	};
	uint8_t d[SHA256_SIZE];
	char hex[SHA256_HEX_MAX];

	for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
		is_int(sha256_of(messages[i], d), 0, "digest");
		is_int(sha256_hex(d, hex).n, 64, "as 64 digits");
		is_str(hex, digests[i], "the right ones");
	}
	is_int(sha256_of(STR_NONE, d), 0, "nothing may be NULL");
}

static void
test_streaming(void)
{
	struct sha256 s = SHA256_INIT;
	uint8_t d[SHA256_SIZE];
	char hex[SHA256_HEX_MAX];
	char block[1000];
	bool good = true;

	memset(block, 'a', sizeof(block));
	is_int(sha256_init(&s), 0, "begin");
	for (int i = 0; i < 1000; i++)
		good &= sha256_update(&s, block, sizeof(block)) == 0;
	ok(good, "a million times a");
	is_int(sha256_final(&s, d), 0, "end");
	(void)sha256_hex(d, hex);
	is_str(hex, digests[3], "the right digest");
	is_int(sha256_init(&s), 0, "begin another");
	is_int(sha256_update(&s, "ab", 2), 0, "in");
	is_int(sha256_update(&s, "c", 1), 0, "parts");
	is_int(sha256_final(&s, d), 0, "end");
	(void)sha256_hex(d, hex);
	is_str(hex, digests[1], "the right digest");
	sha256_release(&s);
	sha256_release(&s);
}

static void
test_parse(void)
{
	static const uint8_t zero[SHA256_SIZE] = { 0 };
	uint8_t d[SHA256_SIZE] = { 0 };
	char hex[80];

	(void)snprintf(hex, sizeof(hex), "%s0", digests[0]);
	is_int(sha256_parse(str_make(hex, 65), d), ERR_SYNTAX, "65 digits");
	is_int(sha256_parse(str_make(hex, 63), d), ERR_SYNTAX, "63 digits");
	is_int(sha256_parse(STR_NONE, d), ERR_SYNTAX, "no digits");
	hex[63] = 'g';
	is_int(sha256_parse(str_make(hex, 64), d), ERR_SYNTAX, "no digit");
	hex[63] = ' ';
	is_int(sha256_parse(str_make(hex, 64), d), ERR_SYNTAX, "a space");
	is_bytes(d, sizeof(d), zero, sizeof(zero), "nothing was written");
	is_int(sha256_parse(str_from_c(digests[0]), d), 0, "64 digits");
	(void)sha256_hex(d, hex);
	is_str(hex, digests[0], "and back");
	for (size_t i = 0; i < 64; i++) {
		if (hex[i] >= 'a')
			hex[i] = (char)(hex[i] - 'a' + 'A');
	}
	is_int(sha256_parse(str_make(hex, 64), d), 0, "in capitals");
}

int
main(void)
{
	test_one_shot();
	test_streaming();
	test_parse();
	return tap_done();
}
