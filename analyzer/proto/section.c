/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/section.h"

static int
section_write(void *ctx, const char *p, size_t n)
{
	struct section *t = ctx;

	sink_text(t->out, str_make(p, n));
	return t->out->error;
}

void
section_begin(struct section *t, struct str title, struct sink *out)
{
	t->out = out;
	t->any = false;
	sink_begin_object(out);
	sink_member_string(out, "type", STR("table"));
	sink_member_string(out, "title", title);
	sink_key(out, STR("data"));
	sink_text_begin(out);
	jout_init(&t->rows, section_write, t);
}

void
section_end(struct section *t)
{
	int rc;

	if (t->any)
		jout_end_array(&t->rows);
	else
		jout_null(&t->rows);
	rc = jout_finish(&t->rows);
	sink_text_end(t->out);
	if (rc != 0)
		sink_fail(t->out, rc);
	sink_end_object(t->out);
}

static void
section_parts(struct section *t, const struct str *parts, size_t n)
{
	jout_str_begin(&t->rows);
	for (size_t i = 0; i < n; i++)
		jout_str_part(&t->rows, parts[i]);
	jout_str_end(&t->rows);
}

void
section_row_begin_parts(struct section *t, const struct str *name, size_t n)
{
	if (!t->any)
		jout_begin_array(&t->rows);
	t->any = true;
	jout_begin_object(&t->rows);
	jout_put(&t->rows, "name");
	section_parts(t, name, n);
	jout_put(&t->rows, "value");
}

void
section_row_begin(struct section *t, struct str name)
{
	section_row_begin_parts(t, &name, 1);
}

void
section_row_end_bare(struct section *t)
{
	jout_end_object(&t->rows);
}

void
section_row_end_parts(struct section *t, const struct str *selector, size_t n)
{
	jout_put(&t->rows, "selector");
	section_parts(t, selector, n);
	section_row_end_bare(t);
}

void
section_row_end(struct section *t, struct str selector)
{
	section_row_end_parts(t, &selector, 1);
}

void
section_text(struct section *t, const char *name, struct str value,
             const char *selector)
{
	section_row_begin(t, str_from_c(name));
	jout_str(&t->rows, value);
	section_row_end(t, str_from_c(selector));
}

void
section_number(struct section *t, const char *name, int64_t value,
               const char *selector)
{
	section_row_begin(t, str_from_c(name));
	jout_int(&t->rows, value);
	section_row_end(t, str_from_c(selector));
}
