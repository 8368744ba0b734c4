/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/s3_list.h"

#include <expat.h>
#include <limits.h>
#include <string.h>

enum {
	DEPTH_MAX = 8, /* <ListBucketResult><Contents><Owner><ID> has four */
};

/* Elements whose text is of interest. */
enum field {
	FIELD_NONE,
	FIELD_KEY,
	FIELD_SIZE,
	FIELD_TRUNCATED,
	FIELD_TOKEN,
	FIELD_CODE,
	FIELD_MESSAGE,
};

struct page {
	XML_Parser parser;
	s3_list_each *each;
	void *ctx;
	struct s3_list_page *page;
	unsigned depth;
	unsigned contents; /* depth of <Contents>; 0: outside */
	enum field field;
	char text[S3_LIST_TOKEN + 1];
	size_t n;
	char key[S3_LIST_KEY];
	size_t key_n;
	uint64_t size;
	int error;
};

static void
stop(struct page *p, int code)
{
	if (p->error == 0)
		p->error = code;
	(void)XML_StopParser(p->parser, XML_FALSE);
}

/* By the names alone: stores differ in their name spaces. */
static enum field
field_of(const struct page *p, const char *name)
{
	if (p->contents != 0 && p->depth == p->contents + 1) {
		if (strcmp(name, "Key") == 0)
			return FIELD_KEY;
		return strcmp(name, "Size") == 0 ? FIELD_SIZE : FIELD_NONE;
	}
	if (p->depth != 2)
		return FIELD_NONE;
	if (strcmp(name, "IsTruncated") == 0)
		return FIELD_TRUNCATED;
	if (strcmp(name, "NextContinuationToken") == 0)
		return FIELD_TOKEN;
	if (strcmp(name, "Code") == 0)
		return FIELD_CODE;
	return strcmp(name, "Message") == 0 ? FIELD_MESSAGE : FIELD_NONE;
}

static void
begin(void *ctx, const char *name, const char **attributes)
{
	struct page *p = ctx;

	(void)attributes;
	if (++p->depth > DEPTH_MAX) {
		stop(p, ERR_MALFORMED);
		return;
	}
	if (p->depth == 1 && strcmp(name, "ListBucketResult") != 0 &&
	    strcmp(name, "Error") != 0) {
		stop(p, ERR_MALFORMED);
		return;
	}
	if (p->depth == 2 && strcmp(name, "Contents") == 0) {
		p->contents = p->depth;
		p->key_n = 0;
		p->size = 0;
	}
	p->field = field_of(p, name);
	p->n = 0;
}

static void
take_text(void *ctx, const char *s, int n)
{
	struct page *p = ctx;

	if (p->field == FIELD_NONE)
		return;
	if ((size_t)n > S3_LIST_TOKEN - p->n) {
		stop(p, ERR_MALFORMED);
		return;
	}
	memcpy(p->text + p->n, s, (size_t)n);
	p->n += (size_t)n;
}

static int
take_key(struct page *p, struct str s)
{
	if (s.n == 0 || s.n > sizeof(p->key))
		return ERR_MALFORMED;
	memcpy(p->key, s.p, s.n);
	p->key_n = s.n;
	return 0;
}

static int
take_field(struct page *p)
{
	struct str s = str_make(p->text, p->n);

	switch (p->field) {
	case FIELD_KEY:
		return take_key(p, s);
	case FIELD_SIZE:
		return str_u64(s, &p->size) == 0 ? 0 : ERR_MALFORMED;
	case FIELD_TRUNCATED:
		p->page->truncated = str_eq(s, STR("true"));
		return 0;
	case FIELD_TOKEN:
		return str_to_c(s, p->page->token, sizeof(p->page->token))
		           ? 0
		           : ERR_MALFORMED;
	case FIELD_CODE:
		(void)str_to_c(s, p->page->code, sizeof(p->page->code));
		return 0;
	case FIELD_MESSAGE:
		(void)str_to_c(s, p->page->message, sizeof(p->page->message));
		return 0;
	case FIELD_NONE:
		break;
	}
	return 0;
}

static void
end(void *ctx, const char *name)
{
	struct page *p = ctx;
	int rc = take_field(p);

	(void)name;
	p->field = FIELD_NONE;
	if (rc == 0 && p->depth == p->contents) {
		p->contents = 0;
		p->page->count++;
		rc = p->key_n > 0
		         ? p->each(p->ctx, str_make(p->key, p->key_n), p->size)
		         : ERR_MALFORMED;
	}
	p->depth--;
	if (rc != 0)
		stop(p, rc);
}

/* No store needs one, and entities come with it. */
static void
refuse_doctype(void *ctx, const char *name, const char *sysid,
               const char *pubid, int internal)
{
	(void)name;
	(void)sysid;
	(void)pubid;
	(void)internal;
	stop(ctx, ERR_MALFORMED);
}

int
s3_list_parse(struct str xml, s3_list_each *each, void *ctx,
              struct s3_list_page *ret_page)
{
	struct page p = { .each = each, .ctx = ctx, .page = ret_page };
	enum XML_Status status;

	*ret_page = (struct s3_list_page){ .count = 0 };
	if (xml.n > INT_MAX)
		return ERR_MALFORMED;
	p.parser = XML_ParserCreate(NULL);
	if (p.parser == NULL)
		return ERR_NOMEM;
	XML_SetUserData(p.parser, &p);
	XML_SetElementHandler(p.parser, begin, end);
	XML_SetCharacterDataHandler(p.parser, take_text);
	XML_SetStartDoctypeDeclHandler(p.parser, refuse_doctype);
	status = XML_Parse(p.parser, xml.n > 0 ? xml.p : "", (int)xml.n, 1);
	if (p.error == 0 && status != XML_STATUS_OK)
		p.error = XML_GetErrorCode(p.parser) == XML_ERROR_NO_MEMORY
		              ? ERR_NOMEM
		              : ERR_MALFORMED;
	XML_ParserFree(p.parser);
	return p.error;
}
