/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes come out as they were put; the first failure ends it. */
#include "base/outlet.h"

#include "base/err.h"
#include "tests/tap/tap.h"

enum { ROOM = 4 * OUTLET_BLOCK };

struct sink {
	uint8_t bytes[ROOM];
	size_t n, calls;
	size_t fail_at; /* call, from 1; 0: never */
};

static int
take(void *ctx, const char *p, size_t n)
{
	struct sink *s = ctx;

	if (++s->calls == s->fail_at)
		return ERR_NOSPC;
	if (n > ROOM - s->n)
		return ERR_BUDGET;
	memcpy(s->bytes + s->n, p, n);
	s->n += n;
	return 0;
}

static struct outlet out;
static struct sink sink;
static uint8_t noise[ROOM];

static void
begin(size_t fail_at, const atomic_bool *cancel)
{
	memset(&sink, 0, sizeof(sink));
	sink.fail_at = fail_at;
	outlet_init(&out, take, &sink, cancel);
}

static void
test_sizes(void)
{
	static const size_t sizes[] = {
		1, 7, 4096, OUTLET_BLOCK - 1, OUTLET_BLOCK, OUTLET_BLOCK + 1
	};
	size_t put = 0;
	bool same = true;

	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (uint8_t)(i * 7 + i / 251);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		begin(0, NULL);
		for (put = 0; put + sizes[i] <= sizeof(noise); put += sizes[i])
			outlet_put(&out, noise + put, sizes[i]);
		same &= outlet_flush(&out) == 0 && out.bytes == put &&
		        sink.n == put && memcmp(sink.bytes, noise, put) == 0;
	}
	ok(same, "pieces of every size come out in order");
	begin(0, NULL);
	for (int i = 0; i < 1000; i++)
		outlet_put_u16(&out, 0x0201);
	outlet_put_u32(&out, 0x06050403);
	outlet_put_str(&out, STR("x"));
	is_int(sink.calls, 0, "small ones are gathered");
	is_int(outlet_flush(&out), 0, "flush");
	is_int(sink.calls, 1, "and written at once");
	is_bytes(sink.bytes + 1998, 7, "\1\2\3\4\5\6x", 7, "little endian");
}

static void
test_failures(void)
{
	atomic_bool cancel;

	begin(2, NULL);
	for (int i = 0; i < 4; i++)
		outlet_put(&out, noise, OUTLET_BLOCK);
	is_int(out.error, ERR_NOSPC, "the write function's failure sticks");
	is_int(sink.calls, 2, "and nothing is written after it");
	is_int(outlet_flush(&out), ERR_NOSPC, "flush returns it");
	outlet_fail(&out, ERR_IO);
	is_int(out.error, ERR_NOSPC, "the first one counts");
	is_int(outlet_write(&out, "x", 1), ERR_NOSPC, "for writers, too");

	atomic_init(&cancel, false);
	begin(0, &cancel);
	outlet_put(&out, noise, OUTLET_BLOCK);
	is_int(outlet_flush(&out), 0, "not cancelled yet");
	atomic_store(&cancel, true);
	outlet_put(&out, noise, 1);
	is_int(outlet_flush(&out), ERR_CANCELLED, "cancelled");
	is_int(sink.n, OUTLET_BLOCK, "what came later was not written");
}

int
main(void)
{
	test_sizes();
	test_failures();
	return tap_done();
}
