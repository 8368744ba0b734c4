/* SPDX-License-Identifier: Apache-2.0 */
/*
 * amqp: AMQP 0-9-1, with RabbitMQ's extensions. Parts:
 *
 *   amqp_method    methods, their arguments, properties (amqp_methods.def)
 *   amqp_table     field tables
 *   amqp_frame     frames and protocol headers, recognised
 *   amqp_channel   what is remembered of channels
 *   amqp_feed      indexing
 *   amqp_view      a message read back from the evidence
 *   amqp_render    its JSON and its body
 *   amqp_represent its sections
 *
 * https://www.rabbitmq.com/resources/specs/amqp0-9-1.pdf
 */
#ifndef AMQP_H
#define AMQP_H

#include "analyzer/proto/proto.h"

extern const struct protocol amqp_variant;

#endif /* AMQP_H */
