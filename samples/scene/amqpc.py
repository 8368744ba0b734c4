#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""amqpc.py HOST COUNTS: AMQP 0-9-1 calls of the order pipeline. COUNTS gets
how many methods of each kind this client sent or received.
"""

import collections
import json
import sys

import pika

DONE = collections.Counter()


def publish(channel, exchange, key, body, **props):
    channel.basic_publish(exchange, key, body, pika.BasicProperties(**props))
    DONE["publish"] += 1


def declare(channel):
    channel.exchange_declare("orders", "topic", durable=True)
    channel.exchange_declare("audit", "fanout")
    for queue, key in (("billing", "order.*"), ("shipping", "order.paid")):
        channel.queue_declare(queue)
        channel.queue_bind(queue, "orders", key)
    DONE["exchange.declare"] += 2
    DONE["queue.declare"] += 2
    DONE["queue.bind"] += 2


def fill(channel):
    for number in range(20):
        publish(channel, "orders",
                "order.paid" if number % 2 else "order.new",
                json.dumps({"order": number}).encode(),
                content_type="application/json", delivery_mode=2,
                correlation_id="c-%d" % number, message_id="m-%d" % number,
                timestamp=1675000000 + number, app_id="checkout",
                headers={"attempt": 1, "trace": "t-%d" % number,
                         "nested": {"deep": [1, "two", True]}})
    publish(channel, "orders", "order.paid", b"")
    publish(channel, "orders", "order.new", b"L" * 200000)
    publish(channel, "audit", "", b"to nobody")


def drain(channel):
    # Six by asking for each, the rest as they are delivered.
    for _ in range(6):
        how, _, _ = channel.basic_get("billing")
        channel.basic_ack(how.delivery_tag)
        DONE["get"] += 1
        DONE["ack"] += 1
    channel.basic_qos(prefetch_count=4)
    DONE["qos"] += 1
    for how, _, _ in channel.consume("billing", inactivity_timeout=1):
        if how is None:
            break
        DONE["deliver"] += 1
        if how.delivery_tag % 5 == 0 and not how.redelivered:
            channel.basic_nack(how.delivery_tag, requeue=True)
            DONE["nack"] += 1
            continue
        channel.basic_ack(how.delivery_tag)
        DONE["ack"] += 1
    channel.cancel()
    DONE["consume"] += 1
    DONE["cancel"] += 1
    how, _, _ = channel.basic_get("billing")
    assert how is None
    DONE["get-empty"] += 1


def confirmed(channel):
    channel.confirm_delivery()
    DONE["confirm.select"] += 1
    publish(channel, "orders", "order.paid", b"confirmed")
    try:
        channel.basic_publish("orders", "nobody.listens", b"come back",
                              mandatory=True)
    except pika.exceptions.UnroutableError:
        DONE["return"] += 1
    DONE["publish"] += 1


def refused(conn):
    channel = conn.channel()
    try:
        channel.queue_declare("no-such-queue", passive=True)
    except pika.exceptions.ChannelClosedByBroker as error:
        assert error.reply_code == 404
        DONE["channel.close from broker"] += 1
    DONE["queue.declare"] += 1


def main():
    conn = pika.BlockingConnection(pika.ConnectionParameters(
        sys.argv[1], heartbeat=20))
    channel = conn.channel()
    declare(channel)
    fill(channel)
    drain(channel)
    confirmed(conn.channel())
    refused(conn)
    channel.queue_purge("shipping")
    channel.queue_delete("billing")
    DONE["queue.purge"] += 1
    DONE["queue.delete"] += 1
    conn.close()
    with open(sys.argv[2], "w", encoding="ascii") as file:
        json.dump(dict(DONE), file)


main()
