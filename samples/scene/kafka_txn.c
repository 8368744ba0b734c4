/* SPDX-License-Identifier: Apache-2.0 */

/*
 * kafka_txn BROKERS TOPIC: a transactional producer that commits a transaction
 * of three records, and aborts one of two.
 */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>

static void
must(rd_kafka_error_t *e)
{
	if (e == NULL)
		return;
	fprintf(stderr, "kafka_txn: %s\n", rd_kafka_error_string(e));
	_exit(1);
}

static void
produce(rd_kafka_t *rk, const char *topic, const char *word, int n)
{
	char value[64];

	for (int i = 0; i < n; i++) {
		int size = snprintf(value, sizeof(value), "%s %d", word, i);

		if (rd_kafka_producev(rk, RD_KAFKA_V_TOPIC(topic),
		                      RD_KAFKA_V_PARTITION(0),
		                      RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
		                      RD_KAFKA_V_KEY(word, strlen(word)),
		                      RD_KAFKA_V_VALUE(value, (size_t)size),
		                      RD_KAFKA_V_END) != 0)
			_exit(1);
	}
}

int
main(int argc, char **argv)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char why[256];
	rd_kafka_t *rk;

	if (argc != 3)
		return 2;
	(void)rd_kafka_conf_set(conf, "bootstrap.servers", argv[1], why,
	                        sizeof(why));
	(void)rd_kafka_conf_set(conf, "transactional.id", "till-1", why,
	                        sizeof(why));
	(void)rd_kafka_conf_set(conf, "client.id", "till", why, sizeof(why));
	rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
	if (rk == NULL)
		return 1;
	must(rd_kafka_init_transactions(rk, 5000));
	must(rd_kafka_begin_transaction(rk));
	produce(rk, argv[2], "paid", 3);
	must(rd_kafka_commit_transaction(rk, 5000));
	must(rd_kafka_begin_transaction(rk));
	produce(rk, argv[2], "refused", 2);
	(void)rd_kafka_flush(rk, 5000);
	must(rd_kafka_abort_transaction(rk, 5000));
	rd_kafka_destroy(rk);
	return 0;
}
