/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docker_host: where the Docker engine is.
 *
 * As the docker command decides it: DOCKER_HOST; else the context that
 * DOCKER_CONTEXT names; else the "currentContext" of config.json in
 * DOCKER_CONFIG or ~/.docker; else the Unix socket at its usual place. A
 * context NAME is the file contexts/meta/SHA256(NAME)/meta.json there, with its
 * certificates in contexts/tls/SHA256(NAME)/docker/; "default" is none of them.
 *
 * TLS: DOCKER_TLS_VERIFY makes tcp:// be TLS, with ca.pem, cert.pem and key.pem
 * of DOCKER_CERT_PATH, or of the configuration's folder; the engine's
 * certificate is always verified, unless a context says SkipTLSVerify.
 */
#ifndef CLI_DOCKER_HOST_H
#define CLI_DOCKER_HOST_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/err.h"
#include "cli/docker/docker.h"

enum {
	DOCKER_PATH = 1024,          /* bytes of a path or an address */
	DOCKER_CONFIG_MAX = 1 << 20, /* bytes of a configuration file */
};

struct docker_host {
	char shown[DOCKER_PATH];  /* "unix:///var/run/docker.sock" */
	char socket[DOCKER_PATH]; /* its path; "" for TCP */
	char base[DOCKER_PATH];   /* "http://docker", "https://10.0.0.7:2376" */
	char name[DOCKER_PATH];   /* of the machine; "" for a Unix socket */
	bool tls;
	bool verify;
	/* PEM files; "" where there is none. */
	char ca[DOCKER_PATH], cert[DOCKER_PATH], key[DOCKER_PATH];
	/* The folder of config.json; "" where there is none. */
	char config[DOCKER_PATH];
};

/*
 * ERR_USAGE for an address or a context that cannot be, ERR_UNSUPPORTED for
 * ssh:// and npipe://, ERR_MALFORMED for a configuration that is no JSON, or
 * what reading it failed with. Reads files, opens no connection.
 */
int docker_host_find(const struct docker_env *env, struct err *e,
                     struct docker_host *ret_host) WARN_UNUSED;

#endif /* CLI_DOCKER_HOST_H */
