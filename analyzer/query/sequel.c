/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/query/sequel.h"

#include "analyzer/index/reader.h"

/* Entries between the two that are looked at. */
enum { SEQUEL_ROWS = 64 };

static const struct dissector *
owner_of(const struct entry *e)
{
	const struct dissector *owner = NULL;

	(void)proto_variant(str_from_c(e->proto->key), &owner);
	return owner;
}

/* Did the one end before the other began, and was its answer not all? */
static bool
is_before(const struct index_entry *before, int64_t began)
{
	const struct dissector *owner = owner_of(&before->e);

	return owner != NULL && owner->partial != NULL &&
	       before->e.response.present && before->e.request.present &&
	       before->e.response.last <= began && owner->partial(&before->e);
}

/*
 * The nearest entry of a variant with the client, server and target of e: the
 * first behind its answer, or, with `back`, the last that made e be asked. Only
 * its times and its id are told.
 */
static int
nearest(struct opened *o, const struct index_entry *e, const char *variant,
        bool back, struct err *err, struct index_entry *ret)
{
	const struct index_bind binds[] = {
		{ .kind = INDEX_BIND_TEXT, .s = str_from_c(variant) },
		{ .kind = INDEX_BIND_INT, .i = e->e.id },
	};
	const struct index_select select = {
		.over = {
			.sql = "e.proto=(SELECT id FROM protocol WHERE key=?) AND "
			       "(e.client,e.server,e.server_port,e.target)="
			       "(SELECT client,server,server_port,target "
			       "FROM entry WHERE id=?)",
			.nbinds = ARRAY_LEN(binds),
			.binds = binds,
			.ranged = true,
			.from = back ? e->e.request.first - SEQUEL_WAIT
			             : e->e.response.last,
			.to = (back ? e->e.request.first
			            : e->e.response.last + SEQUEL_WAIT) + 1,
		},
		.desc = back,
		.limit = SEQUEL_ROWS,
	};
	struct index_cursor *c;
	struct index_entry row;
	bool sure;
	int rc = index_entries(opened_index(o), &select, err, &c);

	ret->e.id = 0;
	if (rc != 0)
		return rc;
	while ((rc = index_next(c, &row, &sure, err)) > 0) {
		if (back ? is_before(&row, e->e.request.first)
		         : row.e.request.first >= e->e.response.last) {
			ret->e.id = row.e.id;
			ret->e.request.first = row.e.request.first;
			break;
		}
	}
	index_cursor_free(c);
	return rc < 0 ? rc : 0;
}

static int
find_before(struct opened *o, const struct index_entry *e, const char *variant,
            struct err *err, int64_t *ret_id)
{
	struct index_entry before;
	int rc = nearest(o, e, variant, true, err, &before);

	*ret_id = rc == 0 ? before.e.id : 0;
	return rc;
}

static int
find_related(struct opened *o, const struct index_entry *e,
             const struct dissector *owner, struct err *err, struct sequel *ret)
{
	struct index_cursor *c;
	struct index_entry row;
	uint64_t ordinal;
	bool sure;
	int rc;

	ret->relation = owner->related(&e->e, &ordinal);
	if (ret->relation == NULL)
		return 0;
	rc = index_entry_by_ordinal(opened_index(o), e->e.stream, ordinal, err,
	                            &c);
	if (rc != 0)
		return rc;
	rc = index_next(c, &row, &sure, err);
	if (rc > 0)
		ret->related = row.e.id;
	index_cursor_free(c);
	return rc < 0 ? rc : 0;
}

int
sequel_find(struct opened *o, const struct index_entry *e,
            const struct dissector *owner, struct err *err, struct sequel *ret)
{
	struct index_entry again = { .e = { .id = 0 } };
	int64_t whose;
	int rc = 0;

	*ret = (struct sequel){ .repeats = 0 };
	if (owner == NULL)
		return 0;
	if (owner->related != NULL)
		rc = find_related(o, e, owner, err, ret);
	if (rc == 0 && owner->before != NULL && e->e.request.present)
		rc = find_before(o, e, owner->before, err, &ret->repeats);
	if (rc != 0 || owner->partial == NULL ||
	    !is_before(e, e->e.response.last))
		return rc;
	rc = nearest(o, e, owner->again, false, err, &again);
	if (rc != 0 || again.e.id == 0)
		return rc;
	rc = find_before(o, &again, e->e.proto->key, err, &whose);
	if (rc == 0 && whose == e->e.id)
		ret->repeated_by = again.e.id;
	return rc;
}
