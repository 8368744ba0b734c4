/* SPDX-License-Identifier: Apache-2.0 */
/*
 * protocol: how a protocol presents itself in entries, lists and macros.
 *
 * These are the "protocol" objects of the compatible API, one a variant
 * (HTTP/1.0 and HTTP/1.1 are two). `key` names the variant in the index; it is
 * never renumbered and does not depend on which dissectors exist.
 */
#ifndef ENTRY_PROTOCOL_H
#define ENTRY_PROTOCOL_H

#include <stdint.h>

struct sink;

struct protocol {
	const char *key;        /* "http/1.1": unique, stable */
	const char *name;       /* "http" */
	const char *version;    /* "1.1" */
	const char *abbr;       /* "HTTP" */
	const char *long_name;  /* "Hypertext Transfer Protocol -- HTTP/1.1" */
	const char *macro;      /* "http" */
	const char *background; /* "#326de6" */
	const char *foreground; /* "#ffffff" */
	int font_size;
	const char *link;   /* reference, URL */
	const char *layer4; /* "tcp" or "udp" */
	int priority;
	const uint16_t *ports; /* zero-terminated */
	/* An overlay's variant: the dissector that it is spoken over. */
	const char *over;
};

/* Write the object, members in the order of the compatible API. */
void protocol_render(const struct protocol *p, struct sink *out);

#endif /* ENTRY_PROTOCOL_H */
