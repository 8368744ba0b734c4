/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/ingest/check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/path.h"
#include "snapshot/layout.h"

/* Bytes of all lines of the evidence's digest: a million names of 1 KiB. */
#define CHECK_LINES (UINT64_C(1) << 31)

const char *
check_seal_name(enum check_seal s)
{
	static const char *const names[] = {
		[CHECK_UNSEALED] = "unsealed",
		[CHECK_SEALED] = "sealed",
		[CHECK_BROKEN] = "broken",
	};

	return names[s];
}

static int
report(const struct check_rows *rows, enum diag_kind kind, struct str name,
       uint64_t n, const char *text)
{
	struct diag d = { .kind = kind,
		          .at = { .source = DIAG_NO_SOURCE },
		          .side = -1,
		          .len = n,
		          .name = name,
		          .text = str_from_c(text) };

	return rows->put(rows->ctx, &d);
}

/* The first thing in which a member differs from the manifest, or NULL. */
static const char *
difference(const struct disk_member *d, const struct manifest_member *m)
{
	char hex[SHA256_HEX_MAX];

	if (d->bytes != m->bytes)
		return "its size is not what the manifest says";
	(void)sha256_hex(m->sha256, hex);
	if (strcmp(hex, d->sha256) != 0)
		return "its SHA-256 is not what the manifest says: the "
		       "bytes were changed";
	if (m->has_packets && d->source != NULL && d->records != m->packets)
		return "it has not as many packets as the manifest says";
	return NULL;
}

static int
check_present(const struct manifest *m, const struct disk_member *d,
              const struct check_rows *rows, enum check_seal *seal)
{
	const struct manifest_member *mm = manifest_find(m, d->name);
	const char *diff;

	if (str_eq(d->name, STR(LAYOUT_MANIFEST)))
		return 0;
	if (mm == NULL) {
		*seal = CHECK_BROKEN;
		return report(rows, DIAG_MANIFEST_EXTRA, d->name, 0,
		              "the manifest does not name it");
	}
	diff = difference(d, mm);
	if (diff == NULL)
		return 0;
	*seal = CHECK_BROKEN;
	return report(rows, DIAG_MANIFEST_MISMATCH, d->name, d->bytes, diff);
}

/* A set of names: looked up one by one, a million members are too many. */
static int
names_init(struct map *names)
{
	uint8_t key[SIPHASH_KEY_SIZE];
	int rc = map_random_key(key);

	map_init(names, MAP_STR, 1, MAP_MAX, key);
	return rc;
}

static int
names_add(struct map *names, struct str name)
{
	void *slot;
	int rc = map_insert_str(names, name, &slot);

	return rc < 0 ? rc : 0;
}

static int
check_named(const struct manifest_member *mm, const struct map *names,
            const struct check_rows *rows, enum check_seal *seal)
{
	uint64_t drops = mm->dropped_kernel + mm->dropped_interface;
	int rc = 0;

	if (map_find_str(names, mm->name) == NULL) {
		*seal = CHECK_BROKEN;
		rc = report(rows, DIAG_MANIFEST_MISSING, mm->name, mm->bytes,
		            "the manifest names it, but it is not there");
	}
	if (rc == 0 && mm->has_drops && drops > 0)
		rc = report(rows, DIAG_AGENT_DROPS, mm->name, drops,
		            "packets were dropped by the capture, as the "
		            "manifest says");
	return rc;
}

/* Both ways: members that it does not name, names that no member has. */
static int
compare(const struct manifest *m, const struct disk_member *members,
        const struct check_rows *rows, enum check_seal *seal)
{
	struct map names;
	int rc = names_init(&names);

	for (const struct disk_member *d = members; d != NULL && rc == 0;
	     d = d->next) {
		rc = names_add(&names, d->name);
		if (rc == 0)
			rc = check_present(m, d, rows, seal);
	}
	for (size_t i = 0; i < manifest_count(m) && rc == 0; i++)
		rc = check_named(manifest_at(m, i), &names, rows, seal);
	map_release(&names);
	return rc;
}

int
check_members(const struct manifest *m, bool bad,
              const struct disk_member *members, const struct check_rows *rows,
              enum check_seal *ret_seal)
{
	enum check_seal seal = m != NULL ? CHECK_SEALED : CHECK_UNSEALED;
	int rc = 0;

	if (bad)
		seal = CHECK_BROKEN;
	if (m != NULL)
		rc = compare(m, members, rows, &seal);
	if (rc == 0)
		*ret_seal = seal;
	return rc;
}

int
check_nodes(const struct snapshot_info *info, const struct disk_member *members,
            const struct check_rows *rows)
{
	size_t n = info != NULL ? snapshot_info_nodes(info) : 0;
	struct map folders;
	int rc = names_init(&folders);

	for (; n > 0 && members != NULL && rc == 0; members = members->next) {
		if (members->source != NULL)
			rc = names_add(&folders,
			               layout_of(members->name).folder);
	}
	for (size_t i = 0; i < n && rc == 0; i++) {
		const struct snapshot_node *node = snapshot_info_node(info, i);

		if (map_find_str(&folders, node->folder) == NULL)
			rc = report(rows, DIAG_NODE_MISSING, node->name, 0,
			            "snapshot.json names this node, but no "
			            "capture is of it");
	}
	map_release(&folders);
	return rc;
}

/* ---- the digest of the evidence ---- */

static int
by_text(const void *a, const void *b)
{
	const struct str *x = a;
	const struct str *y = b;

	return str_cmp(*x, *y);
}

static size_t
count_refusals(const struct check_refusal *r)
{
	size_t n = 0;

	for (; r != NULL; r = r->next)
		n++;
	return n;
}

static int
hash_lines(struct str *lines, size_t n, uint8_t ret_digest[SHA256_SIZE])
{
	struct sha256 sha = SHA256_INIT;
	int rc = sha256_init(&sha);

	qsort(lines, n, sizeof(*lines), by_text);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = sha256_update(&sha, lines[i].p, lines[i].n);
	if (rc == 0)
		rc = sha256_final(&sha, ret_digest);
	sha256_release(&sha);
	return rc;
}

int
check_evidence(const struct disk_member *members, size_t n,
               const struct check_refusal *refusals,
               uint8_t ret_digest[SHA256_SIZE])
{
	size_t total = n + count_refusals(refusals);
	struct arena arena;
	struct str *lines;
	size_t i = 0;
	int rc;

	arena_init(&arena, CHECK_LINES, 0);
	lines = arena_array(&arena, total + 1, sizeof(*lines));
	for (; lines != NULL && members != NULL && i < n;
	     members = members->next)
		lines[i++] = arena_printf(&arena, STR_FMT " %" PRIu64 " %s\n",
		                          STR_ARG(members->name),
		                          members->bytes, members->sha256);
	for (; lines != NULL && refusals != NULL; refusals = refusals->next)
		lines[i++] = arena_printf(&arena, "!" STR_FMT " %d\n",
		                          STR_ARG(refusals->name),
		                          refusals->code);
	rc = lines != NULL ? arena_error(&arena) : ERR_NOMEM;
	if (rc == 0)
		rc = hash_lines(lines, i, ret_digest);
	arena_release(&arena);
	return rc;
}

/* ---- the order of captures ---- */

/* The next capture at or behind m. */
static const struct disk_member *
capture_from(const struct disk_member *m)
{
	while (m != NULL && m->source == NULL)
		m = m->next;
	return m;
}

static bool
in_order(const struct disk_member *members)
{
	const struct disk_member *a = capture_from(members);
	const struct disk_member *b;

	for (; a != NULL; a = b) {
		b = capture_from(a->next);
		if (b != NULL && path_compare(a->name, b->name) > 0)
			return false;
	}
	return true;
}

static int
hash_line(struct sha256 *sha, struct str line)
{
	int rc = sha256_update(sha, line.p, line.n);

	return rc == 0 ? sha256_update(sha, "\n", 1) : rc;
}

int
check_contents(const struct disk_member *members,
               const uint8_t evidence[SHA256_SIZE],
               uint8_t ret_digest[SHA256_SIZE])
{
	struct sha256 sha = SHA256_INIT;
	const struct disk_member *m = capture_from(members);
	char hex[SHA256_HEX_MAX];
	int rc;

	if (in_order(m)) {
		memcpy(ret_digest, evidence, SHA256_SIZE);
		return 0;
	}
	rc = sha256_init(&sha);
	if (rc == 0)
		rc = hash_line(&sha, sha256_hex(evidence, hex));
	for (; m != NULL && rc == 0; m = capture_from(m->next))
		rc = hash_line(&sha, m->name);
	if (rc == 0)
		rc = sha256_final(&sha, ret_digest);
	sha256_release(&sha);
	return rc;
}
