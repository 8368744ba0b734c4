/* SPDX-License-Identifier: Apache-2.0 */
/* The right name for an address, port, node and instant. */
#include "analyzer/query/who.h"

#include "base/err.h"
#include "base/mem.h"
#include "tests/tap/tap.h"

static void
must_sort(struct who *w)
{
	if (who_sort(w) != 0)
		abort();
}

static struct addr
ip(uint8_t last)
{
	const uint8_t b[4] = { 10, 0, 0, last };

	return addr_v4(b);
}

struct row {
	uint8_t last;
	uint16_t port;
	const char *node;
	int64_t from, to;
	const char *name;
	bool dns;
};

static void
add(struct who *w, const struct row *r)
{
	struct index_identity i = {
		.ip = ip(r->last),
		.port = r->port,
		.node = str_from_c(r->node),
		.from = r->from,
		.to = r->to,
		.early = r->from == INT64_MIN,
		.name = str_from_c(r->name),
		.ns = STR("shop"),
		.origin = r->dns ? INDEX_FROM_DNS : INDEX_FROM_HISTORY,
	};

	if (who_add(w, &i) != 0)
		abort();
}

/* The name that is found, or "-". */
static const char *
ask(const struct who *w, const char *node, uint8_t last, uint16_t port,
    int64_t ts)
{
	static char text[64];
	struct who_ask a = {
		.node = str_from_c(node), .ip = ip(last), .port = port, .ts = ts
	};
	const struct index_identity *i = who_find(w, &a);

	if (i == NULL)
		return "-";
	(void)str_to_c(i->name, text, sizeof(text));
	return text;
}

static const struct row rows[] = {
	{ 2, 0, "n1", 300, INT64_MAX, "pod-c", false },
	{ 2, 0, "n1", 100, 200, "pod-b", false },
	{ 2, 0, "n1", INT64_MIN, 100, "pod-a", false },
	{ 2, 80, "n1", 100, 250, "svc-n1", false },
	{ 2, 80, "", 100, 400, "svc-all", false },
	{ 2, 0, "", 0, INT64_MAX, "pod-all", false },
	{ 2, 0, "n2", 0, INT64_MAX, "pod-n2", false },
	{ 3, 0, "n1", 0, INT64_MAX, "other", false },
	{ 2, 0, "", 50, INT64_MAX, "dns-2", true },
	{ 4, 0, "", 50, INT64_MAX, "dns-4", true },
	{ 4, 0, "", 80, INT64_MAX, "dns-4-later", true },
	{ 4, 0, "", 90, 100, "history-4", false },
};

static void
test_find(const struct who *w)
{
	is_str(ask(w, "n1", 2, 0, 50), "pod-a", "before the first interval");
	is_str(ask(w, "n1", 4, 80, 60), "dns-4",
	       "what DNS said, for any port and node");
	is_str(ask(w, "n1", 4, 0, 80), "dns-4-later", "said last");
	is_str(ask(w, "n1", 4, 0, 95), "history-4", "unless a node knew it");
	is_str(ask(w, "n1", 4, 0, 100), "dns-4-later", "as long as it did");
	is_str(ask(w, "n1", 4, 0, 40), "-", "not before it was said");
	is_str(ask(w, "n1", 2, 0, 100), "pod-b", "an interval has its start");
	is_str(ask(w, "n1", 2, 0, 199), "pod-b", "and its last instant");
	is_str(ask(w, "n1", 2, 0, 200), "pod-all",
	       "not its end: what all nodes know holds");
	is_str(ask(w, "n1", 2, 0, INT64_MAX - 1), "pod-c", "an open interval");
	is_str(ask(w, "n1", 2, 80, 150), "svc-n1", "a port of a node");
	is_str(ask(w, "n1", 2, 80, 250), "svc-all", "then of all nodes");
	is_str(ask(w, "n1", 2, 80, 400), "pod-c", "then the address alone");
	is_str(ask(w, "n2", 2, 80, 150), "svc-all", "another node");
	is_str(ask(w, "n2", 2, 81, 150), "pod-n2", "another port");
	is_str(ask(w, "", 2, 0, 150), "pod-all", "no node");
	is_str(ask(w, "n1", 3, 443, 150), "other", "another address");
	is_str(ask(w, "n2", 3, 443, 150), "-", "only another node knows it");
	is_str(ask(w, "n1", 5, 0, 150), "-", "an address after the last");
	is_str(ask(w, "n1", 1, 0, 150), "-", "an address before the first");
}

static void
test_overlap(void)
{
	static const struct row over[] = {
		{ 9, 0, "", INT64_MIN, 500, "early-late", false },
		{ 9, 0, "", INT64_MIN, 100, "early", false },
		{ 9, 0, "", 100, 300, "seen", false },
	};
	struct who *w = who_new();

	if (w == NULL)
		abort();
	for (size_t i = 0; i < ARRAY_LEN(over); i++)
		add(w, &over[i]);
	must_sort(w);
	is_str(ask(w, "", 9, 0, 150), "seen", "the later beginning wins");
	is_str(ask(w, "", 9, 0, 50), "early-late", "then the later end");
	who_free(w);
}

static void
test_many(void)
{
	struct who *w = who_new();
	size_t wrong = 0;

	if (w == NULL)
		abort();
	for (int i = 4999; i >= 0; i--) {
		char name[16];
		struct row r = { 7, 0, "n", i * 10, i * 10 + 10, name, false };

		snprintf(name, sizeof(name), "pod-%d", i % 100);
		add(w, &r);
	}
	must_sort(w);
	for (int i = 0; i < 50000; i++) {
		char name[16];

		snprintf(name, sizeof(name), "pod-%d", i / 10 % 100);
		wrong += strcmp(ask(w, "n", 7, 0, i), name) != 0;
	}
	is_int((intmax_t)wrong, 0, "5000 intervals, asked at each instant");
	is_str(ask(w, "n", 7, 0, 50000), "-", "and behind them");
	who_free(w);
}

static void
test_no_memory(void)
{
	struct index_identity i = { .name = STR("a"), .node = STR("b") };

	for (int64_t n = 1; n <= 6; n++) {
		struct who *w;
		int rc = 0;

		mem_fail_at(n, true);
		w = who_new();
		if (w != NULL)
			rc = who_add(w, &i);
		mem_fail_at(-1, false);
		if (w != NULL && rc == 0)
			must_sort(w);
		ok(w == NULL || rc == ERR_NOMEM || n > 4,
		   "no memory is an error");
		who_free(w);
	}
}

int
main(void)
{
	struct who *w = who_new();

	if (w == NULL)
		abort();
	is_str(ask(w, "n1", 2, 0, 50), "-", "an empty table knows nobody");
	must_sort(w);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		add(w, &rows[i]);
	must_sort(w);
	test_find(w);
	who_free(w);
	who_free(NULL);
	test_overlap();
	test_many();
	test_no_memory();
	return tap_done();
}
