/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/entry/protocol.h"

#include <stdio.h>

#include "analyzer/entry/sink.h"

/* The compatible API has ports as strings. */
static void
render_ports(const uint16_t *ports, struct sink *out)
{
	char text[8];

	sink_begin_array(out);
	for (; *ports != 0; ports++) {
		snprintf(text, sizeof(text), "%u", (unsigned)*ports);
		sink_string(out, str_from_c(text));
	}
	sink_end_array(out);
}

void
protocol_render(const struct protocol *p, struct sink *out)
{
	sink_begin_object(out);
	sink_member_string(out, "name", str_from_c(p->name));
	sink_member_string(out, "version", str_from_c(p->version));
	sink_member_string(out, "abbr", str_from_c(p->abbr));
	sink_member_string(out, "longName", str_from_c(p->long_name));
	sink_member_string(out, "macro", str_from_c(p->macro));
	sink_member_string(out, "backgroundColor", str_from_c(p->background));
	sink_member_string(out, "foregroundColor", str_from_c(p->foreground));
	sink_member_integer(out, "fontSize", p->font_size);
	sink_member_string(out, "referenceLink", str_from_c(p->link));
	if (sink_want(out, STR("ports")))
		render_ports(p->ports, out);
	sink_member_string(out, "layer4", str_from_c(p->layer4));
	sink_member_integer(out, "priority", p->priority);
	sink_end_object(out);
}
