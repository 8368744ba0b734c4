#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""amqp_talk.py PORT: talks to RabbitMQ with pika, and prints what it did.

One line a message or failure that pika told it about: method, exchange or
queue, routing key, bytes of the body, and what became of it.
"""
import sys

import pika
from pika import exceptions

port = int(sys.argv[1])
LONG = b"0123456789abcdef" * 2500


def say(*words):
    print(*words, sep="\t")


def connect(**more):
    return pika.BlockingConnection(pika.ConnectionParameters(
        "127.0.0.1", port, **more))


def publish(ch, exchange, key, body, outcome, **more):
    """With confirms, pika returns when the message is acknowledged."""
    try:
        ch.basic_publish(exchange, key, body, **more)
    except exceptions.UnroutableError:
        say("basic return", exchange, key, len(body), "NO_ROUTE")
    except exceptions.NackError:
        outcome = "basic nack"
    say("basic publish", exchange, key, len(body), outcome)


def plain(conn):
    """Declarations and bindings, messages without confirms, get and cancel."""
    ch = conn.channel()
    ch.exchange_declare("shop", "topic", durable=True,
                        arguments={"alternate-exchange": "lost"})
    ch.exchange_declare("audit", "fanout")
    ch.exchange_bind("audit", "shop", "order.#")
    ch.queue_declare("orders", arguments={"x-max-length": 100})
    ch.queue_bind("orders", "shop", "order.*", {"n": -1, "t": True})
    props = pika.BasicProperties(
        content_type="application/json", headers={
            "text": "v", "int": 7, "big": 1 << 40, "yes": True, "none": None,
            "list": [1, "two", {"three": 3}]},
        delivery_mode=2, priority=4, correlation_id="c-1", reply_to="back",
        expiration="60000", message_id="m-1", timestamp=1700000000,
        type="order", user_id="guest", app_id="talk")
    publish(ch, "shop", "order.new", b'{"id":1}', "-", properties=props)
    publish(ch, "shop", "order.big", LONG, "-")
    publish(ch, "", "orders", b"", "-")
    for _ in range(3):
        get, _, body = ch.basic_get("orders")
        say("basic get-ok", get.exchange, get.routing_key, len(body), "-")
        ch.basic_ack(get.delivery_tag)
    ch.basic_get("orders")
    say("basic get-empty", "orders", "", 0, "-")
    ch.queue_unbind("orders", "shop", "order.*")
    ch.exchange_unbind("audit", "shop", "order.#")
    ch.close()


def confirmed(conn):
    """Confirms, a message that is returned, and a queue that refuses."""
    ch = conn.channel()
    ch.confirm_delivery()
    ch.queue_declare("sure")
    ch.queue_declare("full", arguments={"x-max-length": 1,
                                        "x-overflow": "reject-publish"})
    for i in range(5):
        publish(ch, "", "sure", b"x" * i, "basic ack")
    publish(ch, "", "nobody", b"lost", "basic ack", mandatory=True)
    publish(ch, "", "full", b"1", "basic ack")
    publish(ch, "", "full", b"2", "basic ack")
    ch.close()


def consumed(conn):
    """Deliveries that are acknowledged, refused, or neither."""
    ch = conn.channel()
    ch.basic_qos(prefetch_count=2)
    outcomes = iter(["basic ack", "basic nack", "basic reject", "basic ack",
                     "basic ack"])
    for how, props, body in ch.consume("sure", inactivity_timeout=1):
        outcome = next(outcomes)
        say("basic deliver", how.exchange, how.routing_key, len(body), outcome)
        if outcome == "basic nack":
            ch.basic_nack(how.delivery_tag, requeue=False)
        elif outcome == "basic reject":
            ch.basic_reject(how.delivery_tag, requeue=False)
        else:
            ch.basic_ack(how.delivery_tag)
        if how.delivery_tag == 5:
            break
    ch.cancel()
    for how, props, body in ch.consume("full", auto_ack=True):
        say("basic deliver", how.exchange, how.routing_key, len(body), "-")
        break
    ch.cancel()
    ch.tx_select()
    publish(ch, "", "full", b"tx", "-")
    ch.tx_rollback()
    ch.close()


def refused(conn):
    """What a server refuses: it closes the channel."""
    for ask, name, code in (
            (lambda ch: ch.queue_declare("nope", passive=True),
             "queue declare", 404),
            (lambda ch: ch.exchange_declare("amq.direct", "fanout"),
             "exchange declare", 406),
            (lambda ch: ch.queue_bind("sure", "nowhere", "k"),
             "queue bind", 404)):
        ch = conn.channel()
        try:
            ask(ch)
        except exceptions.ChannelClosedByBroker as e:
            assert e.reply_code == code
            say("refused", name, "", 0, e.reply_code)


with connect(frame_max=16384) as conn:
    plain(conn)
    confirmed(conn)
    consumed(conn)
    refused(conn)
    conn.channel().queue_delete("full")
try:
    connect(virtual_host="other")
except exceptions.ProbableAccessDeniedError:
    say("refused", "connection open", "", 0, 530)
try:
    connect(credentials=pika.PlainCredentials("guest", "wrong"))
except exceptions.ProbableAuthenticationError:
    pass
with connect(frame_max=4096) as conn:
    ch = conn.channel()
    publish(ch, "", "sure", LONG[:10000], "-")
