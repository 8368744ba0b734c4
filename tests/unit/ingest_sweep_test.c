/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The golden captures, disturbed in every way that leaves their meaning alone,
 * or takes a known part of it away, and put through the whole analyzer.
 *
 * Every two-way split of every segment, segments of 1 to 64 bytes, neighbours
 * and pairs swapped, shuffles, every packet doubled: the same entries come out.
 * Packets lost, captures cut at every byte, snap lengths from 0 on: what is
 * called complete is what it was in the whole capture, and nothing else
 * appears.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/indexed.h"
#include "tests/support/recap.h"
#include "tests/tap/tap.h"

#define FOLDER   "tests/golden/vectors/"
#define NAMELESS " " /* no method, no path */

enum {
	BATCH = 512, /* variants that share an index */
	MOST = 24,   /* entries of one variant */
	FILE_MAX = 1 << 20,
	SHUFFLES = 40,
	SNAP_DENSE = 200,
	SNAP_STEP = 37,
	SNAP_MAX = 1514,
	SHOWN = 6, /* failures that are printed */
};

/* Whole conversations over Ethernet and IPv4, which can be rearranged. */
static const char *const whole[] = {
	"http_get",
	"http_post_json",
	"http_post_form",
	"http_chunked",
	"http_post_multipart",
	"http_resp_gzip",
	"http_abs_uri",
	"http_binary_bodies",
	"http10_eof",
	"http_redirect",
	"http_404",
	"http_pipeline",
	"http_keepalive5",
	"http_upgrade_ws",
	"http_weird_headers",
	"http_continue",
	"http_bad_gzip",
	"twoconn",
	"retransmit",
	"outoforder",
};

/*
 * What else there is; these are only cut and doubled. The byte of a keep-alive
 * is no data and must come behind what it repeats.
 */
static const char *const others[] = {
	"noclose",   "rst",   "gap_client",   "gap_server", "overlap",
	"seqwrap",   "nosyn", "vlan",         "qinq",       "gre",
	"geneve",    "vxlan", "ipip",         "mpls",       "sll",
	"sll2",      "null",  "raw101",       "v6",         "ethpad",
	"portreuse", "tfo",   "tcpkeepalive",
};

/* What an entry is, without times and places. */
struct call {
	char *text;
	char *name; /* method and path */
	bool complete;
};

struct calls {
	size_t n;
	struct call call[MOST];
};

struct sweep {
	struct indexed x;
	struct indexed_set set;
	struct recap cap;
	struct calls good;
	struct calls *got; /* of each variant of the batch */
	long *label;
	bool prefix; /* parts may be missing */
	const char *vector;
	const char *how;
	size_t variants, bad;
	struct buf file;
};

/* ---- entries as text ---- */

static json_t *
at(json_t *o, const char *key)
{
	return json_object_get(o, key);
}

/*
 * Sizes are left out where something may be missing, and so are interim
 * responses: when nobody saw one, the final one is still whole. So is what
 * WebSocket messages have from an upgrade that was not seen.
 */
static void
add_call(struct calls *c, json_t *full, bool sizes)
{
	static const char *const kept[] = { "protocol",    "src",
		                            "dst",         "request",
		                            "response",    "requestSize",
		                            "responseSize" };
	json_t *evidence = at(full, "evidence"), *request = at(full, "request");
	const char *method = json_string_value(at(request, "method"));
	const char *path = json_string_value(at(request, "path"));
	size_t n = sizeof(kept) / sizeof(*kept) - (sizes ? 0 : 2);
	json_t *o = json_object();
	struct call *k;
	char name[200];

	if (c->n == MOST)
		abort();
	k = &c->call[c->n++];
	if (!sizes && at(request, "opcode") != NULL) {
		method = json_string_value(at(request, "opcode"));
		path = "";
		(void)json_object_del(request, "path");
		(void)json_object_del(request, "host");
	}
	if (!sizes)
		(void)json_object_del(at(full, "response"), "interim");
	for (size_t i = 0; i < n; i++)
		(void)json_object_set(o, kept[i], at(full, kept[i]));
	(void)json_object_set(o, "complete", at(evidence, "complete"));
	(void)json_object_set(o, "reason", at(evidence, "reason"));
	k->complete = json_is_true(at(evidence, "complete"));
	k->text = json_dumps(o, JSON_SORT_KEYS);
	(void)snprintf(name, sizeof(name), "%s %s", method ? method : "",
	               path ? path : "");
	k->name = strdup(name);
	if (k->text == NULL || k->name == NULL)
		abort();
	json_decref(o);
	json_decref(full);
}

static void
clear_calls(struct calls *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->call[i].text);
		free(c->call[i].name);
	}
	c->n = 0;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(((const struct call *)a)->text,
	              ((const struct call *)b)->text);
}

static void
sort_calls(struct calls *c)
{
	qsort(c->call, c->n, sizeof(*c->call), by_text);
}

static void
on_entry(void *ctx, const struct index_entry *e)
{
	struct sweep *s = ctx;
	uint32_t source = position_of_id(e->e.id).source;

	if (source >= BATCH)
		abort();
	add_call(&s->got[source], indexed_full(&s->x, e), !s->prefix);
}

/* ---- judging ---- */

static bool
equal(const struct calls *a, const struct calls *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (strcmp(a->call[i].text, b->call[i].text) != 0)
			return false;
	}
	return true;
}

/* Could c be what is left of g? One without a request may be of any. */
static bool
left_of(const struct call *c, const struct call *g)
{
	if (c->complete)
		return strcmp(c->text, g->text) == 0;
	return strcmp(c->name, NAMELESS) == 0 || strcmp(c->name, g->name) == 0;
}

/* Complete ones are as they were, others are parts of one that was. */
static bool
within(const struct calls *a, const struct calls *good)
{
	bool used[MOST] = { false };

	for (int nameless = 0; nameless < 2; nameless++) {
		for (size_t i = 0; i < a->n; i++) {
			const struct call *c = &a->call[i];
			size_t k = 0;

			if ((strcmp(c->name, NAMELESS) == 0) != nameless)
				continue;
			while (k < good->n &&
			       (used[k] || !left_of(c, &good->call[k])))
				k++;
			if (k == good->n)
				return false;
			used[k] = true;
		}
	}
	return true;
}

static void
show(const struct sweep *s, long label, const struct calls *c)
{
	printf("# %s, %s %ld: %zu of %zu\n", s->vector, s->how, label, c->n,
	       s->good.n);
	for (size_t i = 0; i < c->n; i++)
		printf("#   got  %.600s\n", c->call[i].text);
	for (size_t i = 0; i < s->good.n; i++)
		printf("#   want %.600s\n", s->good.call[i].text);
}

static void
judge(struct sweep *s)
{
	size_t n = s->set.n;

	if (n == 0)
		return;
	if (!indexed_run_set(&s->x, &s->set)) {
		printf("# %s, %s: %s\n", s->vector, s->how, s->x.err.text);
		s->bad++;
	} else {
		indexed_each(&s->x, on_entry, s);
	}
	for (size_t i = 0; i < n; i++) {
		struct calls *c = &s->got[i];

		sort_calls(c);
		s->variants++;
		if (!(s->prefix ? within(c, &s->good) : equal(c, &s->good)) &&
		    s->bad++ < SHOWN)
			show(s, s->label[i], c);
		clear_calls(c);
	}
	indexed_clear(&s->set);
}

/* ---- variants ---- */

static void
add_file(struct sweep *s, const void *p, size_t n, long label)
{
	s->label[s->set.n] = label;
	indexed_add(&s->set, p, n);
	if (s->set.n == BATCH)
		judge(s);
}

static void
add(struct sweep *s, const struct recap_frame *f, size_t n, bool restamp,
    long label)
{
	buf_clear(&s->file);
	recap_write(&s->cap, f, n, restamp, &s->file);
	add_file(s, s->file.p, s->file.n, label);
}

static void
splits(struct sweep *s)
{
	static struct recap_frame f[RECAP_FRAMES];
	const struct recap *c = &s->cap;

	for (size_t i = 0; i < c->n; i++) {
		uint32_t n = recap_payload(&c->frame[i]);

		for (uint32_t k = 1; k < n; k++) {
			memcpy(f, c->frame, i * sizeof(*f));
			f[i] = recap_cut(&c->frame[i], 0, k);
			f[i + 1] = recap_cut(&c->frame[i], k, n - k);
			memcpy(f + i + 2, c->frame + i + 1,
			       (c->n - i - 1) * sizeof(*f));
			add(s, f, c->n + 1, false, (long)(i * 10000 + k));
		}
	}
}

static void
segments(struct sweep *s)
{
	static struct recap_frame f[RECAP_FRAMES];
	const struct recap *c = &s->cap;

	for (uint32_t mss = 1; mss <= 64; mss += mss < 8 ? 1 : 7) {
		size_t n = 0;

		for (size_t i = 0; i < c->n; i++) {
			uint32_t len = recap_payload(&c->frame[i]), off = 0;

			if (len == 0)
				f[n++] = c->frame[i];
			for (; off < len; off += mss)
				f[n++] = recap_cut(&c->frame[i], off,
				                   len - off < mss ? len - off
				                                   : mss);
		}
		add(s, f, n, false, (long)mss);
	}
}

static void
swap(struct recap_frame *f, size_t i, size_t k)
{
	struct recap_frame t = f[i];

	f[i] = f[k];
	f[k] = t;
}

static uint32_t
rnd(uint64_t *seed, size_t n)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)((*seed >> 33) % n);
}

/* Neighbours, all pairs, and shuffles; the handshake stays in front. */
static void
permutations(struct sweep *s)
{
	static struct recap_frame f[RECAP_FRAMES];
	const struct recap *c = &s->cap;
	uint64_t seed = 20240607;

	for (size_t i = 3; i + 1 < c->n; i++) {
		memcpy(f, c->frame, c->n * sizeof(*f));
		swap(f, i, i + 1);
		add(s, f, c->n, true, (long)i);
	}
	for (size_t from = 3; from < 5; from++) {
		memcpy(f, c->frame, c->n * sizeof(*f));
		for (size_t i = from; i + 1 < c->n; i += 2)
			swap(f, i, i + 1);
		add(s, f, c->n, true, (long)(1000 + from));
	}
	for (int k = 0; k < SHUFFLES; k++) {
		memcpy(f, c->frame, c->n * sizeof(*f));
		for (size_t i = 3; i + 1 < c->n; i++) {
			size_t left = c->n - i;

			swap(f, i, i + rnd(&seed, left < 4 ? left : 4));
		}
		add(s, f, c->n, true, 2000 + k);
	}
}

static void
copies(struct sweep *s)
{
	static struct recap_frame f[RECAP_FRAMES];
	const struct recap *c = &s->cap;

	for (size_t i = 0; i < c->n; i++) {
		memcpy(f, c->frame, (i + 1) * sizeof(*f));
		memcpy(f + i + 1, c->frame + i, (c->n - i) * sizeof(*f));
		add(s, f, c->n + 1, false, (long)i);
	}
	for (size_t i = 0; i < c->n; i++)
		f[2 * i] = f[2 * i + 1] = c->frame[i];
	add(s, f, 2 * c->n, false, -1);
}

/* Without one packet, and without one and the next. */
static void
losses(struct sweep *s)
{
	static struct recap_frame f[RECAP_FRAMES];
	const struct recap *c = &s->cap;

	for (size_t lost = 1; lost <= 2; lost++) {
		for (size_t i = 0; i + lost <= c->n; i++) {
			memcpy(f, c->frame, i * sizeof(*f));
			memcpy(f + i, c->frame + i + lost,
			       (c->n - i - lost) * sizeof(*f));
			add(s, f, c->n - lost, false, (long)(lost * 1000 + i));
		}
	}
}

static void
cuts(struct sweep *s)
{
	for (size_t n = RECAP_HEADER; n < s->cap.bytes; n++)
		add_file(s, s->cap.file, n, (long)n);
}

static void
snaps(struct sweep *s)
{
	static struct recap_frame f[RECAP_FRAMES];
	const struct recap *c = &s->cap;
	uint32_t snap = 0;

	while (snap <= SNAP_MAX) {
		memcpy(f, c->frame, c->n * sizeof(*f));
		for (size_t i = 0; i < c->n; i++) {
			if (f[i].caplen > snap)
				f[i].caplen = snap;
		}
		add(s, f, c->n, false, (long)snap);
		snap += snap < SNAP_DENSE ? 1 : SNAP_STEP;
	}
}

/* ---- running them ---- */

struct kind {
	const char *what;
	void (*make)(struct sweep *s);
	bool prefix;
	bool others; /* all captures, not only those that can be rearranged */
};

static bool
sweep_begin(struct sweep *s, const char *vector)
{
	char path[100];

	s->vector = vector;
	(void)snprintf(path, sizeof(path), FOLDER "%s.pcap", vector);
	if (!recap_read(&s->cap, path) || !indexed_run(&s->x, path)) {
		printf("# cannot use %s\n", path);
		s->bad++;
		return false;
	}
	indexed_each(&s->x, on_entry, s);
	s->good = s->got[0];
	s->got[0].n = 0;
	sort_calls(&s->good);
	return true;
}

static void
sweep(struct sweep *s, const struct kind *k, const char *const *vectors,
      size_t n)
{
	for (size_t i = 0; i < n; i++) {
		s->how = k->what;
		s->prefix = k->prefix;
		if (sweep_begin(s, vectors[i])) {
			k->make(s);
			judge(s);
		}
		clear_calls(&s->good);
		recap_release(&s->cap);
	}
}

int
main(void)
{
	static const struct kind kinds[] = {
		{ "every two-way split", splits, false, false },
		{ "segments of any size", segments, false, false },
		{ "packets in another order", permutations, false, false },
		{ "packets seen twice", copies, false, true },
		{ "packets lost", losses, true, true },
		{ "cut at every byte", cuts, true, true },
		{ "snap lengths", snaps, true, true },
	};
	static struct sweep s;

	indexed_begin(&s.x);
	buf_init(&s.file, FILE_MAX);
	s.got = calloc(BATCH, sizeof(*s.got));
	s.label = calloc(BATCH, sizeof(*s.label));
	if (s.got == NULL || s.label == NULL)
		abort();
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		s.variants = s.bad = 0;
		sweep(&s, &kinds[i], whole, sizeof(whole) / sizeof(*whole));
		if (kinds[i].others)
			sweep(&s, &kinds[i], others,
			      sizeof(others) / sizeof(*others));
		printf("# %s: %zu variants\n", kinds[i].what, s.variants);
		ok(s.variants > 200, "there were variants");
		is_int(s.bad, 0, kinds[i].what);
	}
	free(s.got);
	free(s.label);
	buf_release(&s.file);
	indexed_end(&s.x);
	return tap_done();
}
