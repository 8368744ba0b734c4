/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/cmd/macro.h"

#include <stdio.h>

#include "analyzer/proto/overlay.h"
#include "analyzer/proto/proto.h"
#include "base/buf.h"

static const struct protocol *
find_in(const struct protocol *const *variants, struct str name)
{
	for (; *variants != NULL; variants++) {
		if (str_eq(str_from_c((*variants)->macro), name))
			return *variants;
	}
	return NULL;
}

static const struct protocol *
find(struct str name)
{
	const struct protocol *p = NULL;

	for (size_t i = 0; proto_registry[i] != NULL && p == NULL; i++)
		p = find_in(proto_registry[i]->protocols, name);
	for (size_t i = 0; overlay_registry[i] != NULL && p == NULL; i++)
		p = find_in(overlay_registry[i]->protocols, name);
	return p;
}

/* Adds the macros of variants to a list, each once in a row. */
static void
add_names(const struct protocol *const *variants, struct buf *list)
{
	const char *last = "";

	for (; *variants != NULL; variants++) {
		const char *name = (*variants)->macro;

		if (str_eq(str_from_c(name), str_from_c(last)))
			continue;
		/* When there is no room, the message is shorter. */
		if (buf_printf(list, "%s%s", list->n > 0 ? ", " : "", name))
			return;
		last = name;
	}
}

static int
unknown(struct str query, struct err *e)
{
	struct buf list;

	buf_init(&list, ERR_TEXT_MAX / 2);
	for (size_t i = 0; proto_registry[i] != NULL; i++)
		add_names(proto_registry[i]->protocols, &list);
	for (size_t i = 0; overlay_registry[i] != NULL; i++)
		add_names(overlay_registry[i]->protocols, &list);
	err_set(e, ERR_USAGE,
	        "'" STR_FMT "' is neither a file nor a query that this version "
	        "understands; it understands the empty query and protocol "
	        "macros: " STR_FMT,
	        STR_ARG(str_head(query, 80)), STR_ARG(buf_str(&list)));
	buf_release(&list);
	return ERR_USAGE;
}

int
macro_find(struct str query, struct err *e, struct macro *ret_macro)
{
	const struct protocol *p;

	query = str_trim(query);
	*ret_macro = (struct macro){ .where = { .sql = NULL } };
	if (query.n == 0)
		return 0;
	p = find(query);
	if (p == NULL)
		return unknown(query, e);
	ret_macro->bind = (struct index_bind){ .kind = INDEX_BIND_TEXT,
		                               .s = str_from_c(p->abbr) };
	ret_macro->where = (struct index_where){
		.sql = "proto IN (SELECT id FROM protocol WHERE abbr = ?)",
		.nbinds = 1,
		.binds = &ret_macro->bind,
	};
	return 0;
}
