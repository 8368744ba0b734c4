/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pcap_out: writes classic pcap files, little endian.
 *
 * Records keep their times and original lengths. A time before 1970 or past
 * 2106, which the format cannot hold, becomes the nearest that it can.
 * Source: draft-ietf-opsawg-pcap.
 */
#ifndef SNAPSHOT_PCAP_OUT_H
#define SNAPSHOT_PCAP_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/outlet.h"
#include "snapshot/capture.h"

/* What libpcap calls the largest packet there may be. */
#define PCAP_OUT_SNAPLEN 262144u

/* Bytes of the file's header, and of a record's. */
enum { PCAP_OUT_HEADER = 24, PCAP_OUT_RECORD = 16 };

struct pcap_out {
	struct outlet *out;
	bool nanos; /* times to the nanosecond, else to the microsecond */
};

/* Writes the file header. Failures are the outlet's. */
void pcap_out_begin(struct pcap_out *p, struct outlet *out, uint16_t linktype,
                    bool nanos);
/* One packet; its data has to be there. */
void pcap_out_record(struct pcap_out *p, const struct record *r);

#endif /* SNAPSHOT_PCAP_OUT_H */
