/* SPDX-License-Identifier: Apache-2.0 */
/* analyzer health: does a server on this machine answer? */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "analyzer/cmd/cmd.h"
#include "base/io.h"

enum {
	WAIT_SECONDS = 5, /* for each step */
	ASKED = 256,      /* bytes of the request */
	HEARD = 64,       /* bytes of the answer that matter */
};

/* Whoever listens everywhere is asked on a loopback address. */
static const char *
asked_host(const struct options *o)
{
	const char *host = cmd_host(o);

	if (strcmp(host, "0.0.0.0") == 0 || strcmp(host, "localhost") == 0)
		return "127.0.0.1";
	return strcmp(host, "::") == 0 ? "::1" : host;
}

static int
connect_to(int family, const struct sockaddr *at, socklen_t n, int *ret_fd)
{
	struct timeval wait = { .tv_sec = WAIT_SECONDS };
	int fd = socket(family, SOCK_STREAM, 0);
	int rc = 0;

	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	if (connect(fd, at, n) != 0)
		rc = -errno;
	if (rc != 0)
		(void)io_close(fd);
	else
		*ret_fd = fd;
	return rc;
}

/* ERR_USAGE for a host that is no address. */
static int
dial(const char *host, uint16_t port, int *ret_fd)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
		                  .sin_port = htons(port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
		                   .sin6_port = htons(port) };

	if (inet_pton(AF_INET, host, &v4.sin_addr) == 1)
		return connect_to(AF_INET, (const struct sockaddr *)&v4,
		                  sizeof(v4), ret_fd);
	if (inet_pton(AF_INET6, host, &v6.sin6_addr) == 1)
		return connect_to(AF_INET6, (const struct sockaddr *)&v6,
		                  sizeof(v6), ret_fd);
	return ERR_USAGE;
}

/* *ret_ok: it said "HTTP/1.1 200". */
static int
ask(int fd, const char *host, bool *ret_ok)
{
	char text[ASKED];
	char answer[HEARD];
	bool v6 = strchr(host, ':') != NULL;
	size_t got = 0;
	int n = snprintf(text, sizeof(text),
	                 "GET /livez HTTP/1.1\r\nHost: %s%s%s\r\n"
	                 "Connection: close\r\n\r\n",
	                 v6 ? "[" : "", host, v6 ? "]" : "");
	int rc;

	if (n < 0 || (size_t)n >= sizeof(text))
		return ERR_LIMIT;
	rc = io_write_full(fd, text, (size_t)n);
	if (rc == 0)
		rc = io_read_full(fd, answer, sizeof(answer), &got);
	if (rc == 0)
		*ret_ok = str_starts(str_make(answer, got),
		                     STR("HTTP/1.1 200 "));
	return rc;
}

int
cmd_health(struct cmd *c, struct err *e)
{
	const char *host = asked_host(c->opt);
	unsigned port = c->opt->front_port;
	bool fine = false;
	int fd = -1;
	int rc = cmd_arguments(c, 0, 0, e);

	if (rc != 0)
		return rc;
	rc = dial(host, c->opt->front_port, &fd);
	if (rc == ERR_USAGE)
		return err_set(e, rc, "--host %s: an address is wanted", host);
	if (rc == 0) {
		rc = ask(fd, host, &fine);
		(void)io_close(fd);
	}
	c->findings = !fine;
	if (rc != 0)
		cmd_note(c, "no server answers on port %u of %s: %s", port,
		         host, err_text(rc));
	else if (!fine)
		cmd_note(c, "what answers on port %u of %s is no analyzer",
		         port, host);
	else
		term_printf(&c->out, "ok\n");
	return 0;
}
