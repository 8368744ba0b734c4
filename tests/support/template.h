/* SPDX-License-Identifier: Apache-2.0 */
/* The dissector to copy, which no product has, for tests. */
#ifndef TESTS_SUPPORT_TEMPLATE_H
#define TESTS_SUPPORT_TEMPLATE_H

#include "analyzer/proto/proto.h"

extern const struct dissector proto_template;

#endif /* TESTS_SUPPORT_TEMPLATE_H */
