/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/protobuf_set.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/proto/protobuf.h"
#include "base/err.h"
#include "base/mem.h"

/* Memory for what is made of descriptor sets. */
#define SET_MEMORY ((size_t)512 << 20)

/* Message types in message types. */
enum { SET_DEPTH = 32 };

struct protobuf_set {
	struct arena mem;
	struct protobuf_type *types; /* sorted by name once linked */
	size_t ntypes, captypes;
	struct protobuf_method *methods; /* by path */
	size_t nmethods, capmethods;
};

struct protobuf_set *
protobuf_set_new(void)
{
	struct protobuf_set *s = mem_zalloc(sizeof(*s));

	if (s != NULL)
		arena_init(&s->mem, SET_MEMORY, 0);
	return s;
}

void
protobuf_set_free(struct protobuf_set *s)
{
	if (s == NULL)
		return;
	arena_release(&s->mem);
	mem_free(s->types);
	mem_free(s->methods);
	mem_free(s);
}

/* --- reading -------------------------------------------------------------- */

/* Room for one more element. */
static void *
grow(void *v, size_t n, size_t *io_cap, size_t size)
{
	size_t cap = *io_cap != 0 ? *io_cap * 2 : 64;
	void *p;

	if (n < *io_cap)
		return v;
	p = mem_regrow(v, cap, size);
	if (p != NULL)
		*io_cap = cap;
	return p;
}

static struct str
join(struct protobuf_set *s, struct str scope, struct str name)
{
	return arena_printf(&s->mem, STR_FMT "." STR_FMT, STR_ARG(scope),
	                    STR_ARG(name));
}

/* How many fields of that number a message has. */
static size_t
count(struct str bytes, uint32_t number)
{
	struct cursor c = cur_from_str(bytes, false);
	struct protobuf_field f;
	size_t n = 0;

	while (protobuf_next(&c, &f))
		n += f.number == number;
	return n;
}

/* The last field of that number: its bytes, or its value. */
static struct protobuf_field
last(struct str bytes, uint32_t number)
{
	struct cursor c = cur_from_str(bytes, false);
	struct protobuf_field f, found = { .number = 0 };

	while (protobuf_next(&c, &f))
		if (f.number == number)
			found = f;
	return found;
}

/* FieldDescriptorProto: name 1, number 3, label 4, type 5, type_name 6. */
static void
read_field(struct str bytes, struct protobuf_member *m)
{
	m->name = last(bytes, 1).bytes;
	m->number = (int32_t)last(bytes, 3).value;
	m->repeated = last(bytes, 4).value == 3;
	m->kind = (enum protobuf_kind)(last(bytes, 5).value & 31);
	m->type_name = last(bytes, 6).bytes;
}

/* EnumValueDescriptorProto: name 1, number 2. */
static void
read_value(struct str bytes, struct protobuf_member *m)
{
	m->name = last(bytes, 1).bytes;
	m->number = (int32_t)(uint32_t)last(bytes, 2).value;
}

static int
compare_members(const void *va, const void *vb)
{
	const struct protobuf_member *a = va, *b = vb;

	return (a->number > b->number) - (a->number < b->number);
}

/* A DescriptorProto or EnumDescriptorProto; both have their members in 2. */
static int
add_type(struct protobuf_set *s, struct str scope, struct str bytes,
         void (*read)(struct str bytes, struct protobuf_member *m),
         struct str *ret_name)
{
	struct cursor c = cur_from_str(bytes, false);
	struct protobuf_type t = { .name = join(s, scope,
		                                last(bytes, 1).bytes) };
	size_t n = count(bytes, 2);
	struct protobuf_field f;
	void *p;

	t.members = arena_array(&s->mem, n + 1, sizeof(*t.members));
	if (t.members == NULL)
		return arena_error(&s->mem);
	while (protobuf_next(&c, &f) && t.n < n)
		if (f.number == 2)
			read(f.bytes, &t.members[t.n++]);
	qsort(t.members, t.n, sizeof(*t.members), compare_members);
	p = grow(s->types, s->ntypes, &s->captypes, sizeof(*s->types));
	if (p == NULL)
		return ERR_NOMEM;
	s->types = p;
	s->types[s->ntypes++] = t;
	*ret_name = t.name;
	return arena_error(&s->mem);
}

/* A message type and those inside: nested_type 3, enum_type 4. */
static int
add_message(struct protobuf_set *s, struct str scope, struct str bytes,
            unsigned depth)
{
	struct cursor c = cur_from_str(bytes, false);
	struct protobuf_field f;
	struct str name = STR_NONE, ignored;
	int rc = depth != 0 ? add_type(s, scope, bytes, read_field, &name)
	                    : ERR_MALFORMED;

	while (rc == 0 && protobuf_next(&c, &f)) {
		if (f.number == 3)
			rc = add_message(s, name, f.bytes, depth - 1);
		else if (f.number == 4)
			rc = add_type(s, name, f.bytes, read_value, &ignored);
	}
	return rc != 0 || cur_ok(&c) ? rc : ERR_MALFORMED;
}

/* MethodDescriptorProto: name 1, input 2, output 3, streams 5 and 6. */
static int
add_method(struct protobuf_set *s, struct str service, struct str bytes)
{
	struct protobuf_method m = {
		.path = arena_printf(&s->mem, "/" STR_FMT "/" STR_FMT,
		                     STR_ARG(service),
		                     STR_ARG(last(bytes, 1).bytes)),
		.input_name = last(bytes, 2).bytes,
		.output_name = last(bytes, 3).bytes,
		.client_streams = last(bytes, 5).value != 0,
		.server_streams = last(bytes, 6).value != 0,
	};
	void *p = grow(s->methods, s->nmethods, &s->capmethods,
	               sizeof(*s->methods));

	if (p == NULL)
		return ERR_NOMEM;
	s->methods = p;
	s->methods[s->nmethods++] = m;
	return arena_error(&s->mem);
}

/* ServiceDescriptorProto: name 1, method 2. */
static int
add_service(struct protobuf_set *s, struct str scope, struct str bytes)
{
	struct str name = join(s, scope, last(bytes, 1).bytes);
	struct cursor c = cur_from_str(bytes, false);
	struct protobuf_field f;
	int rc = arena_error(&s->mem);

	while (rc == 0 && protobuf_next(&c, &f))
		if (f.number == 2)
			rc = add_method(s, str_tail(name, 1), f.bytes);
	return rc;
}

/* FileDescriptorProto: package 2, messages 4, enums 5, services 6. */
static int
add_file(struct protobuf_set *s, struct str bytes)
{
	struct str package = last(bytes, 2).bytes;
	struct cursor c = cur_from_str(bytes, false);
	struct str scope = STR("");
	struct protobuf_field f;
	struct str ignored;
	int rc = 0;

	if (package.n != 0)
		scope = join(s, STR(""), package);
	while (rc == 0 && protobuf_next(&c, &f)) {
		if (f.number == 4)
			rc = add_message(s, scope, f.bytes, SET_DEPTH);
		else if (f.number == 5)
			rc = add_type(s, scope, f.bytes, read_value, &ignored);
		else if (f.number == 6)
			rc = add_service(s, scope, f.bytes);
	}
	return rc != 0 || cur_ok(&c) ? rc : ERR_MALFORMED;
}

/* --- linking -------------------------------------------------------------- */

static int
compare_types(const void *va, const void *vb)
{
	const struct protobuf_type *a = va, *b = vb;

	return str_cmp(a->name, b->name);
}

static int
compare_methods(const void *va, const void *vb)
{
	const struct protobuf_method *a = va, *b = vb;

	return str_cmp(a->path, b->path);
}

static void
link_all(struct protobuf_set *s)
{
	if (s->ntypes != 0)
		qsort(s->types, s->ntypes, sizeof(*s->types), compare_types);
	if (s->nmethods != 0)
		qsort(s->methods, s->nmethods, sizeof(*s->methods),
		      compare_methods);
	for (size_t i = 0; i < s->ntypes; i++) {
		struct protobuf_type *t = &s->types[i];

		for (size_t k = 0; k < t->n; k++)
			t->members[k].type =
			    protobuf_set_type(s, t->members[k].type_name);
	}
	for (size_t i = 0; i < s->nmethods; i++) {
		struct protobuf_method *m = &s->methods[i];

		m->input = protobuf_set_type(s, m->input_name);
		m->output = protobuf_set_type(s, m->output_name);
	}
}

int
protobuf_set_add(struct protobuf_set *s, struct str bytes)
{
	struct str copy;
	struct cursor c;
	struct protobuf_field f;
	int rc = 0;

	if (bytes.n > PROTOBUF_SET_MAX)
		return ERR_BUDGET;
	if (bytes.n == 0)
		return 0;
	copy = arena_dup(&s->mem, bytes);
	if (copy.n == 0)
		return arena_error(&s->mem);
	c = cur_from_str(copy, false);
	while (rc == 0 && protobuf_next(&c, &f)) {
		if (f.number != 1 || f.wire != PROTOBUF_BYTES)
			rc = ERR_MALFORMED;
		else
			rc = add_file(s, f.bytes);
	}
	if (rc == 0 && !cur_ok(&c))
		rc = ERR_MALFORMED;
	link_all(s);
	return rc;
}

/* --- asking --------------------------------------------------------------- */

const struct protobuf_type *
protobuf_set_type(const struct protobuf_set *set, struct str name)
{
	struct protobuf_type key = { .name = name };

	if (set == NULL || set->ntypes == 0 || name.n == 0)
		return NULL;
	return bsearch(&key, set->types, set->ntypes, sizeof(key),
	               compare_types);
}

const struct protobuf_method *
protobuf_set_method(const struct protobuf_set *set, struct str path)
{
	struct protobuf_method key = { .path = path };

	if (set == NULL || set->nmethods == 0)
		return NULL;
	return bsearch(&key, set->methods, set->nmethods, sizeof(key),
	               compare_methods);
}

const struct protobuf_member *
protobuf_set_member(const struct protobuf_type *type, uint64_t number)
{
	struct protobuf_member key = { .number = (int32_t)(uint32_t)number };

	if (type == NULL || type->n == 0)
		return NULL;
	return bsearch(&key, type->members, type->n, sizeof(key),
	               compare_members);
}
