/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chain: what follows each other: the capture files of one folder and, in them,
 * one interface.
 *
 * An interface is known by its name. One without a name is known by its number
 * in its section of the file; number 0 is also that of files that have no
 * interfaces to speak of (pcap).
 */
#ifndef INGEST_CHAIN_H
#define INGEST_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/str.h"

struct chain {
	bool begun;      /* there has been a packet */
	uint32_t point;  /* the latest capture point */
	int64_t last_ts; /* of its packets so far */
	uint32_t file;   /* the latest file, as the user counts them */
	struct str name; /* ... and its name, the user's */
};

struct chain_table;

/* NULL without memory. */
struct chain_table *chain_table_new(void);
void chain_table_free(struct chain_table *t);

/*
 * The chain of a folder and interface, zeroed when it is new; it stays where it
 * is. ERR_NOMEM, ERR_BUDGET.
 */
int chain_get(struct chain_table *t, struct str folder, struct str iface,
              uint32_t no, struct chain **ret_chain) WARN_UNUSED;

enum { CHAIN_LABEL = 1200 };

/*
 * What people read, "folder/iface": a `/` or `%` in the interface's name is
 * percent-encoded, so that there is one way to read it; an interface without a
 * name is "", "#1", ... A name that begins with # has it encoded as well.
 */
struct str chain_label(struct str folder, struct str iface, uint32_t no,
                       char out[CHAIN_LABEL]);

#endif /* INGEST_CHAIN_H */
