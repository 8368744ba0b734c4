/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ids: how entries, streams and workers are called.
 *
 * Our own id (eid) is the decimal number of the index; with several snapshots
 * open it is "N:ID", N counting the snapshots from 1.
 *
 * The compatible API wants names of workers and of files that never existed
 * here. They are made from the evidence alone, so that they are final when
 * first shown and lead back to the stream without a table:
 *
 *   worker  "<ip>:8897", ip being that of the node, or 127.0.0.n with
 *           n = source ordinal mod 254 + 1 when no node is known. With several
 *           snapshots the port of snapshot N is 8896 + N.
 *   stream  "<number>.pcap", at least 12 digits; number = stream id >> 14, so
 *           in the first capture file the record of the first packet. "_tls"
 *           or "_dns" in front of ".pcap" for such streams.
 *   entry   "<worker>/<stream>-<ordinal>"
 */
#ifndef QUERY_IDS_H
#define QUERY_IDS_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/index/row.h"
#include "base/compiler.h"
#include "base/str.h"

/* What the original keeps in files of their own kind. */
enum ids_kind { IDS_PLAIN, IDS_TLS, IDS_DNS };

/* Room for any name made here, its NUL included. */
#define IDS_TEXT 96u

/* tls: plaintext taken from a TLS library; DNS is UDP from or to port 53. */
enum ids_kind ids_kind_of(bool tls, bool udp, uint16_t port_a, uint16_t port_b);

/* The part of a worker in front of the colon; the node may be NULL. */
struct str ids_node_ip(const struct index_point *node, int64_t stream,
                       char out[IDS_TEXT]);
struct str ids_worker(struct str node_ip, unsigned snapshot,
                      char out[IDS_TEXT]);
struct str ids_stream(int64_t stream, enum ids_kind kind, char out[IDS_TEXT]);
struct str ids_eid(int64_t id, unsigned snapshot, char out[IDS_TEXT]);

/* The stream that a file name of ids_stream() stands for; ERR_SYNTAX. */
int ids_parse_stream(struct str name, int64_t *ret_stream) WARN_UNUSED;
/* "ID" (then *ret_snapshot is 0) or "N:ID"; ERR_SYNTAX. */
int ids_parse_eid(struct str text, unsigned *ret_snapshot,
                  int64_t *ret_id) WARN_UNUSED;

#endif /* QUERY_IDS_H */
