/* SPDX-License-Identifier: Apache-2.0 */
#include "base/base64.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "tests/tap/tap.h"

struct pair {
	struct str bytes, text;
};

#define S(lit) STR_INIT(lit)
static const struct pair pairs[] = {
	/* RFC 4648, section 10 */
	{ S(""), S("") },
	{ S("f"), S("Zg==") },
	{ S("fo"), S("Zm8=") },
	{ S("foo"), S("Zm9v") },
	{ S("foob"), S("Zm9vYg==") },
	{ S("fooba"), S("Zm9vYmE=") },
	{ S("foobar"), S("Zm9vYmFy") },
	{ S("\xfb\xff\xfe\x00"), S("+//+AA==") },
};

static void
test_pairs(void)
{
	struct buf b;

	buf_init(&b, 100);
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		const struct pair *p = &pairs[i];

		buf_clear(&b);
		is_int(base64_encode(&b, p->bytes), 0, "encode");
		is_bytes(b.p, b.n, p->text.p, p->text.n, "the text");
		is_int(b.n, base64_size(p->bytes.n), "of the expected size");
		buf_clear(&b);
		is_int(base64_decode(&b, p->text, BASE64_STD), 0, "decode");
		is_bytes(b.p, b.n, p->bytes.p, p->bytes.n, "the bytes");
	}
	buf_clear(&b);
	is_int(base64_decode(&b, STR("-__-AA"), BASE64_URL), 0, "URL kind");
	is_bytes(b.p, b.n, "\xfb\xff\xfe\x00", 4, "without padding");
	buf_clear(&b);
	is_int(base64_decode(&b, STR("-__-AA=="), BASE64_URL), 0, "URL kind");
	is_bytes(b.p, b.n, "\xfb\xff\xfe\x00", 4, "with padding");
	buf_release(&b);
}

static const struct str wrong_std[] = {
	S("Z"),     S("Zg"),   S("Zg="),    S("Zm9"),     S("Zm9v="),
	S("Zg==="), S("===="), S("="),      S("=="),      S("Zh=="),
	S("Zm9="),  S("Z g="), S("Zm9v\n"), S("-__-"),    S("Zg==Zg=="),
	S("Zm9*"),  S("A==="), S("Zm9\0"),  S("Zm9\x80"),
};

static const struct str wrong_url[] = {
	S("Z"), S("+//+"), S("Zg="), S("Zh"), S("Zm9vY"),
};

static void
test_wrong(void)
{
	bool good = true;
	struct buf b;

	buf_init(&b, 100);
	is_int(buf_append(&b, "kept", 4), 0, "something before");
	for (size_t i = 0; i < ARRAY_LEN(wrong_std); i++)
		is_int(base64_decode(&b, wrong_std[i], BASE64_STD), ERR_SYNTAX,
		       "refused");
	for (size_t i = 0; i < ARRAY_LEN(wrong_url); i++)
		good &= base64_decode(&b, wrong_url[i], BASE64_URL) ==
		        ERR_SYNTAX;
	ok(good, "refused in the URL kind");
	is_bytes(b.p, b.n, "kept", 4, "and nothing is left of it");
	buf_release(&b);
	buf_init(&b, 7);
	is_int(base64_encode(&b, STR("foob")), ERR_BUDGET, "no room");
	is_int(base64_decode(&b, STR("Zm9vYmFyZm9v"), BASE64_STD), ERR_BUDGET,
	       "none for bytes either");
	is_int(base64_encode(&b, str_make("", SIZE_MAX)), ERR_BUDGET, "absurd");
	mem_fail_at(1, true);
	is_int(base64_encode(&b, STR("foo")), ERR_NOMEM, "no memory");
	mem_fail_at(-1, false);
	is_int(b.n, 0, "nothing was written");
	buf_release(&b);
}

/* Every way to cut 20 bytes into three parts. */
static void
test_parts(void)
{
	static const char bytes[] = "\x00\x10\x83\x10\x51\x87\x20\x92\x8b\x30"
				    "\xd3\x8f\x41\x14\x93\x51\x55\x97\x61\x96";
	bool good = true;
	struct buf whole;

	buf_init(&whole, 100);
	is_int(base64_encode(&whole, str_make(bytes, 20)), 0, "in one");
	for (size_t i = 0; i <= 20; i++) {
		for (size_t k = i; k <= 20; k++) {
			struct base64_enc e;
			char out[64];
			size_t n;

			base64_enc_init(&e);
			n = base64_enc_part(&e, str_make(bytes, i), out);
			n += base64_enc_part(&e, str_make(bytes + i, k - i),
			                     out + n);
			n += base64_enc_part(&e, str_make(bytes + k, 20 - k),
			                     out + n);
			n += base64_enc_end(&e, out + n);
			good &= str_eq(str_make(out, n), buf_str(&whole));
			good &= base64_enc_end(&e, out) == 0;
		}
	}
	ok(good, "in parts of any size, the same");
	buf_release(&whole);
}

int
main(void)
{
	test_pairs();
	test_wrong();
	test_parts();
	return tap_done();
}
