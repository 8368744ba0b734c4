/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container's life against an engine that answers as the test wants: what is
 * asked of it, in which order, and what becomes of its failures. The real one
 * is asked in tests/docker/.
 */
#include <jansson.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/docker/docker.h"
#include "tests/support/fake_engine.h"
#include "tests/tap/tap.h"

#define VERSION                                              \
	"{\"Version\":\"20.10.24\",\"ApiVersion\":\"1.41\"," \
	"\"MinAPIVersion\":\"1.12\"}"
#define ID "0123456789abcdef"

struct world {
	struct fake_engine *f;
	struct docker *d;
	struct err e;
	char notes[2048];
	char log[512];
	size_t uploads, pulls;
	atomic_bool cancel;
	bool cancel_on_upload;
	bool cancel_on_log;
};

static void
note(void *ctx, const char *text)
{
	struct world *w = ctx;
	size_t n = strlen(w->notes);

	snprintf(w->notes + n, sizeof(w->notes) - n, "%s\n", text);
}

static void
progress(void *ctx, const struct docker_progress *p)
{
	struct world *w = ctx;

	w->pulls += p->stage == DOCKER_PULLING;
	w->uploads += p->stage == DOCKER_UPLOADING;
	if (p->stage == DOCKER_UPLOADING && w->cancel_on_upload)
		atomic_store(&w->cancel, true);
}

static void
hear(void *ctx, bool is_stderr, struct str line)
{
	struct world *w = ctx;
	size_t n = strlen(w->log);

	snprintf(w->log + n, sizeof(w->log) - n, "%c" STR_FMT "\n",
	         is_stderr ? 'e' : 'o', STR_ARG(line));
	if (w->cancel_on_log)
		atomic_store(&w->cancel, true);
}

static int
open_world(struct world *w, const struct fake_answer *answers, size_t n)
{
	struct docker_env env = { .home = "/nonexistent" };
	struct docker_watch watch = { w, note, progress, hear, &w->cancel };

	memset(w, 0, sizeof(*w));
	w->f = fake_engine_start(answers, n);
	env.host = fake_engine_host(w->f);
	return docker_open(&env, &watch, &w->e, &w->d);
}

static void
close_world(struct world *w)
{
	docker_close(w->d);
	fake_engine_stop(w->f);
}

#define OPEN(w, answers) open_world((w), (answers), ARRAY_LEN(answers))

/* ---- opening ---- */

static void
test_open(void)
{
	static const struct {
		const char *version;
		int status, rc;
		const char *agreed;
	} rows[] = {
		{ VERSION, 200, 0, "1.41" },
		{ "{\"Version\":\"99\",\"ApiVersion\":\"1.99\","
		  "\"MinAPIVersion\":\"1.44\"}",
		  200, 0, "1.51" },
		{ "{\"ApiVersion\":\"1.25\"}", 200, 0, "1.25" },
		{ "{\"ApiVersion\":\"1.24\"}", 200, ERR_UNSUPPORTED, "" },
		{ "{\"ApiVersion\":\"1.99\",\"MinAPIVersion\":\"1.80\"}", 200,
		  ERR_UNSUPPORTED, "" },
		{ "{\"ApiVersion\":\"2.0\"}", 200, ERR_UNSUPPORTED, "" },
		{ "{}", 200, ERR_UNSUPPORTED, "" },
		{ "<html>", 200, ERR_MALFORMED, "" },
		{ "{\"message\":\"go away\"}", 500, ERR_IO, "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fake_answer a[] = {
			{ "GET", "/version", rows[i].status, rows[i].version, 0,
			  false },
		};
		struct world w;

		is_int(OPEN(&w, a), rows[i].rc, rows[i].version);
		if (rows[i].rc == 0) {
			is_str(docker_api_version(w.d), rows[i].agreed,
			       "the version that both know");
			is_str(docker_endpoint(w.d), fake_engine_host(w.f),
			       "where it is");
			ok(strstr(rows[i].version,
			          docker_engine_version(w.d)) != NULL,
			   "and what");
		} else {
			tap_note(w.e.text);
		}
		close_world(&w);
	}
}

static void
test_absent(void)
{
	struct docker_env env = { .host = "unix:///nonexistent/docker.sock" };
	struct docker_watch watch = { 0 };
	struct docker *d = NULL;
	struct err e = ERR_INIT;

	is_int(docker_open(&env, &watch, &e, &d), ERR_ABSENT,
	       "an engine that is not there");
	is_str(e.text,
	       "no Docker engine answers at unix:///nonexistent/docker.sock: "
	       "no such file or directory",
	       "is told with the reason");
	env.host = "tcp://127.0.0.1:1";
	is_int(docker_open(&env, &watch, &e, &d), ERR_ABSENT,
	       "a port where nobody is");
}

/* ---- images ---- */

#define REGISTRY "/images/reg.example/team/analyzer:v1/json"
#define PULLED   "/images/create?fromImage=reg.example/team/analyzer&tag=v1"

struct image_row {
	bool at_registry, local;
	bool registry_given, policy_given;
	enum docker_pull policy;
	int rc;
	size_t pulls;
	const char *taken;
};

static void
find_image(const struct image_row *row)
{
	const struct fake_answer answers[] = {
		{ "GET", "/version", 200, VERSION, 0, false },
		{ "GET", REGISTRY, row->at_registry ? 200 : 404, "{}", 0,
		  false },
		{ "GET", "/images/analyzer:v1/json", row->local ? 200 : 404,
		  "{}", 0, false },
		{ "POST", PULLED, 200,
		  "{\"status\":\"Pulling\",\"id\":\"v1\"}\n", 0, false },
	};
	struct docker_image image = { .registry = "reg.example/team",
		                      .tag = "v1",
		                      .policy = row->policy,
		                      .registry_given = row->registry_given,
		                      .policy_given = row->policy_given };
	char out[DOCKER_REF] = "";
	struct world w;

	is_int(OPEN(&w, answers), 0, "an engine");
	is_int(docker_image_find(w.d, &image, &w.e, out), row->rc,
	       "looking for an image");
	is_str(out, row->taken, "finds the right one");
	is_int(fake_engine_asked(w.f, "POST /v1.41" PULLED), row->pulls,
	       "pulls when it may");
	is_int(w.pulls, row->pulls, "and tells how far it is");
	ok(row->rc != 0 || strstr(w.notes, row->taken) != NULL,
	   "and says which it took");
	close_world(&w);
}

static void
test_images(void)
{
	static const char far[] = "reg.example/team/analyzer:v1";
	static const char here[] = "analyzer:v1";
	static const struct image_row rows[] = {
		{ true, true, false, false, 0, 0, 0, far },
		{ false, true, false, false, 0, 0, 0, here },
		{ false, false, false, false, 0, ERR_NOTFOUND, 0, "" },
		{ false, false, true, false, 0, 0, 1, far },
		{ false, false, false, true, 0, 0, 1, far },
		{ false, true, true, false, 0, 0, 0, here },
		{ true, true, false, true, DOCKER_ALWAYS, 0, 1, far },
		{ true, false, true, true, DOCKER_NEVER, 0, 0, far },
		{ false, false, true, true, DOCKER_NEVER, ERR_NOTFOUND, 0, "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		find_image(&rows[i]);
}

static void
test_pull_failures(void)
{
	struct fake_answer answers[] = {
		{ "GET", "/version", 200, VERSION, 0, false },
		{ "POST", "/images/create", 200,
		  "{\"status\":\"Pulling\"}\n"
		  "{\"errorDetail\":{\"message\":\"manifest unknown\"}}\n",
		  0, false },
	};
	struct docker_image image = { .registry = "docker.io/kubeshark/",
		                      .tag = "v1",
		                      .policy = DOCKER_ALWAYS,
		                      .policy_given = true };
	char out[DOCKER_REF];
	struct world w;

	is_int(OPEN(&w, answers), 0, "an engine");
	is_int(docker_image_find(w.d, &image, &w.e, out), ERR_NOTFOUND,
	       "an error in the stream");
	is_str(w.e.text,
	       "pulling docker.io/kubeshark/analyzer:v1: manifest unknown",
	       "is an error");
	answers[1].body = "{\"errorDetail\":{\"message\":\"no route\"}}\n";
	is_int(docker_image_find(w.d, &image, &w.e, out), ERR_IO,
	       "another error");
	answers[1].status = 500;
	answers[1].body = "{\"message\":\"no such host\"}";
	is_int(docker_image_find(w.d, &image, &w.e, out), ERR_IO, "a refusal");
	is_str(w.e.text,
	       "pulling docker.io/kubeshark/analyzer:v1: no such host",
	       "in the engine's words");
	image.tag = "v1&x=y";
	is_int(docker_image_find(w.d, &image, &w.e, out), ERR_USAGE,
	       "a tag that is none");
	image.tag = "v1";
	image.registry = "../containers";
	is_int(docker_image_find(w.d, &image, &w.e, out), ERR_USAGE,
	       "a registry that is none");
	close_world(&w);
}

/* ---- a life ---- */

#define READY \
	"{\"snapshots\":[{\"state\":\"ready\",\"bytes\":9,\"packets\":1}]}"

/* The answers of an engine that is all right; tests change some. */
enum {
	A_VERSION,
	A_LIST,
	A_IMAGE,
	A_CREATE,
	A_UPLOAD,
	A_START,
	A_LOGS,
	A_INSPECT,
	A_STOP,
	A_REMOVE,
	A_READY,
	A_COUNT,
};

static char announced[256];
static size_t announced_n;
static char ports[256];

static void
good_answers(struct fake_answer a[A_COUNT])
{
	const struct fake_answer good[A_COUNT] = {
		{ "GET", "/version", 200, VERSION, 0, false },
		{ "GET", "/containers/json", 200, "[]", 0, false },
		{ "GET", "/images/", 200, "{}", 0, false },
		{ "POST", "/containers/create", 201, "{\"Id\":\"" ID "\"}", 0,
		  false },
		{ "PUT", "/containers/" ID "/archive?path=/data", 200, "", 0,
		  false },
		{ "POST", "/containers/" ID "/start", 204, NULL, 0, false },
		{ "GET", "/containers/" ID "/logs", 200, announced, announced_n,
		  true },
		{ "GET", "/containers/" ID "/json", 200, ports, 0, false },
		{ "POST", "/containers/kubeshark-analyzer-", 204, NULL, 0,
		  false },
		{ "DELETE", "/containers/kubeshark-analyzer-", 204, NULL, 0,
		  false },
		{ "GET", "/readyz", 200, READY, 0, false },
	};

	memcpy(a, good, sizeof(good));
}

/* What the analyzer would say, with the port of the fake one. */
static void
announce(uint16_t port)
{
	char text[160];
	int n = snprintf(text, sizeof(text),
	                 "{\"front\":\"http://127.0.0.1:%u/?token=x\","
	                 "\"hub\":\"http://127.0.0.1:%u/\",\"token\":\"\"}\n",
	                 port, port);

	memset(announced, 0, 8);
	announced[0] = 1;
	announced[7] = (char)n;
	memcpy(announced + 8, text, (size_t)n);
	announced_n = 8 + (size_t)n;
	snprintf(
	    ports, sizeof(ports),
	    "{\"State\":{\"Running\":true},\"NetworkSettings\":{\"Ports\":{"
	    "\"8899/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"%u\"}],"
	    "\"8898/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"%u\"}]"
	    "}}}",
	    port, port);
}

static const struct docker_tap a_tap = {
	.path = "samples/tiny.tar.gz",
	.image = { .registry = "docker.io/kubeshark", .tag = "latest" },
	.proxy_host = "127.0.0.1",
};

/* Opens it with the fake's port in what the analyzer says. */
static void
open_life(struct world *w, struct fake_answer a[A_COUNT])
{
	announced_n = 0;
	good_answers(a);
	is_int(open_world(w, a, A_COUNT), 0, "an engine");
	announce(fake_engine_port(w->f));
	a[A_LOGS].n = announced_n;
	fake_engine_answers(w->f, a, A_COUNT);
}

static void
is_gone(struct world *w, size_t times)
{
	is_int(fake_engine_asked(
		   w->f, "DELETE /v1.41/containers/kubeshark-analyzer-"),
	       times, "the container is removed");
}

#define PARTIAL "{\"State\":{\"Running\":false,\"ExitCode\":4}}"

static void
test_life(void)
{
	struct fake_answer a[A_COUNT];
	struct docker_container *c = NULL;
	struct docker_urls urls;
	char want[DOCKER_URL];
	size_t n = 0;
	char *body;
	json_t *o;
	struct world w;
	int status = 0;

	open_life(&w, a);
	is_int(docker_tap_start(w.d, &a_tap, &w.e, &c), 0, w.e.text);
	body = fake_engine_body(w.f, "POST /v1.41/containers/create", &n);
	o = json_loads(body, 0, NULL);
	is_str(json_string_value(json_object_get(
		   json_array_get(
		       json_object_get(
			   json_object_get(json_object_get(o, "HostConfig"),
	                                   "PortBindings"),
			   "8899/tcp"),
		       0),
		   "HostIp")),
	       "127.0.0.1", "the front is published at the address given");
	json_decref(o);
	free(body);
	body = fake_engine_body(w.f, "PUT ", &n);
	ok(n % 512 == 0 && n > 47666 && strcmp(body, "tiny.tar.gz") == 0,
	   "the snapshot is uploaded as a tar");
	free(body);
	ok(w.uploads > 0, "which is told");
	docker_tap_urls(c, &urls);
	is_int(strlen(urls.token), 64, "there is a token");
	snprintf(want, sizeof(want), "http://127.0.0.1:%u/?token=%s",
	         fake_engine_port(w.f), urls.token);
	is_str(urls.front, want, "and the address has it");
	ok(strncmp(docker_tap_name(c), "kubeshark-analyzer-", 19) == 0,
	   "it has a name");
	is_str(docker_tap_image(c), "docker.io/kubeshark/analyzer:latest",
	       "and an image");
	is_gone(&w, 0);
	atomic_store(&w.cancel, true);
	is_int(docker_tap_wait(c, &w.e, &status), 0, "until it is cancelled");
	is_int(status, -1, "it still runs");
	a[A_INSPECT].body = PARTIAL;
	fake_engine_answers(w.f, a, A_COUNT);
	is_int(docker_tap_stop(c, &w.e, &status), 0, "stopped");
	is_int(status, 4, "part of the snapshot was unreadable");
	is_int(fake_engine_asked(w.f,
	                         "POST /v1.41/containers/kubeshark-analyzer-"),
	       1, "and told to stop before");
	body = fake_engine_body(
	    w.f, "DELETE /v1.41/containers/kubeshark-analyzer-", &n);
	ok(body != NULL, "with its volumes");
	free(body);
	is_gone(&w, 1);
	close_world(&w);
}

static void
test_on_host(void)
{
	struct docker_tap tap = a_tap;
	struct fake_answer a[A_COUNT];
	struct docker_container *c = NULL;
	struct docker_urls urls;
	char want[DOCKER_URL];
	struct world w;
	int status;

	tap.network = "host";
	open_life(&w, a);
	is_int(docker_tap_start(w.d, &tap, &w.e, &c), 0, w.e.text);
	docker_tap_urls(c, &urls);
	is_str(urls.token, "", "no token on loopback addresses");
	snprintf(want, sizeof(want), "http://127.0.0.1:%u/",
	         fake_engine_port(w.f));
	is_str(urls.front, want, "the port is the one that it announced");
	is_int(docker_tap_stop(c, &w.e, &status), 0, "stopped");
	is_int(status, -1, "nobody knows how");
	close_world(&w);
}

/* ---- lives that end badly ---- */

static void
fails(size_t which, int status, const char *body, int want, const char *text,
      size_t removed)
{
	struct fake_answer a[A_COUNT];
	struct docker_container *c = NULL;
	struct world w;

	open_life(&w, a);
	a[which].status = status;
	a[which].body = body;
	a[which].n = 0;
	fake_engine_answers(w.f, a, A_COUNT);
	is_int(docker_tap_start(w.d, &a_tap, &w.e, &c), want, text);
	is_str(w.e.text, text, "in a sentence");
	is_gone(&w, removed);
	close_world(&w);
}

static void
test_failures(void)
{
	fails(A_IMAGE, 404, "{}", ERR_NOTFOUND,
	      "there is neither an image docker.io/kubeshark/analyzer:latest "
	      "nor analyzer:latest; 'make image' builds one, -r REGISTRY pulls "
	      "one",
	      0);
	fails(A_CREATE, 500, "{\"message\":\"no room\"}", ERR_IO,
	      "making a container: no room", 1);
	fails(A_CREATE, 201, "{\"Id\":\"../x\"}", ERR_MALFORMED,
	      "making a container: the Docker engine gave no id", 1);
	fails(A_UPLOAD, 500, "{\"message\":\"no space left on device\"}",
	      ERR_IO, "uploading the snapshot: no space left on device", 1);
	fails(A_START, 500,
	      "{\"message\":\"driver failed: Bind for 127.0.0.1:8899 failed: "
	      "port is already allocated\"}",
	      -EADDRINUSE,
	      "port 0 or 0 of 127.0.0.1 is taken; choose others with "
	      "--proxy-front-port and --proxy-hub-port",
	      1);
	fails(A_START, 404, "{\"message\":\"network x not found\"}", ERR_IO,
	      "starting the analyzer: network x not found", 1);
}

/* The analyzer ends before it answers; `frame` is what it says. */
static void
dies(const char *frame, size_t n, const char *state, int want, const char *text)
{
	struct fake_answer a[A_COUNT];
	struct docker_container *c = NULL;
	struct world w;

	open_life(&w, a);
	a[A_LOGS].body = frame;
	a[A_LOGS].n = n;
	a[A_LOGS].hold = false;
	a[A_INSPECT].body = state;
	fake_engine_answers(w.f, a, A_COUNT);
	is_int(docker_tap_start(w.d, &a_tap, &w.e, &c), want, text);
	is_str(w.e.text, text, "in its last words");
	is_gone(&w, 1);
	close_world(&w);
}

#define DEAD "{\"State\":{\"Running\":false,\"ExitCode\":3}}"

static void
test_deaths(void)
{
	static const char words[] =
	    "\2\0\0\0\0\0\0\34analyzer: /data/x is broken\n";
	static const char taken[] =
	    "\2\0\0\0\0\0\0\62analyzer: port 8899 of 127.0.0.1 is taken, "
	    "perhaps\n";

	dies(words, sizeof(words) - 1, DEAD, ERR_UNREADABLE, "x is broken");
	dies(taken, sizeof(taken) - 1, DEAD, -EADDRINUSE,
	     "port 8899 of 127.0.0.1 is taken; choose others with "
	     "--proxy-front-port and --proxy-hub-port");
	dies("", 0, DEAD, ERR_UNREADABLE,
	     "the analyzer ended with exit status 3 and without a word");
	dies("", 0,
	     "{\"State\":{\"Running\":false,\"OOMKilled\":true,"
	     "\"ExitCode\":137}}",
	     ERR_UNREADABLE,
	     "the analyzer was killed, it had no more memory in the Docker "
	     "engine");
}

static void
test_late_death(void)
{
	struct fake_answer a[A_COUNT];
	struct docker_container *c = NULL;
	struct world w;
	int status = 0;

	open_life(&w, a);
	is_int(docker_tap_start(w.d, &a_tap, &w.e, &c), 0, "it runs");
	a[A_INSPECT].body = DEAD;
	fake_engine_answers(w.f, a, A_COUNT);
	fake_engine_release(w.f);
	is_int(docker_tap_wait(c, &w.e, &status), ERR_UNREADABLE,
	       "until it ends by itself");
	is_int(status, 3, "with its exit status");
	is_int(docker_tap_stop(c, &w.e, &status), 0,
	       "what is left of it is removed");
	is_gone(&w, 1);
	close_world(&w);
}

static void
test_cancelled(void)
{
	struct fake_answer a[A_COUNT];
	struct docker_container *c = NULL;
	struct world w;

	open_life(&w, a);
	w.cancel_on_upload = true;
	is_int(docker_tap_start(w.d, &a_tap, &w.e, &c), ERR_CANCELLED,
	       "cancelled while uploading");
	is_gone(&w, 1);
	close_world(&w);

	open_life(&w, a);
	/* It listens, but has nothing to show yet. */
	a[A_READY].status = 503;
	a[A_READY].body = "{\"snapshots\":[{\"state\":\"indexing\"}]}";
	a[A_LOGS].body = "\2\0\0\0\0\0\0\3hm\n";
	a[A_LOGS].n = 11;
	fake_engine_answers(w.f, a, A_COUNT);
	w.cancel_on_log = true;
	is_int(docker_tap_start(w.d, &a_tap, &w.e, &c), ERR_CANCELLED,
	       "cancelled while waiting");
	is_str(w.log, "ehm\n", "having passed on what it said");
	is_gone(&w, 1);
	close_world(&w);
}

static void
test_ports(void)
{
	struct docker_tap tap = a_tap;
	struct fake_answer a[A_COUNT];
	struct docker_container *c = NULL;
	char want[160];
	struct world w;

	open_life(&w, a);
	tap.hub_port = fake_engine_port(w.f);
	is_int(docker_tap_start(w.d, &tap, &w.e, &c), -EADDRINUSE,
	       "a port that is taken");
	snprintf(want, sizeof(want),
	         "port %u of 127.0.0.1 is taken; choose another with "
	         "--proxy-hub-port",
	         tap.hub_port);
	is_str(w.e.text, want, "is named, with its option");
	is_int(fake_engine_asked(w.f, "POST "), 0, "before anything is made");
	tap.front_port = tap.hub_port;
	is_int(docker_tap_start(w.d, &tap, &w.e, &c), ERR_USAGE,
	       "one port for both");
	tap.proxy_host = "nowhere.example";
	is_int(docker_tap_start(w.d, &tap, &w.e, &c), ERR_USAGE,
	       "a host that is no address");
	tap.path = "/nonexistent.tar.gz";
	is_int(docker_tap_start(w.d, &tap, &w.e, &c), -ENOENT,
	       "a snapshot that is not there");
	close_world(&w);
}

/* ---- leftovers ---- */

static void
test_sweep(void)
{
	char machine[128] = "", list[1024];
	struct fake_answer answers[] = {
		{ "GET", "/version", 200, VERSION, 0, false },
		{ "GET", "/containers/json?all=true&filters=%7B%22label", 200,
		  list, 0, false },
		{ "DELETE", "/containers/", 204, NULL, 0, false },
	};
	struct world w;
	size_t removed = 99;

	gethostname(machine, sizeof(machine) - 1);
	/* Init lives; no process has the highest number. */
	snprintf(list, sizeof(list),
	         "[{\"Id\":\"aa\",\"Names\":[\"/dead\"],\"Labels\":{"
	         "\"kubeshark.tap\":\"%s/2147483646\"}},"
	         "{\"Id\":\"bb\",\"Names\":[\"/lives\"],\"Labels\":{"
	         "\"kubeshark.tap\":\"%s/1\"}},"
	         "{\"Id\":\"cc\",\"Names\":[\"/far\"],\"Labels\":{"
	         "\"kubeshark.tap\":\"elsewhere-%s/2147483646\"}},"
	         "{\"Id\":\"../dd\",\"Labels\":{}}]",
	         machine, machine, machine);
	is_int(OPEN(&w, answers), 0, "an engine");
	is_int(docker_sweep(w.d, false, &w.e, &removed), 0, "leftovers");
	is_int(removed, 1, "those whose kubeshark is gone");
	is_int(fake_engine_asked(w.f,
	                         "DELETE /v1.41/containers/aa?force=true&v="
	                         "true"),
	       1, "are removed with their volumes");
	ok(strstr(w.notes, "dead") != NULL, "which is told");
	is_int(docker_sweep(w.d, true, &w.e, &removed), 0, "all of them");
	is_int(removed, 3, "but what is no container");
	close_world(&w);
}

int
main(void)
{
	test_open();
	test_absent();
	test_images();
	test_pull_failures();
	test_life();
	test_on_host();
	test_failures();
	test_deaths();
	test_late_death();
	test_cancelled();
	test_ports();
	test_sweep();
	return tap_done();
}
