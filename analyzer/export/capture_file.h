/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capture_file: picked packets as one pcap or pcapng file (export.h).
 *
 * In pcapng, an interface is what the index of a snapshot calls by the same
 * capture point, name and link type. Its drop counters are those that its
 * capture files tell, added up. Names of addresses are all that the
 * conversations' addresses had at any time.
 */
#ifndef EXPORT_CAPTURE_FILE_H
#define EXPORT_CAPTURE_FILE_H

#include "analyzer/export/export_impl.h"
#include "base/compiler.h"

/* Packets written are counted in x->counts. */
int capture_file_pcap(struct export *x) WARN_UNUSED;
int capture_file_pcapng(struct export *x) WARN_UNUSED;

#endif /* EXPORT_CAPTURE_FILE_H */
