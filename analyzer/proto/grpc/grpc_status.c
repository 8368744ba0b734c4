/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/grpc/grpc_status.h"

#include "analyzer/proto/http_url.h"
#include "base/compiler.h"

struct str
grpc_status_name(uint64_t code)
{
	static const struct str names[] = {
		STR_INIT("OK"),
		STR_INIT("CANCELLED"),
		STR_INIT("UNKNOWN"),
		STR_INIT("INVALID_ARGUMENT"),
		STR_INIT("DEADLINE_EXCEEDED"),
		STR_INIT("NOT_FOUND"),
		STR_INIT("ALREADY_EXISTS"),
		STR_INIT("PERMISSION_DENIED"),
		STR_INIT("RESOURCE_EXHAUSTED"),
		STR_INIT("FAILED_PRECONDITION"),
		STR_INIT("ABORTED"),
		STR_INIT("OUT_OF_RANGE"),
		STR_INIT("UNIMPLEMENTED"),
		STR_INIT("INTERNAL"),
		STR_INIT("UNAVAILABLE"),
		STR_INIT("DATA_LOSS"),
		STR_INIT("UNAUTHENTICATED"),
	};

	return code < ARRAY_LEN(names) ? names[code] : STR_NONE;
}

struct str
grpc_status_message(struct str text, struct arena *a)
{
	struct str decoded;

	return http_url_decode(text, false, a, &decoded) ? decoded : text;
}

bool
grpc_status_timeout(struct str text, uint64_t *ret_ns)
{
	static const struct {
		struct str unit;
		uint64_t ns;
	} units[] = {
		{ STR_INIT("H"), UINT64_C(3600000000000) },
		{ STR_INIT("M"), UINT64_C(60000000000) },
		{ STR_INIT("S"), UINT64_C(1000000000) },
		{ STR_INIT("m"), 1000000 },
		{ STR_INIT("u"), 1000 },
		{ STR_INIT("n"), 1 },
	};
	uint64_t n;

	/* At most eight digits, and one letter. */
	if (text.n < 2 || text.n > 9 ||
	    str_u64(str_head(text, text.n - 1), &n) != 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (!str_eq(str_tail(text, text.n - 1), units[i].unit))
			continue;
		if (n > UINT64_MAX / units[i].ns)
			return false;
		*ret_ns = n * units[i].ns;
		return true;
	}
	return false;
}
