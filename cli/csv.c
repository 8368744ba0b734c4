/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/csv.h"

#include "base/err.h"

/* The field in quotes at the beginning of *text; *text is then behind it. */
static int
take_quoted(struct arena *a, struct str *text, struct str *ret_field)
{
	char *out = arena_alloc(a, text->n);
	size_t n = 0, i = 1;

	if (out == NULL)
		return arena_error(a);
	for (; i < text->n; i++) {
		if (text->p[i] == '"') {
			i++;
			if (i == text->n || text->p[i] != '"')
				break;
		}
		out[n++] = text->p[i];
	}
	/* Behind the last quote there is a comma or nothing. */
	if (text->p[i - 1] != '"' || i < 2 ||
	    (i < text->n && text->p[i] != ','))
		return ERR_SYNTAX;
	*ret_field = str_make(out, n);
	*text = i < text->n ? str_tail(*text, i) : STR_NONE;
	return 0;
}

static int
take_plain(struct str *text, struct str *ret_field)
{
	size_t n = str_find_char(*text, ',');

	*ret_field = str_head(*text, n);
	*text = str_tail(*text, n);
	return str_find_char(*ret_field, '"') == ret_field->n ? 0 : ERR_SYNTAX;
}

int
csv_split(struct arena *a, struct str text, struct str **ret_fields,
          size_t *ret_n)
{
	struct str *fields;
	size_t max = 1, n = 0;
	int rc = 0;

	for (size_t i = 0; i < text.n; i++)
		max += text.p[i] == ',';
	fields = arena_array(a, max, sizeof(*fields));
	if (fields == NULL)
		return arena_error(a);
	while (text.n > 0 && rc == 0) {
		rc = text.p[0] == '"' ? take_quoted(a, &text, &fields[n])
		                      : take_plain(&text, &fields[n]);
		n++;
		/* A comma at the end is followed by an empty field. */
		if (rc == 0 && text.n == 1)
			fields[n++] = STR_NONE;
		text = str_tail(text, 1);
	}
	if (rc != 0)
		return rc;
	*ret_fields = fields;
	*ret_n = n;
	return 0;
}
