/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/query/ids.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>

#include "analyzer/entry/position.h"
#include "base/err.h"

enum {
	WORKER_PORT = 8897, /* the original's, in a cluster */
	LOOPBACKS = 254,    /* 127.0.0.1 to .254 */
	STREAM_DIGITS = 12,
	DNS_PORT = 53,
};

struct str
ids_node_ip(const struct index_point *node, int64_t stream, char out[IDS_TEXT])
{
	uint32_t source = position_of_id(stream).source;
	int n;

	if (node != NULL && node->node_ip.n > 0 && node->node_ip.n < ADDR_TEXT)
		n = snprintf(out, IDS_TEXT, STR_FMT, STR_ARG(node->node_ip));
	else
		n = snprintf(out, IDS_TEXT, "127.0.0.%u",
		             (unsigned)(source % LOOPBACKS + 1));
	return str_make(out, (size_t)n);
}

struct str
ids_worker(struct str node_ip, unsigned snapshot, char out[IDS_TEXT])
{
	unsigned port = WORKER_PORT + (snapshot > 0 ? snapshot - 1 : 0);
	int n = snprintf(out, IDS_TEXT, STR_FMT ":%u",
	                 STR_ARG(str_head(node_ip, ADDR_TEXT)), port);

	return str_make(out, (size_t)n);
}

static const char *const suffixes[] = {
	[IDS_PLAIN] = "",
	[IDS_TLS] = "_tls",
	[IDS_DNS] = "_dns",
};

enum ids_kind
ids_kind_of(bool tls, bool udp, uint16_t port_a, uint16_t port_b)
{
	if (tls)
		return IDS_TLS;
	return udp && (port_a == DNS_PORT || port_b == DNS_PORT) ? IDS_DNS
	                                                         : IDS_PLAIN;
}

struct str
ids_stream(int64_t stream, enum ids_kind kind, char out[IDS_TEXT])
{
	uint64_t number = (uint64_t)stream >> POSITION_SEQ_BITS;
	int n = snprintf(out, IDS_TEXT, "%0*" PRIu64 "%s.pcap", STREAM_DIGITS,
	                 number, suffixes[kind]);

	return str_make(out, (size_t)n);
}

struct str
ids_eid(int64_t id, unsigned snapshot, char out[IDS_TEXT])
{
	int n = snapshot > 0
	            ? snprintf(out, IDS_TEXT, "%u:%" PRId64, snapshot, id)
	            : snprintf(out, IDS_TEXT, "%" PRId64, id);

	return str_make(out, (size_t)n);
}

/* Without the ending, when it is there. */
static bool
strip(struct str *s, struct str end)
{
	if (!str_ends(*s, end))
		return false;
	*s = str_head(*s, s->n - end.n);
	return true;
}

int
ids_parse_stream(struct str name, int64_t *ret_stream)
{
	uint64_t number;

	if (!strip(&name, STR(".pcap")))
		return ERR_SYNTAX;
	if (!strip(&name, STR("_tls")))
		(void)strip(&name, STR("_dns"));
	if (name.n < STREAM_DIGITS || str_u64(name, &number) != 0 ||
	    number > INT64_MAX >> POSITION_SEQ_BITS)
		return ERR_SYNTAX;
	*ret_stream = (int64_t)(number << POSITION_SEQ_BITS);
	return 0;
}

int
ids_parse_eid(struct str text, unsigned *ret_snapshot, int64_t *ret_id)
{
	struct str head, id;
	uint64_t snapshot = 0, v;

	if (!str_split1(text, ':', &head, &id))
		id = head;
	else if (str_u64(head, &snapshot) != 0 || snapshot == 0 ||
	         snapshot > UINT_MAX)
		return ERR_SYNTAX;
	if (str_u64(id, &v) != 0 || v > INT64_MAX)
		return ERR_SYNTAX;
	*ret_snapshot = (unsigned)snapshot;
	*ret_id = (int64_t)v;
	return 0;
}
