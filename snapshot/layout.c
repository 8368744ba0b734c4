/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/layout.h"

#include "base/addr.h"
#include "base/path.h"

enum { NUMBER_MIN = 12 }; /* the worker writes "%012d" */

/* "<node>_<ip>": the last '_' parts them, as no node name holds one. */
static void
layout_node(struct str folder, struct layout *l)
{
	struct str last = path_base(folder);
	struct addr ip;
	size_t cut = last.n;

	while (cut > 0 && last.p[cut - 1] != '_')
		cut--;
	if (cut < 2 || addr_parse(str_tail(last, cut), &ip) != 0)
		return;
	l->node = str_head(last, cut - 1);
	l->node_ip = str_tail(last, cut);
}

/* "<12 digits or more>[_tls|_dns|_udp].pcap" */
static void
layout_stream(struct str base, struct layout *l)
{
	const struct str ext = STR(".pcap");
	struct str number, suffix;
	uint64_t no;
	bool tls;

	if (!str_ends(base, ext))
		return;
	(void)str_split1(str_head(base, base.n - ext.n), '_', &number, &suffix);
	tls = str_eq(suffix, STR("tls"));
	if (number.n + suffix.n + (suffix.n > 0) + ext.n != base.n)
		return; /* "000000000001_.pcap" */
	if (suffix.n > 0 && !tls && !str_eq(suffix, STR("dns")) &&
	    !str_eq(suffix, STR("udp")))
		return;
	if (number.n < NUMBER_MIN || str_u64(number, &no) != 0)
		return;
	l->single_stream = true;
	l->tls = tls;
	l->stream_no = no;
}

struct layout
layout_of(struct str name)
{
	struct layout l = {
		.folder = path_dir(name),
		.base = path_base(name),
	};

	layout_node(l.folder, &l);
	layout_stream(l.base, &l);
	return l;
}
