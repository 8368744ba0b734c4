/* SPDX-License-Identifier: Apache-2.0 */
/* analyzer workspaces: what earlier runs keep on disk, and away with it. */
#include "snapshot/workspaces.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/cmd/cmd.h"
#include "analyzer/index/reader.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/mem.h"
#include "console/human.h"

enum {
	ID_SHOWN = 12, /* digits that tell workspaces apart */
	ID_MIN = 4,    /* and that name one of them */
	BYTES_WIDTH = 9,
	TIME_WIDTH = 16, /* day, hour, minute */
	AGE_WIDTH = 6,
	SEAL_WIDTH = 9,
	STATE_WIDTH = 13,
	AGE_TEXT = 24,
	FACT = 64,            /* bytes of what an index says of itself */
	PATH_BYTES = 1 << 16, /* of the place of an index */
};

struct show {
	struct cmd *c;
	const struct workspace_root *root;
	int64_t now;
	size_t rows;
	uint64_t bytes;
};

/* What only the index knows; empty when this program cannot read it. */
struct facts {
	char seal[FACT];
	char tool[FACT];
};

static struct str
path_of(const struct show *s, const struct workspaces_item *item,
        struct arena *a)
{
	return arena_printf(a, "%s/" STR_FMT, workspace_root_path(s->root),
	                    STR_ARG(item->name));
}

static void
read_facts(struct str path, struct arena *a, struct facts *ret_facts)
{
	struct err unused = ERR_INIT;
	struct index_reader *r = NULL;
	struct str index = arena_printf(a, STR_FMT "/" WORKSPACE_INDEX,
	                                STR_ARG(path));

	if (arena_error(a) != 0 || index_open(index.p, &unused, &r) != 0)
		return;
	(void)str_to_c(index_meta(r, "seal"), ret_facts->seal, FACT);
	(void)str_to_c(index_meta(r, "tool"), ret_facts->tool, FACT);
	index_reader_free(r);
}

/* ---- one line ---- */

/* "45 s", "12 min", "5 h", "3 d". */
static const char *
age_text(int64_t ns, char out[AGE_TEXT])
{
	static const struct {
		int64_t seconds;
		const char *unit;
	} units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" } };
	long long s = ns > 0 ? (long long)(ns / CLOCK_SEC) : 0;

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (s < 2 * units[i].seconds)
			continue;
		(void)snprintf(out, AGE_TEXT, "%lld %s", s / units[i].seconds,
		               units[i].unit);
		return out;
	}
	(void)snprintf(out, AGE_TEXT, "%lld s", s);
	return out;
}

static void
put_header(struct term *t)
{
	term_style(t, TERM_BOLD);
	term_cell(t, -ID_SHOWN, STR("ID"));
	term_cell(t, BYTES_WIDTH, STR("SIZE"));
	term_cell(t, -TIME_WIDTH, STR("LAST USED"));
	term_cell(t, AGE_WIDTH, STR("AGE"));
	term_cell(t, -SEAL_WIDTH, STR("SEAL"));
	term_cell(t, -STATE_WIDTH, STR("STATE"));
	term_printf(t, "SNAPSHOT\n");
	term_style(t, TERM_PLAIN);
}

static void
put_text(struct show *s, const struct workspaces_item *item,
         const struct facts *f)
{
	struct term *t = &s->c->out;
	char day[HUMAN_TEXT];
	char clock[HUMAN_TEXT];
	char text[AGE_TEXT];
	char when[2 * HUMAN_TEXT];

	if (s->rows == 0)
		put_header(t);
	(void)snprintf(when, sizeof(when), "%s %.5s",
	               human_day(item->used, day),
	               human_clock(item->used, clock));
	term_cell(t, -ID_SHOWN, str_head(item->name, ID_SHOWN));
	term_cell(t, BYTES_WIDTH, str_from_c(human_bytes(item->bytes, day)));
	term_cell(t, -TIME_WIDTH, str_from_c(when));
	term_cell(t, AGE_WIDTH,
	          str_from_c(age_text(s->now - item->made, text)));
	term_cell(t, -SEAL_WIDTH,
	          f->seal[0] != '\0' ? str_from_c(f->seal) : STR("-"));
	term_cell(t, -STATE_WIDTH,
	          str_from_c(workspaces_state_name(item->state)));
	term_text(t, item->input.n > 0 ? item->input : STR("-"));
	term_printf(t, "\n");
}

static void
json_time(struct json_out *j, const char *key, int64_t t)
{
	char text[CLOCK_TEXT_MAX];

	jout_put_str(j, key, clock_format(t, text));
}

static void
put_json(struct show *s, const struct workspaces_item *item,
         const struct facts *f, struct str path)
{
	struct json_out j;

	term_json(&s->c->out, &j);
	jout_begin_object(&j);
	jout_put_str(&j, "id", item->name);
	jout_put_str(&j, "snapshot", item->input);
	jout_put_str(&j, "state",
	             str_from_c(workspaces_state_name(item->state)));
	jout_put_uint(&j, "bytes", item->bytes);
	json_time(&j, "made", item->made);
	json_time(&j, "used", item->used);
	jout_put_str(&j, "seal", str_from_c(f->seal));
	jout_put_str(&j, "tool", str_from_c(f->tool));
	jout_put_str(&j, "path", path);
	jout_end_object(&j);
	jout_newline(&j);
	/* A failed write is remembered by the term. */
	(void)jout_flush(&j);
}

/* As it is, or with the state that it has got. */
static void
put(struct show *s, const struct workspaces_item *item)
{
	struct facts f = { .seal = "" };
	struct arena a;
	struct str path;

	arena_init(&a, PATH_BYTES, 0);
	path = path_of(s, item, &a);
	if (item->state == WORKSPACES_UNUSED || item->state == WORKSPACES_USED)
		read_facts(path, &a, &f);
	if (s->c->opt->json)
		put_json(s, item, &f, path);
	else
		put_text(s, item, &f);
	s->rows++;
	s->bytes += item->bytes;
	arena_release(&a);
}

/* ---- which ---- */

/* Is `name` the beginning of its id, or the snapshot that it was made of? */
static bool
is_meant(const struct workspaces_item *item, const char *name)
{
	struct str text = str_from_c(name);
	char *path;
	bool meant;

	if ((text.n >= ID_MIN && str_starts(item->name, text)) ||
	    (text.n > 0 && str_eq(item->input, text)))
		return true;
	path = realpath(name, NULL);
	meant = path != NULL && str_eq(item->input, str_from_c(path));
	mem_free(path);
	return meant;
}

static bool
is_chosen(const struct options *o, const struct workspaces_item *item)
{
	bool chosen = o->nargs == 0;

	for (size_t i = 0; i < o->nargs && !chosen; i++)
		chosen = is_meant(item, o->args[i]);
	return chosen;
}

/* A name that means nothing is a mistake, whatever the others do. */
static void
check_names(struct cmd *c, const struct workspaces *l)
{
	for (size_t i = 0; i < c->opt->nargs; i++) {
		bool found = false;

		for (size_t k = 0; k < workspaces_count(l) && !found; k++)
			found = is_meant(workspaces_at(l, k), c->opt->args[i]);
		if (found)
			continue;
		c->failed = true;
		cmd_note(c,
		         "there is no workspace of %s; 'analyzer workspaces' "
		         "lists them",
		         c->opt->args[i]);
	}
}

/* ---- the command ---- */

static void
remove_one(struct show *s, const struct workspaces_item *item)
{
	struct workspaces_item gone = *item;
	struct err e = ERR_INIT;

	/* With --remove-all, what is in use is left alone without a word. */
	if (s->c->opt->remove_all && (item->state == WORKSPACES_USED ||
	                              item->state == WORKSPACES_MAKING))
		return;
	if (workspaces_remove(s->root, item, &e) != 0) {
		s->c->failed = true;
		cmd_note(s->c, "%s", e.text);
		return;
	}
	gone.state = WORKSPACES_GONE;
	put(s, &gone);
}

static void
put_total(struct show *s, bool removed)
{
	char text[HUMAN_TEXT];

	if (s->c->opt->json)
		return;
	if (s->rows == 0)
		term_printf(&s->c->out, removed ? "Nothing was removed.\n"
		                                : "There are none.\n");
	else
		term_printf(&s->c->out, "%s in all%s\n",
		            human_bytes(s->bytes, text),
		            removed ? " removed" : "");
}

static int
trim(struct show *s, struct err *e)
{
	struct workspaces_sum sum;
	struct term *t = &s->c->out;
	char text[HUMAN_TEXT];
	struct json_out j;
	int rc = workspaces_trim(s->root, &s->c->opt->cache, s->now, e, &sum);

	if (s->c->opt->json) {
		term_json(t, &j);
		jout_begin_object(&j);
		jout_put_uint(&j, "removed", sum.n);
		jout_put_uint(&j, "bytes", sum.bytes);
		jout_end_object(&j);
		jout_newline(&j);
		(void)jout_flush(&j);
	} else {
		term_printf(t, "%zu removed, %s\n", sum.n,
		            human_bytes(sum.bytes, text));
	}
	return rc;
}

static int
check_usage(const struct options *o, struct err *e)
{
	int ways = o->trim + o->remove + o->remove_all;

	if (ways > 1)
		return err_set(e, ERR_USAGE,
		               "--remove, --remove-all and --trim exclude "
		               "each other");
	if (o->remove && o->nargs == 0)
		return err_set(e, ERR_USAGE,
		               "--remove wants the ids of workspaces, or the "
		               "snapshots that they were made of");
	if ((o->trim || o->remove_all) && o->nargs > 0)
		return err_set(e, ERR_USAGE,
		               "--%s takes no names; --remove does",
		               o->trim ? "trim" : "remove-all");
	return 0;
}

static int
show_all(struct show *s, struct err *e)
{
	const struct options *o = s->c->opt;
	bool away = o->remove || o->remove_all;
	struct workspaces *l;
	int rc = workspaces_list(s->root, e, &l);

	if (rc != 0)
		return rc;
	check_names(s->c, l);
	for (size_t i = 0; i < workspaces_count(l); i++) {
		const struct workspaces_item *item = workspaces_at(l, i);

		if (!is_chosen(o, item))
			continue;
		if (away)
			remove_one(s, item);
		else
			put(s, item);
	}
	put_total(s, away);
	workspaces_free(l);
	return 0;
}

int
cmd_workspaces(struct cmd *c, struct err *e)
{
	struct show s = { .c = c, .now = clock_wall() };
	const char *folder = c->opt->workspace;
	int rc = check_usage(c->opt, e);

	/* Who looks for something must not make it. */
	if (rc == 0 && folder != NULL && access(folder, F_OK) != 0)
		rc = err_set(e, -errno, "%s: %s", folder, err_text(-errno));
	if (rc == 0)
		rc = session_place_open(&c->place, c->opt, e);
	if (rc != 0)
		return rc;
	s.root = c->place.root;
	return c->opt->trim ? trim(&s, e) : show_all(&s, e);
}
