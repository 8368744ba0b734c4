/* SPDX-License-Identifier: Apache-2.0 */
/* The hub's small routes: is it there, is a query right, pods, scripts. */
#include "analyzer/api/hub.h"

#include "analyzer/api/server_impl.h"
#include "analyzer/kfl/json.h"
#include "analyzer/kfl/kfl.h"
#include "analyzer/query/ask.h"
#include "analyzer/query/ids.h"
#include "base/base64.h"
#include "base/clock.h"

enum { MESSAGE_MAX = 1 << 20, WORKER_PORT = 8896 };

/* ---- shared ---- */

unsigned
hub_snapshot(const struct call *c, struct str worker)
{
	unsigned count = catalog_count(call_catalog(c));
	struct str host, port;
	uint64_t n;

	if (!str_split1(worker, ':', &host, &port) || str_u64(port, &n) != 0 ||
	    n <= WORKER_PORT || n > WORKER_PORT + count)
		return 0;
	return (unsigned)(n - WORKER_PORT);
}

int
hub_stream(struct call *c, unsigned *ret_snapshot, int64_t *ret_stream)
{
	*ret_snapshot = hub_snapshot(c, c->part[0]);
	if (*ret_snapshot == 0)
		return hub_error(c, 500, "there is no such worker");
	if (ids_parse_stream(c->part[1], ret_stream) != 0)
		return hub_error(c, 404, "there is no such file");
	return 1;
}

int
hub_error(struct call *c, unsigned status, const char *text)
{
	struct json_out *j;

	call_status(c, status);
	j = call_json(c);
	jout_begin_object(j);
	jout_put_str(j, "msg", str_from_c(text));
	jout_end_object(j);
	return 0;
}

int
hub_refusal(struct call *c, unsigned status, const char *body)
{
	struct buf text;
	int rc;

	buf_init(&text, 4096);
	rc = base64_encode(&text, str_from_c(body));
	call_status(c, status);
	jout_str(call_json(c), buf_str(&text));
	buf_release(&text);
	return rc;
}

/* Insertion into a list that begins empty: members are few. */
static void
insert(struct kfl_value **list, struct kfl_value *v)
{
	while (*list != NULL && str_cmp((*list)->key, v->key) <= 0)
		list = &(*list)->next;
	v->next = *list;
	*list = v;
}

static void
sort_members(struct kfl_value *v)
{
	struct kfl_value *rest = v->u.list.first, *sorted = NULL;

	while (rest != NULL) {
		struct kfl_value *next = rest->next;

		insert(&sorted, rest);
		rest = next;
	}
	v->u.list.first = sorted;
	while (sorted != NULL && sorted->next != NULL)
		sorted = sorted->next;
	v->u.list.last = sorted;
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as values are */
void
hub_sort(struct kfl_value *v)
{
	if (!kfl_value_is_list(v))
		return;
	if (v->type == KFL_V_OBJECT)
		sort_members(v);
	for (struct kfl_value *m = v->u.list.first; m != NULL; m = m->next)
		hub_sort(m);
}

/* ---- is it there ---- */

int
api_echo(struct call *c)
{
	call_bytes(c, "text/plain; charset=utf-8", STR("It's running."));
	return 0;
}

int
api_version(struct call *c)
{
	struct json_out *j = call_json(c);

	jout_begin_object(j);
	jout_put_str(j, "ver", STR("0.0.1"));
	jout_end_object(j);
	return 0;
}

/* ---- is a query right ---- */

static int
put_verdict(struct call *c, struct str message)
{
	struct json_out *j = call_json(c);

	jout_begin_object(j);
	jout_put_bool(j, "valid", message.n == 0);
	jout_put_str(j, "message", message);
	jout_end_object(j);
	return 0;
}

int
api_validate(struct call *c)
{
	struct ask_options opt = { .mode = ASK_COMPATIBLE };
	struct buf message;
	struct ask a;
	int rc = ask_prepare(call_param(c, "q"), NULL, &opt, &c->err, &a);

	buf_init(&message, MESSAGE_MAX);
	/* Only what cannot be parsed is wrong here; that has a place. */
	if (rc == ERR_SYNTAX && c->err.line > 0)
		rc = kfl_message(&c->err, &message);
	else if (rc == ERR_SYNTAX)
		rc = 0;
	if (rc == 0)
		rc = put_verdict(c, buf_str(&message));
	buf_release(&message);
	ask_release(&a);
	return rc;
}

/* ---- pods ---- */

/* The body as a value, or NULL and the reply is gin's for what is no JSON. */
static struct kfl_value *
read_body(struct call *c, enum kfl_type type)
{
	struct kfl_value *v;

	if (kfl_json_parse(c->body, &c->arena, &v) == 0 && v->type == type)
		return v;
	call_status(c, 400);
	call_bytes(c, "application/json; charset=utf-8", STR("{}"));
	return NULL;
}

/* a.b.c of nested objects, or NULL. */
static const struct kfl_value *
below(const struct kfl_value *v, const char *path)
{
	struct str rest = str_from_c(path), name;
	bool more = true;

	while (more && v != NULL) {
		more = str_split1(rest, '.', &name, &rest);
		v = v->type == KFL_V_OBJECT ? kfl_value_member(v, name) : NULL;
	}
	return v;
}

static struct str
text_below(const struct kfl_value *v, const char *path)
{
	const struct kfl_value *t = below(v, path);

	return t != NULL && t->type == KFL_V_STRING ? t->u.text : STR("");
}

/* Is the member a text? False: the reply is gin's for what is not. */
static bool
has_text(struct call *c, const struct kfl_value *v, const char *path)
{
	const struct kfl_value *t = below(v, path);

	if (t != NULL && t->type == KFL_V_STRING)
		return true;
	call_status(c, 400);
	call_bytes(c, "application/json; charset=utf-8", STR("{}"));
	return false;
}

/* There are no workers to be added: the answer is all there is. */
int
api_pods_worker(struct call *c)
{
	struct kfl_value *pod = read_body(c, KFL_V_OBJECT);
	const struct kfl_value *state;
	struct json_out *j;
	struct str host;
	bool ready = false;

	if (pod == NULL)
		return 0;
	state = below(pod, "status.containerStatuses");
	if (state != NULL && state->type == KFL_V_ARRAY)
		state = below(kfl_value_element(state, 0), "ready");
	ready = state != NULL && state->type == KFL_V_BOOL && state->u.truth &&
	        str_eq(text_below(pod, "status.phase"), STR("Running"));
	host = arena_printf(&c->arena, STR_FMT ":8897",
	                    STR_ARG(text_below(pod, "status.podIP")));
	j = call_json(c);
	jout_begin_object(j);
	jout_put_str(j, "msg",
	             ready ? STR("Added a new worker host.")
	                   : STR("Removed a worker host."));
	jout_put_str(j, "host", host);
	jout_end_object(j);
	return 0;
}

/* What was recorded was the target; nothing is targeted any more. */
int
api_pods_targeted(struct call *c)
{
	struct json_out *j = call_json(c);

	jout_begin_object(j);
	jout_put(j, "targets");
	jout_begin_array(j);
	jout_end_array(j);
	jout_end_object(j);
	return 0;
}

int
api_pods_target(struct call *c)
{
	struct kfl_value *pods = read_body(c, KFL_V_ARRAY);
	struct json_out *j;

	if (pods == NULL)
		return 0;
	j = call_json(c);
	jout_begin_object(j);
	jout_put_uint(j, "pods", pods->u.list.n);
	jout_end_object(j);
	return 0;
}

int
api_pods_regex(struct call *c)
{
	if (read_body(c, KFL_V_OBJECT) != NULL)
		call_bytes(c, NULL, STR(""));
	return 0;
}

int
api_set_storage_limit(struct call *c)
{
	struct kfl_value *v = read_body(c, KFL_V_OBJECT);
	const struct kfl_value *limit = v != NULL ? below(v, "limit") : NULL;
	struct json_out *j;

	if (v == NULL)
		return 0;
	j = call_json(c);
	jout_begin_object(j);
	jout_put_int(
	    j, "limit",
	    limit != NULL && limit->type == KFL_V_INT ? limit->u.integer : 0);
	jout_end_object(j);
	return 0;
}

/* ---- scripts ---- */

/* Said by newer clients at their start; there is nothing to be unlocked. */
int
api_license(struct call *c)
{
	struct kfl_value *v = read_body(c, KFL_V_OBJECT);

	if (v != NULL && has_text(c, v, "license"))
		call_bytes(c, NULL, STR(""));
	return 0;
}

int
api_scripts_env(struct call *c)
{
	if (read_body(c, KFL_V_OBJECT) != NULL)
		call_bytes(c, NULL, STR(""));
	return 0;
}

/* A script has a title and its code. False: the reply says that it has not. */
static bool
read_script(struct call *c)
{
	struct kfl_value *v = read_body(c, KFL_V_OBJECT);

	return v != NULL && has_text(c, v, "title") && has_text(c, v, "code");
}

static int
put_index(struct call *c, uint64_t index)
{
	struct json_out *j = call_json(c);

	jout_begin_object(j);
	jout_put_uint(j, "index", index);
	jout_end_object(j);
	return 0;
}

int
api_scripts_add(struct call *c)
{
	if (!read_script(c))
		return 0;
	return put_index(c, atomic_fetch_add(&c->server->scripts, 1));
}

/* The index of the path, if a script has had it. False: the reply is made. */
static bool
read_index(struct call *c, uint64_t *ret_index)
{
	if (str_u64(c->part[0], ret_index) == 0 &&
	    *ret_index < atomic_load(&c->server->scripts))
		return true;
	(void)hub_error(c, 404, "there is no such script");
	return false;
}

int
api_scripts_put(struct call *c)
{
	uint64_t index;

	if (!read_index(c, &index) || !read_script(c))
		return 0;
	return put_index(c, index);
}

int
api_scripts_delete(struct call *c)
{
	uint64_t index;

	return read_index(c, &index) ? put_index(c, index) : 0;
}

int
api_scripts_done(struct call *c)
{
	call_bytes(c, NULL, STR(""));
	return 0;
}

static void
run_logs(struct socket *s)
{
	int rc = 0;

	/* A snapshot that is wanted back is not here. */
	while (rc == 0) {
		rc = socket_wait(s, CLOCK_SEC);
		if (rc != 0)
			rc = socket_resume(s);
	}
	socket_close(s, 1000);
}

int
api_scripts_logs(struct call *c)
{
	return socket_upgrade(c, run_logs);
}
