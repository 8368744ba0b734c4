/* SPDX-License-Identifier: Apache-2.0 */
/* A snapshot against its manifest, and the digest of the evidence. */
#include "analyzer/ingest/check.h"

#include "analyzer/ingest/out.h"
#include "tests/tap/tap.h"

#define SHA_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SHA_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const char manifest_text[] =
    "{\"formatVersion\":1,\"kind\":\"kubeshark-manifest\",\"members\":["
    "{\"name\":\"n_10.0.0.1/1.pcap\",\"bytes\":5,\"sha256\":\"" SHA_A
    "\",\"packets\":3,\"dropped\":{\"kernel\":2,\"interface\":0}},"
    "{\"name\":\"other\",\"bytes\":7,\"sha256\":\"" SHA_B "\"}]}";

struct world {
	struct job_source source;
	struct disk_member manifest, capture, other;
};

/* Everything as the manifest says. */
static void
make(struct world *w)
{
	*w = (struct world){
		.manifest = { .next = &w->capture,
		              .name = STR("manifest.json") },
		.capture = { .next = &w->other,
		             .name = STR("n_10.0.0.1/1.pcap"),
		             .bytes = 5,
		             .sha256 = SHA_A,
		             .source = &w->source,
		             .records = 3 },
		.other = { .name = STR("other"), .bytes = 7, .sha256 = SHA_B },
	};
}

static int
keep(void *ctx, const struct diag *d)
{
	return out_diag(ctx, d);
}

static enum check_seal
verdict(const struct manifest *m, bool bad, const struct world *w,
        struct out *out)
{
	struct check_rows rows = { .put = keep, .ctx = out };
	enum check_seal seal = CHECK_UNSEALED;

	out_clear(out);
	ok(check_members(m, bad, &w->manifest, &rows, &seal) == 0, "checked");
	return seal;
}

static void
test_members(const struct manifest *m, struct out *out)
{
	struct world w;

	make(&w);
	is_int(verdict(NULL, false, &w, out), CHECK_UNSEALED, "no manifest");
	is_int(verdict(NULL, true, &w, out), CHECK_BROKEN, "an unreadable one");
	is_int(verdict(m, false, &w, out), CHECK_SEALED, "all as it says");
	is_int((intmax_t)out->ndiags, 1, "drops are told all the same");
	is_int(out->diags[0].kind, DIAG_AGENT_DROPS, "as such");
	is_int((intmax_t)out->diags[0].len, 2, "with their number");
	w.capture.bytes++;
	is_int(verdict(m, false, &w, out), CHECK_BROKEN, "another size");
	make(&w);
	w.other.sha256[0] = 'c';
	is_int(verdict(m, false, &w, out), CHECK_BROKEN, "other bytes");
	is_int(out->diags[0].kind, DIAG_MANIFEST_MISMATCH, "told as such");
	make(&w);
	w.capture.records = 2;
	is_int(verdict(m, false, &w, out), CHECK_BROKEN, "fewer packets");
	make(&w);
	w.capture.next = NULL;
	is_int(verdict(m, false, &w, out), CHECK_BROKEN, "a missing member");
	make(&w);
	w.other.name = STR("another");
	is_int(verdict(m, false, &w, out), CHECK_BROKEN, "a renamed one");
	is_int((intmax_t)out->ndiags, 3, "is extra and missing");
}

/* What lies is told row by row; a row that cannot be told ends the check. */
static int
refuse(void *ctx, const struct diag *d)
{
	int *n = ctx;

	(void)d;
	++*n;
	return ERR_NOSPC;
}

static void
test_failure(const struct manifest *m)
{
	enum check_seal seal = CHECK_UNSEALED;
	int n = 0;
	struct check_rows rows = { .put = refuse, .ctx = &n };
	struct world w;

	make(&w);
	w.capture.bytes = w.other.bytes = 1;
	is_int(check_members(m, false, &w.manifest, &rows, &seal), ERR_NOSPC,
	       "a row that cannot be written ends it");
	is_int(n, 1, "at once");
}

static void
test_nodes(struct out *out)
{
	static const char text[] =
	    "{\"formatVersion\":1,\"kind\":\"kubeshark-snapshot\",\"nodes\":["
	    "{\"name\":\"n\",\"folder\":\"n_10.0.0.1\"},"
	    "{\"name\":\"m\",\"folder\":\"m_10.0.0.2\"}]}";
	struct check_rows rows = { .put = keep, .ctx = out };
	struct snapshot_limits limits;
	struct snapshot_info *info = NULL;
	struct err e = ERR_INIT;
	struct world w;

	make(&w);
	snapshot_limits_init(&limits);
	out_clear(out);
	if (!ok(snapshot_info_parse(str_from_c(text), &limits, &e, &info) == 0,
	        "two nodes"))
		return;
	ok(check_nodes(info, &w.manifest, &rows) == 0, "are looked for");
	is_int((intmax_t)out->ndiags, 1, "one has no capture");
	is_int(out->diags[0].kind, DIAG_NODE_MISSING, "told as such");
	ok(str_eq(out->diags[0].name, STR("m")), "and which");
	ok(check_nodes(NULL, &w.manifest, &rows) == 0 && out->ndiags == 1,
	   "without snapshot.json nothing is missed");
	snapshot_info_free(info);
}

static void
test_evidence(void)
{
	struct check_refusal refusal = { .name = STR("../x"),
		                         .code = ERR_REFUSED };
	uint8_t a[SHA256_SIZE], b[SHA256_SIZE];
	struct world w;

	make(&w);
	ok(check_evidence(&w.manifest, 3, NULL, a) == 0, "a digest");
	w.manifest.next = &w.other;
	w.other.next = &w.capture;
	w.capture.next = NULL;
	ok(check_evidence(&w.manifest, 3, NULL, b) == 0 &&
	       memcmp(a, b, sizeof(a)) == 0,
	   "does not depend on the order of members");
	ok(check_evidence(&w.manifest, 3, &refusal, b) == 0 &&
	       memcmp(a, b, sizeof(a)) != 0,
	   "but on what was refused");
	w.capture.sha256[0] = 'd';
	ok(check_evidence(&w.manifest, 3, NULL, b) == 0 &&
	       memcmp(a, b, sizeof(a)) != 0,
	   "and on the bytes");
}

static void
test_contents(void)
{
	uint8_t a[SHA256_SIZE] = { 1 }, b[SHA256_SIZE], c[SHA256_SIZE];
	struct world w;

	make(&w);
	w.other.source = &w.source;
	ok(check_contents(&w.manifest, a, b) == 0 &&
	       memcmp(a, b, sizeof(a)) == 0,
	   "captures in order of names are known by the evidence");
	w.manifest.next = &w.other;
	w.other.next = &w.capture;
	w.capture.next = NULL;
	ok(check_contents(&w.manifest, a, b) == 0 &&
	       memcmp(a, b, sizeof(a)) != 0,
	   "those in another order by that, too");
	w.other.name = STR("p");
	ok(check_contents(&w.manifest, a, c) == 0 &&
	       memcmp(b, c, sizeof(b)) != 0,
	   "... whichever it is");
	w.other.source = NULL;
	ok(check_contents(&w.manifest, a, b) == 0 &&
	       memcmp(a, b, sizeof(a)) == 0,
	   "the order of what is no capture is nothing");
	ok(check_contents(NULL, a, b) == 0 && memcmp(a, b, sizeof(a)) == 0,
	   "nor is that of nothing");
}

int
main(void)
{
	struct snapshot_limits limits;
	struct manifest *m = NULL;
	struct out out = { .nentries = 0 };
	struct err e = ERR_INIT;

	arena_init(&out.arena, 1 << 20, 0);
	snapshot_limits_init(&limits);
	if (!ok(manifest_parse(str_from_c(manifest_text), &limits, &e, &m) == 0,
	        "a manifest"))
		printf("# %s\n", e.text);
	else {
		test_members(m, &out);
		test_failure(m);
	}
	test_nodes(&out);
	test_evidence();
	test_contents();
	manifest_free(m);
	out_release(&out);
	return tap_done();
}
