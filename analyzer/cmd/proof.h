/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proof: which packets carried a message.
 *
 *	node-1_10.0.0.5/1795391387.pcap: packets 117, 119-121
 */
#ifndef CMD_PROOF_H
#define CMD_PROOF_H

#include "analyzer/index/row.h"
#include "analyzer/proto/proto.h"
#include "analyzer/query/opened.h"
#include "base/compiler.h"
#include "base/err.h"
#include "console/term.h"

/* Print them after `label`, numbered as in the capture file from 1. The codes
 * of the index's reader. */
int proof_packets(struct term *t, struct opened *o, const struct index_entry *e,
                  enum side side, struct err *err) WARN_UNUSED;

#endif /* CMD_PROOF_H */
