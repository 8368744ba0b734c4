/* SPDX-License-Identifier: Apache-2.0 */
/* Batches, and datagrams cut out of IP payloads with their places kept. */
#include "analyzer/ingest/batch.h"

#include "base/mem.h"
#include "tests/tap/tap.h"

/* Three fragments of 8, 8 and 4 bytes; the L4 header is the first 8. */
static const uint8_t data[] = "hhhhhhhhaaaabbbbcccc";

static struct frag_datagram
datagram(struct piece pieces[3], struct frag_record records[3])
{
	struct frag_datagram d = { .data = data,
		                   .len = 20,
		                   .caplen = 20,
		                   .npieces = 3,
		                   .pieces = pieces,
		                   .nrecords = 3,
		                   .records = records };

	for (uint32_t i = 0; i < 3; i++) {
		records[i] = (struct frag_record){
			.at = { .source = 0, .record = 10 + i },
			.file_off = 1000 * (i + 1),
		};
		pieces[i] = (struct piece){ .p = data + 8 * i,
			                    .n = i == 2 ? 4 : 8,
			                    .skip = 34,
			                    .packet = i,
			                    .at = records[i].at,
			                    .file_off = records[i].file_off };
	}
	return d;
}

static void
test_cut(void)
{
	struct piece pieces[3];
	struct frag_record records[3];
	struct frag_datagram d = datagram(pieces, records);
	struct work_datagram *w = work_datagram_new(&d, 8, 12);

	if (!ok(w != NULL, "a datagram is copied"))
		return;
	is_int((intmax_t)w->npieces, 2, "the header's piece is gone");
	is_bytes(w->payload, 12, "aaaabbbbcccc", 12, "the payload is whole");
	is_int(w->pieces[0].skip, 34, "a piece that begins its record's data");
	is_int(w->pieces[0].packet, 1, "is of the second record");
	is_int((intmax_t)w->pieces[1].file_off, 3000, "and keeps its place");
	work_datagram_rebase(w, 50);
	is_int(w->pieces[1].packet, 52, "packets are numbered from a base");
	work_datagram_rebase(w, 7);
	is_int(w->pieces[1].packet, 9, "which can be moved");
	mem_free(w);
}

static void
test_cut_inside(void)
{
	struct piece pieces[3];
	struct frag_record records[3];
	struct frag_datagram d = datagram(pieces, records);
	struct work_datagram *w = work_datagram_new(&d, 10, 7);

	if (!ok(w != NULL, "a header may end inside a fragment"))
		return;
	is_int((intmax_t)w->npieces, 2, "two pieces are left");
	is_int(w->pieces[0].skip, 36, "the first begins later in its record");
	is_int(w->pieces[0].n, 6, "and is shorter");
	is_int(w->pieces[1].n, 1, "the last ends where the payload does");
	is_bytes(w->pieces[1].p, 1, "c", 1, "with the right byte");
	mem_free(w);
}

static void
test_pool(void)
{
	struct batch_pool pool;
	struct batch *b, *c;

	if (!ok(batch_pool_init(&pool, 2) == 0, "a pool of two"))
		return;
	b = batch_get(&pool);
	c = batch_get(&pool);
	ok(b != NULL && c != NULL && b != c, "gives two batches");
	b->n = 1;
	b->work[0].datagram = mem_alloc(8);
	batch_put(&pool, b);
	batch_put(&pool, c);
	b = batch_get(&pool);
	is_int((intmax_t)b->n, 0, "one comes back empty");
	batch_put(&pool, b);
	batch_pool_release(&pool);
	mem_fail_at(2, false);
	ok(batch_pool_init(&pool, 2) != 0, "without memory there is no pool");
	mem_fail_at(-1, false);
}

int
main(void)
{
	test_cut();
	test_cut_inside();
	test_pool();
	return tap_done();
}
