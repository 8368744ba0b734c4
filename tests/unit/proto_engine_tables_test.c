/* SPDX-License-Identifier: Apache-2.0 */
/* The tables: dissectors, variants, overlays, limits; choosing one dissector.
 */
#include "analyzer/proto/engine.h"
#include "analyzer/proto/overlay.h"
#include "base/err.h"
#include "tests/support/engine_log.h"
#include "tests/support/odd.h"
#include "tests/tap/tap.h"

/* What docs/dissectors.md asks of every dissector. */
static bool
is_sound(const struct dissector *d)
{
	bool good = d->abi == PROTO_ABI && d->name[0] != '\0' &&
	            d->summary[0] != '\0' && (d->l4 == 6 || d->l4 == 17) &&
	            d->probe != NULL && d->feed != NULL && d->gap != NULL &&
	            d->render != NULL && d->represent != NULL &&
	            d->body != NULL && d->protocols[0] != NULL;

	for (const struct field *f = d->fields; f->path != NULL; f++)
		good &= str_starts(str_from_c(f->path), STR("request.")) ||
		        str_starts(str_from_c(f->path), STR("response."));
	return good;
}

static void
test_registry(void)
{
	bool sound = true, found = true, owned = true;
	const struct dissector *owner = NULL;

	for (size_t i = 0; proto_registry[i] != NULL; i++) {
		const struct dissector *d = proto_registry[i];

		sound &= is_sound(d);
		found &= proto_find(str_from_c(d->name)) == d;
		for (size_t k = 0; d->protocols[k] != NULL; k++) {
			const struct protocol *p = d->protocols[k];

			owned &= proto_variant(str_from_c(p->key), &owner) ==
			             p &&
			         owner == d;
		}
	}
	ok(proto_registry[0] != NULL, "there is a dissector");
	ok(sound, "every dissector has what it needs");
	ok(found, "and is found by its name");
	ok(owned, "and by the keys of its variants, which are unique");
	ok(proto_find(STR("nobody")) == NULL, "nobody is not found");
	ok(proto_variant(STR("nobody/1"), &owner) == NULL,
	   "neither is a variant of nobody");
	ok(overlay_of(&odd_variant) == NULL, "nor an overlay");
}

static void
test_limits(void)
{
	struct proto_limits l;

	proto_limits_init(&l);
	is_int(l.head_bytes, 262144, "limits have defaults");
	is_int(proto_limits_set(&l, STR("head-bytes"), 7), 0, "can be set");
	is_int(l.head_bytes, 7, "by their names");
	is_int(proto_limits_set(&l, STR("head_bytes"), 7), ERR_NOTFOUND,
	       "which are spelt exactly");
}

static void
test_only(void)
{
	static const struct dissector *const both[] = { &odd_dissector,
		                                        &odd_datagrams, NULL };
	struct engine_log l;

	engine_log_init(&l, both);
	ok(engine_log_open(&l), "a stream opens");
	is_int(engine_only(l.g, STR("nobody")), ERR_NOTFOUND,
	       "only nobody is an error");
	is_int(engine_only(l.g, STR("odd-datagrams")), 0, "only one is not");
	engine_close(l.s, WHY_FIN);
	l.s = engine_open(l.g, &(struct engine_open){ .l4 = 6 });
	engine_log_text(&l, 0, "!r");
	is_str(engine_log_finish(&l, WHY_FIN), "", "the others do nothing");
	engine_log_release(&l);
}

int
main(void)
{
	test_registry();
	test_limits();
	test_only();
	return tap_done();
}
