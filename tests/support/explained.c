/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/explained.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/indexed.h"

enum { EXPLAINED_TEXT = 1 << 26 };

static void *
explained_must(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

static void
explained_fine(int rc)
{
	if (rc != 0)
		abort();
}

static void
explained_add(struct explained *x, char *line)
{
	char *tab = strrchr(line, '\t');

	if (*line == '#') {
		explained_fine(buf_printf(&x->blessed, "%s\n", line));
		return;
	}
	if (tab == NULL)
		return;
	*tab = '\0';
	x->line =
	    explained_must(realloc(x->line, (x->n + 1) * sizeof(*x->line)));
	x->line[x->n++] = (struct explained_line){
		.key = explained_must(strdup(line)),
		.why = explained_must(strdup(tab + 1)),
	};
}

void
explained_read(struct explained *x, const char *path)
{
	size_t n;
	char *text = indexed_slurp(path, &n), *next;

	*x = (struct explained){ .path = path };
	buf_init(&x->blessed, EXPLAINED_TEXT);
	for (char *line = text; line != NULL && *line != '\0'; line = next) {
		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		explained_add(x, line);
	}
	free(text);
}

static struct explained_line *
explained_find(struct explained *x, const char *key)
{
	for (size_t i = 0; i < x->n; i++) {
		if (!x->line[i].used && strcmp(x->line[i].key, key) == 0)
			return &x->line[i];
	}
	return NULL;
}

void
explained_tell(struct explained *x, const char *fmt, ...)
{
	struct explained_line *line;
	struct buf key;
	va_list ap;

	buf_init(&key, EXPLAINED_TEXT);
	va_start(ap, fmt);
	explained_fine(buf_vprintf(&key, fmt, ap));
	va_end(ap);
	explained_fine(buf_append_byte(&key, '\0'));
	line = explained_find(x, key.p);
	if (line != NULL)
		line->used = true;
	explained_fine(buf_printf(&x->blessed, "%s\t%s\n", key.p,
	                          line != NULL ? line->why : "?"));
	if (line == NULL || strcmp(line->why, "?") == 0) {
		x->unexplained++;
		printf("# not explained: %s\n", key.p);
	}
	buf_release(&key);
}

size_t
explained_finish(struct explained *x)
{
	FILE *f = getenv("BLESS") != NULL ? fopen(x->path, "w") : NULL;
	size_t stale = 0;

	for (size_t i = 0; i < x->n; i++) {
		if (x->line[i].used)
			continue;
		printf("# not needed: %s\n", x->line[i].key);
		stale++;
	}
	if (f == NULL)
		return stale;
	(void)fwrite(x->blessed.p, 1, x->blessed.n, f);
	(void)fclose(f);
	return stale;
}

void
explained_release(struct explained *x)
{
	for (size_t i = 0; i < x->n; i++) {
		free(x->line[i].key);
		free(x->line[i].why);
	}
	free(x->line);
	buf_release(&x->blessed);
}
