/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wsclient HOST PORT PATH [MESSAGE [SECONDS [ORIGIN]]]: a WebSocket's client,
 * for tests. Sends the message, prints each text frame as a line, and after
 * SECONDS (2) without one closes properly. With SECONDS 0 it only shakes hands,
 * and with a negative number it leaves without a word. Exit status: 0 the
 * server agreed, 1 it did not (its status line is printed), 2 usage; 3 it broke
 * off without a close frame.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD = 4096, TEXT = 1, CLOSE = 8 };

static int fd;

static void
put_all(const void *p, size_t n)
{
	const char *at = p;

	while (n > 0) {
		ssize_t put = send(fd, at, n, MSG_NOSIGNAL);

		if (put <= 0)
			exit(3);
		at += put;
		n -= (size_t)put;
	}
}

/* False: the server has ended, or said nothing for so long. */
static bool
get_all(void *p, size_t n, int ms)
{
	char *at = p;

	while (n > 0) {
		struct pollfd w = { .fd = fd, .events = POLLIN };
		ssize_t got;

		if (poll(&w, 1, ms) <= 0)
			return false;
		got = recv(fd, at, n, 0);
		if (got <= 0)
			return false;
		at += got;
		n -= (size_t)got;
	}
	return true;
}

static void
connect_to(const char *host, const char *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };

	a.sin_port = htons((uint16_t)strtoul(port, NULL, 10));
	if (inet_pton(AF_INET, host, &a.sin_addr) != 1)
		exit(2);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0) {
		perror("wsclient");
		exit(3);
	}
}

/* The key of RFC 6455, 1.3, whose answer is known. */
static int
shake_hands(const char *host, const char *path, const char *origin)
{
	static const char answer[] = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
	char head[HEAD];
	size_t n = 0;
	int len = snprintf(
	    head, sizeof(head),
	    "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\n"
	    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
	    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s%s%s\r\n",
	    path, host, origin[0] != '\0' ? "Origin: " : "", origin,
	    origin[0] != '\0' ? "\r\n" : "");

	put_all(head, (size_t)len);
	head[0] = '\0';
	while (n + 1 < sizeof(head) && get_all(head + n, 1, 5000)) {
		head[++n] = '\0';
		if (n >= 4 && strcmp(head + n - 4, "\r\n\r\n") == 0)
			break;
	}
	if (strncmp(head, "HTTP/1.1 101 ", 13) == 0 &&
	    strstr(head, answer) != NULL)
		return 0;
	printf("%.*s\n", (int)strcspn(head, "\r"), head);
	return 1;
}

/* Masked, as clients have to; the mask may be any. */
static void
put_frame(unsigned opcode, const char *text)
{
	size_t n = strlen(text);
	unsigned char head[8] = { (unsigned char)(0x80 | opcode) };
	size_t len = 2;

	if (n > 65535)
		exit(2);
	head[1] = (unsigned char)(0x80 | (n < 126 ? n : 126));
	if (n >= 126) {
		head[2] = (unsigned char)(n >> 8);
		head[3] = (unsigned char)n;
		len = 4;
	}
	put_all(head, len);
	put_all("\0\0\0\0", 4);
	put_all(text, n);
}

/* A frame's opcode, its text on stdout; -1: nothing came. */
static int
get_frame(int ms)
{
	unsigned char head[10];
	uint64_t n;
	char *text;

	if (!get_all(head, 2, ms))
		return -1;
	n = head[1] & 127;
	if (n >= 126) {
		size_t more = n == 126 ? 2 : 8;

		n = 0;
		if (!get_all(head + 2, more, ms))
			return -1;
		for (size_t i = 0; i < more; i++)
			n = n << 8 | head[2 + i];
	}
	if (n > 1 << 26)
		exit(3);
	text = malloc(n + 1);
	if (text == NULL || !get_all(text, n, ms))
		exit(3);
	if ((head[0] & 15) == TEXT) {
		fwrite(text, 1, n, stdout);
		putchar('\n');
	}
	free(text);
	return head[0] & 15;
}

int
main(int argc, char **argv)
{
	double seconds = argc > 5 ? strtod(argv[5], NULL) : 2;
	int opcode;

	if (argc < 4 || argc > 7) {
		fprintf(stderr, "usage: wsclient HOST PORT PATH "
		                "[MESSAGE [SECONDS [ORIGIN]]]\n");
		return 2;
	}
	connect_to(argv[1], argv[2]);
	if (shake_hands(argv[1], argv[3], argc > 6 ? argv[6] : "") != 0)
		return 1;
	if (seconds == 0)
		return 0;
	if (argc > 4)
		put_frame(TEXT, argv[4]);
	if (seconds < 0)
		return 0;
	do {
		opcode = get_frame((int)(seconds * 1000));
	} while (opcode >= 0 && opcode != CLOSE);
	if (opcode == CLOSE)
		return 0;
	put_frame(CLOSE, "");
	for (int i = 0; i < 1000 && opcode != CLOSE; i++)
		opcode = get_frame(1000);
	return opcode == CLOSE ? 0 : 3;
}
