/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/export/bundle.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/entry/position.h"
#include "analyzer/export/packets.h"
#include "analyzer/export/seats.h"
#include "analyzer/query/ids.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/sha256.h"
#include "snapshot/archive_out.h"
#include "snapshot/layout.h"
#include "snapshot/manifest_out.h"
#include "snapshot/pcap_out.h"

enum {
	FILES_MAX = 1 << 18,
	NAMES_BYTES = 64 << 20,
	COPY = 65536,
	TEXT_BYTES = 64 << 20, /* of a document about the members */
};

/* A capture that is being written. */
struct channel {
	struct str folder;
	uint32_t point;
	uint16_t linktype;
	bool tls;
	bool nanos;
	bool stream;  /* of a file that holds one stream, and no vantage */
	size_t apart; /* number of the folder of its vantage's own, 0 none */
	int64_t first_ts, last_ts;
	uint64_t bytes;
	uint64_t packets;
	struct str name; /* of the member */
};

/* A name history. */
struct history {
	struct str folder; /* of the node; "" for all */
	struct str target; /* the folder in the archive */
	struct str name;   /* of the member */
	struct str path;
	char sha256[SHA256_HEX_MAX];
	uint64_t bytes;
};

/* What is packed of one snapshot. */
struct bundle {
	struct export *x;
	size_t part;
	struct opened *o; /* of it */
	bool single;
	struct arena arena;
	struct str around; /* the folder around all, "" none */
	struct channel *channel;
	size_t nchannels, channel_cap;
	struct seats seats;
	struct map origins; /* of packets -> index of the channel */
	struct history *history;
	size_t nhistories, history_cap;
	int64_t sec;                  /* that the bundle is as of */
	const struct channel *wanted; /* by the filter */
	struct archive_out *out;
	struct sha256 sha; /* of the member at hand */
};

/* A member: one of the two is there. */
struct member {
	struct bundle *bundle;
	const struct channel *channel;
	const struct history *history;
	struct str name;
	struct manifest_member sealed;
};

/* The archive. */
struct crate {
	struct export *x;
	struct bundle *bundle; /* one a part */
	size_t n;
	struct member *member;
	size_t nmembers;
	struct archive_out *out;
	struct buf text; /* of a document */
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
	struct str member = opened_source(b->o, s->id);

	return c->tls == s->tls && str_eq(c->folder, folder_of(b, member));
}

/* Of a packet; measure() has seen to it that the index knows. */
static uint32_t
point_of(const struct bundle *b, const struct packet *p)
{
	uint32_t point = 0;

	(void)seats_point(&b->seats, p->source->id, p->record.iface, &point);
	return point;
}

static struct channel *
find_channel(struct bundle *b, const struct packet *p)
{
	uint32_t point = point_of(b, p);

	for (size_t i = 0; i < b->nchannels; i++) {
		struct channel *c = &b->channel[i];

		if (c->point == point && c->linktype == p->record.linktype &&
		    belongs(b, c, p->source))
			return c;
	}
	return NULL;
}

static int
add_channel(struct bundle *b, const struct packet *p,
            struct channel **ret_channel)
{
	struct str member = opened_source(b->o, p->source->id);

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
		.point = point_of(b, p),
		.linktype = p->record.linktype,
		.tls = p->source->tls,
		.stream = layout_of(member).single_stream,
		.first_ts = p->record.ts,
		.last_ts = p->record.ts,
		.bytes = PCAP_OUT_HEADER,
	};
	return arena_error(&b->arena);
}

/* ---- the first pass: how large the captures will be ---- */

/* What decides it: the folder and the point are the file's and interface's. */
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
	uint32_t point;
	int rc = map_insert(&b->origins, &from, &v);

	if (rc == 1 && !seats_point(&b->seats, from.source, from.iface, &point))
		return err_set(
		    b->x->e, ERR_CORRUPT,
		    "the index does not know interface %" PRIu32 " of " STR_FMT,
		    from.iface, STR_ARG(opened_source(b->o, from.source)));
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
	if (p->record.ts > c->last_ts)
		c->last_ts = p->record.ts;
	c->bytes += PCAP_OUT_RECORD + (uint64_t)p->record.caplen;
	c->packets++;
	return 0;
}

static bool
is_wanted(void *ctx, const struct packets_source *s)
{
	const struct bundle *b = ctx;

	return b->wanted == NULL ||
	       (belongs(b, b->wanted, s) &&
	        seats_has(&b->seats, s->id, b->wanted->point));
}

static int
open_packets(struct bundle *b, struct packets **ret_packets)
{
	struct packets_setup setup = { .o = b->o,
		                       .pick = b->x->pick[b->part],
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
	int rc = index_stream(opened_index(b->o), b->x->job->part[0].streams[0],
	                      take_kind, &kind, b->x->e);

	if (rc == 0)
		c->name = arena_dup(
		    &b->arena,
		    ids_stream(b->x->job->part[0].streams[0], kind, text));
	return rc;
}

/*
 * A reader takes the i-th capture for the sequel of another vantage's when one
 * folder has both and this one begins where the other ends: then it gets a
 * folder of its own, with this number.
 */
static size_t
set_apart(const struct bundle *b, size_t i)
{
	const struct channel *c = &b->channel[i];

	if (b->single || c->stream)
		return 0;
	for (size_t at = i; at-- > 0;) {
		const struct channel *o = &b->channel[at];

		if (!str_eq(o->folder, c->folder))
			continue;
		if (o->point == c->point)
			return o->apart;
		if (o->apart == 0 && c->first_ts >= o->last_ts - LAYOUT_SLACK)
			return i + 1;
		if (o->apart == 0)
			return 0;
	}
	return 0;
}

/* A folder with what is around it, and a slash if there is one. */
static struct str
place_of(struct bundle *b, struct str folder)
{
	return arena_printf(&b->arena, STR_FMT "%s" STR_FMT "%s",
	                    STR_ARG(b->around), b->around.n > 0 ? "/" : "",
	                    STR_ARG(folder), folder.n > 0 ? "/" : "");
}

/*
 * The Unix second and how many came before; the sign of a TLS library's
 * plaintext is in names of streams only, so those get a number.
 */
static void
name_capture(struct bundle *b, struct channel *c, size_t i)
{
	struct str folder = place_of(b, c->folder);

	c->apart = set_apart(b, i);
	if (c->apart > 0)
		folder = place_of(
		    b, arena_printf(&b->arena, "vantage-%zu%s" STR_FMT,
		                    c->apart, c->folder.n > 0 ? "/" : "",
		                    STR_ARG(c->folder)));
	if (c->tls)
		c->name = arena_printf(&b->arena, STR_FMT "%012zu_tls.pcap",
		                       STR_ARG(folder), i + 1);
	else
		c->name = arena_printf(&b->arena, STR_FMT "%" PRId64 ".pcap",
		                       STR_ARG(folder), b->sec + (int64_t)i);
}

static int
name_all(struct bundle *b)
{
	int rc = 0;

	for (size_t i = 0; i < b->nchannels && rc == 0; i++) {
		if (b->single && b->nchannels == 1)
			rc = name_stream(b, &b->channel[i]);
		else
			name_capture(b, &b->channel[i], i);
	}
	for (size_t i = 0; i < b->nhistories; i++)
		b->history[i].name =
		    arena_printf(&b->arena, STR_FMT LAYOUT_HISTORY,
		                 STR_ARG(place_of(b, b->history[i].target)));
	return rc == 0 ? arena_error(&b->arena) : rc;
}

/* ---- the second pass ---- */

static int
write_archive(void *ctx, const char *p, size_t n)
{
	struct bundle *b = ctx;
	int rc = sha256_update(&b->sha, p, n);

	if (rc != 0)
		return err_set(b->x->e, rc, "SHA-256: %s", err_text(rc));
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
		if (p.record.linktype != c->linktype ||
		    point_of(b, &p) != c->point)
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
	h->target = arena_dup(&b->arena, folder);
	h->path = s->path.n > 0
	              ? arena_dup(&b->arena, s->path)
	              : arena_printf(&b->arena, "%s/evidence/" STR_FMT,
	                             opened_workspace(b->o), STR_ARG(s->name));
	if (s->sha256.n < sizeof(h->sha256))
		memcpy(h->sha256, s->sha256.p, s->sha256.n);
	return arena_error(&b->arena);
}

static int
copy_history(struct bundle *b, const struct history *h, int fd)
{
	uint8_t block[COPY];
	size_t n = 1;
	int rc = 0;

	while (rc == 0 && n > 0) {
		rc = io_read(fd, block, sizeof(block), &n);
		if (rc != 0)
			return err_set(b->x->e, rc, "%s: %s", h->path.p,
			               err_text(rc));
		rc = write_archive(b, (const char *)block, n);
	}
	return rc;
}

static int
put_history(struct bundle *b, const struct history *h)
{
	int fd = -1;
	/* O_NONBLOCK: a pipe that took the file's place must not hang us. */
	int rc = io_open_at(AT_FDCWD, h->path.p,
	                    O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0, &fd);

	if (rc != 0)
		return err_set(b->x->e, rc, "%s: %s", h->path.p, err_text(rc));
	rc = archive_out_member(b->out, h->name, h->bytes, b->sec, b->x->e);
	if (rc == 0)
		rc = copy_history(b, h, fd);
	(void)io_close(fd);
	return rc;
}

/* Of several, a single stream gets that of its own folder, else any. */
static const struct history *
own_history(const struct bundle *b)
{
	const struct history *best = NULL;
	struct position at =
	    position_of_id(b->x->job->part[b->part].streams[0]);
	struct str member = opened_source(b->o, at.source);

	for (size_t i = 0; i < b->nhistories; i++) {
		const struct history *h = &b->history[i];

		if (str_eq(h->folder, layout_of(member).folder))
			return h;
		if (best == NULL || h->folder.n < best->folder.n)
			best = h;
	}
	return best;
}

/* ---- one snapshot ---- */

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
bundle_init(struct bundle *b, struct export *x, size_t part, bool single)
{
	uint8_t key[SIPHASH_KEY_SIZE];
	int rc = map_random_key(key);

	*b = (struct bundle){ .x = x,
		              .part = part,
		              .o = export_opened(x, part),
		              .single = single };
	map_init(&b->origins, sizeof(struct origin), sizeof(uint32_t), MAP_MAX,
	         key);
	arena_init(&b->arena, NAMES_BYTES, 0);
	b->sec = second_of(b->o);
	if (rc == 0)
		rc = seats_load(&b->seats, opened_index(b->o), x->e);
	if (rc == 0)
		rc = measure_all(b);
	/* Of a snapshot with nothing to be packed, not even names. */
	if (rc == 0 && (b->nchannels > 0 || x->job->nparts == 1))
		rc = index_sources(opened_index(b->o), take_history, b, x->e);
	return rc;
}

static void
bundle_release(struct bundle *b)
{
	map_release(&b->origins);
	seats_release(&b->seats);
	mem_free(b->channel);
	mem_free(b->history);
	arena_release(&b->arena);
}

/* Is a folder of one also a folder of the other? */
static bool
bundles_clash(const struct bundle *a, const struct bundle *b)
{
	for (size_t i = 0; i < a->nchannels; i++) {
		if (has_folder(b, a->channel[i].folder))
			return true;
	}
	for (size_t i = 0; i < a->nhistories; i++) {
		for (size_t k = 0; k < b->nhistories; k++)
			if (str_eq(a->history[i].target, b->history[k].target))
				return true;
	}
	return false;
}

/* ---- the archive ---- */

static void
keep_apart(struct crate *c)
{
	bool clash = false;

	for (size_t i = 0; i < c->n; i++) {
		for (size_t k = i + 1; k < c->n; k++)
			clash |= bundles_clash(&c->bundle[i], &c->bundle[k]);
	}
	for (size_t i = 0; i < c->n && clash; i++) {
		struct bundle *b = &c->bundle[i];

		b->around =
		    arena_printf(&b->arena, "snapshot-%u",
		                 c->x->job->part[i].source.names.snapshot);
	}
}

static int
compare_members(const void *a, const void *b)
{
	return str_cmp(((const struct member *)a)->name,
	               ((const struct member *)b)->name);
}

static void
add_member(struct crate *c, const struct member *m)
{
	c->member[c->nmembers++] = *m;
}

/* A single stream has the history of its own node. */
static int
list_members(struct crate *c)
{
	size_t n = 1;

	for (size_t i = 0; i < c->n; i++)
		n += c->bundle[i].nchannels + c->bundle[i].nhistories;
	c->member = mem_array(n, sizeof(*c->member));
	if (c->member == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < c->n; i++) {
		struct bundle *b = &c->bundle[i];
		const struct history *own = b->single ? own_history(b) : NULL;

		for (size_t k = 0; k < b->nchannels; k++)
			add_member(
			    c, &(struct member){ .bundle = b,
			                         .channel = &b->channel[k],
			                         .name = b->channel[k].name });
		for (size_t k = 0; k < b->nhistories; k++) {
			if (!b->single || &b->history[k] == own)
				add_member(c, &(struct member){
						  .bundle = b,
						  .history = &b->history[k],
						  .name = b->history[k].name });
		}
	}
	if (c->nmembers > 1)
		qsort(c->member, c->nmembers, sizeof(*c->member),
		      compare_members);
	return 0;
}

static int
check_digest(struct member *m)
{
	struct bundle *b = m->bundle;
	char text[SHA256_HEX_MAX];

	if (m->history == NULL)
		return 0;
	if (!str_eq(sha256_hex(m->sealed.sha256, text),
	            str_from_c(m->history->sha256)))
		return err_set(b->x->e, ERR_CHANGED,
		               "%s has changed since it was indexed",
		               m->history->path.p);
	return 0;
}

static int
put_member(struct crate *c, struct member *m)
{
	struct bundle *b = m->bundle;
	int rc = sha256_init(&b->sha);

	b->out = c->out;
	m->sealed.name = m->name;
	if (rc == 0 && m->channel != NULL) {
		rc = put_capture(b, m->channel);
		m->sealed.bytes = m->channel->bytes;
		m->sealed.has_packets = true;
		m->sealed.packets = m->channel->packets;
	} else if (rc == 0) {
		rc = put_history(b, m->history);
		m->sealed.bytes = m->history->bytes;
	}
	if (rc == 0)
		rc = sha256_final(&b->sha, m->sealed.sha256);
	sha256_release(&b->sha);
	return rc == 0 ? check_digest(m) : rc;
}

/* ---- sealing ---- */

static int
put_text(struct crate *c, const char *name)
{
	struct str text = buf_str(&c->text);
	int64_t sec = 0;
	int rc;

	for (size_t i = 0; i < c->n; i++)
		if (c->bundle[i].sec > sec)
			sec = c->bundle[i].sec;
	rc = archive_out_member(c->out, str_from_c(name), text.n, sec, c->x->e);
	return rc == 0 ? archive_out_data(c->out, text.p, text.n, c->x->e) : rc;
}

static int64_t
instant_of(struct opened *o, const char *key)
{
	uint64_t ns;

	return str_u64(index_meta(opened_index(o), key), &ns) == 0 ? (int64_t)ns
	                                                           : 0;
}

static bool
is_told(const struct manifest_out *s, struct str folder)
{
	for (size_t i = 0; i < s->nnodes; i++)
		if (str_eq(s->node[i].folder, folder))
			return true;
	return false;
}

/* The nodes that there are packets of, each with the folder of its history. */
static void
tell_nodes(struct crate *c, struct manifest_out *s, struct snapshot_node *nodes)
{
	s->node = nodes;
	for (size_t i = 0; i < c->nmembers; i++) {
		struct layout l = layout_of(c->member[i].name);

		const struct channel *ch = c->member[i].channel;

		if (ch == NULL || ch->apart > 0 || l.node.n == 0 ||
		    is_told(s, l.folder))
			continue;
		nodes[s->nnodes++] = (struct snapshot_node){
			.name = l.node, .ip = l.node_ip, .folder = l.folder
		};
	}
}

/* The window is that of the snapshots, of which this is a part. */
static void
tell_window(struct crate *c, struct manifest_out *s)
{
	for (size_t i = 0; i < c->n; i++) {
		struct opened *o = c->bundle[i].o;
		int64_t from = instant_of(o, "from"), to = instant_of(o, "to");

		if (i == 0 || from < s->from)
			s->from = from;
		if (i == 0 || to > s->to)
			s->to = to;
	}
	if (c->n == 1)
		s->cluster = index_meta(opened_index(c->bundle[0].o),
		                        "cluster");
}

/* snapshot.json; it is a member like the others to the manifest. */
static int
put_claim(struct crate *c, struct manifest_member *ret_sealed)
{
	struct manifest_out s = { .program = c->x->job->program };
	struct snapshot_node *nodes = mem_array(c->nmembers + 1,
	                                        sizeof(*nodes));
	int rc;

	if (nodes == NULL)
		return ERR_NOMEM;
	tell_nodes(c, &s, nodes);
	tell_window(c, &s);
	buf_clear(&c->text);
	rc = manifest_out_claim(&s, &c->text);
	mem_free(nodes);
	if (rc != 0)
		return rc;
	*ret_sealed = (struct manifest_member){ .name = STR(LAYOUT_SNAPSHOT),
		                                .bytes = c->text.n };
	rc = sha256_of(buf_str(&c->text), ret_sealed->sha256);
	return rc == 0 ? put_text(c, LAYOUT_SNAPSHOT) : rc;
}

static int
put_manifest(struct crate *c, const struct manifest_member *claim)
{
	struct manifest_member *all = mem_array(c->nmembers + 1, sizeof(*all));
	int rc;

	if (all == NULL)
		return ERR_NOMEM;
	all[0] = *claim;
	for (size_t i = 0; i < c->nmembers; i++)
		all[i + 1] = c->member[i].sealed;
	buf_clear(&c->text);
	rc = manifest_out_members(all, c->nmembers + 1, &c->text);
	mem_free(all);
	return rc == 0 ? put_text(c, LAYOUT_MANIFEST) : rc;
}

/* ---- the whole ---- */

static int
write_members(struct crate *c, bool sealed)
{
	struct manifest_member claim;
	int rc = archive_out_new(c->x->out, c->x->e, &c->out);

	if (rc != 0)
		return rc;
	if (sealed)
		rc = put_claim(c, &claim);
	for (size_t i = 0; i < c->nmembers && rc == 0; i++)
		rc = put_member(c, &c->member[i]);
	if (rc == 0 && sealed)
		rc = put_manifest(c, &claim);
	if (rc == 0)
		rc = archive_out_finish(c->out, c->x->e);
	archive_out_free(c->out);
	return rc;
}

static int
fill_crate(struct crate *c, bool single)
{
	int rc = 0;

	c->bundle = mem_array(c->x->job->nparts, sizeof(*c->bundle));
	if (c->bundle == NULL)
		return ERR_NOMEM;
	for (size_t i = 0; i < c->x->job->nparts && rc == 0; i++)
		rc = bundle_init(&c->bundle[c->n++], c->x, i, single);
	keep_apart(c);
	for (size_t i = 0; i < c->n && rc == 0; i++)
		rc = name_all(&c->bundle[i]);
	return rc == 0 ? list_members(c) : rc;
}

int
bundle_write(struct export *x, bool single)
{
	struct crate c = { .x = x };
	int rc;

	buf_init(&c.text, TEXT_BYTES);
	rc = fill_crate(&c, single);
	if (rc == 0)
		rc = write_members(&c, !single);
	if (rc < 0 && x->e->code != rc)
		(void)err_set(x->e, rc, "exporting packets: %s", err_text(rc));
	for (size_t i = 0; i < c.n; i++)
		bundle_release(&c.bundle[i]);
	mem_free(c.bundle);
	mem_free(c.member);
	buf_release(&c.text);
	return rc;
}
