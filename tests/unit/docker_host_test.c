/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/docker/docker_host.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/sha256.h"
#include "snapshot/tree.h"
#include "tests/tap/tap.h"

static char home[] = "/tmp/docker-host-XXXXXX";

/* Makes the file and the folders on the way, below home. */
static void
put(const char *name, const char *text)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", home, name);
	for (char *p = path + sizeof(home); *p != '\0'; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		mkdir(path, 0700);
		*p = '/';
	}
	f = fopen(path, "w");
	if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
		exit(1);
}

static void
put_context(const char *name, const char *meta)
{
	uint8_t digest[SHA256_SIZE];
	char hex[SHA256_HEX_MAX], path[256];

	if (sha256_of(str_from_c(name), digest) != 0)
		exit(1);
	sha256_hex(digest, hex);
	snprintf(path, sizeof(path), ".docker/contexts/meta/%s/meta.json", hex);
	put(path, meta);
	if (strcmp(name, "far") != 0)
		return;
	snprintf(path, sizeof(path), ".docker/contexts/tls/%s/docker/ca.pem",
	         hex);
	put(path, "ca");
}

static int
find(const struct docker_env *env, struct docker_host *ret)
{
	struct err e = ERR_INIT;
	int rc = docker_host_find(env, &e, ret);

	if (rc != 0)
		tap_note(e.text);
	return rc;
}

static void
test_addresses(void)
{
	static const struct {
		const char *host, *tls;
		int rc;
		const char *base, *socket;
	} rows[] = {
		{ "unix:///run/x.sock", NULL, 0, "http://docker",
		  "/run/x.sock" },
		{ "unix:///run/x.sock", "1", 0, "http://docker",
		  "/run/x.sock" },
		{ "tcp://10.0.0.7", NULL, 0, "http://10.0.0.7:2375", "" },
		{ "tcp://10.0.0.7/", "1", 0, "https://10.0.0.7:2376", "" },
		{ "tcp://box:99", "1", 0, "https://box:99", "" },
		{ "tcp://[::1]:99", NULL, 0, "http://[::1]:99", "" },
		{ "http://box:99", NULL, 0, "http://box:99", "" },
		{ "https://box", NULL, 0, "https://box:2376", "" },
		{ "unix://", NULL, ERR_USAGE, NULL, NULL },
		{ "unix://relative", NULL, ERR_USAGE, NULL, NULL },
		{ "tcp://", NULL, ERR_USAGE, NULL, NULL },
		{ "tcp://box:", NULL, ERR_USAGE, NULL, NULL },
		{ "tcp://box:0", NULL, ERR_USAGE, NULL, NULL },
		{ "tcp://box:70000", NULL, ERR_USAGE, NULL, NULL },
		{ "tcp://box:99/path", NULL, ERR_USAGE, NULL, NULL },
		{ "tcp://me@box", NULL, ERR_USAGE, NULL, NULL },
		{ "tcp://[::1", NULL, ERR_USAGE, NULL, NULL },
		{ "box:99", NULL, ERR_USAGE, NULL, NULL },
		{ "ssh://me@box", NULL, ERR_UNSUPPORTED, NULL, NULL },
		{ "npipe:////./pipe/x", NULL, ERR_UNSUPPORTED, NULL, NULL },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct docker_env env = { .host = rows[i].host,
			                  .tls_verify = rows[i].tls,
			                  .context = "not looked at" };
		struct docker_host h;

		is_int(find(&env, &h), rows[i].rc, rows[i].host);
		if (rows[i].rc != 0)
			continue;
		is_str(h.base, rows[i].base, "where");
		is_str(h.socket, rows[i].socket, "its socket");
		ok(h.verify, "certificates are verified");
	}
}

static void
test_contexts(void)
{
	struct docker_env env = { .home = home };
	struct docker_host h;
	char want[512];

	is_int(find(&env, &h), 0, "nothing is set");
	is_str(h.shown, "unix:///var/run/docker.sock", "the usual place");
	env.context = "none";
	is_int(find(&env, &h), ERR_USAGE, "a context that there is not");
	put_context("near", "{\"Name\":\"near\",\"Endpoints\":{\"docker\":{"
	                    "\"Host\":\"unix:///run/near.sock\"}}}");
	put_context("far", "{\"Name\":\"far\",\"Endpoints\":{\"docker\":{"
	                   "\"Host\":\"tcp://far:99\","
	                   "\"SkipTLSVerify\":true}}}");
	put_context("empty", "{\"Endpoints\":{}}");
	put_context("broken", "{\"Endpoints\":");
	env.context = "near";
	is_int(find(&env, &h), 0, "one that there is");
	is_str(h.socket, "/run/near.sock", "is taken");
	env.context = "far";
	is_int(find(&env, &h), 0, "one with certificates");
	is_str(h.base, "https://far:99", "speaks TLS");
	ok(!h.verify, "unverified, as it says");
	ok(h.ca[0] != '\0' && h.key[0] == '\0', "with those it has");
	env.context = "empty";
	is_int(find(&env, &h), ERR_USAGE, "one without an engine");
	env.context = "broken";
	is_int(find(&env, &h), ERR_MALFORMED, "one that is no JSON");

	env.context = NULL;
	put(".docker/config.json", "{\"currentContext\":\"near\"}");
	is_int(find(&env, &h), 0, "the current one");
	is_str(h.socket, "/run/near.sock", "is taken");
	env.context = "default";
	is_int(find(&env, &h), 0, "the default one");
	is_str(h.shown, "unix:///var/run/docker.sock", "is none of them");
	env.context = NULL;
	put("other/config.json", "{\"currentContext\":7}");
	snprintf(want, sizeof(want), "%s/other", home);
	env.config = want;
	is_int(find(&env, &h), 0, "another configuration");
	is_str(h.shown, "unix:///var/run/docker.sock", "that names none");
	put("other/config.json", "nonsense");
	is_int(find(&env, &h), ERR_MALFORMED, "a broken configuration");
	env.host = "tcp://box";
	is_int(find(&env, &h), 0, "is not read when the address is given");
}

static void
test_certificates(void)
{
	char folder[512], want[512];
	struct docker_env env = { .host = "tcp://box",
		                  .tls_verify = "1",
		                  .home = home };
	struct docker_host h;

	put("certs/cert.pem", "c");
	snprintf(folder, sizeof(folder), "%s/certs", home);
	env.cert_path = folder;
	is_int(find(&env, &h), 0, "a folder of certificates");
	snprintf(want, sizeof(want), "%s/certs/cert.pem", home);
	is_str(h.cert, want, "has one");
	is_str(h.ca, "", "and not the other");
	ok(h.tls && h.verify, "TLS, verified");
}

int
main(void)
{
	if (mkdtemp(home) == NULL)
		return 1;
	test_addresses();
	test_contexts();
	test_certificates();
	is_int(tree_remove(AT_FDCWD, home), 0, "cleaned up");
	return tap_done();
}
