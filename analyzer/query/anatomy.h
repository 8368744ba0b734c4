/* SPDX-License-Identifier: Apache-2.0 */
/*
 * anatomy: the headers of one packet, layer by layer, for people to look at.
 *
 * Only what a person wants to see is read here, for the usual link types,
 * tunnels included; what the analysis goes by is net/packet.h. A header that is
 * cut or not known ends the list, and the rest is the last layer's inside.
 * RFC 791, 8200, 9293, 768, 7348 (VXLAN), IEEE 802.3 and 802.1Q; LINUX_SLL and
 * LINUX_SLL2 of the link type registry.
 */
#ifndef QUERY_ANATOMY_H
#define QUERY_ANATOMY_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/compiler.h"
#include "base/str.h"

enum { ANATOMY_LAYERS = 16, ANATOMY_FIELDS = 12 };

struct anatomy_field {
	const char *name;
	struct str value;
};

struct anatomy_layer {
	const char *name; /* "IPv4" */
	size_t off, len;  /* of the header in the packet */
	size_t nfields;
	struct anatomy_field field[ANATOMY_FIELDS];
};

struct anatomy {
	size_t n;
	struct anatomy_layer layer[ANATOMY_LAYERS];
	/* Of the innermost transport: "10.0.0.1:80"; "" when there is none. */
	struct str from, to;
	size_t payload, payload_len; /* in the packet */
};

/* Texts are the arena's. ERR_NOMEM, ERR_BUDGET. */
int anatomy_read(struct str packet, uint16_t linktype, uint32_t origlen,
                 struct arena *a, struct anatomy *ret_anatomy) WARN_UNUSED;

#endif /* QUERY_ANATOMY_H */
