/* SPDX-License-Identifier: Apache-2.0 */
/*
 * redact: hides parts of an entry.
 *
 * An argument of redact() is a path, and may go on inside a body that is JSON
 * or XML text: "response.content.text.json().user.password". Bodies that are
 * base64 are decoded and encoded again. What the path names becomes
 * "[REDACTED]"; a path that names nothing changes nothing.
 *
 * As in the original, an XML body whose path has no index in front of the last
 * name (".xml().order.card") is emptied as a whole.
 */
#ifndef KFL_REDACT_H
#define KFL_REDACT_H

#include "analyzer/kfl/value.h"
#include "base/arena.h"
#include "base/compiler.h"
#include "base/str.h"

/* Bodies inside bodies. */
#define KFL_REDACT_DEPTH 16u

/* 0, also when there was nothing to do; ERR_LIMIT or the arena's error. */
int kfl_redact(struct str path, struct kfl_value *root,
               struct arena *a) WARN_UNUSED;

#endif /* KFL_REDACT_H */
