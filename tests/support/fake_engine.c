/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/fake_engine.h"

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	REQUESTS = 64,
	HEAD = 4096,
	BODY = 1 << 20,
	HELD = 8,
};

struct request {
	char line[512];
	char *body;
	size_t n;
};

struct fake_engine {
	char folder[64], path[96], host[112];
	int local, tcp, wake[2];
	uint16_t port;
	pthread_t thread;
	pthread_mutex_t lock; /* of what follows */
	const struct fake_answer *answers;
	size_t nanswers;
	struct request requests[REQUESTS];
	size_t nrequests;
	int held[HELD];
	size_t nheld;
};

#define MUST(x)                                                    \
	do {                                                       \
		if (!(x)) {                                        \
			printf("Bail out! fake_engine: " #x "\n"); \
			exit(1);                                   \
		}                                                  \
	} while (0)

/* ---- requests ---- */

/* Bytes up to and with an empty line. */
static size_t
read_head(int fd, char head[HEAD])
{
	size_t n = 0;

	while (n < HEAD - 1 && read(fd, head + n, 1) == 1) {
		head[++n] = '\0';
		if (n >= 4 && memcmp(head + n - 4, "\r\n\r\n", 4) == 0)
			return n;
	}
	return 0;
}

static size_t
read_full(int fd, char *p, size_t n)
{
	size_t got = 0;
	ssize_t r;

	while (got < n && (r = read(fd, p + got, n - got)) > 0)
		got += (size_t)r;
	return got;
}

static size_t
read_chunks(int fd, char *p)
{
	size_t n = 0;

	for (;;) {
		char line[32];
		size_t i = 0, size;

		while (i < sizeof(line) - 1 && read(fd, line + i, 1) == 1 &&
		       line[i] != '\n')
			i++;
		line[i] = '\0';
		size = strtoul(line, NULL, 16);
		MUST(n + size <= BODY);
		n += read_full(fd, p + n, size);
		(void)read_full(fd, line, 2);
		if (size == 0)
			return n;
	}
}

static bool
take_request(int fd, struct request *r)
{
	char head[HEAD];
	const char *length;

	if (read_head(fd, head) == 0)
		return false;
	snprintf(r->line, sizeof(r->line), "%.*s", (int)strcspn(head, "\r"),
	         head);
	r->body = malloc(BODY);
	MUST(r->body != NULL);
	length = strstr(head, "Content-Length: ");
	if (strstr(head, "Transfer-Encoding: chunked") != NULL)
		r->n = read_chunks(fd, r->body);
	else if (length != NULL)
		r->n = read_full(fd, r->body, strtoul(length + 16, NULL, 10));
	else
		r->n = 0;
	return true;
}

/* ---- answers ---- */

static const struct fake_answer *
find_answer(const struct fake_engine *f, const char *line)
{
	const char *path = strchr(line, ' ');
	size_t method = path != NULL ? (size_t)(path - line) : 0;

	if (path++ == NULL)
		return NULL;
	if (strncmp(path, "/v1.", 4) == 0)
		path += 4 + strspn(path + 4, "0123456789");
	for (size_t i = 0; i < f->nanswers; i++) {
		const struct fake_answer *a = &f->answers[i];

		if (strlen(a->method) == method &&
		    strncmp(line, a->method, method) == 0 &&
		    strncmp(path, a->path, strlen(a->path)) == 0)
			return a;
	}
	return NULL;
}

static void
send_answer(int fd, const struct fake_answer *a)
{
	static const struct fake_answer none = { .status = 404, .body = "{}" };
	char head[128];
	size_t n;
	int m;

	if (a == NULL)
		a = &none;
	n = a->n > 0 ? a->n : a->body != NULL ? strlen(a->body) : 0;
	m = snprintf(head, sizeof(head),
	             "HTTP/1.1 %d x\r\nConnection: close\r\n\r\n", a->status);
	/* Who asks may have gone. */
	if (send(fd, head, (size_t)m, MSG_NOSIGNAL) == m && n > 0)
		(void)!send(fd, a->body, n, MSG_NOSIGNAL);
}

static void
serve(struct fake_engine *f, int listener)
{
	struct request r = { .line = "" };
	const struct fake_answer *a;
	int fd = accept(listener, NULL, NULL);

	if (fd < 0)
		return;
	if (!take_request(fd, &r)) {
		close(fd);
		return;
	}
	pthread_mutex_lock(&f->lock);
	a = find_answer(f, r.line);
	MUST(f->nrequests < REQUESTS);
	f->requests[f->nrequests++] = r;
	send_answer(fd, a);
	if (a != NULL && a->hold && f->nheld < HELD)
		f->held[f->nheld++] = fd;
	else
		close(fd);
	pthread_mutex_unlock(&f->lock);
}

static void *
run(void *ctx)
{
	struct fake_engine *f = ctx;

	for (;;) {
		struct pollfd p[] = {
			{ .fd = f->local, .events = POLLIN },
			{ .fd = f->tcp, .events = POLLIN },
			{ .fd = f->wake[0], .events = POLLIN },
		};

		MUST(poll(p, 3, -1) > 0);
		if (p[2].revents != 0)
			return NULL;
		if (p[0].revents != 0)
			serve(f, f->local);
		if (p[1].revents != 0)
			serve(f, f->tcp);
	}
}

/* ---- the whole ---- */

static void
listen_locally(struct fake_engine *f)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };

	snprintf(f->folder, sizeof(f->folder), "/tmp/fake-engine-XXXXXX");
	MUST(mkdtemp(f->folder) != NULL);
	snprintf(f->path, sizeof(f->path), "%s/s", f->folder);
	snprintf(f->host, sizeof(f->host), "unix://%s", f->path);
	memcpy(at.sun_path, f->path, strlen(f->path) + 1);
	f->local = socket(AF_UNIX, SOCK_STREAM, 0);
	MUST(f->local >= 0);
	MUST(bind(f->local, (struct sockaddr *)&at, sizeof(at)) == 0);
	MUST(listen(f->local, 16) == 0);
}

static void
listen_on_port(struct fake_engine *f)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t n = sizeof(at);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	f->tcp = socket(AF_INET, SOCK_STREAM, 0);
	MUST(f->tcp >= 0);
	MUST(bind(f->tcp, (struct sockaddr *)&at, sizeof(at)) == 0);
	MUST(listen(f->tcp, 16) == 0);
	MUST(getsockname(f->tcp, (struct sockaddr *)&at, &n) == 0);
	f->port = ntohs(at.sin_port);
}

struct fake_engine *
fake_engine_start(const struct fake_answer *answers, size_t n)
{
	struct fake_engine *f = calloc(1, sizeof(*f));

	MUST(f != NULL);
	f->answers = answers;
	f->nanswers = n;
	listen_locally(f);
	listen_on_port(f);
	MUST(pipe(f->wake) == 0);
	MUST(pthread_mutex_init(&f->lock, NULL) == 0);
	MUST(pthread_create(&f->thread, NULL, run, f) == 0);
	return f;
}

void
fake_engine_stop(struct fake_engine *f)
{
	fake_engine_release(f);
	MUST(write(f->wake[1], "x", 1) == 1);
	MUST(pthread_join(f->thread, NULL) == 0);
	for (size_t i = 0; i < f->nrequests; i++)
		free(f->requests[i].body);
	close(f->local);
	close(f->tcp);
	close(f->wake[0]);
	close(f->wake[1]);
	unlink(f->path);
	rmdir(f->folder);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

const char *
fake_engine_host(const struct fake_engine *f)
{
	return f->host;
}

uint16_t
fake_engine_port(const struct fake_engine *f)
{
	return f->port;
}

void
fake_engine_answers(struct fake_engine *f, const struct fake_answer *answers,
                    size_t n)
{
	pthread_mutex_lock(&f->lock);
	f->answers = answers;
	f->nanswers = n;
	pthread_mutex_unlock(&f->lock);
}

void
fake_engine_release(struct fake_engine *f)
{
	pthread_mutex_lock(&f->lock);
	while (f->nheld > 0)
		close(f->held[--f->nheld]);
	pthread_mutex_unlock(&f->lock);
}

static const struct request *
last(const struct fake_engine *f, const char *request, size_t *ret_count)
{
	const struct request *found = NULL;

	*ret_count = 0;
	for (size_t i = 0; i < f->nrequests; i++) {
		if (strncmp(f->requests[i].line, request, strlen(request)) ==
		    0) {
			found = &f->requests[i];
			(*ret_count)++;
		}
	}
	return found;
}

size_t
fake_engine_asked(struct fake_engine *f, const char *request)
{
	size_t n;

	pthread_mutex_lock(&f->lock);
	(void)last(f, request, &n);
	pthread_mutex_unlock(&f->lock);
	return n;
}

char *
fake_engine_body(struct fake_engine *f, const char *request, size_t *ret_n)
{
	const struct request *r;
	char *copy = NULL;
	size_t n;

	pthread_mutex_lock(&f->lock);
	r = last(f, request, &n);
	if (r != NULL) {
		copy = malloc(r->n + 1);
		MUST(copy != NULL);
		memcpy(copy, r->body, r->n);
		copy[r->n] = '\0';
		*ret_n = r->n;
	}
	pthread_mutex_unlock(&f->lock);
	return copy;
}
