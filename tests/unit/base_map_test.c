/* SPDX-License-Identifier: Apache-2.0 */
#include "base/map.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "tests/tap/death.h"
#include "tests/tap/tap.h"

static const uint8_t key[SIPHASH_KEY_SIZE] = { 1, 2, 3 };

static void
test_basics(void)
{
	struct map m;
	uint32_t k = 7;
	void *v;

	map_init(&m, sizeof(k), sizeof(uint64_t), 100, key);
	ok(map_find(&m, &k) == NULL, "nothing in an empty map");
	ok(!map_remove(&m, &k), "nothing to remove either");
	is_int(map_insert(&m, &k, &v), 1, "new");
	is_int(*(uint64_t *)v, 0, "with a zeroed value");
	ok((uintptr_t)v % 8 == 0, "that is aligned");
	*(uint64_t *)v = 42;
	is_int(map_insert(&m, &k, &v), 0, "not new");
	is_int(*(uint64_t *)v, 42, "with its value");
	v = map_find(&m, &k);
	ok(v != NULL && *(uint64_t *)v == 42, "found");
	is_int(m.n, 1, "one entry");
	ok(map_remove(&m, &k), "removed");
	ok(map_find(&m, &k) == NULL && m.n == 0, "and gone");
	is_int(map_insert(&m, &k, &v), 1, "new again");
	is_int(*(uint64_t *)v, 0, "and zeroed again");
	map_clear(&m);
	ok(map_find(&m, &k) == NULL && m.n == 0, "cleared");
	map_clear(&m);
	map_release(&m);
	ok(map_find(&m, &k) == NULL, "released");
	map_release(&m);
}

/*
 * A map of 8-bit keys against a plain table, long enough to see all sorts of
 * clusters and wrap-arounds being shifted back.
 */
static void
test_against_model(void)
{
	static uint32_t model[256]; /* value, 0 for absent */
	unsigned seed = 99, n = 0;
	bool good = true;
	struct map m;
	void *v;

	map_init(&m, 1, sizeof(uint32_t), 256, key);
	for (uint32_t i = 1; i < 300000 && good; i++) {
		uint8_t k;

		seed = seed * 1103515245u + 12345u;
		k = (uint8_t)(seed >> 16);
		/* Fill it up, then drain it, and so on. */
		if (((seed >> 24) & 15) < ((i >> 12) & 1 ? 6u : 10u)) {
			int rc = map_insert(&m, &k, &v);

			good &= rc == (model[k] == 0);
			n += model[k] == 0;
			if (rc == 0)
				good &= *(uint32_t *)v == model[k];
			*(uint32_t *)v = i;
			model[k] = i;
		} else {
			good &= map_remove(&m, &k) == (model[k] != 0);
			n -= model[k] != 0;
			model[k] = 0;
		}
		good &= m.n == n;
		if (i % 512 != 0)
			continue;
		for (unsigned all = 0; all < 256; all++) {
			uint8_t b = (uint8_t)all;

			v = map_find(&m, &b);
			good &= (v != NULL) == (model[all] != 0);
			good &= v == NULL || *(uint32_t *)v == model[all];
		}
	}
	ok(good, "300,000 steps agree with a plain table");
	map_release(&m);
}

static void
test_iteration(void)
{
	uint8_t seen[1000] = { 0 };
	const void *k;
	size_t pos = 0;
	bool good = true;
	struct map m;
	void *v;

	map_init(&m, sizeof(uint16_t), sizeof(uint16_t), 1000, key);
	ok(!map_next(&m, &pos, &k, &v), "nothing to go over");
	for (uint16_t i = 0; i < 1000; i++) {
		good &= map_insert(&m, &i, &v) == 1;
		*(uint16_t *)v = (uint16_t)(i * 3);
	}
	while (map_next(&m, &pos, &k, &v)) {
		uint16_t i = *(const uint16_t *)k;

		good &= *(uint16_t *)v == (uint16_t)(i * 3);
		seen[i]++;
	}
	for (unsigned i = 0; i < 1000; i++)
		good &= seen[i] == 1;
	ok(good, "every entry comes up once");
	pos = 0;
	ok(map_next(&m, &pos, NULL, NULL), "outputs may be NULL");
	map_release(&m);
}

static void
test_strings(void)
{
	char text[8] = "alpha";
	const void *k;
	size_t pos = 0;
	struct map m;
	void *v;

	map_init(&m, MAP_STR, sizeof(void *), 10, key);
	is_int(map_insert_str(&m, STR("alpha"), &v), 1, "a string");
	*(const char **)v = "first";
	is_int(map_insert_str(&m, STR(""), &v), 1, "the empty string");
	is_int(map_insert_str(&m, STR_NONE, &v), 0, "is the same as none");
	is_int(map_insert_str(&m, STR("alp"), &v), 1, "a prefix is another");
	v = map_find_str(&m, str_from_c(text));
	ok(v != NULL && strcmp(*(const char **)v, "first") == 0,
	   "found by equal bytes elsewhere");
	ok(map_remove_str(&m, STR("alp")) && !map_remove_str(&m, STR("al")),
	   "removed by bytes");
	while (map_next(&m, &pos, &k, NULL))
		ok(((const struct str *)k)->n == 0 ||
		       str_eq(*(const struct str *)k, STR("alpha")),
		   "keys of the iteration are strs");
	is_int(m.n, 2, "two are left");
	map_release(&m);
}

static void
test_limits(void)
{
	struct map m;
	bool good = true;
	void *v = &m;

	map_init(&m, sizeof(uint32_t), 0, 50, key);
	for (uint32_t i = 0; i < 50; i++)
		good &= map_insert(&m, &i, &v) == 1;
	ok(good, "up to the maximum, without values");
	v = NULL;
	is_int(map_insert(&m, &(uint32_t){ 50 }, &v), ERR_BUDGET, "no further");
	ok(v == NULL, "the output is left alone");
	is_int(map_insert(&m, &(uint32_t){ 49 }, &v), 0, "old ones are there");
	ok(map_remove(&m, &(uint32_t){ 3 }), "remove one");
	is_int(map_insert(&m, &(uint32_t){ 50 }, &v), 1, "then there is room");
	map_release(&m);

	map_init(&m, sizeof(uint32_t), 8, 0, key);
	is_int(map_insert(&m, &(uint32_t){ 1 }, &v), ERR_BUDGET,
	       "no room at all");
	map_release(&m);

	map_init(&m, sizeof(uint32_t), 8, 1000, key);
	for (int nth = 1; nth <= 2; nth++) {
		mem_fail_at(nth, false);
		is_int(map_insert(&m, &(uint32_t){ 1 }, &v), ERR_NOMEM,
		       "no memory");
		ok(m.n == 0 && map_find(&m, &(uint32_t){ 1 }) == NULL,
		   "and nothing is in it");
	}
	mem_fail_at(-1, false);
	for (uint32_t i = 0; i < 12; i++)
		good &= map_insert(&m, &i, &v) == 1;
	mem_fail_at(1, true);
	is_int(map_insert(&m, &(uint32_t){ 12 }, &v), ERR_NOMEM,
	       "no memory to grow");
	mem_fail_at(-1, false);
	for (uint32_t i = 0; i < 12; i++)
		good &= map_find(&m, &i) != NULL;
	ok(good && m.n == 12, "everything is still in it");
	map_release(&m);
}

static void
test_random_key(void)
{
	uint8_t a[SIPHASH_KEY_SIZE] = { 0 };
	uint8_t b[SIPHASH_KEY_SIZE] = { 0 };

	ok(map_random_key(a) == 0 && map_random_key(b) == 0, "random keys");
	ok(memcmp(a, b, sizeof(a)) != 0, "differ");
}

/* Not a benchmark: a note for whoever looks, and a bound on disasters. */
static void
test_speed(void)
{
	enum { N = 100000, KEY = 40, ROUNDS = 5 };
	static uint8_t keys[N][KEY];
	char note[80];
	int64_t start, took;
	size_t found = 0;
	struct map m;
	void *v;

	map_init(&m, KEY, sizeof(void *), N, key);
	for (uint32_t i = 0; i < N; i++) {
		memcpy(keys[i] + 17, &i, sizeof(i));
		found += map_insert(&m, keys[i], &v) == 1;
	}
	start = clock_mono();
	for (unsigned r = 0; r < ROUNDS; r++) {
		for (uint32_t i = 0; i < N; i++)
			found += map_find(&m, keys[i]) != NULL;
	}
	took = clock_mono() - start;
	(void)snprintf(note, sizeof(note), "%" PRId64 " ns a look-up",
	               took / (ROUNDS * N));
	tap_note(note);
	is_int(found, (ROUNDS + 1) * N, "100,000 keys of 40 bytes");
	map_release(&m);
}

static void
not_strings(void)
{
	struct map m;

	map_init(&m, 4, 4, 4, key);
	(void)map_find_str(&m, STR("x"));
}

int
main(void)
{
	test_basics();
	test_against_model();
	test_iteration();
	test_strings();
	test_limits();
	test_random_key();
	test_speed();
	ok(death_aborts(not_strings), "strings and fixed keys do not mix");
	return tap_done();
}
