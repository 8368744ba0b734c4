/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/amqp/amqp_kept.h"

enum { KEPT_ID = 8, KEPT_CODE = 2 };

void
amqp_kept_write(struct message *m, int64_t id, uint16_t code)
{
	char bytes[KEPT_ID + KEPT_CODE];

	for (size_t i = 0; i < KEPT_ID; i++)
		bytes[i] = (char)((uint64_t)id >> (56 - 8 * i));
	bytes[KEPT_ID] = (char)(code >> 8);
	bytes[KEPT_ID + 1] = (char)code;
	message_keep(m, str_make(bytes, sizeof(bytes)));
}

bool
amqp_kept_read(struct str kept, int64_t *ret_id, uint16_t *ret_code)
{
	struct cursor c = cur_from_str(kept, false);
	int64_t id = (int64_t)cur_be64(&c);
	uint16_t code = cur_be16(&c);

	if (!cur_ok(&c))
		return false;
	*ret_id = id;
	*ret_code = code;
	return true;
}

const char *
amqp_kept_related(const struct entry *e, int64_t *ret_id)
{
	uint16_t code;

	if (amqp_kept_read(e->request.kept, ret_id, &code))
		return "publish";
	return amqp_kept_read(e->response.kept, ret_id, &code) ? "returned"
	                                                       : NULL;
}
