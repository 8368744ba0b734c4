/* SPDX-License-Identifier: Apache-2.0 */
#include "base/outlet.h"

#include <string.h>

#include "base/err.h"

void
outlet_init(struct outlet *o, int (*write)(void *ctx, const char *p, size_t n),
            void *ctx, const atomic_bool *cancel)
{
	o->write = write;
	o->ctx = ctx;
	o->cancel = cancel;
	o->error = 0;
	o->bytes = 0;
	o->n = 0;
}

void
outlet_fail(struct outlet *o, int code)
{
	if (o->error == 0)
		o->error = code;
}

static void
pass(struct outlet *o, const char *p, size_t n)
{
	int rc;

	if (o->cancel != NULL && atomic_load(o->cancel)) {
		outlet_fail(o, ERR_CANCELLED);
		return;
	}
	rc = o->write(o->ctx, p, n);
	if (rc != 0)
		outlet_fail(o, rc);
}

int
outlet_flush(struct outlet *o)
{
	if (o->error == 0 && o->n > 0)
		pass(o, o->block, o->n);
	o->n = 0;
	return o->error;
}

void
outlet_put(struct outlet *o, const void *p, size_t n)
{
	if (o->error != 0 || n == 0)
		return;
	o->bytes += n;
	if (n > sizeof(o->block) - o->n) {
		if (outlet_flush(o) != 0)
			return;
		if (n > sizeof(o->block)) {
			pass(o, p, n);
			return;
		}
	}
	memcpy(o->block + o->n, p, n);
	o->n += n;
}

void
outlet_put_str(struct outlet *o, struct str s)
{
	outlet_put(o, s.p, s.n);
}

void
outlet_put_u16(struct outlet *o, uint16_t v)
{
	const uint8_t b[] = { (uint8_t)v, (uint8_t)(v >> 8) };

	outlet_put(o, b, sizeof(b));
}

void
outlet_put_u32(struct outlet *o, uint32_t v)
{
	const uint8_t b[] = { (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16),
		              (uint8_t)(v >> 24) };

	outlet_put(o, b, sizeof(b));
}

int
outlet_write(void *ctx, const char *p, size_t n)
{
	struct outlet *o = ctx;

	outlet_put(o, p, n);
	return o->error;
}
