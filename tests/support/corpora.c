/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/corpora.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tap/tap.h"

/* --- the catalogue -------------------------------------------------------- */

bool
corpora_each(void (*f)(void *ctx, const struct corpora_capture *c), void *ctx)
{
	static struct corpora_capture c;
	char dir[800], path[1400], *text;
	struct str rest, line;
	size_t n;

	(void)snprintf(dir, sizeof(dir), "%s/corpora", tap_shared());
	(void)snprintf(path, sizeof(path), "%s/catalogue.tsv", dir);
	text = indexed_slurp(path, &n);
	if (text == NULL)
		return false;
	(void)str_split1(str_make(text, n), '\n', &line, &rest);
	while (rest.n != 0) {
		(void)str_split1(rest, '\n', &line, &rest);
		for (size_t i = 0; i < CORPORA_COLUMNS; i++)
			(void)str_split1(line, '\t', &c.col[i], &line);
		(void)snprintf(c.name, sizeof(c.name), STR_FMT "/" STR_FMT,
		               STR_ARG(c.col[CORPORA_PROJECT]),
		               STR_ARG(c.col[CORPORA_PATH]));
		(void)snprintf(c.path, sizeof(c.path), "%s/%s", dir, c.name);
		(void)snprintf(c.truth, sizeof(c.truth), "%s/" STR_FMT, dir,
		               STR_ARG(c.col[CORPORA_TRUTH]));
		f(ctx, &c);
	}
	free(text);
	return true;
}

/* --- the truth ------------------------------------------------------------ */

const char *
corpora_text(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

int64_t
corpora_number(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

bool
corpora_truth(const struct corpora_capture *c, const char *word,
              void (*f)(void *ctx, const json_t *line), void *ctx)
{
	char *text, *line, *next;
	bool good = true;
	size_t n;

	text = indexed_slurp(c->truth, &n);
	for (line = text; line != NULL && *line != '\0'; line = next) {
		json_t *o;

		next = strchr(line, '\n');
		if (next != NULL)
			*next++ = '\0';
		if (strstr(line, word) == NULL)
			continue;
		o = json_loads(line, JSON_ALLOW_NUL, NULL);
		good &= o != NULL;
		if (o != NULL)
			f(ctx, o);
		json_decref(o);
	}
	good &= text != NULL;
	free(text);
	return good;
}

/* --- messages ------------------------------------------------------------- */

struct corpora_message *
corpora_add(struct corpora_list *l)
{
	if (l->n == l->cap) {
		l->cap = l->cap != 0 ? l->cap * 2 : 1024;
		l->m = realloc(l->m, l->cap * sizeof(*l->m));
		if (l->m == NULL)
			abort();
	}
	l->m[l->n].order = l->n;
	return &l->m[l->n++];
}

void
corpora_release(struct corpora_list *l)
{
	free(l->m);
	*l = (struct corpora_list){ .m = NULL };
}

void
corpora_way(struct corpora_message *m, const char *kind,
            const struct index_entry *e, bool to_server)
{
	char client[ADDR_TEXT], server[ADDR_TEXT];
	unsigned port[] = { e->client_port, e->server_port };

	(void)addr_format(&e->client, client);
	(void)addr_format(&e->server, server);
	(void)snprintf(m->way, CORPORA_WAY, "%s %s %u > %s %u", kind,
	               to_server ? client : server, port[!to_server],
	               to_server ? server : client, port[to_server]);
}

void
corpora_truth_way(struct corpora_message *m, const char *kind, const json_t *o)
{
	(void)snprintf(m->way, CORPORA_WAY, "%s %s %" PRId64 " > %s %" PRId64,
	               kind, corpora_text(o, "src"), corpora_number(o, "sport"),
	               corpora_text(o, "dst"), corpora_number(o, "dport"));
}

static int
by_way(const void *a, const void *b)
{
	const struct corpora_message *x = a, *y = b;
	int rc = strcmp(x->way, y->way);

	return rc != 0 ? rc : (x->order > y->order) - (x->order < y->order);
}

static void
sort(struct corpora_list *l)
{
	if (l->n != 0)
		qsort(l->m, l->n, sizeof(*l->m), by_way);
}

size_t
corpora_compare(struct corpora_list *ours, struct corpora_list *truth,
                const char *capture, struct explained *table)
{
	size_t i = 0, j = 0, compared = 0;

	sort(ours);
	sort(truth);
	while (i < ours->n || j < truth->n) {
		int c = i == ours->n ? 1
		        : j == truth->n
		            ? -1
		            : strcmp(ours->m[i].way, truth->m[j].way);
		const struct corpora_message *x = c <= 0 ? &ours->m[i++] : NULL;
		const struct corpora_message *y = c >= 0 ? &truth->m[j++]
		                                         : NULL;

		compared++;
		if (x == NULL || y == NULL || strcmp(x->what, y->what) != 0)
			explained_tell(table, "%s\t%s\t%s\t%s", capture,
			               x != NULL ? x->way : y->way,
			               x != NULL ? x->what : "-",
			               y != NULL ? y->what : "-");
	}
	ours->n = truth->n = 0;
	return compared;
}
