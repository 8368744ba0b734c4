/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/kfl/redact.h"

#include "analyzer/kfl/helper.h"
#include "analyzer/kfl/json.h"
#include "analyzer/kfl/path.h"
#include "analyzer/kfl/xml.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/err.h"

/* A body may grow by this much when it is written anew: escapes. */
#define GROWTH 8u

static const struct str redacted = STR_INIT("[REDACTED]");

static int redact(struct str path, struct kfl_value *root, struct arena *a,
                  unsigned depth);

/* Puts `text` in place of v's, as base64 if it was. */
static int
put_text(struct kfl_value *v, struct str text, bool base64, struct arena *a)
{
	struct buf b;
	int rc = 0;

	buf_init(&b, base64_size(text.n));
	if (base64)
		rc = base64_encode(&b, text);
	if (rc == 0) {
		kfl_value_set_text(v,
		                   arena_dup(a, base64 ? buf_str(&b) : text));
		rc = arena_error(a);
	}
	buf_release(&b);
	return rc;
}

static int
redact_json(struct kfl_value *v, struct str path, struct arena *a,
            unsigned depth)
{
	struct kfl_value *root;
	bool base64;
	struct str text;
	struct buf b;
	int rc = kfl_helper_decoded(v->u.text, a, &base64, &text);

	if (rc == 0)
		rc = kfl_json_parse(text, a, &root);
	if (rc == 0)
		rc = redact(path, root, a, depth + 1);
	if (rc != 0)
		return rc;
	buf_init(&b, text.n * GROWTH + redacted.n);
	rc = kfl_json_write(root, &b);
	if (rc == 0)
		rc = put_text(v, buf_str(&b), base64, a);
	buf_release(&b);
	return rc;
}

/* The XML declaration's line is kept in front. */
static int
write_xml(const struct kfl_value *doc, struct str text, struct buf *out)
{
	struct str line = str_head(text, str_find_char(text, '\n'));
	int rc = 0;

	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	if (str_starts(text, STR("<?")))
		rc = buf_printf(out, STR_FMT "\n", STR_ARG(line));
	return rc == 0 ? kfl_xml_write(doc, out) : rc;
}

static int
redact_xml(struct kfl_value *v, struct str path, struct arena *a)
{
	struct kfl_value *doc;
	bool base64;
	struct str text;
	struct buf b;
	int rc = kfl_helper_decoded(v->u.text, a, &base64, &text);

	if (rc == 0)
		rc = kfl_xml_parse(text, a, &doc);
	if (rc == ERR_NOMEM || rc == ERR_BUDGET)
		return rc;
	if (rc != 0 || !kfl_xml_set(path, doc, redacted, a)) {
		kfl_value_set_text(v, STR_NONE);
		return arena_error(a);
	}
	buf_init(&b, text.n * GROWTH + redacted.n);
	rc = write_xml(doc, text, &b);
	if (rc == 0)
		rc = put_text(v, buf_str(&b), base64, a);
	buf_release(&b);
	return rc;
}

/* The part in front of `mark`; *ret_rest is what follows it. */
static bool
split(struct str s, struct str mark, struct str *ret_front,
      struct str *ret_rest)
{
	size_t at = str_find(s, mark);

	*ret_front = str_head(s, at);
	*ret_rest = str_tail(s, at + mark.n);
	return at < s.n;
}

/* Every string that `front` names is a body, in which `rest` is redacted. */
static int
redact_bodies(struct str front, struct str rest, bool json,
              struct kfl_value *root, struct arena *a, unsigned depth)
{
	struct kfl_hits hits = { .v = NULL };
	const struct kfl_path *path;
	int rc = kfl_path_parse(front, a, NULL, &path);

	if (rc == 0)
		rc = kfl_path_get(path, root, a, &hits);
	for (size_t i = 0; i < hits.n && rc == 0; i++) {
		struct kfl_value *v = hits.v[i];

		if (v->type != KFL_V_STRING)
			continue;
		rc = json ? redact_json(v, rest, a, depth)
		          : redact_xml(v, rest, a);
		if (rc == ERR_SYNTAX)
			rc = 0;
	}
	return rc;
}

static int
redact(struct str path, struct kfl_value *root, struct arena *a, unsigned depth)
{
	struct kfl_hits hits = { .v = NULL };
	const struct kfl_path *p;
	struct str front, rest, part, xml;
	bool json = split(path, STR(".json()"), &part, &rest);
	int rc;

	if (depth >= KFL_REDACT_DEPTH)
		return ERR_LIMIT;
	if (split(part, STR(".xml()"), &front, &xml))
		return redact_bodies(front, xml, false, root, a, depth);
	if (json)
		return redact_bodies(part, rest, true, root, a, depth);
	rc = kfl_path_parse(part, a, NULL, &p);
	if (rc == 0)
		rc = kfl_path_get(p, root, a, &hits);
	if (rc == 0 && hits.n > 0)
		rc = kfl_path_set(p, root, redacted, a);
	return rc;
}

int
kfl_redact(struct str path, struct kfl_value *root, struct arena *a)
{
	int rc = redact(path, root, a, 0);

	/* A bad path, or a body that is none: nothing to do. */
	return rc == ERR_SYNTAX ? 0 : rc;
}
