/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load HOST PORT [-n TIMES] [-p PID]
 * load HOST PORT -c CONNECTIONS -s SECONDS: HTTP requests, for tests and the
 * benchmark. Lines of standard input are "NAME PATH", both without spaces.
 *
 * The first form asks for each path TIMES (1) times, one after the other on one
 * connection, and prints a line for each name: how many, the median and the
 * 95th percentile of the milliseconds they took, the same of the processor time
 * that the process PID spent on them (0 without -p), and the bytes of the last
 * body. Lines of one name that follow each other are counted together.
 *
 * The second form keeps so many connections busy for so long, each with all of
 * the lines in turn, and prints how many requests were answered, how many not
 * with a status below 400, and how many connections broke.
 *
 * Exit status: 0 all was well, 1 an answer was an error or did not come,
 * 2 usage.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	LINES_MAX = 4096,
	LINE = 4096,
	HEAD = 16384,
	TIMES_MAX = 100000,
	CONNECTIONS_MAX = 1024,
	PATIENCE_S = 120, /* for one answer */
};

struct line {
	char *name, *path;
};

/* What is read from a connection, and what is left of it. */
struct conn {
	int fd;
	size_t from, to;
	char room[1 << 16];
};

struct reply {
	int status; /* 0: it did not come */
	uint64_t bytes;
};

static struct line lines[LINES_MAX];
static size_t nlines;
static const char *host, *port;

/* ---- connections ---- */

static bool
conn_open(struct conn *c)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	struct timeval wait = { .tv_sec = PATIENCE_S };
	int one = 1;

	c->from = c->to = 0;
	a.sin_port = htons((uint16_t)strtoul(port, NULL, 10));
	if (inet_pton(AF_INET, host, &a.sin_addr) != 1)
		exit(2);
	c->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (c->fd < 0)
		return false;
	(void)setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	(void)setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(c->fd, (struct sockaddr *)&a, sizeof(a)) == 0)
		return true;
	(void)close(c->fd);
	return false;
}

/* More bytes in the room, which has been used up; false: none come. */
static bool
refill(struct conn *c)
{
	ssize_t n = recv(c->fd, c->room, sizeof(c->room), 0);

	c->from = 0;
	c->to = n > 0 ? (size_t)n : 0;
	return n > 0;
}

/* A line without its end; false: there is none, or it is too long. */
static bool
read_line(struct conn *c, char *out, size_t size)
{
	size_t n = 0;

	for (;;) {
		char ch;

		if (c->from == c->to && !refill(c))
			return false;
		ch = c->room[c->from++];
		if (ch == '\n')
			break;
		if (n + 1 == size)
			return false;
		out[n++] = ch;
	}
	if (n > 0 && out[n - 1] == '\r')
		n--;
	out[n] = '\0';
	return true;
}

static bool
pass_over(struct conn *c, uint64_t n)
{
	while (n > 0) {
		size_t step;

		if (c->from == c->to && !refill(c))
			return false;
		step = c->to - c->from;
		if (step > n)
			step = (size_t)n;
		c->from += step;
		n -= step;
	}
	return true;
}

static bool
pass_chunks(struct conn *c, uint64_t *ret_bytes)
{
	char line[HEAD];
	uint64_t n = 1;

	while (n > 0) {
		if (!read_line(c, line, sizeof(line)))
			return false;
		n = strtoull(line, NULL, 16);
		*ret_bytes += n;
		/* Behind the last one are trailers, up to an empty line. */
		if (n > 0 &&
		    (!pass_over(c, n) || !read_line(c, line, sizeof(line))))
			return false;
	}
	do {
		if (!read_line(c, line, sizeof(line)))
			return false;
	} while (line[0] != '\0');
	return true;
}

/* ---- requests ---- */

static bool
read_reply(struct conn *c, struct reply *r)
{
	char line[HEAD];
	bool chunked = false;
	int status;

	if (!read_line(c, line, sizeof(line)) ||
	    strncmp(line, "HTTP/1.1 ", 9) != 0)
		return false;
	status = (int)strtol(line + 9, NULL, 10);
	r->bytes = 0;
	for (;;) {
		if (!read_line(c, line, sizeof(line)))
			return false;
		if (line[0] == '\0')
			break;
		if (strncasecmp(line, "content-length:", 15) == 0)
			r->bytes = strtoull(line + 15, NULL, 10);
		if (strcasecmp(line, "transfer-encoding: chunked") == 0)
			chunked = true;
	}
	if (chunked ? !pass_chunks(c, &r->bytes) : !pass_over(c, r->bytes))
		return false;
	r->status = status;
	return true;
}

static struct reply
request(struct conn *c, const char *path)
{
	char head[LINE + 256];
	struct reply r = { .status = 0 };
	int n = snprintf(head, sizeof(head),
	                 "GET %s HTTP/1.1\r\nHost: %s:%s\r\n\r\n", path, host,
	                 port);

	if (send(c->fd, head, (size_t)n, MSG_NOSIGNAL) != n ||
	    !read_reply(c, &r))
		r.status = 0;
	return r;
}

/* ---- one after the other ---- */

struct sample {
	double ms, cpu;
};

static double
ms_of(clockid_t clock)
{
	struct timespec t = { .tv_sec = 0 };

	(void)clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The smallest of the sorted numbers with so many percent at or below. */
static double
percentile(const double *v, size_t n, size_t percent)
{
	return v[(n * percent + 99) / 100 - 1];
}

static void
report(const char *name, double *ms, double *cpu, size_t n, uint64_t bytes)
{
	qsort(ms, n, sizeof(*ms), compare);
	qsort(cpu, n, sizeof(*cpu), compare);
	printf("%s %zu %.2f %.2f %.2f %.2f %llu\n", name, n,
	       percentile(ms, n, 50), percentile(ms, n, 95),
	       percentile(cpu, n, 50), percentile(cpu, n, 95),
	       (unsigned long long)bytes);
}

static int
in_turn(size_t times, clockid_t clock, bool has_clock)
{
	double *ms = calloc(nlines * times, sizeof(*ms));
	double *cpu = calloc(nlines * times, sizeof(*cpu));
	static struct conn c;
	struct reply r = { .bytes = 0 };
	size_t n = 0;
	int bad = 0;

	if (ms == NULL || cpu == NULL || !conn_open(&c))
		exit(1);
	for (size_t i = 0; i < nlines; i++) {
		for (size_t k = 0; k < times; k++, n++) {
			double at = ms_of(CLOCK_MONOTONIC);
			double spent = has_clock ? ms_of(clock) : 0;

			r = request(&c, lines[i].path);
			ms[n] = ms_of(CLOCK_MONOTONIC) - at;
			cpu[n] = has_clock ? ms_of(clock) - spent : 0;
			if (r.status >= 100 && r.status < 400)
				continue;
			fprintf(stderr, "load: %s: status %d\n", lines[i].path,
			        r.status);
			bad = 1;
			if (r.status == 0 && !conn_open(&c))
				exit(1);
		}
		if (i + 1 < nlines &&
		    strcmp(lines[i].name, lines[i + 1].name) == 0)
			continue;
		report(lines[i].name, ms, cpu, n, r.bytes);
		n = 0;
	}
	free(ms);
	free(cpu);
	return bad;
}

/* ---- all at once ---- */

static atomic_ullong answered, refused, broken;
static atomic_bool over;

static void *
keep_busy(void *arg)
{
	size_t i = *(size_t *)arg;
	struct conn *c = malloc(sizeof(*c));
	bool is_open = false;

	while (c != NULL && !atomic_load(&over)) {
		struct reply r = { .status = 0 };

		if (!is_open)
			is_open = conn_open(c);
		if (is_open)
			r = request(c, lines[i++ % nlines].path);
		if (r.status == 0) {
			atomic_fetch_add(&broken, 1);
			if (is_open)
				(void)close(c->fd);
			is_open = false;
			/* Not a flood of attempts. */
			(void)usleep(10000);
			continue;
		}
		atomic_fetch_add(&answered, 1);
		if (r.status < 100 || r.status >= 400)
			atomic_fetch_add(&refused, 1);
	}
	if (is_open)
		(void)close(c->fd);
	free(c);
	return NULL;
}

static int
at_once(size_t n, double seconds)
{
	static pthread_t threads[CONNECTIONS_MAX];
	static size_t first[CONNECTIONS_MAX];
	size_t begun = 0;

	for (size_t i = 0; i < n; i++) {
		first[i] = i;
		if (pthread_create(&threads[i], NULL, keep_busy, &first[i]) !=
		    0)
			break;
		begun++;
	}
	(void)usleep((useconds_t)(seconds * 1e6));
	atomic_store(&over, true);
	for (size_t i = 0; i < begun; i++)
		(void)pthread_join(threads[i], NULL);
	printf("%llu %llu %llu\n", (unsigned long long)answered,
	       (unsigned long long)refused, (unsigned long long)broken);
	return begun < n || answered == 0 || refused > 0 || broken > 0;
}

/* ---- the whole ---- */

static void
read_lines(void)
{
	static char text[LINE];
	while (nlines < LINES_MAX && fgets(text, sizeof(text), stdin) != NULL) {
		size_t n = strcspn(text, " ");

		if (text[n] == '\0')
			continue;
		text[strcspn(text, "\n")] = '\0';
		lines[nlines].name = strndup(text, n);
		lines[nlines].path = strdup(text + n + 1);
		if (lines[nlines].name == NULL || lines[nlines].path == NULL)
			exit(1);
		nlines++;
	}
}

static int
usage(void)
{
	fprintf(stderr, "usage: load HOST PORT [-n TIMES] [-p PID] | "
	                "-c CONNECTIONS -s SECONDS\n");
	return 2;
}

int
main(int argc, char **argv)
{
	size_t times = 1, connections = 0;
	double seconds = 1;
	clockid_t clock = 0;
	bool has_clock = false;
	int opt;

	if (argc < 3)
		return usage();
	host = argv[1];
	port = argv[2];
	optind = 3;
	while ((opt = getopt(argc, argv, "n:p:c:s:")) != -1) {
		if (opt == 'n')
			times = strtoul(optarg, NULL, 10);
		else if (opt == 'c')
			connections = strtoul(optarg, NULL, 10);
		else if (opt == 's')
			seconds = strtod(optarg, NULL);
		else if (opt == 'p')
			has_clock =
			    clock_getcpuclockid((pid_t)strtol(optarg, NULL, 10),
			                        &clock) == 0;
		else
			return usage();
	}
	if (times < 1 || times > TIMES_MAX || connections > CONNECTIONS_MAX)
		return usage();
	read_lines();
	if (nlines == 0)
		return usage();
	return connections > 0 ? at_once(connections, seconds)
	                       : in_turn(times, clock, has_clock);
}
