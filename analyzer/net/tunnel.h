/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tunnel: does the payload of this packet hold another packet?
 *
 * Tunnels over UDP are known by their destination port alone, so the caller
 * has to be ready to find that the inside is none. Sources: RFC 7348 (VXLAN),
 * RFC 8926 (Geneve), RFC 2784 and 2890 (GRE), RFC 2637 (its version 1),
 * RFC 2003 and 4213 (IP in IP), RFC 4023 (MPLS in IP), draft-foschiano-erspan
 * (ERSPAN), 3GPP TS 29.281 (GTP-U).
 */
#ifndef NET_TUNNEL_H
#define NET_TUNNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/net/layer.h"
#include "analyzer/net/packet.h"
#include "base/compiler.h"

/*
 * `io` is the payload of pkt (after the UDP header, or the IP payload of other
 * protocols). True when it is a tunnel's: io is then what was carried and
 * *ret_type its EtherType. Otherwise io is unchanged.
 */
bool tunnel_open(const struct packet *pkt, struct layer *io,
                 uint16_t *ret_type) WARN_UNUSED;

#endif /* NET_TUNNEL_H */
