/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_render: renders bytes that no feed has looked at before: the index may
 * be damaged, so spans may cover anything. There is a hole of 3 bytes in every
 * 64. The program ends when what is written is no JSON.
 */
#ifndef TESTS_SUPPORT_FUZZ_RENDER_H
#define TESTS_SUPPORT_FUZZ_RENDER_H

#include <stdbool.h>

#include "analyzer/proto/proto.h"
#include "base/str.h"

struct fuzz_render {
	const struct dissector *dis;
	struct str method;
	struct str side[2]; /* the bytes to and from the server */
	bool reversed;      /* the request is what went to the client */
	struct str kept;    /* of the request */
};

void fuzz_render(const struct fuzz_render *f);

#endif /* TESTS_SUPPORT_FUZZ_RENDER_H */
