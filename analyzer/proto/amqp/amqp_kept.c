/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/proto/amqp/amqp_kept.h"

enum { KEPT_ORDINAL = 8, KEPT_CODE = 2 };

void
amqp_kept_write(struct message *m, uint64_t ordinal, uint16_t code)
{
	char bytes[KEPT_ORDINAL + KEPT_CODE];

	for (size_t i = 0; i < KEPT_ORDINAL; i++)
		bytes[i] = (char)(ordinal >> (56 - 8 * i));
	bytes[KEPT_ORDINAL] = (char)(code >> 8);
	bytes[KEPT_ORDINAL + 1] = (char)code;
	message_keep(m, str_make(bytes, sizeof(bytes)));
}

bool
amqp_kept_read(struct str kept, uint64_t *ret_ordinal, uint16_t *ret_code)
{
	struct cursor c = cur_from_str(kept, false);
	uint64_t ordinal = cur_be64(&c);
	uint16_t code = cur_be16(&c);

	if (!cur_ok(&c))
		return false;
	*ret_ordinal = ordinal;
	*ret_code = code;
	return true;
}

const char *
amqp_kept_related(const struct entry *e, uint64_t *ret_ordinal)
{
	uint16_t code;

	if (amqp_kept_read(e->request.kept, ret_ordinal, &code))
		return "publish";
	return amqp_kept_read(e->response.kept, ret_ordinal, &code) ? "returned"
	                                                            : NULL;
}
