/* SPDX-License-Identifier: Apache-2.0 */
/* HPACK: the examples of RFC 7541, limits, and what is not known. */
#include "analyzer/proto/http2/hpack.h"
#include "analyzer/proto/http2/hpack_huffman.h"
#include "base/err.h"
#include "base/mem.h"
#include "tests/tap/tap.h"

/* A decoder, its memory, and what it has read, as text. */
struct reader {
	struct hpack h;
	void *p[HPACK_SLOTS];
	size_t n[HPACK_SLOTS];
	size_t budget;
	char text[4096];
};

static void *
grow(void *ctx, enum hpack_slot slot, size_t n)
{
	struct reader *r = ctx;
	void *p = n <= r->budget ? mem_realloc(r->p[slot], n) : NULL;

	if (p == NULL)
		return NULL;
	r->p[slot] = p;
	r->n[slot] = n;
	return p;
}

static void
reader_init(struct reader *r, size_t limit)
{
	*r = (struct reader){ .h = { .limit = limit }, .budget = SIZE_MAX };
}

static void
reader_release(struct reader *r)
{
	for (int i = 0; i < HPACK_SLOTS; i++)
		mem_free(r->p[i]);
}

static void
add(struct reader *r, struct str s)
{
	size_t n = strlen(r->text);

	(void)snprintf(r->text + n, sizeof(r->text) - n, STR_FMT, STR_ARG(s));
}

/* Read a block that is given in hexadecimal; "name=value;" for each field. */
static int
read_hex(struct reader *r, const char *hex)
{
	struct hpack_memory m = { grow, r };
	uint8_t bytes[2048];
	struct hpack_field f;
	struct cursor c;
	size_t n = 0;
	int rc;

	r->text[0] = '\0';
	for (; hex[0] != '\0' && hex[1] != '\0'; hex += 2)
		bytes[n++] = (uint8_t)(cur_digit((uint8_t)hex[0]) << 4 |
		                       cur_digit((uint8_t)hex[1]));
	c = cur_make(bytes, n, false);
	while ((rc = hpack_next(&r->h, &m, &c, &f)) == 1) {
		add(r, f.name_unknown ? STR("?") : f.name);
		add(r, STR("="));
		add(r, f.value_unknown ? STR("?") : f.value);
		add(r, f.cut ? STR("...;") : STR(";"));
	}
	return rc;
}

/* RFC 7541, C.3 and C.4: three requests, plain and coded. */
static void
test_requests(void)
{
	static const char *const blocks[2][3] = {
		{ "828684410f7777772e6578616d706c652e636f6d",
		  "828684be58086e6f2d6361636865",
		  "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c756"
		  "5" },
		{ "828684418cf1e3c2e5f23a6ba0ab90f4ff",
		  "828684be5886a8eb10649cbf",
		  "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf" },
	};
	static const char *const want[3] = {
		":method=GET;:scheme=http;:path=/;:authority=www.example.com;",
		":method=GET;:scheme=http;:path=/;:authority=www.example.com;"
		"cache-control=no-cache;",
		":method=GET;:scheme=https;:path=/index.html;"
		":authority=www.example.com;custom-key=custom-value;",
	};

	for (int coded = 0; coded < 2; coded++) {
		struct reader r;

		reader_init(&r, 4096);
		for (int i = 0; i < 3; i++) {
			is_int(read_hex(&r, blocks[coded][i]), 0, "a block");
			is_str(r.text, want[i], "  says what it has to");
		}
		reader_release(&r);
	}
}

/* RFC 7541, C.5: a table of 256 bytes, from which entries are evicted. */
static void
test_eviction(void)
{
	struct reader r;

	reader_init(&r, 4096);
	is_int(read_hex(&r,
	                "3fe10148033330325807707269766174656"
	                "11d4d6f6e2c203231204f637420323031332032303a31333a3231"
	                "20474d546e1768747470733a2f2f7777772e6578616d706c652e63"
	                "6f6d"),
	       0, "the first response");
	is_int(read_hex(&r, "4803333037c1c0bf"), 0, "the second one");
	is_str(r.text,
	       ":status=307;cache-control=private;"
	       "date=Mon, 21 Oct 2013 20:13:21 GMT;"
	       "location=https://www.example.com;",
	       "has put the first status out of the table");
	is_int(read_hex(&r, "c1"), 0, "which has four entries");
	is_int(read_hex(&r, "c2"), ERR_MALFORMED, "and not five");
	is_int(read_hex(&r, "be"), 0, "Behind an error nothing is known");
	is_str(r.text, "?=?;", "  and that is said");
	reader_release(&r);
}

static void
test_lost(void)
{
	struct reader r;

	reader_init(&r, 4096);
	hpack_lose(&r.h);
	is_int(read_hex(&r, "82be40016101627f000163bebf c0"), 0,
	       "a block from the middle");
	is_str(r.text, ":method=GET;?=?;a=b;?=c;?=c;a=b;?=?;",
	       "what is inserted is known from then on");
	is_int(read_hex(&r, "3fe11f"), 0, "a table that is resized");
	is_int(read_hex(&r, "20be"), 0, "and emptied");
	is_str(r.text, "?=?;", "  has nothing that is known");
	reader_release(&r);
}

static void
test_limits(void)
{
	struct reader r;

	reader_init(&r, 64);
	is_int(read_hex(&r, "3fe17f" /* 16,384 and more */
	                    "400161026262"
	                    "400163026464"),
	       0, "a table larger than we keep");
	ok(hpack_is_over(&r.h), "  is told");
	is_int(read_hex(&r, "bebf"), 0, "what is past the limit");
	is_str(r.text, "c=dd;?=?;", "  is unknown, not wrong");
	reader_release(&r);

	reader_init(&r, 8);
	is_int(read_hex(&r, "0001610b30313233343536373839"), ERR_MALFORMED,
	       "a string longer than the block");
	is_int(read_hex(&r, "0001610a30313233343536373839"), 0,
	       "a string longer than the limit");
	is_str(r.text, "a=01234567...;", "  is cut, and says so");
	reader_release(&r);

	reader_init(&r, 4096);
	r.budget = 100;
	is_int(read_hex(&r, "4001610162"), ERR_NOMEM, "no memory");
	r.budget = SIZE_MAX;
	is_int(read_hex(&r, "be"), 0, "  makes the table unknown");
	is_str(r.text, "?=?;", "  and nothing else");
	reader_release(&r);
}

static void
test_malformed(void)
{
	static const struct {
		const char *hex, *what;
	} bad[] = {
		{ "80", "index 0" },
		{ "be", "an index past the table" },
		{ "ffffffffffffffff7f", "an index without end" },
		{ "0001", "a name that is cut" },
		{ "000161", "a value that is missing" },
		{ "00016181ff", "padding of eight bits" },
		{ "0001618100", "padding that is not all ones" },
		{ "00016184ffffffff", "the end symbol" },
	};
	struct reader r;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		reader_init(&r, 4096);
		is_int(read_hex(&r, bad[i].hex), ERR_MALFORMED, bad[i].what);
		reader_release(&r);
	}
}

static void
test_huffman(void)
{
	char out[8];
	size_t n = 0;

	is_int(hpack_huffman(STR("\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4"
	                         "\xff"),
	                     out, sizeof(out), &n),
	       0, "a string longer than the room");
	is_int((intmax_t)n, 15, "has its length told");
	is_bytes(out, sizeof(out), "www.exam", 8, "and its front decoded");
	is_int(hpack_huffman(STR_NONE, out, sizeof(out), &n), 0, "no bytes");
	is_int((intmax_t)n, 0, "are no bytes");
}

int
main(void)
{
	test_requests();
	test_eviction();
	test_lost();
	test_limits();
	test_malformed();
	test_huffman();
	return tap_done();
}
