/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/local.h"

#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "cli/ask.h"

/* POSIX wants this of the program. NOLINTNEXTLINE(*-redundant-declaration) */
extern char **environ;

enum {
	LOOK_MS = 50,        /* between two looks at whether to stop */
	LINE_MAX_LOG = 4096, /* longer ones are cut into several */
	BLOCK = 4096,
};

/* One of the analyzer's outputs. */
struct stream {
	int fd; /* -1: it has ended */
	struct buf line;
};

struct local {
	struct runtime runtime;
	struct runtime_watch watch;
	uint64_t stop_seconds;
	char program[LOCAL_PATH];
	pid_t pid; /* 0: none runs */
	int status;
	int alive; /* our end of its standard input; -1: closed */
	struct stream out, err;
	char first[LINE_MAX_LOG + 1]; /* what it said first on `out` */
	char last[LINE_MAX_LOG + 1];  /* and last on `err` */
	struct runtime_urls urls;
	char token[RUNTIME_URL];
};

static struct local *
of(struct runtime *r)
{
	return container_of(r, struct local, runtime);
}

/* ---- the program ---- */

static bool
is_program(const char *path)
{
	return access(path, X_OK) == 0;
}

/* "folder/analyzer", with the folder of the program `self`. */
static bool
beside(const char *self, char out[LOCAL_PATH])
{
	const char *slash = strrchr(self, '/');
	int n;

	if (slash == NULL)
		return false;
	n = snprintf(out, LOCAL_PATH, "%.*s/analyzer", (int)(slash - self),
	             self);
	return n > 0 && n < LOCAL_PATH && is_program(out);
}

static bool
beside_us(const char *argv0, char out[LOCAL_PATH])
{
	char self[LOCAL_PATH];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *real;
	bool found;

	if (n > 0) {
		self[n] = '\0';
		return beside(self, out);
	}
	/* Where there is no /proc, the command line has to do. */
	if (strchr(argv0, '/') == NULL)
		return false;
	real = realpath(argv0, NULL);
	found = real != NULL && beside(real, out);
	mem_free(real);
	return found;
}

static bool
on_path(const char *path, char out[LOCAL_PATH])
{
	struct str rest = str_from_c(path), dir;
	bool more = rest.n > 0;

	while (more) {
		int n;

		more = str_split1(rest, ':', &dir, &rest);
		n = snprintf(out, LOCAL_PATH, STR_FMT "/analyzer",
		             STR_ARG(dir));
		if (dir.n > 0 && n > 0 && n < LOCAL_PATH && is_program(out))
			return true;
	}
	return false;
}

int
local_find(const char *named, const char *argv0, const char *path,
           struct err *e, char out[LOCAL_PATH])
{
	if (named != NULL) {
		if (strlen(named) >= LOCAL_PATH || !is_program(named))
			return err_set(e, ERR_NOTFOUND,
			               "KUBESHARK_ANALYZER=%s is no program",
			               named);
		memcpy(out, named, strlen(named) + 1);
		return 0;
	}
	if (beside_us(argv0, out) || on_path(path != NULL ? path : "", out))
		return 0;
	return err_set(
	    e, ERR_NOTFOUND,
	    "the program analyzer is neither beside kubeshark nor on "
	    "the PATH; KUBESHARK_ANALYZER may name it");
}

/* ---- starting ---- */

/* The ends of its standard files; [0] is what it gets, [1] ours. */
struct ends {
	int in[2], out[2], err[2];
};

static void
close_both(int fd[2])
{
	(void)io_close(fd[0]);
	(void)io_close(fd[1]);
}

static int
make_pipe(int fd[2], bool reads)
{
	int both[2];

	if (pipe(both) != 0)
		return -errno;
	(void)fcntl(both[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(both[1], F_SETFD, FD_CLOEXEC);
	fd[0] = both[reads ? 0 : 1];
	fd[1] = both[reads ? 1 : 0];
	return 0;
}

static int
make_ends(struct ends *x)
{
	int rc = make_pipe(x->in, true);

	if (rc == 0)
		rc = make_pipe(x->out, false);
	return rc == 0 ? make_pipe(x->err, false) : rc;
}

static int
set_attr(posix_spawnattr_t *attr)
{
	sigset_t none, all;
	int rc;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	rc = posix_spawnattr_setsigmask(attr, &none);
	if (rc == 0)
		rc = posix_spawnattr_setsigdefault(attr, &all);
	if (rc == 0)
		rc = posix_spawnattr_setpgroup(attr, 0);
	if (rc == 0)
		rc = posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGMASK |
		                                        POSIX_SPAWN_SETSIGDEF |
		                                        POSIX_SPAWN_SETPGROUP);
	return rc;
}

static int
set_files(posix_spawn_file_actions_t *files, const struct ends *x)
{
	int rc = posix_spawn_file_actions_adddup2(files, x->in[0], 0);

	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(files, x->out[0], 1);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(files, x->err[0], 2);
	return rc;
}

static int
spawn(struct local *l, char *const *args, const struct ends *x)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int rc = posix_spawn_file_actions_init(&files);

	if (rc != 0)
		return -rc;
	rc = posix_spawnattr_init(&attr);
	if (rc == 0) {
		rc = set_files(&files, x);
		if (rc == 0)
			rc = set_attr(&attr);
		if (rc == 0)
			rc = posix_spawn(&l->pid, l->program, &files, &attr,
			                 args, environ);
		(void)posix_spawnattr_destroy(&attr);
	}
	(void)posix_spawn_file_actions_destroy(&files);
	if (rc != 0)
		l->pid = 0;
	return -rc;
}

static int
launch(struct local *l, const struct runtime_job *job, struct err *e)
{
	struct ends x = { { -1, -1 }, { -1, -1 }, { -1, -1 } };
	char front[8], hub[8];
	const char *args[] = {
		"analyzer",   "serve",   "--json",       "--until-eof",
		"--host",     job->host, "--front-port", front,
		"--hub-port", hub,       job->path,      NULL,
	};
	/* posix_spawn() wants pointers to char and does not write there. */
	void *argv = args;
	int rc = make_ends(&x);

	(void)snprintf(front, sizeof(front), "%u", job->front_port);
	(void)snprintf(hub, sizeof(hub), "%u", job->hub_port);
	if (rc == 0)
		rc = spawn(l, argv, &x);
	if (rc != 0) {
		close_both(x.in);
		close_both(x.out);
		close_both(x.err);
		return err_set(e, rc, "%s cannot be started: %s", l->program,
		               err_text(rc));
	}
	(void)io_close(x.in[0]);
	(void)io_close(x.out[0]);
	(void)io_close(x.err[0]);
	l->alive = x.in[1];
	l->out.fd = x.out[1];
	l->err.fd = x.err[1];
	return 0;
}

/* ---- listening ---- */

static void
take_line(struct local *l, struct stream *s, struct str line)
{
	if (s == &l->out) {
		if (l->first[0] == '\0')
			(void)str_to_c(line, l->first, sizeof(l->first));
		return;
	}
	(void)str_to_c(line, l->last, sizeof(l->last));
	l->watch.log(l->watch.ctx, line);
}

/* Whole lines, and what is too long for one; at the end the rest. */
static void
take_lines(struct local *l, struct stream *s, bool ended)
{
	for (;;) {
		struct str all = buf_str(&s->line);
		size_t n = str_find_char(all, '\n');
		bool whole = n < all.n;

		if (!whole && (n == 0 || (n < LINE_MAX_LOG && !ended)))
			return;
		if (n > LINE_MAX_LOG) {
			n = LINE_MAX_LOG;
			whole = false;
		}
		take_line(l, s, str_head(all, n));
		buf_consume(&s->line, n + (whole ? 1 : 0));
	}
}

static void
hear(struct local *l, struct stream *s)
{
	size_t n = 0;
	int rc = buf_reserve(&s->line, BLOCK);

	if (rc == 0)
		rc = io_read(s->fd, buf_tail(&s->line), BLOCK, &n);
	if (rc == 0 && n > 0)
		buf_added(&s->line, n);
	take_lines(l, s, rc != 0 || n == 0);
	if (rc == 0 && n > 0)
		return;
	(void)io_close(s->fd);
	s->fd = -1;
}

/* Hear what it says for a moment. */
static void
listen_once(struct local *l)
{
	struct stream *stream[] = { &l->out, &l->err };
	struct pollfd p[ARRAY_LEN(stream)];

	for (size_t i = 0; i < ARRAY_LEN(stream); i++)
		p[i] = (struct pollfd){ .fd = stream[i]->fd, .events = POLLIN };
	/* Of files that are closed poll() says nothing: then it is a pause. */
	if (poll(p, ARRAY_LEN(p), LOOK_MS) <= 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(stream); i++) {
		if (stream[i]->fd >= 0 && p[i].revents != 0)
			hear(l, stream[i]);
	}
}

/* Is it over? Its last words have been heard then. */
static bool
has_ended(struct local *l)
{
	int status;

	if (l->pid == 0)
		return true;
	if (waitpid(l->pid, &status, WNOHANG) != l->pid)
		return false;
	l->pid = 0;
	l->status = WIFEXITED(status) ? WEXITSTATUS(status)
	                              : 128 + WTERMSIG(status);
	while (l->out.fd >= 0)
		hear(l, &l->out);
	while (l->err.fd >= 0)
		hear(l, &l->err);
	return true;
}

static bool
is_cancelled(const struct local *l)
{
	return atomic_load(l->watch.cancel);
}

/* ---- ending ---- */

/* Its flags have other names here: --front-port is --proxy-front-port. */
static struct str
in_our_words(struct buf *b, struct str text)
{
	static const char *const names[] = { "--front-port", "--hub-port",
		                             "--host" };
	struct str rest = text;
	int rc = 0;

	while (rest.n > 0 && rc == 0) {
		size_t k = 0;

		while (k < ARRAY_LEN(names) &&
		       !str_starts(rest, str_from_c(names[k])))
			k++;
		if (k < ARRAY_LEN(names))
			rc = buf_append_str(b, STR("--proxy"));
		/* Of the two dashes one is enough then. */
		if (k < ARRAY_LEN(names))
			rest = str_tail(rest, 1);
		if (rc == 0)
			rc = buf_append_byte(b, rest.p[0]);
		rest = str_tail(rest, 1);
	}
	return rc == 0 ? buf_str(b) : text;
}

/* Why it ended, from what it said last. */
static int
fail_ended(struct local *l, struct err *e)
{
	struct str said = str_from_c(l->last);
	struct buf b;
	int rc;

	if (said.n == 0)
		return err_set(e, ERR_UNREADABLE,
		               "the analyzer ended with status %d", l->status);
	if (str_starts(said, STR("analyzer: ")))
		said = str_tail(said, 10);
	buf_init(&b, sizeof(l->last) * 2);
	said = in_our_words(&b, said);
	rc = err_set(e, ERR_UNREADABLE, STR_FMT, STR_ARG(said));
	buf_release(&b);
	return rc;
}

/*
 * The signal comes first: after the end of its input the analyzer may be on its
 * way out already, where signals are no longer waited for. One that dies of
 * the signal, then or before it was ready, has ended as it was told to.
 */
static void
end_process(struct local *l)
{
	int64_t until = clock_mono() + (int64_t)l->stop_seconds * CLOCK_SEC;
	bool told = !has_ended(l) && kill(l->pid, SIGTERM) == 0;

	(void)io_close(l->alive);
	l->alive = -1;
	while (!has_ended(l) && clock_mono() < until)
		listen_once(l);
	if (l->pid == 0 && told && l->status == 128 + SIGTERM)
		l->status = 0;
	if (l->pid == 0)
		return;
	(void)kill(l->pid, SIGKILL);
	while (!has_ended(l))
		listen_once(l);
}

/* ---- the table ---- */

/* The line that tells the addresses. */
static int
read_urls(struct local *l, struct err *e)
{
	json_t *line = json_loads(l->first, 0, NULL);
	const char *front = json_string_value(json_object_get(line, "front"));
	const char *hub = json_string_value(json_object_get(line, "hub"));
	const char *token = json_string_value(json_object_get(line, "token"));
	bool good = front != NULL && hub != NULL &&
	            str_to_c(str_from_c(front), l->urls.front, RUNTIME_URL) &&
	            str_to_c(str_from_c(hub), l->urls.hub, RUNTIME_URL) &&
	            str_to_c(str_from_c(token), l->token, RUNTIME_URL);

	json_decref(line);
	return good ? 0
	            : err_set(e, ERR_UNREADABLE,
	                      "%s does not answer as an analyzer does",
	                      l->program);
}

/* Until there is something to look at, or the end. */
static int
await(struct local *l, struct err *e)
{
	bool told = false;

	for (;;) {
		if (is_cancelled(l))
			return ERR_CANCELLED;
		if (has_ended(l))
			return fail_ended(l, e);
		if (!told && l->first[0] != '\0') {
			int rc = read_urls(l, e);

			if (rc != 0)
				return rc;
			told = true;
		}
		if (told && ask_shows(l->urls.front, l->token))
			return 0;
		listen_once(l);
	}
}

static int
start(struct runtime *r, const struct runtime_job *job, struct err *e)
{
	struct local *l = of(r);
	int rc = launch(l, job, e);

	if (rc != 0)
		return rc;
	rc = await(l, e);
	if (rc == ERR_CANCELLED)
		(void)err_set(e, rc, "%s", err_text(rc));
	if (rc != 0)
		end_process(l);
	return rc;
}

static void
urls(struct runtime *r, struct runtime_urls *ret_urls)
{
	*ret_urls = of(r)->urls;
}

static int
wait_end(struct runtime *r, struct err *e, int *ret_status)
{
	struct local *l = of(r);

	while (!is_cancelled(l) && !has_ended(l))
		listen_once(l);
	*ret_status = l->pid == 0 ? l->status : 0;
	if (l->pid == 0 && l->status != 0)
		return fail_ended(l, e);
	return 0;
}

static int
stop(struct runtime *r, struct err *e, int *ret_status)
{
	struct local *l = of(r);

	end_process(l);
	*ret_status = l->status;
	return l->status > 128 ? fail_ended(l, e) : 0;
}

static void
release(struct runtime *r)
{
	struct local *l = of(r);

	end_process(l);
	buf_release(&l->out.line);
	buf_release(&l->err.line);
	mem_free(l);
}

static const struct runtime_ops ops = {
	.name = "local",
	.start = start,
	.urls = urls,
	.wait = wait_end,
	.stop = stop,
	.close = release,
};

int
local_open(const char *program, const struct cli_limits *limits,
           const struct runtime_watch *watch, struct err *e,
           struct runtime **ret_runtime)
{
	struct local *l = mem_zalloc(sizeof(*l));

	if (l == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	l->runtime.ops = &ops;
	l->watch = *watch;
	l->stop_seconds = limits->stop_seconds;
	l->alive = -1;
	l->out.fd = -1;
	l->err.fd = -1;
	(void)str_to_c(str_from_c(program), l->program, sizeof(l->program));
	buf_init(&l->out.line, LINE_MAX_LOG + (size_t)2 * BLOCK);
	buf_init(&l->err.line, LINE_MAX_LOG + (size_t)2 * BLOCK);
	*ret_runtime = &l->runtime;
	return 0;
}
