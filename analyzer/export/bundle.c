/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/export/bundle.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "analyzer/entry/position.h"
#include "analyzer/export/packets.h"
#include "analyzer/query/ids.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/sha256.h"
#include "snapshot/archive_out.h"
#include "snapshot/layout.h"
#include "snapshot/pcap_out.h"

enum {
	FILES_MAX = 1 << 18,
	NAMES_BYTES = 64 << 20,
	COPY = 65536,
};

/* A capture that is being written. */
struct channel {
	struct str folder;
	uint32_t point;
	uint32_t iface;
	uint16_t linktype;
	bool tls;
	bool nanos;
	uint64_t bytes;
	struct str name; /* of the member */
};

/* A name history. */
struct history {
	struct str folder; /* of the node; "" for all */
	struct str name;   /* of the member */
	struct str path;
	char sha256[SHA256_HEX_MAX];
	uint64_t bytes;
};

struct bundle {
	struct export *x;
	const struct pick *pick;
	bool single;
	struct arena arena;
	struct channel *channel;
	size_t nchannels, channel_cap;
	struct map origins; /* of packets -> index of the channel */
	struct history *history;
	size_t nhistories, history_cap;
	int64_t sec; /* that the bundle is as of */
	struct archive_out *out;
	const struct channel *wanted; /* by the filter */
};

/* ---- which capture a packet belongs to ---- */

/* "<node>_<ip>" of a member of a node's folder, else its whole folder. */
static struct str
folder_of(const struct bundle *b, struct str member)
{
	struct layout l = layout_of(member);

	if (b->single)
		return STR_NONE;
	return l.node.n > 0 ? path_base(l.folder) : l.folder;
}

static bool
belongs(const struct bundle *b, const struct channel *c,
        const struct packets_source *s)
{
	struct str member = opened_source(b->x->job->o, s->id);

	return c->point == s->point && c->tls == s->tls &&
	       str_eq(c->folder, folder_of(b, member));
}

static struct channel *
find_channel(struct bundle *b, const struct packet *p)
{
	for (size_t i = 0; i < b->nchannels; i++) {
		struct channel *c = &b->channel[i];

		if (c->iface == p->record.iface &&
		    c->linktype == p->record.linktype &&
		    belongs(b, c, p->source))
			return c;
	}
	return NULL;
}

static int
add_channel(struct bundle *b, const struct packet *p,
            struct channel **ret_channel)
{
	struct str member = opened_source(b->x->job->o, p->source->id);

	if (b->nchannels == FILES_MAX)
		return ERR_LIMIT;
	if (b->nchannels == b->channel_cap) {
		size_t cap = b->channel_cap > 0 ? b->channel_cap * 2 : 16;
		struct channel *c = mem_regrow(b->channel, cap, sizeof(*c));

		if (c == NULL)
			return ERR_NOMEM;
		b->channel = c;
		b->channel_cap = cap;
	}
	*ret_channel = &b->channel[b->nchannels++];
	**ret_channel = (struct channel){
		.folder = arena_dup(&b->arena, folder_of(b, member)),
		.point = p->source->point,
		.iface = p->record.iface,
		.linktype = p->record.linktype,
		.tls = p->source->tls,
		.bytes = PCAP_OUT_HEADER,
	};
	return arena_error(&b->arena);
}

/* ---- the first pass: how large the captures will be ---- */

/* What decides it, but for the folder and the point, which are the file's. */
struct origin {
	uint32_t source;
	uint32_t iface;
	uint32_t linktype;
};

static int
measure(struct bundle *b, const struct packet *p)
{
	struct origin from = { .source = p->source->id,
		               .iface = p->record.iface,
		               .linktype = p->record.linktype };
	struct channel *c = NULL;
	uint32_t at;
	void *v = NULL;
	int rc = map_insert(&b->origins, &from, &v);

	if (rc == 1) {
		c = find_channel(b, p);
		rc = c == NULL ? add_channel(b, p, &c) : 0;
		if (rc == 0) {
			at = (uint32_t)(c - b->channel);
			memcpy(v, &at, sizeof(at));
		}
	}
	if (rc != 0)
		return err_set(b->x->e, rc, "%s", err_text(rc));
	memcpy(&at, v, sizeof(at));
	c = &b->channel[at];
	c->nanos |= !p->source->micro;
	c->bytes += PCAP_OUT_RECORD + (uint64_t)p->record.caplen;
	return 0;
}

static bool
is_wanted(void *ctx, const struct packets_source *s)
{
	const struct bundle *b = ctx;

	return b->wanted == NULL || belongs(b, b->wanted, s);
}

static int
open_packets(struct bundle *b, struct packets **ret_packets)
{
	struct packets_setup setup = { .o = b->x->job->o,
		                       .pick = b->pick,
		                       .limits = b->x->job->limits,
		                       .cancel = b->x->out->cancel,
		                       .filter = is_wanted,
		                       .ctx = b };

	return packets_open(&setup, b->x->e, ret_packets);
}

static int
measure_all(struct bundle *b)
{
	struct packets *packets;
	struct packet p;
	int rc = open_packets(b, &packets);

	if (rc != 0)
		return rc;
	while ((rc = packets_next(packets, &p, b->x->e)) == 1) {
		rc = measure(b, &p);
		if (rc != 0)
			break;
	}
	packets_free(packets);
	return rc;
}

/* ---- names ---- */

static int
take_kind(void *ctx, const struct stream *s)
{
	*(enum ids_kind *)ctx = ids_kind_of(s->tls, s->l4 == 17, s->port[0],
	                                    s->port[1]);
	return 0;
}

/* As the hub calls the file of this stream. */
static int
name_stream(struct bundle *b, struct channel *c)
{
	enum ids_kind kind = IDS_PLAIN;
	char text[IDS_TEXT];
	int rc = index_stream(opened_index(b->x->job->o), b->x->job->stream,
	                      take_kind, &kind, b->x->e);

	if (rc == 0)
		c->name = arena_dup(&b->arena,
		                    ids_stream(b->x->job->stream, kind, text));
	return rc;
}

/*
 * The Unix second and how many came before; the sign of a TLS library's
 * plaintext is in names of streams only, so those get a number.
 */
static void
name_capture(struct bundle *b, struct channel *c, size_t i)
{
	const char *slash = c->folder.n > 0 ? "/" : "";

	if (c->tls)
		c->name = arena_printf(&b->arena, STR_FMT "%s%012zu_tls.pcap",
		                       STR_ARG(c->folder), slash, i + 1);
	else
		c->name = arena_printf(&b->arena, STR_FMT "%s%" PRId64 ".pcap",
		                       STR_ARG(c->folder), slash,
		                       b->sec + (int64_t)i);
}

static int
name_all(struct bundle *b)
{
	int rc = 0;

	for (size_t i = 0; i < b->nchannels && rc == 0; i++) {
		if (b->single && b->x->job->one_stream && b->nchannels == 1)
			rc = name_stream(b, &b->channel[i]);
		else
			name_capture(b, &b->channel[i], i);
	}
	return rc == 0 ? arena_error(&b->arena) : rc;
}

/* ---- the second pass ---- */

static int
write_archive(void *ctx, const char *p, size_t n)
{
	struct bundle *b = ctx;

	return archive_out_data(b->out, p, n, b->x->e);
}

static int
copy_packets(struct bundle *b, const struct channel *c, struct outlet *to)
{
	struct pcap_out pcap;
	struct packets *packets;
	struct packet p;
	int rc;

	b->wanted = c;
	rc = open_packets(b, &packets);
	b->wanted = NULL;
	if (rc != 0)
		return rc;
	pcap_out_begin(&pcap, to, c->linktype, c->nanos);
	while ((rc = packets_next(packets, &p, b->x->e)) == 1) {
		if (p.record.iface != c->iface ||
		    p.record.linktype != c->linktype)
			continue;
		pcap_out_record(&pcap, &p.record);
		b->x->counts->packets++;
		if (to->error != 0)
			break;
	}
	packets_free(packets);
	return rc < 0 ? rc : outlet_flush(to);
}

static int
put_capture(struct bundle *b, const struct channel *c)
{
	struct outlet to;
	int rc = archive_out_member(b->out, c->name, c->bytes, b->sec, b->x->e);

	if (rc != 0)
		return rc;
	outlet_init(&to, write_archive, b, b->x->out->cancel);
	return copy_packets(b, c, &to);
}

/* ---- histories ---- */

static bool
has_folder(const struct bundle *b, struct str folder)
{
	for (size_t i = 0; i < b->nchannels; i++)
		if (str_eq(b->channel[i].folder, folder))
			return true;
	return false;
}

/*
 * Those that belong to all nodes, and those of the nodes that have packets
 * here. A single stream comes with the history of its own node.
 */
static bool
is_history(const struct bundle *b, const struct index_source *s)
{
	struct layout l = layout_of(s->name);

	if (s->capture || !str_eq(l.base, STR(LAYOUT_HISTORY)))
		return false;
	if (s->path.n == 0 && !path_is_safe(s->name, NULL))
		return false;
	if (l.node.n == 0)
		return !b->single || b->nhistories == 0;
	return b->single ? true : has_folder(b, path_base(l.folder));
}

static int
take_history(void *ctx, const struct index_source *s)
{
	struct bundle *b = ctx;
	struct str folder = folder_of(b, s->name);
	struct history *h;

	if (!is_history(b, s))
		return 0;
	if (b->nhistories == b->history_cap) {
		size_t cap = b->history_cap > 0 ? b->history_cap * 2 : 16;

		h = mem_regrow(b->history, cap, sizeof(*h));
		if (h == NULL)
			return ERR_NOMEM;
		b->history = h;
		b->history_cap = cap;
	}
	h = &b->history[b->nhistories++];
	*h = (struct history){ .folder = layout_of(s->name).folder,
		               .bytes = s->bytes };
	h->folder = arena_dup(&b->arena, h->folder);
	h->name = folder.n > 0
	              ? arena_printf(&b->arena, STR_FMT "/" LAYOUT_HISTORY,
	                             STR_ARG(folder))
	              : arena_dup(&b->arena, STR(LAYOUT_HISTORY));
	h->path = s->path.n > 0
	              ? arena_dup(&b->arena, s->path)
	              : arena_printf(&b->arena, "%s/evidence/" STR_FMT,
	                             opened_workspace(b->x->job->o),
	                             STR_ARG(s->name));
	if (s->sha256.n < sizeof(h->sha256))
		memcpy(h->sha256, s->sha256.p, s->sha256.n);
	return arena_error(&b->arena);
}

static int
copy_history(struct bundle *b, const struct history *h, int fd,
             struct sha256 *sha)
{
	uint8_t block[COPY];
	size_t n = 1;
	int rc = 0;

	while (rc == 0 && n > 0) {
		rc = io_read(fd, block, sizeof(block), &n);
		if (rc == 0)
			rc = sha256_update(sha, block, n);
		if (rc != 0)
			return err_set(b->x->e, rc, "%s: %s", h->path.p,
			               err_text(rc));
		rc = archive_out_data(b->out, block, n, b->x->e);
	}
	return rc;
}

static int
check_history(struct bundle *b, const struct history *h, struct sha256 *sha)
{
	uint8_t digest[SHA256_SIZE];
	char text[SHA256_HEX_MAX];
	int rc = sha256_final(sha, digest);

	if (rc != 0)
		return err_set(b->x->e, rc, "SHA-256: %s", err_text(rc));
	if (!str_eq(sha256_hex(digest, text), str_from_c(h->sha256)))
		return err_set(b->x->e, ERR_CHANGED,
		               "%s has changed since it was indexed",
		               h->path.p);
	return 0;
}

static int
put_history(struct bundle *b, const struct history *h)
{
	struct sha256 sha = SHA256_INIT;
	int fd = -1;
	int rc = io_open_at(AT_FDCWD, h->path.p, O_RDONLY | O_NOFOLLOW, 0, &fd);

	if (rc != 0)
		return err_set(b->x->e, rc, "%s: %s", h->path.p, err_text(rc));
	rc = sha256_init(&sha);
	if (rc != 0) {
		(void)io_close(fd);
		return err_set(b->x->e, rc, "SHA-256: %s", err_text(rc));
	}
	rc = archive_out_member(b->out, h->name, h->bytes, b->sec, b->x->e);
	if (rc == 0)
		rc = copy_history(b, h, fd, &sha);
	if (rc == 0)
		rc = check_history(b, h, &sha);
	sha256_release(&sha);
	(void)io_close(fd);
	return rc;
}

/* Of several, a single stream gets that of its own folder, else any. */
static const struct history *
own_history(const struct bundle *b)
{
	const struct history *best = NULL;
	struct position at = position_of_id(b->x->job->stream);
	struct str member = opened_source(b->x->job->o, at.source);

	for (size_t i = 0; i < b->nhistories; i++) {
		const struct history *h = &b->history[i];

		if (str_eq(h->folder, layout_of(member).folder))
			return h;
		if (best == NULL || h->folder.n < best->folder.n)
			best = h;
	}
	return best;
}

static int
put_histories(struct bundle *b)
{
	int rc = index_sources(opened_index(b->x->job->o), take_history, b,
	                       b->x->e);

	if (rc != 0)
		return rc;
	if (b->single) {
		const struct history *h = own_history(b);

		return h != NULL ? put_history(b, h) : 0;
	}
	for (size_t i = 0; i < b->nhistories && rc == 0; i++)
		rc = put_history(b, &b->history[i]);
	return rc;
}

/* ---- the whole ---- */

/* The end of the snapshot: the same query gives the same bytes again. */
static int64_t
second_of(struct opened *o)
{
	uint64_t ns;

	if (str_u64(index_meta(opened_index(o), "to"), &ns) != 0)
		return 0;
	return (int64_t)(ns / (uint64_t)CLOCK_SEC);
}

static int
write_members(struct bundle *b)
{
	int rc = archive_out_new(b->x->out, b->x->e, &b->out);

	if (rc != 0)
		return rc;
	for (size_t i = 0; i < b->nchannels && rc == 0; i++)
		rc = put_capture(b, &b->channel[i]);
	if (rc == 0)
		rc = put_histories(b);
	if (rc == 0)
		rc = archive_out_finish(b->out, b->x->e);
	archive_out_free(b->out);
	return rc;
}

int
bundle_write(struct export *x, const struct pick *pick, bool single)
{
	struct bundle b = { .x = x, .pick = pick, .single = single };
	uint8_t key[SIPHASH_KEY_SIZE];
	int rc = map_random_key(key);

	if (rc != 0)
		return err_set(x->e, rc, "%s", err_text(rc));
	map_init(&b.origins, sizeof(struct origin), sizeof(uint32_t), MAP_MAX,
	         key);
	arena_init(&b.arena, NAMES_BYTES, 0);
	b.sec = second_of(x->job->o);
	rc = measure_all(&b);
	if (rc == 0)
		rc = name_all(&b);
	if (rc == 0)
		rc = write_members(&b);
	if (rc < 0 && x->e->code != rc)
		(void)err_set(x->e, rc, "exporting packets: %s", err_text(rc));
	map_release(&b.origins);
	mem_free(b.channel);
	mem_free(b.history);
	arena_release(&b.arena);
	return rc;
}
