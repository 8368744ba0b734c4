/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pcapng_out: writes pcapng files of one section, little endian.
 *
 * Times are nanoseconds. An interface is told before its first packet, names
 * and statistics anywhere. Texts longer than PCAPNG_OUT_TEXT are cut, so that
 * no block can be larger than readers accept. Failures are the outlet's.
 * Source: draft-ietf-opsawg-pcapng.
 */
#ifndef SNAPSHOT_PCAPNG_OUT_H
#define SNAPSHOT_PCAPNG_OUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/outlet.h"
#include "base/str.h"
#include "snapshot/capture.h"

/* Bytes of a comment or name. */
#define PCAPNG_OUT_TEXT 4096u
/* Comments of one packet. */
#define PCAPNG_OUT_COMMENTS 64u

/* SHB: the section's header; empty texts are left out. */
void pcapng_out_begin(struct outlet *o, struct str program, struct str comment);

struct pcapng_out_iface {
	struct str name;
	struct str description;
	uint16_t linktype;
	uint32_t snaplen;
};

/* IDB: they count from 0 in the order of these calls. */
void pcapng_out_iface(struct outlet *o, const struct pcapng_out_iface *i);

/* NRB: one address and its names. Empty names are passed over. */
void pcapng_out_names(struct outlet *o, const struct addr *ip,
                      const struct str *names, size_t n);

/* EPB: a packet, on interface `iface`, with n comments. */
void pcapng_out_packet(struct outlet *o, uint32_t iface, const struct record *r,
                       const struct str *comments, size_t n);

/* ISB: what an interface dropped, as of `ts`. */
void pcapng_out_drops(struct outlet *o, uint32_t iface, int64_t ts,
                      uint64_t drops);

#endif /* SNAPSHOT_PCAPNG_OUT_H */
