/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fake_engine: a Docker engine that answers as it is told and remembers what it
 * was asked, for the tests of cli/docker/.
 *
 * It listens on a Unix socket in a folder of its own and, with the same
 * answers, on a free port of 127.0.0.1, where the analyzer would. One thread
 * does it all, one request a connection.
 */
#ifndef TESTS_SUPPORT_FAKE_ENGINE_H
#define TESTS_SUPPORT_FAKE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fake_answer {
	const char *method;
	const char *path; /* beginning, behind "/v1.41"; the first that fits */
	int status;
	const char *body; /* NULL: none */
	size_t n;         /* bytes of it; 0: it is a C string */
	bool hold; /* do not end the reply before fake_engine_release() */
};

struct fake_engine;

/* `answers` must outlive it; a failure ends the test program. */
struct fake_engine *fake_engine_start(const struct fake_answer *answers,
                                      size_t n);
void fake_engine_stop(struct fake_engine *f);

/* Its socket: "unix:///tmp/.../s". */
const char *fake_engine_host(const struct fake_engine *f);
uint16_t fake_engine_port(const struct fake_engine *f);

/* Other answers from now on. */
void fake_engine_answers(struct fake_engine *f,
                         const struct fake_answer *answers, size_t n);
/* Ends the replies that are held. */
void fake_engine_release(struct fake_engine *f);

/* How often a request began so: "POST /v1.41/containers/create". */
size_t fake_engine_asked(struct fake_engine *f, const char *request);
/* The body of the last such request, *ret_n bytes, which the caller frees; NULL
 * when there was none. */
char *fake_engine_body(struct fake_engine *f, const char *request,
                       size_t *ret_n);

#endif /* TESTS_SUPPORT_FAKE_ENGINE_H */
