/* SPDX-License-Identifier: Apache-2.0 */

/*
 * kafka_mock FILE: librdkafka's mock cluster of one broker. It listens on
 * 127.0.0.1 at a port of its own choice, writes "127.0.0.1:PORT" to FILE and
 * serves until it is killed.
 */

#include <stdio.h>
#include <unistd.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

int
main(int argc, char **argv)
{
	rd_kafka_mock_cluster_t *cluster;
	rd_kafka_t *rk;
	char why[256];
	FILE *file;

	if (argc != 2)
		return 2;
	rk = rd_kafka_new(RD_KAFKA_PRODUCER, NULL, why, sizeof(why));
	if (rk == NULL) {
		fprintf(stderr, "kafka_mock: %s\n", why);
		return 1;
	}
	cluster = rd_kafka_mock_cluster_new(rk, 1);
	if (cluster == NULL)
		return 1;
	rd_kafka_mock_topic_create(cluster, "orders", 2, 1);
	rd_kafka_mock_topic_create(cluster, "stock", 1, 1);
	file = fopen(argv[1], "w");
	if (file == NULL)
		return 1;
	fprintf(file, "%s\n", rd_kafka_mock_cluster_bootstraps(cluster));
	if (fclose(file) != 0)
		return 1;
	for (;;)
		pause();
}
