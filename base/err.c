/* SPDX-License-Identifier: Apache-2.0 */
#include "base/err.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

struct err_entry {
	int code;
	const char *name;
	const char *text;
};

static const struct err_entry err_table[] = {
#define E(name, code, text) { (code), #name, text },
#include "base/errors.def"
#undef E
};

static const struct err_entry *
err_find(int code)
{
	for (size_t i = 0; i < ARRAY_LEN(err_table); i++) {
		if (err_table[i].code == code)
			return &err_table[i];
	}
	return NULL;
}

const char *
err_text(int code)
{
	const struct err_entry *e = err_find(code);
	const char *text = NULL;

	if (code == 0)
		return "no error";
	if (e != NULL)
		return e->text;
#if defined(__GLIBC__)
	/* Unlike strerror(), this is free of shared state. */
	if (code > -1000 && code < 0)
		text = strerrordesc_np(-code);
#endif
	return text != NULL ? text : "unknown error";
}

const char *
err_name(int code)
{
	const struct err_entry *e = err_find(code);

	return e != NULL ? e->name : NULL;
}

/* Formats into out[ERR_TEXT_MAX]; what does not fit ends in "...". */
PRINTF_LIKE(2, 0)
static void
err_format(char *out, const char *fmt, va_list ap)
{
	static const char dots[] = "...";
	int n = vsnprintf(out, ERR_TEXT_MAX, fmt, ap);

	if (n < 0)
		out[0] = '\0';
	else if ((size_t)n >= ERR_TEXT_MAX)
		memcpy(out + ERR_TEXT_MAX - sizeof(dots), dots, sizeof(dots));
}

int
err_vset(struct err *e, int code, const char *fmt, va_list ap)
{
	if (e == NULL)
		return code;
	e->code = code;
	e->line = 0;
	e->col = 0;
	err_format(e->text, fmt, ap);
	return code;
}

int
err_set(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)err_vset(e, code, fmt, ap);
	va_end(ap);
	return code;
}

int
err_at(struct err *e, int code, uint32_t line, uint32_t col)
{
	if (e != NULL) {
		e->line = line;
		e->col = col;
	}
	return code;
}

void
err_add_context(struct err *e, const char *fmt, ...)
{
	char context[ERR_TEXT_MAX];
	char text[ERR_TEXT_MAX];
	struct err whole;
	va_list ap;

	if (e == NULL)
		return;
	va_start(ap, fmt);
	err_format(context, fmt, ap);
	va_end(ap);
	memcpy(text, e->text, sizeof(text));
	(void)err_set(&whole, e->code, "%s: %s", context, text);
	memcpy(e->text, whole.text, sizeof(e->text));
}
