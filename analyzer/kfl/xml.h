/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xml: XML text to values and back, for bodies that hold XML.
 *
 * An element is an object with a member for each attribute ("-name"), each
 * child, and its text ("#text"). One that has text alone is that string, an
 * empty one the empty string; children of one name become an array. Prefixes of
 * names are dropped, and white space around text. This is the shape of the
 * original's library (mxj).
 *
 * Documents with declarations of their own, such as entities, are refused.
 */
#ifndef KFL_XML_H
#define KFL_XML_H

#include "analyzer/kfl/value.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/str.h"

struct kfl_path;

enum {
	/* Longest document; larger ones are no documents but transfers. */
	KFL_XML_MAX = 4 << 20,
	/* Names of children and attributes in one element: each is compared
	 * with those before it. */
	KFL_XML_NAMES_MAX = 1024,
};

/*
 * An object with the root element as its member. ERR_SYNTAX, ERR_LIMIT,
 * ERR_NOMEM, or the arena's error.
 */
int kfl_xml_parse(struct str text, struct arena *a,
                  struct kfl_value **ret_value) WARN_UNUSED;

/*
 * Appends the document without white space between elements, members ordered by
 * name. ERR_BUDGET, ERR_NOMEM.
 */
int kfl_xml_write(const struct kfl_value *doc, struct buf *out) WARN_UNUSED;

/*
 * The first value that `p` names in the document, or NULL. An array is passed
 * through by names; paths with anything but plain names, indexes and * name
 * nothing.
 */
struct kfl_value *kfl_xml_get(const struct kfl_path *p, struct kfl_value *doc);

/*
 * Puts `text` at ".a.b[1].c" in the document. False when there is no such
 * parent, or, as in the original, when the parent's path has no index.
 */
bool kfl_xml_set(struct str path, struct kfl_value *doc, struct str text,
                 struct arena *a);

#endif /* KFL_XML_H */
