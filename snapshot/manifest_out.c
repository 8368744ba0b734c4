/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/manifest_out.h"

#include "base/clock.h"
#include "base/json_out.h"

enum { FORMAT = 1 };

static void
begin(struct json_out *j, const char *kind)
{
	jout_begin_object(j);
	jout_put_int(j, "formatVersion", FORMAT);
	jout_put_str(j, "kind", str_from_c(kind));
}

static int
end(struct json_out *j)
{
	jout_end_object(j);
	jout_newline(j);
	return jout_finish(j);
}

/* What is not known is left out. */
static void
put_known(struct json_out *j, const char *key, struct str s)
{
	if (s.n > 0)
		jout_put_str(j, key, s);
}

static void
put_program(struct json_out *j, struct str program)
{
	struct str name = program, version = STR_NONE;

	(void)str_split1(program, ' ', &name, &version);
	jout_put(j, "createdBy");
	jout_begin_object(j);
	jout_put_str(j, "name", name);
	put_known(j, "version", version);
	jout_end_object(j);
}

static void
put_window(struct json_out *j, int64_t from, int64_t to)
{
	char text[CLOCK_TEXT_MAX];

	if (from == 0 && to == 0)
		return;
	jout_put(j, "window");
	jout_begin_object(j);
	jout_put_str(j, "from", clock_format(from, text));
	jout_put_str(j, "to", clock_format(to, text));
	jout_end_object(j);
}

int
manifest_out_claim(const struct manifest_out *s, struct buf *out)
{
	struct json_out j;

	jout_init_buf(&j, out);
	begin(&j, "kubeshark-snapshot");
	put_program(&j, s->program);
	put_known(&j, "cluster", s->cluster);
	put_window(&j, s->from, s->to);
	jout_put(&j, "nodes");
	jout_begin_array(&j);
	for (size_t i = 0; i < s->nnodes; i++) {
		jout_begin_object(&j);
		jout_put_str(&j, "name", s->node[i].name);
		put_known(&j, "ip", s->node[i].ip);
		jout_put_str(&j, "folder", s->node[i].folder);
		put_known(&j, "filter", s->node[i].filter);
		jout_end_object(&j);
	}
	jout_end_array(&j);
	return end(&j);
}

int
manifest_out_members(const struct manifest_member *m, size_t n, struct buf *out)
{
	struct json_out j;
	char hex[SHA256_HEX_MAX];

	jout_init_buf(&j, out);
	begin(&j, "kubeshark-manifest");
	jout_put(&j, "members");
	jout_begin_array(&j);
	for (size_t i = 0; i < n; i++) {
		jout_begin_object(&j);
		jout_put_str(&j, "name", m[i].name);
		jout_put_uint(&j, "bytes", m[i].bytes);
		jout_put_str(&j, "sha256", sha256_hex(m[i].sha256, hex));
		if (m[i].has_packets)
			jout_put_uint(&j, "packets", m[i].packets);
		if (m[i].has_drops) {
			jout_put(&j, "dropped");
			jout_begin_object(&j);
			jout_put_uint(&j, "kernel", m[i].dropped_kernel);
			jout_put_uint(&j, "interface", m[i].dropped_interface);
			jout_end_object(&j);
		}
		jout_end_object(&j);
	}
	jout_end_array(&j);
	return end(&j);
}
