/* SPDX-License-Identifier: Apache-2.0 */
/* analyzer serve: the web interface and the API. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/api/server.h"
#include "analyzer/cmd/cmd.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "console/browser.h"
#include "console/interrupt.h"

enum {
	PEM_MAX = 1 << 20,
	LOOK_US = 100000, /* between two looks at whether to stop */
};

/* A snapshot on its way. */
struct coming {
	struct serve *v;
	unsigned n;
	struct session session;
	struct ingest_progress counters;
	bool missing; /* its index has to be made */
	bool open;    /* the session is */
};

struct serve {
	struct cmd *c;
	struct catalog *catalog;
	struct server *server;
	struct coming *coming;
	size_t n;
	size_t failed;
	atomic_bool stop;
	pthread_t indexer;
	atomic_bool ended; /* the indexer */
	struct buf cert, key;
};

/* ---- indexing ---- */

static void
look(void *ctx, struct catalog_counts *ret)
{
	struct ingest_progress *p = &((struct coming *)ctx)->counters;

	ret->taken = atomic_load(&p->taken);
	ret->total = atomic_load(&p->total);
	ret->packets = atomic_load(&p->packets);
	ret->entries = atomic_load(&p->entries);
	ret->streams = atomic_load(&p->streams);
	ret->sealing = atomic_load(&p->sealing);
}

static void
began(void *ctx, const struct workspace *ws)
{
	struct coming *s = ctx;

	catalog_began(s->v->catalog, s->n, workspace_path(ws),
	              workspace_index(ws), look, s);
}

static void
alone(void *ctx)
{
	struct coming *s = ctx;

	catalog_withdraw(s->v->catalog, s->n);
}

static void
failed(struct coming *s, const struct err *e)
{
	struct serve *v = s->v;

	catalog_failed(v->catalog, s->n, e);
	if (e->code == ERR_CANCELLED)
		return;
	v->failed++;
	v->c->failed = true;
	cmd_note(v->c, "%s", e->text);
}

/* The server opens it for itself, as often as it needs. */
static void
ready(struct coming *s)
{
	struct session *x = &s->session;
	struct err e = ERR_INIT;
	int rc;

	s->open = true;
	opened_free(x->opened);
	x->opened = NULL;
	s->v->c->partial |= x->refused;
	rc = catalog_ready(s->v->catalog, s->n, workspace_path(x->ws),
	                   workspace_index(x->ws));
	if (rc != 0) {
		(void)err_set(&e, rc, "%s: %s", x->input, err_text(rc));
		failed(s, &e);
		return;
	}
	if (x->reused)
		cmd_note(s->v->c, "%s: ready", x->input);
	else
		cmd_note(s->v->c,
		         "%s: indexed in %.1f s: %" PRIu64 " packets, %" PRIu64
		         " entries%s",
		         x->input, (double)x->ns / (double)CLOCK_SEC,
		         x->result.packets, x->result.entries,
		         x->refused ? "; part of it was refused or unreadable, "
		                      "see 'analyzer diag'"
		                    : "");
	if (x->differs)
		cmd_note(s->v->c,
		         "%s: the index in the workspace differs from the one "
		         "made now; 'analyzer index --force' replaces it",
		         x->input);
	catalog_warm(s->v->catalog, s->n);
}

static void
make(struct coming *s)
{
	struct cmd *c = s->v->c;
	struct err e = ERR_INIT;
	struct session_watch watch = { .counters = &s->counters,
		                       .began = began,
		                       .alone = alone,
		                       .ctx = s };
	int rc = session_make(&s->session, &c->place, c->opt, &c->err, &watch,
	                      &e);

	if (rc == 0)
		ready(s);
	else
		failed(s, &e);
}

/* What is known comes first: it is there at once. */
static void *
index_all(void *ctx)
{
	struct serve *v = ctx;
	const struct options *o = v->c->opt;

	for (size_t i = 0; i < v->n; i++) {
		struct coming *s = &v->coming[i];
		struct err e = ERR_INIT;
		int rc = session_find(&v->c->place, o, o->args[i], &v->c->err,
		                      &e, &s->session);

		if (rc == 1)
			ready(s);
		else if (rc < 0)
			failed(s, &e);
		s->missing = rc == 0;
	}
	for (size_t i = 0; i < v->n && !atomic_load(&v->stop); i++) {
		if (v->coming[i].missing)
			make(&v->coming[i]);
	}
	atomic_store(&v->ended, true);
	return NULL;
}

/* ---- the server ---- */

static int
slurp(const char *path, struct buf *b, struct err *e)
{
	size_t n = 0;
	int fd;
	int rc = io_open_at(AT_FDCWD, path, O_RDONLY, 0, &fd);

	if (rc == 0) {
		rc = buf_reserve(b, PEM_MAX);
		if (rc == 0)
			rc = io_read_full(fd, buf_tail(b), PEM_MAX - 1, &n);
		if (rc == 0) {
			buf_added(b, n);
			rc = buf_append_byte(b, '\0');
		}
		(void)io_close(fd);
	}
	return rc == 0 ? 0 : err_set(e, rc, "%s: %s", path, err_text(rc));
}

static int
load_tls(struct serve *v, struct err *e)
{
	const struct options *o = v->c->opt;
	int rc;

	buf_init(&v->cert, PEM_MAX);
	buf_init(&v->key, PEM_MAX);
	if ((o->tls_cert == NULL) != (o->tls_key == NULL))
		return err_set(e, ERR_USAGE,
		               "--tls-cert and --tls-key go together");
	if (o->tls_cert == NULL)
		return 0;
	rc = slurp(o->tls_cert, &v->cert, e);
	return rc == 0 ? slurp(o->tls_key, &v->key, e) : rc;
}

static int
start_server(struct serve *v, struct err *e)
{
	const struct options *o = v->c->opt;
	struct server_options so = {
		.host = cmd_host(o),
		.token = cmd_setting("ANALYZER_TOKEN"),
		.front = o->front_port,
		.hub = o->hub_port,
		.ui_dir = o->ui_dir,
		.tls_cert = buf_str(&v->cert),
		.tls_key = buf_str(&v->key),
		.hub_strict = o->hub_strict,
		.allow_replay = o->allow_replay,
		.limits = o->api,
		.export_limits = o->export_limits,
	};

	return server_start(&so, v->catalog, e, &v->server);
}

static int
fill_catalog(struct serve *v, struct err *e)
{
	const struct options *o = v->c->opt;
	int rc = 0;

	v->n = o->nargs;
	v->coming = mem_array(v->n, sizeof(*v->coming));
	v->catalog = catalog_new(&o->ingest.proto);
	if (v->coming == NULL || v->catalog == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	rc = session_place_open(&v->c->place, o, e);
	if (rc != 0)
		return rc;
	catalog_set_schema(v->catalog, v->c->place.schema);
	if (v->n > 0)
		catalog_set_memory(v->catalog, o->api.narrow_bytes / v->n);
	for (size_t i = 0; i < v->n && rc == 0; i++) {
		v->coming[i].v = v;
		v->coming[i].n = (unsigned)i + 1;
		rc = catalog_add(v->catalog, o->args[i]);
	}
	return rc == 0 ? 0 : err_set(e, rc, "out of memory");
}

/* ---- telling where ---- */

static void
print_json(struct serve *v, const char *front, const char *hub)
{
	struct json_out j;

	term_json(&v->c->out, &j);
	jout_begin_object(&j);
	jout_put_str(&j, "front", str_from_c(front));
	jout_put_str(&j, "hub", str_from_c(hub));
	jout_put_str(&j, "token", str_from_c(server_token(v->server)));
	jout_end_object(&j);
	jout_newline(&j);
	(void)jout_flush(&j);
}

static void
announce(struct serve *v)
{
	struct cmd *c = v->c;
	char front[SERVER_URL], hub[SERVER_URL];
	struct err e;

	server_front_url(v->server, front);
	server_hub_url(v->server, hub);
	if (c->opt->json) {
		print_json(v, front, hub);
	} else {
		term_printf(&c->out, "%s\n", front);
		term_printf(&c->out,
		            "The hub's routes are on %s too; "
		            "Ctrl-C ends.\n",
		            hub);
	}
	(void)term_flush(&c->out);
	if (c->opt->browser && browser_open(front, &e) != 0)
		cmd_note(c, "--open: %s", e.text);
}

/* ---- the whole ---- */

/* Has standard input ended? What comes from it before is of no interest. */
static bool
input_ended(void)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	char dropped[64];
	size_t n;

	if (poll(&p, 1, 0) <= 0)
		return false;
	return io_read(STDIN_FILENO, dropped, sizeof(dropped), &n) != 0 ||
	       n == 0;
}

/* Until a signal, or until there is nothing that could be shown. */
static void
wait_end(struct serve *v)
{
	while (!atomic_load(&v->stop)) {
		(void)usleep(LOOK_US);
		if (v->c->opt->until_eof && input_ended())
			return;
		if (atomic_load(&v->ended) && v->n > 0 && v->failed == v->n)
			return;
	}
}

static void
stop_indexing(struct serve *v)
{
	atomic_store(&v->stop, true);
	for (size_t i = 0; i < v->n; i++)
		atomic_store(&v->coming[i].counters.cancel, true);
	(void)pthread_join(v->indexer, NULL);
}

static int
serve(struct serve *v, struct err *e)
{
	int rc;

	/* An input that is not there is a mistake to be told at once. */
	for (size_t i = 0; i < v->n; i++) {
		const char *input = v->c->opt->args[i];

		if (strcmp(input, "-") != 0 && access(input, R_OK) != 0)
			return err_set(e, -errno, "%s: %s", input,
			               err_text(-errno));
	}
	rc = start_server(v, e);
	if (rc != 0)
		return rc;
	announce(v);
	rc = pthread_create(&v->indexer, NULL, index_all, v);
	if (rc != 0)
		return err_set(e, -rc, "cannot start a thread: %s",
		               err_text(-rc));
	wait_end(v);
	/* First those who read, then who writes. */
	server_stop(v->server);
	v->server = NULL;
	stop_indexing(v);
	return 0;
}

static void
release(struct serve *v)
{
	server_stop(v->server);
	catalog_free(v->catalog);
	for (size_t i = 0; v->coming != NULL && i < v->n; i++) {
		if (v->coming[i].open)
			session_close(&v->coming[i].session);
	}
	mem_free(v->coming);
	buf_release(&v->cert);
	buf_release(&v->key);
}

int
cmd_serve(struct cmd *c, struct err *e)
{
	struct serve v = { .c = c };
	struct interrupt interrupt;
	int rc = load_tls(&v, e);

	atomic_init(&v.stop, false);
	atomic_init(&v.ended, false);
	if (rc == 0)
		rc = fill_catalog(&v, e);
	/* Before any thread: they must not get the signals. */
	if (rc == 0) {
		rc = interrupt_start(&interrupt, &v.stop);
		if (rc == 0) {
			rc = serve(&v, e);
			(void)interrupt_stop(&interrupt);
		} else {
			(void)err_set(e, rc, "cannot start a thread: %s",
			              err_text(rc));
		}
	}
	release(&v);
	return rc;
}
