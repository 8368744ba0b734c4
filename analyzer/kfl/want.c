/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/kfl/want.h"

#include "analyzer/kfl/kfl.h"
#include "analyzer/kfl/path.h"

/* The names of the path up to the first step that is no name. */
static int
want_path(struct kfl_want *w, const struct kfl_path *p, struct arena *a)
{
	for (size_t i = 0; i < p->n && !w->all; i++) {
		struct kfl_want **at = &w->child;

		if (p->step[i].kind != KFL_STEP_CHILD)
			break;
		while (*at != NULL && !str_eq((*at)->name, p->step[i].name))
			at = &(*at)->next;
		if (*at == NULL) {
			*at = arena_zalloc(a, sizeof(**at));
			if (*at == NULL)
				return arena_error(a);
			(*at)->name = p->step[i].name;
		}
		w = *at;
	}
	w->all = true;
	return 0;
}

static int
want_node(struct kfl_want *w, const struct kfl_node *n, struct arena *a)
{
	const struct kfl_call *c;
	int rc = 0;

	/* Along the right side, which is where chains are long. */
	for (; n->kind >= KFL_EQ && rc == 0; n = n->right)
		rc = want_node(w, n->left, a);
	if (rc != 0)
		return rc;
	if (n->left != NULL)
		return want_node(w, n->left, a);
	c = n->call;
	if (c == NULL)
		return 0;
	if (c->role == KFL_ROLE_TAIL)
		return want_node(w, c->tail, a);
	/* An empty path is a helper's that looks at no field. */
	if (c->path != NULL && c->path->n > 0)
		return want_path(w, c->path, a);
	return 0;
}

int
kfl_wants(const struct kfl *k, struct arena *a,
          const struct kfl_want **ret_root)
{
	struct kfl_want *root = arena_zalloc(a, sizeof(*root));
	int rc;

	ENSURE(k->prepared);
	if (root == NULL)
		return arena_error(a);
	root->all = k->redacts;
	rc = want_node(root, k->root, a);
	if (rc == 0)
		*ret_root = root;
	return rc;
}

const struct kfl_want *
kfl_want_below(const struct kfl_want *w, struct str name)
{
	if (w->all)
		return w;
	for (w = w->child; w != NULL; w = w->next) {
		if (str_eq(w->name, name))
			return w;
	}
	return NULL;
}

bool
kfl_want_path(const struct kfl_want *root, struct str path)
{
	const struct kfl_want *w = root;
	struct str name;

	while (w != NULL && !w->all && path.n > 0) {
		(void)str_split1(path, '.', &name, &path);
		w = kfl_want_below(w, name);
	}
	return w != NULL;
}
